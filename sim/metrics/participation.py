"""Participation: tiers, registration and activity are three different things and are reported apart (D1)."""

import numpy as np

from sim.engine.jit import Column
from sim.metrics.metric import Known, Tallied, a_year, for_a_year, metric, over_a_year, ratio


def _able(t: Tallied) -> Column:
    return np.sum(t.stand_tiers, axis=1)


@metric("Participation", "参与率", "share of residents 12+", +1, headline=True)
def participation(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over at tier 1 or more."""
    return ratio(t.stand_tiers[:, 1:].sum(axis=1), _able(t))


@metric("Bystanders", "未参与", "share of residents 12+", -1)
def tier_0(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over who do not take part."""
    return ratio(t.stand_tiers[:, 0], _able(t))


@metric("Task-only", "任务型参与", "share of residents 12+")
def tier_1(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over at tier 1."""
    return ratio(t.stand_tiers[:, 1], _able(t))


@metric("Interest-based", "兴趣型参与", "share of residents 12+", +1)
def tier_2(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over at tier 2."""
    return ratio(t.stand_tiers[:, 2], _able(t))


@metric("Substantive", "实质性参与", "share of residents 12+", +1)
def tier_3(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over at tier 3."""
    return ratio(t.stand_tiers[:, 3], _able(t))


@metric("Registered", "注册率", "share of residents 12+", +1)
def registered(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over registered as volunteers."""
    return ratio(t.stand_registered[:, 0], _able(t))


@metric("Active", "活跃率", "share of residents 12+", +1)
def active(t: Tallied, known: Known) -> Column:
    """Residents of 12 and over with service hours in the last 52 weeks."""
    return ratio(t.stand_active[:, 0], _able(t))


@metric("Active of the registered", "注册者活跃率", "share of registered", +1)
def active_of_registered(t: Tallied, known: Known) -> Column:
    """Registered volunteers with service hours in the last 52 weeks."""
    return ratio(t.stand_active[:, 1], t.stand_registered[:, 0])


@metric("Task-only of those taking part", "参与者中任务型", "share of participants")
def mix_1(t: Tallied, known: Known) -> Column:
    """Tier 1 of all at tier 1 or more."""
    return ratio(t.stand_tiers[:, 1], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Interest-based of those taking part", "参与者中兴趣型", "share of participants")
def mix_2(t: Tallied, known: Known) -> Column:
    """Tier 2 of all at tier 1 or more."""
    return ratio(t.stand_tiers[:, 2], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Substantive of those taking part", "参与者中实质型", "share of participants")
def mix_3(t: Tallied, known: Known) -> Column:
    """Tier 3 of all at tier 1 or more."""
    return ratio(t.stand_tiers[:, 3], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Climbs", "升级", "per 1,000 residents 12+ a year", +1)
def climbs(t: Tallied, known: Known) -> Column:
    """Climbs of one rung."""
    return 1000.0 * ratio(a_year(t.count_climbs.sum(axis=1)), _able(t))


@metric("Lapses", "降级", "per 1,000 residents 12+ a year", -1)
def lapses(t: Tallied, known: Known) -> Column:
    """Lapses of one rung."""
    return 1000.0 * ratio(a_year(t.count_lapses.sum(axis=1)), _able(t))


def _annual(events: Column, stock: Column) -> Column:
    """Share a year that a constant weekly chance of events per head of stock adds up to."""
    weekly = np.clip(ratio(over_a_year(events), over_a_year(stock)), 0.0, 1.0)
    return 1.0 - for_a_year(1.0 - weekly)


@metric("Annual lapse", "年流失率", "share of participants a year", -1)
def annual_lapse(t: Tallied, known: Known) -> Column:
    """Participants who stop altogether in a year (movers not counted), at the pace of the last 52 weeks."""
    return _annual(t.count_lapses[:, 0], t.stand_tiers[:, 1:].sum(axis=1))


@metric("Retention of tier 1", "一级留存", "share a year", +1)
def retention_1(t: Tallied, known: Known) -> Column:
    """Share of tier 1 that does not lapse in a year."""
    return 1.0 - _annual(t.count_lapses[:, 0], t.stand_tiers[:, 1])


@metric("Retention of tier 2", "二级留存", "share a year", +1)
def retention_2(t: Tallied, known: Known) -> Column:
    """Share of tier 2 that does not lapse a rung in a year."""
    return 1.0 - _annual(t.count_lapses[:, 1], t.stand_tiers[:, 2])


@metric("Retention of tier 3", "三级留存", "share a year", +1)
def retention_3(t: Tallied, known: Known) -> Column:
    """Share of tier 3 that does not lapse a rung in a year."""
    return 1.0 - _annual(t.count_lapses[:, 2], t.stand_tiers[:, 3])


@metric("Hours given", "服务时长", "hours per 100 residents a year", +1)
def hours(t: Tallied, known: Known) -> Column:
    """Hours of service, assigned tasks and projects included."""
    return 100.0 * ratio(a_year(t.count_hours.sum(axis=1)), t.stand_groups[:, 0])


@metric("Assigned hours", "行政任务时长", "share of hours", -1)
def assigned_hours(t: Tallied, known: Known) -> Column:
    """Hours of tasks from above, of all hours given in the last 52 weeks."""
    return ratio(over_a_year(t.count_admin[:, 1]), over_a_year(t.count_hours.sum(axis=1)))


@metric("Idle hours", "闲置时长", "share of hours free", -1)
def idle_hours(t: Tallied, known: Known) -> Column:
    """Hours that volunteers had free for orders and meetings and that nobody used, in the last 52 weeks."""
    # an hour counts in the week that makes it free, however long it is saved
    used = over_a_year(t.count_hours.sum(axis=1) - t.count_admin[:, 1])
    free = over_a_year(t.count_hours_offered[:, 0] - t.count_admin[:, 1])
    return np.clip(1.0 - ratio(used, free), 0.0, 1.0)


@metric("Asked", "被邀请", "share of bystanders a week", +1)
def asked(t: Tallied, known: Known) -> Column:
    """Bystanders asked to take part, a week."""
    return ratio(t.count_asked[:, 0], t.stand_tiers[:, 0])


@metric("Odds of joining when asked", "被邀请者参与优势比", "odds ratio")
def odds_when_asked(t: Tallied, known: Known) -> Column:
    """Odds that a bystander who was asked joins in that week, over the odds of one who was not (last 52 weeks)."""
    joined = over_a_year(t.count_asked_joins)
    asked_weeks = over_a_year(t.count_asked[:, 0])
    others = over_a_year(t.stand_tiers[:, 0]) - asked_weeks
    return ratio(
        joined[:, 1] * np.maximum(others - joined[:, 0], 0.0),
        joined[:, 0] * np.maximum(asked_weeks - joined[:, 1], 0.0),
    )


@metric("Recruited by asking", "经邀请加入", "share of joins")
def recruited_by_asking(t: Tallied, known: Known) -> Column:
    """Joins of the last 52 weeks in a week in which the resident was asked."""
    joined = over_a_year(t.count_asked_joins)
    return ratio(joined[:, 1], joined.sum(axis=1))


@metric("Recruited by campaigns", "经动员加入", "share of joins")
def recruited_by_campaigns(t: Tallied, known: Known) -> Column:
    """Joins of the last 52 weeks after a request by a vanguard, pioneers or a campaign."""
    return ratio(over_a_year(t.count_routes[:, 3]), over_a_year(t.count_routes.sum(axis=1)))


@metric("Newcomers' participation", "新居民参与比", "ratio to others", +1)
def newcomers_relative(t: Tallied, known: Known) -> Column:
    """Participation of residents here for less than 26 weeks, over that of the others (last 52 weeks)."""
    new, longer = over_a_year(t.stand_newcomers), over_a_year(t.stand_longer)
    return ratio(ratio(new[:, 1], new[:, 0]), ratio(longer[:, 1], longer[:, 0]))


@metric("Participation of stayers", "常住者参与率", "share of stayers 12+", +1)
def participation_stayers(t: Tallied, known: Known) -> Column:
    """The same as participation, for residents here for 52 weeks or more."""
    return ratio(t.stand_stayers[:, 1], t.stand_stayers[:, 0])


@metric("Teams", "志愿团队", "teams per 1,000 residents", +1)
def teams(t: Tallied, known: Known) -> Column:
    """Volunteer teams."""
    return 1000.0 * ratio(t.count_teams[:, 0], t.stand_groups[:, 0])


@metric("Posts filled", "护学岗到岗率", "share of hours wanted", +1)
def posts_filled(t: Tallied, known: Known) -> Column:
    """Hours wanted at school gates in the last 52 weeks that teams gave; posts are no person's need."""
    wanted, given = over_a_year(t.count_posts).T
    return ratio(given, wanted)


@metric("Mean skill", "平均技能", "share", +1)
def mean_skill(t: Tallied, known: Known) -> Column:
    """Mean skill of residents of 12 and over."""
    return ratio(t.stand_feelings[:, 1], _able(t))


@metric("Residents who moved away", "迁出居民", "residents per 100 a year")
def turnover(t: Tallied, known: Known) -> Column:
    """Residents who moved away, at the pace of the last 52 weeks."""
    return 100.0 * ratio(a_year(t.count_movers[:, 1]), t.stand_groups[:, 0])
