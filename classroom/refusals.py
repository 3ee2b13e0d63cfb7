"""Why something is refused, in Chinese: whole sentences from the program's words, and patterns for those with numbers and names."""

import re

from pages.panel import both
from sim import POLICIES

_PATTERNS = [
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"Input should be greater than or equal to (\S+)", r"应不小于\1"),
        (r"Input should be less than or equal to (\S+)", r"应不大于\1"),
        (r"Input should be greater than (\S+)", r"应大于\1"),
        (r"Input should be less than (\S+)", r"应小于\1"),
        (r"Input should be a valid integer.*", "应为整数"),
        (r"Input should be a (?:valid|finite) number.*", "应为数字"),
        (r"Input should be a valid boolean.*", "应为是或否"),
        (r"Input should be a valid (?:list|tuple).*", "应为列表"),
        (r"Input should be a valid (?:string|text).*", "应为文字"),
        (r"Input should be a valid dictionary.*", "应为一组名称与数值"),
        (r"Input should be (.+)", r"应为\1"),
        (r"Extra inputs are not permitted", "没有这一项"),
        (r"Field required", "缺少这一项"),
        (r"no policy is called (.+)", r"没有名为\1的政策"),
        (r"no community is called (.+?);", r"没有名为\1的社区；"),
        (r"no community, study or lesson is called (.+?);", r"没有名为\1的社区、研究或课；"),
        (r"no arm is called (.+?);", r"没有名为\1的方案；"),
        (r"no lesson is called (.+?);", r"没有名为\1的课；"),
        (r"no lesson is called (.+)", r"没有名为\1的课"),
        (r"expected a lesson, or a state that the classroom saved \(\.json\)", "应为一堂课，或课堂保存的状态（.json）"),
        (r" there are (.+)", r"可选：\1"),
        (r"did you mean (\S+)\?", r"是否想写\1？"),
        (r"found (.+?), expected (.+)", r"写的是\1，应为\2"),
        (r"expected (.+)", r"应为\1"),
        (r"a whole number from (\S+) to (\S+) is needed", r"需要\1到\2之间的整数"),
        (r"a life on this page ends after (\d+) weeks", r"此页面上的模拟到第\1周为止"),
        (r"the page shows at most (\S+) residents, not (\S+)", r"此页面最多显示\1名居民，不能是\2名"),
        (r"(\S+) cannot be set from a page", r"不能从页面设置\1"),
        (r"the seed must be a whole number, not (.+)", r"种子必须是整数，不能是\1"),
        (r"Value error, ", ""),
        (r"there are (\d+) rows of residents, not (\d+)", r"居民共有\1行，没有第\2行"),
        (r"a child or an empty place can be given nothing", "儿童或空置住所无法给予"),
        (r"choose somebody who lives there", "请选择一位住在那里的人"),
        (r"choose somebody of another grid", "请选择另一网格的人"),
        (r"nobody has more hours than a week", "没有人的时间超过一周"),
        (r"nobody stands higher on the ladder", "已是最高层级"),
        (r"these two are tied already", "这两位已有关系"),
        (r"one of the two has no room for another tie", "其中一位已无法再增加关系"),
        (
            r"a home with room for (\d+) cannot be exchanged for one with room for (\d+)",
            r"可住\1人的住所不能与可住\2人的互换",
        ),
        (r"the ties of one household have no room at the other", "一户的关系在另一处放不下"),
    )
]
_OF_A_POLICY = re.compile(r"([a-z_]+)(?:\.([a-z_0-9]+))?(?:\.\S+)?: (.*)", re.DOTALL)


def in_chinese(error: object) -> str:
    """A refusal in Chinese, as far as its words are known."""
    english = str(error)
    whole = both(english)[1]
    if whole != english:
        return whole[:600]
    lead, rest = "", english
    if (found := _OF_A_POLICY.fullmatch(english)) and (policy := POLICIES.get(found[1])):
        field = policy.model_fields.get(found[2] or "")
        dose = both(field.description or found[2])[1].rstrip("。") if field else found[2]
        lead, rest = f"{policy.title_zh}{f'“{dose}”' if dose else ''}：", found[3]
    for pattern, chinese in _PATTERNS:
        rest = pattern.sub(chinese, rest)
    return (lead + rest)[:600]
