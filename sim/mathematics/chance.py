"""Chance: a pure function of who, what and when, the same under every policy.

One block of four uniforms belongs to each key (seed, stream, week) and counter (person, other). A stream is
named by what is decided ("deciding.life"), never by its position, so that removing a resident, adding an
inert policy, or changing the order or the number of threads leaves every other draw as it was.

The generator is Philox4x32-10, which passes BigCrush and whose known answers stand in the tests.

Sources: salmon2011, klein2024
"""

import hashlib
from math import ceil

import numpy as np

from sim.engine.jit import Column, compiled, inlined

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_11 = np.uint64(11)
NOBODY = np.uint64(0)

_names: dict[int, str] = {}


def stream(name: str) -> np.uint64:
    """The number of a named stream; two names that share a number are refused.

    Errors: ValueError when another name already hashes to the same number.
    """
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    if _names.setdefault(number, name) != name:
        raise ValueError(f"stream {name!r} collides with {_names[number]!r}: rename one of them")
    return np.uint64(number)


@compiled
def mixed(x):
    """Spread the bits of a 64-bit number (the finaliser of splitmix64)."""
    x = np.uint64(x)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def key_of(seed, number, week):
    """The key under which everybody draws: one for each replicate seed, stream and week."""
    return mixed(
        mixed(np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15))
        ^ mixed(number + np.uint64(week) * np.uint64(0xD1342543DE82EF95))
    )


@inlined
def block(key, person, other):
    """Four 32-bit words for one person (and one other): Philox4x32 with ten rounds."""
    key, person, other = np.uint64(key), np.uint64(person), np.uint64(other)
    c0, c1 = person & _LOW, person >> _32
    c2, c3 = other & _LOW, other >> _32
    k0, k1 = key & _LOW, key >> _32
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@inlined
def share(word):
    """A 32-bit word as a uniform strictly between 0 and 1."""
    return (np.float64(word) + 0.5) * 2.0**-32


@compiled
def limit_of(chance):
    """How many words have a share below a chance, so that comparing a word with it says the same as comparing
    shares.
    """
    return np.int64(ceil(min(max(chance, 0.0), 1.0) * 2.0**32 - 0.5))


@inlined
def uniform(key, person):
    """One uniform in (0, 1) of 53 bits for one person."""
    c0, c1, _, _ = block(key, person, NOBODY)
    return (np.float64(((c0 << _32) | c1) >> _11) + 0.5) * 2.0**-53


@inlined
def uniform_pair(key, person, other):
    """One uniform in (0, 1) of 53 bits for an ordered pair."""
    c0, c1, _, _ = block(key, person, other)
    return (np.float64(((c0 << _32) | c1) >> _11) + 0.5) * 2.0**-53


@inlined
def uniform_twice(key, person, other):
    """Two independent uniforms of 53 bits for one ordered pair, from one block."""
    c0, c1, c2, c3 = block(key, person, other)
    return (np.float64(((c0 << _32) | c1) >> _11) + 0.5) * 2.0**-53, (
        np.float64(((c2 << _32) | c3) >> _11) + 0.5
    ) * 2.0**-53


@compiled
def words(key, persons: Column, start, stop, other, first: Column, second: Column, third: Column, fourth: Column):
    """The four words of persons start to stop - 1, written from the beginning of four columns (vectorised)."""
    for i in range(start, stop):
        c0, c1, c2, c3 = block(key, persons[i], other)
        first[i - start], second[i - start], third[i - start], fourth[i - start] = c0, c1, c2, c3


@compiled
def uniforms(key, persons: Column, other=NOBODY) -> Column:
    """One uniform for each of many persons, or for each of them and one other (vectorised)."""
    out = np.empty(persons.size, np.float64)
    for i in range(persons.size):
        out[i] = uniform_pair(key, persons[i], other)
    return out
