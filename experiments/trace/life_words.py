"""What is told of births, birthdays, illness, death and leaving home: in the traced resident's home, and among those they know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from experiments.spoken import either, spoken
from sim.state.life_course import LEAVER, WILL_LEAVE
from sim.state.residents import ADULT, CHILD, SENIOR_ELDER, TEEN, VACANT, YOUNGER_ELDER
from sim.world import World

TURNS = {
    TEEN: ("12 and can take part from now on", "12岁，从此可以参与"), ADULT: ("18", "18岁"), YOUNGER_ELDER: ("60", "60岁"),
    SENIOR_ELDER: ("70", "70岁"),
}  # fmt: skip
"""Birthdays from which something follows, by the band that begins with them."""


@dataclass(frozen=True)
class Lives:
    """How a resident's household and those they know were before lives went on."""

    row: int
    band: int
    limited: bool
    alone: bool
    home: dict[int, tuple[int, int]]
    """Who lives in the household: key and age in years, by row."""
    known: dict[int, int]
    """Age in years of those who are known outside it, by row."""


def lives_of(world: World, row: int, known: Iterable[int]) -> Lives:
    """The household of a row, and some that they know, as they are."""
    rows = [j for j in household_of(world, row) if world.age[j] != VACANT]
    return Lives(
        row,
        int(world.age[row]),
        bool(world.limited[row]),
        bool(world.alone[row]),
        {j: (int(world.key[j]), int(world.years[j])) for j in rows},
        {j: int(world.years[j]) for j in known if j not in rows},
    )


def household_of(world: World, row: int) -> range:
    """The rows of the household that a row belongs to."""
    h = int(world.household[row])
    return range(int(world.household_first[h]), int(world.household_first[h + 1]))


def is_gone(world: World, row: int) -> bool:
    """Whether who lived in a row has died or left home this week."""
    return bool(world.age[row] == VACANT or world.tenure[row] == LEAVER)


def moves_to_family(world: World, row: int) -> bool:
    """Whether the household of a row will leave because of what has happened in it, not by a move."""
    return bool(world.vacated[world.household[row]] == WILL_LEAVE)


def happened(before: Lives, world: World) -> Iterator[str]:
    """What has happened since."""
    row = before.row
    if is_gone(world, row):
        yield goes(world, row, before.home[row][1])
        return
    if world.age[row] != before.band:
        yield spoken("turns {age}.", age=either(TURNS[int(world.age[row])]))
    if bool(world.limited[row]) != before.limited:
        yield spoken("can move about well again." if before.limited else "is limited in mobility from now on.")
    for j, (_, years) in before.home.items():
        if j != row and is_gone(world, j):
            who = world.people.name_of(j)
            yield spoken("resident {who} of the household {goes}", who=who, goes=goes(world, j, years))
    for j in household_of(world, row):
        if world.age[j] != VACANT and (j not in before.home or before.home[j][0] != world.key[j]):
            yield spoken(
                "a child is born: resident {who}." if world.age[j] == CHILD
                else "a partner moves into the home: resident {who}, {years}.",
                who=world.people.name_of(j), years=int(world.years[j]),
            )  # fmt: skip
    if world.alone[row] and not before.alone:
        yield spoken("lives alone from now on.")
    for j, years in before.known.items():
        if is_gone(world, j):
            who = world.people.name_of(j)
            yield spoken("resident {who}, whom they know, {goes}", who=who, goes=goes(world, j, years))


def goes(world: World, row: int, years: int) -> str:
    """How somebody of an age has gone."""
    died = world.age[row] == VACANT
    return spoken("dies, at {years}." if died else "leaves home and the community, at {years}.", years=years)
