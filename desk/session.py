"""All that a page of the desk can ask for. What goes wrong is said in words; nothing is kept that the folder does not hold."""

import re
import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from desk import moved
from desk.asking import as_written, asked, parameters, told, what_there_is
from desk.errands import Errands
from desk.folder import Folder, changed_at, stamp
from desk.line import Line
from desk.so_far import SoFar
from desk.speed import learn
from desk.texts import laid, written
from desk.worlds import Worlds, both_arms
from experiments.reporting.figures import KINDS, shows
from experiments.reporting.figures.style import WIDTHS, Language
from experiments.runs.files import robustness_of
from experiments.study.loader import read_study
from pages import panel
from pages.guard import RefusedError
from sim import POLICIES, ConfigError
from sim.config.load import config_names, find_file

type Message = dict[str, Any]
MOST_LISTED = 500
PATIENCE = 0.6
"""Seconds that a page waits for what runs say; of many runs it asks again."""
MOST_KEPT = 8
"""Studies whose runs are kept in mind."""


class Session:
    """The desk behind its pages: one folder, one queue."""

    def __init__(self, folder: Folder, line: Line) -> None:
        self.folder, self.line, self.errands = folder, line, Errands(folder.root)
        self.beside, self._moved = Worlds(folder.root), moved.Moved(folder)
        self._so_far: dict[str, tuple[str, SoFar]] = {}
        self._lock = threading.Lock()

    def answer(self, message: Message) -> Message:
        """What the page receives. Errors: RefusedError, in words for the page."""
        do = ASKED.get(message["do"])
        if do is None:
            raise RefusedError(f"nobody knows how to {message['do'][:40]!r}")
        return do(self, message)

    def close(self) -> None:
        """End what runs; the queue goes on when the desk is opened again."""
        self.line.close()
        self.errands.close()
        self.beside.close()

    # ---- ask

    def hello(self, _message: Message) -> Message:
        """What forms are made of, and where the desk stands."""
        return what_there_is(self.folder) | {
            "folder": self.folder.root.name,
            "widths": WIDTHS,
            "spread": moved.POINTS,
            "excel": find_spec("openpyxl") is not None,
        }

    def studies(self, _message: Message) -> Message:
        """The studies of the folder with where each stands, those changed last first."""
        files = [path for path, study in self.folder.yaml() if study]
        files.sort(key=changed_at, reverse=True)
        rows = []
        for path in files[:MOST_LISTED]:
            place = self.line.place(path.stem)
            results = self.folder.results(path.stem)
            rows.append(
                {
                    "name": path.stem,
                    "title": self.folder.title(path),
                    "state": place.state if place else "",
                    "there": (results / "manifest.json").is_file(),
                    "begun": (results / "store.json").is_file(),
                }
            )
        return {"studies": rows, "more": max(0, len(files) - MOST_LISTED)}

    def new(self, message: Message) -> Message:
        """A new study: a plain one, a copy of one of the folder, or of one that is shipped."""
        title, of = _text(message, "title", 200), message.get("of")
        if isinstance(of, str) and message.get("shipped"):
            if of not in config_names(("studies",)):
                raise RefusedError("there is no such study")
            text = find_file(of, ("studies",)).read_text(encoding="utf-8")
        elif isinstance(of, str):
            text = self.folder.text(self.folder.study(of))
        else:
            text = BLANK[_lang(message)]
        name = self.folder.free(title or (of if isinstance(of, str) else "study"))
        text = laid(text, {"title": title}) if title else text
        self.folder.write(self.folder.study(name), text)
        return asked(self.folder, name)

    def open(self, message: Message) -> Message:
        """A study as its file says it."""
        return asked(self.folder, _name(message))

    def delete(self, message: Message) -> Message:
        """Put a study and all of its results away, below `.desk/deleted`, from where they can be taken back."""
        name = _name(message)
        if self.line.state(name)["state"] in ("running", "waiting", "elsewhere"):
            raise RefusedError("it runs, or waits for its turn: stop it first")
        with self._lock:
            self._so_far.pop(name, None)
        return {"kept": self.folder.put_away(name)}

    def write(self, message: Message) -> Message:
        """Keep a study's text, and say what is wrong with it."""
        name, text = _name(message), message.get("text")
        if not isinstance(text, str):
            raise RefusedError("a study is text")
        self.folder.write(self.folder.study(name), text, message.get("was"))
        return asked(self.folder, name)

    def lay(self, message: Message) -> Message:
        """Change some keys of a study, as its form says them."""
        name, changes = _name(message), message.get("changes")
        if not isinstance(changes, dict):
            raise RefusedError("changes are given by key")
        path = self.folder.study(name)
        before = self.folder.text(path)
        try:
            text = laid(before, as_written(changes))
        except (ConfigError, ValueError) as error:
            raise RefusedError(str(error)) from error
        self.folder.write(path, text, message.get("was") if stamp(before) != message.get("was") else None)
        if isinstance(title := changes.get("title"), str) and (better := self._better_name(name, title)):
            path.replace(self.folder.study(better))
            return asked(self.folder, better) | {"before": name}
        return asked(self.folder, name)

    def _better_name(self, name: str, title: str) -> str:
        """A name of its own for a new study that gets its title; nothing where it has one, or was run."""
        if not re.fullmatch(r"study(_\d+)?", name) or self.folder.results(name).exists() or self.line.place(name):
            return ""
        better = self.folder.free(title)
        return "" if re.fullmatch(r"study(_\d+)?", better) else better

    def parameters(self, message: Message) -> Message:
        """The parameters of a community."""
        try:
            return parameters(message)
        except ConfigError as error:
            return {"sections": [], "problems": told(error)}

    def sentence(self, message: Message) -> Message:
        """What a policy does with these doses."""
        name, doses = message.get("policy"), message.get("doses")
        if not isinstance(name, str) or name not in POLICIES or not isinstance(doses, dict):
            raise RefusedError("a policy has a name and doses")
        try:
            return {"says": panel.sentences(POLICIES[name](**doses))}
        except ValueError:
            return {"says": None}

    def plan(self, message: Message) -> Message:
        """How long it would take, as far as that is known by now; the page asks again."""
        name = _name(message)
        path = self.folder.study(name)
        state = stamp(self.folder.text(path)) + str(self.line.state(name)["state"])
        said = self.errands.ask("plan", f"{name} {state}", ["plan", path.name], own=True)
        if said["answer"] and not any(place.state == "running" for place in self.line.places):
            learn(self.folder, said["answer"])
        return {"plan": said}

    def make_community(self, message: Message) -> Message:
        """A community of one's own from files that were brought: residents, and ties where there are any."""
        residents, ties = message.get("residents"), message.get("ties")
        title = _text(message, "title", 200) or {"en": "My community", "zh": "我的社区"}[_lang(message)]
        said: dict[str, Any] = {"title": title, "extends": "baseline"}
        said["population"] = {"residents_file": self.folder.file(residents).name}
        if ties:
            said["network"] = {"kind": "file", "ties_file": self.folder.file(ties).name}
        name = self.folder.free(title)
        self.folder.write(self.folder.study(name), written(said))
        return {"community": f"{name}.yaml"}

    def bring(self, message: Message) -> Message:
        """A community of one's own, read as a run would read it."""
        path = self.folder.file(message.get("community"), (".yaml",))
        files = sorted((p.name, p.stat().st_mtime_ns) for p in self.folder.root.glob("[!.]*.*") if p.is_file())
        return {"brought": self.errands.ask(f"bring {path.name}", str(files), ["bring", path.name], own=True)}

    # ---- run

    def start(self, message: Message) -> Message:
        """Run a study, or go on with it, after those that wait before it."""
        name = _name(message)
        self.line.start(name)
        self.line.tick()
        return self.line.state(name)

    def pause(self, message: Message) -> Message:
        """Interrupt a study; what is finished is kept."""
        self.line.pause(_name(message))
        return self.line.state(_name(message))

    def stop(self, message: Message) -> Message:
        """Interrupt a study and take it out of the queue; what is finished is kept."""
        self.line.pause(_name(message), stop=True)
        return self.line.state(_name(message))

    def look(self, message: Message) -> Message:
        """Where a study stands, and what its finished runs say."""
        name = _name(message)
        found: Message = {"line": self.line.state(name), "results": self._results(name), "so_far": None}
        if not (self.folder.results(name) / "store.json").is_file():
            return found
        try:
            return found | {"so_far": self._finished(name).look(PATIENCE)}
        except ConfigError as error:
            return found | {"problems": told(error)}

    def _finished(self, name: str) -> SoFar:
        path = self.folder.study(name)
        state = stamp(self.folder.text(path))
        with self._lock:
            before = self._so_far.get(name)
            if before is None or before[0] != state:
                before = self._so_far[name] = (state, SoFar(read_study(path.name), self.folder.results(name)))
                while len(self._so_far) > MOST_KEPT:
                    del self._so_far[next(iter(self._so_far))]
            return before[1]

    # ---- read and take

    def read(self, message: Message) -> Message:
        """Weeks, groups, cost, findings, methods: as soon as they are read."""
        name = _name(message)
        path, state = self.folder.study(name), self._results(name)
        return {"read": self.errands.ask(f"read {name}", state, ["read", path.name], own=True), "results": state}

    def _results(self, name: str) -> str:
        """Which results of which text are there, so that a page sees when what it read is not these any more; empty for none."""
        results = self.folder.results(name)
        if not (results / "manifest.json").is_file():
            return ""
        beside = robustness_of(results) / "messages.csv"
        at = [path.stat().st_mtime_ns if path.is_file() else 0 for path in (results / "manifest.json", beside)]
        return f"{stamp(self.folder.text(self.folder.study(name)))} {at[0]} {at[1]}"

    def take(self, message: Message) -> Message:
        """Draw figures, write a report with tables, or pack a study: by the commands of that name."""
        name, what = _name(message), message.get("what")
        file = self.folder.study(name).name
        lang = _lang(message)
        if what == "figures":
            words = ["figures", file, "--lang", lang, *(w for f in KINDS for w in ("--format", f))]
        elif what == "report":
            words = ["report", file, "--lang", lang]
        elif what == "robust":
            words = moved.words(file)
            words += ["--workers", str(self.line.workers)] if self.line.workers else []
        elif what == "package":
            words = ["package", file]
        else:
            raise RefusedError("there are figures, a report, a package, and what a result depends on")
        said = self.errands.ask(f"take {what} {name}", " ".join(words), words, anew=bool(message.get("anew")))
        return {"took": said, "files": self._files(name)}

    def moved(self, message: Message) -> Message:
        """Whether all assumed numbers of a study are being moved, and how many of these runs are there."""
        name = _name(message)
        if not self.errands.runs(f"take robust {name}"):
            return {"moved": None}
        try:
            return {"moved": self._moved.far(name)}
        except ConfigError as error:
            return {"moved": {"done": 0, "of": 0}, "problems": told(error)}

    def files(self, message: Message) -> Message:
        """What of a study's results there is to take away."""
        return {"files": self._files(_name(message)), "results": self._results(_name(message))}

    def worlds(self, message: Message) -> Message:
        """Where two arms of the study can be seen life by life; empty as long as the classroom is being opened."""
        path = self.folder.study(_name(message))
        try:
            arms = both_arms(read_study(path.name), message.get("arm"))
        except ConfigError as error:
            raise RefusedError(str(error)) from error
        return {"address": self.beside.address(path.name, arms, _lang(message))}

    def _files(self, name: str) -> list[Message]:
        results = self.folder.results(name)
        found: list[Message] = []
        for pattern in (
            "report*.html",
            "figures*/*",
            "tables*/*",
            "runs.parquet",
            "resolved.yaml",
            "manifest.json",
            "failures.csv",
        ):
            for path in sorted(results.glob(pattern), key=lambda path: (path.parent, path.stem, path.suffix)):
                if path.is_file() and not path.name.startswith("."):
                    about = path.stat()
                    said = {
                        "path": path.relative_to(results).as_posix(),
                        "bytes": about.st_size,
                        "at": about.st_mtime_ns,
                    }
                    found.append(said | ({"shows": shows(path)} if path.suffix == ".png" else {}))
        package = results.with_name(f"{results.name}.zip")
        if package.is_file():
            found.append({"path": "package.zip", "bytes": package.stat().st_size, "at": package.stat().st_mtime_ns})
        return found


