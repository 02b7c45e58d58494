"""What ``jit`` runs on, chosen for a while: for tests whose references are the same on each."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from chainrule.backends import choice, interpreter


def compiled_by(name: str) -> Any:
    """A backend's ``compiled``; None where it is not installed."""
    if name == "interpreter":
        return interpreter.compiled
    try:
        return importlib.import_module(f"chainrule.backends.{name}.executable").compiled
    except ImportError:
        return None


def on_every_backend(work: Callable[[str], None]) -> None:
    """Call work with each backend's name, while ``jit`` runs on it. What fails says on which."""
    for name in choice.NAMES:
        compiled = compiled_by(name)
        if compiled is None:
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(choice, "backend", lambda compiled=compiled: compiled)
            try:
                work(name)
            except Exception as error:
                error.add_note(f"jit ran on the backend {name}")
                raise
