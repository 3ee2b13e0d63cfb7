"""Ties, made again from the ODD document: Bonding, and what a resident takes in of the mood around them."""

from bisect import bisect_right
from itertools import accumulate

from doc_chance import as_share, seven, within
from doc_world import Place


def ties_change(w: Place) -> None:
    b = w.config.bonding
    if b.fading > 0.0 and w.now % int(b.review) == 0:
        for i in w.everybody:
            if w.lifted[i]:
                fade(w, i)
    reach = [0.0, *accumulate(w.sociability[i] if w.tier[i] >= 0 else 0.0 for i in w.everybody)]
    for i in w.everybody:
        if w.tier[i] < 0:
            continue
        met = whom_met(w, i, reach)
        if met is None:
            lets_a_tie_go(w, i)
        elif met != i and w.tier[met] >= 0 and w.slot_of(i, met) is None:
            friends = w.chance.one("bonding.partner", w.key[i], w.key[met]) < b.befriending
            usual = b.friendship if friends else b.acquaintance
            w.make_tie(i, met, usual, usual, w.now)
    for m in range(w.encounters[0]):
        if w.met_one[m] != w.met_other[m]:
            grow_closer(w, w.met_one[m], w.met_other[m], w.met_hours[m])
    w.encounters[0] = 0


def fade(w: Place, i: int) -> None:
    b = w.config.bonding
    w.lifted[i] = 0
    at = 0
    while at < w.degree[i]:
        s = w.tie_first[i] + at
        above = seven(w.tie_strength[s] - w.tie_rest[s])
        if above > 0.0:
            age = w.now - w.tie_born[s]
            kept = (1.0 - b.fading * b.half_age / (b.half_age + age)) ** int(b.review)
            w.tie_strength[s] = w.tie_rest[s] + kept * above
            if w.tie_strength[s] < b.weakest and w.tie_rest[s] == 0.0:
                w.end_tie(i, s)
                continue
            if seven(w.tie_strength[s] - w.tie_rest[s]) < 1e-4:
                w.tie_strength[s] = w.tie_rest[s]
            else:
                w.lifted[i] = 1
        at += 1


def whom_met(w: Place, i: int, reach: list[float]) -> int | None:
    b, draw, g = w.config.bonding, as_share(w.luck_meeting[i]), w.grid[i]
    m = b.meeting * w.sociability[i]
    if draw >= m and draw >= m + w.cross_grid[g]:
        return None
    low, high = w.grid_first[g], w.grid_first[g + 1]
    if b.meets_in == "community" or draw >= m * (1.0 - b.abroad):
        low, high = 0, len(w.everybody)
    u = w.chance.one("bonding.partner", w.key[i])
    if b.partner == "sociable":
        aim = reach[low] + u * (reach[high] - reach[low])
        return min(max(bisect_right(reach, aim) - 1, low), high - 1)
    others = [j for j in range(low, high) if j != i]
    return others[int(u * len(others))] if others else i


def lets_a_tie_go(w: Place, i: int) -> None:
    apart = [s for s in w.ties_of(i) if w.tie_rest[s] < 1.0]
    n = len(apart) if w.config.bonding.partner == "sociable" else w.degree[i]
    if apart and as_share(w.luck_meeting[i]) > 1.0 - w.config.bonding.ending * n:
        draws = [(w.chance.one("bonding.ending", w.key[i], w.key[w.tie_other[s]]), s) for s in apart]
        w.end_tie(i, min(draws)[1])


def grow_closer(w: Place, i: int, j: int, hours: float) -> None:
    b = w.config.bonding
    mood = 0.5 * seven(w.atmosphere[w.grid[i]] + w.atmosphere[w.grid[j]])
    alike = 1.0 if w.origin[i] == w.origin[j] else b.homophily
    gain = within(b.per_hour * alike * (1.0 + b.warmth * (mood - b.atmosphere_at_rest)))
    s = w.slot_of(i, j)
    if s is not None:
        w.tie_strength[s] = 1.0 - (1.0 - w.tie_strength[s]) * (1.0 - gain) ** hours
        w.tie_strength[w.slot_of(j, i)] = w.tie_strength[s]
        w.lifted[i], w.lifted[j] = 1, 1
    else:
        strength = 1.0 - (1.0 - gain) ** hours
        if strength >= b.weakest and w.make_tie(i, j, strength, 0.0, w.now):
            w.lifted[i], w.lifted[j] = 1, 1


def take_in_the_mood(w: Place, i: int) -> None:
    strength, of_identity = 0.0, 0.0
    for s in w.ties_of(i):
        strength += w.tie_strength[s]
        of_identity += seven(w.tie_strength[s] * w.identity[w.tie_other[s]])
    w.around_strength[i] = strength
    w.around_identity[i] = of_identity / strength if strength > 0.0 else w.identity[i]
