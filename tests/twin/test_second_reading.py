"""A second reading of the laws: what the cited sources say, computed in another way, against what the code says.

Each reading is written from the source (evidence of each law in its rule file), not from the law: as a process lived step
by step, as a probability summed or integrated, or by a well-known library. Beside it stands a wrong law of the kind that a
slip would make; the same comparison must refuse it.
"""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special, stats

from sim.engine.jit import plain
from sim.mathematics.odds import happens, log_odds, remembered, sigma, weekly_from_annual
from sim.rules import (
    answering,
    asking,
    banking,
    bonding,
    deciding,
    dispatching,
    feeling,
    learning,
    moving,
    placing,
    registering,
    remembering,
    serving,
)

Numbers = dict[str, float]
Reading = Callable[[Numbers], float]


def lived(start: float, week: Callable[[float], float], weeks: float) -> float:
    """A process lived week by week."""
    x = start
    for _ in range(round(weeks)):
        x = week(x)
    return x


def drawn(ranges: dict[str, tuple[float, float]], seed: int) -> Numbers:
    chance = np.random.default_rng(seed)
    return {name: float(chance.uniform(low, high)) for name, (low, high) in ranges.items()}


def odds(chance: float) -> float:
    return chance / (1.0 - chance)


SHARE, SMALL, HOURS, LOGIT = (0.02, 0.98), (0.001, 0.2), (0.2, 30.0), (-2.9, 6.0)
LAWS: dict[str, tuple[dict[str, tuple[float, float]], Reading, Reading, Reading]] = {
    # name: ranges, what the law says, the second reading, a wrong law
    "sigma (logistic hazard: Musick and Wilson 2008)": (
        {"x": LOGIT},
        lambda v: sigma(v["x"]),
        lambda v: float(special.expit(v["x"])),
        lambda v: float(stats.norm.cdf(v["x"])),
    ),
    "log odds": (
        {"p": SHARE},
        lambda v: log_odds(v["p"]),
        lambda v: float(special.logit(v["p"])),
        lambda v: math.log(v["p"]),
    ),
    "an annual share, week by week": (
        {"annual": (0.02, 0.6)},
        lambda v: 1.0 - lived(1.0, lambda left: left * (1.0 - weekly_from_annual(v["annual"])), 52),
        lambda v: v["annual"],
        lambda v: 1.0 - lived(1.0, lambda left: left * (1.0 - v["annual"] / 52), 52),
    ),
    "exponential memory (the sum of all that was seen, older things less)": (
        {"a": SHARE, "b": SHARE, "c": SHARE, "rate": SMALL},
        lambda v: remembered(remembered(v["a"], v["b"], v["rate"]), v["c"], v["rate"]),
        lambda v: v["rate"] * v["c"] + v["rate"] * (1 - v["rate"]) * v["b"] + (1 - v["rate"]) ** 2 * v["a"],
        lambda v: v["rate"] * (v["c"] + v["b"]) + (1 - 2 * v["rate"]) * v["a"],
    ),
    "being asked at least once (Bryant et al. 2003)": (
        {"tie": (0.1, 1.0), "strength": (0.1, 3.0), "extra": (0.0, 1.0)},
        lambda v: asking.chance_of_being_asked(asking.rate_of_requests(v["tie"], v["strength"], v["extra"])),
        lambda v: float(stats.poisson.sf(0, v["tie"] * v["strength"] + v["extra"])),
        lambda v: min(1.0, v["tie"] * v["strength"] + v["extra"]),
    ),
    "shared hours make a tie (Hall 2019), hour by hour": (
        {"w": SHARE, "rate": (0.001, 0.02), "hours": (1.0, 30.0)},
        lambda v: bonding.strength_after(v["w"], v["rate"], round(v["hours"])),
        lambda v: lived(v["w"], lambda w: w + v["rate"] * (1 - w), v["hours"]),
        lambda v: v["w"] + v["rate"] * round(v["hours"]),
    ),
    "an idle tie fades to its rest (Burt 2000), week by week": (
        {"w": (0.5, 0.9), "rest": (0.1, 0.4), "fading": (0.005, 0.05), "age": (0.0, 300.0)},
        lambda v: bonding.strength_idle(v["w"], v["rest"], v["fading"], v["age"], 52.0, 6),
        lambda v: lived(v["w"], lambda w: w - v["fading"] / (1 + v["age"] / 52) * (w - v["rest"]), 6),
        lambda v: lived(v["w"], lambda w: w - v["fading"] * (w - v["rest"]), 6),
    ),
    "like befriends like (McPherson et al. 2001): half as fast across origins": (
        {"rate": (0.001, 0.02), "homophily": (0.3, 0.9), "air": (0.0, 1.0)},
        lambda v: bonding.gain_per_hour(v["rate"], False, v["homophily"], v["air"], 0.5, 0.3),
        lambda v: v["homophily"] * bonding.gain_per_hour(v["rate"], True, 1.0, v["air"], 0.5, 0.3),
        lambda v: v["homophily"] ** 2 * bonding.gain_per_hour(v["rate"], True, 1.0, v["air"], 0.5, 0.3),
    ),
    "a session is attended at most once, and not by children": (
        {"tier": (-3.0, 3.0), "sessions": (0.0, 3.0)},
        lambda v: learning.share_attended(v["tier"], v["sessions"]),
        lambda v: 0.0 if v["tier"] < 0.0 else 1.0 - max(0.0, 1.0 - v["sessions"]),
        lambda v: min(1.0, v["sessions"]),
    ),
    "skill after n lessons, without forgetting (Newell and Rosenbloom 1981)": (
        {"skill": SHARE, "lesson": (0.02, 0.3)},
        lambda v: lived(v["skill"], lambda s: learning.skill_after(s, v["lesson"], 0.0, 0.0, 0.35), 9),
        lambda v: 1 - (1 - v["skill"]) * (1 - v["lesson"]) ** 9,
        lambda v: min(1.0, v["skill"] + 9 * v["lesson"]),
    ),
    "practice alone ends at its ceiling": (
        {"skill": (0.1, 0.6), "ceiling": (0.7, 0.95), "rate": (0.02, 0.1)},
        lambda v: lived(
            v["skill"],
            lambda s: learning.skill_after(
                s, 0.0, learning.practice_that_counts(v["rate"], s, v["ceiling"]), 0.0, 0.35
            ),
            30,
        ),
        lambda v: v["ceiling"] - (v["ceiling"] - v["skill"]) * (1 - v["rate"]) ** 30,
        lambda v: 1 - (1 - v["skill"]) * (1 - v["rate"]) ** 30,
    ),
    "efficacy under steady success p goes to p (Bandura 1997)": (
        {"e": SHARE, "p": SHARE, "rate": (0.02, 0.3)},
        lambda v: lived(v["e"], lambda e: learning.efficacy_after(e, v["p"], v["rate"]), 25),
        lambda v: v["p"] + (v["e"] - v["p"]) * math.exp(25 * math.log1p(-v["rate"])),
        lambda v: v["p"] + (v["e"] - v["p"]) * math.exp(-25 * v["rate"]),
    ),
    "quality: odds multiply with skill, difficulty and supervision": (
        {"skill": SHARE, "hard": SHARE, "steep": (1.0, 8.0), "sup": (0.1, 2.0), "dose": SHARE},
        lambda v: serving.quality_of_service(0.0, v["steep"], v["skill"], v["hard"], v["sup"], v["dose"]),
        lambda v: (lambda o: o / (1 + o))(
            math.exp(v["steep"] * v["skill"]) / math.exp(v["steep"] * v["hard"]) * math.exp(v["sup"] * v["dose"])
        ),
        lambda v: v["skill"] * (1 - v["hard"]),
    ),
    "role identity at rest (Callero 1985; Grube and Piliavin 2000): the balance of service, others and home": (
        {"gain": (0.001, 0.02), "hours": HOURS, "nu": SMALL, "around": SHARE, "fade": SMALL, "home": SHARE},
        lambda v: lived(
            v["home"],
            lambda i: feeling.identity_after(i, v["gain"], v["hours"], v["nu"], v["around"], v["fade"], v["home"]),
            9000,
        ),
        lambda v: (
            (v["gain"] * v["hours"] + v["nu"] * v["around"] + v["fade"] * v["home"])
            / (v["gain"] * v["hours"] + v["nu"] + v["fade"])
        ),
        lambda v: (v["nu"] * v["around"] + v["fade"] * v["home"]) / (v["nu"] + v["fade"]),
    ),
    "fatigue at rest (Demerouti et al. 2001): what overload adds, over what rest takes": (
        {"recovery": (0.1, 0.5), "hours": (4.0, 8.0), "comfort": (1.0, 3.0), "cost": (0.001, 0.01)},
        lambda v: lived(
            0.0, lambda f: feeling.fatigue_after(f, v["recovery"], v["hours"], v["comfort"], v["cost"], 0, 0.01), 900
        ),
        lambda v: v["cost"] * (v["hours"] - v["comfort"]) / v["recovery"],
        lambda v: v["cost"] * v["hours"] / v["recovery"],
    ),
    "well-being adapts by half in ln(1/2)/ln(1-k) weeks": (
        {"x": SHARE, "goal": SHARE, "k": (0.02, 0.2)},
        lambda v: lived(v["x"], lambda x: feeling.towards(x, v["goal"], v["k"]), 20),
        lambda v: v["goal"] + (v["x"] - v["goal"]) * 0.5 ** (20 / (math.log(0.5) / math.log(1 - v["k"]))),
        lambda v: v["goal"] + (v["x"] - v["goal"]) * 0.5 ** (20 / 6.6),
    ),
    "facilities at rest: repair against wear": (
        {"wear": (0.002, 0.05), "repair": (0.2, 1.0), "work": (0.01, 0.2)},
        lambda v: lived(0.5, lambda f: placing.condition_after(f, v["wear"], v["repair"], v["work"]), 9000),
        lambda v: v["repair"] * v["work"] / (v["repair"] * v["work"] + v["wear"]),
        lambda v: 1 - v["wear"] / (v["repair"] * v["work"]),
    ),
    "a Poisson number by inversion": (
        {"rate": (0.05, 6.0), "u": SHARE},
        lambda v: float(placing.poisson_count(v["rate"], v["u"])),
        lambda v: float(stats.poisson.ppf(v["u"], v["rate"])),
        lambda v: float(stats.geom.ppf(v["u"], 1 / (1 + v["rate"])) - 1),
    ),
    "capacity c gives c orders a week in the mean": (
        {"c": (0.1, 9.0)},
        lambda v: float(np.mean([dispatching.whole_orders(v["c"], (k + 0.5) / 4000) for k in range(4000)])),
        lambda v: round(v["c"] * 4000) / 4000,
        lambda v: float(math.ceil(v["c"])),
    ),
    "a need is found by any of five ways (inclusion and exclusion)": (
        {"a": SHARE, "b": SHARE, "c": SHARE},
        lambda v: registering.chance_of_discovery(v["a"], v["b"], v["c"], 0.0, 0.0),
        lambda v: (
            v["a"] + v["b"] + v["c"] - v["a"] * v["b"] - v["a"] * v["c"] - v["b"] * v["c"] + v["a"] * v["b"] * v["c"]
        ),
        lambda v: min(1.0, v["a"] + v["b"] + v["c"]),
    ),
    "atmosphere saturates: the sum of ever smaller steps": (
        {"activity": (0.01, 2.0), "scale": (0.1, 1.0)},
        lambda v: remembering.atmosphere_shown(v["activity"], v["scale"]),
        lambda v: integrate.quad(lambda a: math.exp(-a / v["scale"]) / v["scale"], 0, v["activity"])[0],
        lambda v: min(1.0, v["activity"] / v["scale"]),
    ),
    "plain replacement (Kasarda and Janowitz 1974): shares multiply, nobody is rooted": (
        {"annual": (0.01, 0.3), "origin": (0.3, 1.8), "tenure": (0.5, 1.5)},
        lambda v: moving.annual_share_leaving(v["annual"], 0.0, v["origin"], v["tenure"], 0.0, 0.9),
        lambda v: math.exp(math.log(v["annual"]) + math.log(v["origin"]) + math.log(v["tenure"])),
        lambda v: v["annual"] * (v["origin"] + v["tenure"]) / 2,
    ),
    "minutes earned: the nearest whole one": (
        {"hours": (0.1, 5.0), "rate": (0.2, 3.0)},
        lambda v: float(banking.credit_earned(v["hours"], v["rate"])),
        lambda v: float(round(v["hours"] * 60 * v["rate"])),
        lambda v: float(math.ceil(v["hours"] * 60 * v["rate"])),
    ),
    "free time multiplies the odds of accepting by its power": (
        {"spare": (1.0, 9.0), "time": (0.1, 1.0), "tie": SHARE, "tired": SHARE},
        lambda v: (
            odds(special.expit(_wish(v, v["spare"], v["tie"], v["tired"])))
            / odds(special.expit(_wish(v, 1.0, v["tie"], v["tired"])))
        ),
        lambda v: v["spare"] ** v["time"],
        lambda v: math.exp(v["time"] * (v["spare"] - 1)),
    ),
    "odds ratio of a tie in accepting": (
        {"time": (0.1, 1.0), "tie": SHARE},
        lambda v: math.exp(_wish(v, 1.0, v["tie"], 0.3) - _wish(v, 1.0, 0.0, 0.3)),
        lambda v: math.exp(1.5 * v["tie"]),
        lambda v: 1.0 + 1.5 * v["tie"],
    ),
    "lapsing (Davis et al. 2003; Butrica et al. 2009): ties hold until there are eight": (
        {"identity": SHARE, "tired": SHARE, "ties": (0.0, 20.0)},
        lambda v: plain(deciding.weariness_and_bonds)(v["tired"], v["identity"], round(v["ties"]), 0.0, LAPSE),
        lambda v: (
            1.5 * v["tired"] - 1.0 * (v["identity"] - 0.38) - sum(0.05 for tie in range(round(v["ties"])) if tie < 8)
        ),
        lambda v: 1.5 * v["tired"] - 1.0 * (v["identity"] - 0.38) - 0.05 * round(v["ties"]),
    ),
    "autonomy (Deci and Ryan 2000; Frey and Jegen 2001): control takes it away": (
        {"own": (0.6, 0.9), "sup": SHARE, "assigned": SHARE},
        lambda v: deciding.autonomy_left(v["own"], 0.0, 0.3, v["sup"], 0.25, v["assigned"]),
        lambda v: float(np.clip(v["own"] - np.dot([0.3, 0.25], [v["sup"], v["assigned"]]), 0, 1)),
        lambda v: v["own"] * (1 - 0.3 * v["sup"]) * (1 - 0.25 * v["assigned"]),
    ),
}
LAPSE = SimpleNamespace(
    lapse_fatigue=1.5, lapse_identity=1.0, identity_at_rest=0.38, lapse_ties=0.05, most_ties_that_hold=8.0,
    lapse_regular=0.4,
)  # fmt: skip
ACCEPT: dict[str, Any] = {
    "accept": 0.1, "accept_tie": 1.5, "accept_match": 1.5, "match_at_rest": 0.35, "accept_identity": 1.0,
    "identity_at_rest": 0.5, "accept_fatigue": 1.5, "accept_distance": 0.7, "accept_credit": 0.5,
    "accept_atmosphere": 1.0, "atmosphere_at_rest": 0.3,
}  # fmt: skip


