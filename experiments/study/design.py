"""Design: from a study file to the list of its runs.

A study asks one question: arms (policies) x points (what varies) x replicates. Replicate r has the same seed in every
arm and at every point, so that only what is asked about differs. A run is named by the hash of everything that
determines its result, so that a finished run is never done twice and never mistaken for another.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.study.sampling import Design, Point
from experiments.study.schema import Arm, StudyFile
from sim.config.validate import as_they_are

if TYPE_CHECKING:
    from sim.config.schema import Config

type Policies = tuple[tuple[str, dict[str, Any]], ...]
"""Names and doses of the policies of an arm, in the order in which they push."""

DOSE = "policies."


class Run(NamedTuple):
    """One life of one community: which alternative, where, with which random seed. Two labels may name one run."""

    run: str
    arm: str
    point: int
    replicate: int
    seed: int


class Job(NamedTuple):
    """All that a worker needs to perform a run."""

    run: str
    community: str
    changes: tuple[tuple[str, Any], ...]
    policies: Policies
    seed: int
    weeks: int
    groups: tuple[str, ...] | None = None
    """The user's own columns by whose values outcomes are kept; None: all with few different values."""


@dataclass(frozen=True)
class Study:
    """A checked study. `points` are the values of what varies, `arms` the policies of each alternative."""

    name: str
    path: Path
    file: StudyFile
    arms: Mapping[str, Policies]
    points: Sequence[Point]
    config: "Config"
    """The community's configuration with the study's changes: what holds unless an arm or a point says otherwise."""
    command: str = ""
    """How to run this study again from a shell."""
    chosen: bool = False
    """Whether its points were chosen by somebody else than its file."""
    allotted: Mapping[tuple[str, int], int] | None = None
    """Replicates of an arm at a point, where not all have as many; none of what is not named."""

    @property
    def reference(self) -> str:
        """The arm with which the others are compared."""
        return next(iter(self.arms))

    def with_replicates(self, replicates: int) -> "Study":
        """The same study with more or fewer replicates."""
        return replace(self, file=self.file.model_copy(update={"replicates": replicates}))

    def at(self, points: Sequence[Point], replicates: int) -> "Study":
        """The same study at other points, in place of what it varies."""
        return replace(self.with_replicates(replicates), points=list(points), chosen=True)

    def runs(self) -> Iterator[Run]:
        """Every run, replicate by replicate, so that what is done so far is always a fair sample of the whole."""
        roots = [(arm, p, self.root(arm, p)) for p in range(len(self.points)) for arm in self.arms]
        for r in range(self.file.replicates):
            seed = seed_of(self.file.seed, r)
            for arm, p, root in roots:
                if self.allotted is not None and r >= self.allotted.get((arm, p), 0):
                    continue
                yield _run(root, arm, p, r, seed)

    def last_run(self) -> Run:
        """The last run of the plan."""
        arm, p, r = list(self.arms)[-1], len(self.points) - 1, self.file.replicates - 1
        return _run(self.root(arm, p), arm, p, r, seed_of(self.file.seed, r))

    def run(self, name: str) -> Run | None:
        """The run of that name, also one that only a longer look would ask for; None when there is none."""
        file = self.file
        longest = self.with_replicates(max(file.replicates, file.most)) if file.until else self
        return next((run for run in longest.runs() if run.run == name), None)

    def repeated(self, run: str, limit: str = "") -> str:
        """What performs one run again and shows its error: a shell command, or Python for a study said in Python."""
        within = f" --limit {limit}" if limit else ""
        if not self.command:
            return f'compare(study).again("{run}")'
        where = f" {self._only_point_of(run)}" if self.chosen else ""
        return f"{self.command}{where} --only {run}{within}"

    def asked_of(self, command: str) -> str:
        """The shell command that does something else with this study than run it: `linli robust mine.yaml`."""
        words = shlex.split(self.command) or ["linli", "run", self.name]
        return shlex.join([words[0], command, words[2], *(word for word in words[3:] if word.startswith("--set="))])

    def _only_point_of(self, run: str) -> str:
        """The options of a shell command that make of the file's study one with the point of this run alone."""
        if (found := self.run(run)) is None:
            return ""
        varies = {path: [value] for path, value in self.points[found.point]}
        sets = {"varies": json.dumps(varies, ensure_ascii=False), "design": '{"method": "factorial"}'}
        said = [*(f"--set={key}={value}" for key, value in sets.items()), f"--replicates={found.replicate + 1}"]
        return shlex.join(said)

    def job(self, run: Run) -> Job:
        """What a worker needs to perform the run."""
        changes, policies, community = self._meant(run.arm, run.point)
        return Job(run.run, community, tuple(changes.items()), policies, run.seed, self.file.weeks, self.file.groups)

    def policies(self, arm: str, point: int) -> Policies:
        """The policies of an arm with their doses at a point."""
        return self._meant(arm, point)[1]

    def _meant(self, arm: str, point: int) -> tuple[dict[str, Any], Policies, str]:
        """Changes of parameters, policies and community of an arm at a point."""
        said = self.file.arms[arm]
        changes = {**self.file.set, **(said.set if isinstance(said, Arm) else {})}
        policies, community = self.arms[arm], self.file.community
        for path, value in self.points[point]:
            if path == "community":
                community = str(value)
            elif path.startswith(DOSE):
                name, dose = path.removeprefix(DOSE).split(".")
                policies = tuple((n, {**doses, dose: value} if n == name else doses) for n, doses in policies)
            else:
                changes[path] = value
        return changes, policies, str(community_of(community, self.path))

    def residents(self, point: int) -> int:
        """How many residents the community of a point has."""
        changes, _, community = self._meant(self.reference, point)
        values = {**self._resolved(community)[0], **changes}
        if values["population.residents_file"]:
            from sim import load_config
            from sim.founding.import_data.residents import as_in_file

            return as_in_file(load_config(community, set=as_they_are(changes))).population.residents
        return int(values["population.residents"])

    def city(self) -> "Study":
        """The city whose communities the points of this study are, as a study with one point: the city itself."""
        plain = self.file.model_copy(update={"varies": {}, "design": Design(method="factorial")})
        return replace(self, file=plain, points=[()])

    def root(self, arm: str, point: int) -> hashlib.blake2b:
        """The hash of everything that determines an arm's runs at a point, but for their seeds."""
        changes, policies, community = self._meant(arm, point)
        config, files = self._lines(community)
        config = {**config, **{path: f"{_written(path)}: {_written(value)}" for path, value in changes.items()}}
        parts = {
            "code": _written(code_version()),
            "config": f"{{{', '.join(config[path] for path in sorted(config))}}}",
            "files": _written(files + [_hash_of(Path(v)) for k, v in changes.items() if k.endswith("_file") and v]),
            "policies": f"[{', '.join(_policy(name, _written(doses)) for name, doses in policies)}]",
            "weeks": str(self.file.weeks),
        }
        if self.file.groups is not None:
            parts["groups"] = _written(self.file.groups)
        text = ", ".join(f'"{name}": {part}' for name, part in parts.items())
        return hashlib.blake2b(f"{{{text}}}".encode(), digest_size=16)

    def _lines(self, community: str) -> tuple[dict[str, str], list[str]]:
        """Every value of a community as JSON, written once for all points, and the hashes of its files."""
        if community not in self._texts:
            values, files = self._resolved(community)
            lines = {path: f"{_written(path)}: {_written(values[path])}" for path in sorted(values)}
            self._texts[community] = lines, files
        return self._texts[community]

    def _resolved(self, community: str) -> tuple[dict[str, Any], list[str]]:
        """Every value of a community by its path, and the hashes of the files that it names."""
        if community not in self._flat:
            from sim import load_config

            own = (
                self.config
                if community == str(community_of(self.file.community, self.path))
                else load_config(community)
            )
            values = dict(_leaves(own.model_dump(mode="json", exclude={"title"})))
            named = [Path(v) for k, v in values.items() if k.endswith("_file") and v]
            self._flat[community] = values, [_hash_of(p) for p in named]
        return self._flat[community]

    @cached_property
    def _texts(self) -> dict[str, tuple[dict[str, str], list[str]]]:
        return {}

    @cached_property
    def _flat(self) -> dict[str, tuple[dict[str, Any], list[str]]]:
        return {}


