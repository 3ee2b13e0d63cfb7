"""What residents are called on the page: invented names, so that a class can talk about them.

A name hangs on a resident's key alone: the same person has the same name in both worlds, and a newcomer another one.
"""

import hashlib
from typing import Any

from experiments.reporting.escape import apart
from sim.state.residents import MIGRANT, VACANT

SURNAMES = [
    "王Wang", "李Li", "张Zhang", "刘Liu", "陈Chen", "杨Yang", "黄Huang", "赵Zhao", "吴Wu", "周Zhou",
    "徐Xu", "孙Sun", "马Ma", "朱Zhu", "胡Hu", "郭Guo", "何He", "林Lin", "高Gao", "罗Luo",
    "郑Zheng", "梁Liang", "谢Xie", "宋Song", "唐Tang", "许Xu", "邓Deng", "韩Han", "冯Feng", "曹Cao",
    "彭Peng", "曾Zeng", "肖Xiao", "田Tian", "董Dong", "潘Pan", "袁Yuan", "蔡Cai", "蒋Jiang", "余Yu",
]  # fmt: skip
GIVEN = [
    "敏Min", "静Jing", "丽Li", "强Qiang", "磊Lei", "军Jun", "洋Yang", "勇Yong", "艳Yan", "杰Jie",
    "娟Juan", "涛Tao", "明Ming", "超Chao", "霞Xia", "平Ping", "刚Gang", "英Ying", "华Hua", "玲Ling",
    "辉Hui", "芳Fang", "兰Lan", "梅Mei", "波Bo", "宁Ning", "浩Hao", "云Yun", "莉Li", "建Jian",
    "琴Qin", "春Chun", "海Hai", "萍Ping", "雪Xue", "晨Chen", "瑜Yu", "彬Bin", "倩Qian", "颖Ying",
    "思Si", "远Yuan", "哲Zhe", "欣Xin", "怡Yi", "佳Jia", "楠Nan", "凯Kai",
]  # fmt: skip
AGES = (
    ("child", "儿童"),
    ("teenager", "少年"),
    ("adult", "成人"),
    ("elder in the sixties", "低龄老人"),
    ("elder of 70 or more", "高龄老人"),
)
TIERS = (
    ("bystander", "旁观者"),
    ("task-only volunteer", "任务型志愿者"),
    ("interest-based volunteer", "兴趣型志愿者"),
    ("substantive participant", "实质性参与者"),
)
_OF_A_TEAM = (
    ("", ""),
    ("vanguard: committee member", "先锋队：居委会成员"),
    ("vanguard: team leader", "先锋队：团队骨干"),
    ("vanguard: head of an institution", "先锋队：共建单位负责人"),
)
SEATS = (*_OF_A_TEAM, *_OF_A_TEAM[1:])
"""By the number of a seat: those of the vanguard, then those of a bundle's."""


def name_of(key: int) -> list[str]:
    """The invented name of whoever has this key, in English (pinyin) and Chinese."""
    word = int.from_bytes(hashlib.blake2b(int(key).to_bytes(8, "little"), digest_size=4).digest(), "little")
    surname, first, second = SURNAMES[word % 40], GIVEN[word // 40 % 48], GIVEN[word // 1920 % 48]
    given_zh = first[0] + (second[0] if word // 92160 % 3 else "")
    given = first[1:] + (second[1:].lower() if word // 92160 % 3 else "")
    return [f"{surname[1:]} {given}", surname[0] + given_zh]


def who(world: Any, row: int) -> list[str]:
    """The name of whoever lives in a row."""
    return name_of(int(world.key[row]))


def described(world: Any, row: int) -> list[str]:
    """Who somebody is, in a few words."""
    if world.age[row] == VACANT:
        return ["Nobody lives here now.", "现在无人居住。"]
    age, grid = AGES[world.age[row]], int(world.grid[row])
    named = apart(world.people.grid_names[grid]) if world.people.grid_names else None
    english, chinese = [age[0]], [age[1]]
    for said, en, zh in (
        (
            True,
            "migrant" if world.origin[row] == MIGRANT else "local",
            "外来居民" if world.origin[row] == MIGRANT else "本地居民",
        ),
        (world.alone[row] and world.age[row] >= 3, "lives alone", "独居"),
        (world.owner[row], "owner", "业主"),
        (not world.owner[row], "renter", "租户"),
        (world.low_income[row], "low income", "低收入"),
        (world.limited[row], "limited in mobility", "行动不便"),
        (world.school_child[row], "has a child at school", "家有学童"),
        (world.vanguard[row], SEATS[world.vanguard[row]][0], SEATS[world.vanguard[row]][1]),
        (world.pioneer[row], "pioneer of the grid", "网格先锋"),
    ):
        if said:
            english.append(en)
            chinese.append(zh)
    return [
        f"{', '.join(english)}; grid {named or grid + 1}; here for {weeks_en(int(world.tenure[row]))}.",
        f"{'，'.join(chinese)}；{named or f'第{grid + 1}网格'}；住了{weeks_zh(int(world.tenure[row]))}。",
    ]


def weeks_en(weeks: int) -> str:
    """A time in words."""
    return f"{weeks} week{'s' * (weeks != 1)}" if weeks < 104 else f"{weeks // 52} years"


def weeks_zh(weeks: int) -> str:
    """The same in Chinese."""
    return f"{weeks}周" if weeks < 104 else f"{weeks // 52}年"
