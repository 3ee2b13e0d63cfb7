"""Residents' lives in sentences, English and Chinese: this week with its reasons, what came before, ties and orders."""

from typing import Any

from classroom.life import CLIMBED, EXPIRED_UNMET, GIVEN_BY_HAND, LAPSED, MOVED_IN, SERVED, WAS_SERVED, Event, Life
from classroom.pair import Pair, Which
from classroom.people import TIERS, described, weeks_en, weeks_zh, who
from classroom.reasons import chance_of_climbing, chance_of_lapsing, in_words
from sim.state.orders import HIDDEN, HOUSEHOLD, KEPT, NEIGHBOUR, ORGANIZED, PUBLIC_SERVICE, SHELVED, VOLUNTEER
from sim.state.residents import BY_CAMPAIGN, BY_MESSAGE, VACANT

type Said = list[str]
"""A sentence in English and in Chinese."""

KEPT_BY: dict[int, Said] = {
    PUBLIC_SERVICE: ["a public service", "公共服务"],
    HOUSEHOLD: ["the household", "家人"],
    NEIGHBOUR: ["a neighbour", "邻居"],
    VOLUNTEER: ["a volunteer", "志愿者"],
    ORGANIZED: ["a service organization", "服务组织"],
}
"""Who keeps a case."""


BY_HAND: tuple[Said, ...] = (
    ["was given a friend by hand", "由人为给了一位朋友"],
    ["was given an hour a week by hand", "由人为给了每周一小时"],
    ["was pushed a step up by hand", "由人为推上一级"],
    ["moved to another grid by hand", "由人为搬到另一网格"],
)
"""By the number of a gift (GIFTS)."""
MOVED_BY_HAND: Said = [
    "They live in another home in one of the two worlds.",
    "他们在其中一个世界里住在另一处。",
]


def story(pair: Pair, row: int, world: Which = 0) -> dict[str, Any]:
    """Everything the page tells of whoever lives in a row of a world, in both worlds, wherever they live there.

    Errors: ValueError for a row that does not exist.
    """
    if not 0 <= row < pair.residents:
        raise ValueError(f"no resident has the row {row}")
    rows = pair.rows_of(row, world)
    worlds = [_in_world(life, at) for life, at in zip(pair.lives, rows, strict=True)]
    return {
        "row": row,
        "rows": rows,
        "worlds": worlds,
        "luck": _same_luck(pair, row) if rows[0] == rows[1] else MOVED_BY_HAND,
    }


def _in_world(life: Life, row: int) -> dict[str, Any]:
    world = life.simulation.world
    if world.age[row] == VACANT:
        return {"name": ["–", "–"], "who": described(world, row), "now": [], "past": [], "ties": [], "orders": []}
    return {
        "name": who(world, row),
        "who": described(world, row),
        "now": this_week(life, row),
        "past": [_event(life, event) for event in life.events_of(row)],
        "ties": _ties(life, row),
        "orders": _orders(life, row),
        "gauges": {name: round(float(getattr(world, name)[row]), 3) for name in GAUGES},
    }


GAUGES = ("identity", "efficacy", "skill", "habit", "fatigue", "satisfaction", "wellbeing")


def this_week(life: Life, row: int) -> list[Said]:
    """This week of a resident, with the reasons for what they decided."""
    world, config = life.simulation.world, life.simulation.config
    said: list[Said] = []
    if life.week == 0:
        return [["The community has not lived a week yet.", "社区生活尚未开始。"]]
    if hand := [BY_HAND[e.a] for e in life.events_of(row) if e.what == GIVEN_BY_HAND and e.week == life.week]:
        return [
            [f"{said[0][0].upper()}{said[0][1:]}, before the coming week.", f"{said[1]}，自下一周起。"] for said in hand
        ]
    if world.tenure[row] == 0:
        return [
            ["Moved in this week, and knows nobody outside the household yet.", "本周刚搬来，除家人外还不认识任何人。"]
        ]
    if world.tier[row] < 0:
        said.append(
            ["A child under 12: takes no part, but can need services.", "12岁以下儿童：不参与服务，但可能需要服务。"]
        )
    else:
        said += _given(life, row)
        said += _asked(life, row)
        said += _threshold(life, row) if config.deciding.law == "threshold" else _decision(life, row)
    if life.unmet_now[row]:
        n = int(life.unmet_now[row])
        said.append([f"{n} need{'s' * (n > 1)} went unmet this week.", f"本周有{n}项需求未得到满足。"])
    if world.met[row]:
        n = int(world.met[row])
        said.append([f"{n} need{'s were' if n > 1 else ' was'} met this week.", f"本周有{n}项需求得到满足。"])
    return said


