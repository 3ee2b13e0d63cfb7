"""References: publications and the program as they are cited, in Chinese with the words around their own titles in Chinese."""

import re
from typing import TYPE_CHECKING

from experiments.reporting.chinese import in_chinese
from experiments.reporting.escape import in_html
from experiments.reporting.figures.style import Look
from experiments.version import version

if TYPE_CHECKING:
    from experiments.study.design import Study
    from sim.config.evidence import Source

ARTICLE = "huang2025"
"""The article that the model restates; its title and place have Chinese of their own."""
TITLE = "linli: an agent-based simulation of community volunteer services"


def reference(source: "Source", language: str) -> str:
    """A publication in one line, without a stop at its end."""
    if language != "zh":
        return str(source)
    where = f"https://doi.org/{source.doi}" if source.doi else source.url
    published = source.published and in_chinese(source.published)
    title = in_chinese(source.title)
    told = "，".join(filter(None, (title if title.isascii() else f"《{title}》", published, where)))
    return f"{_authors(source.author)}（{source.year}）：{told}"


def references(study: "Study", look: Look) -> str:
    """Every publication that the inputs and the policies of the study name, one a line, in the order of their authors."""
    from sim import POLICIES
    from sim.config.load import load_sources

    named = [e.source for e in study.config.evidence.values()]
    named += [key for arm in study.arms.values() for policy, _ in arm for key in POLICIES[policy].sources]
    keys = {key.strip() for one in named for key in one.split(",")}
    lines = sorted(
        {reference(source, look.language) for key, source in load_sources().items() if key in keys}, key=str.casefold
    )
    stop = look.say(".", "。")
    return (
        f"<ul class='references'>{''.join(f'<li>{in_html(line)}{stop}</li>' for line in lines)}</ul>" if lines else ""
    )


def _authors(said: str) -> str:
    """Names with Chinese between them; those of bodies, which have an `and` of their own, as they are."""
    if said.endswith(" and others"):
        return f"{said.removesuffix(' and others')}等"
    if found := re.fullmatch(r"(\S+(?:, \S+)*) and (\S+)", said):
        return f"{found[1].replace(', ', '、')}和{found[2]}"
    return in_chinese(said)


def citation(model: str) -> dict[str, list[str] | str]:
    """How to cite the program, in words of both languages and for BibTeX, with the version of the model that made the results."""
    from sim.config.load import load_sources

    article, own = load_sources()[ARTICLE], version()
    own_zh = own.replace(" (not installed)", "（未安装）").replace("not installed", "（未安装）")
    entry = f"@software{{linli,\n  author = {{{{The linli authors}}}},\n  title = {{{TITLE}}},\n  version = {{{own}}},\n  note = {{model {model}}},\n}}\n"
    return {
        "text": [
            f"The linli authors. {TITLE}. Version {own}, model {model}.\n{reference(article, 'en')}.",
            f"linli 作者：{TITLE}，版本{own_zh}，模型{model}。\n{reference(article, 'zh')}。",
        ],
        "bibtex": entry,
    }
