"""Whether a function is being traced just now, in this thread: where eager and Programs meet.

An eager operation never needs to know. It is asked by what would be a side effect (``v.back()`` on
a Value from outside of the traced function), and by the functions that differentiate.
"""

from __future__ import annotations

import threading
from typing import Any

#: How many traces are open, in all threads: as long as it is 0, nobody has to look further.
count = 0

_here = threading.local()


def current() -> Any:
    """The open trace of this thread, or None."""
    return getattr(_here, "trace", None) if count else None


def content_read(array: Any) -> None:
    """Note that a trace depends on what is in an array, as the number of True in a mask."""
    trace = current()
    if trace is not None:
        trace.contents.append((array, array.copy()))


def enter(trace: Any) -> Any:
    """Make a trace the current one; gives back the one that it replaces."""
    global count
    outer = getattr(_here, "trace", None)
    count += 1
    _here.trace = trace
    return outer


def leave(outer: Any) -> None:
    """Put back what ``enter`` gave."""
    global count
    count -= 1
    _here.trace = outer
