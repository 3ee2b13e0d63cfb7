"""The reference pages of the documentation, generated: `python -m experiments.cli.reference docs/reference`."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from experiments.cli.in_words import every_command
from experiments.odd import rules_in_full
from experiments.odd.tables import metrics_table, parameters_tables, table_of
from sim import METRICS, POLICIES, load_config
from sim.config.load import load_sources
from sim.policies.policy import Policy


def reference_pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "commands.md": _page("Commands", "\n\n".join(_commands())),
        "policies.md": _page("Policies", "\n\n".join(_policies())),
        "metrics.md": _page("Metrics", metrics_table()),
        "parameters.md": _page("Parameters", _parameters()),
        "rules.md": _page("Rules in full", rules_in_full()),
        "python.md": _page("In Python", "\n\n".join(_python())),
    }


def _page(title: str, text: str) -> str:
    return f"<!-- generated: python -m experiments.cli.reference docs/reference -->\n\n# {title}\n\n{text.rstrip()}\n"


def _commands() -> Iterator[str]:
    from experiments.cli import main

    context = click.Context(main, info_name="linli")
    yield (main.help or "") + " `linli COMMAND --help` says the same in a terminal."
    for name, command in every_command(main, context):
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        rows = [record for p in command.params if (record := p.get_help_record(inner)) and record[1]]
        options = table_of(("option", "what it does"), [(f"`{o}`", said) for o, said in rows]) if rows else ""
        help_ = inspect.cleandoc(command.help or "")
        yield f"## linli {name}\n\n{help_}\n\n```text\nlinli {name} {usage}\n```\n\n{options}".rstrip()


def _policies() -> Iterator[str]:
    shared = [_dose(name, field) for name, field in Policy.model_fields.items()]
    yield "What a policy does with its shipped doses, in one sentence, and what its doses mean. Any policy also takes:"
    yield table_of(("dose", "shipped", "unit", "meaning"), shared)
    for name, kind in POLICIES.items():
        own = [_dose(dose, field) for dose, field in kind.model_fields.items() if dose not in Policy.model_fields]
        sources = ", ".join(f"`{key}`" for key in kind.sources)
        table = table_of(("dose", "shipped", "unit", "meaning"), own) if own else ""
        sentences = f"{kind().sentence()}\n\n{kind().sentence_zh()}"
        yield f"## {kind.title} {kind.title_zh} (`{name}`)\n\n{sentences}\n\n{table}\n\nSources: {sources}."


def _dose(name: str, field: Any) -> tuple[str, ...]:
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    shipped = "none" if field.default is None or field.default == () else str(field.default)
    return f"`{name}`", shipped, unit, field.description or ""


def _parameters() -> str:
    config = load_config("baseline")
    head = (
        "Every value of `configs/baseline.yaml`, by section; change one with `--set section.name=value`. Grades: "
        "*survey*, *trial*, *theory*, *calibrated*, *assumed*."
    )
    sources = "\n".join(f"- `{key}`: {source}." for key, source in sorted(load_sources().items()))
    return f"{head}\n\n{parameters_tables(config).replace('### ', '## ')}\n\n## Sources\n\n{sources}"


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