_BLANK = """title: {title}
question: ""
community: baseline
weeks: 156
burn_in: 104
window: 26
replicates: 20
arms:
  {first}: []
  {second}: []
outcomes: [cohesion, unmet_needs, participation]
"""
BLANK: dict[str, str] = {
    "en": _BLANK.format(title="My question", first="nothing", second="with the policy"),
    "zh": _BLANK.format(title="我的问题", first="无政策", second="实施政策"),
}
"""A study that asks nothing yet, in the language of the page."""


def _name(message: Message) -> str:
    name = message.get("name")
    if not isinstance(name, str) or len(name) > 100:
        raise RefusedError("which study?")
    return name


def _lang(message: Message) -> Language:
    """The language of the page, or of what is taken from it."""
    return "zh" if message.get("lang") == "zh" else "en"


def _text(message: Message, key: str, most: int) -> str:
    said = message.get(key)
    return " ".join(said.split())[:most] if isinstance(said, str) else ""


ASKED: dict[str, Callable[[Session, Message], Message]] = {
    name: getattr(Session, name)
    for name in (
        *(
            "hello",
            "studies",
            "new",
            "open",
            "delete",
            "write",
            "lay",
            "parameters",
            "sentence",
            "plan",
            "make_community",
            "bring",
        ),
        *("start", "pause", "stop", "look", "read", "take", "moved", "files", "worlds"),
    )
}
