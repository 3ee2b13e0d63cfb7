"""Pages: a Markdown document as one HTML file without scripts, that also prints well (A4, for a PDF)."""

import re
from pathlib import Path

from experiments.odd.describing import anchor_of
from experiments.reporting.escape import attribute
from experiments.spoken import Language


def as_html(markdown: str, *, brief: bool = False, language: Language = "en") -> str:
    """One HTML page with anchors at the headings; a brief one prints without a new page for each section."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    # other pages are not beside this one
    body = re.sub(r'<a href="[^":#]+\.md[^"]*">(.*?)</a>', r"\1", body, flags=re.DOTALL)
    body = re.sub(r"<p>(?:English|中文)</p>\n", "", body)
    body = re.sub(r"<h([1-4])>(.*?)</h\1>", _anchored, body)
    title = next((line[2:] for line in markdown.splitlines() if line.startswith("# ")), "linli")
    styles = ("page.css", "summary.css") if brief else ("page.css",)
    style = "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in styles)
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f"{meta}<title>{attribute(re.sub(r'\\(.)', r'\1', title))}</title><style>\n{style}</style>"
    return f'<!doctype html>\n<html lang="{language}"><head>{head}</head>\n<body>\n{body}</body></html>\n'


def _anchored(found: re.Match[str]) -> str:
    plain = re.sub(r"<.*?>", "", found[2])
    return f'<h{found[1]} id="{anchor_of(plain)}">{found[2]}</h{found[1]}>'
