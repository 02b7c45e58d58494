"""Here ``jit`` runs native code, which elsewhere has to be asked for."""

from __future__ import annotations

import pytest

from chainrule.backends import choice


@pytest.fixture(autouse=True)
def native_code(monkeypatch):
    from chainrule.backends.llvm import executable

    monkeypatch.setattr(choice, "backend", lambda: executable.compiled)
