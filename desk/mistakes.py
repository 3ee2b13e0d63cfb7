"""Mistakes of a study in the words of its form: what was found, what was expected, and which of its fields that concerns.

The checks are those of the command line and speak English. Here their sentences are said in Chinese; a key in `...` is called by the label
of its field by the page, which marks that field too.
"""

import re
from collections.abc import Mapping
from typing import Any

from desk import own_files
from pages import panel
from sim.config.yaml import Problem

type Rules = Mapping[str, str]
"""What a sentence looks like, and how it is said in Chinese."""

NUMBER = r"[-+]?[\d.,]+(?:e[-+]?\d+)?"
PART = r"(?:(?! or ).)"
EXPECTED: dict[str, str] = {
    rf"a whole number(?: of)? ({PART}+?)(?: \(({PART}+)\))?": "{1:bounds}的整数{2:unit}",
    rf"a number(?: of)? ({PART}+?)(?: \(({PART}+)\))?": "{1:bounds}的数{2:unit}",
    rf"a whole number(?: \(({PART}+)\))?": "整数{1:unit}",
    rf"a number(?: \(({PART}+)\))?": "数{1:unit}",
    r"text": "文字",
    r"true or false": "true 或 false",
    r"null": "留空",
    r"keys and values": "键与值",
    r"a community": "社区",
    r"letters and signs that can be seen": "可见的文字与符号",
    r"a list of (?:at least )?(\d+) entries, each (.+)": "至少{1}项的列表，每项为{2:expected}",
    r"a list of entries, each (.+)": "列表，每项为{1:expected}",
    r"one of the keys (.+)": "下列键之一：{1}",
    r"one of the study's outcomes, (.+)": "本研究的结果指标之一：{1}",
    r"one of (.+), or a path": "下列之一：{1}，或文件路径",
    r"one of (.+)": "下列之一：{1}",
    r"a section (?:with|of) (.+)": "一段内容：{1}",
    r"a share such as '5%', or a number above 0": "比例（如5%）或大于0的数",
    r"either arms, or two or more `parts` of a bundle": "各组，或由两项以上政策组成的政策组合（`parts`），二者取一",
    rf"below (`\w+`), which is ({NUMBER})": "小于{1}（{2}）",
    rf"at most (`\w+`), which is ({NUMBER})": "不大于{1}（{2}）",
    rf"with `until`, 3 or more for the first stage, and at most `most`, which is ({NUMBER})": "设定`until`时，首次查看至少3次，且不超过`most`（{1}）",
    r"something that varies from community to community \(`varies`\)": "各社区之间有所变动（`varies`）",
    rf"at most ({NUMBER}), the `weeks` after `burn_in`: earlier ones dilute every effect": "至多{1}周，即`weeks`减去`burn_in`：更早的周会稀释所有效应",
    rf"at most ({NUMBER}) points; .*": "至多{1}个取值点",
    rf"at most ({NUMBER}) runs; .*": "至多{1}次运行",
    r"each value once": "每个取值只写一次",
    r"each outcome once": "每项结果只写一次",
    r"each point once": "每个取值点只写一次",
    r"each policy once, or one period after the other": "每项政策只用一次，或先后各占一段时间",
    rf"a week before ({NUMBER}), where the study ends: it would never act": "早于第{1}周：研究到此结束，否则政策不会起作用",
    r"what varies to be the same in every arm": "变动因素在各组中相同",
    r"a place that its policies fit \((.+)\)": "与其政策相容的社区（{1}）",
    r"something that varies": "变动因素",
    r"no labels of single values, for this is a range": "不为单个取值命名：这里是一个区间",
    r"low and high as well, where the normal distribution is cut": "同时给出最低与最高，即正态分布的截断处",
    rf"low below high, not ({NUMBER}) to ({NUMBER})": "最低小于最高，而不是{1}至{2}",
    rf"two whole numbers or more between low and high, not ({NUMBER}) to ({NUMBER})": "最低与最高之间至少有两个整数，而不是{1}至{2}",
    r"low above 0 on a log scale": "对数尺度的最低值大于0",
    r"mode between low and high": "最可能值介于最低与最高之间",
    r"mean and sd together": "均值与标准差同时给出",
    r"one of scale: log, mode, or mean with sd": "对数、最可能值、均值与标准差三者取一",
    r"at least 2 points for (\w+)": "{1}设计至少2个取值点",
    rf"a power of two of points for (\w+), such as ({NUMBER})": "{1}设计的取值点数为2的幂，如{2}",
    r"an even number of levels for morris": "morris 设计的分级数为偶数",
    r"something that varies, for the design (\w+)": "{1}设计需要有变动因素",
    r"as many values for every factor, as a list design takes them row by row": "各因素取值个数相同：逐行对应时逐行取用",
    rf"a stop at or after start ({NUMBER}), not ({NUMBER})": "结束不早于开始（第{1}周），而不是第{2}周",
    r"groups of residents of 12 and over: (\w+) reaches no children": "12岁及以上的人群：{1}不面向儿童",
    r"no (.+): (\w+) acts on (.+) and cannot be aimed by it": "不设{1}：{2}作用于{3}，无法据此定向",
    r"no (.+) in (\w+): the bundle says when and for whom, its parts only how much": "{2}中不设{1}：何时、为谁由政策组合统一规定，各部分只定力度",
}
FOUND: dict[str, str] = {
    r"nothing \(null\)": "空",
    r"a YAML mistake: (.+)": "YAML写法有误：{1}",
    r"no such key": "空缺",
    r"an unknown key": "未知的键",
    r"a list": "列表",
    r"both": "两者都有",
    r"none": "都没有",
    r"a city": "城市",
    r"design": "取值点的选法",
    r"no such file": "没有这个文件",
    r"a name that no file has": "没有这个名称的文件",
    r"the policy ('.+?') twice": "政策{1}出现两次",
    r"the policy ('.+')": "政策{1}",
    r"the metric ('.+')": "指标{1}",
    r"the arm ('.+')": "组{1}",
    r"the value ('.+')": "取值{1}",
    r"a label of ('.+')": "{1}的名称",
    r"(.+) a second time": "{1}再次出现",
    rf"({NUMBER}) weeks, ({NUMBER}) of them before the policies, which start in week ({NUMBER})": "{1}周，其中{2}周早于政策开始（第{3}周）",
    r"no dose of a policy in the arms": "不是各组政策的剂量",
    rf"({NUMBER}), which makes ({NUMBER}) runs": "{1}，即{2}次运行",
    rf"({NUMBER}) points?(.*), ({NUMBER}) runs": "{1}个取值点，{3}次运行",
    r"(.+), which the arm ('.+') sets for itself": "{1}，组{2}另有设定",
    r"the values of row (\d+) again in row (\d+)": "第{2}行与第{1}行取值相同",
    r"('.+?') in a (?:name|text)": "含有{1}",
}
BOUNDS: Rules = {
    rf"from ({NUMBER}) to ({NUMBER})": "{1}至{2}之间",
    rf"at least ({NUMBER}) and at most ({NUMBER})": "{1}至{2}之间",
    rf"(?:of )?at least ({NUMBER})(?: and (.+))?": "不小于{1}{2:bounds}",
    rf"above ({NUMBER})(?: and (.+))?": "大于{1}{2:bounds}",
    rf"(?:of )?at most ({NUMBER})": "不大于{1}",
    rf"below ({NUMBER})": "小于{1}",
}
RULES: Mapping[str, Rules] = {
    "expected": own_files.EXPECTED | EXPECTED,
    "bounds": BOUNDS,
    "found": own_files.FOUND | FOUND,
}


