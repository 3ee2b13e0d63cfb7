"""Caveats: what a design cannot answer. Some of it is refused before the first run, the rest said in plan, run and report.

Refused: more points than a study may have, a value twice, a window that reaches back into the burn-in. Said, in English
and Chinese: policies that are in force in a part of the window only, arms that are the same, factors with one value,
one replicate; and of finished runs, outcomes that nothing moved and those that are not at rest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from experiments.analysis.warm_up import moves
from experiments.spoken import spoken
from experiments.study.design import DOSE, Study
from experiments.study.sampling import LARGEST, Range, Value, count_of, sizes_of
from experiments.study.schema import Arm, Entry, StudyFile
from sim.config.yaml import Marks, Problem, shown

if TYPE_CHECKING:
    import pandas as pd

type Said = tuple[str, str]
"""A sentence in English and in Chinese."""

MOST_POINTS = 20_000
"""Points that a study may have where nobody said `--points`."""
MOST_RUNS = 2_000_000
"""Runs that a study may have where nobody said `--replicates`: a plan in memory takes some 500 bytes of each."""
MOST_RUNS_EVER = 20_000_000
_WHEN = ("start", "stop", "ramp")
"""Doses that say when a policy is in force."""


def size_in_words(file: StudyFile) -> str:
    """Points, runs and how they come about, by arithmetic alone: `1,000 points (10 x 10 x 10), 4,000 runs`."""
    points, sizes = count_of(file.varies, file.design), sizes_of(file.varies, file.design)
    arms = len(file.arms) or 2 ** len(file.parts)
    how = (
        spoken(" ({method} of {sizes})", method=file.design.method, sizes=" x ".join(f"{n:,}" for n in sizes))
        if len(sizes) > 1
        else ""
    )
    return spoken(
        "{points} point{how}, {runs} runs" if points == 1 else "{points} points{how}, {runs} runs",
        points=f"{points:,}", how=how, runs=f"{points * arms * file.replicates:,}",
    )  # fmt: skip


def megabytes(runs: int, weeks: int) -> float:
    """What the weeks of so many runs take on disk, about: four bytes a metric, and packed."""
    from sim import METRICS

    return runs * weeks * len(METRICS) * 4 * 0.6 / 1e6


def too_many_runs(file: StudyFile, marks: Marks, said: bool) -> Iterator[Problem]:
    """More runs than the study may have; `said`: whether `--replicates` asked for them."""
    a_replicate = count_of(file.varies, file.design) * (len(file.arms) or 2 ** len(file.parts))
    key = "most" if file.until and file.most > file.replicates else "replicates"
    replicates = max(file.replicates, file.most if file.until else 0)
    runs, allowed = a_replicate * replicates, MOST_RUNS_EVER if said else MOST_RUNS
    if runs > allowed:
        lifted = f"where all of them are meant, --replicates {replicates} allows them"
        expected = (
            f"at most {allowed:,} runs; {lifted if runs <= MOST_RUNS_EVER else f'never more than {MOST_RUNS_EVER:,}'}"
        )
        yield Problem(marks.value((key,)), key, f"{replicates:,}, which makes {runs:,} runs", expected)


def too_large(file: StudyFile, marks: Marks, most: int) -> Iterator[Problem]:
    """More points than the study may have; nothing is made of them to find out."""
    points = count_of(file.varies, file.design)
    if points > most:
        lifted = f"where all of them are meant, --points {points} allows them"
        expected = f"at most {most:,} points; {lifted if points <= LARGEST else f'never more than {LARGEST:,}'}"
        yield Problem(marks.key(("varies",)), "varies", size_in_words(file), expected)


def misfits(file: StudyFile, unread: Collection[str], marks: Marks) -> Iterator[Problem]:
    """Keys that do not go together: told at the line of one of them, with the names of the others in `...`.

    `unread`: keys that could not be read, of which nothing is said.
    """

    def wrong(key: str, other: str, found: object, expected: str, where: str = "") -> Iterator[Problem]:
        if not {key, other} & set(unread):
            yield Problem(marks.value((where or key,)), key, str(found), expected)

    if bool(file.arms) == (len(file.parts) > 1):
        yield from wrong(
            "arms", "parts", "both" if file.arms else "none", "either arms, or two or more `parts` of a bundle"
        )
    if file.burn_in >= file.weeks:
        yield from wrong("burn_in", "weeks", file.burn_in, f"below `weeks`, which is {file.weeks}")
    elif file.window > file.weeks:
        yield from wrong("window", "weeks", file.window, f"at most `weeks`, which is {file.weeks}")
    if file.until and not 3 <= file.replicates <= file.most:
        expected = f"with `until`, 3 or more for the first stage, and at most `most`, which is {file.most}"
        yield from wrong(
            "replicates", "most", file.replicates, expected, "" if "replicates" in file.model_fields_set else "until"
        )
    if file.city and not file.varies:
        yield from wrong("city", "varies", "a city", "something that varies from community to community (`varies`)")


def refused(file: StudyFile, marks: Marks) -> Iterator[Problem]:
    """What of a study file can have no answer that is worth its runs."""
    yield from _duplicates(file, marks)
    measured = file.weeks - file.burn_in
    if file.window > measured and any(_begins_after_the_burn_in(file)):
        found = f"{file.window} weeks, {file.window - measured} of them before the policies, which start in week {file.burn_in}"
        expected = f"at most {measured}, the `weeks` after `burn_in`: earlier ones dilute every effect"
        yield Problem(marks.value(("window",)), "window", found, expected)


def _begins_after_the_burn_in(file: StudyFile) -> Iterator[bool]:
    """For every policy whether it has no start of its own, and none is varied."""
    listed: Iterable[Sequence[Entry]] = (arm.policies if isinstance(arm, Arm) else arm for arm in file.arms.values())
    for entry in (entry for entries in (*listed, file.parts) for entry in entries):
        pairs = {entry: None} if isinstance(entry, str) else entry
        yield from ("start" not in (d or {}) and f"{DOSE}{n}.start" not in file.varies for n, d in pairs.items())


def _duplicates(file: StudyFile, marks: Marks) -> Iterator[Problem]:
    if file.design.method == "list":
        columns = [factor for factor in file.varies.values() if not isinstance(factor, Range)]
        for row, first in _twice(list(zip(*columns, strict=False))):
            spot = marks.value(("varies", next(iter(file.varies)), row))
            yield Problem(spot, "varies", f"the values of row {first + 1} again in row {row + 1}", "each point once")
        return
    for path, factor in file.varies.items():
        if isinstance(factor, Range):
            continue
        for at, _ in _twice(factor):
            place = ("varies", path, at)
            yield Problem(marks.value(place), f"varies.{path}", f"{shown(factor[at])} a second time", "each value once")
    for at, _ in _twice(file.outcomes):
        spot = marks.value(("outcomes", at))
        yield Problem(spot, f"outcomes.{at}", f"{file.outcomes[at]} a second time", "each outcome once")


def _twice(values: Sequence[Value] | Sequence[tuple[Value, ...]]) -> Iterator[tuple[int, int]]:
    """Places of values that stood earlier already, and where; 1 and 1.0 are one value, 1 and true are two."""
    seen: dict[object, int] = {}
    for at, value in enumerate(values):
        parts = value if isinstance(value, tuple) else (value,)
        key = tuple((isinstance(part, bool), part) for part in parts)
        if key in seen:
            yield at, seen[key]
        seen.setdefault(key, at)


def caveats(study: Study) -> list[Said]:
    """What the reader of a study's results should know that its design cannot tell."""
    return [*_windows(study), *_same_arms(study), *_fixed(study)]


