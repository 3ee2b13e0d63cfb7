"""Outcomes by group: what became of the groups of a user's own columns, as tables of words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import OF_GROUPS, Tables
from experiments.reporting.wording import number, true_minus, with_interval

if TYPE_CHECKING:
    import pandas as pd

ON_A_PAGE = ("participation", "unmet_needs", "unmet_severe", "hours")
"""Outcomes that a printed page has room for."""
MOST_POINTS = 6
"""Points of which a report shows groups: of more, the tables beside it have them."""


def columns_of(tables: Tables) -> list[str]:
    """The user's own columns whose groups have outcomes."""
    return [] if tables.by_group is None else list(dict.fromkeys(tables.by_group["column"]))


def value_in_words(value: str, look: Look) -> str:
    """A group's name: its value, or that nothing is known of them."""
    return value or look.say("(nothing known)", "（未知）")


def outcome_in_words(outcome: str, look: Look) -> str:
    """An outcome of a group and its unit."""
    meaning = OF_GROUPS[outcome]
    return f"{meaning.say(look.language)} ({meaning.unit_in(look.language)})"


def groups_in_words(
    tables: Tables, column: str, look: Look, outcomes: Sequence[str] = tuple(OF_GROUPS)
) -> "tuple[pd.DataFrame, int]":
    """One row a group and outcome (and point): columns of words and how many these are, the first arm's mean, then
    differences above their intervals, one column an arm.
    """
    import pandas as pd

    groups, effects = tables.by_group, tables.group_effects
    assert groups is not None
    assert effects is not None
    first, several = tables.arms[0], len(tables.points) > 1
    own = groups[(groups["column"] == column) & groups["outcome"].isin(outcomes)]
    key = ["outcome", "value", "point"]
    means = own[own["arm"] == first].groupby(key)["number"].mean()
    cells = {
        (row["outcome"], row["value"], row["point"], row["arm"]): _difference(row, look)
        for _, row in effects[effects["column"] == column].iterrows()
    }
    arms = [arm for arm in tables.arms[1:] if arm in set(effects["arm"])]
    values = list(dict.fromkeys(own["value"]))
    there = {tuple(one) for one in own[key].itertuples(index=False)}
    rows = [
        [value_in_words(value, look), outcome_in_words(outcome, look), *([tables.points[point]] if several else [])]
        + [number(float(means.get((outcome, value, point), float("nan"))))]
        + [cells.get((outcome, value, point, arm), "-") for arm in arms]
        for outcome in outcomes
        for point in range(len(tables.points))
        for value in values
        if (outcome, value, point) in there
    ]
    heads = [column, look.say("Outcome", "指标"), *([look.say("Point", "取值")] if several else [])]
    mean = look.say(f"Mean of {first}", f"{first}均值")
    shown = pd.DataFrame(
        [[true_minus(cell) if k >= len(heads) else cell for k, cell in enumerate(row)] for row in rows]
    )
    return shown.set_axis([*heads, mean, *arms], axis=1), len(heads)


def _difference(row: "pd.Series", look: Look) -> str:
    """A difference above its interval, where there is one."""
    if row["low"] == row["high"] == 0:
        return look.say("the same\nin every pair", "每对运行\n均相同")
    if not row["low"] < row["high"]:
        return number(row["effect"], sign=True)
    return with_interval(row["effect"], row["low"], row["high"])
