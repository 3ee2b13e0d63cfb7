"""Reading: what a study that was run says, in both languages, by the functions that make its report.

Each function is an errand (see errands): it runs in the desk's folder, and its answer is printed as JSON.
"""

import math
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from experiments.analysis.evaluation import MEASURES
from experiments.reporting.depends import hangs_on
from experiments.reporting.doses import arm_in_words
from experiments.reporting.figures.style import Language, Look
from experiments.reporting.findings_words import FINDINGS
from experiments.reporting.first_page import in_brief, prices
from experiments.reporting.names import in_language
from experiments.reporting.references import citation
from experiments.reporting.report import evaluation_in_words, findings_in_words
from experiments.reporting.result_tables import tables_and_findings
from experiments.reporting.verdicts import untold
from experiments.reporting.wording import (
    effects_in_words,
    evidence_by_part,
    evidence_in_words,
    methods,
)
from experiments.runs.found import results_of
from experiments.study.design import code_version
from experiments.study.loader import read_study
from experiments.tasks.plan import planned
from sim.config.yaml import Problem, Spot

if TYPE_CHECKING:
    import pandas as pd

    from experiments.reporting.figures.tables import Tables

TIERS = ("tier_1", "tier_2", "tier_3")
MOST_POINTS, MOST_WEEKS = 8, 260
"""Points whose weeks are shown, and weeks of them."""
LANGUAGES: tuple[Language, Language] = ("en", "zh")


def plan(file: str) -> dict[str, Any]:
    """What a study would do, in numbers."""
    from experiments.reporting.console import terminal

    study = read_study(file)
    found = planned(study, Path("results") / study.name, terminal(quiet=True))
    size = {"weeks": study.file.weeks, "residents": study.config.population.residents}
    return asdict(found) | size | {"seconds": found.seconds, "burn_in": study.file.burn_in}


def bring(file: str) -> dict[str, Any]:
    """A community of one's own, read as a run would: how many people and ties it has, and what was said of its files."""
    from sim import ConfigError, load_config
    from sim.founding.networks import ties
    from sim.founding.population import founders

    if not Path(file).is_file():
        raise ConfigError([Problem(Spot(file), "", "no such file", "a community")])
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        config = load_config(file)
        people = founders(config.population, 1)
        tied = ties(config.network, people, 1)
    return {
        "title": config.title,
        "residents": int(config.population.residents if not config.population.residents_file else len(people.grid)),
        "ties": tied.count,
        "notes": [str(one.message) for one in notes if type(one.message).__name__ == "FileNote"],
    }


def read(file: str) -> dict[str, Any]:
    """Weeks, groups, cost, findings, methods and evidence of a study that was run. Raises StoreError where nothing is there."""
    asked = read_study(file)
    results = results_of(asked, Path("results") / asked.name)
    study, (tables, found) = results.study, tables_and_findings(results)
    said: dict[str, Any] = {
        "weeks": _weeks(tables),
        "window": study.file.window,
        "points": list(tables.points),
        "acts": {arm: list(tables.acts(arm)) for arm in tables.arms},
        "arms": list(tables.arms),
        "measures": [m for m in MEASURES if m in tables.runs],
        "cite": citation(code_version()),
        "tables": [],
        "methods": [],
        "brief": [],
        "first": [],
        "design": [],
    }
    for language in LANGUAGES:
        look, shown = Look(language=language), in_language(study, tables, language)
        evaluation, _ = evaluation_in_words(shown, look)
        named = [
            *(
                [
                    ("effects", shown.metrics[m].say(language), "", effects_in_words(shown, m, look))
                    for m in shown.outcomes
                    if len(shown.effects)
                ]
            ),
            ("evaluation", look.say("Outcome, process and price", "结果、过程与代价"), "", evaluation),
            *(
                ("findings", look.say(*FINDINGS[name][0]), look.say(*FINDINGS[name][1]), table)
                for name, table in findings_in_words(study, shown, found, look).items()
            ),
            (
                "evidence",
                look.say("What the inputs rest on", "输入的依据"),
                evidence_in_words(study, look),
                evidence_by_part(study, look),
            ),
        ]
        said["tables"].append([_table(*one) for one in named if len(one[3])])
        said["methods"].append(methods(study, shown, look))
        said["brief"].append(in_brief(shown, look))
        said["first"].append([*prices(shown, look), hangs_on(study, shown, look, results.store.folder)])
        cannot = [look.say(*one) for one in untold(study, shown)]
        arms = [[name, arm_in_words(study, arm, look)] for arm, name in zip(study.arms, shown.arms, strict=True)]
        said["design"].append({"arms": arms, "cannot": cannot})
    return said


def _table(kind: str, title: str, text: str, table: "pd.DataFrame") -> dict[str, Any]:
    rows = [[str(cell) for cell in row] for row in table.head(200).itertuples(index=False, name=None)]
    return {"kind": kind, "title": title, "text": text, "columns": [str(c) for c in table], "rows": rows}


def _weeks(tables: "Tables") -> list[dict[str, Any]]:
    """The means of each outcome and tier by arm and week, with the band of nine of ten runs; differences with their intervals."""
    found = []
    for point in range(min(len(tables.points), MOST_POINTS)):
        for metric in dict.fromkeys((*tables.outcomes, *TIERS)):
            for arm in tables.there:
                lines = [_series(tables.trajectories, point, metric, arm, ("mean", "low", "high"))]
                if arm != tables.arms[0] and metric in tables.outcomes:
                    lines.append(_series(tables.profiles, point, metric, arm, ("mean", "low", "high")))
                if lines[0]["week"]:
                    found.append(
                        {
                            "point": point,
                            "metric": metric,
                            "arm": arm,
                            "level": lines[0],
                            "gap": lines[1] if len(lines) > 1 else None,
                        }
                    )
    return found


def _series(table: "pd.DataFrame", point: int, metric: str, arm: str, names: tuple[str, ...]) -> dict[str, list[Any]]:
    if table.empty:
        return {"week": []}
    own = table[(table["point"] == point) & (table["metric"] == metric) & (table["arm"] == arm)]
    own = own.iloc[:: max(1, math.ceil(len(own) / MOST_WEEKS))]
    return {"week": [int(w) for w in own["week"]]} | {
        n: [None if not math.isfinite(v) else float(f"{v:.6g}") for v in cast("pd.Series[float]", own[n])]
        for n in names
    }
