"""Time bank: hours served earn credits that pay for own or family's orders, can be given to elders, and can expire.

Willingness to earn rises with trust that credits will be redeemed, which follows the share of paid orders that were
served (sim/rules/banking.py). When the bank closes to earning, what was earned stays in the accounts and can still be
spent.

Who may redeem is a rule of the bank: for elders only, after so many own hours, by an application that takes trust.

Sources: huang2025 (A73), nanjing2020, gulou2018, hongkou2019
"""

import numpy as np

from sim.mathematics.elementary import exp
from sim.policies.acts import pushes
from sim.policies.policy import Policy, counted, dose
from sim.state.residents import ADULT, BYSTANDER


class TimeBank(Policy):
    """A time bank."""

    name = "time_bank"
    title, title_zh = "Time bank", "时间银行"
    sources = ("huang2025", "nanjing2020", "gulou2018", "hongkou2019")

    earning: float = dose(1.0, "Credits for an hour served.", unit="credit hours an hour", low=0, high=10)
    price: float = dose(
        0.0, "Added to the credits that an hour received costs.", unit="credit hours an hour", low=-10, high=10
    )
    priority: float = dose(1.0, "Priority in the line of orders paid with credits.", unit="weight", low=0, high=100)
    giving: float = dose(
        0.002, "Share of balances of those under 60 given to elders.", unit="share a week", low=0, high=1
    )
    expiry: float = dose(0.0, "Share of balances that expires.", unit="share a week", low=0, high=1)
    redeem_age: float = dose(0.0, "Age from which needs can be paid for; 0: at any age.", unit="years", low=0, high=120)
    own_hours_first: float = dose(
        0.0, "Hours that an account must have earned before it pays; 0: none.", unit="hours", low=0, high=10_000
    )
    apply_by_trust: float = dose(
        0.0, "How far applying to spend credits depends on trust in the bank.", unit="share", low=0, high=1
    )
    draw: float = dose(
        0.15,
        "Added to the log odds of joining of adults, at full trust and one credit an hour.",
        unit="log odds",
        low=0,
        high=10,
    )
    cost: float = dose(100.0, "Cost of keeping the accounts.", unit="yuan a week per 1,000 residents", low=0, high=1e6)

    @pushes
    def open_accounts(station, residents, levers, my):
        """Open the accounts; adults are drawn, the more the higher the trust in the bank."""
        levers.bank_earning[0] += my.earning * my.strength
        levers.bank_price[0] += my.price * my.strength
        levers.bank_priority[0] += my.priority * my.strength
        levers.bank_giving[0] += my.giving * my.strength
        levers.bank_expiry[0] += my.expiry * my.strength
        if my.strength > 0.0:
            levers.bank_redeem_age[0] = max(levers.bank_redeem_age[0], my.redeem_age)
            levers.bank_own_hours[0] = max(levers.bank_own_hours[0], my.own_hours_first)
        levers.bank_by_trust[0] += my.apply_by_trust * my.strength
        pull = my.draw * my.earning * my.strength * np.float64(station.trust[0])
        if pull > 0.0:
            for i in range(residents.tier.size):
                drawn = my.aimed[i] & (residents.tier[i] == BYSTANDER) & (residents.age[i] >= ADULT)
                levers.persuasion[i] += pull * np.int64(drawn)
        return my.cost * my.strength * residents.headcount[0] / 1000.0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"An hour served earns {counted(self.earning, 'credit hour')} and an hour received costs "
            f"{self.price:+g} of them on top of the usual, orders paid with credits go first (weight "
            f"{self.priority:g}), "
            f"{self.giving:.1%} of balances a week are given to elders and {self.expiry:.1%} expire, "
            f"{self._who_redeems()}and credits multiply adults' odds of joining by up to "
            f"{exp(self.draw * self.earning):.2f}, "
            f"{self.period()}, at {self.cost:g} yuan a week per 1,000 residents."
        )

    def _who_redeems(self) -> str:
        rules = (
            (self.redeem_age, f"only needs of those aged {self.redeem_age:g} or more can be paid for, "),
            (self.own_hours_first, f"an account must have earned {self.own_hours_first:g} hours before it pays, "),
            (self.apply_by_trust, f"applying to spend depends by {self.apply_by_trust:.0%} on trust in the bank, "),
        )
        return "".join(said for dose_of_it, said in rules if dose_of_it)

    def sentence_zh(self) -> str:
        """One sentence."""
        rules = (
            (self.redeem_age, f"仅{self.redeem_age:g}岁及以上居民的需求可兑换；"),
            (self.own_hours_first, f"账户须先累计服务{self.own_hours_first:g}小时方可兑换；"),
            (self.apply_by_trust, f"是否申请兑换有{self.apply_by_trust:.0%}取决于对时间银行的信任；"),
        )
        who_redeems = "".join(said for dose_of_it, said in rules if dose_of_it)
        return (
            f"每服务一小时得{self.earning:g}个时间币，每接受一小时服务的价格变化{self.price:+g}个，"
            f"用币下单者优先（权重{self.priority:g}），每周余额的{self.giving:.1%}捐给老人、"
            f"{self.expiry:.1%}过期；{who_redeems}"
            f"成年人加入几率最多乘以{exp(self.draw * self.earning):.2f}；每周每千人{self.cost:g}元。"
        )
