"""An extension of Markdown that the build of the documentation loads: it writes the page which the first page carries.

The page goes into the folder of pages, from which every build copies it, and into the site that is being built, whose
list of files may be older. Wherever rules changed, so does the page.
"""

from functools import cache
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown

from classroom.one_file import one_file, state_for


class LivePage(Extension):
    """Options: `page`, a community, study or lesson; `lucks`; `to`, the files."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "page": ["classroom", "What stands in the page"],
            "lucks": [2, "Founded communities in it"],
            "to": [[], "The files"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Write the page. Errors: StateError, ModuleError: then the build fails."""
        text = _page(self.getConfig("page"), self.getConfig("lucks"))
        for file in map(Path, self.getConfig("to")):
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")


@cache
def _page(what: str, lucks: int) -> str:
    state, lesson = state_for(what)
    return one_file(state, lucks, lesson)


def makeExtension(**options: Any) -> LivePage:  # noqa: N802
    """What Markdown asks for."""
    return LivePage(**options)
