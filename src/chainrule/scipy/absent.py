"""What is said where SciPy has a name that we have not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def nearest_in(path: str, names: Sequence[str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that has these names."""

    def absent(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        import difflib  # when it is needed: not every program misspells

        close = difflib.get_close_matches(name, names, n=1)
        nearest = (
            f"The nearest name is {close[0]}."
            if close
            else f"It has {', '.join(sorted(set(names)))}."
        )
        raise AttributeError(f"{path} has no {name}. {nearest}", name=name)

    return absent
