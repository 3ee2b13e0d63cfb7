"""Dials have short names in Chinese: a long meaning is a name, and what is left to be said of it."""

import pytest

from pages import panel
from sim import load_config


@pytest.mark.parametrize(
    ("meaning", "name", "rest"),
    [
        ("每千人队员数", "每千人队员数", ""),
        ("成员来源：任意成人，或真正带头的人。", "成员来源", "任意成人，或真正带头的人"),
        ("周期长度（0：不间断）", "周期长度（0：不间断）", ""),
        ("可用时间币支付需求的起始年龄；0：不限年龄。", "可用时间币支付需求的起始年龄", "0：不限年龄"),
        ("neighbourhood：网格内；complete：所有人", "neighbourhood：网格内；complete：所有人", ""),
    ],
)
def test_a_long_meaning_is_a_name_and_the_rest(meaning: str, name: str, rest: str) -> None:
    assert panel.shortly(meaning) == [name, rest]


def test_no_dose_of_a_policy_is_a_sentence_in_chinese() -> None:
    doses = [(policy["name"], dose) for policy in panel.policies() for dose in policy["doses"]]
    assert len(doses) > 150
    long = {(name, dose["name"]): dose["short"][0] for name, dose in doses if len(dose["short"][0]) > 24}
    assert not long
    names = {dose["name"]: dose["short"][0] for name, dose in doses if name == "vanguard" and not dose["general"]}
    assert max(map(len, names.values())) <= 12
    assert (names["people"], names["leaders"]) == ("成员来源", "团队骨干比例")
    assert len(set(names.values())) == len(names)


def test_no_name_of_a_parameter_is_a_choice_or_a_condition() -> None:
    shown = [dose for section in panel.parameters(load_config("baseline")) for dose in section["doses"]]
    assert len(shown) > 400
    said = [dose for dose in shown if dose["short"][1]]
    assert said
    assert not [
        dose["short"] for dose in said if dose["short"][0].startswith(("大于", "小于")) or "；" in dose["short"][0]
    ]
