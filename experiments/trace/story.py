"""Trace: one life, or one order, week by week, in sentences.

Chance is keyed, so a life can be lived again exactly. The community is replayed phase by phase; after each phase whoever is
traced is looked at, and what has changed is told. An order is named by its client, its kind of service and the
week in which the need arose, as in 412:meals:60; `any` chooses one to which something happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.spoken import spoken
from experiments.trace.order_words import OrderStory
from experiments.trace.words import ResidentStory
from sim import POLICIES, Simulation, load_config
from sim.config.validate import as_they_are
from sim.config.yaml import nearest
from sim.state.orders import PLACED
from sim.week import WEEK

if TYPE_CHECKING:
    from sim.config.schema import Config
    from sim.founding.population import Founders
    from sim.policies.policy import Policy


class TraceError(Exception):
    """What is to be traced does not exist."""


@dataclass(frozen=True)
class Lived:
    """A community to live again: which place, under which policies, with which random seed, for how long."""

    config: "Config"
    policies: tuple["Policy", ...]
    seed: int
    weeks: int

    def start(self) -> Simulation:
        """The community before its first week."""
        return Simulation(self.config, self.policies, self.seed)


def of_config(name: str, changes: dict[str, str], policies: str, seed: int, weeks: int) -> Lived:
    """A community by its configuration, and policies by their names, separated by commas.

    Errors: ConfigError; TraceError for an unknown policy.
    """
    names = [part.strip() for part in policies.split(",") if part.strip()]
    if unknown := [name for name in names if name not in POLICIES]:
        raise TraceError(
            spoken("no policy {unknown!r}; there are {policies}", unknown=unknown[0], policies=", ".join(POLICIES))
        )
    return Lived(load_config(name, set=changes), tuple(POLICIES[name]() for name in names), seed, weeks)


def of_study(name: str, changes: dict[str, str], arm: str, replicate: int, weeks: int | None) -> Lived:
    """A run of a study: one arm, one replicate, at the first of what varies.

    Errors: ConfigError; TraceError for an arm or replicate that the study does not have.
    """
    from experiments.study.loader import read_study
    from experiments.study.sampling import LARGEST

    study = read_study(name, changes, points=LARGEST)
    runs = [r for r in study.runs() if r.arm == (arm or study.reference) and r.replicate == replicate and r.point == 0]
    if not runs:
        arms = ", ".join(study.arms)
        raise TraceError(
            spoken(
                "no arm {arm!r} or replicate {replicate}; arms: {arms}; replicates 0 to {replicates}",
                arm=arm,
                replicate=replicate,
                arms=arms,
                replicates=study.file.replicates - 1,
            )
        )
    job = study.job(runs[0])
    config = load_config(job.community, set=as_they_are(dict(job.changes)))
    policies = tuple(POLICIES[policy](**doses) for policy, doses in job.policies)
    return Lived(config, policies, job.seed, weeks or job.weeks)


def resident(lived: Lived, which: str) -> Iterator[str]:
    """The life of a resident (an id of the user's file, a row, or `any`), one sentence after the other.

    Errors: TraceError for a resident who does not exist.
    """
    simulation = lived.start()
    row = _somebody(lived) if which == "any" else _row(which, simulation.world.people)
    story = ResidentStory(simulation, row)
    yield from story.beginning()
    for _ in range(lived.weeks):
        simulation.begin_week()
        yield from story.after("policies_push")
        for phase in WEEK:
            simulation.do(phase)
            yield from story.after(phase.name)
            if story.ended:
                return
        simulation.end_week()
    yield from story.end()


def order(lived: Lived, which: str) -> Iterator[str]:
    """The life of an order (client:kind:week, or `any`), one sentence after the other.

    Errors: TraceError for an order that never arose.
    """
    client, kind, week = _some_order(lived) if which == "any" else _named_order(lived, which)
    simulation = lived.start()
    simulation.run_for(week)
    story = OrderStory(simulation, client, kind)
    for _ in range(max(lived.weeks - week, 1)):
        simulation.begin_week()
        for phase in WEEK:
            simulation.do(phase)
            yield from story.after(phase.name)
            if story.ended:
                return
        if not story.begun:
            name = simulation.world.people.name_of(client)
            raise TraceError(
                spoken(
                    "no such need of resident {name} arose in week {week}; try: linli trace order any",
                    name=name,
                    week=week,
                )
            )
        simulation.end_week()
    yield story.still_open()


def _row(said: str, people: "Founders") -> int:
    """The row of a resident, by the id that the user's file gives or else by its number."""
    if said in people.ids:
        return people.ids.index(said)
    row = said.removeprefix("newcomer ")  # whoever lives there after one whom the file names
    if people.ids and row != said and row.isdecimal() and int(row) < people.residents:
        return int(row)
    if people.ids:
        near = nearest(said, people.ids[:5000])
        raise TraceError(
            spoken(
                "no resident has the id {said!r}; did you mean {near!r}?" if near
                else "no resident has the id {said!r}; try: any",
                said=said, near=near,
            )
        )  # fmt: skip
    if not said.isdecimal() or int(said) >= people.residents:
        raise TraceError(
            spoken(
                "{said!r} is no resident: a row from 0 to {residents}, or any",
                said=said,
                residents=people.residents - 1,
            )
        )
    return int(said)


def _named_order(lived: Lived, said: str) -> tuple[int, int, int]:
    kinds = list(lived.config.kinds)
    client, _, rest = said.rpartition(":")
    client, _, kind = client.rpartition(":")
    if not client or not rest.isdecimal():
        raise TraceError(spoken("{said!r} is no order: client:kind:week as in 412:meals:60, or any", said=said))
    if kind not in kinds:
        raise TraceError(spoken("no service kind {kind!r}; there are {kinds}", kind=kind, kinds=", ".join(kinds)))
    return _row(client, lived.start().world.people), kinds.index(kind), int(rest)


def _somebody(lived: Lived) -> int:
    """Whoever rose from bystander, stayed longest on the ladder and still lives here; the first of equals."""
    simulation = lived.start()
    founders = simulation.world.tier.copy()
    weeks_up = np.zeros(founders.size)
    for _ in range(lived.weeks):
        simulation.live_one_week()
        weeks_up += simulation.world.tier >= 1
    stayed = (simulation.world.tenure >= lived.weeks) & (founders == 0)
    return int(np.argmax(np.where(stayed, weeks_up, -1.0)))


def _some_order(lived: Lived) -> tuple[int, int, int]:
    """An order that was hidden, then waited in line, and was served in the end (or, failing that, any order)."""
    simulation, waited, found = lived.start(), set[tuple[int, int, int]](), None
    for week in range(lived.weeks):
        simulation.live_one_week()
        world, n = simulation.world, int(simulation.world.open_orders[0])
        book = [(int(world.order_client[o]), int(world.order_kind[o]), int(world.order_arose[o])) for o in range(n)]
        found = found or (book[0] if book else None)
        gone = waited - set(book)
        served = [
            one
            for one in gone
            if world.met[one[0]] > 0 and week - one[2] < world.kind_patience[one[1]] and world.tenure[one[0]] > 0
        ]
        if served:
            return min(served)
        rows = [o for o in range(n) if world.order_state[o] == PLACED and world.order_rounds[o] >= 1]
        late = [o for o in rows if world.order_placed[o] > world.order_arose[o]]
        waited = {book[o] for o in late} | (waited & set(book))
    if found is None:
        raise TraceError(spoken("no need ever arose"))
    return found
