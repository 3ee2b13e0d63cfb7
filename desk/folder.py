"""The desk's folder: studies, communities and files of one's own, by names that cannot lead out of it."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from yaml import YAMLError, safe_load

from experiments.reporting.names import ours
from experiments.runs.files import robustness_of, write_whole
from pages.guard import RefusedError

NAME = re.compile(r"[^\W_](?:[\w -]|\.(?!\.)){0,79}")
"""A name: letters of any script, digits, and `-`, `_`, a space or a dot between them."""
OWN_FILES = (".yaml", ".yml", ".csv", ".tsv", ".txt", ".xlsx", ".graphml", ".gml", ".net", ".json")
"""Endings of files that a user may bring."""
GIVEN_OUT = (".pdf", ".png", ".svg", ".csv", ".dta", ".xlsx", ".tex", ".html", ".parquet", ".yaml", ".json", ".zip")
"""Endings of files that the page may fetch from a study's results."""
MOST_TEXT = 1_000_000
_STUDY = re.compile(r"^(?:arms|parts|weeks|outcomes|replicates)\s*:", re.MULTILINE)
_LABEL = re.compile(r"^label\s*:.*(?:\n(?:[ \t#}].*)?)*", re.MULTILINE)
"""The block of a study that says what things are called."""
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


class Folder:
    """One folder with its studies and their results. Errors everywhere: RefusedError, in words for the page."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.own = self.root / ".desk"
        self._last_seen: dict[Path, tuple[tuple[int, int], tuple[bool, list[str]]]] = {}

    def file(self, name: object, endings: tuple[str, ...] = OWN_FILES) -> Path:
        """The file of that name directly in the folder, there or not."""
        if not isinstance(name, str) or not NAME.fullmatch(name) or _RESERVED.fullmatch(name) or name.endswith(" "):
            raise RefusedError(
                "a file's name is letters, digits, -, _ and single dots, and begins with a letter or digit"
            )
        if not name.lower().endswith(endings):
            raise RefusedError(f"{name} does not end in one of {', '.join(endings)}")
        return self._inside(self.root / unicodedata.normalize("NFC", name), self.root)

    def study(self, name: object) -> Path:
        """The file of the study of that name, there or not."""
        return self.file(f"{name}.yaml" if isinstance(name, str) else name, (".yaml",))

    def results(self, name: object) -> Path:
        """The folder of a study's results, as the command line calls it."""
        return self.root / "results" / self.study(name).stem

    def put_away(self, name: object) -> str:
        """Move a study, its results and its package to a folder of their own below `.desk/deleted`; says where to."""
        study, results = self.study(name), self.results(name)
        own = [results, robustness_of(results), results.with_name(f"{results.name}.zip")]
        there = [path for path in (study, *own) if self._inside(path, self.root).exists()]
        if study not in there:
            raise RefusedError(f"there is no file {study.name}")
        at = self.own / "deleted" / f"{study.stem} {datetime.now(UTC):%Y-%m-%d %H.%M.%S.%f}"
        for path in reversed(there):
            kept = at / path.relative_to(self.root)
            kept.parent.mkdir(parents=True, exist_ok=True)
            path.rename(kept)
        return at.relative_to(self.root).as_posix()

    def made(self, name: object, path: object) -> Path:
        """A file of a study's results that the page may fetch, or the study's package."""
        results = self.results(name)
        if path == "package.zip":
            return self._there(self._inside(results.with_name(f"{results.name}.zip"), self.root))
        parts = path.split("/") if isinstance(path, str) and len(path) < 400 else []
        if not parts or any(part in ("", ".", "..") or part.startswith(".") or "\\" in part for part in parts):
            raise RefusedError("there is no such file")
        found = self._inside(results.joinpath(*parts), results)
        if found.suffix not in GIVEN_OUT:
            raise RefusedError("there is no such file")
        return self._there(found)

    def _inside(self, path: Path, folder: Path) -> Path:
        """The path, if nothing on the way leads out of the folder: neither its words nor a link."""
        try:
            inside = path.resolve().is_relative_to(folder.resolve())
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside:
            raise RefusedError("this name leads out of the desk's folder")
        return path

    def _there(self, path: Path) -> Path:
        if not path.is_file():
            raise RefusedError("there is no such file")
        return path

    def yaml(self) -> Iterator[tuple[Path, bool]]:
        """Every YAML file of the folder, and whether it is a study (and not a community)."""
        for path in sorted(self.root.glob("[!.]*.yaml")):
            if NAME.fullmatch(path.name) and path.is_file() and path.resolve().is_relative_to(self.root):
                yield path, self._seen(path)[0]

    def title(self, path: Path) -> list[str]:
        """What a study calls itself in English and Chinese; nothing where it does not say so or cannot be read."""
        return self._seen(path)[1]

    def _seen(self, path: Path) -> tuple[bool, list[str]]:
        """Whether a file is a study, and its titles: read once for each of its states, for a list of many must be quick."""
        try:
            about = path.stat()
            state, before = (about.st_size, about.st_mtime_ns), self._last_seen.get(path)
            if before is None or before[0] != state:
                text = path.read_bytes().decode("utf-8-sig", "replace")[:MOST_TEXT]
                before = self._last_seen[path] = (state, (bool(_STUDY.search(text)), titles_of(text)))
            return before[1]
        except OSError:
            return False, ["", ""]

    def text(self, path: Path) -> str:
        """The text of a file."""
        try:
            return path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise RefusedError(f"there is no file {path.name}") from None
        except (OSError, UnicodeDecodeError):
            raise RefusedError(f"{path.name} cannot be read as text in UTF-8") from None

    def write(self, path: Path, text: str, was: object = None) -> None:
        """Write a study's text whole or not at all; `was`: the stamp of the text that the writer has seen last.

        A text that somebody else changed meanwhile is not written over.
        """
        if len(text) > MOST_TEXT:
            raise RefusedError("a study is text of at most a million characters")
        if was is not None and path.exists() and (there := self.text(path)) != text and stamp(there) != was:
            raise ChangedError(f"{path.name} was changed by somebody else meanwhile")
        self.write_bytes(path, text.encode("utf-8", "replace"))

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        try:
            write_whole(path, content, sync=True)
        except OSError as error:
            raise RefusedError(f"{path.name} cannot be written: {error.strerror}") from None

    def free(self, wanted: str) -> str:
        """A study's name made of a title, which no file has yet."""
        kept = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", wanted).lower()).strip("_-")[:40].strip("_-")
        kept = kept if kept and NAME.fullmatch(f"{kept}.yaml") and not _RESERVED.fullmatch(kept) else "study"
        names = [kept, *(f"{kept}_{i}" for i in range(2, 10_000))]
        return next(n for n in names if not self.study(n).exists() and not self.results(n).exists())


def title_of(text: str) -> str:
    """What a study calls itself, by its first lines; nothing that cannot be read."""
    for line in text.splitlines()[:40]:
        if line.startswith("title:") and "\ufffd" not in line:
            return line.removeprefix("title:").strip().strip("\"'")[:200]
    return ""


def titles_of(text: str) -> list[str]:
    """What a study calls itself in English and Chinese (`label`); of the rest of its text nothing need be right."""
    found = _LABEL.search(text)
    try:
        label = safe_load(found[0])["label"] if found else {}
        words = label["title"]
        chinese = words.get("zh", "")
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError, YAMLError):  # it is being written
        chinese = ""
    own = title_of(text)
    return [
        ours(own, "en"),
        (isinstance(chinese, str) and "\ufffd" not in chinese and chinese[:200]) or ours(own, "zh"),
    ]


def changed_at(path: Path) -> float:
    """When a file was changed; 0 for one that was taken away meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


class ChangedError(RefusedError):
    """A text that is not what the page has seen last."""


def stamp(text: str) -> str:
    """Letters that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
