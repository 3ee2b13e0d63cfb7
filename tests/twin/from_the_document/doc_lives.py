"""Lives and moves, made again from the ODD document: Living and Moving."""

from doc_chance import weekly_from_annual, within
from doc_people import band_of, draw_household, live_together, newcomer_key
from doc_ties import take_in_the_mood
from doc_world import VACANT, Place

ZERO = (
    "known", "contacted", "promised", "cases", "tenure", "registered", "route", "balance", "earned", "fatigue", "assigned",
    "unmet_weeks", "hours", "hours_left", "hours_kept", "hours_assigned", "hours_public", "hours_year", "hours_past_year",
    "success", "services", "notified", "away", "asked", "vanguard", "pioneer", "met", "needs_year", "met_year",
    "needs_past_year", "met_past_year", "habit",
)  # fmt: skip
HAS_LEFT, CHILD_LEFT, WILL_LEAVE = 1, 2, 3
GIVEN = -520


def lives_go_on(w: Place) -> None:
    for h in range(len(w.generation)):
        came, gone, changed = household_lives(w, h)
        if not changed:
            continue
        live_together(w, w.members(h))
        for i in w.members(h):
            if i in came:
                begins_here(w, i)
                w.tenure[i] = 1
                if w.homes_tied[0]:
                    for j in w.members(h):
                        if j != i and is_here(w, j):
                            w.make_tie(i, j, 1.0, 1.0, GIVEN)
            elif i in gone:
                w.end_all_ties(i)
                w.balance[i], w.earned[i] = 0, 0
                if not w.lives_here(i):
                    falls_vacant(w, i)
        for i in w.members(h):
            if w.lives_here(i):
                w.joins_groups(i)


def is_here(w: Place, i: int) -> bool:
    return w.lives_here(i) and bool(w.tenure[i] > 0)


def those_here(w: Place, h: int) -> list[int]:
    return [i for i in w.members(h) if is_here(w, i)]


def household_lives(w: Place, h: int) -> tuple[set[int], set[int], bool]:
    """Who came, who died or left home, and whether anything changed."""
    before = [i for i in w.members(h) if w.lives_here(i)]
    changed = [grows_older(w, i) for i in before]
    came = a_birth_or_a_partner(w, h)
    died, left = deaths_and_leaving(w, h, before)
    leaves = will_leave(w, h, widowed=bool(died))
    if leaves:
        w.vacated[h] = WILL_LEAVE
    return came, died | left, any(changed) or bool(came or died or left) or leaves


def grows_older(w: Place, i: int) -> bool:
    """Birthday, illness and recovery; whether anything follows."""
    life, changed = w.config.life, False
    if w.now % 52 == w.birthday[i]:
        w.years[i] += 1
        band = band_of(w.years[i])
        changed = band != w.age[i] or w.years[i] == 6
        if band != w.age[i]:
            w.age[i] = band
            if band == 1:
                w.tier[i] = 0
            w.works[i] = int(band == 2 and w.chance.one("living.works", w.key[i], once=True) < w.people.works)
    w2 = w.chance.four("living.person", w.key[i])[1]
    if w.limited[i]:
        ends = w2 < life.recovers
        w.limited[i] = int(not ends)
        return changed or ends
    onset = (0.0, 0.0, life.limited_18, life.limited_60, life.limited_70)[w.age[i]]
    begins = w2 < onset
    w.limited[i] = int(begins)
    return changed or begins


def a_birth_or_a_partner(w: Place, h: int) -> set[int]:
    life, here = w.config.life, those_here(w, h)
    birth, partner, _, _ = w.chance.four("living.home", w.dwelling[h], w.generation[h])
    place = next((i for i in w.members(h) if not w.lives_here(i)), None)
    minors = sum(w.years[i] < 18 for i in here)
    heads = [w.years[i] for i in here if w.kinship[i] == 0 and 22 <= w.years[i] <= 42]
    if minors < 2 and len(heads) == 2 and abs(heads[0] - heads[1]) < 9:
        a_year = life.first_birth if minors == 0 else life.second_birth
        if birth < weekly_from_annual(a_year) and place is not None:
            comes(w, place, h, 0, kinship=1)
            return {place}
        return set()
    if partner < weekly_from_annual(life.partner) and place is not None:
        singles = [i for i in here if 22 <= w.years[i] <= 39]
        if len(singles) == 1 and w.kinship[singles[0]] != 2 and minors == 0:
            one = singles[0]
            w.kinship[one] = 0
            _, _, w3, w4 = w.chance.four("living.joins", newcomer_key(w, h, w.household_persons[h]), 0, once=True)
            comes(w, place, h, max(w.years[one] + int(4.0 * (w3 + w4) - 3.5), 20), kinship=0)
            return {place}
    return set()


def comes(w: Place, i: int, h: int, years: int, kinship: int) -> None:
    like = those_here(w, h)[-1]
    w.key[i] = newcomer_key(w, h, w.household_persons[h])
    w.household_persons[h] += 1
    w1, w2, _, _ = w.chance.four("living.joins", w.key[i], 0, once=True)
    w.years[i], w.age[i], w.kinship[i] = years, band_of(years), kinship
    w.birthday[i] = w.now % 52 if years == 0 else int(52 * w1)
    w.works[i] = int(years >= 18 and w2 < w.people.works)
    w.origin[i], w.owner[i], w.low_income[i] = w.origin[like], w.owner[like], w.low_income[like]
    w.limited[i], w.tier[i], w.tenure[i] = 0, -1 if years < 12 else 0, 1


