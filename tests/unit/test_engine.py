"""The engine: what compiled code depends on, how it is kept, and that columns stay apart."""

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from small import isolated

from sim.engine import cache
from sim.engine.cache import KEPT, Fingerprint
from sim.engine.jit import Compiled, compiled, law
from sim.state.phase import unit
from sim.world import World

ROOT = Path(__file__).parents[2]

# ---- fingerprints

CALLER = '''
from enum import IntEnum

import numpy as np
import rates
from sim.engine.jit import compiled, inlined, law

RATE, SHIFT = 0.5, 1
PAIR, REST = (1, 2), (3,)
TABLE = np.arange(3.0)
WORDS = {"a": 1}
UNUSED = 7


class Kind(IntEnum):
    COOK = 1



def closed(by):
    @law
    def inner(x):
        return x + by
    return inner


added = closed(4)


@inlined
def small(x):
    return x * SHIFT


@compiled
def helper(x):
    """Half of it."""
    return small(x) * RATE


@law
def other(x):
    return x - 1.0


@law
def before(x):
    return x - 3.0


first, second, third = other, before, other


@law
def caller(x, y=2.0):
    """What is asked."""
    total = helper(x) + added(x) + TABLE[0] + PAIR[0] + REST[0] + y + Kind.COOK + rates.used
    total += first(x) + second(x) + third(x)
    return max([part for part in (total, 0.25)])
'''
CHANGES = {
    "a law that it calls": ("return small(x) * RATE", "return small(x) / RATE"),
    "what that calls": ("return x * SHIFT", "return x - SHIFT"),
    "a constant": ("RATE, SHIFT = 0.5, 1", "RATE, SHIFT = 0.25, 1"),
    "the type of a constant": ("RATE, SHIFT = 0.5, 1", "RATE, SHIFT = 0.5, 1.0"),
    "a sign": ("RATE, SHIFT = 0.5, 1", "RATE, SHIFT = -0.5, 1"),
    "a tuple": ("PAIR, REST = (1, 2), (3,)", "PAIR, REST = (1, 3), (3,)"),
    "where tuples end": ("PAIR, REST = (1, 2), (3,)", "PAIR, REST = (1,), (2, 3)"),
    "how tuples are nested": ("PAIR, REST = (1, 2), (3,)", "PAIR, REST = (1, (2,)), (3,)"),
    "a table": ("np.arange(3.0)", "np.arange(3.0) + 1"),
    "the type of a table": ("np.arange(3.0)", "np.arange(3)"),
    "a closure": ("closed(4)", "closed(5)"),
    "the text of a closure": ("return x + by", "return x - by"),
    "another function by the same name": ("other, before, other", "other, before, before"),
    "a number with a name": ("COOK = 1", "COOK = 2"),
    "a module of one's own": ("import rates", "import more_rates as rates"),
    "a default": ("y=2.0", "y=3.0"),
    "its own text": ("+ TABLE[0]", "- TABLE[0]"),
    "a number in it": ("0.25", "0.125"),
    "a name that it uses": ("max(", "min("),
    "the decorator of what it calls": ("@inlined\ndef small", "@compiled\ndef small"),
}
NO_CHANGES = {
    "its docstring": ('"""What is asked."""', '"""Something else."""'),
    "no docstring": ('    """What is asked."""\n', ""),
    "the docstring of what it calls": ('"""Half of it."""', '"""One half."""'),
    "a comment": ("return small(x) * RATE", "# half of it\n    return small(x) * RATE"),
    "another function": ("UNUSED = 7", "UNUSED = 7\ndef unused(x): return x"),
    "a constant that it does not use": ("UNUSED = 7", "UNUSED = 8"),
    "a table of words that it does not use": ('{"a": 1}', '{"a": 2}'),
    "empty lines": ("\n\n\n", "\n\n\n\n\n"),
}


