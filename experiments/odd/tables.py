"""The tables of the ODD document: state variables, levers, kinds, parameters, patterns and metrics."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args, get_origin

from experiments.odd.words import told, unit_in_chinese
from experiments.reporting.chinese import in_chinese
from experiments.spoken import Language
from sim.config.evidence import Evidence
from sim.config.kinds import Kind
from sim.config.load import config_folder
from sim.config.schema import Config
from sim.config.yaml import read
from sim.metrics import METRICS
from sim.state.columns import Table
from sim.state.levers import LEVERS
from sim.state.tallies import TALLIES


def _row(*cells: object) -> str:
    said = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(said)} |"


def table_of(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    return "\n".join([_row(*head), _row(*("---" for _ in head)), *(_row(*row) for row in rows)])


SPANS = {
    (True, True): "{low:g} to {high:g}",
    (True, False): "{low:g} to",
    (False, True): "to {high:g}",
    (False, False): "",
}
"""The range of a state variable, with a lower and an upper end or without."""


def heads(language: Language, *names: str) -> list[str]:
    """The head of a table."""
    return [told(name, language) for name in names]


def facts_table(table: Table, language: Language = "en") -> str:
    """The columns of an entity: name, meaning, unit, range."""

    def within(low: float | None, high: float | None) -> str:
        return told(SPANS[low is not None, high is not None], language).format(low=low, high=high)

    rows = (
        (
            f"`{name}`",
            told(fact.sentence, language)
            + (told(" ({width} values)", language).format(width=fact.width) if fact.width else ""),
            told(fact.unit, language),
            within(fact.low, fact.high),
        )
        for name, fact in table.items()
    )
    return table_of(heads(language, "state variable", "meaning", "unit", "range"), rows)


def levers_by_span(language: Language = "en") -> dict[str, str]:
    """Every lever with meaning and unit, by whom it belongs to."""
    said: dict[str, list[str]] = {}
    one = told("`{name}` {meaning} ({unit})", language)
    for name, (span, fact) in LEVERS.items():
        meaning, unit = told(fact.sentence, language), told(fact.unit, language)
        said.setdefault(span, []).append(one.format(name=name, meaning=meaning, unit=unit))
    return {span: told("; ", language).join(each) for span, each in said.items()}


def tallies_table() -> str:
    """What is counted in a week (`count_`) or stands on Sunday night (`stand_`): entries, meaning, unit."""
    rows = ((f"`{name}`", length, meaning, unit) for name, (length, meaning, unit) in TALLIES.items())
    return table_of(("tally", "entries", "meaning", "unit"), rows)


def kinds_table(config: Config, language: Language = "en") -> str:
    """The service kinds of a configuration: a line for each thing that is said of them."""
    kinds, chinese = config.kinds.values(), language == "zh"

    def value(of: object) -> str:
        return told(of.replace("_", " "), language) if chinese and isinstance(of, str) else _value(of)

    head = (*heads(language, "of a kind", "meaning"), *(k.title_zh if chinese else k.title for k in kinds))
    rows = (
        (f"`{name}`", told(field.description or "", language).rstrip("。"), *(value(getattr(k, name)) for k in kinds))
        for name, field in Kind.model_fields.items()
        if not name.startswith("title")
    )
    return table_of(head, rows)


def values_of(config: Config, section: str, language: Language = "en") -> str:
    """The parameters of a section in a row: name, value, and the first letter of the grade."""
    said = (
        f"`{e.path.split('.', 1)[1]}` {_value(e.value)} {told(e.grade, language)[0]}"
        for e in config.evidence.values()
        if e.path.split(".")[0] == section
    )
    return told("; ", language).join(said)


def parameters_tables(config: Config, language: Language = "en") -> str:
    """Every parameter by section: value, unit, range, meaning, grade, source, and in English its note."""
    by_section: dict[str, list[Evidence]] = {}
    for path, evidence in config.evidence.items():
        by_section.setdefault(path.split(".")[0], []).append(evidence)
    parts = []
    for section, values in by_section.items():
        about = f"：{_section_in_chinese(config, section)}" if language == "zh" else ""
        parts.append(f"### {section}{about}\n\n{_evidence_table(config, values, language)}")
    return "\n\n".join(parts)


def _section_in_chinese(config: Config, section: str) -> str:
    """What a section is about, which its class says in English."""
    if section == "kinds":
        return "服务类型"
    return in_chinese(" ".join((type(getattr(config, section)).__doc__ or "").split())).rstrip("。")


def _evidence_table(config: Config, values: Iterable[Evidence], language: Language) -> str:
    values = [e for e in values if not e.path.endswith((".title", ".title_zh"))]  # names have no evidence
    if language == "zh":
        chinese = (
            (
                f"`{e.path.split('.', 1)[1]}`",
                "无" if (shown := _value(e.value)) == "none" else shown,
                unit_in_chinese(e.unit),
                _range(config, e.path).replace(" to ", "至"),
                in_chinese(e.meaning),
                told(e.grade, language),
                e.source if e.grade != "assumed" or e.source != e.file else "",
            )
            for e in values
        )
        return table_of(("参数", "取值", "单位", "范围", "含义", "等级", "来源"), chinese)
    rows = (
        (
            f"`{e.path.split('.', 1)[1]}`",
            _value(e.value),
            e.unit,
            _range(config, e.path),
            e.meaning,
            e.grade,
            e.source if e.grade != "assumed" or e.source != e.file else "",
            e.note,
        )
        for e in values
    )
    return table_of(("parameter", "value", "unit", "range", "meaning", "grade", "source", "note"), rows)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "none"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _range(config: Config, path: str) -> str:
    section, name = path.split(".")[0], path.rsplit(".", 1)[-1]
    shape = Kind if section == "kinds" else type(getattr(config, section))
    field = shape.model_fields[name]
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"{at} {choice}" for at, choice in enumerate(get_args(field.annotation)))
    bounds = {type(m).__name__: m for m in field.metadata}
    if "Ge" not in bounds or "Le" not in bounds:
        return ""
    return f"{bounds['Ge'].ge:g} to {bounds['Le'].le:g}"


def says_target(bounds: dict[str, float], language: Language = "en") -> str:
    """The band of a pattern in words."""
    low, high = bounds.get("low"), bounds.get("high")
    if language == "zh":
        return f"高于{low:g}" if high is None else f"低于{high:g}" if low is None else f"{low:g}至{high:g}"
    return f"above {low:g}" if high is None else f"below {high:g}" if low is None else f"{low:g} to {high:g}"


def patterns_table(language: Language = "en") -> str:
    """The patterns by which the model is judged, from `configs/patterns/`."""
    said = read(config_folder() / "patterns" / "community.yaml").value["patterns"]
    rows = (
        (
            p["title_zh" if language == "zh" else "title"],
            told("; ", language).join(f"`{part}` {says_target(b, language)}" for part, b in p["parts"].items()),
            told("calibrated on" if p["use"] == "calibrated" else "held out", language),
            p["source"],
            told(p.get("note", ""), language),
        )
        for p in said.values()
    )
    return table_of(heads(language, "pattern", "target", "use", "source", "what it rests on"), rows)


def metrics_table_in_chinese() -> str:
    """The same of every metric, in Chinese."""
    better = {1: "越多越好", -1: "越少越好", 0: ""}
    rows = (
        (
            f"`{name}`" + ("（主要指标）" if m.headline else ""),
            m.label_zh,
            unit_in_chinese(m.unit),
            better[m.better],
            in_chinese(" ".join(m.sentence.split())),
            "13周" if m.slow else "1周",
        )
        for name, m in METRICS.items()
    )
    return table_of(("指标", "名称", "单位", "方向", "含义", "测量间隔"), rows)


def metrics_table() -> str:
    """Every metric: unit, direction, sentence."""
    better = {1: "more", -1: "less", 0: ""}
    rows = (
        (
            f"`{name}`" + (" (headline)" if m.headline else ""),
            m.label,
            m.label_zh,
            m.unit,
            better[m.better],
            " ".join(m.sentence.split()),
            "13 weeks" if m.slow else "week",
        )
        for name, m in METRICS.items()
    )
    return table_of(("metric", "label", "in Chinese", "unit", "better", "meaning", "measured every"), rows)
