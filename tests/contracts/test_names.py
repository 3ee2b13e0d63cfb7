"""A user's text is text everywhere: every medium has one door, and any name comes out behind it as it went in."""

import json
import re
import unicodedata
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from figure_kit import few_figures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from toy import small, toy

from classroom.one_file import in_a_script
from experiments.cli import main
from experiments.reporting.console import terminal
from experiments.reporting.escape import file_name, in_html, in_markdown, table_in_html
from experiments.reporting.figures import draw_all, figures
from experiments.reporting.figures.lettering import LINES, ROOM, apart, length, short_names
from experiments.reporting.figures.style import Look, decimals, styled
from experiments.reporting.figures.tables import Tables
from experiments.reporting.latex import _SPECIAL, harmless, latex
from experiments.reporting.paper_tables import stata_name, write_tables
from experiments.reporting.report import write_report
from experiments.reporting.result_tables import comparison, evaluation, say_table
from experiments.reporting.wording import number, signed
from experiments.runs.executor import perform
from experiments.runs.results import Results
from experiments.runs.store import Store
from experiments.study.loader import Study
from experiments.tasks.package import _as_yaml
from sim.config.yaml import CONTROL, ConfigError, read
from tests.integration.test_figures import made_up

HOUSE = Path(__file__).parents[2]
HARD = (
    "[bold]", "[/]", "training [seats 12]", "a [red]x[/red]", ":smile:", "50% of $5, 60% of $6", "$x^2$", "\\frac{1}{2}",
    "a\\nb", "\\", "=1+1", '=HYPERLINK("http://x", "y")', "@SUM(1)", "+1", "-1", "%", "{}", "{0}", '"', "'", "😀 👩‍👩‍👧", "_x",
    "שלום 12%", "مرحبا", "x" * 200, "many words " * 18, "居民社区" * 30, "Run", "run", "caf\u00e9", "cafe\u0301", "ﬁ", "fi", "arm",
    "week", "point", "metric", "replicate", "seed", "side", "cohesion", "unmet_needs", "Measure", "Side", "Arm", "n", "quantity",
    "effect of run", "#N/A", "NA", "nan", "null", "1e-3", "012", "12:30", "true", "no", "~", " ", " a", "a", "a|b", "a/b", "..",
    "CON", "<script>alert(1)</script>", "</script><!--", "&amp;", "&lt;", "*", "[x](y)", "`", "#", "U+1F600", "…",
)  # fmt: skip
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\u2028\u2029")
NAME = st.one_of(st.sampled_from(HARD), st.text(LETTERS, min_size=1, max_size=30)).filter(
    lambda n: not CONTROL.search(n)
)
NAMES = st.lists(NAME, min_size=3, max_size=5, unique=True)
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


MADE = {many: made_up(many, replicates=6, weeks=10) for many in range(3, 6)}


def called(names: list[str]) -> Tables:
    """A study that never was, whose arms are called so."""
    tables = MADE[len(names)]
    return tables.renamed(dict(zip(tables.arms, names, strict=True)), Look())


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@QUICK
@given(NAMES, st.integers(40, 200))
def test_the_terminal_prints_names_and_numbers_whole_at_any_width(names: list[str], width: int) -> None:
    tables, console = called(names), terminal()
    console.width = width
    with console.capture() as caught:
        for table in comparison(tables, 0, width):
            console.print(table)
    printed = caught.get()
    assert max(map(cell_len, printed.splitlines()), default=0) <= width
    # what stands beneath each other in a cell of the first column, joined
    cells = [block for block in re.split(r"[├┡└].*\n", printed) if "│" in block]
    first = [squeezed("".join(line[1:].partition("│")[0] for line in block.splitlines())) for block in cells]
    plain = [name for name in names if "│" not in name]
    assert {squeezed(name) for name in plain} <= set(first)
    said = [line.partition("│")[2].partition("│")[2] for line in printed.splitlines()]
    for _, row in tables.effects.iterrows():
        places = decimals(row["high"] - row["low"])
        for told in (signed(row["effect"], places), f"{signed(row['low'], places)}, {signed(row['high'], places)}"):
            assert any(told in line for line in said), told


