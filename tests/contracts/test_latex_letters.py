"""Pages for LaTeX say in their first line what their letters need, and a real LaTeX sets them."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from experiments.reporting.latex import latex
from tests.contracts.test_names import HARD


@pytest.mark.parametrize(("sign", "needed"), [
    ("e", r"\usepackage{booktabs}"), ("é", r"\usepackage{booktabs}"), ("≤ − × μ", r"\usepackage{booktabs}"),
    ("东", r"\usepackage{booktabs}, \usepackage{ctex} and XeLaTeX"),
    ("ש", r"\usepackage{booktabs}, \usepackage{fontspec} and XeLaTeX with a font (\setmainfont) that has U+05E9"),
    ("东 😀", r"\usepackage{booktabs}, \usepackage{ctex} and XeLaTeX with a font (\setmainfont) that has U+1F600"),
])  # fmt: skip
def test_a_page_for_latex_says_what_its_letters_need(sign: str, needed: str) -> None:
    for page in (pd.DataFrame({"a": [sign]}), pd.DataFrame({sign: ["a"]})):
        assert latex(page, "x").splitlines()[0] == f"% x; needs {needed}"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX here")
def test_pages_for_latex_are_set_by_a_real_one(tmp_path: Path) -> None:
    pages = [pd.DataFrame({"": [n, n, "b"], n: ["1", "-2", "x"], f"Arm {n}": [n, "+0.5\n[-1, 2]", "0"]}) for n in HARD]
    texts = [text for page in pages if "XeLaTeX" not in (text := latex(page, "x", headed=True)).splitlines()[0]]
    assert len(texts) > 0.8 * len(HARD)
    head = r"\documentclass{article}\usepackage[paperwidth=150cm,paperheight=60cm]{geometry}\usepackage[T1]{fontenc}\usepackage{booktabs}"
    (tmp_path / "all.tex").write_text(
        "\n".join([head, r"\begin{document}", *texts, r"\end{document}"]), encoding="utf-8"
    )
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
