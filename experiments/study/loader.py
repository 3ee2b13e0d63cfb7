"""Reads a study file and checks all of it before the first run: names, doses, paths and values, each with its line."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.study import design
from experiments.study.caveats import MOST_POINTS, misfits, refused, too_large, too_many_runs
from experiments.study.design import DOSE, Policies, community_of
from experiments.study.labels import labels_of_nothing
from experiments.study.sampling import LARGEST, Design, Point, Range, Value, points_of
from experiments.study.schema import Arm, Entry, StudyFile, wanted_width
from experiments.study.taken_for import taken_for_a_study
from sim.config.load import config_folder, find_file, load
from sim.config.validate import Checked, as_they_are, check, plain_changes
from sim.config.yaml import ConfigError, Document, Marks, Place, Problem, Spot, dotted, nearest, read

if TYPE_CHECKING:
    from sim.config.schema import Config


MANY = 100
"""Values of a factor from which on not each is tried before the first run."""


class Study(design.Study):
    """A checked study: read from a file, or said in Python with the words of the file."""

    @classmethod
    def read(
        cls,
        name_or_path: str | Path,
        changes: Mapping[str, object] | None = None,
        replicates: int | None = None,
        points: int | None = None,
    ) -> "Study":
        """The study of that name, or in that file, with `changes` laid over it (see read_study)."""
        return read_study(name_or_path, changes, replicates, points)

    @classmethod
    def of(cls, name: str, *, points: int | None = None, **said: Any) -> "Study":
        """A study said in Python: the keys of a study file; policies also as `Vanguard(size=8)`.

        `name` names the folder of its results; `points`: how many it may have. Raises ConfigError with everything that is wrong.
        """
        document = Document(Path(name), _plain({"title": name, **said}), Marks(Spot(f"Study.of({name!r})")), [])
        return _checked(document, Path(name), {}, {}, {}, "", points)


def _plain(said: Any) -> Any:
    """Policies by their name with the doses that were said, everything else as a file would hold it."""
    from sim.policies.policy import Policy

    if isinstance(said, Policy):
        return {said.name: said.model_dump(mode="json", exclude_unset=True)}
    if isinstance(said, Range | Design):
        return said.model_dump(exclude_unset=True)
    if isinstance(said, Mapping):
        return {str(key): _plain(value) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [_plain(value) for value in said]
    return said


def read_study(
    name_or_path: str | Path,
    changes: Mapping[str, object] | None = None,
    replicates: int | None = None,
    points: int | None = None,
) -> Study:
    """The study of that name in `configs/studies/`, or in that file, with `changes` laid over it.

    A change whose path begins with a key of the study (`weeks`, `arms` ...) changes the study, any other one the
    parameters of the community. `points`: how many points it may have [MOST_POINTS]; 0 for who
    chooses points otherwise and wants none of the file's. Raises ConfigError with everything that is wrong.
    """
    path = find_file(name_or_path, ("studies",), folder=config_folder())
    document = read(path)
    if wrong := taken_for_a_study(document):
        raise ConfigError([wrong])
    given = {k: (plain, spot) for k, plain, spot in plain_changes(changes or {}, {}, document.problems)}
    own = as_they_are({k: plain for k, (plain, _) in given.items() if k.split(".")[0] in StudyFile.model_fields})
    if replicates is not None:
        own |= {"replicates": replicates, "until": {}}
    parameters = {k: plain for k, (plain, _) in given.items() if k not in own}
    said_at = {k: spot for k, (_, spot) in given.items()}
    command = _command(name_or_path, changes or {}, replicates, points)
    return _checked(document, path, own, parameters, said_at, command, points)


def _checked(
    document: Document,
    path: Path,
    own: Mapping[str, Any],
    parameters: Mapping[str, Any],
    spots: Mapping[str, Spot],
    command: str,
    most: int | None,
) -> Study:
    """The study that a document says, with changes of its keys (`own`) and of the community's parameters."""
    problems: list[Problem] = []
    checked = _understood(document, own, spots, problems)
    unread = {problem.path.split(".")[0] for problem in problems}  # what rests on these keys is not judged
    file, marks = checked.value, checked.marks
    if unfit := list(misfits(file, unread, marks)):
        raise ConfigError([*problems, *unfit])
    most = MOST_POINTS if most is None else most
    beyond = list(too_large(file, marks, most) if most else ())
    meant = "replicates" in own or most == LARGEST
    if beyond := beyond or list(too_many_runs(file, marks, meant) if most else ()):
        raise ConfigError([*problems, *beyond])  # at once: every further check would take as long as there is to check
    file = file.model_copy(update={"set": {**file.set, **parameters}})
    configs = _configs_of(file, path, marks, spots, problems)
    config = configs[""]
    arms = {
        name: _arm(said, name, file, document, problems, configs.get(name, config)) for name, said in file.arms.items()
    }
    if file.parts:
        whole = _policies(file.parts, ("parts",), file, document, problems, config)
        arms = sub_bundles(whole)
        file = file.model_copy(update={"arms": dict.fromkeys(arms, ())})
    _outcomes_exist(file, marks, problems)
    problems += labels_of_nothing(file, arms, unread, marks)
    problems += refused(file, marks)
    points: list[Point] = [()]
    try:
        points = points_of(file.varies, file.design) if most else points
    except ValueError as error:
        if "varies" not in unread:
            problems.append(Problem(marks.key(("design",)), "design", "", str(error)))
    study = Study(path.stem, path, file, arms, points, config, command)
    _factors_fit(study, marks, problems)
    if problems:
        raise ConfigError(problems)
    return study


