"""Showing: a study's results as a table in the terminal and as tables for the figures."""

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.analysis.by_group import effects_by_group
from experiments.analysis.effects import effects
from experiments.analysis.evaluation import BENEFIT, MEASURES, PRICE
from experiments.analysis.profiles import bands
from experiments.reporting.by_group import columns_of, groups_in_words
from experiments.reporting.console import Numbers, Words, spread
from experiments.reporting.escape import apart
from experiments.reporting.explore import Findings, findings_of
from experiments.reporting.figures import wanted
from experiments.reporting.figures.style import Look, places_of
from experiments.reporting.figures.tables import Meaning, Tables
from experiments.reporting.findings_words import FINDINGS, in_words, readable
from experiments.reporting.names import in_language
from experiments.reporting.verdicts import known, known_note, untold
from experiments.reporting.wording import evidence_in_words, measured, number, told, true_minus, with_interval
from experiments.runs.memory import give_back
from experiments.runs.results import Results
from experiments.spoken import either, language, spoken
from experiments.study.design import DOSE, Study
from experiments.study.sampling import SAMPLED, Point

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


def tables_of(results: Results, *, over_time: bool = True) -> Tables:
    """The tables of a study for figures and the terminal; `over_time=False` leaves out those with one row a week."""
    return tables_and_findings(results, over_time=over_time, whole=False)[0]


def tables_and_findings(results: Results, *, over_time: bool = True, whole: bool = True) -> tuple[Tables, Findings]:
    """The tables of a study, and what its design allows to find.

    `whole`: the table of runs has all metrics that were kept, not only those of figures and printed tables, and the
    conditions under which arms fail are looked for.
    """
    from sim import METRICS

    study, file = results.study, results.study.file
    outcomes = file.told_first
    over = [m for m in dict.fromkeys((*outcomes, *wanted("OVER_TIME"))) if m in METRICS]
    # first what reads the whole store, then what loads the libraries of statistics: both at once is the most memory
    trajectories, profiles = results.over_time(over, outcomes) if over_time else results.over_time((), ())
    runs = results.runs(None if whole else (*outcomes, *MEASURES, *wanted("OF_RUNS")))
    groups = results.groups()
    found = findings_of(results, runs, conditions=whole)
    tables = Tables(
        name=study.name,
        title=file.title,
        arms=tuple(study.arms),
        metrics={name: Meaning(m.label, m.label_zh, m.unit, m.better) for name, m in METRICS.items()},
        outcomes=outcomes,
        runs=runs,
        effects=effects(runs, study.reference, outcomes, file.asked()),
        trajectories=trajectories,
        profiles=bands(profiles),
        varies=tuple(file.varies),
        points=tuple(point_in_words(point) for point in study.points),
        spans={arm: _spans(study, arm) for arm in study.arms},
        spans_at=_moved(study),
        sensitivity=found.sensitivity,
        attribution=found.attribution,
        front=found.front,
        objectives=found.objectives,
        answers=found.answers,
        by_group=None if groups.empty else groups,
        group_effects=None if groups.empty else effects_by_group(groups, study.reference),
        window=file.window,
        weeks=file.weeks,
        asked=file.asked(),
    )
    give_back()
    return tables, found


def point_in_words(point: Point) -> str:
    """`moving.annual_rate = 0.1`, or nothing where nothing varies."""
    return ", ".join(
        f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}" for name, value in point
    )


def _spans(study: Study, arm: str, point: int = 0) -> tuple[tuple[int, int], ...]:
    """The weeks in which each policy of an arm acts at a point."""
    end = study.file.weeks
    spans = (
        (int(doses["start"]), end if (stop := doses.get("stop")) is None else int(stop))
        for _, doses in study.policies(arm, point)
    )
    return tuple((start, min(stop, end)) for start, stop in spans if start < end)


def _moved(study: Study) -> dict[tuple[str, int], tuple[tuple[int, int], ...]]:
    """The same of every arm and point, where what varies moves them."""
    if not any(path.startswith(DOSE) and path.endswith((".start", ".stop")) for path in study.file.varies):
        return {}
    return {(arm, p): _spans(study, arm, p) for arm in study.arms for p in range(len(study.points))}


def comparison(tables: Tables, point: int, width: int = 80) -> "Iterator[Table]":
    """Each arm's outcomes at a point, with the paired difference from the first arm and its 95 % interval.

    An interval is never broken over lines: outcomes for which `width` characters do not suffice stand in a next table.
    """
    here = tables.runs[tables.runs["point"] == point]
    own = {arm: here[here["arm"] == arm] for arm in tables.arms}
    columns: list[Words | Numbers] = [
        Words(spoken("Arm"), tables.arms),
        Numbers("n", [str(len(own[arm])) for arm in tables.arms], beside=True),
    ]
    for m in tables.outcomes:
        head = measured(tables, m, Look(language=language()), "\n", mark=True)
        columns.append(Numbers(head, [_cell(tables, own[arm], arm, m, point) for arm in tables.arms]))
    return spread(columns, width, tables.points[point], lines=True)


