"""Assigning: tasks from above arrive first and take the hours of task-only volunteers, then those of others.

Assigned work is remembered; a high share of it crowds out autonomy (see `deciding.autonomy_left`).

Sources: huang2025 (A42, A43), xinhua2016
"""

from sim.law import law
from sim.phase import phase


@law
def share_taken(wanted, free):
    """The share of free hours that tasks take: what they need, at most all."""
    if free <= 0.0:
        return 0.0
    return 1.0 if wanted > free else wanted / free


@phase(writes=("hours", "hours_left", "hours_assigned", "services", "success", "last_served", "count_admin"))
def tasks_are_assigned(week, participants, taking_part, tier, skill, hours, hours_left, hours_assigned, services, success, last_served, admin_load, count_admin, assigning):
    """Tasks from above take an equal share of the free hours of task-only volunteers; what is left, of the others."""
    assigning = assigning[0]
    wanted = (assigning.hours_per_1000 + admin_load[0]) * tier.size / 1000.0
    count_admin[0] += max(wanted, 0.0)
    if wanted <= 0.0:
        return
    for others in range(2):
        free = 0.0
        for i in participants[: taking_part[0]]:
            if (tier[i] > 1) == (others == 1):
                free += hours_left[i] * assigning.most_share
        taken = share_taken(wanted, free) * assigning.most_share
        if taken > 0.0:
            for i in participants[: taking_part[0]]:
                if (tier[i] > 1) == (others == 1) and hours_left[i] > 0.0:
                    given = hours_left[i] * taken
                    hours_left[i] -= given
                    hours_assigned[i] += given
                    hours[i] += given
                    success[i] += skill[i]
                    services[i] += 1
                    last_served[i] = week[0]
                    count_admin[1] += given
        # exactly nothing where all was given: a rest of rounding would be another task
        wanted = max(wanted - free, 0.0)
