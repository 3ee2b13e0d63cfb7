"""Why did they climb, lapse or stay? The weekly chance of a resident taken apart into its reasons.

The chance is what the rule itself says of this resident (`sim/rules/deciding.py`). A reason weighs what the rule would say
less if this one fact were not as it is but at rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from classroom.life import Life
from sim.mathematics.chance import share
from sim.mathematics.odds import log_odds, sigma
from sim.rules.deciding import odds_at_rest, odds_of_climbing, odds_of_lapsing, ties_that_let_climb
from sim.state.residents import INTERESTS, NO_TEAM

SURE = 700.0
"""Log odds beyond which a chance is 0 or 1 for any computer."""
NO_EVENT = np.uint32(2**32 - 1)
"""The draw that brings no life event."""

type Facts = Mapping[str, Any]
"""Columns of residents and of levers as they are assumed to be: by name, then by row."""


@dataclass(frozen=True)
class Reason:
    """Something that moves a chance: what it is, and by how much, in log odds."""

    english: str
    chinese: str
    log_odds: float

    @property
    def times(self) -> float:
        """The factor on the odds."""
        return float(2.718281828459045 ** max(-50.0, min(50.0, self.log_odds)))


class Assuming:
    """A view of the world in which some facts are assumed to be otherwise."""

    def __init__(self, view: Any, facts: Facts) -> None:
        self._view, self._facts = view, facts

    def __getattr__(self, column: str) -> Any:
        return self._facts[column] if column in self._facts else getattr(self._view, column)


@dataclass(frozen=True)
class Chance:
    """The chance of a week and the draw that decided (it happens when the draw is below).

    `odds` are the log odds when some facts are assumed to be otherwise, `at_rest` is where each fact rests that can be a
    reason, with its English and Chinese name.
    """

    odds: Callable[[Facts], float]
    at_rest: tuple[tuple[str, str, Facts], ...]
    draw: float
    possible: bool = True

    @cached_property
    def chance(self) -> float:
        """The chance with all reasons."""
        return _chance(self.odds({})) if self.possible else 0.0

    @cached_property
    def base(self) -> float:
        """The chance of somebody like them with every fact at rest."""
        return _chance(self.odds({name: at for _, _, facts in self.at_rest for name, at in facts.items()}))

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """What moved the chance away from its base."""
        odds = self.odds({})
        return tuple(Reason(english, chinese, odds - self.odds(facts)) for english, chinese, facts in self.at_rest)

    @property
    def happens(self) -> bool:
        """Whether the draw fell below the chance."""
        return self.draw < self.chance


def _chance(odds: float) -> float:
    return 0.0 if odds < -SURE else float(sigma(odds))


NEVER = Chance(lambda _: float(log_odds(0.0)), (), 1.0, False)
"""What cannot happen to somebody of their tier."""


def _before(life: Life, facts: Facts) -> tuple[Any, Any]:
    """Residents and levers as they were when everybody decided, with some facts assumed to be otherwise."""
    views, then = life.simulation.views, {"tier": life.before.tier, "team": life.before.team}
    return Assuming(views["residents"], {**then, **facts}), Assuming(views["levers"], facts)


def chance_of_climbing(life: Life, row: int) -> Chance:
    """The chance of this week's climb, from the tier in which the resident began the week; logistic law only."""
    views, p = life.simulation.views, life.simulation.config.deciding
    residents, _ = _before(life, {})
    k, g = int(residents.tier[row]), int(residents.grid[row])
    if k < 0 or k > 2:
        return NEVER

    def odds(facts: Facts) -> float:
        residents, levers = _before(life, facts)
        return float(odds_of_climbing(row, odds_at_rest(views["deciding"]), residents, levers, views["deciding"]))

    none = {row: 0.0}
    higher = {"around_strength": {row: 1.0}, "around_above": {row: p.share_above_at_rest}}
    interest = {"interest": {(row, of): p.interest_at_rest for of in range(len(INTERESTS))}}
    at_rest: tuple[tuple[str, str, Facts], ...] = (
        ("people around who stand higher", "身边层级更高的人", higher),
        ("identification with the community", "社区认同", {"identity": {row: p.identity_at_rest}}),
        ("belief in one's own service", "效能感", {"efficacy": {row: p.efficacy_at_rest}}),
        ("own leaning", "个人倾向", {"disposition": none}),
        ("persuasion by the vanguard or pioneers", "先锋队或网格先锋的劝说", {"persuasion": none}),
        ("being asked this week", "本周被邀请", {"asked": none}),
        ("habit of serving", "服务习惯", {"habit": none}),
        ("fatigue", "疲劳", {"fatigue": none}),
        ("activities that touch own interests", "契合兴趣的活动", {"openings": none}),
        ("own interests", "个人兴趣", interest),
        ("autonomy in serving", "服务自主性", {"autonomy": {g: 0.0}, "supervision": {g: 0.0}, "assigned": none}),
    )
    draw = float(share(residents.luck_rung[row]))
    return Chance(odds, at_rest, draw, bool(residents.ties_above[row] >= ties_that_let_climb(k, p)))


def chance_of_lapsing(life: Life, row: int) -> Chance:
    """The chance of this week's lapse; its draw is one less that of the climb."""
    views, p = life.simulation.views, life.simulation.config.deciding
    residents, _ = _before(life, {})
    if residents.tier[row] < 1:
        return NEVER

    def odds(facts: Facts) -> float:
        residents, levers = _before(life, facts)
        return float(odds_of_lapsing(row, odds_at_rest(views["deciding"]), residents, levers, views["deciding"]))

    none = {row: 0.0}
    at_rest: tuple[tuple[str, str, Facts], ...] = (
        ("a life event (illness, birth, work)", "生活变故（疾病、生育、工作）", {"luck_life": {row: NO_EVENT}}),
        ("fatigue", "疲劳", {"fatigue": none}),
        ("identification with the community", "社区认同", {"identity": {row: p.identity_at_rest}}),
        ("ties to others who serve", "与其他志愿者的联系", {"active_ties": none}),
        ("meeting regularly in a team", "团队定期活动", {"team": {row: NO_TEAM}}),
        ("thanks received", "得到感谢", {"recognition": none}),
    )
    return Chance(odds, at_rest, 1.0 - float(share(residents.luck_rung[row])))


def in_words(chance: Chance, most: int = 3) -> tuple[str, str]:
    """The reasons that moved the chance most, each with its factor on the odds, in English and Chinese."""
    told = sorted((r for r in chance.reasons if abs(r.log_odds) > 0.05), key=lambda r: -abs(r.log_odds))[:most]
    if not told:
        return "nothing out of the ordinary", "无特别因素"
    return (
        "; ".join(f"{r.english} (odds × {r.times:.2g})" for r in told),
        "；".join(f"{r.chinese}（几率×{r.times:.2g}）" for r in told),
    )
