"""What a calibration says, as tables and sentences for a terminal and for a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.calibration.file import Calibration
from experiments.calibration.history import Wave
from experiments.calibration.identify import KNOWN, UNKNOWN, combinations, contractions, pairs
from experiments.calibration.posterior import Posterior
from experiments.calibration.predict import Shown, own_values
from experiments.calibration.sbc import SHARES, Check
from experiments.validation.examine import Part


@dataclass(frozen=True)
class Table:
    """Heads and rows; the first column is words."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_markdown(self) -> str:
        """The same for a page."""
        lines = [self.heads, ["---"] * len(self.heads), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


type Said = Iterator[Table | str]


def of_waves(asked: Calibration, waves: Sequence[Wave]) -> Said:
    """What each wave left, and which numbers rule out most."""
    rows = []
    for number, wave in enumerate(waves, 1):
        sharp = sorted(zip(wave.alone, asked.names, strict=True))[:3]
        said = ", ".join(f"{name} {share:.0%}" for share, name in sharp)
        rows.append([f"{number}", f"{wave.places}", f"{wave.left:.3%}", f"{min(wave.emulator.explained):.0%}", said])
    yield Table(("wave", "places run", "space left", "emulator explains", "what single numbers leave"), rows)
    yield "Emulator explains: the share of the variance of left-out places that it predicts, of the number it predicts worst."


def of_parameters(asked: Calibration, known: Posterior) -> Said:
    """How much is known of each parameter, and of which combinations."""
    rows, own = list[list[str]](), own_values(asked)
    for i, ((path, free), narrower) in enumerate(zip(asked.file.free.items(), contractions(known), strict=True)):
        low, high = (free.value(u) for u in known.quantiles(i, [0.05, 0.95]))
        at = float(known.weights @ (known.places[:, i] < free.unit(own[path])))
        searched = f"{free.low:.3g} to {free.high:.3g}"
        held = f"{own[path]:.3g} ({at:.0%} below)"
        rows.append([path, searched, f"{low:.3g} to {high:.3g}", f"{max(narrower, 0):.2f}", word(narrower), held])
    yield Table(("parameter", "searched", "nine tenths", "contraction", "", "own value"), rows)
    yield (
        "Contraction: 1 - variance of the posterior over that of the prior; known from "
        f"{KNOWN:g}, not known below {UNKNOWN:g}. In brackets, the posterior mass below the community's own value."
    )
    several = [c for c in combinations(known, asked.file.free) if len(c.weights) > 1]
    for head, told in (("sum or ratio of two", pairs(known, asked.file.free)), ("combination of several", several)):
        said = [[c.in_words(asked.file.free), f"{max(c.contraction, 0):.2f}", word(c.contraction)] for c in told]
        if said:
            yield Table((head, "contraction", ""), said)
    yield f"Effective size of the weighted sample: {known.effective:,.0f} even draws, from {known.stages} stages."


def word(contraction: float) -> str:
    """Known, in part, or not."""
    return "known" if contraction >= KNOWN else "in part" if contraction >= UNKNOWN else "not known"


def of_predictions(found: Shown) -> Said:
    """Which targets are met at the posterior, and which at the community's own values."""
    rows = [
        [a.name, str(a.bounds), f"{a.mean:.3g}", _between(a), a.verdict, f"{o.mean:.3g}", o.verdict]
        for a, o in zip(found.at_draws, found.own, strict=True)
    ]
    heads = ("number", "target", "posterior", "nine in ten draws", "", "own values", "")
    yield Table(heads, rows)
    yield (
        f"The model's runs at the draws lie {found.off:.2f} standard errors from what the emulator said of them (1 is right)."
    )


def _between(part: Part) -> str:
    low, high = part.spread
    return f"{low:.3g} to {high:.3g}"


def of_check(found: Check) -> Said:
    """Coverage and evenness, parameter by parameter."""
    covers = [found.coverage(share) for share in SHARES]
    rows = []
    for k, name in enumerate(found.names):
        learned = f"{max(found.contractions[k], 0):.2f}" if k < len(found.contractions) else ""
        said = [f"{cover[k]:.2f}" for cover in covers]
        rows.append([name, learned, *said, f"{found.even[k]:.2f}", f"{found.straight[k]:.2f}"])
    heads = ("parameter", "contraction", *(f"{share:.0%} holds" for share in SHARES), "p, chi-square", "p, Kolmogorov")
    yield Table(heads, rows)
    means = [f"{sum(c[:-1]) / (len(c) - 1):.3f} of {share:g}" for c, share in zip(covers, SHARES, strict=True)]
    ranges = [f"{low:.2f} to {high:.2f}" for low, high in map(found.may_cover, SHARES)]
    word = "even as far as they can tell" if found.holds else "NOT even: intervals are not to be believed"
    yield (
        f"{len(found.ranks)} truths: ranks are {word} (all tests at once, false alarm 5 %). Over all parameters intervals hold "
        f"{' and '.join(means)}; for one parameter chance alone lets coverage lie in {' and '.join(ranges)}. Effective sizes "
        f"{min(found.effective):,.0f} to {max(found.effective):,.0f}; refused: {found.refused}."
    )
