"""A rule that does not compile is refused before anything runs, by file, line and nearest name."""

from pathlib import Path
from typing import Any

import pytest

from experiments.tasks.refused import refuse_what_does_not_compile
from sim import POLICIES
from sim.config.yaml import ConfigError
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
