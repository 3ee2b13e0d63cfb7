"""Every refusal of the desk is said in Chinese on a Chinese page."""

import ast
from pathlib import Path

import pytest

pytest.importorskip("starlette")

import desk
import pages.guard
from desk import mistakes
from desk.reading import bring
from desk.refusals import SENTENCES, in_chinese
from desk.session import Session
from pages.guard import RefusedError
from sim import ConfigError

FILES = [*Path(desk.__file__).parent.glob("*.py"), Path(pages.guard.__file__)]


def sentences() -> list[str]:
    """What these files refuse with, as their sources say it; a number stands for what is put in."""
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "RefusedError",
                "ChangedError",
                "_refused",
            ):
                said = node.args[-1]
                if isinstance(said, ast.Constant):
                    found.append(str(said.value))
                elif isinstance(said, ast.JoinedStr) and any(
                    isinstance(part, ast.Constant) and len(str(part.value)) > 3 for part in said.values
                ):
                    found.append(
                        "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in said.values)
                    )
    return found


def test_every_sentence_that_refuses_has_chinese() -> None:
    said = sentences()
    assert len(said) > 30
    for one in said:
        chinese = in_chinese(RefusedError(one))
        assert not chinese.isascii(), one
        assert ("7" in chinese) == ("7" in one)
    assert all(not chinese.isascii() for chinese in SENTENCES.values())


def test_what_a_study_is_refused_for_is_said_as_its_mistakes_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desk.folder import Folder
    from desk.line import Line

    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text("title: [")
    folder = Folder(tmp_path)
    session = Session(folder, Line(folder))
    try:
        with pytest.raises(RefusedError) as refused:
            session.answer({"do": "lay", "name": "small", "changes": {"weeks": 3}})
        assert "study第1行：发现 YAML写法有误" in in_chinese(refused.value)
        (tmp_path / "small.yaml").write_text("- a list")
        with pytest.raises(RefusedError) as refused:
            session.answer({"do": "lay", "name": "small", "changes": {"weeks": 3}})
        assert in_chinese(refused.value) == "研究应由键与值组成：请先改正其文本"
    finally:
        session.close()
    assert in_chinese("KeyError: 'x'") == "程序出错：KeyError: 'x'"


PEOPLE = "id,grid,age,tier\np1,East,30,1\np2,West,8,0\n"
OWN_FILES: list[tuple[str, str, str]] = [
    ("residents", PEOPLE + "p1,East,30,1\n", "发现 'p1'重复（首次出现于第2行）；应为 互不相同的编号"),
    ("residents", PEOPLE + "p3,,30,1\n", "发现 空单元格；应为 网格的名称或编号"),
    ("residents", PEOPLE + "p3,East,200,1\n", "发现 '200'；应为 0至130的整数岁数"),
    ("residents", PEOPLE + "p3,East,9,2\n", "发现 12岁以下儿童的层级为2；应为 0或留空"),
    ("residents", PEOPLE + "p3,East,9\n", "发现 3个单元格；应为 4个单元格，与表头一致"),
    ("residents", "id,age\np1,30\n", "现有各列：id, age；应为 列'grid'"),
    ("residents", "", "发现 空文件；应为 表头与数据行"),
    ("ties", "source,target\np1,p9\n", "发现 'p9'；应为 某位居民的编号"),
    ("ties", "source,target\np1,p1\n", "发现 'p1'与自身的关系；应为 两位不同的居民"),
    (
        "ties",
        "source,target\np1,p2\np2,p1\n",
        "应为 每条关系只写一次（不分方向），或写 network: {symmetrise: strongest}",
    ),
    ("ties", "source,target,strength\np1,p2,7\n", "应为 大于0、不超过1的数；或写 network: {strength_scale: max}"),
]


@pytest.mark.parametrize(("which", "content", "chinese"), OWN_FILES)
def test_what_is_wrong_with_a_table_of_ones_own_is_said_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str, content: str, chinese: str
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"residents": PEOPLE, "ties": "source,target\np1,p2\n", which: content}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    said = (
        "extends: classroom\npopulation: {residents_file: residents.csv}\nnetwork: {kind: file, ties_file: ties.csv}\n"
    )
    (tmp_path / "own.yaml").write_text(said)
    with pytest.raises(ConfigError) as wrong:
        bring("own.yaml")
    told = "\n".join(mistakes.told(one)["says"][1] for one in wrong.value.problems)
    assert chinese in told