@QUICK
@given(NAMES, st.integers(40, 200))
def test_all_numbers_of_all_tables_are_printed_whole(names: list[str], width: int) -> None:
    tables, console = called(names), terminal()
    tables = replace(tables, runs=tables.runs.assign(cost=tables.runs["cost"] * 1e7))
    console.width = width
    with console.capture() as caught:
        for table in (*comparison(tables, 0, width), *evaluation(tables, width)):
            console.print(table)
        found = tables.effects[["arm", "metric", "effect", "low", "high", "sd", "reference"]]
        say_table(console, names[0], found.rename(columns={"effect": "share"}))
    cells = {cell.strip() for line in caught.get().splitlines() for cell in line.split("│")}
    words = {word.strip("[],") for cell in cells for word in cell.split()}
    for column in ("effect", "low", "high", "sd"):
        assert {number(value) for value in tables.effects[column]} <= words


def test_a_console_elsewhere_reads_no_markup_in_our_tables() -> None:
    from rich.console import Console

    with (console := Console(width=100)).capture() as caught:
        for table in comparison(called(["[bold]", "a [red]x[/red]", ":smile:"]), 0, 100):
            console.print(table)
    assert all(name in caught.get() for name in ("[bold]", "a [red]x[/red]", ":smile:"))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.cells = set[str](), list[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag in ("td", "th", "p"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


@QUICK
@given(NAMES)
def test_a_page_shows_names_as_they_are(names: list[str]) -> None:
    assert all(apart(apart(name)) == apart(name) for name in names)
    page = Page("".join(f"<p>{in_html(apart(name))}</p>" for name in names))
    assert page.cells == names
    assert page.tags <= {"p", "bdi"}
    page = Page(table_in_html(pd.DataFrame([names, names], columns=names)))
    assert page.cells == names * 3
    assert page.tags <= {"div", "table", "thead", "tbody", "tr", "th", "td", "bdi"}


@QUICK
@given(NAMES)
def test_markdown_shows_names_as_they_are(names: list[str]) -> None:
    from markdown_it import MarkdownIt

    rows = "\n".join(f"| x{in_markdown(name)} | 1 |" for name in names)
    text = MarkdownIt("commonmark").enable("table").render(f"| a | b |\n|---|---|\n{rows}\n")
    assert [squeezed(cell) for cell in Page(text).cells[2::2]] == [squeezed(f"x{name}") for name in names]


@QUICK
@given(NAME)
def test_latex_sees_no_command_in_a_name(name: str) -> None:
    said, back = harmless(name), {made: sign for sign, made in _SPECIAL.items()}
    said = re.sub(r"^\{([\[*])\}", r"\1", said)
    pieces = re.split("(" + "|".join(re.escape(made) for made in sorted(back, key=len, reverse=True)) + ")", said)
    assert not any(re.search(r"[\\~^<>&%$#_{}]", piece) for piece in pieces[::2])
    again = "".join(back.get(piece, piece) for piece in pieces)
    assert again == name.replace("<=", "≤").replace(">=", "≥")
    assert latex(pd.DataFrame({"Arm": [name], name + "!": ["1.5"]}), "x").count("&") >= 2


@QUICK
@given(names=NAMES, numbers=st.lists(st.floats(allow_nan=False, width=32), min_size=5, max_size=5))
def test_tables_in_files_hold_names_as_they_are(
    names: list[str], numbers: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    table = pd.DataFrame({"arm": names, "effect": numbers[: len(names)], "in": names, "In": names, "x" * 40: names})
    write_tables({"effects": table}, folder, {"effect": "e" * 90, "in": "=1+1"})
    read_back = pd.read_csv(folder / "effects.csv", keep_default_na=False, dtype=str, encoding="utf-8")
    assert list(read_back["arm"]) == names
    stata = pd.read_stata(folder / "effects.dta")
    assert list(stata["arm"]) == names
    assert all(list(stata[column]) == names for column in stata.columns[2:])
    with pd.read_stata(folder / "effects.dta", iterator=True) as file:
        assert "x" * 40 in file.variable_labels().values()
    sheet = openpyxl.load_workbook(folder / "tables.xlsx")["effects"]
    cells = [cell for column in (1, 3, 4, 5) for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column)]
    assert [cell.value for cell in cells] == names * 4
    assert {cell.data_type for cell in cells} == {"s"}  # text, of which Excel works out nothing


@QUICK
@given(st.lists(st.one_of(NAME, st.sampled_from(("in", "if", "_n", "using", "str"))), min_size=2, max_size=30))
def test_stata_names_are_distinct_and_allowed(names: list[str]) -> None:
    taken: set[str] = set()
    short = [stata_name(name, taken) for name in names]
    assert len(set(short)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}", name, re.ASCII) for name in short)
    assert not {"in", "if", "_n", "using"} & set(short)


@QUICK
@given(st.lists(NAME, min_size=2, max_size=30))
def test_files_are_named_apart_on_every_system(names: list[str]) -> None:
    taken: set[str] = set()
    files = [file_name(f"sensitivity-{name}", taken) for name in names]
    alike = {unicodedata.normalize("NFC", name).casefold() for name in files}
    assert len(alike) == len(names)
    for name in files:
        assert re.fullmatch(r"[\w-]+", name)
        assert len(f"{name}.parquet".encode()) <= 255
        assert name.startswith("sensitivity")
    again: set[str] = set()
    assert [file_name(f"sensitivity-{name}", again) for name in names] == files


@QUICK
@given(NAMES, NAME)
def test_a_package_says_the_same_study(names: list[str], title: str) -> None:
    said = {"title": title, "arms": {name: [] for name in names}, "label": {"arms": {names[0]: {"zh": title}}}}
    path = Path(__file__).with_name("never.yaml")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda _: _as_yaml(said).encode())
        patched.setattr(Path, "read_text", lambda *_, **__: _as_yaml(said))
        found = read(path)
    assert found.problems == []
    assert found.value == said


@QUICK
@given(st.recursive(NAME, lambda inner: st.lists(inner) | st.dictionaries(NAME, inner), max_leaves=8))
def test_a_script_holds_texts_and_ends_where_it_ends(told: Any) -> None:
    text = in_a_script(told)
    assert json.loads(text) == told
    assert not set(text) & set("<>&\u2028\u2029")


@settings(max_examples=6, deadline=None)
@given(NAMES)
def test_figures_write_every_name_and_tell_all_apart(names: list[str]) -> None:
    tables = called(names)
    with warnings.catch_warnings(), styled(Look()):
        warnings.simplefilter("error")
        short = short_names(names)
        assert len(set(short.values())) == len(names)
        assert all(name and not name.startswith("_") for name in short.values())
    from tempfile import TemporaryDirectory

    with warnings.catch_warnings(), TemporaryDirectory() as folder:
        warnings.simplefilter("error")
        only = ("forest", "tiers", "groups", "sensitivity")
        assert len(draw_all(tables, Path(folder), formats=("png",), only=only)) == 4


def test_a_figure_shows_all_arms_and_reads_nothing_as_mathematics() -> None:
    from matplotlib.text import Text

    names = ["_hidden", "50% of $5, 60% of $6", "$x^2$", "a_b"]
    with styled(Look()):
        tables = called(names)
        tables = tables.renamed(short_names(tables.arms), Look())
        for draw in figures().values():
            for stem, drawn in draw(tables, Look()):
                texts = drawn.findobj(Text)
                assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
                if stem.startswith(("outcome", "groups", "plane")):
                    assert {" ".join(text.get_text().split()) for text in texts} >= set(tables.arms)


def test_long_names_stand_whole_below_a_figure(tmp_path: Path) -> None:
    (path,) = draw_all(called(["a", "y" * 200, "居民" * 40]), tmp_path, formats=("pdf",), only=("forest",))
    assert path.stat().st_size > 0
    short = short_names(["a", "y" * 200, "y" * 201])
    assert len({*short.values()}) == 3
    assert all(
        length(name, 6.5) <= 0.9 * LINES * ROOM + 4 for name in short.values()
    )  # and a number where two are alike


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u2067", "\ud800"])
def test_what_cannot_be_seen_is_refused_in_names(sign: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        Study.of("x", title="t", community="classroom", weeks=20, arms={"nothing": [], f"a{sign}b": []})
    said = str(error.value)
    assert "in a name" in said
    assert not CONTROL.search(said.replace("\n", "")), "a message must not do what it warns of"
    path = tmp_path / "s.yaml"
    escaped = "".join(f"\\u{ord(c):04x}" for c in sign)
    path.write_text(
        f'title: t\ncommunity: classroom\nweeks: 20\narms:\n  n: []\n  "a{escaped}b": []\n', encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "r")])
    assert done.exit_code == 2
    if not "\ud800" <= sign[0] <= "\udfff":  # the reader of YAML itself refuses halves of signs
        assert f"{path}:6:3" in done.output


