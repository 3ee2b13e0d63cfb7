"""The parameters of the rules about people and places, one section a rule file. Values stand in `configs/`."""

from typing import Literal

from sim.config.parameter import Section, chance, choice, effect, number, rate, share


class Starting(Section):
    """State of founders at the start and of newcomers on arrival."""

    skill: float = share("Skill of somebody who has never served.")
    cases_served: float = share("Share of the cases left to the station that a volunteer keeps at the start.")
    efficacy: float = share("Belief that one's service would succeed.")
    satisfaction: float = share("Satisfaction with serving, before the first service.")
    wellbeing: float = share("Well-being.")
    registered: float = share(
        "Share of residents 12+ registered as volunteers at the start, those who serve among them."
    )
    atmosphere: float = share("Volunteer atmosphere of each grid at the start.")
    condition: float = share("Condition of the shared facilities at the start.")
    confidence: float = share("Confidence in the station, at the start.")
    trust: float = share("Trust that time-bank credits will be redeemed, at the start.")


class Remembering(Section):
    """Time, memory and what is seen."""

    atmosphere_rate: float = rate("Share of the atmosphere's memory renewed each week; 0 freezes it.")
    activity_scale: float = number(
        "Tier-weighted hours a head and week at which atmosphere shows 63 %.",
        unit="hours a head and week",
        low=1e-6,
        high=100,
    )
    seen_1: float = number("How much an hour of a task-only volunteer is seen.", unit="weight", low=0, high=100)
    seen_2: float = number("How much an hour of an interest-based volunteer is seen.", unit="weight", low=0, high=100)
    seen_3: float = number("How much an hour of a substantive participant is seen.", unit="weight", low=0, high=100)
    hours_task: float = number(
        "Share of the hours one could give that tier 1 has for service.", unit="share", low=0, high=1
    )
    hours_interest: float = number("The same for tier 2; tier 3 has all of them.", unit="share", low=0, high=1)
    mood_every: float = number(
        "Weeks after which a resident takes in anew how the people around them feel.", unit="weeks", low=1, high=52
    )
    satisfaction: float = number(
        "How much more of their hours satisfied volunteers give.", unit="share a unit of satisfaction", low=0, high=10
    )
    satisfaction_at_rest: float = share("The reference of satisfaction.")
    weeks_saved: float = number(
        "Weeks over which free hours can be saved up for a longer service.", unit="weeks", low=1, high=52
    )


class Asking(Section):
    """Requests to take part."""

    along_tie: float = number(
        "Requests along a tie of strength 1 to a participant.", unit="requests a week", low=0, high=100
    )
    substantive: float = number(
        "A substantive participant asks this many times as often as others; 1: as they do.",
        unit="ratio",
        low=0,
        high=100,
    )