def _wish(v: Numbers, spare: float, tie: float, tired: float) -> float:
    p = SimpleNamespace(**ACCEPT, accept_time=v["time"])
    return answering.willingness(answering.leaning(tie, 0.35, 0.5, tired, p), 0.0, 0.0, 0.3, spare, 0.0, p)


@pytest.mark.parametrize("name", LAWS)
def test_a_law_says_what_its_source_says(name: str) -> None:
    ranges, law, reading, wrong = LAWS[name]
    places = [drawn(ranges, seed) for seed in range(40)]
    assert all(law(v) == pytest.approx(reading(v), rel=1e-9, abs=1e-9) for v in places)
    refused = sum(law(v) != pytest.approx(wrong(v), rel=1e-9, abs=1e-9) for v in places)
    assert refused >= 10, "a wrong law would pass"


def test_hall_2019_hours_to_friendship() -> None:
    told = [bonding.strength_after(0.0, 0.00767, hours) for hours in (50, 90, 200)]
    assert [round(x, 2) for x in told] == [0.32, 0.50, 0.79]


def test_happens_is_the_comparison_with_the_logistic_function_and_nothing_else() -> None:
    chance = np.random.default_rng(3)
    u, x = chance.uniform(size=20_000), chance.uniform(-12, 6, 20_000)
    said = np.array([happens(a, b) for a, b in zip(u, x, strict=True)])
    assert (said == (u < special.expit(x))).all()
    assert (said != (u < special.expit(x + 0.1))).any()


def test_granovetters_threshold_counts_heads_and_shares_as_he_does() -> None:
    for active in range(6):
        for threshold in range(6):
            assert deciding.threshold_reached(active, 0.0, 1.0, threshold, 1.0) == (active >= threshold)
            told = deciding.threshold_reached(0, active * 0.2, 1.0, threshold * 0.2, 0.0)
            assert told == (active >= threshold)
    assert not deciding.threshold_reached(0, 0.0, 0.0, 0.0, 0.0), "nobody around: no share to speak of"


def test_a_volunteer_reports_more_stars_than_the_service_had_and_standards_draw_both_ways() -> None:
    for quality in np.linspace(0, 1, 11):
        assert quality <= serving.rating_reported(quality, 0.9) <= 1.0
        assert serving.rating_reported(quality, 0.0) == quality
        assert min(quality, 0.8) <= serving.quality_by_standards(quality, 0.5, 0.8) <= max(quality, 0.8)