def evaluation(tables: Tables, width: int = 80) -> "Iterator[Table]":
    """Outcome, process and price of every arm, measure by measure, at the only point of a study; nothing for several."""
    if len(tables.points) > 1 or len(tables.arms) < 2:
        return
    found = tables.evaluation
    if found.empty:
        return
    cells = {
        arm: {
            row["metric"]: _in(Look(language=language()), difference_in_words(row))
            for _, row in found[found["arm"] == arm].iterrows()
        }
        for arm in tables.arms[1:]
    }
    measures = [m for m in (*MEASURES, PRICE, BENEFIT) if m in set(found["metric"])]
    worth = (tables.asked.worth if tables.asked else None) or 0.0
    told = {
        PRICE: spoken("Yuan per averted unmet week"),
        BENEFIT: spoken("Net benefit at {worth} yuan a week", worth=f"{worth:g}"),
    }
    names = [tables.metrics[m].say(language()) if m in tables.metrics else told.get(m, m) for m in measures]
    columns = [Numbers(arm, [cells[arm].get(m, "-") for m in measures]) for arm in cells]
    title = spoken("Outcome, process and price: difference from {arm}, 95 % interval", arm=tables.arms[0])
    yield from spread([Words(spoken("Measure"), names), *columns], width, title)


SHOWN = ("unmet_needs", "participation")
"""Outcomes of groups that the terminal shows; the report and groups.parquet have all."""


def by_group(tables: Tables, width: int = 80) -> "Iterator[Table]":
    """Outcomes of the groups of each of the user's own columns, at the only point of a study; nothing for several."""
    if len(tables.points) > 1:
        return
    look, arms = Look(language=language()), tables.arms[0]
    for column in columns_of(tables):
        shown, words = groups_in_words(tables, column, look, SHOWN)
        title = spoken("By {column}", column=apart(column))
        title += spoken(": difference from {arm}, 95 % interval", arm=arms) if shown.shape[1] > words + 2 else ""
        heads = list(shown)
        columns: list[Words | Numbers] = [
            (Words if k < words else Numbers)(heads[k], list(shown.iloc[:, k])) for k in range(shown.shape[1])
        ]
        yield from spread(columns, width, title)


def difference_in_words(row: "pd.Series[Any]") -> str:
    """A difference above its interval; a price and its interval, where a price can be named."""
    if row["metric"] == PRICE:
        return _price_in_words(row["mean"], row["low"], row["high"])
    if row["low"] == row["high"] == 0:
        return "0"
    if row["low"] == row["high"] or not math.isfinite(row["low"]):
        return number(row["effect"], sign=True)
    return with_interval(row["effect"], row["low"], row["high"])


def difference_told(row: "pd.Series[Any]", look: Look) -> str:
    """The same in the language of a report."""
    return true_minus(_in(look, difference_in_words(row)))


def _in(look: Look, said: str) -> str:
    """A difference or price in the language of the reader."""
    for english, chinese in (
        ("not known", "无法判断"),
        ("needs rose", "需求增加"),
    ):
        said = look.say(said, said.replace(english, chinese))
    return said


def _price_in_words(mean: float, low: float, high: float) -> str:
    """A price above its interval where it is known that needs fell; else that it is not known, as the effect is not."""
    if not (math.isfinite(mean) and math.isfinite(high)):
        return "needs rose" if low == math.inf else "not known"
    places = places_of(low, high)
    return f"{mean:.{places}f}\n[{low:.{places}f}, {high:.{places}f}]"


def _cell(tables: Tables, own: "pd.DataFrame", arm: str, metric: str, point: int) -> "str | Text":
    from rich.text import Text

    if metric not in own or own.empty:
        return "-"
    mean = float(own[metric].mean())
    found = tables.effects
    rows = (
        found[(found["arm"] == arm) & (found["metric"] == metric) & (found["point"] == point)] if len(found) else found
    )
    if rows.empty:
        return number(mean)
    row = rows.iloc[0]
    if not math.isfinite(row["low"]):
        few = spoken("(fewer than 5\npairs: no interval)")
        return f"{number(mean)}\n{number(row['effect'], sign=True)}\n{few}"
    good = tables.metrics[metric].better
    clear = row["low"] > 0 or row["high"] < 0
    colour = "" if not clear or not good else "green" if row["effect"] * good > 0 else "red"
    if row["low"] == row["high"] == 0:
        return Text(f"{number(mean)}\n{spoken('the same in every pair')}")
    difference, ends = told(row["effect"], row["low"], row["high"])
    said = Text(difference, style=f"bold {colour}" if colour else "")
    return Text(f"{number(mean)}\n") + said + Text(f"\n[{', '.join(ends)}]")