def in_chinese(said: str, kind: str = "expected") -> str:
    """What a check found or expected, in Chinese; as it stands where there is no rule for it."""
    for like, chinese in RULES[kind].items():
        if found := re.fullmatch(like, said, re.DOTALL):
            return re.sub(r"\{(\d)(?::(\w+))?\}", lambda part: _filled(found[int(part[1])] or "", part[2]), chinese)
    if kind == "expected" and " or " in said:
        parts = [in_chinese(part) for part in said.split(" or ")]
        if any(part not in said for part in parts):
            return "或".join(parts)
    return panel.both(said)[1]


def _filled(part: str, kind: str | None) -> str:
    if kind == "unit":
        return f"（{panel.both(part)[1]}）" if part else ""
    return in_chinese(part, kind) if part and kind else part


def _in_full(said: str) -> str:
    """Large numbers with all of their digits: 1,000,000, not 1e+06."""
    return re.sub(r"\d(?:\.\d+)?e\+\d\d(?!\d)", lambda found: f"{float(found[0]):,.0f}", said)


def fields(problem: Problem) -> list[str]:
    """The paths of the fields that a mistake concerns: its own, and those that it names in `...`."""
    named = re.findall(r"`(\w+)`", problem.expected)
    return list(dict.fromkeys(filter(None, (problem.path, *named))))


def told(problem: Problem) -> dict[str, Any]:
    """One mistake as the page shows it, in English and Chinese: at its line, and in the words of the form."""
    found, expected = in_chinese(problem.found, "found"), in_chinese(problem.expected)
    where = f"{problem.file}第{problem.line}行" if problem.line else problem.file
    path = f"（{problem.path}）" if problem.path else ""
    near = f"。是否想写“{problem.nearest}”？" if problem.nearest else ""
    said = "；".join(filter(None, (found and f"发现 {found}", expected and f"应为 {expected}")))
    return {
        "line": problem.line,
        "column": problem.column,
        "file": problem.file,
        "path": problem.path,
        "fields": fields(problem),
        "found": [problem.found, found],
        "expected": [_in_full(problem.expected), _in_full(expected)],
        "nearest": problem.nearest,
        "says": [str(problem), f"{where}{path}：{said}{near}"],
    }
