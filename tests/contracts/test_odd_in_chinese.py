"""The ODD document in Chinese: whole, and exact wherever the English is: the same slots, names and numbers, paragraph by paragraph."""

import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.cli import main
from experiments.odd import as_html, described, words
from experiments.odd.describing import HERE, SLOT
from experiments.odd.words import catalogue
from experiments.reporting.chinese import chinese
from sim import load_config
from sim.config.load import config_names
from sim.week import WEEK
from tests.contracts.test_odd_prose import CHAPTERS, LINES

COMMITTED = Path(__file__).parents[2] / "docs" / "odd.zh.md"
TEXTS = [HERE / "frame.md", *CHAPTERS]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SIGN = re.compile(
    r"(?<=[ ）])[-+×=](?=[ （])|(?<= )x(?= )(?! low| high| as| =)|\^|\b(?:max|min|floor|log|exp|logit|round|sqrt)\(|\bU'?(?=\()"
)
"""Signs and functions of formulas; the sign of a product is an x in English."""


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """Every sentence, word and sign that the document asks for in Chinese."""
    return set()


@pytest.fixture(scope="module")
def missing() -> set[str]:
    """Those that nobody has said in Chinese."""
    return set()


@pytest.fixture(scope="module")
def text(asked: set[str], missing: set[str]) -> str:
    class Asked(dict[str, str]):
        def get(self, english: str, otherwise: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(english)
            return super().get(english, otherwise)

    def noticed(english: str) -> str:
        if english not in chinese():
            missing.add(english)
        return chinese().get(english, english)

    own = Asked(catalogue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "catalogue", lambda: own)
        patch.setattr(words, "in_chinese", noticed)
        return described(load_config("baseline"), language="zh")


def test_the_committed_document_is_up_to_date(text: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text, "run: linli describe --lang zh --to docs/odd.zh.md"


def test_all_that_the_program_says_is_there_in_chinese_and_nothing_that_it_no_longer_says(
    text: str, asked: set[str], missing: set[str]
) -> None:
    assert text
    # of the baseline, no range is open below and no value stands on a trial
    assert missing == set(), "say it in experiments/odd/words.zh.yaml"
    assert set(catalogue()) - asked == {"to {high:g}", "trial"}, "no longer asked for: experiments/odd/words.zh.yaml"


def blocks_of(path: Path) -> list[str]:
    """The paragraphs, items and headings of a text, each in one line."""
    text = path.read_text(encoding="utf-8").strip()
    parts = re.split(r"\n\n+|\n(?=- |\d\. |\{\{)", text)
    return [" ".join(part.split()) for part in parts]


def exact(block: str) -> tuple[Counter[str], ...]:
    """What a translator must not change: slots, names, numbers, and the signs and functions of formulas."""
    slots = Counter("".join(found) for found in SLOT.findall(block))
    bare = re.sub(r"`linli [^`]*`|\]\([^)]*\)|\{\{.*?\}\}", "", block)
    names = Counter(re.findall(r"`([^`]+)`", bare))
    plain = re.sub(r"`[^`]+`", "", bare).replace("——", " - ")
    signs = (s.replace("x", "×") if len(s) == 1 else s for s in SIGN.findall(plain))
    return slots, names, Counter(NUMBER.findall(plain)), Counter(signs)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_in_chinese_says_what_the_english_one_says(path: Path) -> None:
    english, chinese_ = blocks_of(path), blocks_of(path.with_suffix(".zh.md"))
    assert len(english) == len(chinese_), "other paragraphs"
    for one, other in zip(english, chinese_, strict=True):
        assert exact(other) == exact(one), f"{one}\n{other}"
        assert re.match(r"#*", other)[0] == re.match(r"#*", one)[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("0.0001", "0.001"), ("`weakest`", "`fading`"), ("(1 - ", "(1 + "), ("max(", "min("), ("U(", "V(")],
)
def test_a_slip_is_noticed(said: str, wrong: str) -> None:
    every = [block for path in TEXTS for block in blocks_of(path) if said in block]
    assert every
    assert all(exact(block.replace(said, wrong, 1)) != exact(block) for block in every)


def test_phases_are_told_in_the_order_of_the_english_text() -> None:
    told = []
    for path in CHAPTERS:
        english, chinese_ = (
            re.findall(r"^\*([a-z_]+)\*?[.：]", one.read_text(encoding="utf-8"), re.MULTILINE)
            for one in (path, path.with_suffix(".zh.md"))
        )
        assert chinese_ == english
        told += chinese_
    assert sorted(told) == sorted(phase.name for phase in WEEK)


def test_it_is_short_enough_and_its_letters_are_shown_as_meant(text: str) -> None:
    assert len(text.splitlines()) <= LINES
    page = re.sub(r"<code>.*?</code>", "", as_html(text, language="zh"), flags=re.DOTALL)
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL)
    assert "*" not in shown, "bold or slanted letters that a reader of Markdown does not close"
    assert "{" not in shown


def test_links_inside_lead_somewhere(text: str) -> None:
    page = as_html(text, language="zh")
    assert "<p>English</p>" not in page, "a page that stands alone has no twin"
    assert set(re.findall(r'href="#([^"]+)"', page)) <= {
        re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), name)
        for name in re.findall(r'id="([^"]+)"', page)
    }


@pytest.mark.parametrize("community", config_names())
def test_every_community_is_described_wholly_in_chinese(community: str) -> None:
    done = CliRunner().invoke(main, ["describe", community, "--lang", "zh"])
    assert done.exit_code == 0, done.output
    prose = re.sub(r"`[^`]*`", "", done.output)
    assert re.findall(r"(?<![_\w])[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", prose) == []
