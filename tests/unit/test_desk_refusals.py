"""Every refusal of the desk is said in Chinese on a Chinese page."""

import ast
from pathlib import Path

import pytest

pytest.importorskip("starlette")

import desk
import pages.guard
from desk.refusals import SENTENCES, in_chinese
from desk.session import Session
from pages.guard import RefusedError

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
