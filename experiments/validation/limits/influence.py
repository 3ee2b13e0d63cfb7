"""Influence: residents who move towards the people they are tied to, with and without a home to return to.

Sources: friedkin1990; DeGroot (1974).
"""

import csv
from pathlib import Path
from typing import override

import numpy as np

from experiments.validation.limits.limit import Exact, Findings, Number, Numbers, lived, whole
from sim.config.schema import Config


def rows(path: Path | None) -> list[dict[str, str]]:
    """The rows of a user's file.

    Errors: ValueError where the configuration names none.
    """
    if path is None:
        raise ValueError("this limit needs residents_file and ties_file")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def weights(c: Config) -> tuple[list[str], Numbers]:
    """The ids of residents in order, and the share of tie strength that each gives to each other."""
    ids = [row["id"] for row in rows(c.population.residents_file)]
    strength = np.zeros((len(ids), len(ids)))
    for tie in rows(c.network.ties_file):
        a, b = ids.index(tie["source"]), ids.index(tie["target"])
        strength[a, b] = strength[b, a] = float(tie.get("strength") or c.network.strength)
    return ids, strength / strength.sum(axis=1, keepdims=True)


def column(c: Config, name: str) -> Numbers:
    """One column of a user's residents."""
    return np.array([float(row[name]) for row in rows(c.population.residents_file)])


class DeGroot(Exact):
    """Everybody ends at the mean of first identities, weighted by the eigenvector of W = (1-nu) 1 + nu A."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        ids, around = weights(c)
        nu = c.feeling.influence
        w = (1 - nu) * np.eye(len(ids)) + nu * around
        values, vectors = np.linalg.eig(w.T)
        weight = np.real(vectors[:, np.argmax(np.real(values))])
        end = float(weight @ column(c, "identity") / weight.sum())
        return {f"identity of {who}": Number(end) for who in ids}

    @override
    def got(self, c: Config) -> Findings:
        return _identities(self, c)


class Stubborn(Exact):
    """Friedkin and Johnsen: identity ends where influence and the way home balance."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        ids, around = weights(c)
        nu, home = c.feeling.influence, c.feeling.identity_fading
        susceptible = nu / (nu + home)
        end = np.linalg.solve(np.eye(len(ids)) - susceptible * around, (1 - susceptible) * column(c, "identity_home"))
        return {f"identity of {who}": Number(float(x)) for who, x in zip(ids, end, strict=True)}

    @override
    def got(self, c: Config) -> Findings:
        return _identities(self, c)


def _identities(limit: DeGroot | Stubborn, c: Config) -> dict[str, Number]:
    w = lived(c, limit.seed, limit.weeks).world
    found = {who: Number(float(x)) for who, x in zip(w.people.ids, w.identity, strict=True)}
    return {f"identity of {row['id']}": found[row["id"]] for row in rows(c.population.residents_file)}
