"""People: what drawing households and their members needs of the configuration, as numbers and small tables."""

from functools import cache
from math import sqrt
from typing import NamedTuple, get_args

import numpy as np

from sim.config.lives import Life
from sim.config.people import Population
from sim.engine.jit import Column
from sim.mathematics.elementary import between, exponentials, power, powers
from sim.state.columns import Fact, Table
from sim.state.residents import GROWN_UP, SIXTY

NUMBERS = 4096
"""Numbers that stand for a distribution: the largest of so many stands for the tail."""
ADULTS_SHAPE = 2.2
"""Shape of the ages of adults without minors: most are young."""


class HouseholdNumbers(NamedTuple):
    """What compiled code needs of `Population`: numbers and small tables."""

    types: Column
    owners: Column
    low_income: float
    low_income_elders: float
    seniors: float
    teens: float
    pupils: float
    limited: Column
    interest: Column
    interest_spread: float
    disposition_spread: float
    hours_median: Column
    hours_sigma: float
    hours_most: float
    threshold_kind: int
    threshold_middle: float
    threshold_spread: float
    threshold_given: Column
    identity: Column
    identity_spread: float
    sociability: Column
    adults_years: Column
    elders_age: float
    parents: Column
    with_elders: Column
    sharing: Column
    works: float
    ages: int
    sizes: Column
    elders_alone: int


PEOPLE: Table = {
    "people_types": Fact(
        "f8", "household types: size, adults, elders, minors, renting, weights of locals and migrants", width=7
    ),
    "people_owners": Fact("f8", "share of owners among locals, migrants", "share", 0, 1),
    "people_limited": Fact("f8", "share limited in mobility, by age band", "share", 0, 1),
    "people_interest": Fact(
        "f8", "mean interests of those whom a matter does not touch, and of those whom it does", "share", 0, 1, 5
    ),
    "people_hours_median": Fact("f8", "median hours that they could give, by age band", "hours a week", 0),
    "people_threshold_given": Fact("f8", "thresholds as a list"),
    "people_identity": Fact("f8", "mean home identity of locals, migrants", "share", 0, 1),
    "people_sociability": Fact("f8", "sociabilities, each as likely as any other", "ratio", 0),
    "people_adults_years": Fact("f8", "ages of adults without minors, each as likely as any other", "years"),
    "people_parents": Fact("f8", "youngest and oldest parents", "years"),
    "people_with_elders": Fact("f8", "youngest and oldest adults with elders", "years"),
    "people_sizes": Fact(
        "f8", "share of dwellings for so many persons or fewer, where households of any size arrive", "share", 0, 1
    ),
    "people_sharing": Fact("f8", "youngest and oldest who share a dwelling", "years"),
} | {
    f"people_{name}": Fact("f8", sentence, rows=False)
    for name, sentence in {
        "low_income": "share of households of low income",
        "low_income_elders": "the same, of elders' households",
        "seniors": "share of senior elders among elders",
        "teens": "share of teens among minors",
        "pupils": "share of pupils among children",
        "interest_spread": "spread of interests",
        "disposition_spread": "spread of dispositions",
        "hours_sigma": "spread of the logarithm of hours",
        "hours_most": "most hours that anybody could give",
        "threshold_kind": "how thresholds are made",
        "threshold_middle": "middle of thresholds",
        "threshold_spread": "spread of thresholds",
        "identity_spread": "spread of home identities",
        "elders_age": "mean years of elders above 60",
        "works": "share of adults who work by day",
        "elders_alone": "elders living alone at the start, exactly; 0: by chance",
        "ages": "whether bands follow from years (1) or years from bands (0)",
    }.items()
}
"""What compiled code needs of `Population`: small tables and numbers."""