class Deciding(Section):
    """Climbing and lapsing, one rung a week."""

    law: Literal["logistic", "threshold"] = choice("logistic: log odds add up; threshold: a step in the active ties.")
    threshold_of: Literal["share", "count"] = choice(
        "A threshold is a share of tie strength, or a number of tied people."
    )
    climb_from_0: float = chance("Chance of climbing from bystander, all covariates at their reference.")
    climb_from_1: float = chance("The same from tier 1.")
    climb_from_2: float = chance("The same from tier 2.")
    lapse_from_1: float = chance("Chance of lapsing from tier 1, all covariates at 0 or their reference.")
    lapse_from_2: float = chance("The same from tier 2.")
    lapse_from_3: float = chance("The same from tier 3.")
    asked: float = effect("Having been asked this week by somebody in person.")
    asked_by_campaign: float = effect("Having been asked by a message from nobody one knows.")
    norm: float = effect("Share of tie strength held by people above one's tier.")
    share_above_at_rest: float = share("The reference of that share.")
    identity: float = effect("Identification with the community.")
    identity_at_rest: float = share("The reference of identity.")
    efficacy: float = effect("Efficacy.")
    efficacy_at_rest: float = share("The reference of efficacy.")
    habit: float = effect("Habit of serving.")
    fatigue: float = effect("Fatigue, taken off.")
    interest_0: float = effect("An activity a week that touches own interests (interest activities).")
    interest_1: float = effect("Strongest own interest, when climbing to interest-based.")
    interest_2: float = effect("Interest in public affairs, when climbing to substantive.")
    interest_at_rest: float = share("The reference of these interests.")
    autonomy_1: float = effect("Autonomy, when climbing to interest-based.")
    autonomy_2: float = effect("Autonomy, when climbing to substantive.")
    autonomy_at_rest: float = share("Autonomy of volunteers without policies.")
    supervision_cost: float = number("Autonomy lost by full supervision.", unit="share", low=0, high=1)
    crowding: float = number("Autonomy lost where all service is assigned.", unit="share", low=0, high=1)
    gate_2: float = number(
        "Tied people who must already stand at tier 2 or more (complex contagion).", unit="residents", low=0, high=1000
    )
    gate_3: float = number("Tied people who must already stand at tier 3.", unit="residents", low=0, high=1000)
    lapse_fatigue: float = effect("Fatigue, in lapsing.")
    lapse_identity: float = effect("Identification with the community holds.")
    lapse_ties: float = effect("Each tie to a participant holds.")
    most_ties_that_hold: float = number("Ties beyond this many hold no more.", unit="ties", low=0, high=1000)
    lapse_regular: float = effect("Belonging to a team that meets holds.")
    life_event: float = effect("A life event (illness, birth, work).")
    life_event_chance: float = chance("Chance of a life event.")
    registers_only: float = chance("Chance that a bystander registers without serving.")
    unregisters: float = chance("Chance that a registered bystander without an hour for three years is struck off.")
    across: float = effect("Share of tie strength to another origin.")
    across_at_rest: float = share("The reference of that share.")


class Teaming(Section):
    """Teams and project work."""

    founders: float = number(
        "Volunteers of tier 2-3 with one interest who can found a team.", unit="residents", low=1, high=1000
    )
    fewest: float = number("Members below which a team dissolves.", unit="residents", low=1, high=1000)
    forming: float = chance("Chance that a team forms where founders and a leader are.")
    joining: float = chance("Chance that a volunteer joins a team of own interest.")
    succession: float = chance("Chance that a team without leader finds one among its tier-3 members.")
    leaderless_patience: float = number(
        "Weeks without leader after which a team dissolves.", unit="weeks", low=0, high=520
    )
    regularity: float = chance("Chance that a member comes to the meeting.")
    meeting_hours: float = number("Hours of project work at a meeting.", unit="hours", low=0, high=40)
    public_share: float = share("Share of free hours that tier 3 gives to public issues outside teams.")
    public_of_project: float = share("Share of tier 3's project hours that goes to public issues.")
    posts_per_1000: float = number(
        "Hours in a school week for which teams are wanted at school gates; 0: no posts.",
        unit="hours a week per 1,000 residents",
        low=0,
        high=1000,
    )
    posts_share: float = share("Largest share of a meeting that teams of school families spend at posts.")
    school_weeks: float = number("School weeks of a year; vacations end it.", unit="weeks", low=0, high=52)


class Learning(Section):
    """Skill and efficacy."""

    training_gain: float = rate("Share of the gap to mastery closed by a training session.")
    practice_gain: float = rate("Share of that gap closed by an hour of service.")
    practice_ceiling: float = share("Skill that practice alone can reach.")
    forgetting: float = rate("Share of skill above the everyday level that is forgotten.")
    everyday_skill: float = share("Skill that nobody forgets.")
    efficacy_rate: float = rate("Share of the gap to own success closed by a week of service.")
    vicarious_rate: float = rate("Share of the gap to tied participants' efficacy closed.")
    persuasion_rate: float = rate("Share of the gap to full efficacy closed by a training session.")


