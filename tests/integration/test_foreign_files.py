"""Files that are something else than what they are named as: refused without a line of them, whatever size they say."""

import time
from pathlib import Path

import openpyxl
import pytest
from own_files import FIVE, residents, said_of, tied

from experiments.study.loader import read_study
from sim.config.load import load_config
from sim.config.yaml import ConfigError
from sim.founding.population import Founders, founders


@pytest.fixture
def five(tmp_path: Path) -> Founders:
    return residents(tmp_path, FIVE)


@pytest.mark.parametrize("name", ["passwd", "secret", "id_rsa.pem", "data.sav", "book.xls"])
def test_a_file_of_another_kind_is_not_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        residents(tmp_path, "root:x:0:0:root:/root:/bin/sh\n", name)
    assert "root" not in said_of(wrong).replace(str(tmp_path), "")
    assert ".csv" in said_of(wrong)


def test_a_table_of_something_else_is_not_shown(tmp_path: Path, five: Founders) -> None:
    secret = "user,password\nroot,hunter2\n"
    with pytest.raises(ConfigError) as wrong:
        residents(tmp_path, secret, "other.csv")
    assert "password" not in said_of(wrong)
    (tmp_path / "ties.csv").write_text(secret)
    with pytest.raises(ConfigError) as wrong:
        tied(tmp_path / "ties.csv", five)
    assert "password" not in said_of(wrong)
    assert "expected a column 'source'" in said_of(wrong)


def test_what_a_file_says_of_its_size_costs_nothing(tmp_path: Path, five: Founders) -> None:
    """Vertices without ties, and cells of a sheet that are empty, are not made, however many a file says there are."""
    text = "*Vertices 9999999\n1 ann\n2 bob\n3 cai\n*Edges\n1 2\n2 3\n"
    (tmp_path / "ties.net").write_text(text)
    began = time.process_time()
    assert len(tied(tmp_path / "ties.net", five)) == 2
    book = openpyxl.Workbook()
    for row in [("source", "target"), ("ann", "bob")]:
        book.active.append(row)
    book.active.cell(1_000_000, 16_000).fill = openpyxl.styles.PatternFill("solid", fgColor="FF0000")
    book.save(tmp_path / "ties.xlsx")
    assert len(tied(tmp_path / "ties.xlsx", five)) == 1
    assert time.process_time() - began < 10  # it was minutes, and all memory


def test_stray_cells_far_to_the_right_are_told(tmp_path: Path, five: Founders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.founding.import_data.table.MOST_CELLS", 1000)
    book = openpyxl.Workbook()
    for row in [("source", "target"), ("ann", "bob")]:
        book.active.append(row)
    book.active.cell(2, 900, "stray")
    book.save(tmp_path / "ties.xlsx")
    with pytest.raises(
        ConfigError, match="found 2 rows, one of them with something in column 900; expected a sheet without"
    ):
        tied(tmp_path / "ties.xlsx", five)


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found a folder; expected a file"):
        founders(load_config("baseline", set={"population.residents_file": str(tmp_path / ".." / "..")}).population, 1)


def test_a_community_that_is_no_yaml_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("root:x:0:0\n")
    with pytest.raises(ConfigError) as wrong:
        load_config(tmp_path / "passwd")
    assert "expected a YAML file" in said_of(wrong)
    assert "root" not in said_of(wrong).replace(str(tmp_path), "")


FOREIGN = (
    "password: hunter2\nuser: me\n",
    "users:\n- {name: hunter2, roles: [x\n",
    "hunter2:x:0:0\nfoo\n",
    "- hunter2\n",
    "hunter2: 'x",
)


@pytest.mark.parametrize("ending", [".yaml", ".yml"])
@pytest.mark.parametrize("secret", FOREIGN)
@pytest.mark.parametrize("way", ["community", "extends", "named"])
def test_a_yaml_file_of_something_else_is_not_shown(tmp_path: Path, secret: str, way: str, ending: str) -> None:
    """As with any other name: somebody else's file is refused without a line, a key or a value of it."""
    (tmp_path / f"theirs{ending}").write_text(secret)
    said = f"title: x\ncommunity: theirs{ending}\nweeks: 9\narms: {{a: [], b: [training]}}\n"
    (tmp_path / "study.yaml").write_text(said)
    (tmp_path / "own.yaml").write_text(f"title: x\nextends: theirs{ending}\n")
    reads = {
        "community": lambda: read_study(tmp_path / "study.yaml"),
        "extends": lambda: load_config(tmp_path / "own.yaml"),
        "named": lambda: load_config(tmp_path / f"theirs{ending}"),
    }
    with pytest.raises(ConfigError) as wrong:
        reads[way]()
    for word in ("hunter2", "password", "user", "foo"):
        assert word not in said_of(wrong).replace(str(tmp_path), "")
    assert "a file that is no configuration; expected one of the keys extends, title" in said_of(wrong)


@pytest.mark.parametrize(
    "text", ["populaton: {residents: 60}\n", "{extends: baseline, moving: {annual_rate: x}}", '"title": [1\n']
)
def test_a_configuration_with_a_mistake_is_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"own.yaml:\d+:\d+: .*\n    "):
        load_config(tmp_path / "own.yaml")
