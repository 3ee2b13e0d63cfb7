"""A law is one sentence about one resident; the compiler says it for everyone.

`@law` and `@compiled` turn a plain Python function into a compiled one. Its plain Python is kept as
`.py_func`, so that the slow twin in the tests computes with exactly the sentence that is printed here.
Compiled code is cached in a folder named after the program's own sources: change a law and everything
that calls it is compiled anew, change nothing and nothing is ever compiled twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.engine.cache import CACHE
from sim.engine.jit import Column, Law, compiled, inlined, law

__all__ = ["CACHE", "Column", "Law", "announced_once", "compiled", "compiled_apart", "inlined", "law", "plain"]

compiled_apart = compiled


def plain[F: Callable[..., Any]](function: F) -> F:
    """The plain Python of a law or phase, as it is printed in its file."""
    return getattr(function, "py_func", function)


@contextmanager
def announced_once(say: Callable[[str], None]) -> Iterator[None]:
    """Say, on the first run of these very sources on this machine, that the rules are being compiled."""
    mark = CACHE / "compiled"
    first = not mark.exists()
    if first:
        say("Compiling the rules for this machine (this once; it takes about a minute) ...")
    yield
    if first:
        mark.touch()
