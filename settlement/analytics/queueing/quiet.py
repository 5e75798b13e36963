"""Standard output kept clean of what C code prints.

HiGHS prints a line of its own debugging now and then, whatever its options say, past Python and
only when C's buffer is flushed (github.com/jump-dev/HiGHS.jl/issues/312). A command that answers
with one JSON document cannot have it there.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_OUTPUT = 1


@contextmanager
def quiet() -> Iterator[None]:
    """Whatever C code prints meanwhile is lost."""
    flush = ctypes.CDLL(None).fflush
    flush(None)
    kept = os.dup(_STANDARD_OUTPUT)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STANDARD_OUTPUT)
    os.close(nowhere)
    try:
        yield
    finally:
        flush(None)
        os.dup2(kept, _STANDARD_OUTPUT)
        os.close(kept)
