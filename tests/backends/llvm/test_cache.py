"""The cache on disk: what is taken from it, what is not, and that nothing ever fails for it."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from kernel_files import X, ended, evaluate, files, start, the_file
from threads import in_threads

import chainrule as cr
from chainrule.backends.llvm import cache, engine, prepared

# --- it works -------------------------------------------------------------------------------------


def test_the_second_time_nothing_is_compiled(folder, log, monkeypatch):
    first = evaluate()
    assert "compiled in" in log()
    assert "loaded" not in log()
    monkeypatch.setattr(engine, "object_of", None)
    monkeypatch.setattr(prepared, "planned", None)
    monkeypatch.setattr(prepared, "lowered", None)
    assert evaluate() == first
    assert "loaded from the cache in" in log()
    assert len(files(folder)) == 1


def test_another_program_is_another_file(folder):
    assert evaluate(2.0) != evaluate(3.0)
    assert evaluate(np.nextafter(2.0, 3.0)) != evaluate(2.0)
    assert len(files(folder)) == 3


@pytest.mark.parametrize("changed", ["cpu", "features"])
def test_code_for_another_machine_is_not_taken(folder, changed, monkeypatch, log):
    evaluate()
    machine = engine.host()
    other = {"cpu": "x86-64", "features": machine.features + ",-avx512f"}[changed]
    monkeypatch.setattr(machine, changed, other)
    evaluate()
    assert log().count("compiled in") == 2
    assert len(files(folder)) == 2


def test_code_of_another_version_is_not_taken(folder, monkeypatch, log):
    import llvmlite

    evaluate()
    monkeypatch.setattr(llvmlite, "__version__", "0.0.1")
    evaluate()
    assert log().count("compiled in") == 2


def test_it_can_be_turned_off(folder, monkeypatch, log):
    monkeypatch.setenv("CHAINRULE_CACHE", "0")
    evaluate()
    assert not folder.exists()
    monkeypatch.setenv("CHAINRULE_CACHE", "1")
    evaluate()
    monkeypatch.setenv("CHAINRULE_CACHE", "0")
    evaluate()
    assert log().count("compiled in") == 3


def test_files_are_nobody_elses(folder):
    old = os.umask(0)
    try:
        evaluate()
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert the_file(folder).stat().st_mode & 0o777 == 0o600


def test_what_a_file_says_of_itself(folder):
    evaluate()
    (entry,) = cache.entries()
    (file,) = files(folder)
    assert entry.size == file.stat().st_size
    assert entry.facts["name"] == "<lambda>"
    assert entry.facts["terms"] == 4
    assert entry.facts["seconds"] > 0
    assert entry.facts["cpu"] == engine.host().cpu


def test_the_folder_is_the_users(monkeypatch, tmp_path):
    monkeypatch.delenv("CHAINRULE_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert cache.path() == tmp_path / "chainrule" / "kernels"
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", "~/somewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.path() == tmp_path / "somewhere"
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", "here")
    assert cache.path() == Path.cwd() / "here"


def test_what_is_logged_and_why(folder, log):
    for _ in range(2):
        f = cr.jit(lambda x: cr.exp(x) * 3.5)
        f(X)
        f(X[:9])
        f(X.astype("f4"))
    first, second, third, fourth = log().splitlines()
    made = (
        r"<lambda>: 2 terms compiled in \S+ ms \(\S+ of them planned; \d+ instructions\), because "
    )
    assert re.fullmatch(made + "it was called for the first time", first)
    assert re.fullmatch(made + "x is float32 of 1 axes, not float64 of 1 axes", second)
    taken = r"<lambda>: 2 terms loaded from the cache in \S+ ms, because "
    assert re.fullmatch(taken + "it was called for the first time", third)
    assert re.fullmatch(taken + "x is float32 of 1 axes, not float64 of 1 axes", fourth)


def test_a_call_of_numpy_alone_is_not_compiled(folder, log):
    assert cr.jit(lambda x: cr.matmul(x, x))(np.eye(2)).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert log() == ""
    assert not folder.exists()


# --- Programs that no text stands for -------------------------------------------------------------


def test_without_a_text_the_ir_is_the_key(folder, log, monkeypatch):
    monkeypatch.setattr(prepared.identities, "identity_of", lambda program: None)
    first = evaluate()
    monkeypatch.setattr(engine, "object_of", None)
    assert evaluate() == first
    assert "loaded from the cache" in log()
    (entry,) = cache.entries()
    assert "plan" not in entry.facts


def test_without_sources_the_ir_is_the_key(folder, monkeypatch):
    monkeypatch.setattr(prepared.identities, "sources", lambda: None)
    first = evaluate()
    monkeypatch.setattr(engine, "object_of", None)
    assert evaluate() == first
    assert "plan" not in cache.entries()[0].facts


def test_other_sources_make_other_code(folder, log, monkeypatch):
    evaluate()
    monkeypatch.setattr(prepared.identities, "sources", lambda: "changed")
    evaluate()
    assert log().count("compiled in") == 2
    assert len(files(folder)) == 2


def test_functions_that_are_not_there_any_more(folder, log, monkeypatch):
    """LLVM would end the process."""
    symbols = prepared._symbols
    monkeypatch.setattr(prepared, "_symbols", lambda parts: [*symbols(parts), "_ZGVeN8v_none"])
    evaluate()
    evaluate()
    assert "is ignored: C's library has no _ZGVeN8v_none" in log()
    assert log().count("compiled in") == 2


# --- processes ------------------------------------------------------------------------------------


def test_another_process_starts_warm(folder):
    """Whatever the seed of its hashes; and the vector functions have other addresses there."""
    first, told = ended(start(folder, PYTHONHASHSEED="1"))
    assert "compiled in" in told
    for seed in "2", "3":
        again, told = ended(start(folder, PYTHONHASHSEED=seed))
        assert again == first
        assert "loaded from the cache" in told
        assert "compiled in" not in told


def test_narrower_vectors_are_other_code(folder):
    first, _ = ended(start(folder))
    narrow, told = ended(start(folder, CHAINRULE_VECTOR_BITS="128"))
    assert "compiled in" in told
    assert [float.fromhex(x) for x in narrow.split()] == pytest.approx(
        [float.fromhex(x) for x in first.split()], rel=1e-13
    )


def test_processes_that_compile_the_same_at_once(folder):
    outputs = {out for out, _ in map(ended, [start(folder) for _ in range(4)])}
    assert len(outputs) == 1
    (file,) = files(folder)
    assert file.suffix == ".kernel"


def test_a_fork_loads_and_stores(folder):
    before = evaluate()
    process = os.fork()
    if not process:
        try:
            os._exit(0 if evaluate() == before and evaluate(5.0) else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(process, 0)[1] == 0
    assert len(files(folder)) == 2


def test_threads_that_compile_the_same_at_once(folder):
    results = []
    in_threads(lambda _: results.append(evaluate()))
    assert len(results) == 4
    assert len(set(results)) == 1
    assert len(files(folder)) == 1


# --- size -----------------------------------------------------------------------------------------


def fill(folder, count, size):
    """Files of the cache that were used one after the other, the first one longest ago."""
    keys = [f"{i:064x}" for i in range(count)]
    for i, key in enumerate(keys):
        cache.store(key, bytes(size), {"name": "f"})
        os.utime(folder / f"{key}.kernel", (time.time() - 10_000 + i,) * 2)
    return keys


def test_the_least_recently_used_go(folder, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 100_000)
    keys = fill(folder, 9, 10_000)
    assert len(files(folder)) == 9
    assert cache.load(keys[0]).built == bytes(10_000), "which makes it the last used"
    cache.store("f" * 64, bytes(10_000), {"name": "last"})
    left = {file.stem for file in files(folder)}
    assert {keys[0], keys[8], "f" * 64} <= left
    assert not {keys[1], keys[2]} & left
    assert sum(file.stat().st_size for file in files(folder)) <= 75_000


def test_the_number_of_files_is_bounded_too(folder, monkeypatch):
    monkeypatch.setattr(cache, "FILES", 20)
    fill(folder, 21, 10)
    monkeypatch.setattr(cache, "_stored", cache.LIMIT)
    cache.store("f" * 64, b"", {})
    assert len(files(folder)) == 15


def test_what_is_too_large_is_not_kept(folder, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 1000)
    evaluate()
    assert not folder.exists()


def test_what_a_killed_process_left_is_removed(folder):
    folder.mkdir(mode=0o700)
    old, new = folder / f"{'a' * 32}.writing", folder / f"{'b' * 32}.writing"
    for file in old, new:
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    mine = folder / "notes.txt"
    mine.write_text("mine")
    evaluate()
    assert not old.exists()
    assert new.exists(), "somebody may still be writing it"
    assert mine.exists()


def test_another_process_that_trims_at_once(folder, monkeypatch):
    """A file may be gone when its turn comes."""
    fill(folder, 9, 10_000)
    monkeypatch.setattr(cache, "LIMIT", 50_000)
    unlink = os.unlink
    gone = []

    def also_elsewhere(name, **options):
        gone.append(name)
        if len(gone) == 1:
            unlink(name, **options)
        return unlink(name, **options)

    monkeypatch.setattr(cache.os, "unlink", also_elsewhere)
    with cache._opened() as opened:
        cache._trim(opened)
    assert len(files(folder)) < 5


def test_clear_removes_its_own_files_only(folder):
    assert cache.clear() == (0, 0)
    evaluate()
    evaluate(3.0)
    (folder / f"{'a' * 32}.writing").write_bytes(b"half")
    others = [folder / "notes.txt", folder / "x.kernel", folder / f"{'a' * 64}.kernel.bak"]
    for file in others:
        file.write_text("mine")
    count, size = cache.clear()
    assert count == 3
    assert size > 1000
    assert files(folder) == sorted(others)
    assert cache.entries() == []
