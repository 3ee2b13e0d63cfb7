"""Slow metrics: the tie network and the spread of hours and services, measured every 13 weeks.

None of these is raised by a rule directly: no line of a service rule touches components, bridging or isolates, so that
"volunteer culture and cohesion go together" (A85) can turn out false.
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.sorting import in_order
from sim.metrics.metric import METRICS, slow_metric
from sim.metrics.spread import between, blau, gini, over
from sim.state.phase import unit
from sim.state.residents import CHILD, VACANT, lives_here, who_lives_here
from sim.state.ties import prefetch_in_turn
from sim.world import World

STRONG = 0.5
NEWCOMER = 26
"""Weeks for which somebody is new here."""
ORIGINS_AT_MOST = 16
ELDER_ALONE = 1
"""The bit of a resident's groups that says so."""
HOME, GRID, ORIGIN, AGE = 1, 2, 4, 8
"""Borders that a tie can cross, one bit each: a tie is counted by all that it crosses."""
CROSSINGS = 16


# ---- laws: about one resident, one tie


@law
def of_age(i, residents):
    """Whether a resident is 12 or older."""
    return int(residents.age[i] != VACANT) & int(residents.age[i] != CHILD)


@law
def borders_crossed(i, j, residents, households, grids):
    """Borders between two who are tied. Rows of a household and of a grid lie side by side: so a row tells."""
    h, g = residents.household[i], residents.grid[i]
    home = int(j < households.first[h]) | int(j >= households.first[h + 1])
    grid = int(j < grids.first[g]) | int(j >= grids.first[g + 1])
    origin, age = int(residents.origin[j] != residents.origin[i]), int(residents.age[j] != residents.age[i])
    return home * HOME | grid * GRID | origin * ORIGIN | age * AGE


# ---- metrics, in the order in which they are measured; `ties` and `strength` of ties are counted by borders crossed


@slow_metric("Largest strongly tied component", "最大强关系成分", "share of residents", +1)
def strong_component(component, people, residents):
    """Residents in the largest component of ties of strength 0.5 or more, households included."""
    largest = 0
    for i in range(residents.age.size):
        largest = max(largest, -component[i] * lives_here(i, residents))
    return over(largest, people)


@slow_metric("Strong ties", "强关系数", "ties per resident", +1)
def strong_ties(strong, people):
    """Ties of strength 0.5 or more outside the household."""
    return over(across(strong, HOME), people)


@slow_metric("Ties", "关系数", "ties per resident", +1)
def ties_per_resident(ties, people):
    """Ties of any strength outside the household."""
    return over(across(ties, HOME), people)


@slow_metric("Tie strength", "关系强度", "share", +1)
def tie_strength(ties, strength):
    """Mean strength of ties outside the household."""
    return over(across(strength, HOME), across(ties, HOME))


@slow_metric("Bridging across grids", "跨网格桥接", "observed over expected", +1)
def bridging_grid(strength, of_grid):
    """Share of tie strength outside households that joins two grids, over that under random mixing."""
    return over(over(across(strength, GRID), across(strength, HOME)), blau(of_grid))


@slow_metric("Bridging across origins", "跨来源桥接", "observed over expected", +1)
def bridging_origin(strength, of_origin):
    """The same for locals and migrants."""
    return over(over(across(strength, ORIGIN), across(strength, HOME)), blau(of_origin))


@slow_metric("Bridging across ages", "跨年龄桥接", "observed over expected", +1)
def bridging_age(strength, of_age):
    """The same for age bands."""
    return over(over(across(strength, AGE), across(strength, HOME)), blau(of_age))


@slow_metric("E-I index of grids", "网格E-I指数", "-1 to 1")
def ei_index(ties):
    """Ties between grids less ties within, over all ties outside households."""
    outside, between_grids = across(ties, HOME), across(ties, GRID)
    return over(between_grids - (outside - between_grids), outside)


@slow_metric("Isolates", "孤立居民", "share of residents 12+", -1)
def isolates(lonely, residents):
    """Residents of 12 and over without a tie outside the household."""
    alone, all_of_them = 0, 0
    for i in range(residents.age.size):
        all_of_them += of_age(i, residents)
        alone += of_age(i, residents) & lonely[i]
    return over(alone, all_of_them)


