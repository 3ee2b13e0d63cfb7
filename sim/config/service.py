"""The parameters of the rules about needs and service, one section a rule file. Values stand in `configs/`."""

from typing import Literal

from sim.config.parameter import Section, chance, choice, effect, number, rate, share


class Needing(Section):
    """Needs and how they become known."""

    low_income_extra: float = number(
        "Needs of low-income residents above those of others.", unit="share more", low=0, high=10
    )
    own_request: float = chance("Chance that somebody asks the station for help with an episode.")
    own_request_case: float = chance("The same for a standing need.")
    neighbour_tells: float = chance("Chance that a tied participant tells the station.")
    informal: float = number(
        "How readily able neighbours help: the rate of help along a tie of strength 1.", unit="rate", low=0, high=100
    )
    strong_tie: float = share("Strength from which on a tie is one of those along which neighbours help.")
    neighbour_stops: float = chance("Chance that a neighbour who keeps a case stops.")
    server_stops: float = chance("Chance that a volunteer who keeps a case stops.")
    response: float = number(
        "How own requests follow what was answered: the exponent of the answered share over its rest; 0: not at all.",
        unit="exponent",
        low=0,
        high=10,
    )
    response_floor: float = share("Own requests never fall below this part of their rest.")
    response_most: float = number(
        "Own requests never rise above this many times their rest.", unit="ratio", low=1, high=100
    )
    answered_at_rest: float = number("The reference of the answered share.", unit="share", low=1e-6, high=1)


class Registering(Section):
    """The station's register of the clients whom it knows."""

    known_at_start: float = share("Share of those who can have a standing need who are in the register at the start.")
    forgets_after: float = number("Weeks without a contact after which an entry ends.", unit="weeks", low=1, high=5200)
    calls: float = chance("Chance that the station calls somebody who is in the register.")
    doors_per_1000: float = number(
        "Doors at which staff knock, as far as their hours go.",
        unit="doors a week per 1,000 residents",
        low=0,
        high=10_000,
    )


class Assigning(Section):
    """Tasks from above."""

    hours_per_1000: float = number(
        "Hours of assigned tasks.", unit="hours a week per 1,000 residents", low=0, high=10_000
    )
    most_share: float = share("Largest share of a volunteer's free hours that tasks may take.")
    assigned_counts: float = share(
        "How far an assigned hour counts for identity, visible activity and practice; 1: as any other."
    )


class Dispatching(Section):
    """The station's line, and whether a volunteer accepts."""

    scope: Literal["local", "pooled", "local_then_pooled"] = choice(
        "Orders stay in the grid, go to the whole community, or first the one, then the other."
    )
    staff_per_1000: float = number("Staff of the station.", unit="persons per 1,000 residents", low=0, high=1e6)
    staff_hours: float = number("Hours that one of them works.", unit="hours a week", low=0, high=168)
    staff_share: float = share("Share of these hours that goes to service: orders, then doors.")
    order_minutes: float = number(
        "Minutes of staff that an order takes, each time that it is offered.", unit="minutes", low=0.01, high=10_000
    )
    door_minutes: float = number(
        "Minutes of staff that a visit at a door takes.", unit="minutes", low=0.01, high=10_000
    )
    review: Literal["no", "yes"] = choice(
        "Orders that nobody in reach could ever take are declined before they are offered."
    )
    look_again: float = number("Weeks after which a declined order is looked at again.", unit="weeks", low=1, high=520)
    give_up: float = number(
        "Weeks in which nobody takes a case, after which it leaves the line; 0: never.", unit="weeks", low=0, high=520
    )
    rest_after: float = number("Weeks for which such a case is out of the line.", unit="weeks", low=1, high=520)
    offers: float = number("Volunteers to whom an order is offered at once.", unit="volunteers", low=0, high=1000)
    names_looked_through: float = number(
        "Volunteers looked through for fitting ones.", unit="volunteers", low=1, high=1e6
    )
    most_rounds: float = number(
        "Weeks of offers after which an order is declined for good; 0: never.", unit="weeks", low=0, high=520
    )
    escalation: Literal["weeks", "promise"] = choice(
        "Orders are passed up a level after so many weeks, or after a share of their promise, urgent ones at once."
    )
    escalate_after: float = number(
        "Weeks after which an open order can be passed up one level.", unit="weeks", low=1, high=520
    )
    escalate_share: float = number(
        "Share of the promise after which an order is passed up one level.", unit="share", low=0.01, high=10
    )
    escalation_minutes: float = number(
        "Minutes of staff that passing an order up a level takes; 0: none.", unit="minutes", low=0, high=10_000
    )
    organization_hours_per_1000: float = number(
        "Hours that service organizations give.", unit="hours a week per 1,000 residents", low=0, high=10_000
    )
    sub_district_serves: float = share("Share of orders passed up to the sub-district that it serves itself.")
    urgency: float = number("Weight of the waited share of patience in the line.", unit="weight", low=0, high=100)
    vulnerability: float = number("Weight of vulnerability in the line.", unit="weight", low=0, high=100)
    spread: float = number("Width of the keyed draw in the line.", unit="weight", low=1e-9, high=100)
    accept: float = effect("Accepting an order, all else at its reference (log odds).")
    accept_case: float = effect("Taking on a case, which is another decision than a favour; added to it.")
    cases_each: float = number("Cases that one volunteer keeps at most.", unit="cases", low=0, high=100)
    accept_tie: float = effect("Strength of the tie to the client.")
    accept_match: float = effect("Own interest in what is asked.")
    match_at_rest: float = share("The reference of that interest.")
    accept_identity: float = effect("Identification with the community.")
    identity_at_rest: float = share("The reference of identity.")
    accept_fatigue: float = effect("Fatigue, taken off.")
    accept_distance: float = effect("Another grid, taken off.")
    accept_credit: float = effect("Time-bank credit offered by the client.")
    accept_earning: float = effect("A credit an hour to be earned, at full trust that it will be redeemed.")
    accept_atmosphere: float = effect("Atmosphere of the client's grid.")
    atmosphere_at_rest: float = share("The reference of atmosphere.")
    accept_time: float = effect("Free hours, as the logarithm of how often they would suffice.")
    away_chance: float = share("Chance that a call makes a volunteer turn calls off.")
    back_chance: float = chance("Chance that such a volunteer returns.")
    broadcast: float = chance("Chance that a general call reaches a volunteer.")
    reciprocal: Literal["no", "yes"] = choice(
        "Volunteers serve only who could serve them in return (barter without credits)."
    )


