"""The classroom without a server: two worlds with one luck, stories that give the true reasons, studies, lessons."""

import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette")

from classroom import stories
from classroom.homework import homework
from classroom.lessons import lessons, state_of_lesson, study_of
from classroom.life import Life
from classroom.links import wrong_links
from classroom.pair import SERIES, Pair
from classroom.play import Choice, GridStations
from classroom.reasons import chance_of_climbing, chance_of_lapsing
from classroom.session import Session
from classroom.state import Listed, State, StateError, WorldState, state_of
from classroom.studies import opened_text, study_text
from experiments.runs.executor import simulated
from experiments.study.loader import read_study
from pages import panel
from sim import METRICS, POLICIES, Simulation, load_config
from sim.mathematics.odds import log_odds
from sim.policies.policy import Policy
from sim.state.residents import VACANT

SMALL = {"population.residents": 300, "population.grids": 3}
BUSY = SMALL | {"population.initial_tiers": [0.2, 0.12, 0.08], "moving.annual_rate": 0.3, "teaming.forming": 0.3}
PAGE = Path(__file__).parents[2] / "classroom" / "page"


def with_policies(*policies: Listed, **more: object) -> State:
    worlds = (WorldState(name="baseline"), WorldState(name="policies", policies=policies))
    return State(set=BUSY, worlds=worlds, **more)  # type: ignore[arg-type]


def same_columns(a: Simulation, b: Simulation) -> list[str]:
    differing = []
    for name, column in a.world.columns.items():
        if not np.array_equal(column, b.world.columns[name]):
            differing.append(name)
    return differing


def test_a_watched_life_is_the_same_life() -> None:
    config = load_config("classroom", set=BUSY)
    watched = Life(config, [POLICIES["vanguard"]()], 5)
    for _ in range(30):
        watched.live_one_week()
    alone = Simulation(config, [POLICIES["vanguard"]()], 5).run_for(30)
    assert same_columns(watched.simulation, alone) == []


def test_two_worlds_without_policies_never_differ() -> None:
    pair = Pair(State(set=BUSY, week=40))
    assert not pair.differs().any()
    assert pair.differing == [0] * 40
    assert stories.headlines(pair) == []


def test_what_was_done_in_mid_run_is_lived_again_from_the_state_alone() -> None:
    pair = Pair(State(set=BUSY, seed=3))
    pair.live(10)
    pair.put_on(1, "vanguard", {"size": 40})
    pair.put_on(1, "training", {"seats": 30})
    pair.live(10)
    pair.put_on(1, "training", {"seats": 5})
    pair.put_on(1, "recognition", {"start": 35})
    pair.change_rules(0, {"asking.along_tie": 1.5})
    pair.live(5)
    pair.take_off(1, "vanguard")
    pair.change_rules(0, {"kinds.meals.weekly": 0.1})
    pair.live(20)
    assert any(pair.differs())
    again = Pair(state_of(json.loads(pair.state.model_dump_json())))
    for lived, relived in zip(pair.lives, again.lives, strict=True):
        assert same_columns(lived.simulation, relived.simulation) == []
        assert lived.cost_total == relived.cost_total
    assert pair.frame(everything=True) == again.frame(everything=True)


def test_a_policy_that_never_began_leaves_no_trace() -> None:
    pair = Pair(State(set=SMALL, week=5))
    pair.put_on(1, "training", {"start": 50})
    pair.take_off(1, "training")
    assert pair.state.worlds[1].policies == ()
    pair.live(5)
    assert not pair.differs().any()


def test_another_place_cannot_begin_in_mid_run() -> None:
    pair = Pair(State(set=SMALL, week=2))
    with pytest.raises(StateError, match="people and ties"):
        pair.change_rules(1, {"population.residents": 400})
    assert pair.state.changes == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_reasons_told_are_those_that_decided(seed: int) -> None:
    pair = Pair(with_policies(Listed(name="vanguard", doses={"size": 60}), Listed(name="recognition"), seed=seed))
    decided = 0
    for _ in range(25):
        pair.live(1)
        for life in pair.lives:
            world = life.simulation.world
            for row in np.flatnonzero((world.tenure > 0) & (life.before.tier >= 0)).tolist():
                up, down = chance_of_climbing(life, row), chance_of_lapsing(life, row)
                told = 1 if up.happens else -1 if down.happens else 0
                assert world.tier[row] - life.before.tier[row] == told
                decided += told != 0
                for one in (up, down) if told else ():
                    if one.reasons:
                        whole = log_odds(one.base) + sum(reason.log_odds for reason in one.reasons)
                        assert one.odds({}) == pytest.approx(whole, abs=1e-4), "reasons add up to what the rule says"
    assert decided > 50