def _given(life: Life, row: int) -> list[Said]:
    world = life.simulation.world
    hours = float(world.hours[row])
    if world.tier[row] < 1 and hours == 0:
        return []
    if hours == 0:
        away = world.away[row] == 1
        return [
            [
                "Gave no hours this week" + (": has turned calls off for a while." if away else "."),
                "本周没有服务" + ("：暂时关闭了派单通知。" if away else "。"),
            ]
        ]
    assigned = float(world.hours_assigned[row])
    english = f"Gave {hours:.1f} hours" + (f", {assigned:.1f} of them to tasks from above" if assigned > 0.05 else "")
    chinese = f"服务了{hours:.1f}小时" + (f"，其中{assigned:.1f}小时为上级任务" if assigned > 0.05 else "")
    if world.training[row]:
        english, chinese = english + ", and went to training", chinese + "，并参加了培训"
    return [[english + ".", chinese + "。"]]


def _asked(life: Life, row: int) -> list[Said]:
    world = life.simulation.world
    if not world.asked[row]:
        return []
    if world.asked[row] == BY_MESSAGE:
        return [["Got a message that asks people to take part.", "收到招募志愿者的消息。"]]
    if world.asked[row] == BY_CAMPAIGN:
        return [
            [
                "Was asked to take part by the vanguard, a pioneer or a campaign.",
                "被先锋队、网格先锋或动员活动邀请参与。",
            ]
        ]
    n = int(world.active_ties[row])
    return [[f"Was asked to take part by one of {n} people they know who serve.", f"被认识的{n}位志愿者之一邀请参与。"]]


def _decision(life: Life, row: int) -> list[Said]:
    """Climbed, lapsed or stayed, with the chance, its reasons and the draw."""
    before, now = int(life.before.tier[row]), int(life.simulation.world.tier[row])
    up, down = chance_of_climbing(life, row), chance_of_lapsing(life, row)
    if now > before:
        en, zh = in_words(up)
        return [
            [
                f"CLIMBED to {TIERS[now][0]}: the chance was {_percent(up.chance)} (base {_percent(up.base)}) "
                f"and this week's draw {_percent(up.draw)} fell below it. What moved it: {en}.",
                f"升级为{TIERS[now][1]}：本周机会为{_percent(up.chance)}（基准{_percent(up.base)}），抽签值{_percent(up.draw)}低于它。原因：{zh}。",
            ]
        ]
    if now < before:
        en, zh = in_words(down)
        return [
            [
                f"LAPSED to {TIERS[now][0]}: the chance was {_percent(down.chance)} (base {_percent(down.base)}) "
                f"and this week's draw {_percent(down.draw)} fell below it. What moved it: {en}.",
                f"退为{TIERS[now][1]}：本周退出机会为{_percent(down.chance)}（基准{_percent(down.base)}），抽签值{_percent(down.draw)}低于它。原因：{zh}。",
            ]
        ]
    said: list[Said] = []
    if before <= 2:
        en, zh = in_words(up)
        said.append(
            [
                f"Did not climb: the chance was {_percent(up.chance)}, the draw {_percent(up.draw)}. What moved it: {en}.",
                f"没有升级：机会{_percent(up.chance)}，抽签值{_percent(up.draw)}。影响因素：{zh}。",
            ]
        )
    if before >= 1:
        en, zh = in_words(down)
        said.append(
            [
                f"Did not lapse: the chance was {_percent(down.chance)}. What moved it: {en}.",
                f"没有退出：机会{_percent(down.chance)}。影响因素：{zh}。",
            ]
        )
    return said