class Serving(Section):
    """Quality, ratings, waiting and outside workers."""

    ease: float = number("Success where skill equals difficulty.", unit="log odds", low=-10, high=10)
    failure: Literal["no", "yes"] = choice("A service that is not given well does not meet the need.")
    comes: float = chance("Chance that a volunteer comes to a case that they keep.")
    team_comes: Literal["no", "yes"] = choice("Somebody of the team comes in place of a member who does not.")
    steepness: float = number("How steeply quality rises with skill.", unit="log odds a unit of skill", low=0, high=100)
    supervision: float = number("What full supervision adds to quality.", unit="log odds", low=-10, high=10)
    standard: float = share("Quality to which common standards draw every service.")
    upward_bias: float = share("Share of what is missing to perfect that ratings do not tell.")
    feedback_rate: float = rate("Share of the gap to the rating that a fed-back rating closes in satisfaction.")
    unmet_memory: float = share("Share of remembered unmet weeks that is kept each week.")
    answered_rate: float = rate("Share of the memory of what was answered in time renewed each week.")
    confidence_rate: float = rate("Share of residents' confidence in the station renewed by a week's experience.")
    workers_per_1000: float = number("Outside workers about.", unit="workers per 1,000 residents", low=0, high=1000)
    worker_visits: float = number("Visits that an outside worker would make.", unit="visits a week", low=0, high=50)
    visits_served_per_1000: float = number(
        "Visits the station serves without policies.", unit="visits a week per 1,000 residents", low=0, high=10_000
    )


class Pairing(Section):
    """Standing pairs: a helper and a neighbour whom they visit every week."""

    nearby: Literal["grid", "community"] = choice("Where a helper is looked for.")
    tie: float = number(
        "Weight of the tie between the two against the draw, when pairs are matched.", unit="weight", low=0, high=100
    )
    most_clients: float = number("Neighbours whom one helper visits.", unit="residents", low=1, high=100)
    comes: float = chance("Chance that a helper who has the time comes.")
    visit_hours: float = number("Hours of a visit at which nothing needs to be done.", unit="hours", low=0, high=40)


class Banking(Section):
    """The time bank; an earning of 0 switches it off."""

    earning: float = number("Credit for an hour served.", unit="credit hours an hour", low=0, high=10)
    price: float = number("Credit for an hour received.", unit="credit hours an hour", low=0, high=10)
    redemption: Literal["no", "yes"] = choice("Credits can pay for own orders.")
    redeem_age: float = number(
        "Age from which needs can be paid for, by own or family's credits; 0: at any age.",
        unit="years",
        low=0,
        high=120,
    )
    own_hours_first: float = number(
        "Hours that an account must have earned before it pays; one that only holds gifts may pay at once. 0: none.",
        unit="hours",
        low=0,
        high=10_000,
    )
    apply_by_trust: float = share(
        "How far applying to spend credits depends on trust: 1: the chance is the trust, 0: whoever can, applies."
    )
    giving: float = rate("Share of balances given to elders.")
    expiry: float = rate("Share of balances that expires.")
    trust_rate: float = rate("Share of trust renewed by a week's experience.")
