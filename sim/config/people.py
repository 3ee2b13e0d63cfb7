"""What the parameters of the people and of their ties mean; the values stand in `configs/`."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from sim.config.parameter import Section, Share, choice, number, numbers

type Persons = Annotated[int, Field(ge=0, le=12)]
type Weight = Annotated[float, Field(ge=0, le=1000)]
type Years = Annotated[float, Field(ge=18, le=60)]
type More = Annotated[float, Field(ge=-1, le=1)]
type Leaning = Annotated[float, Field(ge=0, le=10)]
type Fellows = Annotated[float, Field(ge=0, le=20)]
type Weeks = Annotated[float, Field(ge=0, le=2000)]
type Hours = Annotated[float, Field(ge=0, le=168)]


class HouseholdType(NamedTuple):
    """One type of household: who belongs to it and how common it is among households of its size; a row in a config."""

    adults: Persons
    """Adults aged 18-59."""
    elders: Persons
    """Elders aged 60 or more."""
    minors: Persons
    """Children and teens under 18."""
    local: Weight
    """How common it is among local households of this size, against other types."""
    migrant: Weight
    """The same among migrant households."""
    renters: bool
    """They share a rented dwelling without being kin, so they never own it."""


class Population(Section):
    """Who lives in the community at the start, and who arrives later."""

    residents: int = number("Residents at the start; fixed from then on.", unit="residents", low=1, high=50_000_000)
    grids: int = number("Grids.", unit="grids", low=1, high=30_000)
    grid_shares: tuple[Weight, ...] = numbers(
        "Size of each grid relative to the others; empty for equal grids.", unit="weight"
    )
    residents_file: Path | None = Field(
        description="File with one's own residents (CSV, Excel or the nodes of a network); null to draw them."
    )
    residents_weight: str | None = Field(
        description="Column of that file that says for how many residents a row stands; null: for one.",
        json_schema_extra={"unit": "column"},
    )
    residents_weighted_to: int | None = Field(
        description="Residents for whom all its rows together stand; null: as many as the weights add up to.",
        ge=1,
        le=50_000_000,
        json_schema_extra={"unit": "residents"},
    )
    dwelling_sizes: tuple[Weight, ...] = numbers("How common dwellings for 1, 2, 3 ... persons are.", unit="weight")
    household_types: dict[str, HouseholdType] = Field(
        description="Types of household by name: adults, elders, minors, weight among locals, among migrants, renters?",
        json_schema_extra={"unit": "persons, weight"},
    )
    elders_alone: int = number(
        "Elders living alone at the start, exactly; 0 leaves it to chance.", unit="residents", low=0, high=1_000_000
    )
    migrants: float = number("Share of households at the start that are migrants.", unit="share", low=0, high=1)
    owners_local: float = number("Share of local households that own their dwelling.", unit="share", low=0, high=1)
    owners_migrant: float = number("Share of migrant households that own their dwelling.", unit="share", low=0, high=1)
    seniors: float = number("Share of elders (60+) who are 70 or older.", unit="share", low=0, high=1)
    teens: float = number("Share of minors (under 18) who are 12 or older.", unit="share", low=0, high=1)
    pupils: float = number("Share of children under 12 who go to primary school.", unit="share", low=0, high=1)
    low_income: float = number("Share of households with a low income.", unit="share", low=0, high=1)
    low_income_elders: float = number(
        "Share with a low income among households of elders only.", unit="share", low=0, high=1
    )
    limited: tuple[Share, Share, Share, Share, Share] = numbers(
        "Share limited in mobility among children, teens, adults, younger and senior elders.", unit="share"
    )
    interest_others: tuple[Share, Share, Share, Share, Share] = numbers(
        "Mean interest (parent-child, school, property, elder care, public affairs) where it does not concern them.",
        unit="share",
    )
    interest_concerned: tuple[Share, Share, Share, Share, Share] = numbers(
        "Mean interest of people whom it concerns: parents, school families, owners, elders and kin, local owners.",
        unit="share",
    )
    interest_spread: float = number(
        "Standard deviation of interests between alike people.", unit="share", low=0, high=1
    )
    disposition_spread: float = number(
        "Standard deviation of the personal leaning to take part.", unit="log-odds", low=0, high=10
    )
    hours_median: tuple[Hours, Hours, Hours, Hours] = numbers(
        "Median hours a week that teens, adults, younger and senior elders could give.", unit="hours a week"
    )
    hours_sigma: float = number(
        "Spread of these hours: standard deviation of their logarithm.", unit="log hours", low=0, high=3
    )
    hours_most: float = number("Nobody can give more than this.", unit="hours a week", low=0, high=168)
    threshold_kind: Literal["constant", "sequence", "normal", "uniform", "given"] = choice(
        "Thresholds: all alike; first, first + step ...; normal; uniform about the middle; the list `threshold_given`."
    )
    threshold_middle: float = number(
        "Threshold of all, of the first in the sequence, or the mean.", unit="share or persons", low=-1e6, high=1e6
    )
    threshold_spread: float = number(
        "Step of the sequence, standard deviation, or half the width.", unit="share or persons", low=0, high=1e6
    )
    threshold_given: tuple[float, ...] = numbers(
        "Thresholds in the order of residents, for the kind `given`.", unit="share or persons"
    )
    identity_local: float = number("Mean identity to which locals return.", unit="share", low=0, high=1)
    identity_migrant: float = number("Mean identity to which migrants return.", unit="share", low=0, high=1)
    identity_spread: float = number("Standard deviation of that identity between people.", unit="share", low=0, high=1)
    initial_leaning: tuple[Leaning, Leaning, Leaning] = numbers(
        "How much more often those who lean to take part stand on each tier at the start: exponent of their leaning.",
        unit="exponent",
    )
    initial_sociability: tuple[Leaning, Leaning, Leaning] = numbers(
        "How much more often the sociable stand on each tier at the start: the exponent of their sociability.",
        unit="exponent",
    )
    initial_tiers: tuple[Share, Share, Share] = numbers(
        "Share of residents 12+ who start at tier 1, 2 and 3.", unit="share"
    )
    initial_weeks: tuple[Weeks, Weeks, Weeks] = numbers(
        "Weeks that it takes to reach a tier: whoever has lived here for so long has done so with a chance of 63 % of "
        "that of those who always lived here. Only where lives go on.",
        unit="weeks",
    )
    served_skill: tuple[Share, Share, Share] = numbers(
        "Most skill that those who take part at the start have more, by tier: theirs lies evenly up to this.",
        unit="share more",
    )
    served_efficacy: tuple[More, More, More] = numbers(
        "Efficacy that those who take part at the start have more, by tier.", unit="share more"
    )
    served_satisfaction: tuple[More, More, More] = numbers(
        "Satisfaction that those who take part at the start have more, by tier.", unit="share more"
    )
    served_identity: tuple[Share, Share, Share] = numbers(
        "Identity that those who take part at the start have more, by tier.", unit="share more"
    )
    served_habit: tuple[Share, Share, Share] = numbers(
        "Habit of those who take part at the start, by tier.", unit="share"
    )
    seed_count: int = number(
        "Residents 12+ lifted to `seed_tier` at the start, as a number.", unit="residents", low=0, high=50_000_000
    )
    seed_share: float = number(
        "The same as a share of residents 12+, added to the number.", unit="share", low=0, high=1
    )
    seed_how: Literal["random", "contiguous"] = choice(
        "Seeds are drawn at random, or are the first in the order of residents."
    )
    seed_tier: int = number("Tier of the seeds.", unit="tier", low=1, high=3)
    sociability_shape: float = number(
        "Shape of the gamma distribution, of mean 1, of how sociable people are; 0: all alike.",
        unit="shape",
        low=0,
        high=100,
    )
    adults_age: float = number(
        "Mean age of adults without minors when they arrive, counted from 18.", unit="years", low=0.1, high=40
    )
    elders_age: float = number("Mean age of elders when they arrive, counted from 60.", unit="years", low=0.1, high=40)
    parents: tuple[Years, Years] = numbers("Youngest and oldest parents of minors when they arrive.", unit="years")
    with_elders: tuple[Years, Years] = numbers("Youngest and oldest adults who live with elders.", unit="years")
    sharing: tuple[Years, Years] = numbers(
        "Youngest and oldest adults who share a dwelling in threes or more.", unit="years"
    )
    works: float = number("Share of adults of 18-59 who work by day.", unit="share", low=0, high=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse shares that cannot hold together."""
        if sum(self.initial_tiers) > 1 + 1e-9:
            raise ValueError("initial_tiers add up to more than 1")
        if not sum(self.dwelling_sizes) > 0:
            raise ValueError("dwelling_sizes need one weight above 0")
        if self.threshold_kind == "given" and not self.threshold_given:
            raise ValueError("threshold_kind is 'given', but threshold_given is empty")
        if self.grid_shares and len(self.grid_shares) != self.grids:
            raise ValueError(f"grid_shares has {len(self.grid_shares)} entries for {self.grids} grids")
        if self.grid_shares and not sum(self.grid_shares) > 0:
            raise ValueError("grid_shares need one weight above 0")
        if self.residents_weight is not None and self.residents_file is None:
            raise ValueError("residents_weight needs a residents_file")
        if self.residents_weighted_to is not None and self.residents_weight is None:
            raise ValueError("residents_weighted_to needs residents_weight, the column with the weights")
        if self.elders_alone > self.residents:
            raise ValueError(f"elders_alone is {self.elders_alone}, more than the {self.residents} residents")
        return self


