"""One page's session: it asks, the two worlds answer. All that a page can ask stands in the table at the end."""

from collections.abc import Callable
from typing import Any

from classroom import stories
from classroom.checks import outcome_of
from classroom.homework import homework
from classroom.lessons import lessons, state_of_lesson, study_of
from classroom.pair import Pair, Which
from classroom.state import MOST_WEEKS, State, StateError, Value, community_titles, fitted, state_of
from classroom.studies import opened_text, study_text
from pages import panel
from pages.guard import RefusedError

type Answer = dict[str, Any] | bytes
MOST_WEEKS_AT_ONCE = 520


class Session:
    """The two worlds that one page looks at."""

    def __init__(self, *, teacher: bool) -> None:
        self.teacher = teacher
        self.pair: Pair | None = None

    def answer(self, message: dict[str, Any]) -> list[Answer]:
        """What the page receives for a message. Errors: RefusedError and StateError, in words for the page."""
        asked = ASKED.get(message["do"])
        if asked is None:
            raise RefusedError(f"nobody knows how to {message['do'][:40]!r}")
        return asked(self, message)

    def _there(self) -> Pair:
        if self.pair is None:
            raise RefusedError("open a community first")
        return self.pair

    def _opened(self, state: State) -> list[Answer]:
        self.pair = Pair(fitted(state))
        config = self.pair.lives[0].simulation.config
        standing = self.pair.standing() | {"parameters": panel.parameters(config), "own": self._own_values()}
        return [{"opened": standing, "state": self._state()}, self.pair.frame(everything=True)]

    def _own_values(self) -> dict[str, Any]:
        """Parameters in which the second world differs from the first: path and value."""
        pair = self._there()
        a, b = (life.simulation.config.model_dump(mode="json") for life in pair.lives)
        return {
            f"{s}.{k}": b[s][k]
            for s in a
            if isinstance(a[s], dict)
            for k in a[s]
            if a[s][k] != b[s].get(k) and not isinstance(a[s][k], dict)
        }

    def _state(self) -> dict[str, Any]:
        """The state, and what the policies in it say of themselves."""
        pair = self._there()
        said = [
            [{"name": p.name, "sentence": panel.sentences(p), "on": _on(p, pair.week)} for p in pair.state.policies(w)]
            for w in (0, 1)
        ]
        shown = {
            "title": panel.both(pair.state.title),
            "question": panel.both(pair.state.question),
            "worlds": [panel.both(world.name) for world in pair.state.worlds],
        }
        return pair.state.model_dump(mode="json") | {"said": said, "shown": shown}

    def hello(self, _message: dict[str, Any]) -> list[Answer]:
        """Everything the page shows before a community is open."""
        titles = {
            name: {lang: one.shown(teacher=False)["title"] for lang, one in both.items()}
            for name, both in lessons().items()
        }
        minutes = {name: next(iter(both.values())).minutes for name, both in lessons().items()}
        return [
            {
                "hello": {
                    "policies": panel.policies(),
                    "metrics": panel.metrics(),
                    "communities": [[name, *panel.both(title)] for name, title in titled(self.teacher).items()],
                    "lessons": titles,
                    "minutes": minutes,
                    "teacher": self.teacher,
                }
            }
        ]

    def open(self, message: dict[str, Any]) -> list[Answer]:
        """Open a state: from a link, a file or a lost connection."""
        return self._opened(state_of(message.get("state", {})))

    def weeks(self, message: dict[str, Any]) -> list[Answer]:
        """Live some weeks more."""
        pair, weeks = self._there(), _whole(message.get("weeks"), 1, MOST_WEEKS_AT_ONCE)
        if pair.week >= MOST_WEEKS:
            raise StateError(f"a life on this page ends after {MOST_WEEKS} weeks")
        pair.live(weeks)
        return [pair.frame()]

    def policy(self, message: dict[str, Any]) -> list[Answer]:
        """Put a policy on from now, change its doses from now, or take it off."""
        pair, world = self._there(), _world(message)
        name, doses = message.get("name"), message.get("doses", {})
        if not isinstance(name, str) or not isinstance(doses, dict):
            raise RefusedError("a policy has a name and doses")
        if message.get("on"):
            pair.put_on(world, name, doses)
        else:
            pair.take_off(world, name)
        return [{"state": self._state()}]

    def set(self, message: dict[str, Any]) -> list[Answer]:
        """Change parameters: in one world from now on, or everywhere from the very start (the run is lived again)."""
        pair, changes = self._there(), message.get("set")
        if not isinstance(changes, dict):
            raise RefusedError("parameters are given by path")
        if message.get("from") == "now":
            pair.change_rules(_world(message), changes)
            return [{"state": self._state()}]
        said = pair.state.model_dump()
        said["set"] = _laid(said["set"], changes)
        return self._opened(state_of(said))

    def touch(self, message: dict[str, Any]) -> list[Answer]:
        """Give a resident a friend, an hour, a step or another home, in one world."""
        pair, row, other = self._there(), message.get("row"), message.get("other", -1)
        if not isinstance(row, int) or not isinstance(other, int):
            raise RefusedError("residents are given by their rows")
        pair.touch(_world(message), row, str(message.get("what"))[:20], other)
        return [pair.frame(), {"state": self._state()}]

    def look(self, message: dict[str, Any]) -> list[Answer]:
        """Words beside the picture: costs, the waiting line, what happened in one world only, one resident's life."""
        pair, row = self._there(), message.get("row")
        told: dict[str, Any] = {
            "costs": pair.costs(),
            "waiting": [stories.waiting(life) for life in pair.lives],
            "headlines": stories.headlines(pair),
            "week": pair.week,
        }
        if isinstance(row, int) and 0 <= row < pair.residents:
            told["story"] = stories.story(pair, row, 1 if message.get("world") == 1 else 0)
        return [{"look": told}]

    def ties(self, _message: dict[str, Any]) -> list[Answer]:
        """The ties of both worlds."""
        return [self._there().ties(0), self._there().ties(1)]

    def study(self, _message: dict[str, Any]) -> list[Answer]:
        """The state as a study file."""
        return [{"study": study_text(self._there().state)}]

    def open_study(self, message: dict[str, Any]) -> list[Answer]:
        """A study file as the state."""
        text = message.get("text")
        if not isinstance(text, str):
            raise RefusedError("a study is text")
        return self._opened(opened_text(text))

    def lesson(self, message: dict[str, Any]) -> list[Answer]:
        """A lesson in both languages."""
        name = message.get("name")
        if not isinstance(name, str) or name not in lessons():
            raise StateError("there is no such lesson")
        told = {lang: one.shown(teacher=self.teacher) for lang, one in lessons()[name].items()}
        study = study_of(next(iter(lessons()[name].values()))).read_text(encoding="utf-8")
        outcome = outcome_of(next(iter(lessons()[name].values())))
        return [
            {
                "lesson": told | {"study": study, "outcome": outcome.shown() if outcome else None},
                "quiet": bool(message.get("quiet")),
            }
        ]

    def open_lesson(self, message: dict[str, Any]) -> list[Answer]:
        """The community of a lesson, at its beginning; `arms` chooses two others of its study."""
        arms = message.get("arms")
        chosen = (
            (arms[0], arms[1])
            if isinstance(arms, list) and len(arms) == 2 and all(isinstance(a, str) for a in arms)
            else None
        )
        return self._opened(state_of_lesson(str(message.get("name"))[:80], chosen))

    def homework(self, _message: dict[str, Any]) -> list[Answer]:
        """The run so far as one HTML file that plays without a server."""
        pair = self._there()
        return [{"homework": homework(pair)}]


