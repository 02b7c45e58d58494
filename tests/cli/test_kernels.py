"""``chainrule cache``: what it shows of the folder, and what it removes from it."""

from __future__ import annotations

import os
import re
import time

import pytest

from chainrule.backends.llvm import cache
from chainrule.cli import kernels


@pytest.fixture
def folder(tmp_path, monkeypatch):
    place = tmp_path / "kernels"
    monkeypatch.setenv("CHAINRULE_CACHE", "1")
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(place))
    monkeypatch.setattr(cache, "_stored", cache.LIMIT)
    return place


def put(folder, name, age=0.0, size=1000, **facts):
    """A file of the cache that was last used so many seconds ago."""
    key = cache.key_of(name)
    cache.store(key, bytes(size), {"name": name, "terms": 1234, "seconds": 0.25} | facts)
    file = folder / f"{key}.kernel"
    os.utime(file, (time.time() - age,) * 2)
    return file


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_nothing_there_yet(run, folder):
    result = run("cache")
    assert result.exit_code == 0
    assert str(folder) in result.stdout
    assert "0 files, 0 kB of 256 MB" in result.stdout
    assert not folder.exists(), "to look does not make it"
    assert "removed 0 files" in run("cache", "clear").stdout


def test_what_is_there(run, run_on_terminal, folder):
    put(folder, "loss", age=3 * 86_400.0, size=100_000)
    put(folder, "f", age=200.0, seconds=2.0)
    put(folder, "x" * 300, age=7300.0, terms=20_000)
    put(folder, "new")
    for each in run, run_on_terminal:
        text = plain(each("cache").stdout)
        lines = [line for line in text.splitlines() if line != f"folder  {folder}"]
        assert max(map(len, lines)) <= 80
        assert "…" not in text
        assert "4 files, 104 kB of 256 MB" in text
        rows = [" ".join(line.split()) for line in text.splitlines() if " ms " in line]
        assert [re.sub(r"[\d.]+ kB", "S", row) for row in rows] == [
            "new 1,234 250 ms S just now",
            "f 1,234 2,000 ms S 3 min ago",
            f"{'x' * 25}... 20,000 250 ms S 2 hours ago",
            "loss 1,234 250 ms S 3 days ago",
        ]


def test_the_last_used_or_all(run, folder, monkeypatch):
    monkeypatch.setattr(kernels, "SHOWN", 2)
    for i in range(4):
        put(folder, f"f{i}", age=100.0 * i)
    shown = run("cache").stdout
    assert re.findall(r"^f\d", shown, re.M) == ["f0", "f1"]
    assert "and 2 more; --all lists them" in shown
    shown = run("cache", "--all").stdout
    assert re.findall(r"^f\d", shown, re.M) == ["f0", "f1", "f2", "f3"]
    assert "more" not in shown


def test_files_that_are_not_whole(run, folder):
    put(folder, "f").write_bytes(b"nonsense")
    put(folder, "g").write_bytes(cache.FORMAT + b"0" * 64 + b"\n[1, 2]\n")
    put(folder, "h", terms="many")
    put(folder, "i").unlink()
    (folder / f"{cache.key_of('i')}.kernel").symlink_to("/dev/zero")
    shown = run("cache")
    assert shown.exit_code == 0
    assert shown.stdout.count("not readable") == 4


def test_names_are_text_and_not_orders(run_on_terminal, folder):
    put(folder, "\x1b[31mred\n[bold]")
    shown = run_on_terminal("cache").stdout
    assert "\x1b[31m" not in shown
    assert "?[31mred?[bold]" in shown


def test_whether_it_is_on(run, folder, monkeypatch):
    assert re.search(r"state +on\n", run("cache").stdout)
    monkeypatch.setenv("CHAINRULE_CACHE", "0")
    assert "off: CHAINRULE_CACHE=0 is set" in run("cache").stdout
    monkeypatch.setattr(cache, "IS_SUPPORTED", False)
    assert "off: there is none on this platform" in run("cache").stdout
    assert run("cache", "clear").exit_code == 0


def test_clear(run, folder):
    put(folder, "f")
    put(folder, "g")
    mine = folder / "notes.txt"
    mine.write_text("mine")
    result = run("cache", "clear")
    assert result.exit_code == 0
    assert re.search(r"removed 2 files, 2\.\d\d kB, from ", result.stdout)
    assert list(folder.iterdir()) == [mine]
    assert "0 files" in run("cache").stdout


@pytest.mark.parametrize("arguments", [("cache",), ("cache", "clear")])
def test_a_folder_that_is_not_used_is_left_alone(run, folder, arguments):
    file = put(folder, "f")
    folder.chmod(0o777)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: the cache in ")
    assert line.endswith("others may write to it")
    assert file.exists()
    folder.chmod(0o700)


def test_a_file_in_place_of_the_folder(run, folder):
    folder.write_text("no folder")
    for arguments in ("cache",), ("cache", "clear"):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Not a directory" in result.stderr
    assert folder.read_text() == "no folder"