def _threshold(life: Life, row: int) -> list[Said]:
    """The threshold law: who acts around them, against their own threshold."""
    world, deciding = life.simulation.world, life.simulation.config.deciding
    limit, acts = float(world.threshold[row]), world.tier[row] >= 1
    if deciding.threshold_of == "count":
        seen, wanted = f"{int(world.active_ties[row])}", f"{limit:g}"
    else:
        strength = float(world.around_strength[row])
        seen, wanted = f"{(float(world.around_active[row]) / strength if strength else 0.0):.0%}", f"{limit:.0%}"
    return [
        [
            f"{'Takes part' if acts else 'Does not take part'}: saw {seen} of those around act, "
            f"and wants at least {wanted} before acting.",
            f"{'参与' if acts else '不参与'}：看到身边{seen}的人行动，需要至少{wanted}才会行动。",
        ]
    ]


def _percent(chance: float) -> str:
    return f"{100 * chance:.3g} %"


def _event(life: Life, event: Event) -> dict[str, Any]:
    kinds = list(life.simulation.config.kinds.values())
    world = life.simulation.world
    if event.what == CLIMBED:
        how = ("", " after being asked", " after being asked by the vanguard or a campaign", " after a message")[
            event.b
        ]
        how_zh = ("", "（受熟人邀请）", "（受先锋队或活动动员）", "（看到招募消息）")[event.b]
        text = [f"climbed to {TIERS[event.a][0]}{how}", f"升级为{TIERS[event.a][1]}{how_zh}"]
    elif event.what == LAPSED:
        text = [f"lapsed to {TIERS[event.a][0]}", f"退为{TIERS[event.a][1]}"]
    elif event.what == MOVED_IN:
        text = ["moved in", "搬来"]
    elif event.what == GIVEN_BY_HAND:
        text = BY_HAND[event.a]
    else:
        kind = kinds[event.a]
        other = who(world, event.b) if event.b >= 0 else ["an institution", "共建单位"]
        text = {
            SERVED: [f"served: {kind.title}, for {other[0]}", f"提供服务：{kind.title_zh}，服务对象{other[1]}"],
            WAS_SERVED: [f"was served: {kind.title}, by {other[0]}", f"得到服务：{kind.title_zh}，服务者{other[1]}"],
            EXPIRED_UNMET: [
                f"gave up waiting: {kind.title}" + (" (the station never knew)" if event.b else ""),
                f"放弃等待：{kind.title_zh}" + ("（服务站一直不知情）" if event.b else ""),
            ],
        }[event.what]
    return {"week": event.week, "what": event.what, "text": text}


def _ties(life: Life, row: int) -> list[dict[str, Any]]:
    """Ties of a resident, the strongest first."""
    world = life.simulation.world
    used = slice(int(world.tie_first[row]), int(world.tie_first[row] + world.degree[row]))
    entries = zip(
        world.tie_other[used].tolist(), world.tie_strength[used].tolist(), world.tie_born[used].tolist(), strict=True
    )
    shown = sorted(entries, key=lambda entry: -entry[1])
    return [
        {
            "row": other,
            "name": who(world, other),
            "strength": round(strength, 2),
            "tier": int(world.tier[other]),
            "household": bool(world.household[other] == world.household[row]),
            "made": born,
        }
        for other, strength, born in shown[:40]
    ]


def _orders(life: Life, row: int) -> list[Said]:
    """Orders that this resident waits for."""
    world = life.simulation.world
    mine = [o for o in range(int(world.open_orders[0])) if world.order_client[o] == row]
    return [_order(life, o) for o in mine]