def _hash_of(path: Path) -> str:
    """A user's own file as it is now. Raises ConfigError for one that cannot be read."""
    from sim.founding.import_data.table import bytes_of

    return hashlib.sha256(bytes_of(path)).hexdigest()


def _run(root: hashlib.blake2b, arm: str, point: int, replicate: int, seed: int) -> Run:
    digest = root.copy()
    digest.update(str(seed).encode())
    return Run(digest.hexdigest()[:20], arm, point, replicate, seed)


def seed_of(study_seed: int, replicate: int) -> int:
    """The seed of a replicate: 63 bits, the same in every arm and at every point."""
    return int.from_bytes(hashlib.blake2b(f"{study_seed}/{replicate}".encode(), digest_size=8).digest(), "little") >> 1


@cache
def code_version() -> str:
    """Sixteen letters that stand for the sources of the model: another model, another run."""
    import sim

    here = Path(str(sim.__file__)).parent
    digest = hashlib.sha256()
    for source in sorted(here.rglob("*.py")):
        digest.update(source.relative_to(here).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _policy(name: str, doses: str) -> str:
    """A policy with all of its doses, those that nobody said included."""
    from sim import POLICIES

    return _written((name, POLICIES[name](**json.loads(doses)).model_dump(mode="json")))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def community_of(name: str, study: Path) -> Path | str:
    """A file beside the study, or a name to look up."""
    beside = study.parent / name
    return beside if name.endswith((".yaml", ".yml")) and beside.is_file() else name
