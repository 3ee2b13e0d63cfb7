"""Design: from a study file to the list of its runs.

A study asks one question: arms (policies) x points (what varies) x replicates. Replicate r has the same seed in every
arm and at every point, so that only what is asked about differs. A run is named by the hash of everything that
determines its result, so that a finished run is never done twice and never mistaken for another.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.points import Design, Point
from experiments.study_file import Arm, StudyFile

if TYPE_CHECKING:
    from sim.model_parameters import Config

type Policies = tuple[tuple[str, dict[str, Any]], ...]
"""Names and doses of the policies of an arm, in the order in which they push."""

DOSE = "policies."


class Run(NamedTuple):
    """One life of one community: which alternative, where, with whose luck. Two labels may name one run."""

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

    @property
    def reference(self) -> str:
        """The arm with which the others are compared."""
        return next(iter(self.arms))

    def with_replicates(self, replicates: int) -> "Study":
        """The same study with more or fewer replicates."""
        return replace(self, file=self.file.model_copy(update={"replicates": replicates}))

    def runs(self) -> Iterator[Run]:
        """Every run, replicate by replicate, so that what is done so far is always a fair sample of the whole."""
        seeds = [seed_of(self.file.seed, r) for r in range(self.file.replicates)]
        roots = [(arm, p, self._root(arm, p)) for p in range(len(self.points)) for arm in self.arms]
        for r, seed in enumerate(seeds):
            for arm, p, root in roots:
                digest = root.copy()
                digest.update(str(seed).encode())
                yield Run(digest.hexdigest()[:20], arm, p, r, seed)

    def run(self, name: str) -> Run | None:
        """The run of that name, also one that only a longer look would ask for; None when there is none."""
        file = self.file
        longest = self.with_replicates(max(file.replicates, file.most)) if file.until else self
        return next((run for run in longest.runs() if run.run == name), None)

    def repeated(self, run: str, limit: str = "") -> str:
        """What performs one run again and shows its error: a shell command, or Python for a study said in Python."""
        within = f" --limit {limit}" if limit else ""
        return f"{self.command} --only {run}{within}" if self.command else f'compare(study).again("{run}")'

    def job(self, run: Run) -> Job:
        """What a worker needs to perform the run."""
        changes, policies, community = self._meant(run.arm, run.point)
        return Job(run.run, community, tuple(changes.items()), policies, run.seed, self.file.weeks)

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
            from sim.import_data.residents import as_in_file

            return as_in_file(load_config(community, set=changes)).population.residents
        return int(values["population.residents"])

    def city(self) -> "Study":
        """The city whose communities the points of this study are, as a study with one point: the city itself."""
        plain = self.file.model_copy(update={"varies": {}, "design": Design(method="factorial")})
        return replace(self, file=plain, points=[()])

    def _root(self, arm: str, point: int) -> hashlib.blake2b:
        changes, policies, community = self._meant(arm, point)
        base, files = self._resolved(community)
        from sim import POLICIES

        content = {
            "config": {**base, **changes},
            "files": files + [_hash_of(Path(v)) for k, v in changes.items() if k.endswith("_file") and v],
            "policies": [(name, POLICIES[name](**doses).model_dump(mode="json")) for name, doses in policies],
            "weeks": self.file.weeks,
            "code": code_version(),
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=16)

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
    def _flat(self) -> dict[str, tuple[dict[str, Any], list[str]]]:
        return {}


def _hash_of(path: Path) -> str:
    """A user's own file as it is now. Raises ConfigError for one that cannot be read."""
    from sim.import_data.table import bytes_of

    return hashlib.sha256(bytes_of(path)).hexdigest()


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