NETWORK_KINDS = ("neighbourhood", "complete", "ring", "poisson", "blocks", "none", "well_mixed", "file", "at_rest")
type NetworkKind = Literal[
    "neighbourhood", "complete", "ring", "poisson", "blocks", "none", "well_mixed", "file", "at_rest"
]


MADE_AT_REST = 60
"""The most sociable of 20,000 have some 50 acquaintances: with less room, the weakest would be forgotten."""


class Network(Section):
    """Ties given at the start, and room for those made later."""

    kind: NetworkKind = choice(
        "neighbourhood: small worlds inside grids, friends across; complete: all pairs; ring: Watts-Strogatz; "
        "poisson: random pairs; blocks: random pairs inside and outside grids; none; well_mixed: all count as tied to "
        "all, without any list of ties; file: a user's own; at_rest: meetings of the past (section bonding) "
        "that lasted."
    )
    ties_file: Path | None = Field(
        description="Edge list, adjacency matrix (CSV, Excel), GraphML, GML or Pajek file with one's own ties, for the "
        "kind `file`; else null."
    )
    symmetrise: Literal["strongest", "mean", "both"] | None = Field(
        description="What a tie listed in a direction, or twice, counts: strongest of what is listed; mean of both "
        "directions, 0 "
        "for one that is not; both: the weaker, and none unless both are listed. null: refuse such ties.",
        json_schema_extra={"unit": "choice"},
    )
    strength_from: str | None = Field(
        description="Column or edge attribute of the ties file that holds the strength; null: strength, else weight.",
        json_schema_extra={"unit": "column"},
    )
    strength_scale: Literal["max"] | float | None = Field(
        description="What the file's strengths are divided by: a number, or max for their largest; null: they are "
        "shares.",
        json_schema_extra={"unit": "strength of a tie of 1"},
    )
    households_tied: bool = Field(description="Members of a household are tied to each other at strength 1.")
    neighbours: int = number(
        "Mean ties of a resident 12+ inside the grid (neighbourhood); even.", unit="ties", low=0, high=100
    )
    rewired: float = number(
        "Share of neighbour or ring ties that lead somewhere at random.", unit="share", low=0, high=1
    )
    friends: float = number(
        "Mean ties of a resident 12+ to friends in other grids (neighbourhood).", unit="ties", low=0, high=100
    )
    same_origin: float = number(
        "A friend of one's own origin is this many times likelier than another.", unit="ratio", low=1, high=100
    )
    same_age: float = number(
        "A friend of one's own age band is this many times likelier than another.", unit="ratio", low=1, high=100
    )
    degree: float = number("Mean ties a resident (ring: even; poisson).", unit="ties", low=0, high=1000)
    degree_inside: float = number("Mean ties inside the own grid (blocks).", unit="ties", low=0, high=1000)
    degree_outside: float = number("Mean ties to other grids (blocks).", unit="ties", low=0, high=1000)
    strength: float = number(
        "Mean strength of given ties inside a grid (or of all, for other kinds).", unit="share", low=0, high=1
    )
    strength_friends: float = number("Mean strength of ties to friends (neighbourhood).", unit="share", low=0, high=1)
    strength_spread: float = number(
        "Strengths lie evenly within this share of the mean, up and down.", unit="share of the mean", low=0, high=1
    )
    fellows: tuple[Fellows, Fellows, Fellows] = numbers(
        "Ties that founders who take part have with others who do in their grid, by tier: made by serving together and "
        "by being asked. Only for kind `at_rest`.",
        unit="ties",
    )
    made_ties: int = number(
        "Most ties that service can add to each resident's given ones.", unit="ties", low=0, high=200
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse a lattice that has no middle, and a file without a name."""
        if self.neighbours % 2:
            raise ValueError(f"neighbours is {self.neighbours}; expected an even number")
        if self.kind == "ring" and self.degree % 2:
            raise ValueError(f"degree is {self.degree}; a ring needs an even number")
        if (self.kind == "file") != (self.ties_file is not None):
            raise ValueError("kind 'file' needs a ties_file, and a ties_file needs kind 'file'")
        if self.kind == "at_rest" and self.made_ties < MADE_AT_REST:
            raise ValueError(f"made_ties is {self.made_ties}; kind 'at_rest' needs room for {MADE_AT_REST}")
        if isinstance(self.strength_scale, float) and not 0 < self.strength_scale < 1e300:
            raise ValueError(f"strength_scale is {self.strength_scale}; expected max or a number above 0")
        return self
