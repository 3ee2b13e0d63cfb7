"""Well-being, feelings and the time bank."""

import numpy as np

from sim.engine.jit import Column
from sim.metrics.metric import YEAR, Known, Tallied, a_year, metric, over_a_year, ratio
from sim.state.residents import CHILDREN, ELDERS_ALONE, LOW_INCOME, MIGRANTS, SENIOR_ELDERS


@metric("Well-being", "幸福感", "share", +1)
def wellbeing(t: Tallied, known: Known) -> Column:
    """Mean well-being of all residents."""
    return ratio(t.stand_wellbeing[:, 0], t.stand_groups[:, 0])


@metric("Well-being of elders living alone", "独居老人幸福感", "share", +1)
def wellbeing_elders_alone(t: Tallied, known: Known) -> Column:
    """Mean well-being of elders living alone."""
    return ratio(t.stand_wellbeing[:, 1 + ELDERS_ALONE], t.stand_groups[:, 1 + ELDERS_ALONE])


@metric("Well-being of senior elders", "高龄老人幸福感", "share", +1)
def wellbeing_senior_elders(t: Tallied, known: Known) -> Column:
    """Mean well-being of elders of 70 and over."""
    return ratio(t.stand_wellbeing[:, 1 + SENIOR_ELDERS], t.stand_groups[:, 1 + SENIOR_ELDERS])


@metric("Well-being of children", "儿童幸福感", "share", +1)
def wellbeing_children(t: Tallied, known: Known) -> Column:
    """Mean well-being of children under 12."""
    return ratio(t.stand_wellbeing[:, 1 + CHILDREN], t.stand_groups[:, 1 + CHILDREN])


@metric("Well-being of low-income residents", "低收入居民幸福感", "share", +1)
def wellbeing_low_income(t: Tallied, known: Known) -> Column:
    """Mean well-being of residents with a low income."""
    return ratio(t.stand_wellbeing[:, 1 + LOW_INCOME], t.stand_groups[:, 1 + LOW_INCOME])


@metric("Well-being of migrants", "外来居民幸福感", "share", +1)
def wellbeing_migrants(t: Tallied, known: Known) -> Column:
    """Mean well-being of migrants."""
    return ratio(t.stand_wellbeing[:, 1 + MIGRANTS], t.stand_groups[:, 1 + MIGRANTS])


@metric("Well-being below one half", "低幸福感居民", "share", -1)
def wellbeing_low(t: Tallied, known: Known) -> Column:
    """Residents whose well-being is below one half."""
    return ratio(t.stand_wellbeing[:, 6], t.stand_groups[:, 0])


@metric("Well-being of stayers", "常住者幸福感", "share of stayers 12+", +1)
def wellbeing_stayers(t: Tallied, known: Known) -> Column:
    """Mean well-being of residents 12+ here for 52 weeks or more."""
    return ratio(t.stand_stayers[:, 3], t.stand_stayers[:, 0])


@metric("Identity", "社区认同", "share", +1)
def identity(t: Tallied, known: Known) -> Column:
    """Mean identification with the community of residents 12+."""
    return ratio(t.stand_feelings[:, 0], t.stand_tiers.sum(axis=1))


@metric("Identity of stayers", "常住者认同", "share", +1)
def identity_stayers(t: Tallied, known: Known) -> Column:
    """Mean identity of residents 12+ here for 52 weeks or more."""
    return ratio(t.stand_stayers[:, 2], t.stand_stayers[:, 0])


@metric("Efficacy", "效能感", "share", +1)
def efficacy(t: Tallied, known: Known) -> Column:
    """Mean efficacy of residents 12+."""
    return ratio(t.stand_feelings[:, 2], t.stand_tiers.sum(axis=1))


@metric("Fatigue", "疲劳", "share", -1)
def fatigue(t: Tallied, known: Known) -> Column:
    """Mean fatigue of participants."""
    return ratio(t.stand_feelings[:, 4], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Satisfaction", "志愿者满意度", "share", +1)
def satisfaction(t: Tallied, known: Known) -> Column:
    """Mean satisfaction of participants with serving."""
    return ratio(t.stand_feelings[:, 5], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Satisfaction of those with assigned work", "行政任务者满意度差", "difference of shares")
def assigned_satisfaction_gap(t: Tallied, known: Known) -> Column:
    """Mean satisfaction of participants who do mostly assigned work, less that of the others (last 52 weeks)."""
    memory = over_a_year(t.stand_memory)
    others = over_a_year(t.stand_tiers[:, 1:].sum(axis=1)) - memory[:, 0]
    return ratio(memory[:, 1], memory[:, 0], float("nan")) - ratio(memory[:, 2], others, float("nan"))


@metric("Atmosphere", "志愿氛围", "share", +1)
def atmosphere(t: Tallied, known: Known) -> Column:
    """Mean volunteer atmosphere of the grids, by residents."""
    return ratio(t.stand_places[:, 0], t.stand_groups[:, 0])


@metric("Condition of facilities", "设施状况", "share", +1)
def facilities(t: Tallied, known: Known) -> Column:
    """Mean condition of the shared facilities, by residents."""
    return ratio(t.stand_places[:, 1], t.stand_groups[:, 0])


@metric("Collective well-being", "集体福祉", "share", +1)
def collective_wellbeing(t: Tallied, known: Known) -> Column:
    """Mean of well-being, identity and the condition of facilities; each is a metric of its own."""
    return (known["wellbeing"] + known["identity"] + known["facilities"]) / 3.0


@metric("Credits outstanding", "未兑时间币", "hours per 100 residents")
def credits_outstanding(t: Tallied, known: Known) -> Column:
    """Time-bank credits not yet redeemed."""
    return 100.0 / 60.0 * ratio(t.stand_bank[:, 0], t.stand_groups[:, 0])


@metric("Credits redeemed of those earned", "时间币兑付率", "share")
def credits_redeemed(t: Tallied, known: Known) -> Column:
    """Credits redeemed over credits earned, in the last 52 weeks."""
    return ratio(over_a_year(t.count_bank[:, 1]), over_a_year(t.count_bank[:, 0]))


@metric("Residents with credits", "持币居民", "share of residents")
def credit_holders(t: Tallied, known: Known) -> Column:
    """Residents with a time-bank balance."""
    return ratio(t.stand_bank[:, 1], t.stand_groups[:, 0])


@metric("Trust in the time bank", "时间银行信任", "share", +1)
def bank_trust(t: Tallied, known: Known) -> Column:
    """Trust that credits will be redeemed."""
    return np.copy(t.stand_bank[:, 2])


@metric("Wait of credits", "时间币兑付延迟", "weeks", -1)
def credit_delay(t: Tallied, known: Known) -> Column:
    """Weeks that a credit waits before it is redeemed: credits outstanding over those redeemed a week
    (Little's law).
    """
    return ratio(t.stand_bank[:, 0], a_year(t.count_bank[:, 1]) / YEAR, float("nan"))
