"""Report: one HTML file that stands alone - question, design, methods, tables, figures, assumptions, provenance."""

import base64
import html
import math
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.analysis.evaluation import MEASURES, PRICE, evaluated
from experiments.crate import write_crate
from experiments.design import Study
from experiments.exploring import explore
from experiments.figures import draw_all
from experiments.figures.style import decimals
from experiments.provenance import commit
from experiments.results import Results
from experiments.showing import difference_in_words, evidence_in_words, number, tables_of
from experiments.store import write_whole
from experiments.tables import tables_for_a_paper, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from experiments.figures.tables import Tables

STYLE = """
body { font: 16px/1.5 Georgia, 'Songti SC', serif; color: #222 }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { font-family: Helvetica, Arial, sans-serif; line-height: 1.2 }
h2 { margin-top: 2.5rem; font-size: 1.2rem } h3 { font-size: 1rem }
table { border-collapse: collapse; font: 12px/1.4 Helvetica, Arial, sans-serif; margin: 1rem 0 }
td, th { white-space: nowrap }
th, td { padding: .25rem .7rem; text-align: right; vertical-align: top }
th:first-child, td:first-child { text-align: left }
thead th { border-bottom: 1px solid #222 } tbody tr { border-bottom: 1px solid #ddd }
figure { margin: 1.5rem 0 } img { max-width: 100% } .wide { overflow-x: auto } .dim { color: #666; font-size: .85rem }
"""


def write_report(results: Results, first_stage: int) -> Path:
    """Write report.html into the study's folder; everything it shows is inside the file.

    Beside it the folder `tables/` for a paper, and ro-crate-metadata.json, which says what every file is.
    """
    study, folder = results.study, results.store.folder
    tables = tables_of(results, first_stage=first_stage)
    drawn = draw_all(tables, folder / "figures", formats=("svg", "pdf", "png"))
    written = write_tables(tables_for_a_paper(results, tables), folder / "tables")
    parts = [
        f"<h1>{_safe(study.file.title)}</h1><p>{_safe(study.file.question)}</p>",
        "<h2>Design</h2>" + _design(study),
        "<h2>Methods</h2><p>" + _safe(methods(study, tables, first_stage)) + "</p>",
        "<h2>Effects</h2>" + "".join(_effects(tables, metric) for metric in tables.outcomes),
        _evaluation(tables),
        *(f"<h2>{name.capitalize()}</h2>{_table(table)}" for name, table in _findings(results, tables).items()),
        "<h2>Figures</h2>" + "".join(_figure(path) for path in drawn if path.suffix == ".svg"),
        "<h2>What the result rests on</h2>" + _evidence(study),
        "<h2>Provenance</h2>" + _provenance(results),
    ]
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{_safe(study.file.title)}</title>'
        f"<style>{STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )
    path = folder / "report.html"
    write_whole(path, page.encode(), sync=True)
    kept = [*results.store.blocks(), *(folder / name for name in _KEPT)]
    write_crate(results, [file for file in (path, *kept, *written, *drawn) if file.is_file()])
    return path


_KEPT = ("runs.parquet", "resolved.yaml", "manifest.json")


def methods(study: Study, tables: "Tables", first_stage: int) -> str:
    """A paragraph for the methods section of a paper."""
    file, n = study.file, study.file.replicates
    place = f"the community {file.community!r}"
    if file.city:
        place = (
            f"a city, community by community (they differ from {file.community!r} as the study file says; a run is one "
            "life of all of them, an outcome the mean over all residents),"
        )
    design = f" at {len(study.points)} points of a {file.design.method.replace('_', ' ')} design"
    stein = (
        f" Runs were added until the intervals were narrow enough: by Stein's rule on the first {first_stage} pairs, and by "
        "later looks at the spread of all pairs, which may add runs only; each t interval is the wider of the two."
    )
    said = [
        f"We simulated {place} for {file.weeks} weeks under {len(study.arms)} arms",
        design if len(study.points) > 1 else "",
        f", with {n} replicates each ({len(tables.runs):,} runs). Policies began in week {file.burn_in} unless they ",
        f"say otherwise; outcomes are means of the last {file.window} weeks. Replicates share their random numbers ",
        "across arms and points, one for each person, week and decision, so every arm was compared with ",
        f"{study.reference!r} pair by pair. We report mean paired differences with 95 % t intervals, intervals that ",
        "hold for all arms of an outcome at once (the largest |t|, given the correlation of the differences), BCa ",
        "bootstrap intervals and effect sizes.",
        stein if first_stage else "",
    ]
    return "".join(said)


def _effects(tables: "Tables", metric: str) -> str:
    meaning = tables.metrics[metric]
    return f"<h3>{_safe(meaning.label)} ({_safe(meaning.unit)})</h3>" + _table(effects_in_words(tables, metric))


