"""Standard output and standard error, whoever reads them."""

import io
import sys
from collections.abc import Buffer
from typing import Any


class _Patient(io.FileIO):
    """Standard output whose reader may leave (`| head`): what is said then is lost, what is done is not."""

    def write(self, said: Buffer, /) -> int:
        try:
            return super().write(said)
        except BrokenPipeError:
            return memoryview(said).nbytes


def patient() -> None:
    """Go on in silence when nobody reads standard output or standard error any more."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or stream is not getattr(sys, f"__{name}__"):
            continue  # there is none, or somebody else reads it
        stream.flush()
        raw = _Patient(stream.fileno(), "wb", closefd=False)
        buffer: Any = raw if stream.write_through else io.BufferedWriter(raw)
        whole = io.TextIOWrapper(
            buffer,
            stream.encoding,
            stream.errors,
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
        setattr(sys, name, whole)