class Bonding(Section):
    """Ties."""

    per_hour: float = number(
        "Share of the gap to a full tie closed by a shared hour.", unit="share an hour", low=0, high=1
    )
    homophily: float = share("Tie growth across origins, relative to within.")
    warmth: float = number(
        "Faster tie growth in a good atmosphere.", unit="share per unit of atmosphere", low=0, high=10
    )
    atmosphere_at_rest: float = share("The reference of atmosphere.")
    fading: float = rate("Share of a new tie's strength above its rest lost in an idle week.")
    review: float = number(
        "Weeks after which idle ties are reviewed, and fade for all of them at once.", unit="weeks", low=1, high=52
    )
    half_age: float = number("Age at which a tie fades half as fast.", unit="weeks", low=1e-6, high=10_000)
    weakest: float = share("Strength below which a tie made by service ends.")
    meeting: float = chance("Chance that a resident gets to know somebody new.")
    meets_in: Literal["grid", "community"] = choice("Where they get to know them.")
    acquaintance: float = share("Strength of such a tie, sustained by everyday life.")
    befriending: float = share("Share of such ties that become friendships.")
    friendship: float = share("Strength of a friendship, sustained by everyday life.")
    ending: float = chance("Chance, for each of one's ties, that one lets it go.")
    partner: Literal["anybody", "sociable"] = choice(
        "Whom one meets: anybody alike, or the more sociable the likelier; then household ties count in no ending."
    )
    abroad: float = share("Share of these meetings that happen anywhere in the community: at school, market or work.")


class Feeling(Section):
    """Identity, fatigue, satisfaction, habit, well-being."""

    identity_gain_1: float = number(
        "Share of the gap to full identity closed by an hour at tier 1.", unit="share an hour", low=0, high=1
    )
    identity_gain_2: float = number("The same at tier 2.", unit="share an hour", low=0, high=1)
    identity_gain_3: float = number("The same at tier 3.", unit="share an hour", low=0, high=1)
    influence: float = rate("Share of the gap to tied people's identity closed.")
    identity_fading: float = rate("Share of the gap to identity's home closed.")
    recovery: float = rate("Share of fatigue that a week's rest takes away.")
    comfort: float = number(
        "Hours that do not tire, as a share of the hours one could give.", unit="share", low=0, high=10
    )
    hour_cost: float = number("Fatigue by an hour above comfort.", unit="share an hour", low=0, high=1)
    call_cost: float = number("Fatigue by a call.", unit="share a call", low=0, high=1)
    habit_rate: float = rate("Share of the gap closed towards serving (1) or not serving (0).")
    satisfaction_rate: float = rate("Share of the gap to the week's experience closed.")
    assigned_cost: float = number("Experience lost where all work is assigned.", unit="share", low=0, high=1)
    thanks: float = number("Experience gained by a unit of recognition.", unit="share a unit", low=0, high=10)
    assigned_memory: float = rate("Share of the memory of assigned work renewed by a week of service.")
    wellbeing_rate: float = rate("Share of the gap to its target that well-being closes.")
    wellbeing_rest: float = share("Well-being with no need, no service, all else at its reference.")
    wellbeing_met: float = number("A need met.", unit="share", low=0, high=1)
    wellbeing_unmet: float = number("A remembered unmet week.", unit="share a week", low=0, high=1)
    most_unmet_weeks: float = number("Unmet weeks beyond this many lower it no more.", unit="weeks", low=0, high=520)
    wellbeing_serving: float = number("Having served.", unit="share", low=0, high=1)
    wellbeing_cohesion: float = number("Identity of the people around.", unit="share a unit", low=0, high=1)
    identity_reference: float = share("The reference of that identity.")
    wellbeing_place: float = number("Condition of the facilities.", unit="share a unit", low=0, high=1)
    condition_reference: float = share("The reference of that condition.")


class Placing(Section):
    """Facilities and public issues."""

    decay: float = rate("Share of their condition that facilities lose.")
    repair: float = number(
        "Share of the gap to full condition closed by an hour of work a head.",
        unit="share an hour a head",
        low=0,
        high=1000,
    )
    institutions_on_facilities: float = share(
        "Hours that institutions give to facilities beside each hour that they give to orders."
    )
    issues_per_1000: float = number(
        "Public issues that arise where facilities are perfect.",
        unit="issues a week per 1,000 residents",
        low=0,
        high=1000,
    )
    issues_of_decay_per_1000: float = number(
        "Further issues where facilities are ruined.", unit="issues a week per 1,000 residents", low=0, high=1000
    )
    hours_to_solve: float = number("Hours that solve an issue.", unit="hours", low=0.1, high=10_000)
    critical_mass: float = number(
        "People who must work on a grid's issues in one week for hours to count.", unit="residents", low=0, high=1000
    )
    issue_patience: float = number("Weeks after which an issue is given up.", unit="weeks", low=1, high=520)
