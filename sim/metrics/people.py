"""People: who lives here. Where lives do not go on, nobody is born or dies, and the rest is as it was drawn."""

from sim.engine.jit import Column
from sim.metrics.metric import Known, Tallied, a_year, metric, ratio


def _per_1000(t: Tallied, counted: Column) -> Column:
    return 1000.0 * ratio(a_year(counted), t.stand_groups[:, 0])


@metric("Births", "出生率", "per 1,000 residents a year")
def births(t: Tallied, known: Known) -> Column:
    """Children born in the last 52 weeks."""
    return _per_1000(t, t.count_lives[:, 0])


@metric("Deaths", "死亡率", "per 1,000 residents a year")
def deaths(t: Tallied, known: Known) -> Column:
    """Residents who died in the last 52 weeks."""
    return _per_1000(t, t.count_lives[:, 2])


@metric("Aged 60 and over", "60岁及以上占比", "share of residents")
def share_60(t: Tallied, known: Known) -> Column:
    """Residents of 60 and over."""
    return ratio(t.stand_ages[:, 0], t.stand_groups[:, 0])


@metric("Elders living alone", "老人独居率", "share of residents of 60 and over")
def elders_alone(t: Tallied, known: Known) -> Column:
    """Residents of 60 and over who live alone."""
    return ratio(t.stand_ages[:, 1], t.stand_ages[:, 0])


@metric("Household size", "户均人口", "residents a household")
def household_size(t: Tallied, known: Known) -> Column:
    """Mean number of residents in a dwelling: of a household, where none stands empty."""
    return ratio(t.stand_groups[:, 0], t.stand_ages[:, 2])
