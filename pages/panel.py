"""What the page needs to know of policies, parameters and metrics, read from their classes.

A new policy, parameter or metric appears on the page by itself; only its Chinese words may still be missing, and then
the English ones are shown.
"""

import re
from typing import Any, Literal, TypeAliasType, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from experiments.reporting.chinese import chinese, told_in_chinese
from sim import METRICS, POLICIES
from sim.config.parameter import Section
from sim.config.schema import Config
from sim.policies.policy import Policy


def both(english: str) -> list[str]:
    """An English text and its Chinese, or the English again where none is known."""
    return [english, chinese().get(english, english)]


def policies() -> list[dict[str, Any]]:
    """Every policy: its name, titles, sentences as shipped, and its doses."""
    return [
        {
            "name": name,
            "title": [policy.title, policy.title_zh],
            "sentence": sentences(policy()),
            "doses": doses_of(policy),
            "sources": list(policy.sources),
        }
        for name, policy in POLICIES.items()
    ]


NOT_AIMED = {"residents": (), "grids": ("groups", "tiers", "where", "capacity", "uptake")}
"""Targets that would change nothing, by the finest thing that a policy can be aimed at."""


def doses_of(policy: type[Policy]) -> list[dict[str, Any]]:
    """The doses of a policy, without targets at which it cannot be aimed; the parts of a bundle have doses of their own."""
    useless = NOT_AIMED.get(policy.aims_at, (*NOT_AIMED["grids"], "grids"))
    return [dose(name, field) for name, field in policy.model_fields.items() if name not in useless]


def sentences(policy: Policy) -> list[str]:
    """What a policy does with its doses, in English and Chinese."""
    return [policy.told(), told_in_chinese(policy)]


def dose(name: str, field: FieldInfo) -> dict[str, Any]:
    """One dose or parameter as the page shows it: what kind of number or choice it is, unit, range, meaning."""
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    limits = {
        key: bound for m in field.metadata for key in ("ge", "le") if (bound := getattr(m, key, None)) is not None
    }
    kind, choices = _kind(field.annotation)
    shown: dict[str, Any] = {
        "name": name,
        "label": both(name.replace("_", " ")),
        "kind": kind,
        "choices": [[choice, *both(str(choice).replace("_", " "))] for choice in choices],
        "unit": both(unit),
        "low": limits.get("ge"),
        "high": limits.get("le"),
        "meaning": both(field.description or ""),
        "short": shortly(both(field.description or "")[1]),
        "general": name in Policy.model_fields,
    }
    if not field.is_required():
        default = field.get_default(call_default_factory=True)
        shown["value"] = {} if kind == "part" else list(default) if isinstance(default, tuple) else default
        if kind == "part":
            of = type(default) if default is not None else policy_in(field.annotation)
            shown["doses"] = [d for d in doses_of(of) if not d["general"]]
            shown["label"], shown["value"] = [of.title, of.title_zh], {} if default is not None else None
    return shown


SHORT = 16
"""Letters of a Chinese meaning that is short enough to be the name above a control."""


def shortly(chinese: str) -> list[str]:
    """What a dose or parameter is called in Chinese, and what is left to be said of it: a long meaning ends at its first colon or semicolon."""
    plain = chinese.rstrip("。")
    found = _NAMED.fullmatch(plain) or (len(plain) > SHORT and _FIRST.fullmatch(plain)) or None
    return [found[1], found[2]] if found else [plain, ""]


_NAMED = re.compile(r"([^：（）；，。A-Za-z]{2,12})：([^：]+)")
_FIRST = re.compile(r"([^；：]+)；(.+)")


def policy_in(annotation: Any) -> type[Policy]:
    """The policy that a part of a bundle may be, where it is none unless asked for."""
    return next(part for part in get_args(annotation) if isinstance(part, type) and issubclass(part, Policy))


def _kind(annotation: Any) -> tuple[str, tuple[Any, ...]]:
    """number, whole, whole_or_none, switch, choice, several, words, part (of a bundle), or text (anything else, as JSON)."""
    if isinstance(annotation, TypeAliasType):
        return _kind(annotation.__value__)
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if get_origin(annotation) is tuple:
        inner, choices = _kind(get_args(annotation)[0])
        return ("several", choices) if inner == "choice" else ("text", ())
    if any(isinstance(part, type) and issubclass(part, Policy) for part in get_args(annotation)):
        return "part", ()
    known = {float: "number", int: "whole", bool: "switch", int | None: "whole_or_none", str | None: "words"}
    return known.get(annotation, "text"), ()


def parameters(config: Config) -> list[dict[str, Any]]:
    """Every parameter of the rules by section, with its value, its source and its grade of evidence."""
    found = []
    for name, field in Config.model_fields.items():
        section = getattr(config, name)
        if isinstance(section, Section):
            heading = both((type(section).__doc__ or name).strip().split("\n")[0])
            found.append(
                {
                    "name": name,
                    "title": heading,
                    "born": name in ("population", "network"),
                    "doses": _section(config, name, section),
                }
            )
        elif name == "kinds":
            for kind, entry in section.items():
                shown = _section(config, f"kinds.{kind}", entry)
                found.append(
                    {"name": f"kinds.{kind}", "title": [entry.title, entry.title_zh], "born": False, "doses": shown}
                )
        elif field.annotation is not str:
            raise TypeError(f"the page does not know how to show the section {name!r}")
    return found


def _section(config: Config, path: str, section: BaseModel) -> list[dict[str, Any]]:
    shown = []
    for name, field in type(section).model_fields.items():
        entry = dose(name, field)
        if entry["kind"] == "text":
            continue
        evidence = config.evidence.get(f"{path}.{name}")
        entry |= {
            "path": f"{path}.{name}",
            "value": getattr(section, name),
            "grade": evidence.grade if evidence else "assumed",
            "source": evidence.source if evidence else "",
            "note": evidence.note if evidence else "",
        }
        shown.append(entry)
    return shown


def metrics() -> dict[str, dict[str, Any]]:
    """Every metric: labels, unit, meaning, direction."""
    return {
        name: {
            "label": [metric.label, metric.label_zh],
            "unit": both(metric.unit),
            "meaning": both(metric.sentence),
            "better": metric.better,
            "headline": metric.headline,
        }
        for name, metric in METRICS.items()
    }
