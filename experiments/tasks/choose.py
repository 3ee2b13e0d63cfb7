"""Choosing the best arm or dose under a budget of runs, with a stated probability of being right (see analysis.choosing).

Choices are arms with their doses; what else varies are conditions, over which a choice is averaged. All choices live the first
replicates; then only those that may still be best go on, a few replicates at a time. In the end the best and the first arm live
replicates that had no say in the choice, and these say what it brings.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.choosing import FIRST, Standing, standing
from experiments.analysis.effects import Effect, effect_of
from experiments.analysis.intervals import FEWEST, Numbers
from experiments.analysis.stopping import Wanted
from experiments.reporting.figures.tables import UNITS_ZH
from experiments.runs.executor import Workers, perform
from experiments.runs.present import claim, say_mended
from experiments.runs.results import Results
from experiments.runs.store import Store, StoreError
from experiments.runs.workers import Simulate
from experiments.spoken import language, spoken
from experiments.study.design import DOSE, Study
from experiments.study.own_files import read_own_files
from experiments.study.sampling import SAMPLED
from experiments.study.schema import wanted_width
from experiments.tasks.search import StudyError

if TYPE_CHECKING:
    import pandas as pd

MORE = 1.15
"""How many times as many replicates there are at the next look."""


@dataclass(frozen=True)
class Question:
    """What is to be best, by how much it must be, how surely, and with how many runs and yuan."""

    outcome: str
    better: int
    least: Wanted
    sure: float = 0.95
    runs: int = 5000
    budget: float = math.inf
    judge: int = 20

    @classmethod
    def of(
        cls, study: Study, outcome: str | None, least: str | None, sure: float, runs: int, budget: float, judge: int
    ) -> "Question":
        """The question that a study's file and a command ask. Raises StudyError for one that cannot be answered."""
        from sim import METRICS
        from sim.config.yaml import nearest

        file = study.file
        named = outcome or (*file.primary, *(m for m in file.outcomes if m in file.matters), *file.outcomes)[0]
        if named not in METRICS:
            near = nearest(named, METRICS)
            meant = spoken(" Did you mean {near!r}?", near=near) if near else ""
            raise StudyError(
                spoken(
                    "--outcome {named}: no such metric; expected one of `linli list metrics`.{meant}",
                    named=named,
                    meant=meant,
                )
            )
        if not METRICS[named].better:
            raise StudyError(
                spoken("{named}: neither more nor less of it is better; expected another --outcome", named=named)
            )
        said = least or file.matters.get(named)
        if said is None:
            raise StudyError(
                spoken(
                    "{path}: which difference in {named} matters is not said; expected `matters: {{{named}: 5%}}` in the study, or --least 5% (of the first arm's mean) or a number in the metric's unit",
                    path=study.path,
                    named=named,
                )
            )
        try:
            width = wanted_width(said)
        except ValueError:
            raise StudyError(
                spoken("--least {said}: expected a share such as 5%, or a number above 0", said=said)
            ) from None
        return cls(named, METRICS[named].better, width, sure, runs, budget, judge)


@dataclass(frozen=True)
class Choice:
    """One arm with its doses, and the points at which it lives: one, or several conditions."""

    name: str
    arm: str
    points: tuple[int, ...]


@dataclass(frozen=True)
class Chosen:
    """What came out."""

    choices: tuple[Choice, ...]
    means: tuple[float, ...]
    """Mean outcome of each choice over the replicates that it lived."""
    dear: frozenset[int]
    """Choices that cost more than the budget."""
    found: Standing
    least: float
    runs: int
    evenly: int
    """Runs that as many replicates for every choice would have taken."""
    judged: Effect | None
    """The best against the first arm by runs that did not choose; None where the first arm is the best."""


def choices_of(study: Study) -> list[Choice]:
    """Arms with doses; those that are the same life for life are one choice. Raises StudyError for a sample of both doses and conditions."""
    doses = [name for name in study.file.varies if name.startswith(DOSE)]
    conditions = [name for name in study.file.varies if name not in doses]
    if doses and conditions and study.file.design.method in SAMPLED:
        raise StudyError(
            spoken(
                "{path}: every dose would live under other conditions; expected listed values of one of them",
                path=study.path,
            )
        )
    groups: dict[tuple[object, ...], list[int]] = {}
    for p, point in enumerate(study.points):
        groups.setdefault(tuple(value for name, value in point if name in doses), []).append(p)
    found: dict[tuple[str, ...], Choice] = {}
    for arm in study.arms:
        own = {name for name, _ in study.arms[arm]}
        for values, points in groups.items():
            told = [
                f"{name.removeprefix(DOSE)} = {value}"
                for name, value in zip(doses, values, strict=True)
                if name.split(".")[1] in own
            ]
            lives = tuple(study.root(arm, p).hexdigest() for p in points)
            found.setdefault(lives, Choice(", ".join([arm, *told]), arm, tuple(points)))
    return list(found.values())