def chance_of_death(w: Place, years: int) -> float:
    life = w.config.life
    table = [(90, life.die_90), (85, life.die_85), (80, life.die_80), (75, life.die_75), (70, life.die_70)]
    table += [(65, life.die_65), (60, life.die_60), (40, life.die_40), (0, life.die_0)]
    return weekly_from_annual(next(annual for from_years, annual in table if years >= from_years))


def deaths_and_leaving(w: Place, h: int, before: list[int]) -> tuple[set[int], set[int]]:
    died, left = set(), set()
    for i in before:
        w1, _, w3, _ = w.chance.four("living.person", w.key[i])
        if w1 < chance_of_death(w, w.years[i]):
            died.add(i)
            w.age[i], w.tenure[i] = VACANT, 0
        elif w3 < weekly_from_annual(w.config.life.leaves_home) and is_grown_child(w, i, h):
            left.add(i)
            w.tenure[i], w.vacated[h] = 0, CHILD_LEFT
    return died, left


def is_grown_child(w: Place, i: int, h: int) -> bool:
    return w.kinship[i] == 1 and 18 <= w.years[i] <= 39 and any(w.kinship[j] == 0 for j in those_here(w, h))


def will_leave(w: Place, h: int, *, widowed: bool) -> bool:
    here, life = those_here(w, h), w.config.life
    grown = [i for i in here if w.years[i] >= 18]
    if len(grown) != 1 or len(here) > 1 or w.years[grown[0]] < 60:
        return not grown
    w3 = w.chance.four("living.home", w.dwelling[h], w.generation[h])[2]
    if widowed:
        return w3 < life.widowed
    return bool(w.years[grown[0]] >= 75 and w3 < weekly_from_annual(life.to_family))


def begins_here(w: Place, i: int) -> None:
    for name in ZERO:
        getattr(w, name)[i] = 0
    start = w.config.starting
    w.recruited_week[i], w.registered_week[i], w.last_served[i], w.team[i] = -1, -1_000_000, -1_000_000, -1
    w.tier[i] = -1 if w.age[i] == 0 else 0
    w.skill[i], w.efficacy[i], w.satisfaction[i] = start.skill, start.efficacy, start.satisfaction
    w.wellbeing[i], w.identity[i] = start.wellbeing, w.identity_home[i]


def falls_vacant(w: Place, i: int) -> None:
    begins_here(w, i)
    w.age[i], w.tier[i] = VACANT, -1
    for name in ("tenure", "groups", "wants", "alone", "limited", "years", "works", "school_child"):
        getattr(w, name)[i] = 0


# ---- moving


def households_leave(w: Place) -> None:
    everyone = range(len(w.generation))
    for h in everyone:
        if w.chance.four("moving.leaving", w.dwelling[h], w.generation[h])[0] < chance_of_leaving(w, h):
            w.vacated[h] = WILL_LEAVE
    for h in everyone:
        if w.vacated[h] == WILL_LEAVE:
            w.vacated[h] = HAS_LEFT
            for i in those_here(w, h):
                w.tenure[i] = 0
                for s in reversed(w.ties_of(i)):
                    if w.tie_other[s] not in w.members(h):
                        w.end_tie(i, s)
    o = 0
    while o < w.open_orders[0]:
        i = w.order_client[o]
        if w.tenure[i] > 0:
            o += 1
            continue
        if w.is_case(o):
            w.loses_keeper(o)
        w.open_needs[i] = 0
        w.closes(o)


def chance_of_leaving(w: Place, h: int) -> float:
    m, here = w.config.moving, [i for i in w.members(h) if w.lives_here(i)]
    if not here:
        return 0.0
    oldest, annual = max(w.years[i] for i in here), m.annual_rate
    if m.by == "age":
        times = m.young if oldest < 35 else m.middle if oldest < 60 else m.old
        if len(here) == 1 and oldest < 60:
            times = max(times, m.alone)
        annual = m.annual_rate * times
    of_origin = m.migrants if w.origin[here[0]] == 1 else m.locals
    of_tenure = m.owners if w.owner[here[0]] == 1 else m.renters
    rooted = 1.0 - m.rooted * (sum(w.identity[i] for i in here) / len(here))
    return weekly_from_annual(within((annual + w.turnover[0]) * of_origin * of_tenure * rooted))


def newcomers_arrive(w: Place) -> None:
    for h in range(len(w.generation)):
        happened, w.vacated[h] = w.vacated[h], 0
        if happened == CHILD_LEFT:
            for i in w.members(h):
                if w.lives_here(i) and w.tenure[i] == 0:
                    falls_vacant(w, i)
            live_together(w, w.members(h))
            for i in w.members(h):
                if w.lives_here(i):
                    w.joins_groups(i)
        elif happened == HAS_LEFT:
            arrive(w, h)


def arrive(w: Place, h: int) -> None:
    m = w.config.moving
    for i in w.members(h):
        w.end_all_ties(i)
        falls_vacant(w, i)
    w.generation[h] += 1
    u = w.chance.one("moving.size", w.dwelling[h], w.generation[h], once=True)
    size = 1 + sum(u >= share for share in list(w.people.sizes)[:-1])
    w.household_persons[h] = size
    draw_household(w, h, size, within(m.migrants_arriving + w.arriving_migrants[0]))
    rows = range(w.household_first[h], w.household_first[h] + size)
    for i in rows:
        w.joins_groups(i)
        begins_here(w, i)
        brings = w.tier[i] >= 0 and w.chance.one("moving.habit", w.key[i], once=True) < m.habit_share
        w.habit[i] = m.habit_strength if brings else 0.0
    if w.homes_tied[0]:
        for i in rows:
            for j in range(i + 1, rows[-1] + 1):
                w.make_tie(i, j, 1.0, 1.0, GIVEN)
    for i in rows:
        w.around_across[i] = 0.0
        take_in_the_mood(w, i)
