"""The whole configuration: people and their ties, kinds of service, and the parameters of the rules."""

from typing import Self

from pydantic import Field, model_validator

from sim.config.evidence import Evidenced
from sim.config.kinds import Kind
from sim.config.people import Network, Population
from sim.config.rules import (
    Asking,
    Bonding,
    Deciding,
    Feeling,
    Learning,
    Moving,
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

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse more kinds than fit the bits of a column."""
        if len(self.kinds) > 30:
            raise ValueError(f"{len(self.kinds)} service kinds; at most 30")
        return self