def choose(
    study: Study, folder: Path, question: Question, *, workers: int = 0, by: Workers = "processes", apart: bool = False,
    simulate: Simulate | None = None, told: Callable[[int, int, int], None] = lambda left, replicates, runs: None,
) -> Chosen:  # fmt: skip
    """Run what the choice needs.

    Raises StudyError when there is nothing to choose, StoreError as usual and where a choice has next to no finished run,
    ConfigError when a file of residents or ties is wrong.
    """
    choices = choices_of(study)
    if len(choices) < 2:
        raise StudyError(
            spoken("{path}: one choice only; expected several arms, or values of a dose in `varies`", path=study.path)
        )
    read_own_files(study)
    store = Store(folder).open()
    first = max(study.file.replicates, FIRST)
    each = [len(choice.points) for choice in choices]
    how = {"workers": workers, "by": by, "apart": apart} | ({"simulate": simulate} if simulate else {})

    def lived(replicates: Mapping[int, int]) -> tuple[Numbers, Numbers]:
        """Outcomes (larger is better) and costs of the choices, a row each, after so many replicates of each; NaN where none is."""
        asked = _allotted(study, choices, replicates)
        perform(asked, store, **how)  # type: ignore[arg-type]
        runs, most = Results(asked, store).runs((question.outcome, "cost")), max(replicates.values())
        return _means(runs, choices, question.outcome, most), _means(runs, choices, "cost", most)

    with store.held() as mended:
        claim(study, store)
        say_mended(store, mended)
        if sum(each) * first > question.runs:
            raise StudyError(
                spoken(
                    "--runs {runs}: {choices} choices need {needed} runs for a first look at {first} replicates",
                    runs=question.runs,
                    choices=len(choices),
                    needed=sum(each) * first,
                    first=first,
                )
            )
        now = dict.fromkeys(range(len(choices)), first)
        while True:
            values, costs = lived(now)
            there = np.isfinite(values[:, :first])
            if there.all(axis=0).sum() < FEWEST:
                Results(_allotted(study, choices, now), store).write_failures()
                lack = ", ".join(choices[i].name for i in np.flatnonzero(~there.all(axis=1)))
                raise StoreError(
                    spoken(
                        "{folder}: {outcome} lacks in runs of {lack}; expected {fewest} replicates or more in which every choice has it. Runs that failed are in failures.csv",
                        folder=folder,
                        outcome=question.outcome,
                        lack=lack,
                        fewest=FEWEST,
                    )
                )
            dear = (
                frozenset(np.flatnonzero(np.nanmean(costs[:, :first], axis=1) > question.budget).tolist())
                if np.isfinite(costs).any()
                else frozenset()
            )
            among = [i for i in range(len(choices)) if i not in dear]
            if not among:
                raise StudyError(
                    spoken(
                        "no choice of {choices} costs {budget:g} or less", choices=len(choices), budget=question.budget
                    )
                )
            least = question.least.at(float(np.nanmean(values[0, :first])))
            part = standing(question.better * values[among], first, least, question.sure)
            left = [among[i] for i in part.left]
            used, seen = sum(n * each[i] for i, n in now.items()), max(now.values())
            told(len(left), seen, used)
            step = min(max(math.ceil((MORE - 1) * seen), 2), int(part.ahead))
            step = min(step, (question.runs - used) // sum(each[i] for i in left))
            if part.decided or step < 1:
                break
            now |= dict.fromkeys(left, seen + step)
        best, reference, judged = left[0], 0, None
        if best != reference:
            fresh = max(now.values())
            final = now | {best: fresh + question.judge, reference: fresh + question.judge}
            outcomes = lived(final)[0][:, fresh:]
            judged = effect_of(outcomes[best], outcomes[reference], label=(0, choices[best].name, question.outcome))
    lives = [now[i] for i in range(len(choices))]
    for i, n in zip(among, part.lived, strict=True):
        lives[i] = min(n, lives[i])
    means = tuple(float(np.nanmean(row[:n])) for row, n in zip(values, lives, strict=True))
    whole = Standing(tuple(left), tuple(now[i] for i in range(len(choices))), part.decided, part.ahead)
    return Chosen(tuple(choices), means, dear, whole, least, used, sum(each) * max(now.values()), judged)


def _allotted(study: Study, choices: Sequence[Choice], replicates: Mapping[int, int]) -> Study:
    """The study with so many replicates of each choice."""
    given = {(choices[i].arm, p): n for i, n in replicates.items() for p in choices[i].points}
    return replace(study.with_replicates(max(given.values())), allotted=given, chosen=True)


def _means(runs: "pd.DataFrame", choices: Sequence[Choice], metric: str, replicates: int) -> Numbers:
    """Each choice's mean over its conditions, replicate by replicate."""
    rows = np.full((len(choices), replicates), np.nan)
    if metric not in runs:
        return rows
    for i, choice in enumerate(choices):
        own = runs[(runs["arm"] == choice.arm) & runs["point"].isin(choice.points)]
        table = own.pivot(index="replicate", columns="point", values=metric).reindex(range(replicates))
        if table.shape[1] == len(choice.points):
            rows[i] = table.to_numpy(float).mean(axis=1)
    return rows


def say_choice(study: Study, folder: Path, question: Question, workers: int) -> None:
    """Choose, say what is best and how surely, and write tables/choice.csv."""
    import pandas as pd

    from experiments.reporting.console import say_failures, terminal
    from experiments.reporting.result_tables import say_table
    from experiments.reporting.wording import number
    from sim import METRICS

    console = terminal()
    told = choose(
        study, folder, question, workers=workers, apart=True,
        told=lambda left, seen, runs: console.print(
            spoken("{left} left after {seen} replicates, {runs} runs", left=left, seen=seen, runs=runs), style="dim"
        ),
    )  # fmt: skip
    metric, found = METRICS[question.outcome], told.found
    label = metric.label_zh if language() == "zh" else metric.label.lower()
    for line in in_sentences(told, question, label):
        console.print(line)
    state = {i: "may be best" if len(found.left) > 1 else "best" for i in found.left} | dict.fromkeys(
        told.dear, "costs too much"
    )
    table = pd.DataFrame(
        {
            "choice": [choice.name for choice in told.choices],
            question.outcome: list(told.means),
            "replicates": list(found.lived),
            "": [state.get(i, "out") for i in range(len(told.choices))],
        }
    ).sort_values(question.outcome, ascending=question.better < 0, ignore_index=True)
    if language() == "zh":
        in_words = {"may be best": "可能最好", "best": "最好", "costs too much": "费用过高", "out": "已淘汰"}
        shown = table.assign(**{"": table[""].map(in_words)})
        say_table(
            console, f"{label}（{UNITS_ZH.get(metric.unit, metric.unit)}）",
            shown.rename(columns={"choice": "方案", question.outcome: label, "replicates": "重复", "": "状态"}),
        )  # fmt: skip
    else:
        say_table(console, f"{metric.label} ({metric.unit})", table)
    (folder / "tables").mkdir(exist_ok=True)
    table.rename(columns={"": "state"}).to_csv(folder / "tables" / "choice.csv", index=False)
    asked = _allotted(study, told.choices, dict(enumerate(found.lived)))
    say_failures(console, Results(asked, Store(folder)).write_failures())
    saved = told.evenly - told.runs
    console.print(
        spoken(
            "{runs} runs chose; as many replicates for all would have taken {evenly}, {saved} more." if saved
            else "{runs} runs chose; as many replicates for all would have taken {evenly}.",
            runs=f"{told.runs:,}", evenly=f"{told.evenly:,}", saved=f"{saved:,}",
        ),
        style="dim",
    )  # fmt: skip
    least = spoken("Differences below {least} do not matter.", least=number(told.least))
    console.print(f"{least} {folder}: tables/choice.csv", style="dim")


def in_sentences(told: Chosen, question: Question, label: str) -> list[str]:
    """The answer: what is best and how surely, and what it brings by runs that did not choose it."""
    from experiments.reporting.wording import number, with_interval

    names = [told.choices[i].name for i in told.found.left]
    least, sure = number(told.least), f"{question.sure:.0%}"
    if told.found.decided:
        said = [
            spoken(
                "Best in {label}: {name} (or within {least} of the best), with {sure} probability of being right.",
                label=label, name=names[0], least=least, sure=sure,
            )
        ]  # fmt: skip
        if len(names) > 1:
            said.append(spoken("The same in every run: {names}.", names=", ".join(names[1:])))
    else:
        said = [
            spoken(
                "Not decided with {runs} runs: with {sure} the best (or within {least} of the best) is one of {many}: {names}. "
                "At most {ahead} replicates more of these would decide it.",
                runs=f"{told.runs:,}", sure=sure, least=least, many=len(names), names=", ".join(names),
                ahead=f"{told.found.ahead:,.0f}",
            )
        ]  # fmt: skip
    if told.judged is not None:
        e = told.judged
        said.append(
            spoken(
                "{name} against {other}, by {many} replicates that did not choose: {effect}.",
                name=names[0], other=told.choices[0].name, many=e.n, effect=with_interval(e.effect, e.low, e.high, " "),
            )
        )  # fmt: skip
    return said
