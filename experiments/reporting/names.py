"""Names: what arms, points and what varies are called in figures and reports, in English and Chinese.

What the study says (`label`) comes first, then the titles of an arm's policies and what a parameter or dose means; where
neither is there, its name in the study file. Tables and files for machines keep those names.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.reporting.chinese import chinese, choice_in_chinese
from experiments.reporting.escape import apart
from experiments.reporting.figures.style import WIDTHS, Language, Look
from experiments.reporting.figures.tables import Factor, Tables, with_unit
from experiments.study.design import DOSE, Study
from experiments.study.labels import label_of_level
from experiments.study.sampling import Point, Value
from experiments.study.schema import Arm
from sim.config.load import config_names, find_file
from sim.config.yaml import read

if TYPE_CHECKING:
    import pandas as pd
    from pydantic.fields import FieldInfo

LANGUAGES: tuple[Language, Language] = ("en", "zh")
OURS = (("My question", "我的问题"), ("No policy", "无政策"), ("With the policy", "实施政策"))
"""Names that a new study of the desk begins with: as long as nobody gave others, each language has its own."""
LONG = 60
"""Letters of a meaning from which on its first clause must do."""


def look_of(study: Study, language: Language = "en", width: float | None = None, size: float | None = None) -> Look:
    """How the study's figures look: as its file says, unless told otherwise."""
    said = study.file.figures
    wide = WIDTHS[said.width] if isinstance(said.width, str) else said.width
    return Look(width or wide, language, size or said.size)


def title_of(study: Study, look: Look) -> str:
    """The study's title."""
    return study.file.label.title.say(look.language) or ours(study.file.title, look.language)


def question_of(study: Study, look: Look) -> str:
    """The study's question."""
    return study.file.label.question.say(look.language) or study.file.question


def arm_names(study: Study, language: Language) -> dict[str, str]:
    """What every arm is called: as the study labels it, else by its policies; by its own name where two would be called the same."""
    labels = study.file.label.arms
    found = {}
    for arm in study.arms:
        said, other = (labels[arm].say(one) if arm in labels else "" for one in (language, _other(language)))
        found[arm] = said or _by_policies(study, arm, language) or other or ours(arm, language)
    return _distinct(found)


def ours(name: str, language: Language) -> str:
    """A name that a new study begins with, in this language, whichever it was given in; any other name as it is."""
    at = LANGUAGES.index(language)
    if found := re.fullmatch(r"(?:Arm |组 ?)([0-9]+)", name):
        return ("Arm {}", "组{}")[at].format(found[1])
    return next((pair[at] for pair in OURS if name != pair[at] and name.lower() in (one.lower() for one in pair)), name)


def _other(language: Language) -> Language:
    return "en" if language == "zh" else "zh"


def _by_policies(study: Study, arm: str, language: Language) -> str:
    """The titles of an arm's policies, where its own name is a machine's word and not already in somebody's words."""
    from sim import POLICIES

    said = study.file.arms[arm]
    own = [name for name, _ in study.arms[arm]]
    if (isinstance(said, Arm) and said.set) or not re.fullmatch(r"[a-z][a-z0-9_+]*", arm):
        return ""
    if not own:
        return Look(language=language).say("No policy", "无政策") if arm == "nothing" else ""
    titles = [POLICIES[name].title_zh if language == "zh" else POLICIES[name].title for name in own]
    return (" + " if language == "en" else "+").join(titles)


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """The names, where no two are the same; those that are called like another one keep their own."""
    many = Counter(names.values())
    found = {own: name if many[name] == 1 else own for own, name in names.items()}
    return found if len(set(found.values())) == len(found) else {own: own for own in found}


def factors_of(study: Study, language: Language) -> dict[str, Factor]:
    """What everything that varies is called, its unit, and its values."""
    paths = list(dict.fromkeys((*study.file.varies, *(path for point in study.points[:1] for path, _ in point))))
    plain = {path: _factor(study, path, language) for path in paths}
    names = _distinct({path: label for path, (label, _) in plain.items()})
    found = {}
    for path, (_, unit) in plain.items():
        values = {
            told(value): value
            for value in dict.fromkeys(v for point in study.points for name, v in point if name == path)
        }
        levels = {text: _level(study, path, value, language) or text for text, value in values.items()}
        found[path] = Factor(names[path], unit, _distinct(levels))
    return found


