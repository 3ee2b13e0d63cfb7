"""What a tale calls people, services, ages and times, in the language of the terminal."""

from experiments.spoken import either, language, spoken
from sim import Simulation
from sim.state.orders import (
    HOUSEHOLD,
    INSTITUTION,
    NEIGHBOUR,
    NOBODY_KEEPS,
    ORGANIZATION,
    PUBLIC_SERVICE,
    SUB_DISTRICT,
    VOLUNTEER,
)
from sim.world import World

AGES = (
    ("child", "儿童"), ("teen", "少年"), ("adult", "成人"), ("younger elder", "低龄老人"), ("senior elder", "高龄老人"),
)  # fmt: skip
ORIGINS = (("local", "本地"), ("migrant", "外来"))
TIERS = (("bystander", "未参与"), ("task-only", "任务型"), ("interest-based", "兴趣型"), ("substantive", "实质性"))
INTERESTS = (
    ("parent child", "亲子"), ("school", "学校"), ("property", "物业"), ("elder care", "养老"), ("public affairs", "公共事务"),
)  # fmt: skip
STANDING = (("cook", "厨师"), ("younger elder", "低龄老人"), ("teen", "少年"))
"""Whom a standing pair has for a helper, by the service (PAIRED)."""
SEATS = (
    ("", ""),
    *(("committee member", "居委会成员"), ("team leader", "团队骨干"), ("head of an institution", "共建单位负责人"))
    * 2,
)
"""By the number of a seat: those of the vanguard, then those of a bundle's."""
MET, KNOWN, FRIEND = 0.05, 0.2, 0.5
"""Strengths of ties: below the first two have met, as over one errand; an acquaintance, a neighbour they know, a friend."""


def joined(parts: list[str]) -> str:
    """Parts of a list in words."""
    if language() == "zh":
        return "、".join(parts)
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def an(words: str) -> str:
    """Words with their article, in a language that has one."""
    if language() == "zh":
        return words
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def in_weeks(number: int) -> str:
    """A time."""
    return spoken("1 week" if number == 1 else "{number} weeks", number=number)


def age_of(world: World, row: int) -> str:
    """The age of who lives in a row, in words."""
    return either(AGES[world.age[row]])


def aged(world: World, row: int) -> str:
    """The same, with years where people have some."""
    if not world.config.lives_go_on:
        return age_of(world, row)
    return spoken("{age} of {years}", age=age_of(world, row), years=int(world.years[row]))


def called(world: World, row: int) -> str:
    """Whoever lives in a row, by the own id that a file gives or else by the row."""
    name = world.people.name_of(row)
    if name.startswith("newcomer "):
        return spoken("newcomer {row}", row=name.removeprefix("newcomer "))
    return spoken("resident {name}", name=name)


def somebody(world: World, row: int) -> str:
    """Who lives in a row: name, origin, age, and where."""
    alone = world.alone[row] and world.age[row] >= 3
    return spoken(
        "{name} ({origin} {age} living alone, grid {grid})" if alone else "{name} ({origin} {age}, grid {grid})",
        name=called(world, row), origin=either(ORIGINS[world.origin[row]]), age=age_of(world, row),
        grid=world.people.grid_name(int(world.grid[row])),
    )  # fmt: skip


def tie(world: World, one: int, other: int) -> str:
    """How close two residents are, in words."""
    if world.household[one] == world.household[other]:
        return spoken("of the same household")
    for slot in range(world.tie_first[one], world.tie_first[one] + world.degree[one]):
        if world.tie_other[slot] == other:
            strength = float(world.tie_strength[slot])
            names = (
                (FRIEND, spoken("a friend")), (KNOWN, spoken("a neighbour they know")), (MET, spoken("an acquaintance")),
            )  # fmt: skip
            who = next((name for least, name in names if strength >= least), spoken("somebody they have met"))
            return spoken("{who} (tie {strength:.2f})", who=who, strength=strength)
    return spoken("somebody they did not know")


class Tale:
    """A tale that is told phase by phase."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.ended = simulation, False

    @property
    def world(self) -> World:
        """The world as it stands."""
        return self.simulation.world

    def say(self, sentence: str) -> str:
        """A sentence with its week in front."""
        return spoken("Week {week:>3}  {said}", week=int(self.world.week[0]), said=sentence)

    def kind(self, number: int) -> str:
        """A service kind in words."""
        kind = list(self.simulation.config.kinds.values())[number]
        return kind.title_zh if language() == "zh" else kind.title.lower()

    def who_keeps(self, o: int) -> tuple[int, int]:
        """Who keeps a case: which keeper, and which row where it is a resident."""
        keeper = int(self.world.order_keeper[o])
        return keeper, int(self.world.order_server[o]) if keeper in (NEIGHBOUR, VOLUNTEER) else -1

    def keeper(self, o: int) -> str:
        """Who sees to a case, in words."""
        keeper, server = self.who_keeps(o)
        if keeper == NOBODY_KEEPS:
            known = self.world.order_placed[o] >= 0
            return spoken("the station looks for somebody") if known else spoken("nobody knows of it")
        if server >= 0:
            return spoken("{who} keeps it", who=self.helper(int(self.world.order_client[o]), server))
        if keeper == HOUSEHOLD:
            return spoken("the household keeps it")
        return spoken("a public service keeps it" if keeper == PUBLIC_SERVICE else "a service organization keeps it")

    def helper(self, client: int, server: int) -> str:
        """Who serves, in words."""
        if server == INSTITUTION:
            return spoken("a local institution")
        if server == SUB_DISTRICT:
            return spoken("the sub-district")
        if server == ORGANIZATION:
            return spoken("a service organization")
        world = self.world
        here = world.grid[server] == world.grid[client]
        standing = [
            either(STANDING[world.pair_service[p]])
            for p in range(int(world.pairs[0]))
            if world.pair_client[p] == client and world.pair_helper[p] == server
        ]
        return spoken(
            "{role}{who} of the same grid, {tie}" if here else "{role}{who} of another grid, {tie}",
            role=spoken("their standing {what}, ", what=standing[0]) if standing else "",
            who=somebody(world, server), tie=tie(world, client, server),
        )  # fmt: skip
