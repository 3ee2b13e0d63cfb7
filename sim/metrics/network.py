"""Slow metrics: the tie network and the spread of hours and services, measured every 13 weeks.

None of these is raised by a rule directly: no line of a service rule touches components, bridging or isolates, so that
"volunteer culture and cohesion go together" (A85) can turn out false.
"""

import numpy as np

from sim.engine.jit import Column, compiled
from sim.mathematics.sorting import in_order
from sim.metrics.metric import METRICS, slow_metric
from sim.state.phase import unit
from sim.state.residents import CHILD, VACANT
from sim.world import World

STRONG = 0.5
NEWCOMER = 26
"""Weeks for which somebody is new here."""
ORIGINS_AT_MOST = 16

slow_metric(
    "strong_component",
    "Largest strongly tied component",
    "最大强关系成分",
    "share of residents",
    "Residents in the largest component of ties of strength 0.5 or more, households included.",
    +1,
)
slow_metric(
    "strong_ties",
    "Strong ties",
    "强关系数",
    "ties per resident",
    "Ties of strength 0.5 or more outside the household.",
    +1,
)
slow_metric(
    "ties_per_resident", "Ties", "关系数", "ties per resident", "Ties of any strength outside the household.", +1
)
slow_metric("tie_strength", "Tie strength", "关系强度", "share", "Mean strength of ties outside the household.", +1)
slow_metric(
    "bridging_grid",
    "Bridging across grids",
    "跨网格桥接",
    "observed over expected",
    "Share of tie strength outside households that joins two grids, over that under random mixing.",
    +1,
)
slow_metric(
    "bridging_origin",
    "Bridging across origins",
    "跨来源桥接",
    "observed over expected",
    "The same for locals and migrants.",
    +1,
)
slow_metric(
    "bridging_age", "Bridging across ages", "跨年龄桥接", "observed over expected", "The same for age bands.", +1
)
slow_metric(
    "ei_index",
    "E-I index of grids",
    "网格E-I指数",
    "-1 to 1",
    "Ties between grids less ties within, over all ties outside households.",
)
slow_metric(
    "isolates",
    "Isolates",
    "孤立居民",
    "share of residents 12+",
    "Residents of 12 and over without a tie outside the household.",
    -1,
)
slow_metric(
    "isolates_elders_alone",
    "Isolated elders living alone",
    "孤立独居老人",
    "share of them",
    "The same among elders living alone.",
    -1,
)
slow_metric(
    "isolates_newcomers",
    "Isolated newcomers",
    "孤立新居民",
    "share of them",
    "The same among residents here for less than 26 weeks.",
    -1,
)
slow_metric(
    "hours_median",
    "Median hours of the active",
    "活跃者服务时长中位数",
    "hours a year",
    "Median hours of the last full year, of those who gave any.",
    +1,
)
slow_metric(
    "hours_mean",
    "Mean hours of the active",
    "活跃者平均时长",
    "hours a year",
    "Mean hours of the last full year, of those who gave any.",
    +1,
)
slow_metric(
    "hours_top_tenth",
    "Hours of the top tenth",
    "前十分之一占比",
    "share of hours",
    "Hours of the last full year given by the most active tenth of those who gave any.",
)
slow_metric("hours_gini", "Inequality of hours", "服务时长基尼系数", "Gini, 0-1", "Gini coefficient of these hours.")
slow_metric(
    "coverage",
    "Coverage",
    "服务覆盖面",
    "share of those in need",
    "Residents with a need met in the last full year (by volunteers or public services), of those who had a need.",
    +1,
)
slow_metric(
    "coverage_elders_alone",
    "Coverage of elders living alone",
    "独居老人服务覆盖面",
    "share of those in need",
    "The same among elders living alone.",
    +1,
)
slow_metric(
    "service_gini",
    "Inequality of service",
    "受助不平等",
    "Gini, 0-1",
    "Gini coefficient of needs met per need in the last full year, over residents who had a need.",
    -1,
)
slow_metric(
    "between_grids",
    "Spread between grids",
    "网格间差异",
    "share of variance",
    "Share of the variance of participation that lies between grids.",
    -1,
)


@compiled
def _root(parent, i):
    """The resident who stands for the component of i; on the way there, the way is made shorter."""
    while parent[i] >= 0:
        above = parent[i]
        if parent[above] < 0:
            return above
        parent[i] = parent[above]
        i = parent[i]
    return i


