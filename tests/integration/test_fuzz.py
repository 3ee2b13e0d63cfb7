"""A fuzzer over every file and option that a user can hand in: words, never a traceback; no hang; no nonsense accepted.

A case is its kind and its number: `python -m pytest tests/integration/test_fuzz.py -k "study"` tries the same cases again.
"""

import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from fuzz.case import peak_memory, try_cases
from fuzz.files import RESIDENTS, take_residents
from fuzz.kinds import KINDS

from sim import POLICIES, Simulation, load_config

CASES = 100
"""Of each kind every time."""
MANY = 20_000
"""Of all kinds together, under the mark `slow`."""
WHOLE = sum(kind.share for kind in KINDS.values())


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compiling is not a part of any case."""
    config = load_config("classroom", set={"population.residents": 60, "population.grids": 2})
    with TemporaryDirectory() as folder:
        take_residents(RESIDENTS.encode(), Path(folder), Random(1))
    policies = [policy() for policy in POLICIES.values()]
    Simulation(config, policies, seed=1).run_for(14).weekly()


@pytest.mark.filterwarnings("ignore::UserWarning")  # what is said of a file that is understood
@pytest.mark.parametrize("name", KINDS)
def test_what_is_handed_in_is_understood_or_refused_in_words(name: str) -> None:
    ended = try_cases(name, KINDS[name], range(round(CASES * KINDS[name].share)))
    assert ended["refused"] or KINDS[name].heals, "mutations too weak to be refused"
    assert ended["accepted"], "mutations too strong to be accepted"
    assert ended.total() >= 40


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", KINDS)
def test_twenty_thousand_more(name: str) -> None:
    many = round(MANY / WHOLE * KINDS[name].share)
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory is counted anew
    began = time.process_time()
    ended = try_cases(name, KINDS[name], range(CASES, CASES + many))
    took = f"{time.process_time() - began:.0f} s of processor time, {peak_memory() / 2**20:.0f} MB at most"
    print(
        f"{name}: {ended.total()} cases, {ended['refused']} refused, {ended['accepted']} accepted; {took}", flush=True
    )
