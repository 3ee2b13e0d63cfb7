"""Households and persons, made again from the ODD document: section 17."""

import math

from doc_chance import within
from doc_world import Place


def band_of(years: int) -> int:
    return sum(years >= from_years for from_years in (12, 18, 60, 70))


def newcomer_key(w: Place, h: int, place: int) -> int:
    return int(2**63 + w.dwelling[h] * 2**32 + w.generation[h] * 2**8 + min(place, 255))


def two_normals(a: float, b: float) -> tuple[float, float]:
    r, turn = math.sqrt(-2.0 * math.log(a)), 2.0 * math.pi * b
    return r * math.cos(turn), r * math.sin(turn)


def between(u: float, ends: tuple[float, float]) -> float:
    return ends[0] + u * (ends[1] - ends[0])


def draw_household(w: Place, h: int, size: int, migrants: float) -> None:
    """A household of a size in the first rows of a dwelling."""
    rows = range(w.household_first[h], w.household_first[h] + size)
    for place, i in enumerate(rows):
        w.key[i] = newcomer_key(w, h, place)
    draw_members(w, h, rows, migrants)
    draw_years(w, rows)
    for i in rows:
        share = w.people.limited[w.age[i]]
        w.limited[i] = int(w.chance.four("households.person", w.key[i], 2, once=True)[0] < share)
    live_together(w, rows)


def draw_members(w: Place, h: int, rows: range, migrants: float) -> None:
    of_origin, of_type, of_home, of_income = w.chance.four(
        "households.household", w.dwelling[h], w.generation[h], once=True
    )
    people, origin = w.people, int(of_origin < migrants)
    adults, elders, renting = type_of(w, len(rows), origin, of_type)
    owner = int(not renting and of_home < people.owners[origin])
    poor = int(of_income < (people.low_income_elders if elders == len(rows) else people.low_income))
    for place, i in enumerate(rows):
        u = w.chance.one("households.member", w.key[i], once=True)
        if place < adults:
            w.age[i] = 2
        elif place < adults + elders:
            w.age[i] = 4 if u < people.seniors else 3
        else:
            w.age[i] = 1 if u < people.teens else 0
        w.origin[i], w.owner[i], w.low_income[i] = origin, owner, poor
        w.kinship[i] = 1 if place >= adults + elders else 2 if renting else 0


def type_of(w: Place, size: int, origin: int, u: float) -> tuple[int, int, bool]:
    """Adults, elders and whether they rent."""
    fitting = [row for row in w.people.types if row[0] == size and row[5 + origin] > 0.0]
    if not fitting:
        return size, 0, False
    left = u * sum(row[5 + origin] for row in fitting)
    for row in fitting:
        left -= row[5 + origin]
        if left < 0.0:
            break
    return int(row[1]), int(row[2]), bool(row[4])


def draw_years(w: Place, rows: range) -> None:
    """Where lives go on: the band follows the years."""
    people, first = w.people, w.key[rows[0]]
    bands = [w.age[i] for i in rows]
    grown, minors, elders = bands.count(2), sum(b < 2 for b in bands), sum(b > 2 for b in bands)
    of_parents, of_elder, _, _ = w.chance.four("households.years", first, 1, once=True)
    parents, elder = between(of_parents, people.parents), 60.0 - people.elders_age * math.log(of_elder)
    oldest_minor = 0.0
    for i in reversed(rows):
        w1, w2, w3, w4 = w.chance.four("households.years", w.key[i], 0, once=True)
        z = two_normals(w1, w2)[0]
        w.birthday[i] = int(52 * w3)
        if w.age[i] < 2:
            years = w1 * min(17.9, max(1.0, parents - people.parents[0]))
            oldest_minor = max(oldest_minor, years)
        elif w.age[i] > 2:
            years = within(elder + (3.0 * z if elders > 1 else 0.0), 60.0, 98.0)
        else:
            if minors:
                years = max(parents, oldest_minor + people.parents[0] - 2.0) + 2.0 * z
            elif grown > 2:
                years = between(w1, people.sharing)
            elif grown == 2 or elders == 0:
                u = w.chance.one("households.years", first, once=True)
                years = people.adults_years[int(len(people.adults_years) * u)] + (2.0 * z if grown == 2 else 0.0)
            else:
                years = between(w1, people.with_elders)
            years = within(years, 18.0, 59.9)
        w.years[i], w.age[i] = int(years), band_of(int(years))
        w.works[i] = int(w.age[i] == 2 and w4 < people.works)


def live_together(w: Place, rows: range) -> None:
    """Living alone, a child at school, and the leanings of all who live in some rows of a household."""
    here = [i for i in rows if w.lives_here(i)]
    at_school = any(w.age[i] == 1 or (w.age[i] == 0 and w.years[i] >= 6) for i in here)
    for i in here:
        w.alone[i], w.school_child[i] = int(len(here) == 1), int(at_school)
    with_child, with_elder = any(w.age[i] == 0 for i in here), any(w.age[i] in (3, 4) for i in here)
    for i in here:
        draw_leanings(w, i, with_child, with_elder)


def draw_leanings(w: Place, i: int, with_child: bool, with_elder: bool) -> None:
    people, origin, owner = w.people, w.origin[i], w.owner[i] == 1
    first = w.chance.four("households.person", w.key[i], 0, once=True)
    second = w.chance.four("households.person", w.key[i], 1, once=True)
    z = [*two_normals(*first[:2]), *two_normals(*first[2:]), *two_normals(*second[:2])]
    hours, identity = two_normals(*second[2:])
    concerned = (with_child, w.school_child[i] == 1, owner, with_elder, owner and origin == 0)
    means = [people.interest[int(concerns)][about] for about, concerns in enumerate(concerned)]
    w.interest[i] = [within(mean + people.interest_spread * z[about]) for about, mean in enumerate(means)]
    w.disposition[i] = people.disposition_spread * z[5]
    w.hours_limit[i] = min(people.hours_most, people.hours_median[w.age[i]] * math.exp(people.hours_sigma * hours))
    w.identity_home[i] = within(people.identity[origin] + people.identity_spread * identity)
    w1 = w.chance.four("households.person", w.key[i], 3, once=True)[0]
    w.sociability[i] = people.sociability[int(w1 * len(people.sociability))]
    w.threshold[i] = people.threshold_middle
