"""The runs: places of the unit cube, each in a few communities, kept on disk so that they are never run twice.

Places take the seeds in blocks of `replicates`, in random order, and all together see `seeds` lucks. Which block a place takes must
not hang on where it lies: of evenly spread places every second one lies in the same half, and an emulator would take the luck of its
block for what the parameters do.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.calibration.file import Calibration
from experiments.runs.executor import config_of
from experiments.study.design import code_version, seed_of
from experiments.validation.observations import number_of, observed_life
from experiments.validation.observer import Numbers

type Seeds = NDArray[np.intp]
FRESH = 1_000_000
"""From this number on seeds are those of communities that no emulator was taught by."""


def spread_places(d: int, n: int, seed: int) -> Numbers:
    """Places spread evenly over the unit cube (Sobol', scrambled)."""
    return np.asarray(qmc.Sobol(d, seed=seed).random(1 << max(n - 1, 1).bit_length())[:n])


def seeds_of(first: int, places: int, replicates: int, seeds: int) -> Seeds:
    """Which seeds each place takes (one row a place), beginning with place number `first`: blocks alike often, in random order."""
    block = (first + np.random.default_rng(first).permutation(places)) % (seeds // replicates)
    return block[:, None] * replicates + np.arange(replicates)


@dataclass
class Runs:
    """What communities show: numbers by parameter values and seed; with a folder, kept there."""

    asked: Calibration
    folder: Path | None = None
    workers: int = 1
    known: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            lines = self.path.read_text("utf-8").split("\n")[:-1]  # the last is whole, or the end of an interrupt
            self.known = dict(json.loads(line) for line in lines)
            self.path.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    @property
    def path(self) -> Path:
        """The file of what was run with this model, community and window: another has another."""
        file = self.asked.file
        base = config_of(file.community, {}).model_dump(mode="json", exclude={"title"})
        said = json.dumps([base, file.burn_in, file.window, file.seed, code_version(), self.asked.names])
        assert self.folder is not None
        return self.folder / f"runs-{hashlib.sha256(said.encode()).hexdigest()[:12]}.jsonl"

    def __call__(self, places: Numbers, seeds: Seeds, told: Callable[[int], None] = lambda _: None) -> Numbers:
        """The numbers at each place with each of its seeds (places x seeds x numbers); `told` hears how many are done."""
        values = [self.asked.values(place) for place in places]
        wanted = [(v, int(s)) for v, row in zip(values, seeds, strict=True) for s in row]
        keys = [json.dumps([list(v.values()), s]) for v, s in wanted]
        todo = [(k, v, s) for k, (v, s) in zip(keys, wanted, strict=True) if k not in self.known]
        told(len(wanted) - len(todo))
        with ThreadPoolExecutor(max(self.workers, 1)) as pool:
            for n, (key, found) in enumerate(self._performed(pool, todo)):
                self.known[key] = found
                told(len(wanted) - len(todo) + n + 1)
        return np.array([self.known[k] for k in keys], np.float64).reshape(*seeds.shape, len(self.asked.targets))

    def _performed(
        self, pool: ThreadPoolExecutor, todo: Sequence[tuple[str, dict[str, float], int]]
    ) -> Iterable[tuple[str, list[float]]]:
        made = pool.map(lambda one: (one[0], self.observed(one[1], one[2])), todo)
        if self.folder is None or not todo:
            yield from made
            return
        with self.path.open("a", encoding="utf-8") as file:
            for key, found in made:
                file.write(json.dumps([key, found]) + "\n")
                yield key, found

    def observed(self, values: dict[str, float], seed: int) -> list[float]:
        """One community's numbers; not-a-number where it shows none."""
        file, names = self.asked.file, self.asked.names
        config = config_of(file.community, values)
        life = observed_life(config, (), seed_of(file.seed, seed), file.burn_in, file.window, names)
        return [number_of(name, life, life) for name in names]


def means_of(numbers: Numbers) -> Numbers:
    """Means over the replicates of each place; not-a-number where none of its communities shows a number."""
    there = np.isfinite(numbers)
    sums = np.where(there, numbers, 0.0).sum(axis=1)
    return np.where(there.any(axis=1), sums / np.maximum(there.sum(axis=1), 1), np.nan)