@compiled
def _components(ties, strong):
    """For each resident somebody of the same strongly tied component; for one of each component, less than 0: its size."""
    parent = np.full(ties.degree.size, np.int32(-1))
    for i in range(ties.degree.size):
        root = _root(parent, i)
        for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
            j = ties.other[s]
            # one question instead of three: hardly ever is the answer yes, and the processor learns to guess it
            if (ties.strength[s] >= strong) & (j > i) & (parent[j] != root):
                other = _root(parent, j)
                if other != root:
                    low, high = min(root, other), max(root, other)
                    parent[low] += parent[high]
                    parent[high] = root = low
    return parent


@compiled
def _ties_measured(residents, households, grids, ties, strong, lonely):  # fmt: skip
    """One pass over all ties, each seen from both ends.

    Returns, of ties outside households: strong ones, all, their strength, that across grids, origins and ages, ties across
    less ties within grids; `lonely` becomes 0 for those with any. Rows of a household and of a grid lie side by side, so
    that a row tells whether somebody is of the same.
    """
    # by the borders that a tie crosses: 1 household, 2 grid, 4 origin, 8 age. No question is asked of a tie: a processor that
    # guesses the answer wrongly loses more time than the sums cost.
    all_ties, strong_ties, strengths = np.zeros(16, np.int64), np.zeros(16, np.int64), np.zeros(16)
    for i in range(residents.age.size):
        home, home_end = households.first[residents.household[i]], households.first[residents.household[i] + 1]
        near, near_end = grids.first[residents.grid[i]], grids.first[residents.grid[i] + 1]
        outside = 0
        for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
            j, w = ties.other[s], ties.strength[s]
            leaves_home = int(j < home) | int(j >= home_end)
            leaves_grid = int(j < near) | int(j >= near_end)
            borders = leaves_home | leaves_grid << 1 | int(residents.origin[j] != residents.origin[i]) << 2 | int(residents.age[j] != residents.age[i]) << 3  # fmt: skip
            all_ties[borders] += 1
            strong_ties[borders] += int(w >= strong)
            strengths[borders] += w
            outside |= leaves_home
        lonely[i] = 1 - outside
    n_strong, n, across, of_all, over_grids, over_origins, over_ages = 0, 0, 0, 0.0, 0.0, 0.0, 0.0
    for borders in range(1, 16, 2):
        n_strong, n, of_all = n_strong + strong_ties[borders], n + all_ties[borders], of_all + strengths[borders]
        if borders & 2:
            across, over_grids = across + all_ties[borders], over_grids + strengths[borders]
        if borders & 4:
            over_origins += strengths[borders]
        if borders & 8:
            over_ages += strengths[borders]
    return n_strong, n, of_all, over_grids, over_origins, over_ages, across - (n - across)


@compiled
def blau(counts: Column) -> float:
    """Blau's index of heterogeneity: the chance that two residents differ (0 to 1 - 1/groups)."""
    total, alike = counts.sum(), 0.0
    if total == 0:
        return 0.0
    for count in counts:
        alike += (count / total) ** 2
    return 1.0 - alike


@compiled
def gini(values: Column) -> float:
    """Gini coefficient (0 equal, towards 1 unequal); 0 for nothing to share."""
    total, by_rank = 0.0, 0.0
    for rank, i in enumerate(in_order(values)):
        total += values[i]
        by_rank += (2 * rank + 1 - values.size) * float(values[i])
    return by_rank / (values.size * total) if total > 0.0 else 0.0


@compiled
def _between(having, heads):
    """Share of the variance of a yes-or-no fact that lies between grids, from how many have it and how many there are."""
    everybody, variance = heads.sum(), 0.0
    mean = _over(having.sum(), everybody)
    for g in range(heads.size):
        if heads[g] > 0:
            variance += heads[g] * (having[g] / heads[g] - mean) ** 2
    return _over(_over(variance, everybody), mean * (1.0 - mean))


@compiled
def _over(part, whole):
    return part / whole if whole > 0 else 0.0