def effects_in_words(tables: "Tables", metric: str) -> "pd.DataFrame":
    """The effects on an outcome as a reader wants them: one row an arm and point."""
    import pandas as pd

    rows = []
    for _, row in tables.effects[tables.effects["metric"] == metric].iterrows():
        places = decimals(row["high"] - row["low"])

        def both(low: float, high: float, places: int = places) -> str:
            return f"{low:+z.{places}f} to {high:+z.{places}f}"

        rows.append(
            {
                "Arm": row["arm"],
                **({"Point": tables.points[int(row["point"])]} if len(tables.points) > 1 else {}),
                "Pairs": str(row["n"]),
                tables.arms[0]: number(row["reference"]),
                "Difference": f"{row['effect']:+z.{places}f}"
                + (f" ({row['relative']:+.1%})" if math.isfinite(row["relative"]) else ""),
                "95 % interval": both(row["low"], row["high"]),
                "all arms at once": both(row["joint_low"], row["joint_high"]),
                "BCa": both(row["bca_low"], row["bca_high"]),
                "d_z": f"{row['d_z']:.2f}",
                "pairs above": f"{row['above']:.0%}",
                "saved by pairing": f"{row['gain']:.1f} times",
            }
        )
    return pd.DataFrame(rows)


def _evaluation(tables: "Tables") -> str:
    found = evaluated(tables.runs, tables.arms[0], tables.arms, tables.first_stage)
    if found.empty:
        return ""
    words = [difference_in_words(row) for _, row in found.iterrows()]
    places = {name: place for place, name in enumerate((*MEASURES, PRICE))}
    cells = found.assign(words=words, place=found["metric"].map(places)).pivot(
        index=["point", "place", "metric", "side"], columns="arm", values="words"
    )
    shown = cells[[arm for arm in tables.arms if arm in cells]].fillna("").reset_index()
    shown.columns.name = None
    shown.insert(0, "Measure", [_measure(tables, name) for name in shown["metric"]])
    where = [] if len(tables.points) > 1 else ["point"]
    shown = shown.drop(columns=["place", "metric", *where]).rename(columns={"side": "Side"})
    return (
        "<h2>Outcome, process and price</h2><p>What was achieved and for whom, how the community fared on the way, and what "
        f"an averted unmet person-week cost: differences from {_safe(tables.arms[0])} with 95 % t intervals; of the price, "
        "Fieller's, which has no bound where it cannot be told that any need was averted.</p>"
        + _table(shown).replace("\\n", "<br>")
    )


def _measure(tables: "Tables", name: str) -> str:
    if name not in tables.metrics:
        return "Yuan per averted unmet person-week"
    return f"{tables.metrics[name].label}\n({tables.metrics[name].unit})"


def _design(study: Study) -> str:
    from sim import POLICIES

    items = []
    for arm, policies in study.arms.items():
        said = " ".join(POLICIES[name](**doses).told() for name, doses in policies) or "No policy."
        items.append(f"<li><b>{_safe(arm)}</b>: {_safe(said)}</li>")
    varied = "".join(f"<li>{_safe(name)}: {_safe(str(factor))}</li>" for name, factor in study.file.varies.items())
    return f"<ul>{''.join(items)}</ul>" + (
        f"<p>Varied ({study.file.design.method}):</p><ul>{varied}</ul>" if varied else ""
    )


def _findings(results: Results, tables: "Tables") -> "dict[str, pd.DataFrame]":
    better = {name: meaning.better for name, meaning in tables.metrics.items()}
    return explore(results.study, tables.runs, better).tables()


def _table(table: "pd.DataFrame") -> str:
    return f'<div class="wide">{table.to_html(index=False, border=0, float_format=number, na_rep="")}</div>'


def _figure(path: Path) -> str:
    coded = base64.b64encode(path.read_bytes()).decode()
    return f'<figure><img alt="{_safe(path.stem)}" src="data:image/svg+xml;base64,{coded}"></figure>'


def _evidence(study: Study) -> str:
    rows = sorted(study.config.evidence.values(), key=lambda e: (e.grade != "assumed", e.path))
    cells = "".join(
        f"<tr><td>{_safe(e.path)}</td><td>{_safe(str(e.value))}</td><td>{_safe(e.unit)}</td><td>{e.grade}</td>"
        f"<td>{_safe(e.source)}</td></tr>"
        for e in rows
    )
    head = "<tr><th>input</th><th>value</th><th>unit</th><th>evidence</th><th>source</th></tr>"
    return (
        f"<p>{_safe(evidence_in_words(study))}</p><details><summary>All inputs, the assumed ones first</summary>"
        f'<div class="wide"><table><thead>{head}</thead><tbody>{cells}</tbody></table></div></details>'
    )


def _provenance(results: Results) -> str:
    said = results.store.manifest()
    keys = ("command", "linli", "model", "commit", "python", "platform", "seed", "replicates", "runs", "failed")
    rows = {key: said.get(key, "") for key in keys} | {"commit": said.get("commit") or commit()}
    rows |= {"packages": ", ".join(f"{name} {version}" for name, version in said.get("packages", {}).items())}
    cells = "".join(f"<tr><td>{k}</td><td style='text-align:left'>{_safe(str(v))}</td></tr>" for k, v in rows.items())
    return f"<table><tbody>{cells}</tbody></table>"


def _safe(text: str) -> str:
    return html.escape(text)