def _understood(
    document: Document, own: Mapping[str, Any], spots: Mapping[str, Spot], problems: list[Problem]
) -> Checked[StudyFile]:
    """The file's keys. Where some are wrong, the others are read all the same, so that all mistakes are told at once.

    Raises ConfigError where what is left says no study.
    """
    try:
        return check(document, StudyFile, own, spots)
    except ConfigError as error:
        wrong = {problem.path.split(".")[0] for problem in error.problems}
        said = document.value if isinstance(document.value, dict) else {}
        rest = {key: value for key, value in said.items() if key not in wrong}
        if "community" not in rest:
            raise
        rest = {"title": "", "weeks": 30_000, "window": 1, **rest}
        rest |= {} if rest.get("arms") or rest.get("parts") else {"arms": {"": []}}
        try:
            checked = check(Document(document.path, rest, document.marks, []), StudyFile)
        except ConfigError:
            raise error from None
        problems += error.problems
        return checked


def _configs_of(
    file: StudyFile, path: Path, marks: Marks, spots: Mapping[str, Spot], problems: list[Problem]
) -> "dict[str, Config]":
    """The community's configuration (under no name) and that of every arm that sets parameters of its own.

    Raises ConfigError when the community itself cannot be used.
    """
    from sim.config.schema import Config

    configs: dict[str, Config] = {}
    for arm, said in (("", None), *file.arms.items()):
        own = said.set if isinstance(said, Arm) else {}
        if arm and not own:
            continue
        places: dict[str, Place] = {k: ("set", k) for k in file.set} | {k: ("arms", arm, "set", k) for k in own}
        said_at = {k: spots.get(k) or marks.value(place) for k, place in places.items()}
        try:
            changes = as_they_are({**file.set, **own})
            configs[arm] = load(community_of(file.community, path), Config, changes, said_at=said_at)
        except ConfigError as error:
            problems += [p for p in error.problems if p not in problems]
    if "" not in configs:
        raise ConfigError(_at_community(problems, file, marks))
    return configs


def _at_community(problems: list[Problem], file: StudyFile, marks: Marks) -> list[Problem]:
    """A community that does not exist is a mistake of the line that names it."""
    return [
        replace(p, spot=marks.value(("community",)), path="community") if not p.line and p.file == file.community else p
        for p in problems
    ]


def sub_bundles(whole: Policies) -> dict[str, Policies]:
    """An arm for every part of a bundle, from nothing to the whole."""
    sizes = range(len(whole) + 1)
    parts = [part for size in sizes for part in combinations(whole, size)]
    return {"+".join(name for name, _ in part) or "nothing": part for part in parts}


def _arm(
    said: Arm | tuple[Entry, ...],
    name: str,
    file: StudyFile,
    document: Document,
    problems: list[Problem],
    config: "Config",
) -> Policies:
    """The policies of an arm."""
    if isinstance(said, Arm):
        return _policies(said.policies, ("arms", name, "policies"), file, document, problems, config)
    return _policies(said, ("arms", name), file, document, problems, config)


