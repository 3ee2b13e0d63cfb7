"""Memory: what was freed is given back."""

import contextlib
import ctypes
import gc


def give_back() -> None:
    """Give memory that was freed back to the system, where its C library would keep it: large tables are made many times."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
