"""The terminal: where tables and progress are printed."""

import os

from rich.console import Console

PAGE = 120
"""Characters in a line where no terminal says how wide it is: a file, a pipe, the log of a cluster."""


def terminal(*, quiet: bool = False) -> Console:
    """A console as wide as the terminal; in a file or a pipe as wide as a page, so that tables do not break."""
    console = Console(quiet=quiet, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PAGE
    return console
