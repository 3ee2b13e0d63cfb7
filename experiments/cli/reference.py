"""The reference pages of the documentation, generated: `python -m experiments.cli.reference docs/reference`."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from experiments.cli.in_words import every_command, option_in_words, paragraphs
from experiments.odd import rules_in_full
from experiments.odd.tables import (
    metrics_table,
    metrics_table_in_chinese,
    parameters_tables,
    table_of,
)  # fmt: skip
from experiments.odd.words import unit_in_chinese
from experiments.reporting.chinese import in_chinese
from experiments.spoken import in_words, speaking, spoken
from sim import METRICS, POLICIES, load_config
from sim.config.load import load_sources
from sim.policies.policy import Policy


def reference_pages() -> dict[str, str]:
    """Every generated page by its file name; what stands in the program in English only has no page in Chinese."""
    return {
        "commands.md": _page("Commands", "\n\n".join(_commands()), "commands"),
        "commands.zh.md": _page("命令", "\n\n".join(_commands(zh=True)), "commands", zh=True),
        "policies.md": _page("Policies", "\n\n".join(_policies()), "policies"),
        "policies.zh.md": _page("政策", "\n\n".join(_policies(zh=True)), "policies", zh=True),
        "metrics.md": _page("Metrics", metrics_table(), "metrics"),
        "metrics.zh.md": _page("指标", metrics_table_in_chinese(), "metrics", zh=True),
        "parameters.md": _page("Parameters", _parameters(), "parameters"),
        "parameters.zh.md": _page("参数", _parameters_in_chinese(), "parameters", zh=True),
        "rules.md": _page("Rules in full", rules_in_full()),
        "python.md": _page("In Python", "\n\n".join(_python())),
    }


def _page(title: str, text: str, name: str = "", *, zh: bool = False) -> str:
    """A page that says how it was made; one in two languages leads to its twin."""
    made = "<!-- generated: python -m experiments.cli.reference docs/reference -->"
    twin = f"[English]({name}.md)\n\n" if zh else f"[中文]({name}.zh.md)\n\n" if name else ""
    return f"{made}\n\n# {title}\n\n{twin}{text.rstrip()}\n"


def _commands(*, zh: bool = False) -> Iterator[str]:
    from experiments.cli import main

    context = click.Context(main, info_name="linli")
    with speaking("zh" if zh else "en"):
        same = spoken("`linli COMMAND --help` says the same in a terminal.")
        head = spoken("option|what it does").split("|")
        yield in_words(main.help or "") + ("" if zh else " ") + same
        for name, command in every_command(main, context):
            inner = click.Context(command, info_name=name, parent=context)
            usage = " ".join(command.collect_usage_pieces(inner))
            rows = [record for p in command.params if (record := p.get_help_record(inner)) and record[1]]
            options = (
                table_of(head, [(f"`{o.replace('|', '/')}`", option_in_words(said)) for o, said in rows])
                if rows
                else ""
            )
            help_ = inspect.cleandoc(command.help or "")
            if zh:
                help_ = "\n\n".join(map(in_words, paragraphs(help_)))
            yield f"## linli {name}\n\n{help_}\n\n```text\nlinli {name} {usage}\n```\n\n{options}".rstrip()


def _policies(*, zh: bool = False) -> Iterator[str]:
    head = ("剂量", "默认值", "单位", "含义") if zh else ("dose", "shipped", "unit", "meaning")
    shared = [_dose(name, field, zh) for name, field in Policy.model_fields.items()]
    yield (
        "每项政策以默认剂量做什么，用一句话说明；其后是各剂量的含义。任何政策还可写："
        if zh
        else "What a policy does with its shipped doses, in one sentence, and what its doses mean. Any policy also takes:"
    )
    yield table_of(head, shared)
    for name, kind in POLICIES.items():
        own = [_dose(dose, field, zh) for dose, field in kind.model_fields.items() if dose not in Policy.model_fields]
        table = table_of(head, own) if own else ""
        if zh:
            sources = "、".join(f"`{key}`" for key in kind.sources)
            yield f"## {kind.title_zh}（`{name}`）\n\n{kind().sentence_zh()}\n\n{table}\n\n来源：{sources}。"
        else:
            sources = ", ".join(f"`{key}`" for key in kind.sources)
            sentences = f"{kind().sentence()}\n\n{kind().sentence_zh()}"
            yield f"## {kind.title} {kind.title_zh} (`{name}`)\n\n{sentences}\n\n{table}\n\nSources: {sources}."


def _dose(name: str, field: Any, zh: bool) -> tuple[str, ...]:
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    nothing = field.default is None or field.default == ()
    shipped = ("无" if zh else "none") if nothing else str(field.default)
    if zh:
        return f"`{name}`", shipped, unit_in_chinese(unit), in_chinese(field.description or "")
    return f"`{name}`", shipped, unit, field.description or ""


def _parameters() -> str:
    config = load_config("baseline")
    head = (
        "Every value of `configs/baseline.yaml`, by section; change one with `--set section.name=value`. Grades: "
        "*survey*, *trial*, *theory*, *calibrated*, *assumed*."
    )
    sources = "\n".join(f"- `{key}`: {source}." for key, source in sorted(load_sources().items()))
    return f"{head}\n\n{parameters_tables(config).replace('### ', '## ')}\n\n## Sources\n\n{sources}"


def _parameters_in_chinese() -> str:
    head = (
        "`configs/baseline.yaml` 的全部取值，按部分排列；用 `--set 部分.名称=取值` 改动。证据等级：调查、试验、理论、校准、假定。"
        "各值的备注和来源的出处见[英文页](parameters.md)。"
    )
    return f"{head}\n\n{parameters_tables(load_config('baseline'), 'zh').replace('### ', '## ')}"


def _python() -> Iterator[str]:
    from sim import Community, Simulation
    from sim.metrics.metric import Metric

    yield "The face of the package: `from sim import ...`. Everything else may change without notice."
    yield f"## load_config\n\n{_signature(load_config, 'load_config')}\n\n{inspect.cleandoc(load_config.__doc__ or '')}"
    for kind in (Simulation, Community):
        yield f"## {kind.__name__}\n\n{_signature(kind, kind.__name__)}\n\n{inspect.cleandoc(kind.__doc__ or '')}"
        for name, member in vars(kind).items():
            if not name.startswith("_") and member.__doc__:
                yield _member(kind.__name__, name, member)
    fields = ", ".join(f"`{field}`" for field in Metric.__dataclass_fields__ if field != "of")
    yield f"## METRICS\n\nThe {len(METRICS)} metrics by name; each has {fields}. See [metrics](metrics.md)."
    names = ", ".join(f"`{kind.__name__}`" for kind in POLICIES.values())
    yield f"## POLICIES\n\nThe policies by name; the classes can be imported by their own names too: {names}."


def _member(owner: str, name: str, member: Any) -> str:
    said = inspect.cleandoc(member.__doc__ or "")
    if not inspect.isfunction(member):
        return f"### {owner}.{name}\n\n{said}"
    return f"### {owner}.{name}\n\n{_signature(member, name)}\n\n{said}"


def _signature(what: Any, name: str) -> str:
    signature = str(inspect.signature(what)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
    return f"```python\n{name}{signature}\n```"


def main(folder: Path) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference_pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
