"""Order platform: residents place orders, the station dispatches, volunteers accept, residents evaluate.

The first effect of a platform is on the desk: an order takes minutes of staff where it took a third of an hour, and the
minutes saved are there for doors. It learns of hidden needs, calls more volunteers for an order (which costs
attention), has every order reviewed, serves the vulnerable first, promises an answer within so many weeks (within the
class of an order: no promise on what can wait comes before what cannot), and feeds ratings back to volunteers.

Sources: huang2025 (A57, A60-A64, A88), manshadi2022
"""

import numpy as np

from sim.policies.acts import pushes
from sim.policies.policy import Policy, counted, dose


class OrderPlatform(Policy):
    """A platform for orders."""

    name = "order_platform"
    title, title_zh = "Order platform", "点单派单平台"
    sources = ("huang2025", "manshadi2022")
    better = {"discovered": +1}
    aims_at = "community"

    reach: float = dose(
        0.2, "Chance a week that the platform learns of a hidden need.", unit="chance a week", low=0, high=1
    )
    minutes_saved: float = dose(
        0.0, "Share of the staff minutes of an order that it saves.", unit="share", low=0, high=0.99
    )
    review: float = dose(
        0.0, "Above 0: what nobody in reach could ever take is declined at once.", unit="share", low=0, high=1
    )
    offers: int = dose(2, "Volunteers called on top for each order.", unit="volunteers", low=0, high=1000)
    vulnerable_first: float = dose(
        0.5, "Added to the weight of vulnerability in the line.", unit="weight", low=0, high=100
    )
    response_target: int = dose(1, "Weeks within which an answer is promised.", unit="weeks", low=0, high=520)
    overdue_first: float = dose(
        2.0, "Weight in the line of orders older than that; 0: no promise.", unit="weight", low=0, high=100
    )
    feedback: float = dose(0.5, "How much ratings reach volunteers.", unit="share", low=0, high=1)
    cost: float = dose(200.0, "Cost of the platform.", unit="yuan a week per 1,000 residents", low=0, high=1e6)

    @pushes
    def connect(residents, levers, my):
        """The platform saves minutes, learns, reviews, calls, puts the vulnerable first, promises (the
        shortest promise holds) and tells ratings.
        """
        levers.reach[0] += my.reach * my.strength
        levers.minutes_saved[0] += my.minutes_saved * my.strength
        levers.review[0] += my.review * my.strength
        levers.offers[0] += my.offers * my.strength
        levers.vulnerable_first[0] += my.vulnerable_first * my.strength
        levers.feedback[0] += my.feedback * my.strength
        if my.overdue_first > 0.0 and my.strength > 0.0:
            levers.overdue_first[0] += my.overdue_first * my.strength
            levers.response_target[0] = min(levers.response_target[0], np.float64(my.response_target))
        return my.cost * my.strength * residents.headcount[0] / 1000.0

    def _desk(self) -> str:
        saved = (
            f"saves {self.minutes_saved:.0%} of the minutes of staff that an order takes, "
            if self.minutes_saved
            else ""
        )
        return saved + ("declines what nobody in reach could take, " if self.review else "")

    def _desk_zh(self) -> str:
        saved = f"节省{self.minutes_saved:.0%}的派单工时，" if self.minutes_saved else ""
        return saved + ("审核退回无人能接的工单，" if self.review else "")

    def sentence(self) -> str:
        """One sentence."""
        promise = (
            f"orders older than {counted(self.response_target, 'week')} go first (weight {self.overdue_first:g})"
            if self.overdue_first
            else "no answer is promised"
        )
        return (
            f"A platform {self._desk()}learns of {self.reach:.0%} of hidden needs a week, "
            f"calls {self.offers} more volunteers for an order, puts the vulnerable first "
            f"(weight {self.vulnerable_first:g}), {promise}, and {self.feedback:.0%} of ratings reach "
            f"volunteers, {self.period()}, "
            f"at {self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        promise = (
            f"超过{self.response_target}周的工单优先（权重{self.overdue_first:g}）"
            if self.overdue_first
            else "不设响应时限"
        )
        return (
            f"平台{self._desk_zh()}每周发现{self.reach:.0%}的隐性需求，每单多通知{self.offers}名志愿者，"
            f"弱势群体优先（权重{self.vulnerable_first:g}），{promise}，"
            f"{self.feedback:.0%}的评价反馈给志愿者；每周每千人{self.cost:g}元。"
        )
