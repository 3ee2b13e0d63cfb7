"""Progress: how many runs are done, as a bar in a terminal or a notebook."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

from rich.console import Console

from experiments.spoken import spoken

type Told = Callable[[int, int], None]


@contextmanager
def progress(console: Console, total: int) -> Iterator[Told]:
    """A progress bar in a terminal or a notebook; elsewhere a line every half minute. What is yielded hears how many more are done and failed."""
    if shown := _in_a_notebook():
        with shown(total) as told:
            yield told
        return
    if console.is_terminal:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task, failed = bar.add_task(spoken("runs"), total=total), 0

            def told(done: int, wrong: int) -> None:
                nonlocal failed
                failed += wrong
                words = spoken("runs ({failed} failed)", failed=failed) if failed else spoken("runs")
                bar.update(task, advance=done, description=words)

            yield told
        return
    done, last = 0, time.monotonic()

    def counted(more: int, _: int) -> None:
        nonlocal done, last
        done += more
        if time.monotonic() - last > 30:
            last = time.monotonic()
            console.print(spoken("{done} of {total} runs", done=done, total=total))

    yield counted


def _in_a_notebook() -> Callable[[int], AbstractContextManager[Told]] | None:
    """A bar for the notebook that this process works for, if it works for one."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return _bar if getattr(shell, "kernel", None) is not None else None


@contextmanager
def _bar(total: int) -> Iterator[Told]:
    notebook = import_module("IPython.display")
    began, seen, done, failed = time.monotonic(), 0.0, 0, 0

    def drawn() -> Any:
        left = (time.monotonic() - began) / done * (total - done) if done else 0.0
        words = (
            f"{done} of {total} runs"
            + (f", {failed} failed" if failed else "")
            + (f", {left:.0f} s left" if left >= 1 else "")
        )
        return notebook.HTML(
            f'<progress value="{done}" max="{total}" style="width:20em" aria-label="{words}"></progress> {words}'
        )

    shown = notebook.display(drawn(), display_id=True)

    def told(more: int, wrong: int) -> None:
        nonlocal seen, done, failed
        done, failed = done + more, failed + wrong
        if done >= total or time.monotonic() - seen > 0.2:
            seen = time.monotonic()
            shown.update(drawn())

    yield told
