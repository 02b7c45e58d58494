"""Runs the command line inside the test process, as if its output went into a pipe."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from chainrule.cli import main

#: A pipe: what a CI service sets to get colours would make rich take it for a terminal.
PIPE = {"FORCE_COLOR": None, "TTY_COMPATIBLE": None, "COLUMNS": "80", "NO_COLOR": None}
TERMINAL = PIPE | {"FORCE_COLOR": "1", "TERM": "xterm-256color"}


def runs_in(environment):
    def run(*arguments, stdin=None):
        result = CliRunner(env=environment).invoke(main, arguments, input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


@pytest.fixture
def run():
    return runs_in(PIPE)


@pytest.fixture
def run_on_terminal():
    return runs_in(TERMINAL)
