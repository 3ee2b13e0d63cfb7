"""Our sensitivity indices against SALib's, on a function whose indices are known, without luck."""

import numpy as np
import pytest

from experiments.analysis.sensitivity import morris, sobol
from experiments.study.sampling import morris as walks
from experiments.study.sampling import saltelli

analyze = pytest.importorskip("SALib.analyze")

NAMES = ["a", "b", "c"]
PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}


def ishigami(shares: np.ndarray) -> np.ndarray:
    """Ishigami's function; first indices 0.314, 0.442, 0, total 0.558, 0.442, 0.244."""
    x = np.pi * (2 * shares - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_agree_with_salib() -> None:
    from SALib.analyze import sobol as theirs

    values = ishigami(saltelli(1024, 3, seed=4))
    ours = sobol(values[:, None], NAMES)
    found = theirs.analyze(PROBLEM, values, calc_second_order=False, num_resamples=50, seed=1)
    assert [i.first for i in ours] == pytest.approx(list(found["S1"]), abs=0.03)
    assert [i.total for i in ours] == pytest.approx(list(found["ST"]), abs=0.03)
    assert [i.first for i in ours] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert [i.total for i in ours] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)


def test_elementary_effects_agree_with_salib() -> None:
    from SALib.analyze import morris as theirs

    shares = walks(50, 3, 4, seed=2)
    values = ishigami(shares)
    ours = morris(values[:, None], shares, NAMES)
    found = theirs.analyze(PROBLEM, shares, values, num_levels=4, num_resamples=50, seed=1)
    assert [i.mu_star for i in ours] == pytest.approx(list(found["mu_star"]))
    assert [i.mu for i in ours] == pytest.approx(list(found["mu"]))
    assert [i.sigma for i in ours] == pytest.approx(list(found["sigma"]))
