"""The whole configuration: people and their ties, kinds of service, and the parameters of the rules."""

from typing import Self

from pydantic import Field, model_validator

from sim.config.evidence import Evidenced
from sim.config.kinds import Kind
from sim.config.lives import Life, Moving
from sim.config.people import Network, Population
from sim.config.rules import (
    Asking,
    Bonding,
    Deciding,
    Feeling,
    Learning,
    Placing,
    Remembering,
    Starting,
    Teaming,
)
from sim.config.service import (
    Assigning,
    Banking,
    Dispatching,
    Needing,
    Pairing,
    Registering,
    Serving,
)


class Config(Evidenced):
    """A whole configuration."""

    title: str = Field(description="What place this is.")
    population: Population
    network: Network
    starting: Starting
    kinds: dict[str, Kind] = Field(description="Service kinds, by name.")
    remembering: Remembering
    asking: Asking
    deciding: Deciding
    needing: Needing
    registering: Registering
    assigning: Assigning
    dispatching: Dispatching
    serving: Serving
    pairing: Pairing
    banking: Banking
    teaming: Teaming
    learning: Learning
    bonding: Bonding
    feeling: Feeling
    placing: Placing
    moving: Moving
    life: Life

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse more kinds than fit the bits of a column."""
        if len(self.kinds) > 30:
            raise ValueError(f"{len(self.kinds)} service kinds; at most 30")
        p, places = self.population, int(self.life.places)
        if self.lives_go_on and not sum(p.dwelling_sizes[:places]) > 0:
            raise ValueError(f"life.places is {places}, and no dwelling of population.dwelling_sizes is so small")
        return self

    @property
    def lives_go_on(self) -> bool:
        """Whether people age, are born and die: not where a file says who lives here, or who is tied, at one moment."""
        from_file = self.population.residents_file is not None or self.network.ties_file is not None
        return self.life.course == "on" and not from_file