def test_stories_are_told_of_everybody_in_both_languages() -> None:
    pair = Pair(with_policies(Listed(name="vanguard"), week=30))
    for row in range(pair.residents):
        told = stories.story(pair, row)
        for world in told["worlds"]:
            said = [world["name"], world["who"], *world["now"], *world["orders"], *(e["text"] for e in world["past"])]
            assert all(len(both) == 2 and both[0] and both[1] for both in said)
            assert not re.search(r"[\u4e00-\u9fff]", " ".join(both[0] for both in said if both is not world["name"]))
    json.dumps(stories.waiting(pair.lives[0]))
    with pytest.raises(ValueError, match="no resident"):
        stories.story(pair, pair.residents)


def test_a_frame_says_what_the_worlds_hold() -> None:
    pair = Pair(with_policies(Listed(name="vanguard", doses={"size": 60}), week=12))
    raw = pair.frame(everything=True)
    magic, week, n, m, rows, _ = struct.unpack("<4sIHHHH", raw[:16])
    assert (magic, week, n, m, rows) == (b"LNL1", 12, pair.residents, len(SERIES), 12)
    world = pair.lives[0].simulation.world
    shown = np.where(world.age == VACANT, 255, np.where(world.tier < 0, 4, world.tier).astype("u1")).astype("u1")
    assert raw[16 : 16 + n] == shown.tobytes()
    begins = -(-(16 + 5 * n) // 4) * 4
    ends = begins + 4 * 2 * m * rows
    series = np.frombuffer(raw[begins:ends], "<f4").reshape(rows, 2, m)
    assert json.loads(raw[ends + 4 :]) == [life.acts for life in pair.lives]
    for at, life in enumerate(pair.lives):
        weekly = life.simulation.weekly()
        for name in METRICS:
            told = np.nan_to_num(weekly[name]).astype("f4")
            assert np.array_equal(series[:, at, SERIES.index(name)], told), name
    pair.live(3)
    assert struct.unpack("<H", pair.frame()[12:14]) == (3,)
    assert struct.unpack("<H", pair.frame()[12:14]) == (0,)


def test_a_saved_study_has_the_very_life_of_the_page_as_its_first_replicate(tmp_path: Path) -> None:
    pair = Pair(State(set=BUSY, seed=9))
    pair.live(6)
    pair.put_on(1, "vanguard", {"size": 30})
    pair.live(6)
    pair.put_on(1, "vanguard", {"size": 50})
    pair.live(8)
    path = tmp_path / "saved.yaml"
    path.write_text(study_text(pair.state), encoding="utf-8")
    study = read_study(path)
    assert list(study.arms) == ["baseline", "policies"]
    runs = {run.arm: run for run in study.runs() if run.replicate == 0}
    for life, arm in zip(pair.lives, study.arms, strict=True):
        there = simulated(study.job(runs[arm]))
        here = life.simulation.weekly()
        for name in METRICS:
            assert np.array_equal(there[name], here[name].astype(np.float32), equal_nan=True), name
    reopened = opened_text(study_text(pair.state))
    assert (reopened.seed, reopened.set, reopened.worlds[1].set) == (9, pair.state.set, {})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1e9}, None),
        ({"week": 10_000}, "week"),
        ({"community": "../../etc/passwd"}, "no community"),
        ({"community": "no such"}, "no community"),
        ({"set": {"population.residents": 50_000_000}}, "at most 2000"),
        ({"set": {"population.residents_file": "/etc/passwd"}}, "cannot be set"),
        ({"set": {"network": {"ties_file": "/etc/passwd"}}}, "cannot be set"),
        ({"set": {"network.kind": "complete", "population.residents": 2000}}, "at most 1,000"),
        ({"set": {"no.such": 1}}, "no.such"),
        ({"set": {f"asking.a{i}": 1 for i in range(100)}}, "set"),
        ({"worlds": [{"name": "a"}]}, "worlds"),
        (
            {"worlds": [{"name": "a"}, {"name": "b", "policies": [{"name": "training", "doses": {"seats": -4}}]}]},
            "seats",
        ),
        ({"worlds": [{"name": "a"}, {"name": "b", "policies": [{"name": "no such"}]}]}, "no policy"),
        ({"worlds": [{"name": "a", "set": {"population.residents": 300}}, {"name": "b"}]}, "side by side"),
        ({"extra": 1}, "extra"),
        ([], "valid dictionary"),
        ("x" * 1000, "valid dictionary"),
    ],
)
def test_impossible_states_are_refused_in_a_sentence(said: object, told: str | None) -> None:
    if told is None:
        assert Pair(state_of(said)).week == 0
        return
    with pytest.raises(StateError, match=told):
        Pair(state_of(said))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "title: x\ncommunity: /etc/passwd\nweeks: 3\narms: {a: []}\n",
        "title: x\ncommunity: ../secret.yaml\nweeks: 3\narms: {a: []}\n",
        "title: x\ncommunity: classroom\nweeks: 3\nset: {population.residents_file: /etc/passwd}\narms: {a: []}\n",
        "a: &a [x, x, x]\nb: &b [*a, *a, *a]\n"
        + "".join(f"c{i}: &c{i} [*{'b' if not i else f'c{i - 1}'}, *b]\n" for i in range(40)),
        "[" * 5000,
        "x" * 70_000,
    ],
)
def test_hostile_studies_are_refused(text: str) -> None:
    with pytest.raises(StateError):
        opened_text(text)


