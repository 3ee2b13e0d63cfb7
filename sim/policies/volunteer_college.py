"""Volunteer college: a place of learning that raises the ceiling and sets standards.

Its courses teach better and go further than practice can; its standards draw services towards one quality, ask for
more skill before somebody may serve, and leave volunteers less to decide. All three can work against each other.

Sources: huang2025 (A16, A70)
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.policies.pushing import EVER, give_seats
from sim.state.residents import TASK


class VolunteerCollege(Policy):
    """A college for volunteers and social work."""

    name = "volunteer_college"
    title, title_zh = "Volunteer college", "志愿者学院"
    streams = ("seat", "seat.part")
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

    @pushes
    def teach(station, residents, grids, levers, my):
        """Give seats by lot, raise what practice can reach, and set standards, which take autonomy everywhere."""
        seats = my.seats * my.strength * residents.headcount[0] / 1000.0
        seated = give_seats(seats, TASK, EVER, station, residents, levers, my)
        levers.training_gain[0] += my.gain * my.strength
        levers.practice_ceiling[0] += my.ceiling * my.strength
        levers.standards[0] += my.standards * my.strength
        levers.skill_floor[0] += my.skill_floor * my.strength
        for g in range(grids.atmosphere.size):
            levers.autonomy[g] -= my.autonomy_lost * my.standards * my.strength
        return my.cost_per_seat * seated

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"A college gives {self.seats:g} seats a week per 1,000 residents, whose sessions close "
            f"{self.gain:.0%} more of the gap to mastery, raises what practice "
            f"can reach by {self.ceiling:.0%}, draws services {self.standards:.0%} of the way to a common "
            f"standard and asks for more skill ({self.skill_floor:.0%} of the way), "
            f"which takes {self.autonomy_lost * self.standards:.0%} of autonomy, {self.period()}, at "
            f"{self.cost_per_seat:g} yuan a seat."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"志愿者学院每周每千名居民{self.seats:g}个名额，每次多缩小{self.gain:.0%}的技能差距，"
            f"实践所能达到的上限提高{self.ceiling:.0%}，"
            f"服务向统一标准靠拢{self.standards:.0%}，技能门槛提高{self.skill_floor:.0%}，"
            f"志愿者自主性降低{self.autonomy_lost * self.standards:.0%}；每个名额{self.cost_per_seat:g}元。"
        )