def titled(teacher: bool) -> dict[str, str]:
    """Communities that a page may choose from, by their titles."""
    titles = community_titles()
    return titles if teacher else {"classroom": titles["classroom"]}


ASKED: dict[str, Callable[[Session, dict[str, Any]], list[Answer]]] = {
    "hello": Session.hello,
    "open": Session.open,
    "weeks": Session.weeks,
    "policy": Session.policy,
    "set": Session.set,
    "look": Session.look,
    "touch": Session.touch,
    "ties": Session.ties,
    "study": Session.study,
    "open_study": Session.open_study,
    "lesson": Session.lesson,
    "open_lesson": Session.open_lesson,
    "homework": Session.homework,
}


def _on(policy: Any, week: int) -> bool:
    """Whether a policy's period has not ended yet."""
    return policy.stop is None or policy.stop > week


def _whole(said: object, low: int, high: int) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not low <= said <= high:
        raise RefusedError(f"a whole number from {low} to {high} is needed")
    return said


def _world(message: dict[str, Any]) -> Which:
    return 0 if _whole(message.get("world", 1), 0, 1) == 0 else 1


def _laid(under: dict[str, Value], over: dict[str, Value]) -> dict[str, Value]:
    """Changes laid over others; None takes a change back."""
    return {path: value for path, value in {**under, **over}.items() if value is not None}
