"""The claims and what came out, as a page."""

from collections.abc import Sequence

import numpy as np

from experiments.validation.claims import ENOUGH, Answer, Finding, Together, study_of
from sim import METRICS

INTRODUCTION = """# The claims of the article

Thirteen things that the article says and that can be wrong, each examined by a study with the mechanism's off switch as an arm.
This page is written by `linli claims`; what each claim needs stands in `configs/claims/huang2025.yaml`, the studies in `configs/studies/`.
Effects are differences between arms that share their luck (common random numbers), means over the window of a study (the last two years), with 95 % intervals.{wide}
Doses of policies, and numbers that an arm sets (such as a switch), stay as they are: a claim that depends on these is told by its
arm with the switch off.

A claim **holds** when every sign it needs is beyond noise and the same at {enough:.0%} of the plausible points; it **depends on
assumed numbers** when the signs are there at the baseline's values and not at so many points; there is **no difference that
matters** when the 90 % interval of an effect lies within the band that its file states; it is **undecided** when an
interval holds 0; it **does not hold** when a sign is the other way round. "Holds" means: in this model, with numbers that are
mostly assumed. It is a statement about the article's reasoning, not about a town.
"""

WIDE = """ *Same sign* is
the share of {points} plausible points (all assumed and calibrated numbers moved at once, each between value / 1.5
and value x 1.5) at which the effect has that sign; a point is lived as often as it takes that luck alone would seldom turn it."""


def as_page(answers: Sequence[Answer], points: int) -> str:
    """The page: a table of verdicts, then every claim with its effects."""
    lines = [
        INTRODUCTION.format(wide=WIDE.format(points=points) if points else "", enough=ENOUGH),
        "| | claim | verdict | signs needed |",
        "|---|---|---|---|",
    ]
    for a in answers:
        signs = "; ".join(f"{_label(f)} {_arrow(f)}{_note(f)}" for f in a.found)
        lines.append(f"| {a.claim.number} | {a.claim.claim} | **{a.verdict}** | {signs} |")
    for a in answers:
        lines += ["", f"## {a.claim.number}. {a.claim.claim}", ""]
        study = study_of(a.claim)
        lines += [
            f"{study.file.question} Study `{a.claim.study}`: {a.found[0].n} replicates, {study.file.weeks} weeks"
            f"{f'; {points} plausible points with {a.lives} replicates each' if a.lives else ''}. Verdict: **{a.verdict}**.",
            "",
        ]
        if a.claim.reading:
            lines += [a.claim.reading, ""]
        lines += [
            "| effect | on | 95 % interval | of | needed | same sign | depends on |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(f) for f in (*a.found, *a.beside)]
        if a.between:
            lines += ["", f"Between communities that differ (study `{a.between[0].told.study}`):", ""]
            lines += ["| goes together | rank correlation, 95 % interval | communities |", "|---|---|---|"]
            lines += [_between(t) for t in a.between]
    return "\n".join(lines) + "\n"


def _row(f: Finding) -> str:
    needed = {1: "up", -1: "down", 0: ""}[getattr(f.told, "sign", 0)]
    if f.told.matters is not None:
        needed += f" (by {f.told.matters:g}{'; not so much' if f.slight else ''})"
    same = "" if np.isnan(f.same_sign) or not f.effect else f"{f.same_sign:.0%}"
    hangs = f"`{f.hangs_on.split()[0]}` {f.hangs_on.split()[1]}" if f.hangs_on else ""
    return f"| {_sum(f)}{_note(f)} | {_label(f)} | {f.effect:+.3g} ({f.low:+.3g} to {f.high:+.3g}) | {f.reference:.3g} | {needed} | {same} | {hangs} |"


def _between(t: Together) -> str:
    note = f" ({t.told.note})" if t.told.note else ""
    pair = f"{METRICS[t.told.outcome].label.lower()} and {METRICS[t.told.beside].label.lower()}"
    return f"| {pair}{note} | {t.correlation:+.2f} ({t.low:+.2f} to {t.high:+.2f}) | {t.communities} |"


def _label(f: Finding) -> str:
    return METRICS[f.told.outcome].label.lower()


def _note(f: Finding) -> str:
    return f" ({f.told.note})" if f.told.note else ""


def _arrow(f: Finding) -> str:
    """Which way the effect goes, and a question mark where the interval holds 0."""
    return {1: "up", -1: "down", 0: "unclear"}[f.sign]


def _sum(f: Finding) -> str:
    """The arms in words: a - b."""
    parts = [("- " if weight < 0 else "+ ") + arm.replace("_", " ") for arm, weight in f.told.arms.items()]
    return " ".join(parts).removeprefix("+ ")
