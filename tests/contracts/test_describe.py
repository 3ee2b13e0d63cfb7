"""The ODD document says what the code says, and the committed one is up to date."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from experiments.odd import as_html, described, describing, rules_in_full
from experiments.odd.describing import anchor_of, rule_modules
from experiments.odd.formulas import formula, laws_of
from sim import METRICS, POLICIES, load_config
from sim.config.load import load_sources
from sim.engine.jit import plain
from sim.rules import deciding, remembering
from sim.rules.asking import chance_of_being_asked
from sim.rules.learning import skill_after
from sim.state.levers import LEVERS
from sim.state.residents import RESIDENTS
from sim.week import WEEK

COMMITTED = Path(__file__).parents[2] / "docs" / "odd.md"


@pytest.fixture(scope="module")
def text() -> str:
    return described(load_config("baseline"))


def test_the_committed_document_is_up_to_date(text: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text, "run: linli describe --to docs/odd.md"


@pytest.fixture(scope="module")
def in_full() -> str:
    return rules_in_full()


def test_everything_is_described(text: str, in_full: str) -> None:
    assert "{{" not in text + in_full
    for name in (*RESIDENTS, *LEVERS, *POLICIES, *(p.name for p in WEEK)):
        assert f"`{name}`" in text
    for name in METRICS:
        assert f'"{name}"' in in_full or f"def {name}" in in_full
    for module in rule_modules():
        for law in laws_of(module):
            assert f"{law.__name__}(" in in_full


def test_every_parameter_stands_with_its_grade(text: str) -> None:
    said = " ".join(text.split())
    for path, evidence in load_config("baseline").evidence.items():
        section, name = path.split(".", 1)
        if section == "kinds":
            assert path.endswith((".title", ".title_zh")) or f"| `{name.split('.')[1]}` |" in text, path
        else:
            assert re.search(rf"`{re.escape(name)}` [^`]*? {evidence.grade[0]}[;.]", said), path


def test_every_source_key_is_resolved(text: str) -> None:
    used = {
        key
        for line in re.findall(r"\*Sources: (.*?)\.\*", text, re.DOTALL)
        for key in re.findall(r"[a-z]+\d{4,}", line)
    }
    assert used
    assert used <= load_sources().keys()


def test_links_inside_lead_somewhere(text: str) -> None:
    page = as_html(text)
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def test_laws_are_printed_as_formulas() -> None:
    assert "chance_of_being_asked(rate) =\n    1.0 − exp(−rate)" in formula(plain(chance_of_being_asked))
    shown = formula(plain(skill_after))
    assert "after = skill + (taught + practised) · (1.0 − skill) − forgetting · above" in shown
    assert anchor_of("Appendix A. Parameters") == "appendix-a-parameters"


def test_a_law_about_one_resident_is_printed_as_it_stands() -> None:
    shown = formula(plain(remembering.free_hours))
    assert "free_hours(i, residents, remembering):\n" in shown
    assert "    return residents.hours_limit[i] * given\n" in shown


def test_a_page_that_stands_alone_leads_to_no_other_page(text: str) -> None:
    assert "](reference/rules.md" in text
    assert not re.findall(r'href="[^"#:]+\.md', as_html(text))


def test_what_only_the_engineer_needs_stands_with_the_phase_and_not_among_the_laws(in_full: str) -> None:
    assert plain(deciding.pull_upward) in laws_of(deciding)
    assert plain(deciding.most_pull) not in laws_of(deciding)
    assert "\nmost_pull(" not in in_full
    phase = in_full.partition('<a id="residents_decide">')[2].partition("<a id=")[0]
    assert "def most_pull(p):" in phase, "called by what the phase calls"


def test_a_policy_file_without_a_first_line_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sentence of its class."""
    kind = type("Bare", (POLICIES["recognition"],), {"__doc__": "Thanks, bare.", "__module__": "bare", "title": "Bare"})
    monkeypatch.setitem(sys.modules, "bare", ModuleType("bare"))
    monkeypatch.setattr(describing, "POLICIES", {"bare": kind})
    assert "**Bare** (`bare`). Thanks, bare." in describing.policies_list()
