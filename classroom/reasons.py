"""Why did they climb, lapse or stay? The weekly chance of a resident taken apart into its reasons.

The terms are those of `sim/rules/deciding.py`, added up in words; a test holds their sum to what the rule decided.
"""

from dataclasses import dataclass

from classroom.life import Life
from sim.chance import share
from sim.odds import log_odds, sigma
from sim.rules.deciding import autonomy_left


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


@dataclass(frozen=True)
class Chance:
    """The chance of a week, its base, the reasons that moved it, and the draw that decided (happens when below)."""

    base: float
    reasons: tuple[Reason, ...]
    draw: float
    possible: bool = True

    @property
    def chance(self) -> float:
        """The chance with all reasons."""
        if not self.possible or self.base <= 0.0:
            return 0.0
        return float(sigma(log_odds(self.base) + sum(r.log_odds for r in self.reasons)))

    @property
    def happens(self) -> bool:
        """Whether the draw fell below the chance."""
        return self.draw < self.chance


def chance_of_climbing(life: Life, row: int) -> Chance:
    """The chance of this week's climb, from the tier in which the resident began the week; logistic law only."""
    w, p = life.simulation.world, life.simulation.config.deciding
    k = int(life.before.tier[row])
    draw = float(share(w.luck_rung[row]))
    if k < 0 or k > 2:
        return Chance(0.0, (), draw, False)
    needed = (0.0, p.gate_2, p.gate_3)[k]
    above = float(w.around_above[row] / w.around_strength[row]) if w.around_strength[row] > 0 else 0.0
    terms = [
        Reason("people around who stand higher", "身边层级更高的人", p.norm * (above - p.share_above_at_rest)),
        Reason(
            "identification with the community", "社区认同", p.identity * (float(w.identity[row]) - p.identity_at_rest)
        ),
        Reason("belief in one's own service", "效能感", p.efficacy * (float(w.efficacy[row]) - p.efficacy_at_rest)),
        Reason("own leaning", "个人倾向", float(w.disposition[row])),
        Reason("persuasion by the vanguard or pioneers", "先锋队或网格先锋的劝说", float(w.persuasion[row])),
        Reason("being asked this week", "本周被邀请", p.asked if w.asked[row] else 0.0),
        Reason("habit of serving", "服务习惯", p.habit * float(w.habit[row])),
        Reason("fatigue", "疲劳", -p.fatigue * float(w.fatigue[row])),
    ]
    touched = min(float(w.openings[row]), 1.0)
    if k <= 1:
        terms.append(Reason("activities that touch own interests", "契合兴趣的活动", p.interest_0 * touched))
    if k >= 1:
        g, interest = int(w.grid[row]), w.interest[row]
        own = autonomy_left(
            p.autonomy_at_rest,
            float(w.autonomy[g]),
            p.supervision_cost,
            float(w.supervision[g]),
            p.crowding,
            float(w.assigned[row]),
        )
        of_interest = float(interest[4]) if k == 2 else float(interest[:4].max())
        weight, freedom = (p.interest_1, p.autonomy_1) if k == 1 else (p.interest_2, p.autonomy_2)
        terms.append(Reason("own interests", "个人兴趣", weight * (of_interest - p.interest_at_rest)))
        terms.append(Reason("autonomy in serving", "服务自主性", freedom * (own - p.autonomy_at_rest)))
    base = (p.climb_from_0, p.climb_from_1, p.climb_from_2)[k]
    return Chance(base, tuple(terms), draw, w.ties_above[row] >= needed)


def chance_of_lapsing(life: Life, row: int) -> Chance:
    """The chance of this week's lapse; its draw is one less that of the climb."""
    w, p = life.simulation.world, life.simulation.config.deciding
    k = int(life.before.tier[row])
    draw = 1.0 - float(share(w.luck_rung[row]))
    if k < 1:
        return Chance(0.0, (), draw, False)
    event = float(share(w.luck_life[row])) < p.life_event_chance
    bonds = min(float(w.active_ties[row]), p.most_ties_that_hold)
    terms = (
        Reason("a life event (illness, birth, work)", "生活变故（疾病、生育、工作）", p.life_event if event else 0.0),
        Reason("fatigue", "疲劳", p.lapse_fatigue * float(w.fatigue[row])),
        Reason(
            "identification with the community",
            "社区认同",
            -p.lapse_identity * (float(w.identity[row]) - p.identity_at_rest),
        ),
        Reason("ties to others who serve", "与其他志愿者的联系", -p.lapse_ties * bonds),
        Reason("meeting regularly in a team", "团队定期活动", -p.lapse_regular * (life.before.team[row] >= 0)),
        Reason("thanks received", "得到感谢", -float(w.recognition[row])),
    )
    return Chance((p.lapse_from_1, p.lapse_from_2, p.lapse_from_3)[k - 1], terms, draw)


def in_words(chance: Chance, most: int = 3) -> tuple[str, str]:
    """The reasons that moved the chance most, each with its factor on the odds, in English and Chinese."""
    told = sorted((r for r in chance.reasons if abs(r.log_odds) > 0.05), key=lambda r: -abs(r.log_odds))[:most]
    if not told:
        return "nothing out of the ordinary", "无特别因素"
    return (
        "; ".join(f"{r.english} (odds × {r.times:.2g})" for r in told),
        "；".join(f"{r.chinese}（几率×{r.times:.2g}）" for r in told),
    )
