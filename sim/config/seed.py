"""The seed of a life: the one check that every entrance uses, so that no number is quietly rounded to
another's luck.
"""

import operator

MOST = 2**64 - 1
"""The largest seed: 64 bits."""


def checked_seed(seed: object) -> int:
    """The seed as a Python number; whole numbers of numpy are seeds too.

    Errors: TypeError for what is not a whole number (1.5, 1.0, True, "7"); ValueError for one outside 0 to 2**64 - 1.
    """
    try:
        if isinstance(seed, bool):
            raise TypeError
        number = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"the seed must be a whole number from 0 to 2**64 - 1, not {seed!r}") from None
    if not 0 <= number <= MOST:
        raise ValueError(f"the seed must be from 0 to 2**64 - 1, not {seed}")
    return number
