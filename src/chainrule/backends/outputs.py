"""What ``out=`` gives to a backend: for each result an array to be written, or None.

``api/outputs.py`` has checked shapes and dtypes. Here is what all backends share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import OutputError

#: Steps that NumPy may take to find out whether two arrays have an element in common.
EFFORT = 100_000


def refuse_shared(i: int, one: Any, k: int, other: Any) -> None:
    """Raise if the arrays for results i and k have an element in common: both cannot be right."""
    try:
        is_shared = np.shares_memory(one, other, max_work=EFFORT)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return
    if is_shared:
        raise OutputError(
            f"out: the arrays for results {min(i, k) + 1} and {max(i, k) + 1} share memory; each "
            "result needs its own."
        )


def written(results: list[Any], outs: Sequence[Any]) -> list[Any]:
    """The results, those for which there is an array copied into it."""
    given = [k for k, out in enumerate(outs) if out is not None]
    for i in given:
        for k in given:
            if i < k and np.may_share_memory(outs[i], outs[k]):
                refuse_shared(i, outs[i], k, outs[k])
    for k in given:
        np.copyto(outs[k], results[k])
        results[k] = outs[k]
    return results
