"""Files that a user writes: studies, changes, communities with residents and ties, and what examines the model."""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np
from fuzz.case import Kind
from fuzz.mutate import TEXTS, as_bytes, as_json, as_yaml, changed_cells, changed_text, changed_tree, odd

from classroom.lessons import folder as lessons_folder
from classroom.lessons import lessons, study_of
from experiments.calibration.file import read_calibration
from experiments.cli.options import changes_said
from experiments.study.caveats import MOST_POINTS, caveats, size_in_words
from experiments.study.design import Job, Study
from experiments.study.loader import read_study
from experiments.validation.claims import read_claims
from experiments.validation.patterns import read_patterns
from sim import METRICS, POLICIES, Simulation, load_config
from sim.config.load import config_folder, load_sources, resolved
from sim.config.schema import Config
from sim.config.validate import as_they_are
from sim.config.yaml import CoreLoader
from sim.founding.networks import ties
from sim.founding.population import founders

CONFIGS = config_folder()
FEW = 600
"""Residents up to whom an accepted community is lived for a week."""


def read_yaml(path: Path) -> Any:
    import yaml

    return yaml.load(path.read_text("utf-8"), CoreLoader)


@cache
def trees(folder: str) -> list[Any]:
    return [read_yaml(path) for path in sorted((CONFIGS / folder).glob("*.yaml"))]


def mutated_yaml(trees: Callable[[], list[Any]]) -> Callable[[Random], bytes]:
    """A maker of mutated YAML files: some of them in their structure, others in their text."""

    def make(chance: Random) -> bytes:
        tree = chance.choice(trees())
        if chance.random() < 0.75:
            return as_bytes(as_yaml(changed_tree(tree, chance)), chance)
        return as_bytes(changed_text(as_yaml(tree), chance), chance)

    return make