@pytest.mark.parametrize("name", [[[]], {}, None, 3, "nowhere"])
def test_a_lesson_asked_for_by_anything_else_than_its_name_is_refused(name: object) -> None:
    with pytest.raises(StateError, match="no such lesson"):
        Session(teacher=True).answer({"do": "lesson", "name": name})


@pytest.mark.parametrize("seed", [True, 1.5, "1", -1, 2**53 + 1])
def test_a_page_may_not_send_what_is_no_seed(seed: object) -> None:
    with pytest.raises(StateError, match="seed"):
        state_of({"seed": seed})


def test_the_panel_shows_every_policy_dose_parameter_and_metric() -> None:
    shown = {p["name"]: {d["name"] for d in p["doses"]} for p in panel.policies()}
    own = {name: set(policy.model_fields) - set(Policy.model_fields) for name, policy in POLICIES.items()}
    assert all(own[name] < doses for name, doses in shown.items())
    config = load_config("classroom")
    paths = {d["path"] for section in panel.parameters(config) for d in section["doses"]}
    assert {"moving.annual_rate", "kinds.meals.weekly", "deciding.law", "population.residents"} <= paths
    assert all(d["grade"] for section in panel.parameters(config) for d in section["doses"])
    assert panel.metrics().keys() == METRICS.keys()
    json.dumps([panel.policies(), panel.parameters(config), panel.metrics()])


def test_most_of_the_program_speaks_chinese_on_the_page() -> None:
    def words(doses: list[dict[str, Any]]) -> Iterator[list[str]]:
        for one in doses:
            yield from (one["meaning"], one["unit"], *(choice[1:] for choice in one["choices"]))
            yield from words(one.get("doses", []))

    shown = [both for policy in panel.policies() for both in words(policy["doses"])]
    shown += [both for section in panel.parameters(load_config("baseline")) for both in words(section["doses"])]
    missing = sorted({both[0] for both in shown if both[0] and both[0] == both[1]})
    assert len(missing) < 0.1 * len({both[0] for both in shown}), missing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"title: \xff\xfe\n", "1_own.md:1:1: found bytes that are not text; expected a lesson in UTF-8"),
        (b"title: x\n---\n## a\nb\n", "1_own.md: the lines before --- lack minutes, study"),
        (b"title: x\nminutes: 5\nstudy: y\n---\nnothing\n", "1_own.md: no sections"),
    ],
)
def test_a_lesson_that_cannot_be_read_is_told_by_its_file(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "1_own.md").write_bytes(text)
    with pytest.raises(StateError, match=r"1_own\.md") as caught:
        lessons(tmp_path)
    assert said in str(caught.value)


def test_a_lesson_may_come_from_any_editor(tmp_path: Path) -> None:
    """With a byte order mark, and with the line ends of another system."""
    text = "\ufefftitle: 邻里\r\nminutes: 5\r\nstudy: 4_vanguard.yaml\r\n---\r\n## One\r\n\r\nTwo lines\r\nof text.\r\n"
    (tmp_path / "1_own.md").write_bytes(text.encode())
    lesson = lessons(tmp_path)["1_own"]["en"]
    assert (lesson.title, lesson.sections) == ("邻里", (("One", "Two lines\nof text."),))


