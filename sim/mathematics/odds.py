"""Odds, rates and memories: the few formulas that several rules share."""

from sim.engine.jit import law
from sim.mathematics.elementary import exp, log, power

NEVER = -1e9


@law
def log_odds(chance):
    """Log odds of a chance; a chance of 0 or 1 stays what it is, whatever is added."""
    if chance <= 0.0:
        return NEVER
    if chance >= 1.0:
        return -NEVER
    return log(chance / (1.0 - chance))


@law
def sigma(x):
    """The logistic function."""
    return 1.0 / (1.0 + exp(-x))


@law
def happens(u, x):
    """Whether a uniform u falls below sigma(x); bounds of sigma spare the exponential where the answer is plain."""
    if x < -3.0 and u > 0.048:
        return False
    return u < sigma(x)


@law
def weekly_from_annual(annual):
    """The weekly chance that, over 52 weeks, adds up to an annual share."""
    return 1.0 - power(1.0 - annual, 1.0 / 52.0)


@law
def remembered(memory, now, rate):
    """An exponential memory: each week the share `rate` of the memory is replaced by what is seen now."""
    return memory + rate * (now - memory)


@law
def within(x):
    """A share kept between 0 and 1."""
    return 0.0 if x < 0.0 else 1.0 if x > 1.0 else x


@law
def skill_asked_for(lowest, difficulty, floor):
    """Lowest skill that may serve: professional standards raise it towards what the service needs."""
    return lowest + min(max(floor, 0.0), 1.0) * max(difficulty - lowest, 0.0)


@law
def by_tier(tier, of_task_only, of_interest_based, of_substantive):
    """What holds for a participant of a tier, of three numbers."""
    return of_task_only if tier == 1 else of_interest_based if tier == 2 else of_substantive
