"""What a calibration says, as tables and sentences for a terminal and for a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.calibration.file import Calibration
from experiments.calibration.history import Wave
from experiments.calibration.identify import KNOWN, UNKNOWN, combinations, contractions, pairs
from experiments.calibration.posterior import Posterior
from experiments.calibration.predict import Shown, own_values
from experiments.calibration.sbc import SHARES, Check
from experiments.spoken import spoken
from experiments.validation.examine import bounds_in_words, verdict_in_words


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
    heads = spoken("wave|places run|space left|emulator explains|what single numbers leave").split("|")
    yield Table(heads, rows)
    yield spoken(
        "Emulator explains: the share of the variance of left-out places that it predicts, of the number it predicts worst."
    )


def of_parameters(asked: Calibration, known: Posterior) -> Said:
    """How much is known of each parameter, and of which combinations."""
    rows, own = list[list[str]](), own_values(asked)
    for i, ((path, free), narrower) in enumerate(zip(asked.file.free.items(), contractions(known), strict=True)):
        low, high = (free.value(u) for u in known.quantiles(i, [0.05, 0.95]))
        at = float(known.weights @ (known.places[:, i] < free.unit(own[path])))
        held = spoken("{own:.3g} ({share:.0%} below)", own=own[path], share=at)
        rows.append([path, _to(free.low, free.high), _to(low, high), f"{max(narrower, 0):.2f}", word(narrower), held])
    yield Table(spoken("parameter|searched|nine tenths|contraction||own value").split("|"), rows)
    yield spoken(
        "Contraction: 1 - variance of the posterior over that of the prior; known from {known:g}, not known below {unknown:g}. "
        "In brackets, the posterior mass below the community's own value.",
        known=KNOWN,
        unknown=UNKNOWN,
    )
    several = [c for c in combinations(known, asked.file.free) if len(c.weights) > 1]
    for head, told in (
        (spoken("sum or ratio of two"), pairs(known, asked.file.free)),
        (spoken("combination of several"), several),
    ):
        said = [[c.in_words(asked.file.free), f"{max(c.contraction, 0):.2f}", word(c.contraction)] for c in told]
        if said:
            yield Table((head, spoken("contraction"), ""), said)
    yield spoken(
        "Effective size of the weighted sample: {size:,.0f} even draws, from {stages} stages.",
        size=known.effective,
        stages=known.stages,
    )


def word(contraction: float) -> str:
    """Known, in part, or not."""
    if contraction >= KNOWN:
        return spoken("known")
    return spoken("in part") if contraction >= UNKNOWN else spoken("not known")


def of_predictions(found: Shown) -> Said:
    """Which targets are met at the posterior, and which at the community's own values."""
    rows = [
        [
            a.name,
            bounds_in_words(a.bounds),
            f"{a.mean:.3g}",
            _to(*a.spread),
            verdict_in_words(a.verdict),
            f"{o.mean:.3g}",
            verdict_in_words(o.verdict),
        ]
        for a, o in zip(found.at_draws, found.own, strict=True)
    ]
    yield Table(spoken("number|target|posterior|nine in ten draws||own values|").split("|"), rows)
    yield spoken(
        "The model's runs at the draws lie {off:.2f} standard errors from what the emulator said of them (1 is right).",
        off=found.off,
    )


def _to(low: float, high: float) -> str:
    return spoken("{low:.3g} to {high:.3g}", low=low, high=high)


def of_check(found: Check) -> Said:
    """Coverage and evenness, parameter by parameter."""
    covers = [found.coverage(share) for share in SHARES]
    rows = []
    for k, name in enumerate(found.names):
        learned = f"{max(found.contractions[k], 0):.2f}" if k < len(found.contractions) else ""
        said = [f"{cover[k]:.2f}" for cover in covers]
        rows.append([name, learned, *said, f"{found.even[k]:.2f}", f"{found.straight[k]:.2f}"])
    shares = [spoken("{share:.0%} holds", share=share) for share in SHARES]
    tests = spoken("p, chi-square|p, Kolmogorov").split("|")
    yield Table((spoken("parameter"), spoken("contraction"), *shares, *tests), rows)
    means = [
        spoken("{mean:.3f} of {share:g}", mean=sum(c[:-1]) / (len(c) - 1), share=share)
        for c, share in zip(covers, SHARES, strict=True)
    ]
    ranges = [spoken("{low:.2f} to {high:.2f}", low=low, high=high) for low, high in map(found.may_cover, SHARES)]
    even, uneven = spoken("even as far as they can tell"), spoken("NOT even: intervals are not to be believed")
    also = spoken(" and ")
    yield spoken(
        "{truths} truths: ranks are {word} (all tests at once, false alarm 5 %). Over all parameters intervals hold {means}; "
        "for one parameter chance alone lets coverage lie in {ranges}. Effective sizes {least:,.0f} to {most:,.0f}; refused: {refused}.",
        truths=len(found.ranks), word=even if found.holds else uneven, means=also.join(means), ranges=also.join(ranges),
        least=min(found.effective), most=max(found.effective), refused=found.refused,
    )  # fmt: skip