@compiled
def _of_hours(hours):
    """Median, mean and share of the top tenth, Gini."""
    n = hours.size
    if n == 0:
        return 0.0, 0.0, 0.0, 0.0
    order, total, top = in_order(hours), 0.0, 0.0
    for k in range(n):
        total += hours[order[k]]
        top += hours[order[k]] if k >= n - max(1, n // 10) else 0.0
    median = (hours[order[(n - 1) // 2]] + hours[order[n // 2]]) / 2.0
    return median, total / n, _over(top, total), gini(hours)


@compiled
def _measured(parent, lonely, of_ties, residents, grids, out):  # fmt: skip
    """Every slow metric in the order in which they are declared above, by one pass over all residents."""
    strong_ties, ties, strength, over_grids, over_origins, over_ages, across_less_within = of_ties
    n, n_grids = residents.age.size, grids.first.size - 1
    of_grid, of_origin, of_age = np.zeros(n_grids, np.int64), np.zeros(ORIGINS_AT_MOST, np.int64), np.zeros(VACANT, np.int64)  # fmt: skip
    able_of_grid, active_of_grid = np.zeros(n_grids, np.int64), np.zeros(n_grids, np.int64)
    people, able, elders, newcomers, lonely_able, lonely_elders, lonely_newcomers = 0, 0, 0, 0, 0, 0, 0
    served, elders_in_need, elders_served, largest = 0, 0, 0, 0
    hours, n_hours = np.empty(np.count_nonzero(residents.hours_past_year), np.float64), 0
    met_share, in_need = np.empty(np.count_nonzero(residents.needs_past_year), np.float64), 0
    for i in range(n):
        if residents.hours_past_year[i] > 0.0:
            hours[n_hours] = residents.hours_past_year[i]
            n_hours += 1
        if residents.needs_past_year[i] > 0:
            # a need of December that is met in January would count above 1
            met_share[in_need] = min(residents.met_past_year[i] / residents.needs_past_year[i], 1.0)
            in_need += 1
            served += residents.met_past_year[i] != 0
            if residents.groups[i] & 1:
                elders_in_need += 1
                elders_served += residents.met_past_year[i] != 0
        if residents.age[i] == VACANT:
            continue
        people += 1
        of_grid[residents.grid[i]] += 1
        of_origin[residents.origin[i]] += 1
        of_age[residents.age[i]] += 1
        largest = max(largest, -parent[i])
        if residents.age[i] != CHILD:
            able += 1
            able_of_grid[residents.grid[i]] += 1
            active_of_grid[residents.grid[i]] += residents.tier[i] >= 1
            lonely_able += lonely[i]
            if residents.groups[i] & 1:
                elders += 1
                lonely_elders += lonely[i]
            if residents.tenure[i] < NEWCOMER:
                newcomers += 1
                lonely_newcomers += lonely[i]
    out[0], out[1], out[2], out[3] = _over(largest, people), _over(strong_ties, people), _over(ties, people), _over(strength, ties)  # fmt: skip
    out[4], out[5] = _over(_over(over_grids, strength), blau(of_grid)), _over(_over(over_origins, strength), blau(of_origin))  # fmt: skip
    out[6], out[7] = _over(_over(over_ages, strength), blau(of_age)), _over(across_less_within, ties)
    out[8], out[9], out[10] = _over(lonely_able, able), _over(lonely_elders, elders), _over(lonely_newcomers, newcomers)
    out[11], out[12], out[13], out[14] = _of_hours(hours[:n_hours])
    out[15], out[16], out[17] = _over(served, in_need), _over(elders_served, elders_in_need), gini(met_share[:in_need])
    out[18] = _between(active_of_grid, able_of_grid)


@unit
def measure(residents, households, grids, ties, slow):
    """Write every slow metric, in the order in which they are declared above."""
    lonely = np.ones(residents.age.size, np.uint8)
    parent = _components(ties, STRONG)
    of_ties = _ties_measured(residents, households, grids, ties, STRONG, lonely)
    _measured(parent, lonely, of_ties, residents, grids, slow.values)


def slow_values(world: World) -> dict[str, float]:
    """Every slow metric of the world as it stands."""
    measure.run(world.table())
    return dict(zip(slow_names(), world.slow_values.tolist(), strict=False))


def slow_names() -> list[str]:
    """The names of slow metrics, in the order in which they are declared."""
    return [name for name, one in METRICS.items() if one.slow]