def test_texts_may_have_lines_and_nothing_else_that_cannot_be_seen(tmp_path: Path) -> None:
    study = small(tmp_path, question="Two lines:\n\tone and two")
    assert study.file.question == "Two lines:\n\tone and two"
    with pytest.raises(ConfigError, match="in a text"):
        small(tmp_path, question="a\x1b[2Jb")


ALL = (
    "[bold]x[/bold]",
    "run",
    "Run",
    "week",
    "arm",
    "cohesion",
    "metric",
    "Measure",
    "=1+1",
    "$a_b$ \\ {%}",
    "שלום 12",
    "y" * 200,
)


@pytest.mark.parametrize("names", [ALL[:4], pytest.param(ALL, marks=pytest.mark.slow)])
def test_a_whole_report_bears_any_names(
    tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    few_figures(monkeypatch, "outcome", "groups")  # all figures bear all names above
    arms: dict[str, Any] = {name: [{"training": {"seats": i + 1}}] if i else [] for i, name in enumerate(names)}
    study, store = small(tmp_path, arms=arms, title="<b>=$1$</b>", question="[q] & \\q"), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    results = Results(study, store)
    results.write_runs()
    assert list(dict.fromkeys(results.runs()["arm"])) == list(names)
    page = Page(re.sub(r'src="[^"]*"', "", "<p>" + write_report(results).read_text(encoding="utf-8")))
    assert not {"b1", "script"} & page.tags
    for name in names:
        assert any(name == cell for cell in page.cells), name
    effects = pd.read_csv(tmp_path / "r" / "tables" / "effects.csv", keep_default_na=False)
    assert list(dict.fromkeys(effects["arm"])) == list(names[1:])


@pytest.mark.slow
def test_names_go_all_the_way(tmp_path: Path) -> None:
    """Real runs: run, plan, figures, explore, report, package, replicate and trace, with names of every kind."""
    arms: dict[str, Any] = {name: [{"training": {"seats": i + 1}}] if i else [] for i, name in enumerate(HARD[:36:3])}
    small(tmp_path, arms=arms, title="012", weeks=12, window=4, replicates=2, set={"population.residents": 60})
    study, out = str(tmp_path / "small.yaml"), str(tmp_path / "out")
    zipped = str(tmp_path / "p.zip")
    for words in (
        ["plan", study, "--out", out], ["run", study, "--out", out, "--csv", "--workers", "1"], ["figures", study, "--out", out],
        ["explore", study, "--out", out], ["report", study, "--out", out], ["verify", study, "--out", out, "--runs", "2"],
        ["package", study, "--out", out, "--to", zipped], ["replicate", zipped, "--workers", "1"],
        *(["trace", "resident", "any", "--study", study, f"--arm={name}", "--weeks", "4"] for name in list(arms)[:3]),
    ):  # fmt: skip
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (words, done.output)
    runs = pd.read_csv(Path(out) / "runs.csv", keep_default_na=False, dtype=str)
    assert list(dict.fromkeys(runs["arm"])) == list(arms)


DOORS = {
    r"\bConsole\(|rich\.table|\bmarkup\b|from_markup": "experiments/reporting/console.py",
    r"\.savefig\(|parse_math|usetex": "experiments/reporting/figures/style.py",
    r"html\.escape|\.to_html\(": "experiments/reporting/escape.py",
    r"\.to_stata\(|\.to_excel\(|ExcelWriter": "experiments/reporting/paper_tables.py",
    r"\.to_latex\(|textbackslash": "experiments/reporting/latex.py",
}
"""What only one file of experiments/ and classroom/ may do: it is the door through which text enters a medium."""


def test_nobody_goes_around_the_doors() -> None:
    for room in ("experiments", "pages", "classroom", "desk", "sim", "linli"):
        for path in sorted((HOUSE / room).rglob("*.py")):
            text, name = path.read_text(encoding="utf-8"), path.relative_to(HOUSE).as_posix()
            typed = re.sub(r"if TYPE_CHECKING:\n(?:    .*\n)+", "", text)
            for pattern, door in DOORS.items():
                assert name == door or not re.search(pattern, typed), f"{name} goes around {door}: {pattern}"
    for path in sorted(
        path for room in ("pages", "classroom", "desk") for path in (HOUSE / room / "page").glob("*.js")
    ):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text("utf-8")
        ), path