def fingerprint(text: str) -> str:
    """That of `caller` in a module of this text, beside modules of rates that differ in `used` alone."""
    for name, used in (("rates", 0.5), ("more_rates", 0.25)):
        sys.modules[name] = rates = types.ModuleType("rates")
        rates.__dict__.update(used=used, unused=name)
    module = types.ModuleType("made_for_a_test")
    exec(compile(text, "made_for_a_test.py", "exec"), module.__dict__)
    return Fingerprint(module.__dict__["caller"]).digest()


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_what_a_function_depends_on_changes_its_fingerprint(old: str, new: str) -> None:
    assert old in CALLER
    assert fingerprint(CALLER) != fingerprint(CALLER.replace(old, new))


@pytest.mark.parametrize(("old", "new"), NO_CHANGES.values(), ids=NO_CHANGES)
def test_nothing_else_changes_it(old: str, new: str) -> None:
    assert old in CALLER
    assert fingerprint(CALLER) == fingerprint(CALLER.replace(old, new))


def test_what_nobody_can_watch_is_refused() -> None:
    with pytest.raises(TypeError, match="nobody can tell whether that has changed"):
        fingerprint(CALLER.replace("TABLE = np.arange(3.0)", "TABLE = iter([1.0])"))


# ---- code on disk


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled code of this test alone."""
    monkeypatch.setattr(cache, "CACHE", tmp_path)
    return tmp_path


def doubled(x: Any) -> Any:
    return x + x


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.bin"))


def was_compiled(function: Compiled) -> bool:
    """Whether a function that was called had to be compiled, and was not found on disk."""
    return function.outer._cache.result is not None


def test_code_is_found_again_and_a_damaged_file_is_as_good_as_none(folder: Path) -> None:
    for content in (None, b"", b"damaged", "half"):
        for file in files(folder):
            if content is not None:
                file.write_bytes(file.read_bytes()[:-9] if content == "half" else content)
        anew, again = Compiled(doubled), Compiled(doubled)
        assert anew(2.5) == again(2.5) == 5.0
        assert was_compiled(anew)
        assert not was_compiled(again)
        assert len(files(folder)) == 1


def test_old_versions_are_removed_and_those_of_others_stay(folder: Path) -> None:
    beside = folder / f"{__name__}.doubled_more-{'0' * 16}.bin"
    beside.touch()
    kinds = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
    function = Compiled(doubled)
    for at, kind in enumerate(kinds):
        function(np.zeros(1, kind))
        for file in files(folder):
            if file != beside and file.stat().st_mtime > 1_000:
                os.utime(file, (at, at))
    assert beside.exists()
    assert len(files(folder)) == KEPT + 1
    newest = Compiled(doubled)
    newest(np.zeros(1, kinds[-1]))
    assert not was_compiled(newest)


def test_a_folder_that_others_can_write_to_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_CACHE", str(tmp_path / "chosen"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    chosen = tmp_path / "chosen" / "linli" / "compiled"
    assert cache._folder() == chosen
    chosen.chmod(0o777)
    at_home = tmp_path / "home" / ".cache" / "linli" / "compiled"
    assert cache._folder() == at_home
    at_home.chmod(0o770)
    elsewhere = cache._folder()
    assert elsewhere not in (chosen, at_home)
    assert cache.is_own(elsewhere)
    elsewhere.rmdir()


SLOW = """
import sys
import time
from pathlib import Path

import numpy as np

from sim.engine.jit import compiled


@compiled
def slow(column):
    order = np.argsort(column)
    return np.partition(column[order], 1)[0] + np.median(column) + np.unique(column).size


if __name__ == "__main__":
    here = Path(sys.argv[1])
    (here / f"ready-{sys.argv[2]}").touch()
    while len(list(here.glob("ready-*"))) < 3:
        time.sleep(0.001)
    assert slow(np.arange(3.0)) == 4.0
    print("compiled" if slow.outer._cache.result is not None else "found")