def written(content: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


# studies

STUDY = {
    "title": "A study", "question": "What for?", "community": "classroom", "weeks": 30, "burn_in": 10, "window": 10,
    "replicates": 3, "seed": 3, "until": {"cohesion": "5%", "unmet_needs": 2}, "most": 9,
    "set": {"population.residents": 60, "population.grids": 2, "moving.annual_rate": 0.1},
    "arms": {
        "nothing": [],
        "vanguard": [{"vanguard": {"size": 3, "seeding": "most_tied", "start": 12, "stop": 29, "grids": [0]}}],
        "both": {"policies": ["training", {"recognition": {"warmth": 0.3, "where": "age >= adult"}}], "set": {"asking.along_tie": 0.3}},
    },
    "varies": {"moving.annual_rate": [0.05, 0.2], "policies.vanguard.size": {"low": 1, "high": 6, "whole": True}},
    "design": {"method": "latin_hypercube", "points": 4, "seed": 2},
    "label": {
        "title": {"zh": "研究"},
        "arms": {"nothing": {"en": "None", "zh": "无"}},
        "varies": {"moving.annual_rate": {"en": "Moving", "levels": {"0.05": {"zh": "低"}}}},
    },
    "figures": {"width": "single", "size": 8},
    "outcomes": ["cohesion", "participation"],
}  # fmt: skip
BUNDLE = {
    "title": "A bundle", "community": "classroom", "weeks": 20, "parts": ["vanguard", {"training": {"seats": 4}}],
    "varies": {"asking.along_tie": {"low": 0.1, "high": 0.4, "scale": "log"}, "community": ["classroom", "karate"]},
    "design": {"method": "one_at_a_time", "levels": 3},
}  # fmt: skip


def all_studies() -> list[Any]:
    return [*[STUDY] * 8, *[BUNDLE] * 4, *trees("studies")]


def take_study(content: bytes, folder: Path, chance: Random) -> None:
    accepted_study(read_study(written(content, folder, "study.yaml")), chance)


def accepted_study(study: Study, chance: Random) -> None:
    """Every run of an accepted study can be named, and its first and last can begin."""
    file = study.file
    assert 1 <= len(study.points) <= MOST_POINTS
    assert 1 <= file.window <= file.weeks <= 30_000
    assert 0 <= file.burn_in < file.weeks
    assert set(file.outcomes) <= METRICS.keys()
    assert study.arms
    assert size_in_words(file)
    for said in caveats(study):
        assert all(said)
    for run in (*islice(study.runs(), 2), study.last_run()):
        config, job = _begun(study.job(run))
        if config.population.residents <= FEW and not config.population.residents_file and chance.random() < 0.1:
            policies = [POLICIES[name](**doses) for name, doses in job.policies]
            life = Simulation(config, policies, run.seed).run_for(2)
            assert life.week == 2


def _begun(job: Job) -> tuple[Config, Job]:
    for name, doses in job.policies:
        assert POLICIES[name](**doses).start < job.weeks
    return load_config(job.community, set=as_they_are(dict(job.changes))), job


def make_change(chance: Random) -> bytes:
    """`path=value`, as it is said after --set."""
    paths = [*_paths(), *STUDY, "arms.vanguard", "design.method", "varies.moving.annual_rate", "set.x", *TEXTS]
    path = chance.choice(paths)
    if chance.random() < 0.2:
        path = changed_text(path, chance)
    value = odd(chance) if chance.random() < 0.6 else chance.choice([0, 1, 2, 0.1, 0.5, 12, STUDY.get(path, 3)])
    text = str(value) if chance.random() < 0.5 else as_json(value)
    return f"{path}={changed_text(text, chance) if chance.random() < 0.2 else text}".encode("utf-8", "surrogatepass")


@cache
def _paths() -> list[str]:
    return list(load_config("classroom").evidence)


def take_change(content: bytes, folder: Path, chance: Random) -> None:
    changes = changes_said(None, None, (content.decode("utf-8", "surrogateescape"),))  # type: ignore[arg-type]
    path = folder / "study.yaml"
    if not path.exists():
        path.write_text(as_yaml(STUDY), "utf-8")
    accepted_study(read_study(path, changes), chance)


# communities and the files that they name


def take_community(content: bytes, folder: Path, chance: Random) -> None:
    karate = CONFIGS / "communities" / "karate"
    if not (folder / "karate").exists():
        shutil.copytree(karate, folder / "karate")
    config = load_config(written(content, folder, "own.yaml"))
    again = load_config(written(resolved(config).encode(), folder, "again.yaml"))
    assert again == config
    for evidence in config.evidence.values():
        assert not isinstance(evidence.value, float) or math.isfinite(evidence.value)
    if config.population.residents <= FEW and chance.random() < 0.2:
        accepted_life(config)


def accepted_life(config: Config) -> None:
    life = Simulation(config, seed=1).run_for(1)
    for name in ("cohesion", "participation", "unmet_needs"):
        assert not np.isinf(life.weekly()[name]).any(), name


def all_communities() -> list[Any]:
    return [*trees("communities"), read_yaml(CONFIGS / "baseline.yaml")]


def take_sources(content: bytes, folder: Path, _: Random) -> None:
    written(content, folder, "sources.yaml")
    for source in load_sources(folder).values():
        assert str(source)
        assert 1700 <= source.year <= 2100


RESIDENTS = "\n".join(
    [
        "id,grid,household,age,origin,owner,low_income,alone,tier,skill,disposition,hours_limit",
        *(
            f"{name},{1 + k // 4},h{k // 2},{age},{'local' if k % 3 else 'migrant'},{k % 2},no,{'' if k % 4 else 'yes'},"
            f"{'' if age < 12 else k % 4},0.{k % 10},{k - 5},{k}"
            for k, (name, age) in enumerate(
                [
                    ("wang", 34),
                    ("li", 9),
                    ("张伟", 71),
                    ("zhao", 66),
                    ("qian", 15),
                    ("7", 40),
                    ("sun", 81),
                    ("zhou", 29),
                ]
            )
        ),
    ]
)


@cache
def _karate() -> Config:
    return load_config("karate")


def take_residents(content: bytes, folder: Path, chance: Random) -> None:
    path = written(content, folder, "residents.csv")
    config = load_config("classroom", set={"population.residents_file": path, "population.elders_alone": 0})
    people = founders(config.population, np.uint64(1))
    assert people.residents >= 1
    assert people.ids is not None
    assert len(set(people.ids)) == people.residents
    assert people.grid.min() >= 0
    assert people.grid.max() < people.grids
    assert people.tier.max() <= 3
    for column in people.persons._asdict().values():
        assert np.isfinite(column.astype(float)).all()
    if chance.random() < 0.1:
        accepted_life(config)


def graph() -> nx.Graph:
    """A small network of the residents of the karate club."""
    made = nx.Graph()
    for k in range(2, 12):
        made.add_edge("1", str(k), strength=k / 12)
    return made


def _edge_list(made: nx.Graph) -> str:
    return "\n".join(
        ["source,target,strength", *(f"{a},{b},{facts['strength']}" for a, b, facts in made.edges(data=True))]
    )


NETWORKS: Mapping[str, Callable[[nx.Graph], str]] = {
    ".csv": _edge_list,
    ".graphml": lambda made: "\n".join(nx.generate_graphml(made)),
    ".gml": lambda made: "\n".join(nx.generate_gml(made)),
    ".net": lambda made: "\n".join(nx.generate_pajek(made)),
    ".txt": lambda made: "\n".join(f"{a}\t{b}" for a, b in made.edges()),
    ".matrix.csv": lambda made: "\n".join(
        [",".join(["", *made]), *(",".join([a, *(str(int(made.has_edge(a, b))) for b in made)]) for a in made)]
    ),
}
"""How a network is written, by the ending of its file."""


def network(ending: str) -> Kind:
    """Files of ties of one format."""

    def make(chance: Random) -> bytes:
        text = NETWORKS[ending](graph())
        change = changed_cells if ending.endswith(".csv") and chance.random() < 0.7 else changed_text
        return as_bytes(change(text, chance), chance)

    def take(content: bytes, folder: Path, _: Random) -> None:
        people = founders(_karate().population, np.uint64(1))
        path = written(content, folder, f"ties{ending}")
        said = _karate().network.model_copy(update={"ties_file": path})
        found = ties(said, people, np.uint64(1))
        strength = found.tie_strength[found.tie_strength > 0]
        assert strength.size == 2 * found.count > 0
        assert strength.max() <= 1.0

    return Kind(make, take)


# what examines the model


def take_lesson(content: bytes, folder: Path, _: Random) -> None:
    written(content, folder, "1_own.md")
    lesson = lessons.__wrapped__(folder)["1_own"]["en"]
    assert lesson.sections
    assert lesson.arms is None or len(lesson.arms) == 2
    json.dumps(lesson.shown(teacher=True)).encode()
    study_of(lesson)


def make_lesson(chance: Random) -> bytes:
    path = chance.choice(sorted(lessons_folder().glob("*.md")))
    return as_bytes(changed_text(path.read_text("utf-8"), chance), chance)


def take_patterns(content: bytes, folder: Path, _: Random) -> None:
    patterns = read_patterns(written(content, folder, "patterns.yaml"))
    assert patterns.file.patterns
    assert all(p.arm in patterns.policies for p in patterns.file.patterns.values())


@cache
def _patterns() -> Any:
    return read_patterns()


def take_calibration(content: bytes, folder: Path, _: Random) -> None:
    task = read_calibration(written(content, folder, "calibration.yaml"), _patterns())
    assert np.linalg.eigvalsh(task.doubt)[0] > 0
    for target in task.targets:
        assert math.isfinite(target.middle)
        assert target.sd > 0
    for free in task.file.free.values():
        assert math.isclose(free.unit(free.value(0.5)), 0.5)


def take_claims(content: bytes, folder: Path, _: Random) -> None:
    for claim in read_claims(written(content, folder, "claims.yaml")):
        assert claim.examined
