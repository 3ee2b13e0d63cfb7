"""Time bank: a ledger that is right to the last minute, and the circle of needs that barter cannot serve.

Sources: huang2025 (A73).
"""

from collections.abc import Callable
from itertools import permutations
from typing import override

import numpy as np

from experiments.validation.limits.influence import rows
from experiments.validation.limits.limit import Exact, Findings, Number, changed, lived, whole
from sim.config.schema import Config


class Ledger(Exact):
    """Earned - redeemed - expired - lost with movers = outstanding, every week."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        return {"weeks in which the ledger is wrong": Number(0), "kinds of entry that occur": Number(5)}

    @override
    def got(self, c: Config) -> Findings:
        tallies = lived(c, self.seed, self.weeks).tallies()
        earned, redeemed, expired, lost, _ = np.cumsum(tallies["count_bank"], axis=0).T
        wrong = sum(earned - redeemed - expired - lost != tallies["stand_bank"][:, 0])
        occurring = sum(tallies["count_bank"].sum(axis=0) > 0)
        return {
            "weeks in which the ledger is wrong": Number(float(wrong)),
            "kinds of entry that occur": Number(float(occurring)),
        }


class Circle(Exact):
    """Who can serve whom among a few people with one need each a week: services by barter and with credits.

    The file of residents says who they are; a kind's needs are theirs to whom it applies, and its services are given
    by those whose interest in it is above one half.
    """

    weeks: int = whole("Weeks lived.")

    def _edges(self, c: Config) -> set[tuple[str, str]]:
        """Pairs (who serves, who needs)."""
        people = rows(c.population.residents_file)
        applies: dict[str, Callable[[dict[str, str]], bool]] = {
            "limited": lambda r: r["limited"] == "yes",
            "low_income": lambda r: r["low_income"] == "yes",
            "elders": lambda r: r["age"] in ("younger_elder", "senior_elder"),
            "parents": lambda r: r["age"] == "adult" and r["school_child"] == "yes",
            "owners": lambda r: r["owner"] == "yes",
        }
        return {
            (a["id"], b["id"])
            for kind in c.kinds.values()
            for a, b in permutations(people, 2)
            if applies[kind.eligible](b) and float(a[kind.interest]) > 0.5
        }

    @override
    def expected(self, c: Config) -> Findings:
        edges = self._edges(c)
        mutual = sum((b, a) in edges for a, b in edges)
        # what one earned in the first week pays for one's own need in every later week
        earners = {server for server, _ in edges}
        redeemed = sum(client in earners for _, client in edges) * (self.weeks - 1) / self.weeks
        return {
            "services a week by barter": Number(mutual),
            "services a week with credits": Number(len(edges)),
            "services a week paid with credits": Number(redeemed),
        }

    @override
    def got(self, c: Config) -> Findings:
        barter = lived(changed(c, "dispatching.reciprocal", "yes"), self.seed, self.weeks).tallies()
        credit = lived(c, self.seed, self.weeks).tallies()
        minutes = 60 * next(iter(c.kinds.values())).hours * c.banking.price
        return {
            "services a week by barter": Number(float(barter["count_done"][:, 0].mean())),
            "services a week with credits": Number(float(credit["count_done"][:, 0].mean())),
            "services a week paid with credits": Number(float(credit["count_bank"][:, 1].mean()) / minutes),
        }