"""


def test_programs_that_start_at_once_compile_once(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SLOW, encoding="utf-8")
    started = [
        subprocess.Popen(
            [sys.executable, str(program), str(tmp_path), str(at)],
            env=os.environ | {"LINLI_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in range(3)
    ]
    said = sorted(one.communicate(timeout=120)[0].strip() for one in started)
    assert said == ["compiled", "found", "found"]


# ---- units


@pytest.fixture(scope="module")
def world() -> World:
    return World(isolated(60, 2), 3)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_unit_for_which_memory_runs_out_says_so(world: World) -> None:
    @unit
    def greedy(residents: Any) -> Any:
        return np.zeros(residents.tier.size * (1 << 50)).sum()

    with pytest.raises(MemoryError, match="greedy: memory ran out"):
        greedy.run(world.table())


def test_a_unit_of_something_that_is_no_view_is_refused() -> None:
    with pytest.raises(TypeError, match="looks: resident, my is no view; there are residents, "):

        @unit
        def looks(resident: Any, my: Any) -> Any:
            return 0.0


def test_a_unit_returns_its_number(world: World) -> None:
    @unit
    def heads(residents: Any, deciding: Any) -> Any:
        return residents.tier.size + deciding.habit

    expected = 60 + world.config.deciding.habit
    assert heads.run(world.table()) == heads(world.views()) == expected


def test_a_narrow_column_and_a_parameter_are_worked_with_as_widely_in_plain_python(world: World) -> None:
    @unit
    def risen(residents: Any, deciding: Any) -> Any:
        return residents.skill[0] * deciding.habit + deciding.habit / 3

    world.skill[0], habit = 0.1, world.config.deciding.habit  # 0.1 is no number of 32 bits
    assert risen.run(world.table()) == risen(world.views()) == np.float64(np.float32(0.1)) * habit + habit / 3
    assert risen(world.views()) != np.float32(0.1) * habit + habit / 3


# ---- columns as arguments


@law
def adds(source: Any, target: Any) -> Any:
    """Add one column to another, and look at both between writes."""
    total = 0.0
    for i in range(target.size):
        target[i] += source[i]
        total += target[i] + source[i]
    return total


@compiled
def adds_compiled(source: Any, target: Any) -> Any:
    """The same in a function that is compiled where Python calls it too."""
    return adds(source, target)


def mixes(residents: Any, households: Any) -> Any:
    """Every way to hand on columns: as they are, the other way round, twice, in part, beside an array."""
    total = adds(residents.skill, residents.identity) + adds(residents.identity, residents.skill)
    total += adds(residents.skill, residents.skill) + adds_compiled(residents.skill, residents.efficacy)
    part = residents.skill[10:30]
    total += adds(part, residents.skill[0:20]) + adds(residents.skill, part) + adds_compiled(part, part)
    array = residents.identity.copy()
    total += adds(array, residents.identity) + adds(residents.identity, array) + array[7]
    total += adds(residents.interest[:, 1].copy(), residents.wellbeing)
    residents.interest[3, 2] = residents.interest[3, 1] + residents.interest[4, 2]
    residents.interest[5] = residents.interest[3]
    return total + residents.interest[5, 2] + residents.skill[0] + residents.identity[59]


def test_a_column_that_is_handed_on_never_passes_for_another(world: World) -> None:
    one, other = World(isolated(60, 2), 3), World(isolated(60, 2), 3)
    mixed = unit(mixes)
    for each in (one, other):
        for at, name in enumerate(("skill", "identity", "efficacy", "wellbeing")):
            each.columns[name][:] = (np.arange(60) % 7 + at) / 64  # sums are exact
        each.columns["interest"][:] = np.arange(300).reshape(60, 5) / 1024
    assert mixed.run(one.table()) == mixed(other.views())
    for name, column in one.columns.items():
        np.testing.assert_array_equal(column, other.columns[name], err_msg=name)


def test_a_key_too_large_for_a_signed_number_is_a_key_whatever_was_compiled_first() -> None:
    @compiled
    def low_bits(key):  # type: ignore[no-untyped-def]
        return np.uint64(key) & np.uint64(255)

    assert low_bits(3) == 3
    assert low_bits(2**63 + 5) == 5
    assert low_bits(2**64 - 1) == 255


def test_code_that_is_not_ours_may_use_what_ours_has_compiled() -> None:
    """numba keeps what it compiled for one caller for the next: fragments serve both."""

    @compiled
    def ours(x: Any) -> Any:
        return np.argsort(np.full(3, x))[0] + np.ones(2).sum()

    @numba.njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def theirs(x: Any) -> Any:
        return np.argsort(np.full(3, x))[0] + np.ones(2).sum() + max(x, 2)

    assert ours(1.0) == 2.0
    assert theirs(1.0) == 4.0