def told(value: Value) -> str:
    """A value as tables tell it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _level(study: Study, path: str, value: Value, language: Language) -> str:
    words = label_of_level(study.file, path, value)
    return words.say(language) or words.say(_other(language)) or (_in_chinese(path, value) if language == "zh" else "")


def _in_chinese(path: str, value: Value) -> str:
    """A shipped community, yes or no, or a choice in Chinese; numbers and names of the user's own as they are."""
    if path == "community" and value in ("baseline", *config_names(("communities",))):
        title = read(find_file(str(value))).value.get("title", "")
        return chinese().get(title, "") if isinstance(title, str) else ""
    return choice_in_chinese(value) if isinstance(value, str | bool) and path != "community" else ""


def _factor(study: Study, path: str, language: Language) -> tuple[str, str]:
    """Label and unit of what varies."""
    look, labels = Look(language=language), study.file.label.varies
    meaning, unit, shown = _meant(path, look)
    if path in labels and (said := labels[path].say(language) or labels[path].say(_other(language)) or ""):
        return said, ""  # whoever words it says its unit too, where it needs one
    return (meaning or path), ("" if unit in ("", "choice") or not shown else look.say(unit, chinese().get(unit, unit)))


def _meant(path: str, look: Look) -> tuple[str, str, bool]:
    """What a parameter or dose means, its unit, and whether the unit says more than the meaning does."""
    from sim import POLICIES
    from sim.config.schema import Config

    if path == "community":
        return look.say("Community", "社区"), "", False
    policy, (section, _, name) = None, path.removeprefix(DOSE).partition(".")
    if path.startswith(DOSE):
        policy = POLICIES[section]
        field: FieldInfo | None = policy.model_fields.get(name)
    else:
        inner = Config.model_fields[section].annotation if section in Config.model_fields else None
        field = getattr(inner, "model_fields", {}).get(name)
    if field is None or not field.description:
        return "", "", False
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    english, meaning = _first_clause(field.description), meaning_of(field, look)
    if policy is not None:
        lower = english[:1].lower() + english[1:] if english[1:2].islower() else english
        meaning = look.say(f"{policy.title}: {lower}", f"{policy.title_zh}：{meaning}")
    return meaning, unit, bool(unit) and unit.split()[0].lower() not in english.lower()


def meaning_of(field: "FieldInfo", look: Look) -> str:
    """What a parameter or dose means, in its first clause."""
    said = field.description or ""
    return _first_clause(look.say(said, chinese().get(said, said)))


def _first_clause(sentence: str) -> str:
    """A sentence without its point; of a long one what stands before the first stop."""
    plain = sentence.strip().rstrip(".。")
    return plain if len(plain) <= LONG else re.split(r"[.;:。；：] ?", plain, maxsplit=1)[0]


def point_named(point: Point, factors: Mapping[str, Factor], look: Look) -> str:
    """A point in words: what each value is called, or what varies and its value with its unit."""
    said = []
    for path, value in point:
        factor, text = factors[path], told(value)
        if factor.levels[text] not in (text, look.say(text, _in_chinese(path, value))):
            said.append(factor.levels[text])
        else:
            said.append(with_unit(f"{factor.label}{look.say(': ', '：')}{factor.levels[text]}", factor.unit))
    return look.say(", ", "，").join(said)


def in_language(study: Study, tables: Tables, language: Language) -> Tables:
    """The tables with arms, points, what varies and the parts of a bundle called by their names in this language."""
    from sim import POLICIES

    look, factors = Look(language=language), factors_of(study, language)
    titles = {name: look.say(policy.title, policy.title_zh) for name, policy in POLICIES.items()}
    arms = {arm: apart(name) for arm, name in arm_names(study, language).items()}
    changed = tables.renamed(arms, look, titles, {path: factor.apart() for path, factor in factors.items()})
    return changed.called(title_of(study, look), tuple(point_named(point, factors, look) for point in study.points))


def labels_of(study: Study) -> "pd.DataFrame":
    """What the names of arms, of what varies and of its values in tables stand for, in both languages."""
    import pandas as pd

    arms = [arm_names(study, language) for language in LANGUAGES]
    factors = [factors_of(study, language) for language in LANGUAGES]
    rows = [("arm", arm, *(said[arm] for said in arms)) for arm in study.arms]
    for path in factors[0]:
        rows.append(("factor", path, *(said[path].label for said in factors)))
        named = zip(*(said[path].levels.items() for said in factors), strict=True)
        rows += [("value", f"{path} = {one}", en, zh) for (one, en), (_, zh) in named if one not in (en, zh)]
    return pd.DataFrame(rows, columns=["of", "name", "en", "zh"])
