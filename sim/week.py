"""The week, in the order in which it happens."""

from sim.rules.answering import volunteers_answer
from sim.rules.asking import residents_are_asked
from sim.rules.assigning import tasks_are_assigned
from sim.rules.banking import credits_are_offered, hours_are_banked
from sim.rules.bonding import ties_change
from sim.rules.counting import the_community_is_counted
from sim.rules.deciding import residents_decide
from sim.rules.dispatching import orders_are_dispatched
from sim.rules.feeling import feelings_change
from sim.rules.keeping import cases_go_on, organizations_have_hours
from sim.rules.learning import skills_change
from sim.rules.living import lives_go_on
from sim.rules.moving import households_leave, newcomers_arrive
from sim.rules.needing import needs_arise
from sim.rules.pairing import standing_helpers_come, standing_pairs_are_matched
from sim.rules.placing import places_age
from sim.rules.registering import needs_become_known, staff_knock_at_doors
from sim.rules.remembering import activity_is_seen, residents_look_around, the_week_is_remembered
from sim.rules.serving import cases_are_served, orders_are_rated, orders_lapse, outside_workers_visit, service_is_given
from sim.rules.teaming import teams_form_and_dissolve, teams_meet

WEEK = (
    # Monday: levers have returned to rest and policies have pushed them (sim/simulation.py)
    the_week_is_remembered,
    residents_look_around,
    # needs and orders
    needs_arise,
    organizations_have_hours,
    cases_go_on,
    needs_become_known,
    cases_are_served,
    tasks_are_assigned,
    standing_pairs_are_matched,
    standing_helpers_come,
    credits_are_offered,
    orders_are_dispatched,
    volunteers_answer,
    service_is_given,
    orders_are_rated,
    hours_are_banked,
    orders_lapse,
    staff_knock_at_doors,
    outside_workers_visit,
    # working together
    teams_form_and_dissolve,
    teams_meet,
    activity_is_seen,
    # what it does to people
    skills_change,
    ties_change,
    feelings_change,
    # taking part
    residents_are_asked,
    residents_decide,
    # the place
    places_age,
    # lives go on, and households move
    lives_go_on,
    households_leave,
    newcomers_arrive,
    # Sunday night
    the_community_is_counted,
)
