"""What a kind of service is: who needs it, what it takes, who may give it."""

from typing import Literal, get_args

from pydantic import Field

from sim.config.parameter import Section, chance, choice, number, share

type Eligible = Literal[
    "everyone",
    "elders_alone",
    "elders",
    "senior_elders",
    "limited",
    "children",
    "minors",
    "parents",
    "owners",
    "low_income",
    "adults",
    "toddlers",
    "pupils",
]
type Urgency = Literal["urgent", "soon", "planned"]
ELIGIBLE: tuple[str, ...] = get_args(Eligible.__value__)
URGENCIES: tuple[str, ...] = get_args(Urgency.__value__)
"""Classes of orders: those of an earlier class are always dealt with before those of a later."""
type InterestOf = Literal["none", "parent_child", "school", "property", "elder_care", "public_affairs"]


class Kind(Section):
    """One kind of service."""

    title: str = Field(description="Name, in words.")
    title_zh: str = Field(description="Name in Chinese.")
    eligible: Eligible = choice("Who comes to need it.")
    weekly: float = chance("Chance that a need arises for somebody eligible who has none open.")
    weekly_alone: float = chance("The same for who lives alone, where it is higher.")
    weekly_senior: float = chance("The same for senior elders, where it is higher.")
    weekly_limited: float = chance("The same for who is limited in mobility, where it is higher.")
    lasts: float = number("Mean length of a standing need (a case); 0: an episode.", unit="weeks", low=0, high=5200)
    services: int = number("Services that it asks for in a week.", unit="services", low=1, high=50)
    hours: float = number("Hours that one service takes.", unit="hours", low=0.05, high=40)
    difficulty: float = share("Skill at which quality is one half.")
    patience: float = number(
        "Weeks after which an unmet need expires; 0: within the week.", unit="weeks", low=0, high=520
    )
    urgency: Urgency = choice("Class of its orders: urgent before soon before planned.")
    promise: float = number("Weeks within which an answer is promised.", unit="weeks", low=0, high=520)
    severity: float = share("What a week without it costs a person, against the gravest kind.")
    household_keeps: float = share("Share of these needs that a household with somebody able meets itself.")
    neighbours_keep: float = number("How readily neighbours help with it.", unit="ratio", low=0, high=10)
    organization: Literal["no", "yes"] = choice("Service organizations are skilled in it.")
    interest: InterestOf = choice("The interest that it touches.")
    lowest_tier: Literal["task_only", "interest_based", "substantive"] = choice("Lowest tier that may serve.")
    lowest_skill: float = share("Lowest skill that may serve.")
    place: Literal["station", "home"] = choice("Where it is given.")
    priority: float = number("Priority in line, above 0 for earlier.", unit="weight", low=-10, high=10)
    covered: float = share("Share of these needs that public services meet.")
