"""What the program itself brings is in the language of the page and of the report; what a user wrote stays as it is."""

import re
from html import unescape
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st
from toy import small

from desk.folder import titles_of
from desk.session import BLANK
from experiments.reporting.chinese import told_in_chinese
from experiments.reporting.figures.style import Look
from experiments.reporting.names import arm_names, factors_of, ours, point_named, title_of
from experiments.reporting.report import _design, _evidence
from experiments.reporting.wording import evidence_by_part, methods
from experiments.study.schema import StudyFile
from experiments.tasks.listing import studies_in_chinese
from sim import POLICIES
from sim.config.schema import Config
from tests.integration.test_figures import made_up

ZH = Look(language="zh")
WORD = re.compile(r"[A-Za-z]{3,}")


def words_of(page: str) -> list[str]:
    """What a reader sees of a page in English alone, without marks, names of files and keys of sources and parameters."""
    seen = (unescape(one).strip() for one in re.split(r"<[^>]*>", page))
    seen = (one for one in seen if not re.search("[\u4e00-\u9fff]", one))
    return [one for one in seen if WORD.search(re.sub(r"[\w/]+\.[\w./]+|`[^`]+`|[a-z]+\d{4}[^ ,]*", "", one))]


def test_a_new_study_has_names_in_the_language_of_the_page() -> None:
    for language, text in BLANK.items():
        said = yaml.safe_load(text)
        StudyFile.model_validate(said)
        names = [said["title"], *said["arms"]]
        assert all(bool(WORD.search(name)) == (language == "en") for name in names)
        assert [ours(ours(name, "en"), "zh") for name in names] == [ours(name, "zh") for name in names]
        assert not WORD.search("".join(ours(name, "zh") for name in names if name != "nothing"))
        assert titles_of(text) == ["My question", "我的问题"]


def test_new_arms_are_called_in_either_language_and_others_as_their_user_says(tmp_path: Path) -> None:
    arms = {"nothing": [], "with the policy": ["recognition"], "Arm 3": ["training"], "组 4": ["visits"], "Mine": []}
    study = small(tmp_path, title="我的问题", arms=arms)
    assert list(arm_names(study, "zh").values()) == ["无政策", "实施政策", "组3", "组4", "Mine"]
    assert list(arm_names(study, "en").values()) == ["No policy", "With the policy", "Arm 3", "Arm 4", "Mine"]
    assert title_of(study, Look()) == "My question"


@given(st.text(max_size=20))
def test_no_other_name_is_changed(name: str) -> None:
    changed = ours(name, "zh") != name
    assert (
        not changed
        or name.lower() in ("my question", "no policy", "with the policy")
        or re.fullmatch(r"Arm [0-9]+|组 ?[0-9]+", name)
    )


def test_every_shipped_study_has_a_title_in_chinese() -> None:
    assert [name for name, title in studies_in_chinese().items() if not re.search("[\u4e00-\u9fff]", title)] == []


def test_a_policy_tells_its_kinds_of_service_in_chinese() -> None:
    for policy in POLICIES.values():
        kinds = getattr(policy(), "kinds", ())
        assert not any(kind in told_in_chinese(policy()) for kind in kinds)
    assert "代办跑腿" in told_in_chinese(POLICIES["mutual_aid"]())


def test_parts_inputs_and_design_of_a_report_are_in_chinese(tmp_path: Path) -> None:
    varies = {
        "community": ["classroom", "ring"],
        "dispatching.scope": ["local", "pooled"],
        "moving.annual_rate": {"low": 0.1, "high": 0.2, "scale": "log"},
    }
    study = small(
        tmp_path,
        title="问题",
        arms={"nothing": [], "one": ["recognition"], "two": ["mutual_aid"]},
        varies=varies,
        design={"method": "latin_hypercube", "points": 4},
    )
    parts = evidence_by_part(study, ZH).iloc[:, 0]
    assert [part for part in parts if WORD.search(part)] == []
    assert evidence_by_part(study, Look()).iloc[0, 0] not in Config.model_fields
    evidence = (
        study.config.evidence.values()
    )  # a title, a table of households, and keys of sources are told as they stand
    as_it_stands = {
        said
        for e in evidence
        for said in (e.source, str(e.value))
        if e.path.endswith(".title") or e.source == said or "{" in said
    }
    assert [
        one for one in words_of(_evidence(study, tmp_path, ZH)) if one not in as_it_stands and "linli robust" not in one
    ] == []
    factors = factors_of(study, "zh")
    assert [text for point in study.points if WORD.search(text := point_named(point, factors, ZH))] == []
    made = made_up(points=2)
    tables = made.renamed(dict(zip(made.arms, "甲乙丙", strict=True)), ZH)
    assert words_of(_design(study, tables, ZH)) == []
    assert not re.search("latin|classroom|ring", methods(study, tables, ZH))
