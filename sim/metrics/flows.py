"""Flows: how many needs pass each step of the order book, and how many credits each gate of the time bank, a year."""

from sim.engine.jit import Column
from sim.metrics.metric import Known, Tallied, a_year, metric, ratio

PER_100_A_YEAR = "per 100 residents a year"


def _per_100(t: Tallied, counted: Column) -> Column:
    return 100 * ratio(a_year(counted), t.stand_groups[:, 0])


@metric("Needs that arose", "产生的需求", PER_100_A_YEAR)
def needs_arisen(t: Tallied, known: Known) -> Column:
    """Needs that arose in the last 52 weeks."""
    return _per_100(t, t.count_needs[:, 0])


@metric("Orders placed", "下单", PER_100_A_YEAR)
def orders_known(t: Tallied, known: Known) -> Column:
    """Needs that became known to the station."""
    return _per_100(t, t.count_placed[:, 0])


@metric("Orders dispatched", "派单", PER_100_A_YEAR)
def orders_dispatched(t: Tallied, known: Known) -> Column:
    """Orders that the station dispatched; an order can be dispatched again in a later week."""
    return _per_100(t, t.count_dispatched[:, 0])


@metric("Orders accepted", "接单", PER_100_A_YEAR)
def orders_accepted(t: Tallied, known: Known) -> Column:
    """Orders that a volunteer accepted."""
    return _per_100(t, t.count_accepted[:, 0])


@metric("Orders done", "完成服务", PER_100_A_YEAR)
def orders_done(t: Tallied, known: Known) -> Column:
    """Orders done by volunteers."""
    return _per_100(t, t.count_done[:, 0])


@metric("Credits earned", "存入时间币", "hours " + PER_100_A_YEAR)
def credits_earned(t: Tallied, known: Known) -> Column:
    """Credits that entered the time bank."""
    return _per_100(t, t.count_bank[:, 0]) / 60


@metric("Credits redeemed", "兑付时间币", "hours " + PER_100_A_YEAR)
def credits_spent(t: Tallied, known: Known) -> Column:
    """Credits that paid for orders."""
    return _per_100(t, t.count_bank[:, 1]) / 60


@metric("Credits expired", "过期时间币", "hours " + PER_100_A_YEAR)
def credits_expired(t: Tallied, known: Known) -> Column:
    """Credits that ran out before they were used."""
    return _per_100(t, t.count_bank[:, 2]) / 60


@metric("Credits lost with movers", "随迁出流失时间币", "hours " + PER_100_A_YEAR)
def credits_lost(t: Tallied, known: Known) -> Column:
    """Credits of residents who moved away."""
    return _per_100(t, t.count_bank[:, 3]) / 60
