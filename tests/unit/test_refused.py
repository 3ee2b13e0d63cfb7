"""A rule that does not compile is refused before anything runs, by file, line and nearest name."""

from pathlib import Path
from typing import Any

import pytest

from experiments.tasks.refused import refuse_what_does_not_compile
from sim.config.yaml import ConfigError
from sim.state.phase import unit
from sim.week import WEEK


def misspelt(residents: Any, deciding: Any) -> None:
    residents.fatigue[0] = deciding.norms


def unmarked(residents: Any) -> None:
    residents.fatigue[0] = helper(1.0)


def helper(x: float) -> float:
    return x


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (misspelt, "misspelt: found deciding.norms; expected a name that deciding has. Did you mean 'norm'?"),
        (unmarked, "unmarked: found Untyped global name 'helper'; expected"),
    ],
)
def test_a_rule_that_does_not_compile_says_where(rule: Any, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        refuse_what_does_not_compile([unit(rule)])
    assert f"{Path(__file__).name}:{rule.__code__.co_firstlineno + 1}:" in str(refused.value)
    assert said in str(refused.value)


def test_rules_that_compile_are_not_refused() -> None:
    refuse_what_does_not_compile(WEEK)
