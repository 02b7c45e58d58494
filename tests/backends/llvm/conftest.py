"""Here ``jit`` runs native code, which elsewhere has to be asked for."""

from __future__ import annotations

import logging

import pytest

from chainrule.backends import choice


@pytest.fixture(autouse=True)
def native_code(monkeypatch):
    from chainrule.backends.llvm import executable

    monkeypatch.setattr(choice, "backend", lambda: executable.compiled)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache of kernels, which is on."""
    from chainrule.backends.llvm import cache

    place = tmp_path / "kernels"
    monkeypatch.setenv("CHAINRULE_CACHE", "1")
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(place))
    monkeypatch.setattr(cache, "_told", set())
    monkeypatch.setattr(cache, "_stored", cache.LIMIT)
    return place


@pytest.fixture
def log(caplog):
    """What was logged of compiling, as one text."""
    caplog.set_level(logging.INFO, "chainrule.compile")
    return lambda: "\n".join(record.getMessage() for record in caplog.records)
