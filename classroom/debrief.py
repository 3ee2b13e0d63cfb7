"""What a play came to: grid by grid and in all, against nobody doing anything and against a shipped policy."""

from typing import Any

import numpy as np

from classroom.acts import Rows
from classroom.life import Life, tiers_shown
from classroom.pair import Pair
from classroom.people import described, who
from pages.panel import both
from sim import METRICS, POLICIES
from sim.engine.jit import Column
from sim.state.orders import HIDDEN, KEPT
from sim.state.residents import VACANT

HEADLINES = ("unmet_needs", "cohesion", "participation", "wellbeing", "mean_skill", "fatigue")


def by_grid(pair: Pair, rival: Life) -> list[dict[str, Any]]:
    """For each grid, weeks with an unmet need per 100 residents and year, in the three lives."""
    lives = (pair.lives[0], pair.lives[1], rival)
    heads = [_heads(life) for life in lives]
    years = max(pair.week, 1) / 52.0
    rates = [100.0 * life.unmet_by_grid() / there / years for life, there in zip(lives, heads, strict=True)]
    grids = heads[0].size
    now = [np.bincount(life.simulation.world.grid, weights=life.unmet_now, minlength=grids) for life in lives]
    return [
        {
            "unmet": [round(float(rate[g]), 1) for rate in rates],
            "weeks": [int(life.unmet_by_grid()[g]) for life in lives],
            "now": [int(n[g]) for n in now],
            "residents": int(heads[1][g]),
        }
        for g in range(grids)
    ]


def _heads(life: Life) -> Column:
    """Residents of each grid, at least one."""
    world = life.simulation.world
    here: Column = np.bincount(world.grid[world.age != VACANT], minlength=world.atmosphere.size)
    return np.maximum(1, here)


def station(pair: Pair, grid: int) -> dict[str, Any]:
    """The own grid as its station knows it: residents, open orders, this week's numbers. Hidden needs stay hidden."""
    life = pair.lives[1]
    world = life.simulation.world
    rows = np.arange(int(world.grid_first[grid]), int(world.grid_first[grid + 1]))
    n = int(world.open_orders[0])
    here = world.grid[world.order_client[:n]] == grid
    # what nobody knows of is in no line, and what somebody keeps does not wait
    mine = [int(o) for o in np.flatnonzero(here & ~np.isin(world.order_state[:n], (HIDDEN, KEPT)))]
    mine.sort(key=lambda o: int(world.order_arose[o]))
    kinds = list(life.simulation.config.kinds.values())
    recent = (
        [e for e in life.events[-3000:] if e.week == life.week - 1 and rows[0] <= e.row <= rows[-1]]
        if rows.size
        else []
    )
    return {
        "residents": np.stack([tiers_shown(world)[rows], world.hours[rows] > 0, life.unmet_now[rows]], axis=1).tolist(),
        "household": world.household[rows].tolist(),
        "waiting": [
            {
                "name": who(world, int(world.order_client[o])),
                "kind": [kinds[int(world.order_kind[o])].title, kinds[int(world.order_kind[o])].title_zh],
                "weeks": life.week - int(world.order_arose[o]),
            }
            for o in mine[:10]
        ],
        "acts": _acts_within(life, rows),
        "open": len(mine),
        "served": sum(e.what == "was_served" for e in recent),
        "gave_up": sum(e.what == "expired" for e in recent),
        "volunteers": int(np.count_nonzero(world.tier[rows] >= 1)),
        "away": int(np.count_nonzero(world.away[rows])),
        "skill": _mean(world.skill[rows], world.tier[rows] >= 1),
        "fatigue": _mean(world.fatigue[rows], world.tier[rows] >= 1),
    }


