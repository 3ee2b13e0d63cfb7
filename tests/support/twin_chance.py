"""Chance a second time, in plain Python integers: Philox4x32-10 and the keys that the model draws under."""

from sim.mathematics.chance import stream

_64 = (1 << 64) - 1
_32 = (1 << 32) - 1


def mixed(x: int) -> int:
    """The bits of a 64-bit number, spread (the finaliser of splitmix64)."""
    x &= _64
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _64
    return x ^ (x >> 31)


def key_of(seed: int, name: str, week: int) -> int:
    """The key under which everybody draws for a named stream in a week."""
    return mixed(mixed(seed + 0x9E3779B97F4A7C15) ^ mixed(int(stream(name)) + week * 0xD1342543DE82EF95))


def block(key: int, person: int, other: int = 0) -> tuple[int, int, int, int]:
    """Four 32-bit words for one person (and one other)."""
    a, b, c, d = person & _32, person >> 32, other & _32, other >> 32
    k0, k1 = key & _32, key >> 32
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q & _32, (p >> 32) ^ d ^ k1, p & _32
        k0, k1 = (k0 + 0x9E3779B9) & _32, (k1 + 0xBB67AE85) & _32
    return a, b, c, d


def share(word: int) -> float:
    """A word as a uniform in (0, 1)."""
    return (word + 0.5) * 2.0**-32


def uniform(key: int, person: int, other: int = 0) -> float:
    """One uniform of 53 bits for one person (and one other)."""
    a, b, _, _ = block(key, person, other)
    return (((a << 32 | b) >> 11) + 0.5) * 2.0**-53


def two_uniforms(key: int, person: int, other: int) -> tuple[float, float]:
    """Two uniforms of 53 bits for one person and one other."""
    a, b, c, d = block(key, person, other)
    return (((a << 32 | b) >> 11) + 0.5) * 2.0**-53, (((c << 32 | d) >> 11) + 0.5) * 2.0**-53
