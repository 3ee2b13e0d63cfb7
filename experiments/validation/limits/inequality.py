"""Inequality and heterogeneity: Gini by all pairs, Blau by the chance that two differ; and rates by the year.

Sources: Gini (1912), Blau (1977).
"""

from collections.abc import Callable
from fractions import Fraction
from typing import cast, override

import numpy as np

from experiments.validation.limits.limit import Exact, Findings, Number
from sim.config.parameter import numbers
from sim.config.schema import Config
from sim.mathematics.odds import weekly_from_annual
from sim.metrics.spread import blau, gini


class Gini(Exact):
    """Half the mean difference between all pairs, over the mean."""

    values: tuple[tuple[float, ...], ...] = numbers("Lists of values to be examined.", unit="any")

    @override
    def expected(self, c: Config) -> Findings:
        found = {}
        for values in self.values:
            x = [Fraction(v) for v in values]
            differences = sum(abs(a - b) for a in x for b in x)
            found[f"Gini of {_said(values)}"] = Number(float(differences / (2 * len(x) * sum(x))))
        return found

    @override
    def got(self, c: Config) -> Findings:
        return {f"Gini of {_said(values)}": Number(gini(np.array(values))) for values in self.values}


class Blau(Exact):
    """The chance that two residents drawn with return belong to different groups."""

    groups: tuple[tuple[int, ...], ...] = numbers("Lists of group sizes to be examined.", unit="residents")

    @override
    def expected(self, c: Config) -> Findings:
        found = {}
        for sizes in self.groups:
            differ = sum(a * b for i, a in enumerate(sizes) for j, b in enumerate(sizes) if i != j)
            found[f"Blau of {_said(sizes)}"] = Number(float(Fraction(differ, sum(sizes) ** 2)))
        return found

    @override
    def got(self, c: Config) -> Findings:
        return {f"Blau of {_said(sizes)}": Number(blau(np.array(sizes))) for sizes in self.groups}


class Retention(Exact):
    """The weekly lapse that leaves a given share after 52 weeks, and back."""

    retentions: tuple[float, ...] = numbers("Annual retentions to be examined.", unit="share a year")

    @override
    def expected(self, c: Config) -> Findings:
        found = {}
        for kept in self.retentions:
            found[f"weekly lapse at retention {kept:g}"] = Number(-float(np.expm1(np.log(kept) / 52)))
            found[f"retention after 52 weeks, {kept:g}"] = Number(kept)
        return found

    @override
    def got(self, c: Config) -> Findings:
        found, law = {}, cast(Callable[[float], float], weekly_from_annual)
        for kept in self.retentions:
            weekly, left = float(law(1 - kept)), 1.0
            for _ in range(52):
                left -= weekly * left
            found[f"weekly lapse at retention {kept:g}"] = Number(weekly)
            found[f"retention after 52 weeks, {kept:g}"] = Number(left)
        return found


def _said(values: tuple[float, ...]) -> str:
    said = ", ".join(f"{v:g}" for v in values[:10])
    return f"({said}{', ...' if len(values) > 10 else ''})"