def _acts_within(life: Life, rows: Column) -> dict[str, Rows]:
    """Acts of the week in one grid, by places in it; -1 is whoever lives elsewhere. Hidden needs stay hidden."""
    within = {int(row): place for place, row in enumerate(rows)}

    def at(row: int) -> int:
        return within.get(row, -1)

    told = {what: [[at(one[0]), *one[1:]] for one in listed] for what, listed in life.acts.items()}
    for what in ("orders", "helps", "cares", "meets"):
        told[what] = [[client, at(other), *more] for client, other, *more in told.get(what, [])]
    told["helps"] = [pair for pair in told["helps"] if max(pair) >= 0]
    told["meets"] = [pair for pair in told["meets"] if min(pair) >= 0]
    told["asks"] = [[row, how, *(k for o in others if (k := at(o)) >= 0)] for row, how, *others in told.get("asks", [])]
    told["waits"] = [one for one in told.get("waits", []) if one[2]]
    return {what: [one for one in listed if what == "helps" or one[0] >= 0] for what, listed in told.items()}


def _mean(values: Column, among: Column) -> float:
    return round(float(values[among].mean()), 2) if among.any() else 0.0


def of_grid(pair: Pair, rival: Life, grid: int) -> dict[str, Any]:
    """One grid's result: the three rates, and who was left waiting."""
    return by_grid(pair, rival)[grid] | {"left_waiting": left_waiting(pair.lives[1], grid)}


def left_waiting(life: Life, grid: int | None = None, most: int = 8) -> list[dict[str, Any]]:
    """Those who live here now and went longest with an unmet need; among equals, one grid after the other."""
    world = life.simulation.world
    score = np.where(world.age == VACANT, -1, life.worst_wait)
    if grid is not None:
        score = np.where(world.grid == grid, score, -1)
    rows = np.argsort(-score, kind="stable")
    turns: dict[tuple[int, int], int] = {}
    turn = np.zeros(rows.size)
    for k, row in enumerate(rows):
        same = (int(score[row]), int(world.grid[row]))
        turn[k] = turns[same] = turns.get(same, -1) + 1
    rows = rows[np.lexsort((turn, -score[rows]))][:most]
    return [
        {
            "name": who(world, int(row)),
            "who": described(world, int(row)),
            "weeks": int(score[row]),
            "grid": int(world.grid[row]),
        }
        for row in rows
        if score[row] > 1
    ]


def whole(pair: Pair, rival: Life, rival_name: str) -> dict[str, Any]:
    """The community's result in three columns, with a sentence."""
    lives = (pair.lives[0], pair.lives[1], rival)
    last = [life.simulation.weekly() for life in lives]
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "label": [METRICS[name].label, METRICS[name].label_zh],
            "unit": both(METRICS[name].unit),
            "better": METRICS[name].better,
            "values": [float(values[name][-1]) for values in last],
        }
        for name in HEADLINES
    ]
    costs = [0.0, sum(pair.lives[1].cost_total.values()), sum(rival.cost_total.values())]
    unmet = rows[0]["values"]
    title, title_zh = POLICIES[rival_name].title, POLICIES[rival_name].title_zh
    return {
        "rows": rows,
        "costs": [round(cost) for cost in costs],
        "left_waiting": left_waiting(pair.lives[1]),
        "sentence": [
            f"Unmet needs (person-weeks per 100 residents a year): {unmet[0]:.0f} had nobody done anything, "
            f"{unmet[1]:.0f} with the class for {costs[1]:,.0f} yuan, {unmet[2]:.0f} with '{title}' for "
            f"{costs[2]:,.0f} yuan; the same people, the same luck (common random numbers). One luck is no finding yet.",
            f"未满足需求（每百名居民每年人周）：无人行动时为{unmet[0]:.0f}，全班经营为{unmet[1]:.0f}（花费{costs[1]:,.0f}元），"
            f"“{title_zh}”为{unmet[2]:.0f}（花费{costs[2]:,.0f}元）；居民与运气完全相同（公共随机数）。一次运气还不能算结论。",
        ],
    }
