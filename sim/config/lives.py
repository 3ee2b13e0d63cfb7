"""The parameters of who lives here: the life course and moves. Values stand in `configs/`."""

from typing import Literal

from sim.config.parameter import Section, chance, choice, number, share


class Life(Section):
    """The life course: ages, births, partners, illness and deaths."""

    course: Literal["off", "on"] = choice(
        "Whether lives go on; off, and with a user's own residents or ties, nobody ages, is born or dies."
    )
    places: float = number("Persons for whom a dwelling has places.", unit="persons", low=1, high=12)
    household_size: float = number(
        "Mean size of households at rest; residents over this is the number of dwellings.",
        unit="persons",
        low=1,
        high=12,
    )
    burn_in: float = number("Years that founding households live before the start.", unit="years", low=0, high=400)
    old_share: float = share("Share of residents of 60 and over at which these years end sooner; 0: they do not.")
    elders_arriving: float = share("Share of arriving persons who are 60 or older.")
    minors_arriving: float = number(
        "Types of household with minors arrive this many times as often as the table says.",
        unit="ratio",
        low=0,
        high=10,
    )
    first_birth: float = number("Couples of 22-42 without minors who have a child.", unit="share a year", low=0, high=1)
    second_birth: float = number("The same of couples with one.", unit="share a year", low=0, high=1)
    partner: float = number(
        "Single residents of 22-39, without minors at home, whose partner joins them.",
        unit="share a year",
        low=0,
        high=1,
    )
    leaves_home: float = number(
        "Grown children of 18-39 who leave their parents' home.", unit="share a year", low=0, high=1
    )
    widowed: float = share("Share of those of 60 and over who leave when death leaves them alone.")
    to_family: float = number(
        "Residents of 75 and over living alone who move to kin.", unit="share a year", low=0, high=1
    )
    limited_18: float = chance("Chance that illness begins to limit somebody of 18-59.")
    limited_60: float = chance("The same at 60-69.")
    limited_70: float = chance("The same from 70.")
    recovers: float = chance("Chance that somebody limited recovers.")
    die_0: float = number("Share that dies in a year below 40.", unit="share a year", low=0, high=1)
    die_40: float = number("The same at 40-59.", unit="share a year", low=0, high=1)
    die_60: float = number("The same at 60-64.", unit="share a year", low=0, high=1)
    die_65: float = number("The same at 65-69.", unit="share a year", low=0, high=1)
    die_70: float = number("The same at 70-74.", unit="share a year", low=0, high=1)
    die_75: float = number("The same at 75-79.", unit="share a year", low=0, high=1)
    die_80: float = number("The same at 80-84.", unit="share a year", low=0, high=1)
    die_85: float = number("The same at 85-89.", unit="share a year", low=0, high=1)
    die_90: float = number("The same from 90.", unit="share a year", low=0, high=1)


class Moving(Section):
    """Population mobility and the mix of arrivals."""

    annual_rate: float = number("Share of households that leave in a year.", unit="share a year", low=0, high=1)
    locals: float = number("Locals leave this many times as often as the average.", unit="ratio", low=0, high=20)
    migrants: float = number("Migrants leave this many times as often as the average.", unit="ratio", low=0, high=20)
    owners: float = number(
        "Owners leave this many times as often as others of their origin.", unit="ratio", low=0, high=20
    )
    renters: float = number(
        "Renters leave this many times as often as others of their origin.", unit="ratio", low=0, high=20
    )
    rooted: float = share("How much full identity keeps a household from leaving; 0: not at all.")
    migrants_arriving: float = share("Share of arriving households that are migrants.")
    by: Literal["average", "age"] = choice(
        "Households leave at the average `annual_rate`, or so many times as often by the age of the oldest."
    )
    young: float = number(
        "How many times as often as on average households leave whose oldest is below 35.", unit="ratio", low=0, high=20
    )
    middle: float = number("The same, the oldest 35 to 59.", unit="ratio", low=0, high=20)
    old: float = number("The same, the oldest 60 or more.", unit="ratio", low=0, high=20)
    alone: float = number("The same of those below 60 who live alone.", unit="ratio", low=0, high=20)
    habit_share: float = share("Share of newcomers of 12 or more who served where they lived before.")
    habit_strength: float = share("Habit of serving with which these arrive.")
