"""Asking: what a study's text says, what is wrong with it and where, how large it is, and what its policies do."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from desk import mistakes
from desk.folder import Folder, stamp, titles_of
from desk.speed import guess
from experiments.reporting.names import arm_names
from experiments.reporting.references import reference
from experiments.study.caveats import caveats, megabytes
from experiments.study.loader import read_study
from experiments.study.sampling import Range, count_of, sizes_of
from experiments.tasks.listing import community_titles, studies_in_chinese, study_titles, title_of
from pages import panel
from sim import POLICIES, ConfigError, load_config
from sim.config.load import load_sources
from sim.config.yaml import Problem, Spot, read, shown

if TYPE_CHECKING:
    from experiments.study.design import Study

MOST_PROBLEMS = 50
SPOTS = 81
"""Points of the curve of a distribution."""


def what_there_is(folder: Folder) -> dict[str, Any]:
    """All that forms are made of: policies with doses, evidence and cost, metrics, communities, shipped studies."""
    sources = {
        key: [reference(source, language) for language in ("en", "zh")] for key, source in load_sources().items()
    }
    told = [
        {
            **shown,
            "cites": [sources.get(key, [key, key]) for key in shown["sources"]],
            "cost": POLICIES[shown["name"]].cost_grade,
            "aims": POLICIES[shown["name"]].aims_at,
        }
        for shown in panel.policies()
    ]
    communities, studies = _shipped()
    return {
        "policies": told,
        "metrics": panel.metrics(),
        "communities": [[name, *panel.both(title or name)] for name, title in communities.items()],
        "own": [[path.name, *([title_of(path) or path.name] * 2)] for path, study in folder.yaml() if not study],
        "studies": [[name, *titles] for name, titles in studies.items()],
    }


@cache
def _shipped() -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Titles of the communities and, in both languages, of the studies that come with the program: read once, for they stay."""
    return community_titles(), {name: (english, studies_in_chinese()[name]) for name, english in study_titles().items()}


def asked(folder: Folder, name: str) -> dict[str, Any]:
    """Everything the page shows of a study's text: its plain value, its problems with their lines, and what it means."""
    path = folder.study(name)
    text = folder.text(path)
    found: dict[str, Any] = {
        "name": name,
        "text": text,
        "title": titles_of(text),
        "stamp": stamp(text),
        "said": None,
        "problems": [],
        "study": None,
    }
    try:
        found["said"] = _in_order(read(Path(path.name)).value)
    except ConfigError as error:
        return found | {"problems": told(error)}
    try:
        study = read_study(path.name)
        said = meant(study)
        found["study"] = said | {"guess": guess(folder, said["runs"], said["weeks"], said["residents"])}
    except ConfigError as error:
        found["problems"] = told(error)
    return found


def _in_order(said: Any) -> Any:
    """The value with its arms as pairs: a script would put names that are numbers first, and the first arm is the reference."""
    if isinstance(said, dict) and isinstance(said.get("arms"), dict):
        return {**said, "arms": [list(pair) for pair in said["arms"].items()]}
    return said


def as_written(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes with arms that came as pairs. Raises ValueError for what are no pairs of names and arms."""
    arms = changes.get("arms")
    if not isinstance(arms, list):
        return dict(changes)
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in arms):
        raise ValueError("arms are pairs of a name and what is done")
    return {**changes, "arms": dict(arms)}


def told(error: ConfigError) -> list[dict[str, Any]]:
    """Problems with their places, in the words of the command line and of the form, and in Chinese."""
    return [mistakes.told(one) for one in error.problems[:MOST_PROBLEMS]]


def meant(study: "Study") -> dict[str, Any]:
    """What a sound study asks: its size by arithmetic, what its design cannot tell, what its policies do."""
    file = study.file
    points, arms = count_of(file.varies, file.design), len(study.arms)
    runs = points * arms * file.replicates
    english, chinese = arm_names(study, "en"), arm_names(study, "zh")
    return {
        "points": points,
        "sizes": sizes_of(file.varies, file.design),
        "arms": {
            arm: {
                "label": [english[arm], chinese[arm]],
                "says": [[name, *panel.sentences(POLICIES[name](**doses))] for name, doses in policies],
            }
            for arm, policies in study.arms.items()
        },
        "order": list(study.arms),
        "replicates": file.replicates,
        "most": file.most if file.until else file.replicates,
        "until": bool(file.until),
        "runs": runs,
        "weeks": file.weeks,
        "burn_in": file.burn_in,
        "window": file.window,
        "seed": file.seed,
        "outcomes": list(file.told_first),
        "primary": list(file.primary),
        "megabytes": round(megabytes(runs, file.weeks), 1),
        "caveats": [list(said) for said in caveats(study)],
        "curves": {path: curve(factor) for path, factor in file.varies.items() if isinstance(factor, Range)},
        "residents": study.config.population.residents,
    }


def curve(factor: Range) -> list[list[float]]:
    """The density of a distribution at some of its values, with 1 for the highest."""
    share = np.linspace(0.0, 1.0, SPOTS)
    values = np.array(factor.model_copy(update={"whole": False}).at(share), float)
    gaps = np.diff(values)
    high = np.divide(1.0, gaps, out=np.zeros_like(gaps), where=gaps > 0)
    middle = (values[1:] + values[:-1]) / 2
    return [[round(float(x), 9), round(float(y / high.max()), 4)] for x, y in zip(middle, high, strict=True)]


def parameters(said: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of a study's community, with its value, unit, range, source and grade of evidence.

    Raises ConfigError for a community that cannot be read.
    """
    name = said.get("community") or "baseline"
    if not isinstance(name, str):
        raise ConfigError([Problem(Spot("the question"), "community", shown(name), "the name of a community")])
    config = load_config(name)
    return {"sections": panel.parameters(config), "community": config.title}
