"""Station services: water, rest, heating, cooling and charging, free for whoever works outdoors.

So many places are open for so many hours a week; a visit takes some of them. Residents who come by tell the station of
needs.

Sources: huang2025 (A9, A11, A66)
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class StationServices(Policy):
    """Free facilities at the station."""

    name = "station_services"
    title, title_zh = "Station services", "驿站便民服务"
    better = {"workers_served": +1}
    aims_at = "community"

    places: float = dose(0.1, "Places per 1,000 residents.", unit="places per 1,000 residents", low=0, high=1000)
    hours: float = dose(56.0, "Opening hours.", unit="hours a week", low=0, high=168)
    visit: float = dose(30.0, "Length of a visit.", unit="minutes", low=1, high=1440)
    tells: float = dose(
        0.02,
        "Chance a week that a hidden need becomes known because somebody comes by, when always open.",
        unit="chance a week",
        low=0,
        high=1,
    )
    cost_per_hour: float = dose(2.0, "Cost of an hour in which one place is open.", unit="yuan", low=0, high=10_000)

    @pushes
    def open_places(residents, levers, my):
        """Open places for outside workers; residents who come by tell the station of needs."""
        place_hours = my.places * residents.headcount[0] / 1000.0 * my.hours * my.strength
        heard = my.tells * my.hours / 168.0 * my.strength if my.places > 0.0 else 0.0
        levers.workers_welcome[0] += place_hours * 60.0 / my.visit
        levers.reach[0] += heard
        return my.cost_per_hour * place_hours

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.places:g} places per 1,000 residents stand open {self.hours:g} hours a week for outside "
            f"workers, {self.visit:g} minutes a visit, and if always open would learn "
            f"of {self.tells:.0%} of hidden needs a week, {self.period()}, "
            f"at {self.cost_per_hour:g} yuan a place and hour."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"驿站每千名居民设{self.places:g}个免费位，每周开放{self.hours:g}小时，每次{self.visit:g}分钟，"
            f"如全天开放每周可发现{self.tells:.0%}的隐性需求；每个位每小时{self.cost_per_hour:g}元。"
        )