@pytest.mark.parametrize("name", lessons())
def test_every_lesson_can_be_walked(name: str) -> None:
    english, chinese = lessons()[name]["en"], lessons()[name]["zh"]
    assert len(english.sections) == len(chinese.sections)
    read_study(study_of(english))
    for lesson in (english, chinese):
        headings = [h.lower() for h, _ in lesson.shown(teacher=False)["sections"]]
        assert not {"answers for the teacher", "教师答案"} & set(headings)
        assert len(lesson.shown(teacher=True)["sections"]) == len(headings) + 1
        text = "\n".join(body for _, body in lesson.sections)
        assert text.count("( )") >= 3
        done = re.findall(r"\]\(do:([^)]*)\)", text)
        assert len(done) >= 3
        assert wrong_links(lesson) == []
    Pair(state_of_lesson(name)).live(3)


def test_homework_holds_the_run_and_no_markup_of_others() -> None:
    state = with_policies(week=4, title="</script><script>alert(1)</script>", question="<img src=x onerror=alert(1)>")
    page = homework(Pair(state))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?https?:", page)


def test_the_page_never_writes_html() -> None:
    for path in PAGE.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path.name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text.replace("http://${", "")), path.name
        assert len(text.splitlines()) < 400


def test_signs_between_words_are_those_of_the_language() -> None:
    """Two words of the page are joined by S(":") and the like; what is no sentence (a file, an address) is not meant."""
    of_a_file = ("quoted", "study_head", "const line", "Object.entries(arms)")
    for path in PAGE.glob("*.js"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not any(one in line for one in of_a_file):
                assert not re.search(r"\}(: |, |\. )\$\{|\}: `", line), f"{path.name}: {line.strip()[:120]}"


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    words = "".join(path.read_text(encoding="utf-8") for path in PAGE.glob("*words.js"))
    known = dict(re.findall(r'(\w+): \["((?:[^"\\]|\\.)*)", "(?:[^"\\]|\\.)+"\]', words))
    used: set[str] = set()
    for path in PAGE.glob("*.[jh]*"):
        used |= set(re.findall(r'\bT\("(\w+)"', path.read_text(encoding="utf-8")))
        used |= set(re.findall(r'data-(?:t|label)="(\w+)"', path.read_text(encoding="utf-8")))
    assert used - known.keys() == set()


def test_stations_that_choose_nothing_change_nothing() -> None:
    config = load_config("classroom", set=BUSY)
    alone = Simulation(config, [], 4).run_for(20)
    idle = Simulation(config, [GridStations(choices=(Choice(),) * 3)], 4).run_for(20)
    assert same_columns(alone, idle) == []
    busy = Simulation(
        config,
        [
            GridStations(
                choices=(Choice(offers=3, staff=4, visits=5, seats=2, asks=5, thanks=True, first="longest"),) * 3
            )
        ],
        4,
    )
    busy.run_for(20)
    assert sum(cost for (cost,) in busy.costs) > 0
    assert busy.weekly()["discovered"][-1] > alone.weekly()["discovered"][-1]


@pytest.mark.parametrize("first", ["vulnerable", "longest", "elders_alone", "children"])
def test_whose_orders_go_first_is_felt_in_the_line(first: str) -> None:
    config = load_config("classroom", set=BUSY | {"dispatching.staff_per_1000": 15, "dispatching.spread": 5})
    alone = Simulation(config, [], 4).run_for(40)
    chosen = Simulation(config, [GridStations(choices=(Choice(first=first),) * 3)], 4).run_for(40)
    assert same_columns(alone, chosen) != []
    assert all(cost == (0.0,) for cost in chosen.costs)


def test_the_notebooks_widget_speaks_the_same_frames() -> None:
    pytest.importorskip("anywidget", reason="the notebook view needs anywidget (pip install 'linli[notebook]')")
    from classroom.notebook import Worlds

    worlds, sent = Worlds(policies=[{"name": "vanguard"}]), []
    worlds.send = lambda said, buffers: sent.append((said, buffers))
    worlds._hear(None, {"hello": True}, [])
    worlds.live(5).put_on("training", seats=5).live(3).take_off("vanguard")
    worlds._hear(None, {"weeks": 2}, [])
    assert [struct.unpack("<I", buffers[0][4:8])[0] for _, buffers in sent] == [0, 5, 8, 10]
    assert "export default" in worlds._esm
