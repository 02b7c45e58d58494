"""Files and folders of the cache that are damaged or somebody else's: ignored, and said once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from kernel_files import PROGRAM, ended, evaluate, files, start, the_file

from chainrule.backends.llvm import cache

# --- files that are not taken ---------------------------------------------------------------------


def flipped(contents):
    changed = bytearray(contents)
    changed[len(changed) * 3 // 4] ^= 1
    return bytes(changed)


def renamed(contents):
    """Sound in itself, but of another key."""
    body = contents.split(b"\n", 2)[2]
    facts, _, built = body.partition(b"\n")
    body = json.dumps(json.loads(facts) | {"key": "0" * 64}).encode() + b"\n" + built
    return cache.FORMAT + cache.hashlib.sha256(body).hexdigest().encode() + b"\n" + body


DAMAGE = {
    "truncated": (lambda contents: contents[:-100], "damaged"),
    "one bit": (flipped, "damaged"),
    "no header": (lambda contents: contents[100:], "no file of this version"),
    "empty": (lambda contents: b"", "no file of this version"),
    "zeros": (lambda contents: bytes(len(contents)), "no file of this version"),
    "first line only": (lambda contents: cache.FORMAT, "damaged"),
    "longer": (lambda contents: contents + b"x", "damaged"),
    "another format": (lambda contents: b"chainrule kernel 0\n" + contents[19:], "this version"),
    "another key": (renamed, "other code than its name says"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_rebuilt(folder, log, kind):
    file = the_file(folder)
    whole = file.read_bytes()
    damage, reason = DAMAGE[kind]
    file.write_bytes(damage(whole))
    value = evaluate()
    assert f"cached file {file.name} is ignored" in log()
    assert reason in log()
    assert log().count("compiled in") == 2
    assert evaluate() == value
    assert "loaded from the cache" in log()
    assert cache.entries()[0].facts["terms"] == 4


def test_a_file_that_others_may_write_to_is_not_taken(folder, log):
    file = the_file(folder)
    for mode in 0o620, 0o602:
        file.chmod(mode)
        evaluate()
        assert file.stat().st_mode & 0o777 == 0o600
    assert log().count("is ignored: others may write to it") == 2
    assert "loaded" not in log()


def test_a_file_of_somebody_else_is_not_taken(folder, log, monkeypatch):
    the_file(folder)
    user = os.getuid()
    owner = iter([user, user + 1])  # of the folder, of the file
    monkeypatch.setattr(cache.os, "getuid", lambda: next(owner, user))
    evaluate()
    assert f"is ignored: it belongs to user {user}, not to {user + 1}" in log()
    assert log().count("compiled in") == 2


def test_a_link_to_a_file_is_not_taken(folder, log, tmp_path):
    file = the_file(folder)
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    evaluate()
    assert "is ignored: it is a link" in log()
    assert not file.is_symlink(), "the link gave way to the file"
    assert elsewhere.exists()


def test_a_pipe_or_a_folder_in_place_of_a_file(folder, log):
    file = the_file(folder)
    file.unlink()
    os.mkfifo(file, 0o600)
    evaluate()
    assert "is ignored: it is no file" in log()
    file.unlink()
    file.mkdir()
    evaluate()
    assert file.is_dir()
    assert "is not used: Is a directory" in log()


# --- folders that are not used --------------------------------------------------------------------


def unused(log, reason):
    """Two kernels are compiled, and one line says why nothing is kept."""
    assert log().count("compiled in") == 2
    assert log().count("is not used") == 1
    assert reason in log()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_that_others_may_write_to_is_not_used(folder, log, mode):
    folder.mkdir()
    folder.chmod(mode)
    evaluate()
    evaluate()
    assert not files(folder)
    unused(log, "others may write to it")


def test_a_folder_of_somebody_else_is_not_used(folder, log, monkeypatch):
    user = os.getuid() + 1
    monkeypatch.setattr(cache.os, "getuid", lambda: user)
    evaluate()
    evaluate()
    assert not files(folder)
    unused(log, f"it belongs to user {user - 1}, not to {user}")


def test_a_link_to_a_folder_is_not_used(folder, log, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    evaluate()
    evaluate()
    assert not files(elsewhere)
    unused(log, "it is a link")


def test_a_file_in_place_of_the_folder(folder, log):
    folder.write_text("not a folder")
    evaluate()
    evaluate()
    assert log().count("compiled in") == 2
    assert "is not used: File exists" in log()
    assert folder.read_text() == "not a folder"


def test_a_folder_that_cannot_be_made(log, folder, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", "/proc/chainrule/kernels")
    evaluate()
    evaluate()
    unused(log, "/proc/chainrule/kernels")


def test_a_folder_that_cannot_be_written_to(log, folder, monkeypatch):
    """As on a read-only file system; permissions would not stop a test that root runs."""
    folder.mkdir(mode=0o700)
    opened = os.open

    def read_only(path, flags, *args, **options):
        if flags & os.O_CREAT:
            raise OSError(cache.errno.EROFS, "Read-only file system")
        return opened(path, flags, *args, **options)

    monkeypatch.setattr(cache.os, "open", read_only)
    evaluate()
    evaluate()
    assert not files(folder)
    unused(log, "Read-only file system")


FULL = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
{PROGRAM}
cr.jit(f)(x, x + 1)
"""


def test_a_full_disk(folder):
    """A limit on the size of files does to a write what a full disk does."""
    expected, _ = ended(start(folder.with_name("other")))
    value, told = ended(start(folder, FULL))
    assert value == expected
    assert told.count("compiled in") == 2
    assert told.count("is not used: File too large") == 1
    assert files(folder) == [], "nothing half-written is left behind"


def test_without_a_home(monkeypatch, folder, log):
    import platformdirs

    monkeypatch.delenv("CHAINRULE_CACHE_DIR")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *a, **k: Path("~/.cache/x"))
    evaluate()
    evaluate()
    assert not Path("~").exists()
    unused(log, "there is no home folder; set CHAINRULE_CACHE_DIR")
