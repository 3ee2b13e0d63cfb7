"""Slow metrics: the tie network and the spread of hours and services, measured every 13 weeks.

None of these is raised by a rule directly: no line of a service rule touches components, bridging or isolates, so that
"volunteer culture and cohesion go together" (A85) can turn out false.
"""

import numpy as np

from sim.law import Column, compiled
from sim.metrics.metric import slow_metric
from sim.residents import CHILD, TEEN, VACANT
from sim.world import World

STRONG = 0.5

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
def _root(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def _ties_measured(  # type: ignore[no-untyped-def]
    household, grid, origin, age, tenure, groups, tie_first, degree, tie_other, tie_strength, strong, out
):
    """One pass over all ties; fills `out`, see `slow_values`."""
    n = age.size
    parent = np.arange(n)
    people, able, newcomers, elders = 0, 0, 0, 0
    for i in range(n):
        if age[i] == VACANT:
            continue
        people += 1
        outside = 0
        for s in range(tie_first[i], tie_first[i] + degree[i]):
            j, w = tie_other[s], tie_strength[s]
            if w >= strong and j > i:
                a, b = _root(parent, i), _root(parent, j)
                if a != b:
                    parent[max(a, b)] = min(a, b)
            if household[j] == household[i]:
                continue
            outside += 1
            out[0] += 1.0 if w >= strong else 0.0
            out[1] += 1.0
            out[2] += w
            out[3] += w if grid[j] != grid[i] else 0.0
            out[4] += w if origin[j] != origin[i] else 0.0
            out[5] += w if age[j] != age[i] else 0.0
            out[6] += 1.0 if grid[j] != grid[i] else -1.0
        if age[i] != CHILD:
            able += 1
            lonely = 1.0 if outside == 0 else 0.0
            out[7] += lonely
            if groups[i] & 1:
                elders += 1
                out[8] += lonely
            if tenure[i] < 26:
                newcomers += 1
                out[9] += lonely
    size = np.zeros(n, np.int64)
    for i in range(n):
        if age[i] != VACANT:
            size[_root(parent, i)] += 1
    out[10], out[11], out[12], out[13], out[14] = size.max() if n else 0, people, able, elders, newcomers


def blau(counts: Column) -> float:
    """Blau's index of heterogeneity: the chance that two residents differ (0 to 1 - 1/groups)."""
    total = counts.sum()
    return 1.0 - float(((counts / total) ** 2).sum()) if total > 0 else 0.0


def gini(values: Column) -> float:
    """Gini coefficient (0 equal, towards 1 unequal); 0 for nothing to share."""
    x = np.sort(np.asarray(values, np.float64))
    total = x.sum()
    if x.size == 0 or total <= 0:
        return 0.0
    return float((2.0 * np.arange(1, x.size + 1) - x.size - 1) @ x / (x.size * total))


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def slow_values(world: World) -> dict[str, float]:
    """Every slow metric of the world as it stands."""
    out = np.zeros(15)
    _ties_measured(world.household, world.grid, world.origin, world.age, world.tenure, world.groups, world.tie_first, world.degree, world.tie_other,
                   world.tie_strength, STRONG, out)  # fmt: skip
    people, able, elders, newcomers = out[11:15]
    here = world.age != VACANT
    able_here = here & (world.age >= TEEN)
    values = {
        "strong_component": _over(out[10], people),
        "strong_ties": _over(out[0], people),
        "ties_per_resident": _over(out[1], people),
        "tie_strength": _over(out[2], out[1]),
        "bridging_grid": _over(_over(out[3], out[2]), blau(np.bincount(world.grid[here]))),
        "bridging_origin": _over(_over(out[4], out[2]), blau(np.bincount(world.origin[here]))),
        "bridging_age": _over(_over(out[5], out[2]), blau(np.bincount(world.age[here]))),
        "ei_index": _over(out[6], out[1]),
        "isolates": _over(out[7], able),
        "isolates_elders_alone": _over(out[8], elders),
        "isolates_newcomers": _over(out[9], newcomers),
    }
    hours = np.sort(world.hours_past_year[world.hours_past_year > 0].astype(np.float64))
    values["hours_median"] = float(np.median(hours)) if hours.size else 0.0
    values["hours_mean"] = float(hours.mean()) if hours.size else 0.0
    values["hours_top_tenth"] = (
        _over(float(hours[hours.size - max(1, hours.size // 10) :].sum()), float(hours.sum())) if hours.size else 0.0
    )
    values["hours_gini"] = gini(hours)
    needs, met = world.needs_past_year.astype(np.float64), world.met_past_year
    for name, in_need in (("coverage", needs > 0), ("coverage_elders_alone", (needs > 0) & (world.groups & 1 > 0))):
        values[name] = _over(float(np.count_nonzero(met[in_need])), float(np.count_nonzero(in_need)))
    # a need of December that is met in January would count above 1
    values["service_gini"] = gini(np.minimum(met[needs > 0] / needs[needs > 0], 1.0))
    values["between_grids"] = _between(world.tier[able_here] >= 1, world.grid[able_here])
    return values


def _between(flag: Column, grid: Column) -> float:
    """Share of the variance of a yes-or-no fact that lies between grids."""
    if flag.size == 0:
        return 0.0
    mean = flag.mean()
    heads = np.bincount(grid)
    sums = np.bincount(grid, weights=flag)
    means = np.divide(sums, heads, out=np.zeros_like(sums), where=heads > 0)
    return _over(float((heads * (means - mean) ** 2).sum() / flag.size), float(mean * (1 - mean)))
