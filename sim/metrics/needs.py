"""Outcome effectiveness: how well needs are met, of whom, how soon and how well (A82, A83)."""

import numpy as np

from sim.engine.jit import Column
from sim.metrics.metric import Known, Tallied, a_year, metric, over_a_year, ratio
from sim.state.orders import HOUSEHOLD, NEIGHBOUR, ORGANIZED, PUBLIC_SERVICE, VOLUNTEER
from sim.state.residents import CHILDREN, ELDERS_ALONE, LOW_INCOME, MIGRANTS, SENIOR_ELDERS

PER_100_A_YEAR = "person-weeks per 100 residents a year"
SEVERE_PER_100_A_YEAR = "weighted weeks per 100 residents a year"
SEVERE_PER_100 = "weighted weeks per 100 of them a year"


def _unmet(t: Tallied, group: int) -> Column:
    return 100.0 * ratio(a_year(t.count_unmet[:, group]), t.stand_groups[:, group])


@metric("Unmet needs", "未满足需求", PER_100_A_YEAR, -1, headline=True)
def unmet_needs(t: Tallied, known: Known) -> Column:
    """Weeks that residents spent with an unmet need, hidden ones included, at the pace of the last 52 weeks."""
    return _unmet(t, 0)


def _severe(t: Tallied, group: int) -> Column:
    return 100.0 * ratio(a_year(t.count_severe[:, group]), t.stand_groups[:, group])


@metric("Unmet needs by severity", "未满足需求（按严重程度加权）", SEVERE_PER_100_A_YEAR, -1)
def unmet_severe(t: Tallied, known: Known) -> Column:
    """Unmet needs with each week weighted by what it costs a person: a week without meals is no open property
    matter.
    """
    return _severe(t, 0)


@metric("Unmet needs of elders alone by severity", "独居老人未满足需求（加权）", SEVERE_PER_100, -1)
def severe_elders_alone(t: Tallied, known: Known) -> Column:
    """The same for elders (60+) who live alone."""
    return _severe(t, 1 + ELDERS_ALONE)


@metric("Unmet needs of senior elders by severity", "高龄老人未满足需求（加权）", SEVERE_PER_100, -1)
def severe_senior_elders(t: Tallied, known: Known) -> Column:
    """The same for elders of 70 and over."""
    return _severe(t, 1 + SENIOR_ELDERS)


@metric("Unmet needs of children by severity", "儿童未满足需求（加权）", SEVERE_PER_100, -1)
def severe_children(t: Tallied, known: Known) -> Column:
    """The same for children under 12."""
    return _severe(t, 1 + CHILDREN)


@metric("Unmet needs of low incomes by severity", "低收入居民未满足需求（加权）", SEVERE_PER_100, -1)
def severe_low_income(t: Tallied, known: Known) -> Column:
    """The same for residents with a low income."""
    return _severe(t, 1 + LOW_INCOME)


@metric("Unmet needs of migrants by severity", "外来居民未满足需求（加权）", SEVERE_PER_100, -1)
def severe_migrants(t: Tallied, known: Known) -> Column:
    """The same for migrants."""
    return _severe(t, 1 + MIGRANTS)


@metric("Unmet needs that stay hidden", "隐性需求占比", "share", -1)
def hidden_share(t: Tallied, known: Known) -> Column:
    """Of the unmet person-weeks of the last 52 weeks, weighted by severity, those of which the station does
    not know.
    """
    return ratio(over_a_year(t.count_severe[:, 6]), over_a_year(t.count_severe[:, 0]))


def _given_by(t: Tallied, keeper: int) -> Column:
    return ratio(over_a_year(t.count_services[:, keeper]), over_a_year(t.count_services.sum(axis=1)))


@metric("Services of cases given by households", "家庭承担的服务", "share of services due")
def given_by_household(t: Tallied, known: Known) -> Column:
    """Of the services that cases asked for in the last 52 weeks, those that the own household gave."""
    return _given_by(t, HOUSEHOLD)


@metric("Services of cases given by neighbours", "邻里承担的服务", "share of services due")
def given_by_neighbours(t: Tallied, known: Known) -> Column:
    """The same of tied neighbours, without any station: what cohesion gives directly."""
    return _given_by(t, NEIGHBOUR)


@metric("Services of cases given by public services", "公共服务承担的服务", "share of services due")
def given_by_public_services(t: Tallied, known: Known) -> Column:
    """The same of public services."""
    return _given_by(t, PUBLIC_SERVICE)


@metric("Services of cases given by volunteers", "志愿者承担的服务", "share of services due")
def given_by_volunteers(t: Tallied, known: Known) -> Column:
    """The same of volunteers, given well."""
    return _given_by(t, VOLUNTEER)


@metric("Services of cases given by organizations", "服务组织承担的服务", "share of services due")
def given_by_organizations(t: Tallied, known: Known) -> Column:
    """The same of service organizations, given well."""
    return _given_by(t, ORGANIZED)


