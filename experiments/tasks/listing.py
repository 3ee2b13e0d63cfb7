"""Lists for the terminal: what can be named, and how the model does against its exact limits."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from experiments.reporting.chinese import chinese
from experiments.reporting.console import Numbers, Words, spread, terminal
from experiments.reporting.figures.tables import UNITS_ZH
from experiments.spoken import language, spoken

if TYPE_CHECKING:
    from experiments.validation.limits import Row


def say_names() -> None:
    """Print what can be named: studies, communities, policies and metrics."""
    from sim import METRICS, POLICIES

    console = terminal()
    in_chinese = _names_in_chinese() if language() == "zh" else defaultdict[str, dict[str, str]](dict)
    for title, names in (
        (spoken("Studies"), in_chinese["studies"] or study_titles()),
        (spoken("Communities"), in_chinese["communities"] or community_titles()),
        (
            spoken("Policies"),
            in_chinese["policies"]
            or {
                name: " ".join((policy.__doc__ or "").strip().split("\n\n")[0].split())
                for name, policy in sorted(POLICIES.items())
            },
        ),
        (
            spoken("Metrics"),
            in_chinese["metrics"] or {name: f"{m.label} ({m.unit}): {m.sentence}" for name, m in METRICS.items()},
        ),
    ):
        columns = [Words("", [Text(name, style="bold") for name in names]), Words("", list(names.values()))]
        for table in spread(columns, console.width, title, plain=True, heads=False):
            console.print(table)


def _names_in_chinese() -> dict[str, dict[str, str]]:
    """The same names with what they are in Chinese, as far as there are words for it."""
    from sim import METRICS, POLICIES

    return {
        "studies": studies_in_chinese(),
        "communities": {name: chinese().get(title, title) for name, title in community_titles().items()},
        "policies": {name: f"{policy.title_zh}：{policy().sentence_zh()}" for name, policy in sorted(POLICIES.items())},
        "metrics": {name: f"{m.label_zh}（{UNITS_ZH.get(m.unit, m.unit)}）" for name, m in METRICS.items()},
    }


def metrics_in_markdown() -> str:
    """The metrics as a table: name, label, unit, what it is, and how it is measured."""
    from sim import METRICS

    better = {1: "more", -1: "less", 0: ""}
    rows = [
        f"| `{name}`{' (headline)' if m.headline else ''} | {m.label} | {m.unit} | {m.sentence} | {better[m.better]} | "
        f"{'every 13 weeks' if m.slow else 'weekly'} |"
        for name, m in METRICS.items()
    ]
    head = "| column | label | unit | what it is | better | measured |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def study_titles() -> dict[str, str]:
    """Shipped studies by name, each with its title."""
    return _titles("studies")


def studies_in_chinese() -> dict[str, str]:
    """The same in Chinese, as each study labels itself."""
    from sim.config.load import find_file
    from sim.config.yaml import read

    return {
        name: read(find_file(name, ("studies",))).value.get("label", {}).get("title", {}).get("zh", title)
        for name, title in study_titles().items()
    }


def community_titles() -> dict[str, str]:
    """Shipped communities by name, each with its title, the baseline first."""
    from sim.config.load import find_file

    return {"baseline": title_of(find_file("baseline")), **_titles("communities")}


def _titles(folder: str) -> dict[str, str]:
    from sim.config.load import config_names, find_file

    return {name: title_of(find_file(name, (folder,))) for name in config_names((folder,))}


def title_of(path: Path) -> str:
    """What the file says it is; nothing where it says nothing or cannot be read."""
    from sim.config.yaml import ConfigError, read

    try:
        said = read(path).value
    except ConfigError:
        return ""
    title = said.get("title", "") if isinstance(said, dict) else ""
    return str(title.get("value", "") if isinstance(title, dict) else title)


def say_limits(rows: "Iterable[Row]") -> bool:
    """Print limit, expected, got, verdict; true when all hold."""
    from experiments.validation.limits.in_chinese import in_chinese

    console = terminal()
    table, before, fails = list[tuple[str | Text, ...]](), "", 0
    for row in rows:
        word = spoken("holds") if row.verdict == "holds" else spoken("fails")
        said = Text(word, style="" if row.verdict == "holds" else "bold red")
        numbers = (f"{row.expected:.6g}", f"{row.got:.6g}", f"{row.tolerance:.2g}")
        what = in_chinese(row.what) if language() == "zh" else row.what
        table.append((row.limit if row.limit != before else "", what, *numbers, said))
        before, fails = row.limit, fails + (row.verdict != "holds")
    told = len(table)
    kinds = (Words, Words, Numbers, Numbers, Numbers, Words)
    heads = spoken("limit|what|expected|got|tolerance|verdict").split("|")
    columns = [kind(head, [row[i] for row in table]) for i, (kind, head) in enumerate(zip(kinds, heads, strict=True))]
    for shown in spread(columns, console.width, plain=True):
        console.print(shown)
    console.print(spoken("{told} numbers, {hold} hold, {fails} fail.", told=told, hold=told - fails, fails=fails))
    console.print(
        spoken("Where chance has a part, they may differ by four standard errors: one false alarm in 16,000.")
    )
    return fails == 0
