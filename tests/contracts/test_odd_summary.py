"""The Summary ODD: short enough for an appendix, up to date, every name in it exists, every number is the community's."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.cli import main
from experiments.odd import as_html, summarized
from experiments.odd.describing import HERE, TABLES
from experiments.odd.summary import SLOT
from experiments.spoken import Language
from sim import load_config
from sim.config.load import config_names, load_sources
from sim.week import WEEK

COMMITTED = Path(__file__).parents[2] / "docs" / "odd_summary.md"
SHIPPED = ("baseline", "ruijing", "classroom", "first_version")
MOST_PAGES, MOST_WORDS, MOST_PROSE = 3, 1_900, 1_450
"""Pages in print; words in all; words outside tables."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def prose_of(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))


def test_the_committed_summary_is_up_to_date() -> None:
    made = summarized(load_config("baseline"))
    assert COMMITTED.read_text(encoding="utf-8") == made, "run: linli describe --summary --to docs/odd_summary.md"


def test_the_committed_summary_in_chinese_is_up_to_date() -> None:
    made = summarized(load_config("baseline"), language="zh")
    page = COMMITTED.with_suffix(".zh.md").read_text(encoding="utf-8")
    assert page == made, "run: linli describe --summary --lang zh --to docs/odd_summary.zh.md"


def test_the_frame_in_chinese_has_what_the_english_one_has() -> None:
    english, chinese = ((HERE / f"summary{end}.md").read_text(encoding="utf-8") for end in ("", ".zh"))
    assert Counter(SLOT.findall(chinese)) == Counter(SLOT.findall(english))
    for marks in (r"^(#+) ", r"`(\w+)`"):
        assert re.findall(marks, chinese, re.MULTILINE) == re.findall(marks, english, re.MULTILINE)
    assert not re.search(r"\*\*[^*\n]*。\*\*\S", chinese), "such bold letters are not shown by every reader of Markdown"


@pytest.mark.parametrize("community", SHIPPED)
def test_it_is_whole_in_chinese(community: str) -> None:
    text = summarized(load_config(community), community, "zh")
    assert "{" not in text
    assert re.findall(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", re.sub(r"`[^`]*`", "", text)) == []


@pytest.mark.parametrize("community", SHIPPED)
def test_it_is_short_and_whole(community: str) -> None:
    text = summarized(load_config(community), community)
    assert "{" not in text
    assert len(text.split()) <= MOST_WORDS
    assert len(prose_of(text).split()) <= MOST_PROSE
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == [
        "Purpose and patterns",
        "Entities, state variables and scales",
        "Process overview and scheduling",
        "Design concepts",
        "Initialization, input",
        "The key processes in short",
    ]
    assert "<li>" not in as_html(text, brief=True), "a line that begins with a sign has become a list"


def test_the_week_is_told_in_its_order() -> None:
    week = [p.name for p in WEEK]
    named = re.findall(r"`(\w+)`", summarized(load_config("baseline")))
    assert [name for name in named if name in week] == week


def test_every_name_exists() -> None:
    known = {name for table in TABLES.values() for name in table} | {p.name for p in WEEK}
    known |= set(load_sources()) | set(config_names())
    for said in re.findall(r"`([^`]+)`", summarized(load_config("baseline"))):
        name = " ".join(said.split())
        if name.startswith("linli "):
            command, *words = name.removeprefix("linli ").split()
            assert main.get_command(None, command) is not None, name  # type: ignore[arg-type]
            assert CliRunner().invoke(main, [command, *words, "--help"]).exit_code == 0, name
        else:
            assert name in known, name


def test_numbers_and_switches_are_those_of_the_community() -> None:
    usual = summarized(load_config("baseline"))
    changed = load_config(
        "baseline", set={"dispatching.offers": 7, "needing.informal": 0.123, "kinds.errands.weekly": 0.077}
    )
    text = summarized(changed)
    for said in ("offered to 7 volunteers", "exp(-0.123 x", "| 0.077 ("):
        assert said in text
        assert said not in usual
    first = summarized(load_config("first_version"), "first_version")
    assert "Nobody ages here" in first
    assert "a life table" in usual
    assert "every service meets its need" in first


def test_the_command_writes_it(tmp_path: Path) -> None:
    page = tmp_path / "summary.html"
    done = CliRunner().invoke(main, ["describe", "classroom", "--summary", "--to", str(page)])
    assert done.exit_code == 0, done.output
    assert "Summary ODD" in page.read_text(encoding="utf-8")


@pytest.mark.skipif(not CHROMIUM, reason="printing needs a Chromium (apt-get install chromium)")
@pytest.mark.parametrize(("community", "language"), [*((one, "en") for one in SHIPPED), ("baseline", "zh")])
def test_it_prints_on_three_pages(community: str, language: Language, tmp_path: Path) -> None:
    text = summarized(load_config(community), community, language)
    assert pages_of(text, tmp_path) <= MOST_PAGES


@pytest.mark.skipif(not CHROMIUM, reason="printing needs a Chromium (apt-get install chromium)")
def test_more_would_not_fit(tmp_path: Path) -> None:
    text = summarized(load_config("baseline"))
    assert pages_of(text + "\n\n" + prose_of(text), tmp_path) > MOST_PAGES


def pages_of(text: str, folder: Path) -> int:
    """On how many A4 pages a browser prints a text."""
    page, printed = folder / "page.html", folder / "page.pdf"
    page.write_text(as_html(text, brief=True), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