@metric("Services of cases not given", "未提供的服务", "share of services due", -1)
def services_missed(t: Tallied, known: Known) -> Column:
    """Of the services that cases asked for in the last 52 weeks, those that nobody gave, or that were not
    given well.
    """
    return _given_by(t, 0) + _given_by(t, 6)


@metric("Load of the station's desk", "站点派单负荷", "ratio")
def desk_load(t: Tallied, known: Known) -> Column:
    """Of the time of staff for service in the last 52 weeks, what orders took."""
    return ratio(over_a_year(t.count_staff[:, 1]), over_a_year(t.count_staff[:, 0]))


@metric("Elders alone in the register", "独居老人建档率", "share")
def elders_alone_known(t: Tallied, known: Known) -> Column:
    """Elders living alone who are in the station's register."""
    return ratio(t.stand_register[:, 1], t.stand_groups[:, 1 + ELDERS_ALONE])


@metric("Unmet needs known to the station", "已知未满足需求", PER_100_A_YEAR, -1)
def unmet_known(t: Tallied, known: Known) -> Column:
    """The same without needs that stayed hidden."""
    return 100.0 * ratio(a_year(t.count_unmet[:, 0] - t.count_unmet[:, 6]), t.stand_groups[:, 0])


@metric("Unmet needs of elders living alone", "独居老人未满足需求", "person-weeks per 100 of them a year", -1)
def unmet_elders_alone(t: Tallied, known: Known) -> Column:
    """Unmet needs of elders (60+) who live alone."""
    return _unmet(t, 1 + ELDERS_ALONE)


@metric("Unmet needs of senior elders", "高龄老人未满足需求", "person-weeks per 100 of them a year", -1)
def unmet_senior_elders(t: Tallied, known: Known) -> Column:
    """Unmet needs of elders of 70 and over."""
    return _unmet(t, 1 + SENIOR_ELDERS)


@metric("Unmet needs of children", "儿童未满足需求", "person-weeks per 100 of them a year", -1)
def unmet_children(t: Tallied, known: Known) -> Column:
    """Unmet needs of children under 12."""
    return _unmet(t, 1 + CHILDREN)


@metric("Unmet needs of low-income residents", "低收入居民未满足需求", "person-weeks per 100 of them a year", -1)
def unmet_low_income(t: Tallied, known: Known) -> Column:
    """Unmet needs of residents with a low income."""
    return _unmet(t, 1 + LOW_INCOME)


@metric("Unmet needs of migrants", "外来居民未满足需求", "person-weeks per 100 of them a year", -1)
def unmet_migrants(t: Tallied, known: Known) -> Column:
    """Unmet needs of migrants."""
    return _unmet(t, 1 + MIGRANTS)


@metric("Vulnerable gap", "弱势群体差距", "person-weeks per 100 a year", -1)
def vulnerable_gap(t: Tallied, known: Known) -> Column:
    """Unmet needs of elders living alone above those of all residents."""
    return known["unmet_elders_alone"] - known["unmet_needs"]


@metric("Needs that ended unmet", "未获满足的需求占比", "share", -1)
def unmet_share(t: Tallied, known: Known) -> Column:
    """Of the needs that ended in the last 52 weeks (met, expired or declined), those not met."""
    lost = over_a_year(t.count_expired[:, 0] + t.count_expired[:, 1] + t.count_declined[:, 0])
    return ratio(lost, lost + over_a_year(t.count_done[:, 0] + t.count_covered[:, 0]))


@metric("Needs met by volunteers", "志愿服务满足率", "share", +1)
def met_by_volunteers(t: Tallied, known: Known) -> Column:
    """Of the needs that arose in the last 52 weeks, those met by an order."""
    return ratio(over_a_year(t.count_done[:, 0]), over_a_year(t.count_needs[:, 0]))


@metric("Needs met by public services", "公共服务覆盖率", "share", +1)
def met_by_public_services(t: Tallied, known: Known) -> Column:
    """Of the needs that arose in the last 52 weeks, those met by public services."""
    return ratio(over_a_year(t.count_covered[:, 0]), over_a_year(t.count_needs[:, 0]))


@metric("Needs that became known", "需求发现率", "share", +1)
def discovered(t: Tallied, known: Known) -> Column:
    """Of the needs of the last 52 weeks that neither public services, household nor neighbour met at once, those of
    which the station learned. A case that looks for a keeper again counts again, hence at most 1.
    """
    left = t.count_needs[:, 0] - t.count_covered[:, 0] - t.count_covered[:, 1] - t.count_covered[:, 2]
    return np.minimum(ratio(over_a_year(t.count_placed[:, 0]), over_a_year(left)), 1.0)


def _waiting(t: Tallied, share: float) -> Column:
    """Weeks within which that share of orders was done, orders that expired or were declined counting as never."""
    done = over_a_year(t.count_waits)
    ended = done.sum(axis=1) + over_a_year(t.count_expired[:, 0] + t.count_declined[:, 0])
    reached = np.cumsum(done, axis=1) >= share * ended[:, None]
    return np.where(reached.any(axis=1), reached.argmax(axis=1), done.shape[1] - 1).astype(float)


