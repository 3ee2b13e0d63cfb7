"""Assigning: tasks from above arrive first and take the hours of task-only volunteers, then those of others.

Assigned work is remembered; a high share of it crowds out autonomy (see `deciding.autonomy_left`). It can count for
less than other work: done by order and for the photo, it is hardly seen, teaches little and makes nobody belong.

Sources: huang2025 (A42, A43), xinhua2016
"""

from sim.engine.jit import law
from sim.state.phase import phase
from sim.state.residents import TASK, who_takes_part

TASK_ONLY, OTHERS = range(2)
"""Those whose hours tasks take first, and those who make up for what is missing."""
HEADS = 1000.0
"""Residents for whom the hours of tasks are given."""


@law
def share_taken(wanted, free):
    """The share of free hours that tasks take: what they need, at most all."""
    if free <= 0.0:
        return 0.0
    return 1.0 if wanted > free else wanted / free


@law
def hours_wanted(residents, levers, assigning):
    """Hours of tasks from above this week; policies raise or lower them."""
    return (assigning.hours_per_1000 + levers.admin_load[0]) * residents.headcount[0] / HEADS


@law
def is_called(i, whom, residents):
    """Whether tasks are meant for a participant, when they are meant for task-only volunteers or for others."""
    return (residents.tier[i] > TASK) == (whom == OTHERS)


@law
def hours_within_reach(whom, station, residents, assigning):
    """The most hours that tasks can take of task-only volunteers, or of others."""
    free = 0.0
    for i in who_takes_part(residents, station):
        if is_called(i, whom, residents):
            free += residents.hours_left[i] * assigning.most_share
    return free


@law
def work_on_tasks(i, taken, station, residents, count):
    """A volunteer gives this share of the free hours to tasks from above; that counts as one service."""
    given = residents.hours_left[i] * taken
    residents.hours_left[i] -= given
    residents.hours_assigned[i] += given
    residents.hours[i] += given
    residents.success[i] += residents.skill[i]
    residents.services[i] += 1
    residents.last_served[i] = station.week[0]
    count.admin[1] += given


@phase
def tasks_are_assigned(station, residents, levers, count, assigning):
    """Tasks from above take an equal share of the free hours of task-only volunteers; what is left, of the others."""
    wanted = max(hours_wanted(residents, levers, assigning), 0.0)
    count.admin[0] += wanted
    for whom in (TASK_ONLY, OTHERS):
        free = hours_within_reach(whom, station, residents, assigning)
        taken = share_taken(wanted, free) * assigning.most_share
        if taken > 0.0:
            for i in who_takes_part(residents, station):
                if is_called(i, whom, residents) and residents.hours_left[i] > 0.0:
                    work_on_tasks(i, taken, station, residents, count)
        # exactly nothing where all was given: a rest of rounding would be another task
        wanted = max(wanted - free, 0.0)
