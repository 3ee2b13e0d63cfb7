"""Placing: facilities decay and are repaired; public issues arise, more where facilities are poor, and are solved.

An issue is solved when enough hours have been given to it by enough people at once: below the critical mass of
substantive participants, hours are spent and the issue stays.

Sources: oliver1985 (C5), huang2025 (A40, A41, A83)
"""

from math import exp

from sim.chance import key_of, stream, uniform
from sim.law import law
from sim.phase import phase

ARISE = stream("placing.issue")


@law
def condition_after(condition, decay, repair, hours_per_head):
    """Condition of a grid's facilities after a week of wear and of so many hours of project work a head."""
    after = condition - decay * condition + repair * hours_per_head * (1.0 - condition)
    return 0.0 if after < 0.0 else 1.0 if after > 1.0 else after


@law
def poisson_count(rate, u):
    """The Poisson number that a uniform stands for, by inversion; at most 50."""
    term = exp(-rate)
    below, n = term, 0
    while u > below and n < 50:
        n += 1
        term *= rate / n
        below += term
    return n


@phase(writes=("condition", "issue_grid", "issue_opened", "issue_hours", "count_issues"))
def places_age(seed, week, grid_first, condition, project_hours, public_hours, public_workers, facility_work, institution_hours, issue_grid, issue_opened, issue_hours, count_issues, placing):
    """Facilities wear and are repaired; public issues arise, are worked on, and are solved or given up."""
    placing = placing[0]
    now = week[0]
    key_arise = key_of(seed[0], ARISE, now)
    rows = issue_grid.size
    own = rows // condition.size
    for g in range(condition.size):
        heads = grid_first[g + 1] - grid_first[g]
        if heads == 0:
            continue
        work = project_hours[g] + facility_work[g] + placing.institutions_on_facilities * institution_hours[g]
        condition[g] = condition_after(condition[g], placing.decay, placing.repair, max(work, 0.0) / heads)
        left = public_hours[g] if public_workers[g] >= placing.critical_mass else 0.0
        # the oldest issue first
        while left > 0.0:
            oldest = -1
            for q in range(g * own, (g + 1) * own):
                if issue_grid[q] == g and (oldest < 0 or issue_opened[q] < issue_opened[oldest]):
                    oldest = q
            if oldest < 0:
                break
            given = min(left, placing.hours_to_solve - issue_hours[oldest])
            issue_hours[oldest] += given
            left -= given
            if issue_hours[oldest] >= placing.hours_to_solve - 1e-9:
                issue_grid[oldest] = -1
                count_issues[1] += 1
                if now - issue_opened[oldest] < 12:
                    count_issues[2] += 1
        rate = (placing.issues_per_1000 + placing.issues_of_decay_per_1000 * (1.0 - condition[g])) * heads / 1000.0
        for _ in range(poisson_count(rate, uniform(key_arise, g))):
            count_issues[0] += 1
            row = g * own
            while row < (g + 1) * own and issue_grid[row] >= 0:
                row += 1
            if row < (g + 1) * own:
                issue_grid[row], issue_opened[row], issue_hours[row] = g, now, 0.0
            else:
                count_issues[3] += 1
    for q in range(rows):
        if issue_grid[q] >= 0:
            if now - issue_opened[q] >= placing.issue_patience:
                issue_grid[q] = -1
                count_issues[3] += 1
            else:
                count_issues[4] += 1
