"""Volunteer college: a place of learning that raises the ceiling and sets standards.

Its courses teach better and go further than practice can; its standards draw services towards one quality, ask for
more skill before somebody may serve, and leave volunteers less to decide. All three can work against each other.

Sources: huang2025 (A16, A70)
"""

from sim.old_monday import Push, column, raised, weekly
from sim.policies.policy import Policy, dose
from sim.policies.pushing import EVER, seat_by_lot
from sim.residents import TASK
from sim.world import World


class VolunteerCollege(Policy):
    """A college for volunteers and social work."""

    name = "volunteer_college"
    title, title_zh = "Volunteer college", "志愿者学院"
    better = {"mean_skill": +1}

    seats: float = dose(
        1.5,
        "Seats a week per 1,000 residents, given to volunteers by lot.",
        unit="seats a week per 1,000 residents",
        low=0,
        high=1000,
    )
    gain: float = dose(
        0.05, "Added to the share of the gap to mastery closed by a session.", unit="share", low=0, high=1
    )
    ceiling: float = dose(0.1, "Added to the skill that practice can reach.", unit="share", low=0, high=1)
    standards: float = dose(0.2, "How far services are drawn to the common standard.", unit="share", low=0, high=1)
    skill_floor: float = dose(
        0.2, "How far the skill asked for is raised towards what a service needs.", unit="share", low=0, high=1
    )
    autonomy_lost: float = dose(0.2, "Autonomy that full standards take from volunteers.", unit="share", low=0, high=1)
    cost_per_seat: float = dose(150.0, "Cost of a seat.", unit="yuan", low=0, high=100_000)

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Teach by lot, and set standards."""
        seats = self.seats * strength * world.tier.size / 1000.0
        return [
            Push(seat_by_lot, (seats, TASK, EVER, *self.lot("seat")), price=self.cost_per_seat),
            *raised(
                training_gain=self.gain * strength,
                practice_ceiling=self.ceiling * strength,
                standards=self.standards * strength,
                skill_floor=self.skill_floor * strength,
            ),
            Push(_bind, (self.autonomy_lost * self.standards * strength,)),
        ]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"A college gives {self.seats:g} seats a week per 1,000 residents, whose sessions close {self.gain:.0%} more of the gap to mastery, raises what practice "
            f"can reach by {self.ceiling:.0%}, draws services {self.standards:.0%} of the way to a common standard and asks for more skill ({self.skill_floor:.0%} of the way), "
            f"which takes {self.autonomy_lost * self.standards:.0%} of autonomy, {self.period()}, at {self.cost_per_seat:g} yuan a seat."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"志愿者学院每周每千名居民{self.seats:g}个名额，每次多缩小{self.gain:.0%}的技能差距，实践所能达到的上限提高{self.ceiling:.0%}，"
            f"服务向统一标准靠拢{self.standards:.0%}，技能门槛提高{self.skill_floor:.0%}，志愿者自主性降低{self.autonomy_lost * self.standards:.0%}；每个名额{self.cost_per_seat:g}元。"
        )


@weekly
def _bind(world, d):  # type: ignore[no-untyped-def]
    """Standards take autonomy, everywhere."""
    autonomy = column(world, "autonomy")
    for g in range(autonomy.size):
        autonomy[g] -= d[0]
    return 0.0
