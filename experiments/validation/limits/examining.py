"""Examining limits: reads `configs/limits/*.yaml`, computes both sides and gives a verdict on each number."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import create_model

from experiments.validation.limits import (
    asking,
    banking,
    cases,
    conservation,
    inequality,
    influence,
    ladder,
    learning,
    networks,
    service,
    thresholds,
    ties,
)
from experiments.validation.limits.limit import Limit
from sim.config.load import ConfigError, config_names, find_file, load
from sim.config.schema import Config
from sim.config.yaml import Problem, nearest, read

FORMULAS: dict[str, type[Limit]] = {
    "crowd": thresholds.Crowd,
    "normal_crowd": thresholds.NormalCrowd,
    "sampled_crowd": thresholds.SampledCrowd,
    "cascade": thresholds.Cascade,
    "cascade_window": thresholds.Window,
    "lattice": thresholds.Lattice,
    "tier_ladder": ladder.TierLadder,
    "ladder_with_mobility": ladder.LadderWithMobility,
    "tenure": ladder.Tenure,
    "tie_density": ties.TieDensity,
    "tie_hours": ties.TieHours,
    "ties_at_rest": ties.TiesAtRest,
    "backlog": service.Backlog,
    "acceptance": service.Acceptance,
    "attention": service.Attention,
    "little": service.Little,
    "classes": cases.Classes,
    "people_with_cases": cases.PeopleWithCases,
    "length_of_cases": cases.LengthOfCases,
    "register_survives": cases.RegisterSurvives,
    "own_requests": cases.OwnRequests,
    "informal_help": cases.InformalHelp,
    "asked": asking.Asked,
    "recruitment": asking.Recruitment,
    "logit": asking.Logit,
    "degroot": influence.DeGroot,
    "stubborn": influence.Stubborn,
    "ledger": banking.Ledger,
    "circle": banking.Circle,
    "sessions": learning.Sessions,
    "efficacy": learning.Efficacy,
    "half_life": learning.HalfLife,
    "ring_clustering": networks.RingClustering,
    "blocks": networks.Blocks,
    "cliques": networks.Cliques,
    "gini": inequality.Gini,
    "blau": inequality.Blau,
    "retention": inequality.Retention,
    "conservation": conservation.Conservation,
}
"""The class that reads a limit's block, by the name of its formula."""


class Row(NamedTuple):
    """One number of one limit: what theory gives, what the model gives, how far apart they may lie."""

    limit: str
    what: str
    expected: float
    got: float
    tolerance: float
    verdict: str
    """`holds` or `fails`."""
    note: str


def _shape_of(formula: type[Limit]) -> type[Config]:
    """A configuration with the block that this formula reads."""
    return create_model("LimitConfig", __base__=Config, limit=(formula, ...))


def limit_names() -> list[str]:
    """The shipped limits."""
    return config_names(("limits",))


def load_limit(name_or_path: str | Path, changes: Mapping[str, object] | None = None) -> tuple[Limit, Config]:
    """The limit of that name, or in that file, with changes laid over it; and the place in which it is reached.

    Errors: ConfigError with everything that is wrong.
    """
    path = find_file(name_or_path, ("limits",))
    document = read(path)
    block = document.value.get("limit") if isinstance(document.value, dict) else None
    name = block.get("formula") if isinstance(block, dict) else None
    if name not in FORMULAS:
        place = ("limit", "formula") if name is not None else ("limit",) if block is not None else ()
        expected = f"one of {', '.join(FORMULAS)}"
        found = repr(name) if name is not None else "no such key"
        spot = document.marks.value(place)
        raise ConfigError([Problem(spot, "limit.formula", found, expected, nearest(name, FORMULAS))])
    both = load(path, _shape_of(FORMULAS[name]), changes)
    limit: Limit = both.limit  # type: ignore[attr-defined]
    return limit, Config.model_construct(**{key: getattr(both, key) for key in Config.model_fields})


def examined(
    name: str | Path, changes: Mapping[str, object] | None = None, lived_with: Mapping[str, object] | None = None
) -> list[Row]:
    """One limit: theory against model. `lived_with` changes what the model lives with but not what theory is told.

    Errors: ConfigError for a wrong file or change, or where theory has no answer for these parameters.
    """
    limit, place = load_limit(name, changes)
    living, lived_in = load_limit(name, {**(changes or {}), **lived_with}) if lived_with else (limit, place)
    try:
        expected = limit.expected(place)
    except ValueError as error:
        spot = read(find_file(name, ("limits",))).marks.value(("limit",))
        raise ConfigError([Problem(spot, "limit", str(error), "parameters for which the limit is known")]) from error
    got = living.got(lived_in)
    label, rows = Path(name).stem, []
    for what, theory in expected.items():
        allowed = limit.allowed(theory, got[what])
        holds = abs(got[what].value - theory.value) <= allowed
        note = limit.note(place)
        rows.append(Row(label, what, theory.value, got[what].value, allowed, "holds" if holds else "fails", note))
    return rows


def run_limits(names: Iterable[str] | None = None, changes: Mapping[str, object] | None = None) -> list[Row]:
    """The limits of these names (all, if none is named), with the same changes for each.

    Errors: ConfigError before anything is run, for a wrong name, file or change.
    """
    chosen = list(names or ()) or limit_names()
    for name in chosen:
        load_limit(name, changes)
    return [row for name in chosen for row in examined(name, changes)]
