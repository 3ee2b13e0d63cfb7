"""A rule that does not compile is refused before anything runs, by file, line and nearest name."""

from pathlib import Path
from typing import Any

import pytest

from experiments.tasks.refused import refuse_what_does_not_compile
from sim import POLICIES
from sim.config.yaml import ConfigError
from sim.engine import cache
from sim.engine.jit import law
from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
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


@law
def typo(tier, deciding):
    """A law with a misspelt name."""
    return tier * deciding.norms


def two_deep(residents: Any, deciding: Any) -> None:
    residents.fatigue[0] = typo(1.0, deciding)


def test_what_does_not_compile_is_left_for_others_to_try() -> None:
    """A right to compile that is kept after a failure would let every other process wait for ever."""
    with pytest.raises(Exception, match="norms"):
        unit(two_deep).build()
    assert cache._HELD == {}


def test_rules_that_compile_are_not_refused() -> None:
    refuse_what_does_not_compile(WEEK)


class Kind(Policy):
    """A dose is misspelt."""

    warmth: float = dose(1.0, "Warmth.", unit="share", low=0, high=1)

    @pushes
    def thank(levers, my):  # type: ignore[no-untyped-def]
        levers.recognition[0] += my.warmht


def test_a_push_that_does_not_compile_names_the_nearest_dose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "kind", Kind)
    with pytest.raises(ConfigError, match=r"thank: found my\.warmht; .* Did you mean 'warmth'\?"):
        refuse_what_does_not_compile(Kind().units())