def _windows(study: Study) -> Iterator[Said]:
    """Policies that are in force, or whole, in a part of the window only."""
    file, times = study.file, {path for path in study.file.varies if path.split(".")[-1] in _WHEN}
    first, seen = file.weeks - file.window, set[Said]()
    different = dict.fromkeys(tuple((k, v) for k, v in point if k in times) for point in study.points)
    for arm in study.arms:
        for said in different:
            doses_of: dict[str, list[Mapping[str, Value | None]]] = {}
            for name, doses in study.arms[arm]:
                changed = {k.removeprefix(f"{DOSE}{name}."): v for k, v in said if k.startswith(f"{DOSE}{name}.")}
                doses_of.setdefault(name, []).append({**doses, **changed})
            where = f" where {', '.join(f'{k} is {v}' for k, v in said)}" if said else ""
            where_zh = f"（{'，'.join(f'{k} = {v}' for k, v in said)}）" if said else ""
            for name, periods in doses_of.items():
                weeks, whole = _weeks_in_force(periods, first, file.weeks)
                told = _in_part(weeks, whole, file.window, f"{name} in '{arm}'{where}", f"“{arm}”的{name}{where_zh}")
                if told and told not in seen:
                    seen.add(told)
                    yield told


def _weeks_in_force(periods: Iterable[Mapping[str, Value | None]], first: int, end: int) -> tuple[int, int]:
    """In how many weeks from `first` to before `end` a policy acts, and in how many with its full strength."""
    acts, whole = set[int](), set[int]()
    for doses in periods:
        start, stop, ramp = int(doses["start"] or 0), doses.get("stop"), int(doses.get("ramp") or 0)
        last = end if stop is None else min(int(stop), end)
        acts.update(range(max(start, first), last))
        whole.update(range(max(start + ramp, first), last))
    return len(acts), len(whole)


