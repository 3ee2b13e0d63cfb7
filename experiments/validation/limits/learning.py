"""Learning: skill under training, without and with forgetting; efficacy under constant success; well-being's pace.

Sources: newell1981, bandura1977.
"""

from math import log
from typing import override

from experiments.validation.limits.limit import Exact, Findings, Number, lived, whole
from sim import POLICIES
from sim.config.schema import Config


class Sessions(Exact):
    """Skill after weekly sessions: s' = s + alpha (1 - s) - phi (s - everyday)."""

    sessions: int = whole("Training sessions, one a week.", unit="sessions")
    weeks: int = whole("Weeks lived, enough for the long run.")

    @override
    def expected(self, c: Config) -> Findings:
        p = c.learning
        end = (p.training_gain + p.forgetting * p.everyday_skill) / (p.training_gain + p.forgetting)
        keeps = 1 - p.training_gain - p.forgetting
        after = end + (c.starting.skill - end) * keeps**self.sessions
        return {f"skill after {self.sessions} sessions": Number(after), "skill in the long run": Number(end)}

    @override
    def got(self, c: Config) -> Findings:
        everybody = POLICIES["training"].model_validate({"seats": 1000})
        s = lived(c, self.seed, self.sessions, [everybody])
        after = Number(float(s.world.skill.mean()))
        s.run_for(self.weeks - self.sessions)
        end = Number(float(s.world.skill.mean()))
        return {f"skill after {self.sessions} sessions": after, "skill in the long run": end}


class Efficacy(Exact):
    """Under constant success p efficacy closes the share alpha of its gap to p each week."""

    weeks: int = whole("Weeks lived, enough for the long run.")
    early: int = whole("Weeks after which it is looked at on the way.")

    @override
    def expected(self, c: Config) -> Findings:
        p, e = c.starting.skill, c.starting.efficacy
        way = p + (e - p) * (1 - c.learning.efficacy_rate) ** self.early
        return {f"efficacy after {self.early} weeks": Number(way), "efficacy in the long run": Number(p)}

    @override
    def got(self, c: Config) -> Findings:
        s = lived(c, self.seed, self.early)
        way = Number(float(s.world.efficacy.mean()))
        s.run_for(self.weeks - self.early)
        end = Number(float(s.world.efficacy.mean()))
        return {f"efficacy after {self.early} weeks": way, "efficacy in the long run": end}


class HalfLife(Exact):
    """Well-being that closes the share kappa of its gap each week halves the gap in ln 2 / -ln(1 - kappa) weeks."""

    weeks: int = whole("Weeks over which the pace is measured.")

    @override
    def expected(self, c: Config) -> Findings:
        return {"half-life, weeks": Number(log(0.5) / log(1 - c.feeling.wellbeing_rate))}

    @override
    def got(self, c: Config) -> Findings:
        target = c.feeling.wellbeing_rest
        gap = target - float(lived(c, self.seed, self.weeks).world.wellbeing.mean())
        return {"half-life, weeks": Number(self.weeks * log(0.5) / log(gap / (target - c.starting.wellbeing)))}
