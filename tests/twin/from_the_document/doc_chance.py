"""Chance and numbers, made again from section 19 of the ODD document, "What submodels share"."""

import hashlib
import math
from functools import cache

import numpy as np

LOW, ALL = 2**32 - 1, 2**64 - 1


def spread_out(z: int) -> int:
    """The finaliser of splitmix64."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & ALL
    return z ^ (z >> 31)


@cache
def key_of(seed: int, stream: str, week: int) -> int:
    s = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest(), "little")
    one = spread_out((seed + 0x9E3779B97F4A7C15) & ALL)
    return spread_out(one ^ spread_out((s + week * 0xD1342543DE82EF95) & ALL))


def philox(key: int, x: int, y: int) -> tuple[int, int, int, int]:
    """Philox4x32 with ten rounds."""
    k0, k1 = key & LOW, key >> 32
    c0, c1, c2, c3 = x & LOW, x >> 32, y & LOW, y >> 32
    for _ in range(10):
        p, q = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (q >> 32) ^ c1 ^ k0, q & LOW, (p >> 32) ^ c3 ^ k1, p & LOW
        k0, k1 = (k0 + 0x9E3779B9) & LOW, (k1 + 0xBB67AE85) & LOW
    return c0, c1, c2, c3


class Chance:
    """The draws of one week."""

    def __init__(self, seed: int, week: int) -> None:
        self.seed, self.week = seed, week

    def key(self, stream: str, *, once: bool = False) -> int:
        return key_of(self.seed, stream, 0 if once else self.week)

    def two(self, stream: str, x: int, y: int = 0, *, once: bool = False) -> tuple[float, float]:
        """U and U'."""
        a, b, c, d = philox(self.key(stream, once=once), x, y)
        return ((a << 32 | b) // 2**11 + 0.5) * 2.0**-53, ((c << 32 | d) // 2**11 + 0.5) * 2.0**-53

    def one(self, stream: str, x: int, y: int = 0, *, once: bool = False) -> float:
        """U."""
        return self.two(stream, x, y, once=once)[0]

    def four(self, stream: str, x: int, y: int = 0, *, once: bool = False) -> tuple[float, ...]:
        """W1 to W4."""
        return tuple(map(as_share, philox(self.key(stream, once=once), x, y)))


def as_share(word: int) -> float:
    return (word + 0.5) * 2.0**-32


def seven(x: float) -> float:
    """A number as it is stored, with seven digits."""
    return float(np.float32(x))


def sigma(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0


def within(x: float, low: float = 0.0, high: float = 1.0) -> float:
    return min(max(x, low), high)


def weekly_from_annual(share: float) -> float:
    return 1.0 - (1.0 - share) ** (1.0 / 52.0)
