"""Train the trainer: guidance for committee staff, social workers and key volunteers, who pass it on.

Guided staff dispatch more orders, guided social workers teach better, and each guided key volunteer (tier 3) makes the
practice of the volunteers around them count for more: without key volunteers that part does nothing.

Sources: huang2025 (A7, A55)
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.policies.pushing import how_many
from sim.state.residents import INTEREST, SUBSTANTIVE, TASK


class TrainTheTrainer(Policy):
    """Guidance for staff, social workers and key volunteers."""

    name = "train_the_trainer"
    title, title_zh = "Training of trainers", "骨干赋能"
    better = {"mean_skill": +1}
    aims_at = "community"

    staff: float = dose(
        10.0, "Orders that guided staff can dispatch on top.", unit="orders a week per 1,000 residents", low=0, high=1e6
    )
    social_workers: float = dose(
        0.03, "Added to the share of the gap to mastery closed by a training session.", unit="share", low=0, high=1
    )
    key_volunteers: float = dose(
        0.01,
        "Added to the share of that gap closed by an hour of practice beside a key volunteer.",
        unit="share",
        low=0,
        high=1,
    )
    guides: float = dose(8.0, "Volunteers whom one key volunteer guides.", unit="residents", low=0, high=1000)
    cost: float = dose(250.0, "Cost of the guidance.", unit="yuan a week per 1,000 residents", low=0, high=1e6)

    @pushes
    def guide(residents, levers, my):
        """Guided staff dispatch more, guided social workers teach better, and key volunteers guide as many
        others as they can.
        """
        thousands = residents.headcount[0] / 1000.0
        levers.capacity[0] += my.staff * my.strength * thousands
        levers.training_gain[0] += my.social_workers * my.strength
        others = how_many(residents, TASK, INTEREST)
        guided = min(1.0, my.guides * how_many(residents, SUBSTANTIVE, SUBSTANTIVE) / others) if others > 0 else 0.0
        levers.practice_gain[0] += my.key_volunteers * my.strength * guided
        return my.cost * my.strength * thousands

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Guided staff dispatch {self.staff:g} more orders a week per 1,000 residents, social workers' "
            f"sessions close {self.social_workers:.1%} more of the gap "
            f"to mastery, and an hour beside a key volunteer (who guides {self.guides:g}) "
            f"{self.key_volunteers:.1%} more, {self.period()}, "
            f"at {self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"社区工作人员每周每千名居民多派{self.staff:g}单，社工培训每次多缩小{self.social_workers:.1%}的技能差距，"
            f"每名骨干志愿者带教{self.guides:g}人（每小时多缩小{self.key_volunteers:.1%}）；每周每千人{self.cost:g}元。"
        )