def _order(life: Life, o: int) -> Said:
    world = life.simulation.world
    kind = list(life.simulation.config.kinds.values())[int(world.order_kind[o])]
    waited = life.week - int(world.order_arose[o])
    if world.order_state[o] == HIDDEN:
        return [
            f"{kind.title}: needed for {weeks_en(waited)}, and the station does not know",
            f"{kind.title_zh}：已需要{weeks_zh(waited)}，服务站尚不知情",
        ]
    if world.order_state[o] == KEPT:
        keeper = KEPT_BY[int(world.order_keeper[o])]
        return [
            f"{kind.title}: needed for {weeks_en(waited)}, and {keeper[0]} sees to it",
            f"{kind.title_zh}：已需要{weeks_zh(waited)}，由{keeper[1]}照看",
        ]
    if world.order_state[o] == SHELVED:
        again = max(int(world.order_back[o]) - life.week, 0)
        return [
            f"{kind.title}: needed for {weeks_en(waited)}, out of the line for {weeks_en(again)} more",
            f"{kind.title_zh}：已需要{weeks_zh(waited)}，暂不派单，{weeks_zh(again)}后再议",
        ]
    rounds = int(world.order_rounds[o])
    offered = ("not offered yet", "offered once")[rounds] if rounds < 2 else f"offered {rounds} times"
    return [
        f"{kind.title}: open for {weeks_en(waited)}, {offered}",
        f"{kind.title_zh}：等待{weeks_zh(waited)}，{f'派单{rounds}次' if rounds else '尚未派单'}",
    ]


def waiting(life: Life, most: int = 12) -> list[dict[str, Any]]:
    """The orders that have waited longest: who, what, how long; hidden ones are marked."""
    world = life.simulation.world
    n = int(world.open_orders[0])
    waits = [o for o in range(n) if world.order_state[o] != KEPT]
    rows = sorted(waits, key=lambda o: int(world.order_arose[o]))[:most]
    return [
        {
            "row": int(world.order_client[o]),
            "name": who(world, int(world.order_client[o])),
            "text": _order(life, o),
            "hidden": bool(world.order_state[o] == HIDDEN),
        }
        for o in rows
    ]


def _same_luck(pair: Pair, row: int) -> Said:
    """What the same draw did in both worlds."""
    if pair.week == 0 or any(life.simulation.config.deciding.law != "logistic" for life in pair.lives):
        return ["", ""]
    first, second = (life.simulation.world for life in pair.lives)
    if first.key[row] != second.key[row]:
        return [
            "Different people live here in the two worlds: one household moved in one of them only.",
            "两个世界里住着不同的人：其中一个世界里有住户搬走了。",
        ]
    if first.tier[row] < 0:
        return ["", ""]
    a, b = chance_of_climbing(pair.lives[0], row), chance_of_climbing(pair.lives[1], row)
    tiers = [int(life.before.tier[row]) for life in pair.lives]
    english = f"One luck: this week's draw was {_percent(a.draw)} in both worlds. "
    chinese = f"同一运气：本周两个世界的抽签值都是{_percent(a.draw)}。"
    if tiers[0] == tiers[1] and tiers[0] <= 2:
        english += (
            f"The chance of climbing was {_percent(a.chance)} in the first world, {_percent(b.chance)} in the second."
        )
        chinese += f"升级机会在第一个世界为{_percent(a.chance)}，在第二个世界为{_percent(b.chance)}。"
    elif tiers[0] != tiers[1]:
        english += f"But the week began as {TIERS[tiers[0]][0]} in the first world, {TIERS[tiers[1]][0]} in the second."
        chinese += f"但本周开始时，他们在第一个世界是{TIERS[tiers[0]][1]}，在第二个世界是{TIERS[tiers[1]][1]}。"
    return [english, chinese]


def headlines(pair: Pair, most: int = 8) -> list[dict[str, Any]]:
    """What happened lately in one world only: climbs and lapses that the other world did not see."""
    found = []
    recent = [
        {
            (e.week, e.row, e.what): e
            for e in life.events[-4000:]
            if e.what in (CLIMBED, LAPSED) and e.week >= pair.week - 13
        }
        for life in pair.lives
    ]
    for world in (0, 1):
        for key in recent[world].keys() - recent[1 - world].keys():
            event = recent[world][key]
            found.append(
                {"world": world, "row": event.row, "name": who(pair.lives[world].simulation.world, event.row)}
                | _event(pair.lives[world], event)
            )
    found.sort(key=lambda entry: (-entry["week"], entry["row"]))
    return found[:most]
