"""Living: residents become older, fall ill and recover, have children, find partners, die and leave home.

Switched by `life.course`: off, as in the first version, nobody ages. On, everybody has an age in years and a
birthday; couples have children, a single's partner moves in, grown children leave the community, illness limits,
people die by a life table, and where death leaves an elder alone they may move to kin. A household without anybody of
18 leaves. What is said of one household stands in `sim.state.life_course`. No chance hangs on service, identity or
policies. Who is born or joins is a stranger to all but the household, tied to each of them; who dies ends their ties
and takes their credits along. Volunteers, leaders of teams and members of the vanguard age as others do, so that
succession is real.

Founders are households of the past: the same life, with moves, is lived before the start until ages, sizes and tenures
are at rest, or until so large a share is 60 or older (`old_share`).

Sources: census2000, xiamenbulletin2023, clhls2021
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import NOBODY, block, key_of, limit_of, stream, words
from sim.mathematics.sorting import highest
from sim.state.groups import join_groups
from sim.state.life_course import (
    BIRTHS,
    BORN,
    DEATHS,
    DIED,
    JOINED,
    LEFT,
    LEFT_HOME,
    LOST,
    MOST_YEARS,
    PARTNERS,
    YEAR,
    begins_here,
    chances_of,
    falls_vacant,
    household_lives,
    is_here,
    live_together,
)
from sim.state.phase import phase
from sim.state.residents import TASK, VACANT
from sim.state.ties import GIVEN, end_ties, make_tie

PERSON = stream("living.person")
HOME = stream("living.home")
OFF, ON = range(2)
AT_ONCE = 1024
"""Households whose draws are made together."""


@law
def comes_to_live_here(i, h, station, residents, households, ties, starting):
    """Who was born or moved in begins as anybody does, tied to each of the household."""
    begins_here(i, residents, starting)
    residents.tenure[i] = 1
    if station.homes_tied[0]:
        for j in range(households.first[h], households.first[h + 1]):
            if j != i and is_here(j, residents):
                make_tie(i, j, 1.0, 1.0, GIVEN, station.room_for_made[0], ties)


@law
def goes_for_good(i, residents, ties, count):
    """Who dies or leaves home: their ties end, and their credits are lost."""
    end_ties(i, ties)
    count.bank[3] += residents.balance[i]
    residents.balance[i], residents.earned[i] = 0, 0


@law
def is_felt(i, h, what, station, residents, households, ties, count, starting):
    """What happened in row i of household h, for ties, credits and tallies."""
    if what == BORN or what == JOINED:
        count.lives[BIRTHS if what == BORN else PARTNERS] += 1
        comes_to_live_here(i, h, station, residents, households, ties, starting)
    elif what == DIED or what == LEFT_HOME:
        count.lives[DEATHS if what == DIED else LEFT] += 1
        count.lives[LOST] += residents.tier[i] >= TASK
        goes_for_good(i, residents, ties, count)
        if what == DIED:
            falls_vacant(i, residents, starting)


@phase
def lives_go_on(station, residents, households, ties, kinds, people, count, starting, life):
    """Residents have birthdays, fall ill and recover, have children, find partners, die and leave home."""
    if life.course == OFF:
        return
    week, seed = station.week[0], station.seed[0]
    when = (week, 1, seed, key_of(seed, PERSON, week), key_of(seed, HOME, week))
    chances, happened = chances_of(1, life), np.zeros(int(life.places), np.int8)
    found = np.empty(AT_ONCE + 1, np.int64)
    for start in range(0, households.generation.size, AT_ONCE):
        for h in who_may_see_a_change(start, when, chances, residents, households, found):
            notes = (happened, count.lives)
            if household_lives(h, when, chances, residents, households, people, life, notes):
                live_together(h, seed, residents, households, people)
                for i in range(households.first[h], households.first[h + 1]):
                    what = happened[i - households.first[h]]
                    is_felt(i, h, what, station, residents, households, ties, count, starting)
                for i in range(households.first[h], households.first[h + 1]):
                    if residents.age[i] != VACANT:
                        join_groups(i, residents, households, kinds)


# ---- the engineer's half: in most households nothing happens, and one look at the draws tells


@compiled
def who_may_see_a_change(start, when, chances, residents, households, found):
    """Rows of a block of households in which somebody has a birthday or a draw so low that something may happen."""
    end, n = min(start + AT_ONCE, households.generation.size), 0
    low, high = households.first[start], households.first[end]
    may, here = np.empty(high - low, np.uint8), np.empty(high - low, np.uint8)
    look_at_persons(low, when, chances, residents, may, here)
    at_home = np.empty(end - start, np.uint8)
    look_at_homes(start, when, chances, households, at_home)
    for h in range(start, end):
        found[n] = h
        somebody, something = 0, int(at_home[h - start])
        for k in range(households.first[h] - low, households.first[h + 1] - low):
            somebody |= int(here[k])
            something |= int(may[k])
        n += something | (1 - somebody)
    return found[:n]


@compiled
def look_at_persons(low, when, chances, residents, may, here):
    """Whether somebody lives in each row from a row on, and whether they have a birthday or a low draw (vectorised)."""
    size, age, birthday = may.size, residents.age[low:], residents.birthday[low:]
    death, ill = np.empty(size, np.uint32), np.empty(size, np.uint32)
    leaves, spare = np.empty(size, np.uint32), np.empty(size, np.uint32)
    words(when[3], residents.key, low, low + size, NOBODY, death, ill, leaves, spare)
    dies, goes = limit_of(highest(chances[: MOST_YEARS + 1])), limit_of(chances[MOST_YEARS + 1])
    falls_ill = limit_of(highest(chances[MOST_YEARS + 6 :]))
    today = when[0] % YEAR
    for k in range(size):
        here[k] = np.uint8(age[k] != VACANT)
        low_draw = np.uint8(death[k] < dies) | np.uint8(ill[k] < falls_ill) | np.uint8(leaves[k] < goes)
        may[k] = here[k] & (low_draw | np.uint8(birthday[k] == today))


@compiled
def look_at_homes(start, when, chances, households, may):
    """Whether a household of a block has a low draw (vectorised)."""
    dwelling, generation = households.dwelling[start:], households.generation[start:]
    born = limit_of(max(chances[MOST_YEARS + 2], chances[MOST_YEARS + 3]))
    joined, goes = limit_of(chances[MOST_YEARS + 4]), limit_of(chances[MOST_YEARS + 5])
    for k in range(may.size):
        birth, partner, kin, _ = block(when[4], np.uint64(dwelling[k]), np.uint64(generation[k]))
        may[k] = np.uint8(birth < born) | np.uint8(partner < joined) | np.uint8(kin < goes)