def household_numbers(p: Population, life: Life | None = None, migrants: float = 0.0) -> HouseholdNumbers:
    """The population's parameters as numbers and tables for compiled code.

    Where lives go on, households of any size arrive, with as many elders and minors as `life` says; so many are
    `migrants`.
    """
    types = np.array(
        [
            (t.adults + t.elders + t.minors, t.adults, t.elders, t.minors, float(t.renters), t.local, t.migrant)
            for t in p.household_types.values()
        ],
        np.float64,
    ).reshape(-1, 7)
    lives = life is not None and life.course == "on"
    sizes = np.array(p.dwelling_sizes[: int(life.places) if life and lives else None], np.float64)
    sizes /= sizes.sum()
    if life and lives:
        _tilt(types, sizes, life, migrants)
    return HouseholdNumbers(
        types=types,
        owners=np.array([p.owners_local, p.owners_migrant]),
        low_income=p.low_income,
        low_income_elders=p.low_income_elders,
        seniors=p.seniors,
        teens=p.teens,
        pupils=p.pupils,
        limited=np.array(p.limited, np.float64),
        interest=np.array([p.interest_others, p.interest_concerned], np.float64),
        interest_spread=p.interest_spread,
        disposition_spread=p.disposition_spread,
        hours_median=np.array((0.0, *p.hours_median), np.float64),
        hours_sigma=p.hours_sigma,
        hours_most=p.hours_most,
        threshold_kind=get_args(type(p).model_fields["threshold_kind"].annotation).index(p.threshold_kind),
        threshold_middle=p.threshold_middle,
        threshold_spread=p.threshold_spread,
        threshold_given=np.array(p.threshold_given or (0.0,), np.float64),
        identity=np.array([p.identity_local, p.identity_migrant]),
        identity_spread=p.identity_spread,
        sociability=gamma_numbers(p.sociability_shape),
        adults_years=np.minimum(GROWN_UP + p.adults_age * gamma_numbers(ADULTS_SHAPE), SIXTY - 0.1),
        elders_age=p.elders_age,
        parents=np.array(p.parents),
        with_elders=np.array(p.with_elders),
        sharing=np.array(p.sharing),
        works=p.works,
        ages=int(lives),
        sizes=np.cumsum(sizes),
        elders_alone=p.elders_alone,
    )


@cache
def gamma_numbers(shape: float) -> Column:
    """Numbers each as likely as any other: of a gamma distribution of this shape and of mean 1; shape 0: all are 1.

    The density is summed over y = x^bend, in which it has no peak at 0.
    """
    if shape == 0.0:
        return np.ones(1)
    bend = min(shape, 1.0)
    y = np.linspace(0.0, power(1.0 + 40.0 / bend, bend), 40_001)
    x = powers(y, 1.0 / bend)
    density = powers(x, shape - bend) * exponentials(-shape * (x - 1.0))
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    drawn = between((np.arange(NUMBERS) + 0.5) / NUMBERS, below / below[-1], x)
    return drawn / drawn.mean()


def _tilt(types: Column, sizes: Column, life: Life, migrants: float) -> None:
    """Change the weights of household types so that so many persons who arrive are elders, and so many
    households have minors.
    """
    types[types[:, 3] > 0, 5:] *= life.minors_arriving
    weights, with_elders = types[:, 5:].copy(), types[:, 2] > 0
    low, high = 1e-6, 1e6
    for _ in range(40):
        times = sqrt(low * high)
        types[:, 5:] = np.where(with_elders[:, None], times * weights, weights)
        low, high = (times, high) if _elders_among(types, sizes, migrants) < life.elders_arriving else (low, times)


def _elders_among(types: Column, sizes: Column, migrants: float) -> float:
    """Share of persons of 60 and over in households as they arrive."""
    elders = persons = 0.0
    for size, common in enumerate(sizes, 1):
        here = types[:, 0] == size
        for origin, so_many in ((5, 1.0 - migrants), (6, migrants)):
            weights = types[here, origin]
            if weights.sum() > 0:
                elders += common * so_many * float((weights * types[here, 2]).sum() / weights.sum())
            persons += common * so_many * size
    return elders / persons