def say_table(console: "Console", title: str, table: "pd.DataFrame", most: int = 40) -> None:
    """Print a table of findings: intervals beside their estimates, and what is the same in every row beneath."""
    same = [name for name in table if len(table) > 1 and table[name].nunique(dropna=False) == 1]
    ends = {str(name).removesuffix("low"): name for name in table if str(name).endswith("low")}
    hidden = {*same, *(f"{stem}{end}" for stem in ends for end in ("low", "high"))}
    shown, columns = table.head(most), list[Words | Numbers]()
    for name in (str(name) for name in table if name not in hidden):
        cells = [number(value) if isinstance(value, float) else str(value) for value in shown[name]]
        stem = f"{name}_" if f"{name}_" in ends else "" if "" in ends and name == "share" else None
        if stem is not None:
            bounds = zip(cells, shown[f"{stem}low"], shown[f"{stem}high"], strict=True)
            cells = [f"{cell} [{number(low)}, {number(high)}]" for cell, low, high in bounds]
        texts = any(isinstance(value, str) for value in shown[name]) and not _estimates(cells)
        columns.append((Words if texts else Numbers)(name.replace("_", " "), cells))
    for one in spread(columns, console.width, title):
        console.print(one)
    notes = [f"{name.replace('_', ' ')} = {table[name].iloc[0]}" for name in same if f"{name}" not in ends]
    if notes:
        console.print(", ".join(notes), style="dim")
    if len(table) > most:
        console.print(spoken("... and {many} more rows.", many=len(table) - most))


def _estimates(cells: list[str]) -> bool:
    """Whether what stands here are estimates with their intervals, or shares."""
    return all(re.fullmatch(r"-|[-+]?[\d.]+%?( \[.*\])?", cell) for cell in cells) and any(c[-1] in "]%" for c in cells)


def say_failing(console: "Console", table: "pd.DataFrame") -> None:
    """Print where arms fail as sentences: the conditions, then what the runs say of them that had no say in them."""
    console.print("where arms fail", style="bold")
    for row in in_words("failing", table).to_dict("records"):
        said = [f"it fails in {row['fails_there']} of the pairs of runs there"]
        if row["fails_elsewhere"] != "-":
            said += [f"in {row['fails_elsewhere']} elsewhere", f"difference {row['more_often']}"]
            said += [f"{row['catches']} of all its failures are there"]
        console.print(f"{row['arm']}, {row['metric']}: {row['where']}")
        judges = f"({row['points']} points judge; by the runs that chose: {row['by_what_chose']}, too kind)"
        console.print(f"  {', '.join(said)} {judges}")


def say_results(console: "Console", study: Study, tables: Tables, most: int = 6) -> None:
    """Print the comparison at each point (the first few, and none of a sample) and what it rests on; in Chinese by its names."""
    look = Look(language=language())
    if look.language == "zh":
        tables = in_language(study, tables, "zh")
    sampled = study.file.design.method in SAMPLED
    for point in range(0 if sampled else min(len(tables.points), most)):
        for shown in comparison(tables, point, console.width):
            console.print(shown)
    if len(tables.points) > most and not sampled:
        more = spoken("... and {many} more points: see runs.parquet and the figures.", many=len(tables.points) - most)
        console.print(more)
    if "overall" in tables.answers:
        heading, meaning = map(either, FINDINGS["overall"])
        shown_there = in_words("overall", tables.answers["overall"])
        if look.language == "zh":
            shown_there = readable(shown_there, tables, look)
        say_table(console, heading, shown_there)
        first = re.split(" One in ten|十分之一低于", meaning, maxsplit=1)[0]
        console.print(first, style="dim")
    if not sampled:
        for shown in (*evaluation(tables, console.width), *by_group(tables, console.width)):
            console.print(shown)
    file = study.file
    notes = [
        spoken(
            "Means over all residents of the city, last {window} of {weeks} weeks.",
            window=file.window,
            weeks=file.weeks,
        )
        if file.city
        else spoken("Means, last {window} of {weeks} weeks.", window=file.window, weeks=file.weeks)
    ]
    if len(tables.arms) > 1:
        notes.append(
            spoken("Below them: difference from {arm} and its 95 % interval, over pairs of runs.", arm=tables.arms[0])
        )
    console.print(look.say(" ", "").join(notes), style="dim")
    for line in known(tables, look):
        console.print(line)
    if len(tables.effects):
        console.print(known_note(tables, look), style="dim")
    for pair in untold(study, tables):
        console.print(either(pair), style="yellow")
    console.print(evidence_in_words(study, look), style="dim")
