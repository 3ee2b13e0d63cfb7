"""The pages in Chinese: the same blocks, headings and numbers as their twins in English, so that only those need be run."""

import re
from pathlib import Path

import pytest

from experiments.reporting.figures.tables import UNITS_ZH
from sim import METRICS
from tests.contracts.test_docs import DOCS, FENCE, HOUSE, README, named

RESULTS = HOUSE / "results" / "README.md"
FOR_READERS = (
    "index", "faq", "validation", "robustness", "intervals", "calibration", "three_studies", "second_version", "gallery", "glossary",
    "release",
)  # fmt: skip
GUIDES = (page for page in sorted((DOCS / "guide").glob("*.md")) if not page.name.endswith(".zh.md"))
PAIRS = {
    page: page.with_suffix(".zh.md")
    for page in (README, RESULTS, *(DOCS / f"{name}.md" for name in FOR_READERS), *GUIDES)
}
"""Every page that must be there in both languages."""
REFERENCE = [DOCS / "reference" / f"{name}.md" for name in ("commands", "policies", "metrics", "parameters")]
WRITTEN = {
    page: page.with_suffix(".zh.md")
    for page in (*REFERENCE, DOCS / "odd_summary.md", DOCS / "odd.md", DOCS / "claims.md")
}
"""Pages that programs write in both languages."""
THREE_WORDS = re.compile(r"(?<![_\w])[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}")
SAID = re.compile(r"(?<=title: ).*$|(?<=question: ).*$|(?<=note: )\"[^\"]*\"", re.MULTILINE)
REMARK = re.compile(r"(?:^|\s)#(?! [\w.-]+\.(?:yaml|csv)$| in [\w.-]+\.yaml: ).*$", re.MULTILINE)


def bare(block: tuple[str, str]) -> tuple[str, str]:
    """A block without what a translator may change: remarks, titles, questions and notes."""
    language, text = block
    return language, SAID.sub("", "\n".join(line.rstrip() for line in REMARK.sub("", text).splitlines()))


def numbers_of_tables(text: str) -> list[list[str]]:
    """The numbers of every row of every table, words left aside; sorted within a row, for words may change places."""
    own = text.partition("<!-- written by")[0].partition("## 指标")[0]  # what programs write is compared elsewhere
    rows = [row for row in FENCE.sub("", own).splitlines() if row.startswith("|")]
    plain = (re.sub(r"`[^`]*`|\]\([^)]*\)", "", row).replace(",", "") for row in rows)
    return [sorted(re.findall(r"\d+(?:\.\d+)?", row)) for row in plain]


@pytest.mark.parametrize("page", PAIRS, ids=named)
def test_a_page_in_chinese_is_as_new_as_the_one_in_english(page: Path) -> None:
    assert PAIRS[page].is_file(), f"{named(page)} is not there in Chinese"
    english, chinese = (one.read_text(encoding="utf-8") for one in (page, PAIRS[page]))
    for one, other in zip(FENCE.findall(english), FENCE.findall(chinese), strict=True):
        assert bare(other) == bare(one), f"{named(PAIRS[page])} has another block than {named(page)}"
    heads = [re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE) for text in (english, chinese)]
    assert heads[0] == heads[1], "other headings"
    assert numbers_of_tables(chinese) == numbers_of_tables(english), "other tables"
    assert f"]({PAIRS[page].name})" in english, "a page links to its twin"
    assert f"]({page.name})" in chinese, "a page links to its twin"


@pytest.mark.parametrize("page", PAIRS, ids=named)
def test_a_page_in_chinese_leads_on_to_pages_in_chinese(page: Path) -> None:
    text = FENCE.sub("", PAIRS[page].read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        there = (page.parent / target).resolve()
        assert there == page or there not in PAIRS | WRITTEN, f"{target} is there in Chinese"


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_what_a_program_writes_in_chinese_is_chinese(page: Path) -> None:
    lines = FENCE.sub("", WRITTEN[page].read_text(encoding="utf-8")).splitlines()
    prose = [re.sub(r"`[^`]*`|<!--.*?-->", "", line) for line in lines if not line.startswith("## linli ")]
    assert THREE_WORDS.findall("\n".join(prose)) == []


def test_claims_have_the_same_numbers_in_both_languages() -> None:
    texts = (
        path.read_text(encoding="utf-8").partition("## 1.")[2] for path in (DOCS / "claims.md", DOCS / "claims.zh.md")
    )
    signed, other = (re.findall(r"(?<![\w-])[-+]\d[\d.e-]*", text.replace("至", " ")) for text in texts)
    assert signed == other, "run: linli claims --to docs/claims.md"


def test_every_metric_is_named_in_chinese() -> None:
    text = PAIRS[RESULTS].read_text(encoding="utf-8")
    rows = [f"| `{name}` | {metric.label_zh} | {UNITS_ZH[metric.unit]} |" for name, metric in METRICS.items()]
    assert text.partition("## 指标")[2].count("\n| `") == len(rows)
    assert [row for row in rows if row not in text] == []
