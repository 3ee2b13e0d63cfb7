"""Train the trainer: guidance for committee staff, social workers and key volunteers, who pass it on.

Guided staff dispatch more orders, guided social workers teach better, and each guided key volunteer (tier 3) makes the
practice of the volunteers around them count for more: without key volunteers that part does nothing.

Sources: huang2025 (A7, A55)
"""

from sim.old_monday import Push, column, paid, raised, weekly
from sim.policies.policy import Policy, dose
from sim.policies.pushing import how_many
from sim.world import World


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

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Push capacity, teaching and practice."""
        thousands = world.tier.size / 1000.0
        return [
            *raised(capacity=self.staff * strength * thousands, training_gain=self.social_workers * strength),
            Push(_guide, (self.guides, self.key_volunteers * strength)),
            paid(self.cost * strength * thousands),
        ]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Guided staff dispatch {self.staff:g} more orders a week per 1,000 residents, social workers' sessions close {self.social_workers:.1%} more of the gap "
            f"to mastery, and an hour beside a key volunteer (who guides {self.guides:g}) {self.key_volunteers:.1%} more, {self.period()}, "
            f"at {self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"社区工作人员每周每千名居民多派{self.staff:g}单，社工培训每次多缩小{self.social_workers:.1%}的技能差距，"
            f"每名骨干志愿者带教{self.guides:g}人（每小时多缩小{self.key_volunteers:.1%}）；每周每千人{self.cost:g}元。"
        )


@weekly
def _guide(world, d):  # type: ignore[no-untyped-def]
    """Let key volunteers guide others, as many as they can."""
    others = how_many(column(world, "tier"), 1, 2)
    guided = min(1.0, d[0] * how_many(column(world, "tier"), 3, 3) / others) if others > 0 else 0.0
    column(world, "practice_gain")[0] += d[1] * guided
    return 0.0
