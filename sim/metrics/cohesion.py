"""Process effectiveness: cohesion (A84). A documented mean, never shown without its parts.

Seven parts, each 0-1: the strongly tied component, strong ties, bridging, not being isolated, identity, atmosphere
and collective efficacy. The first four are measured on the tie network every 13 weeks and no rule writes them.

Sources: chan2006, moody2003, friedkin2004, sampson1997
"""

import numpy as np

from sim.engine.jit import Column
from sim.metrics.metric import Known, Tallied, metric, over_a_year, ratio

STRONG_TIES_HALFWAY = 2.0
"""Strong ties outside the household at which their part of cohesion is one half: a core network is two or three."""


@metric("Strong ties (part)", "强关系（分项）", "share", +1)
def part_strong_ties(t: Tallied, known: Known) -> Column:
    """Strong ties per resident outside the household, x / (x + 2)."""
    return known["strong_ties"] / (known["strong_ties"] + STRONG_TIES_HALFWAY)


@metric("Bridging (part)", "桥接（分项）", "share", +1)
def part_bridging(t: Tallied, known: Known) -> Column:
    """Mean of bridging across grids, origins and ages, each at most 1."""
    return (
        np.minimum(known["bridging_grid"], 1.0)
        + np.minimum(known["bridging_origin"], 1.0)
        + np.minimum(known["bridging_age"], 1.0)
    ) / 3.0


@metric("Collective efficacy", "集体效能", "share", +1)
def collective_efficacy(t: Tallied, known: Known) -> Column:
    """Mean of residents' efficacy and of the share of public issues that were solved, of those that ended in a year."""
    solved = over_a_year(t.count_issues[:, 1])
    return 0.5 * (known["efficacy"] + ratio(solved, solved + over_a_year(t.count_issues[:, 3]), 0.5))


@metric("Cohesion", "凝聚力", "index, 0-1", +1, headline=True)
def cohesion(t: Tallied, known: Known) -> Column:
    """Mean of seven parts: strong component, strong ties, bridging, not isolated, identity, atmosphere,
    collective efficacy.
    """
    parts = [
        known["strong_component"],
        known["part_strong_ties"],
        known["part_bridging"],
        1.0 - known["isolates"],
        known["identity"],
        known["atmosphere"],
    ]
    return (sum(parts) + known["collective_efficacy"]) / 7.0


@metric("Horizontal, subjective", "横向主观", "share", +1)
def horizontal_subjective(t: Tallied, known: Known) -> Column:
    """Cell of Chan's scheme: identification with one another."""
    return known["identity"]


@metric("Horizontal, objective", "横向客观", "share", +1)
def horizontal_objective(t: Tallied, known: Known) -> Column:
    """Cell of Chan's scheme: mean of participation and bridging."""
    return 0.5 * (known["participation"] + known["part_bridging"])


@metric("Vertical, subjective", "纵向主观", "share", +1)
def vertical_subjective(t: Tallied, known: Known) -> Column:
    """Cell of Chan's scheme: residents' confidence in the station, a memory of how placed orders ended."""
    return np.copy(t.stand_bank[:, 3])


@metric("Vertical, objective", "纵向客观", "share", +1)
def vertical_objective(t: Tallied, known: Known) -> Column:
    """Cell of Chan's scheme: substantive participants among those who take part."""
    return known["mix_3"]