@metric("Median wait", "等待中位数", "weeks", -1)
def waiting_median(t: Tallied, known: Known) -> Column:
    """Weeks from placing to service within which half of the orders of a year are done; 52 if fewer ever are."""
    return _waiting(t, 0.5)


@metric("Wait of nine in ten", "等待九分位", "weeks", -1)
def waiting_90(t: Tallied, known: Known) -> Column:
    """Weeks within which nine in ten orders of a year are done; 52 if fewer ever are."""
    return _waiting(t, 0.9)


@metric("Open orders", "积压工单", "orders per 100 residents", -1)
def backlog(t: Tallied, known: Known) -> Column:
    """Orders placed and still open after the week."""
    return 100.0 * ratio(t.count_open[:, 0], t.stand_groups[:, 0])


@metric("Expired orders", "过期工单", "orders per 100 residents a year", -1)
def expired(t: Tallied, known: Known) -> Column:
    """Placed orders that nobody served before they expired."""
    return 100.0 * ratio(a_year(t.count_expired[:, 0]), t.stand_groups[:, 0])


@metric("Mismatch", "供需错配", "share", -1)
def mismatch(t: Tallied, known: Known) -> Column:
    """Of the placed orders that expired in the last 52 weeks, those for which a fitting volunteer had had time."""
    return ratio(over_a_year(t.count_mismatch[:, 0]), over_a_year(t.count_expired[:, 0]))


@metric("Orders accepted of those dispatched", "接单率", "share", +1)
def accepted(t: Tallied, known: Known) -> Column:
    """Dispatched orders of the last 52 weeks that somebody accepted."""
    return ratio(over_a_year(t.count_accepted[:, 0]), over_a_year(t.count_dispatched[:, 0]))


@metric("True quality", "真实质量", "share", +1)
def quality(t: Tallied, known: Known) -> Column:
    """Mean true quality of the services of the last 52 weeks."""
    return ratio(over_a_year(t.count_quality[:, 0]), over_a_year(t.count_done[:, 0]))


@metric("Reported rating", "评价得分", "share", +1)
def rating(t: Tallied, known: Known) -> Column:
    """Mean rating reported for them; biased upward, so never a target."""
    return ratio(over_a_year(t.count_rating[:, 0]), over_a_year(t.count_done[:, 0]))


@metric("Public issues solved in 12 weeks", "12周内解决率", "share", +1)
def issues_solved(t: Tallied, known: Known) -> Column:
    """Public issues solved within 12 weeks, of those that arose in the last 52."""
    return np.minimum(1.0, ratio(over_a_year(t.count_issues[:, 2]), over_a_year(t.count_issues[:, 0])))


@metric("Open public issues", "未决公共议题", "issues per 1,000 residents", -1)
def issues_open(t: Tallied, known: Known) -> Column:
    """Public issues that wait for a solution."""
    return 1000.0 * ratio(t.count_issues[:, 4], t.stand_groups[:, 0])


@metric("Outside workers served", "户外工作者服务率", "share", +1)
def workers_served(t: Tallied, known: Known) -> Column:
    """Visits of outside workers to the station that it had room for."""
    return ratio(t.count_visits[:, 1], t.count_visits[:, 0])


@metric("Cost", "成本", "yuan per 100 residents a year", -1)
def cost(t: Tallied, known: Known) -> Column:
    """Cost of the policies, at the pace of the last 52 weeks."""
    return 100.0 * ratio(a_year(t.stand_cost[:, 0]), t.stand_groups[:, 0])


@metric("Elders served of their needs", "老人服务覆盖", "share", +1)
def elders_alone_served(t: Tallied, known: Known) -> Column:
    """Of the needs of elders living alone that arose in the last 52 weeks, those met by an order. At most 1, since a
    case of an earlier year that finds a keeper counts too.
    """
    done, arose = over_a_year(t.count_done[:, 1 + ELDERS_ALONE]), over_a_year(t.count_needs[:, 1 + ELDERS_ALONE])
    return np.minimum(ratio(done, arose), 1.0)


@metric("Service across grids", "跨网格服务", "share of hours served", +1)
def served_across_grids(t: Tallied, known: Known) -> Column:
    """Who serves whom: hours served for residents of another grid, of all hours served in the last 52 weeks."""
    served = over_a_year(t.count_served_by)
    return ratio(served[:, 1] + served[:, 3], served.sum(axis=1))


@metric("Service across origins", "跨来源服务", "share of hours served", +1)
def served_across_origins(t: Tallied, known: Known) -> Column:
    """Who serves whom: hours served between locals and migrants, of all hours served in the last 52 weeks."""
    served = over_a_year(t.count_served_by)
    return ratio(served[:, 2] + served[:, 3], served.sum(axis=1))
