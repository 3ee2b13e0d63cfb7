"""Help, and what click itself says, in the language of the terminal.

Both stand in the program in English, as docstrings and options say them, and are looked up in the catalogue when they are printed. Click
asks gettext for each of its own sentences; here the catalogue answers. In English nothing is changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click
from click import core, decorators, exceptions, formatting, parser, types

from experiments.spoken import in_words, language

PIECE = re.compile(r" +|[（“《［]*(?:[^\x00-ſ（“《［]|[^\s⺀-￯]+)[，。；：、）”》］！？…]*")
"""What stays together at the end of a line: a Chinese character with its punctuation, or a word of other letters."""
FILES_LANGUAGE = ("describe", "figures", "report")
"""Commands whose `--lang` is the language of what they write."""


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many cells of a terminal, of which a Chinese character takes two."""
    from rich.cells import cell_len

    lines, line = list[str](), ""
    for piece in PIECE.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            lines, line = [*lines, line.rstrip()], ""
        line = line + piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.rstrip() else lines


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, each in one line."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def option_in_words(said: str) -> str:
    """What an option does, with what click adds in brackets."""
    sentence, bracket, more = said.partition("  [")
    return in_words(sentence) + bracket + more


class InChinese(click.HelpFormatter):
    """Help in Chinese, from what click would write in English."""

    def write_heading(self, heading: str) -> None:
        """A heading, with a colon as wide as its letters."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        margin = " " * self.current_indent
        told = (wrapped(in_words(one), self.width - len(margin)) for one in paragraphs(text))
        self.write("\n\n".join("\n".join(margin + line for line in lines) for lines in told) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names, and beside them what they are."""
        rows = list(rows)
        first = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        margin = " " * (self.current_indent + first)
        for name, said in rows:
            lines = wrapped(option_in_words(said), max(self.width - len(margin), 20))
            head = f"{'':>{self.current_indent}}{name}"
            beside = len(head) <= len(margin) - col_spacing
            self.write(f"{head:<{len(margin)}}{lines[0]}\n" if beside else f"{head}\n{margin}{lines[0]}\n")
            self.write("".join(f"{margin}{line}\n" for line in lines[1:]))


class Context(click.Context):
    """Where a command is asked: its help is written in the language of the terminal."""

    def make_formatter(self) -> click.HelpFormatter:
        """Who writes help."""
        if language() == "en":
            return super().make_formatter()
        return InChinese(width=self.terminal_width, max_width=self.max_content_width)


class Group(click.Group):
    """Commands, told in Chinese by the whole of their first sentence, which click would cut at a space that Chinese lacks."""

    context_class = Context

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands and what each does."""
        if language() == "en":
            return super().format_commands(ctx, formatter)
        with formatter.section(in_words("Commands")):
            every = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
            formatter.write_dl([(name, paragraphs(command.help or "")[0]) for name, command in every if command])
        return None


def every_command(group: click.Group, context: click.Context, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its words; those of a group stand in place of the group."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, Context(command, parent=context), f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


def language_in(words: Sequence[str]) -> str | None:
    """The language that the words of a command ask to be spoken in, before they are read: a wrong one is told in it too."""
    if any(word in FILES_LANGUAGE for word in words):
        return None
    asked = [after for word, after in zip(words, [*words[1:], ""], strict=True) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return asked[-1] if asked and asked[-1] in ("en", "zh") else None


def click_speaks() -> None:
    """Let click ask the catalogue for its own sentences."""

    def plural(one: str, several: str, count: int) -> str:
        return in_words(one if count == 1 else several)

    said: dict[str, Any] = {"_": in_words, "ngettext": plural}
    for module in (core, decorators, exceptions, formatting, parser, types):
        vars(module).update({name: speaker for name, speaker in said.items() if name in vars(module)})
