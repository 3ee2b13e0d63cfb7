"""The Summary ODD: at most three printed pages for the appendix of a paper, with the numbers of a community.

The frame stands in `summary.md` beside this file. Grimm and others (2020) ask for purpose and patterns, entities, the week,
the most important design concepts and the key processes in short; the rest stands in the full document.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from experiments.odd.tables import says_target, table_of
from experiments.reporting.escape import in_markdown
from sim import __version__
from sim.config.load import config_folder
from sim.config.schema import Config
from sim.config.yaml import read
from sim.policies import POLICIES

SLOT = re.compile(r"\{\{([a-z_]+)(?::([\w.]+))?\}\}")
DIGITS = 3
"""Digits of a number that a reader of three pages wants."""


def summarized(config: Config, community: str = "baseline") -> str:
    """The Summary ODD of a configuration as Markdown. Raises KeyError for a slot that nothing fills."""
    text = Path(__file__).with_name("summary.md").read_text(encoding="utf-8")
    slots: dict[str, Callable[[str], str]] = {
        "title": lambda _: in_markdown(config.title),
        "community": lambda _: community,
        "version": lambda _: __version__,
        "residents": lambda _: f"{config.population.residents:,}",
        "grids": lambda _: str(config.population.grids),
        "value": lambda path: said(config.evidence[path].value),
        "grades": lambda _: _grades(config),
        "patterns": _patterns,
        "kinds": lambda _: _kinds(config),
        "policies": lambda _: ", ".join(kind.title for kind in POLICIES.values()),
        "initial_tiers": lambda _: ", ".join(map(said, config.population.initial_tiers)),
        **{name: lambda _, so=so: so(config) for name, so in SWITCHES.items()},  # type: ignore[misc]
    }
    return SLOT.sub(lambda slot: slots[slot[1]](slot[2] or ""), text).rstrip() + "\n"


def said(value: object) -> str:
    """A number in few digits, a choice as it is."""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


SWITCHES: dict[str, Callable[[Config], str]] = {
    "lived": lambda c: (
        " and then live before the start until ages are at rest" if c.life.course == "on" else "; nobody ages"
    ),
    "review": lambda c: (
        "What nobody on the roster could take is declined and looked at again later."
        if c.dispatching.review == "yes"
        else "Nothing is declined at review."
    ),
    "levels": lambda c: (
        "where a policy has levels: urgent orders at once, others each "
        + (
            f"{said(c.dispatching.escalate_share)} of their promise"
            if c.dispatching.escalation == "promise"
            else f"{said(c.dispatching.escalate_after)} weeks"
        )
    ),
    "scope": lambda c: {
        "local": "no other grid is asked",
        "pooled": "all grids are one",
        "local_then_pooled": "if nobody accepts, as many of all grids are asked",
    }[c.dispatching.scope],
    "failure": lambda c: (
        "; else the need stays unmet and is asked for again"
        if c.serving.failure == "yes"
        else "; here every service meets its need"
    ),
    "partners": lambda c: ", the sociable more," if c.bonding.partner == "sociable" else "",
    "lives": lambda c: (
        "Residents age; couples have children, partners join, grown children leave home, illness limits, and deaths follow a "
        "life table; no such chance hangs on service."
        if c.life.course == "on"
        else "Nobody ages here."
    ),
    "by_age": lambda c: (
        " times what goes with age, tenure and living alone" if c.moving.by == "age" else " times what goes with tenure"
    ),
}
"""What a mechanism with a switch is said to do, as it stands in a community."""


def _grades(config: Config) -> str:
    grades = Counter(e.grade for e in config.evidence.values())
    return (
        f"of its {sum(grades.values())} values {grades['assumed']} are assumed and {grades['calibrated']} calibrated."
    )


def _patterns(use: str) -> str:
    """The patterns of one use in words, each with its band."""
    every = read(config_folder() / "patterns" / "community.yaml").value["patterns"].values()
    chosen = [p for p in every if (p["use"] == "calibrated") == (use == "calibrated")]
    return "; ".join(
        f"{p['title'][0].lower()}{p['title'][1:]} ({', '.join(says_target(b) for b in p['parts'].values())})"
        for p in chosen
    )


def _kinds(config: Config) -> str:
    """The kinds of service that anybody comes to need, with what decides about them."""
    head = (
        "kind of service", "who", "needs a week (alone, senior, limited)", "lasts (weeks)", "a week", "class, promise (weeks)",
        "severity", "household, neighbours, public", "lowest tier, skill",
    )  # fmt: skip
    rows = (
        (
            k.title,
            k.eligible,
            f"{said(k.weekly)} ({said(k.weekly_alone)}, {said(k.weekly_senior)}, {said(k.weekly_limited)})",
            said(k.lasts) if k.lasts > 0 else "episode",
            f"{k.services} x {said(k.hours)} h",
            f"{k.urgency}, {said(k.promise)}",
            said(k.severity),
            f"{said(k.household_keeps)}, {said(k.neighbours_keep)}, {said(k.covered)}",
            f"{k.lowest_tier.replace('_', '-')}, {said(k.lowest_skill)}",
        )
        for k in config.kinds.values()
        if max(k.weekly, k.weekly_alone, k.weekly_senior, k.weekly_limited) > 0.0
    )
    return table_of(head, rows)
