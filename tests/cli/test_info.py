"""``chainrule info``: what is installed and which build is running."""

from __future__ import annotations

import os
import subprocess
import sys

import chainrule as cr


def test_info_says_what_config_says(run, run_on_terminal):
    config = cr.config()
    for result in run("info"), run_on_terminal("info"):
        assert result.exit_code == 0
        for fact in (config.version, config.python, config.numpy, config.platform):
            assert fact in result.stdout
        assert ("run compiled" in result.stdout) == config.native
        assert config.plain_reason in " ".join(result.stdout.split())
    lines = run("info").stdout.splitlines()
    assert lines[0].split() == ["version", cr.__version__]


def test_info_says_why_the_plain_build_is_running():
    done = subprocess.run(
        [sys.executable, "-m", "chainrule", "info"],
        capture_output=True,
        text=True,
        env=os.environ | {"CHAINRULE_NATIVE": "0"},
        check=True,
    )
    assert "plain Python" in done.stdout
    assert "CHAINRULE_NATIVE=0 is set" in done.stdout