def _in_part(weeks: int, whole: int, window: int, who: str, who_zh: str) -> Said | None:
    if weeks == 0:
        return (
            f"{who}: not in force in the {window} weeks of the window; the outcomes show what is left of it.",
            f"{who_zh}：在窗口的{window}周内均未实施，结果只反映其余效。",
        )
    if weeks < window:
        return (
            f"{who}: in force in {weeks} of the {window} weeks of the window; the other weeks dilute its effect.",
            f"{who_zh}：在窗口的{window}周中只实施了{weeks}周，其余各周稀释其效应。",
        )
    if whole < window:
        return (
            f"{who}: still growing to its full strength in {window - whole} of the {window} weeks of the window.",
            f"{who_zh}：在窗口的{window}周中有{window - whole}周尚未达到全部强度。",
        )
    return None


def _same_arms(study: Study) -> Iterator[Said]:
    def meant(arm: str) -> object:
        said = study.file.arms[arm]
        return study.arms[arm], said.set if isinstance(said, Arm) else {}

    for one, other in combinations(study.arms, 2):
        if meant(one) == meant(other):
            yield (
                f"'{one}' and '{other}' are the same arm twice: nothing can differ between them.",
                f"“{one}”与“{other}”是同一组，两者之间不可能有差异。",
            )


def _fixed(study: Study) -> Iterator[Said]:
    for path, factor in study.file.varies.items():
        if not isinstance(factor, Range) and len(factor) == 1:
            yield (
                f"{path} has one value: the study cannot say what it does.",
                f"{path}只有一个取值：本研究无法说明其作用。",
            )
    if study.file.replicates == 1 and len(study.arms) > 1:
        yield (
            "One replicate: no effect has an interval.",
            "只有一次重复：效应没有区间。",
        )


def unmoved(runs: "pd.DataFrame", outcomes: Mapping[str, Said]) -> list[Said]:
    """Outcomes that are the same in every run, or were measured in none; `outcomes`: what each is called."""
    said: list[Said] = []
    for name, (label, label_zh) in outcomes.items():
        if len(runs) < 2 or name not in runs:
            continue
        values = runs[name].dropna().unique()
        if len(values) == 0:
            said.append((f"{label} was measured in none of the runs.", f"{label_zh}在任何运行中都没有测得。"))
        elif len(values) == 1 and not runs[name].isna().any():
            said.append(
                (
                    f"{label} is {values[0]:.4g} in every run: nothing in this study moves it.",
                    f"{label_zh}在每次运行中都是{values[0]:.4g}：本研究没有任何因素影响它。",
                )
            )
    return said


def restless(
    trajectories: "pd.DataFrame", runs: "pd.DataFrame", study: Study, outcomes: Mapping[str, Said], arm: str = ""
) -> list[Said]:
    """Outcomes that still move in the first arm after the burn-in (see `analysis.warm_up.moves`).

    `trajectories` are the means of the first arm week by week, `runs` one row a run; what varies is averaged over. `arm`:
    what these tables call the first arm, where they have another name for it than the study.
    """
    arm = arm or study.reference
    first, last = study.file.burn_in, study.file.weeks
    middle = (first + last) // 2
    said: list[Said] = []
    if trajectories.empty:
        return said
    ours = trajectories[(trajectories["arm"] == arm) & (trajectories["week"] >= first)]
    for name, (label, label_zh) in outcomes.items():
        if name not in runs:
            continue
        weekly, values = ours[ours["metric"] == name], runs.loc[runs["arm"] == arm, name].dropna()
        early, means = (weekly["week"] < middle).to_numpy(), weekly["mean"].to_numpy(float)
        if moved := moves(means[early], means[~early], values.to_numpy(float)):
            said.append(
                (
                    f"{label} is not at rest in '{arm}': {moved:+.0%} from weeks {first}-{middle - 1} to "
                    f"{middle}-{last - 1}. Differences between arms stand; levels depend on the weeks that are measured.",
                    f"“{arm}”中的{label_zh}尚未平稳：从第{first}-{middle - 1}周到第{middle}-{last - 1}周变化{moved:+.0%}。"
                    "各方案之差仍然成立，水平值取决于测量的是哪些周。",
                )
            )
    return said
