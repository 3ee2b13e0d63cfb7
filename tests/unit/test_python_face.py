"""The face in Python: names, one figure by its name, and the bar of a notebook."""

import sys
from types import SimpleNamespace

import pytest
from rich.console import Console

import linli
from experiments.reporting.progress import progress


def test_names_come_from_where_they_live() -> None:
    from experiments.study.loader import Study
    from sim import METRICS, Vanguard

    assert (linli.Study, linli.Vanguard, linli.METRICS) == (Study, Vanguard, METRICS)
    with pytest.raises(AttributeError):
        linli.Vangaurd  # noqa: B018


def test_a_notebook_shows_how_far_the_runs_are(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    handle = SimpleNamespace(update=shown.append)
    face = SimpleNamespace(HTML=str, display=lambda said, display_id: shown.append(said) or handle)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1)))
    monkeypatch.setitem(sys.modules, "IPython.display", face)
    with progress(Console(quiet=True), 2) as told:
        told(1, 1)
        told(1, 0)
    assert "0 of 2 runs" in shown[0]
    assert "2 of 2 runs, 1 failed" in shown[-1]
    assert 'value="2" max="2"' in shown[-1]
