"""All of service switched on: needs that last, the circle of help, the register, classes, staff, review, organizations."""

from typing import Any

_KINDS: dict[str, dict[str, Any]] = {
    "meals": {
        "eligible": "elders", "weekly": 0.0002, "weekly_alone": 0.0025, "weekly_limited": 0.015, "lasts": 100,
        "services": 5, "hours": 0.4, "urgency": "urgent", "promise": 1, "household_keeps": 0.9, "neighbours_keep": 0.6,
        "organization": "yes", "covered": 0.35,
    },
    "home_care": {
        "eligible": "limited", "weekly": 0.01, "lasts": 150, "hours": 2, "difficulty": 0.4, "lowest_skill": 0.45,
        "urgency": "soon", "promise": 1, "severity": 0.8, "household_keeps": 0.9, "neighbours_keep": 0.3,
        "organization": "yes", "covered": 0.15,
    },
    "companionship": {
        "eligible": "elders", "weekly": 0, "weekly_alone": 0.0104, "weekly_senior": 0.0017, "weekly_limited": 0.0082,
        "lasts": 52, "hours": 1.5, "lowest_skill": 0.3, "urgency": "planned", "promise": 4, "severity": 0.4,
        "household_keeps": 0.9, "neighbours_keep": 1, "covered": 0.03,
    },
    "errands": {
        "weekly": 0.03, "weekly_limited": 0.09, "urgency": "soon", "promise": 1, "severity": 0.5,
        "household_keeps": 0.9, "neighbours_keep": 1, "covered": 0.05,
    },
    "child_care": {
        "eligible": "toddlers", "weekly": 0.02, "urgency": "soon", "promise": 1, "severity": 0.4,
        "household_keeps": 0.9, "neighbours_keep": 0.8, "organization": "yes", "covered": 0.12,
    },
    "pupil_care": {
        "eligible": "pupils", "weekly": 0.0135, "lasts": 40, "services": 3, "hours": 0.4, "urgency": "soon",
        "promise": 2, "severity": 0.4, "household_keeps": 0.9, "neighbours_keep": 0.4, "organization": "yes",
    },
    "property_matters": {"weekly": 0.006, "urgency": "planned", "promise": 3, "severity": 0.1, "neighbours_keep": 0.1},
}  # fmt: skip

SERVICE_ON: dict[str, Any] = {
    "population.hours_median": [0.9, 1.5, 2.4, 1.8],
    "population.hours_most": 20,
    "needing.own_request": 0.5,
    "needing.own_request_case": 0.02,
    "needing.informal": 0.25,
    "needing.response": 1,
    "registering.known_at_start": 0.5,
    "registering.calls": 0.02,
    "registering.doors_per_1000": 4,
    "dispatching.staff_per_1000": 1.42,
    "dispatching.staff_hours": 37,
    "dispatching.staff_share": 0.15,
    "dispatching.order_minutes": 20,
    "dispatching.review": "yes",
    "dispatching.escalation": "promise",
    "dispatching.organization_hours_per_1000": 1.7,
    "dispatching.accept": -1.6,
    "dispatching.accept_case": -1.5,
    "dispatching.urgency": 10,
    "dispatching.vulnerability": 1,
    "dispatching.accept_match": 1,
    "serving.ease": 1.5,
    "serving.failure": "yes",
} | {f"kinds.{kind}.{name}": value for kind, facts in _KINDS.items() for name, value in facts.items()}
"""About as a real station is."""

MANY_CASES: dict[str, Any] = SERVICE_ON | {
    **{f"kinds.{kind}.lasts": 12 for kind in ("meals", "home_care", "companionship", "pupil_care")},
    **{f"kinds.{kind}.weekly": 0.04 for kind in ("meals", "home_care", "companionship", "pupil_care")},
    **{f"kinds.{kind}.household_keeps": 0.4 for kind in ("meals", "home_care", "companionship", "pupil_care")},
    "starting.cases_served": 0.6,
    "needing.own_request_case": 0.2,
    "needing.neighbour_stops": 0.05,
    "needing.server_stops": 0.05,
    "registering.forgets_after": 9,
    "dispatching.staff_per_1000": 4,
    "dispatching.organization_hours_per_1000": 30,
    "dispatching.accept": 0,
    "dispatching.accept_case": 0,
    "dispatching.give_up": 3,
    "dispatching.rest_after": 4,
    "dispatching.look_again": 5,
    "serving.comes": 0.7,
    "serving.team_comes": "yes",
}
"""The same with so much going on in a small place that every turn a case can take is taken within a year."""