def _policies(
    listed: Sequence[Entry],
    place: Place,
    file: StudyFile,
    document: Document,
    problems: list[Problem],
    config: "Config",
) -> Policies:
    """Policies, checked against their classes and the place; those without a start begin after the burn-in."""
    from sim import POLICIES
    from sim.founding.import_data.residents import as_in_file
    from sim.policies.policy import MisfitError

    found: list[tuple[str, dict[str, Any]]] = []
    for i, entry in enumerate(listed):
        pairs = {entry: None} if isinstance(entry, str) else entry
        for name, doses in pairs.items():
            here: Place = (*place, i) if isinstance(entry, str) else (*place, i, name)
            if name not in POLICIES:
                spot = document.marks.value(here) if isinstance(entry, str) else document.marks.key(here)
                near = nearest(name, POLICIES)
                known = "" if near else f"one of {', '.join(sorted(POLICIES))}"
                problems.append(Problem(spot, dotted(here), f"the policy {name!r}", known, near))
                continue
            said, full = dotted((*place, i, name)), {"start": file.burn_in, **(doses or {})}
            try:
                policy = check(_part(document, here, full), POLICIES[name]).value
                if policy.start >= file.weeks:
                    at: Place = (*here, "start")
                    problems.append(_too_late(document.marks.value(at), f"{said}.start", policy.start, file))
                policy.fits(as_in_file(config) if policy.grids else config)
            except ConfigError as error:
                problems += [replace(p, path=".".join(filter(None, (said, p.path)))) for p in error.problems]
            except MisfitError as error:
                spot = document.marks.value((*here, error.dose))
                near = nearest(error.named, error.known) if isinstance(error.named, str) else None
                known = "" if near else f"one of {', '.join(map(str, error.known)) or 'none'}"
                problems.append(Problem(spot, f"{said}.{error.dose}", repr(error.named), known, near))
            found.append((name, full))
    for twice in _at_once(found):
        spot = document.marks.key(place)
        expected = "each policy once, or one period after the other"
        problems.append(Problem(spot, dotted(place), f"the policy {twice!r} twice", expected))
    return tuple(found)


def _too_late(spot: Spot, path: str, start: int, file: StudyFile) -> Problem:
    """A policy that would never act: an arm with it would be the arm without it."""
    return Problem(spot, path, str(start), f"a week before {file.weeks}, where the study ends: it would never act")