@slow_metric("Isolated elders living alone", "孤立独居老人", "share of them", -1)
def isolates_elders_alone(lonely, residents):
    """The same among elders living alone."""
    alone, all_of_them = 0, 0
    for i in range(residents.age.size):
        counts = of_age(i, residents) & residents.groups[i] & ELDER_ALONE
        all_of_them += counts
        alone += counts & lonely[i]
    return over(alone, all_of_them)


@slow_metric("Isolated newcomers", "孤立新居民", "share of them", -1)
def isolates_newcomers(lonely, residents):
    """The same among residents here for less than 26 weeks."""
    alone, all_of_them = 0, 0
    for i in range(residents.age.size):
        counts = of_age(i, residents) & int(residents.tenure[i] < NEWCOMER)
        all_of_them += counts
        alone += counts & lonely[i]
    return over(alone, all_of_them)


@slow_metric("Median hours of the active", "活跃者服务时长中位数", "hours a year", +1)
def hours_median(hours):
    """Median hours of the last full year, of those who gave any."""
    n = hours.size
    return (hours[(n - 1) // 2] + hours[n // 2]) / 2.0 if n > 0 else 0.0


@slow_metric("Mean hours of the active", "活跃者平均时长", "hours a year", +1)
def hours_mean(hours):
    """Mean hours of the last full year, of those who gave any."""
    total = 0.0
    for one in hours:
        total += one
    return over(total, hours.size)


@slow_metric("Hours of the top tenth", "前十分之一占比", "share of hours")
def hours_top_tenth(hours):
    """Hours of the last full year given by the most active tenth of those who gave any."""
    total, top, n = 0.0, 0.0, hours.size
    for k in range(n):
        total += hours[k]
        top += hours[k] if k >= n - max(1, n // 10) else 0.0
    return over(top, total)


@slow_metric("Inequality of hours", "服务时长基尼系数", "Gini, 0-1")
def hours_gini(hours):
    """Gini coefficient of these hours."""
    return gini(hours)


@slow_metric("Coverage", "服务覆盖面", "share of those in need", +1)
def coverage(residents):
    """Residents with a need met in the last full year (by volunteers or public services), of those who had a need."""
    served, in_need = 0, 0
    for i in range(residents.age.size):
        needed = int(residents.needs_past_year[i] > 0)
        in_need += needed
        served += needed & int(residents.met_past_year[i] != 0)
    return over(served, in_need)


@slow_metric("Coverage of elders living alone", "独居老人服务覆盖面", "share of those in need", +1)
def coverage_elders_alone(residents):
    """The same among elders living alone."""
    served, in_need = 0, 0
    for i in range(residents.age.size):
        needed = int(residents.needs_past_year[i] > 0) & residents.groups[i] & ELDER_ALONE
        in_need += needed
        served += needed & int(residents.met_past_year[i] != 0)
    return over(served, in_need)


@slow_metric("Inequality of service", "受助不平等", "Gini, 0-1", -1)
def service_gini(residents):
    """Gini coefficient of needs met per need in the last full year, over residents who had a need."""
    met, n = np.empty(residents.age.size, np.float64), 0
    for i in range(residents.age.size):
        if residents.needs_past_year[i] > 0:
            # a need of December that is met in January would count above 1
            met[n] = min(residents.met_past_year[i] / residents.needs_past_year[i], 1.0)
            n += 1
    return gini(met[:n])


@slow_metric("Spread between grids", "网格间差异", "share of variance", -1)
def between_grids(residents, grids):
    """Share of the variance of participation that lies between grids."""
    n = grids.first.size - 1
    able, active = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(residents.age.size):
        able[residents.grid[i]] += of_age(i, residents)
        active[residents.grid[i]] += of_age(i, residents) & int(residents.tier[i] >= 1)
    return between(active, able)


@unit
def measure(residents, households, grids, ties, slow):
    """Write every slow metric, in the order in which they are declared above."""
    all_ties, strong, strength = np.zeros(CROSSINGS, np.int64), np.zeros(CROSSINGS, np.int64), np.zeros(CROSSINGS)
    lonely = count_ties(residents, households, grids, ties, all_ties, strong, strength)
    of_grid, of_origin = np.zeros(grids.first.size - 1, np.int64), np.zeros(ORIGINS_AT_MOST, np.int64)
    of_age_band = np.zeros(VACANT + 1, np.int64)
    people = count_people(residents, of_grid, of_origin, of_age_band)
    hours, out = hours_in_order(residents), slow.values
    out[0] = strong_component(components(residents, ties, STRONG), people, residents)
    out[1] = strong_ties(strong, people)
    out[2] = ties_per_resident(all_ties, people)
    out[3] = tie_strength(all_ties, strength)
    out[4] = bridging_grid(strength, of_grid)
    out[5] = bridging_origin(strength, of_origin)
    out[6] = bridging_age(strength, of_age_band)
    out[7] = ei_index(all_ties)
    out[8] = isolates(lonely, residents)
    out[9] = isolates_elders_alone(lonely, residents)
    out[10] = isolates_newcomers(lonely, residents)
    out[11] = hours_median(hours)
    out[12] = hours_mean(hours)
    out[13] = hours_top_tenth(hours)
    out[14] = hours_gini(hours)
    out[15] = coverage(residents)
    out[16] = coverage_elders_alone(residents)
    out[17] = service_gini(residents)
    out[18] = between_grids(residents, grids)


# ---- the engineer's half: what metrics share, by one pass over ties and one over residents


@compiled
def across(counted, border):
    """What was counted of ties outside households that cross a border."""
    total = counted[HOME] - counted[HOME]
    for borders in range(HOME, CROSSINGS, 2):
        if borders & border:
            total += counted[borders]
    return total


@compiled
def count_ties(residents, households, grids, ties, all_ties, strong, strength):
    """Count ties, strong ties and strength by borders crossed, each seen from both ends; returns who has none outside.

    No question is asked of a tie: a processor that guesses the answer wrongly loses more time than the sums cost.
    """
    lonely = np.ones(residents.age.size, np.uint8)
    for i in who_lives_here(residents):
        outside = 0
        prefetch_in_turn(i, ties)
        for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
            borders = borders_crossed(i, ties.other[s], residents, households, grids)
            all_ties[borders] += 1
            strong[borders] += int(ties.strength[s] >= STRONG)
            strength[borders] += ties.strength[s]
            outside |= borders & HOME
        lonely[i] = 1 - outside
    return lonely


@compiled
def count_people(residents, of_grid, of_origin, of_age_band):
    """Count residents by grid, origin and age band; returns how many there are."""
    people = 0
    for i in range(residents.age.size):
        here = lives_here(i, residents)
        people += here
        of_grid[residents.grid[i]] += here
        of_origin[residents.origin[i]] += here
        of_age_band[residents.age[i]] += here
    return people


@compiled
def hours_in_order(residents):
    """Hours of the last full year of those who gave any, from the fewest to the most."""
    given, n = np.empty(residents.age.size, np.float64), 0
    for i in range(residents.age.size):
        if residents.hours_past_year[i] > 0.0:
            given[n] = residents.hours_past_year[i]
            n += 1
    hours = np.empty(n, np.float64)
    for rank, k in enumerate(in_order(given[:n])):
        hours[rank] = given[k]
    return hours


@compiled
def root(parent, i):
    """The resident who stands for the component of i; on the way there, the way is made shorter."""
    while parent[i] >= 0:
        above = parent[i]
        if parent[above] < 0:
            return above
        parent[i] = parent[above]
        i = parent[i]
    return i


@compiled
def components(residents, ties, strong):
    """For each resident somebody of the same strongly tied component; for one of each, less than 0: its size."""
    parent = np.full(ties.degree.size, np.int32(-1))
    for i in who_lives_here(residents):
        mine = root(parent, i)
        prefetch_in_turn(i, ties)
        for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
            j = ties.other[s]
            # one question instead of three: hardly ever is the answer yes, and the processor learns to guess it
            if (ties.strength[s] >= strong) & (j > i) & (parent[j] != mine):
                other = root(parent, j)
                if other != mine:
                    low, high = min(mine, other), max(mine, other)
                    parent[low] += parent[high]
                    parent[high] = mine = low
    return parent


def slow_values(world: World) -> dict[str, float]:
    """Every slow metric of the world as it stands."""
    measure.run(world.table())
    return dict(zip(slow_names(), world.slow_values.tolist(), strict=False))


def slow_names() -> list[str]:
    """The names of slow metrics, in the order in which they are declared."""
    return [name for name, one in METRICS.items() if one.slow]