def _at_once(found: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    """Policies that stand twice for the same weeks; one after the other they may, with other doses."""
    whole = [(doses["start"], doses.get("stop")) for _, doses in found]
    spans = [(a, b) if isinstance(a, int) and isinstance(b, int) else (a, float("inf")) for a, b in whole]
    pairs = combinations(range(len(found)), 2)
    shared = [(i, j) for i, j in pairs if found[i][0] == found[j][0] and isinstance(spans[i][0], int)]
    return sorted({found[i][0] for i, j in shared if spans[i][0] < spans[j][1] and spans[j][0] < spans[i][1]})


def _part(document: Document, place: Place, value: Any) -> Document:
    """A part of a file as a file of its own, with its marks."""
    size, marks = len(place), document.marks
    keys = {k[size:]: v for k, v in marks.keys.items() if k[:size] == place and len(k) > size}
    values = {k[size:]: v for k, v in marks.values.items() if k[:size] == place and len(k) > size}
    return Document(document.path, value, Marks(marks.key(place), keys, values), [])


def _outcomes_exist(file: StudyFile, marks: Marks, problems: list[Problem]) -> None:
    from sim import METRICS

    for i, name in enumerate(file.outcomes):
        if name not in METRICS:
            problems.append(
                Problem(
                    marks.value(("outcomes", i)), f"outcomes.{i}", f"the metric {name!r}", "", nearest(name, METRICS)
                )
            )
    for key, widths in (("until", file.until), ("matters", file.matters)):
        for name, width in widths.items():
            spot = marks.value((key, name))
            if name not in METRICS:
                problems.append(Problem(spot, f"{key}.{name}", f"the metric {name!r}", "", nearest(name, METRICS)))
            try:
                wanted_width(width)
            except ValueError:
                expected = "a share such as '5%', or a number above 0"
                problems.append(Problem(spot, f"{key}.{name}", repr(width), expected))
    for i, name in enumerate(file.primary):
        if name not in file.outcomes:
            expected = f"one of the study's outcomes, {', '.join(file.outcomes)}"
            problems.append(Problem(marks.value(("primary", i)), f"primary.{i}", repr(name), expected))


def _factors_fit(study: Study, marks: Marks, problems: list[Problem]) -> None:
    """Try every value of every factor once, alone: wrong paths, doses and ranges show before the first run."""
    from sim import POLICIES
    from sim.config.schema import Config
    from sim.founding.import_data.residents import as_in_file
    from sim.policies.policy import MisfitError

    # policies with mistakes of their own cannot be asked whether they fit
    wrong = bool(problems)
    for path, factor in study.file.varies.items():
        spot = marks.value(("varies", path))
        if fixed := [arm for arm, said in study.file.arms.items() if isinstance(said, Arm) and path in said.set]:
            found = f"{path}, which the arm {fixed[0]!r} sets for itself"
            problems.append(Problem(spot, f"varies.{path}", found, "what varies to be the same in every arm"))
        values = factor.ends() if isinstance(factor, Range) else _tried(factor)
        if path.startswith(DOSE):
            name, _, dose = path.removeprefix(DOSE).partition(".")
            carriers = [d for policies in study.arms.values() for n, d in policies if n == name]
            if not carriers and any(problem.path.split(".")[0] in ("arms", "parts") for problem in problems):
                continue  # the policies that could have it are not known
            if not carriers or dose not in POLICIES[name].model_fields:
                known = sorted(
                    f"{DOSE}{n}.{d}" for p in study.arms.values() for n, _ in p for d in POLICIES[n].model_fields
                )
                near = nearest(path, known)
                problems.append(
                    Problem(
                        spot,
                        f"varies.{path}",
                        "no dose of a policy in the arms",
                        "" if near else ", ".join(known),
                        near,
                    )
                )
                continue
            for value in values:
                part = Document(study.path, {**carriers[0], dose: value}, Marks(spot), [])
                try:
                    policy = check(part, POLICIES[name]).value
                    if dose == "start" and policy.start >= study.file.weeks:
                        problems.append(_too_late(spot, f"varies.{path}", policy.start, study.file))
                except ConfigError as error:
                    problems += [replace(p, path=f"varies.{path}") for p in error.problems]
            continue
        for value in values:
            change, said_at = ({}, {}) if path == "community" else ({path: value}, {path: spot})
            community = str(value) if path == "community" else study.file.community
            try:
                changes = as_they_are({**study.file.set, **change})
                place = load(community_of(community, study.path), Config, changes, said_at=said_at)
                for policies in study.arms.values() if not wrong else ():
                    for name, doses in policies:
                        policy = POLICIES[name](**doses)
                        policy.fits(as_in_file(place) if policy.grids else place)
            except ConfigError as error:
                own = [p if p.line or p.path else replace(p, spot=spot, path=f"varies.{path}") for p in error.problems]
                problems += [p for p in own if p not in problems]
            except MisfitError as error:
                problem = Problem(spot, f"varies.{path}", str(value), f"a place that its policies fit ({error})")
                problems += [problem] if problem not in problems else []


def _tried(values: Sequence[Value]) -> Sequence[Value]:
    """The values that are worth a look each: of very many numbers the ends, as ranges have no holes."""
    if len(values) <= MANY:
        return values
    numbers = [value for value in values if type(value) in (int, float)]
    ends = [end(own) for kind in (int, float) for end in (min, max) if (own := [n for n in numbers if type(n) is kind])]
    return [*ends, *dict.fromkeys(value for value in values if type(value) not in (int, float))]


def _command(
    name_or_path: str | Path, changes: Mapping[str, object], replicates: int | None, points: int | None
) -> str:
    """The shell command that reads the same study."""
    words = ["linli", "run", str(name_or_path), *(f"--set={k}={v}" for k, v in changes.items())]
    words += [f"--replicates={replicates}"] if replicates else []
    return shlex.join(words + ([f"--points={points}"] if points else []))
