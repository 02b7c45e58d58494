"""Object code on disk, so that a process need not compile what an earlier one did.

A file holds the code of one Program, under the digest of all that it follows from (:func:`key_of`),
and as plain data what ``prepared.py`` needs besides, which calls :func:`load` and :func:`store`.
``chainrule cache`` shows :func:`entries` and calls :func:`clear`.

What is read is run, so nothing is taken that somebody else may have written: the folder and the
file have to be this user's, writable by nobody else, and no links. Folders are opened once and
files by way of the open folder, so that nothing can be exchanged between a check and its use.
Whatever goes wrong is told to the log and is no error: the code is compiled instead.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ...log import compiler as log

T = TypeVar("T")

#: Bytes, and files, that the folder may hold. Beyond, those go that were not used for longest.
LIMIT = 256_000_000
FILES = 10_000
#: The first line of a file. Another form of file needs another one.
FORMAT = b"chainrule kernel 1\n"
#: What is removed is of these names: those of files, and those of files that are being written.
NAME = re.compile(r"[0-9a-f]{64}\.kernel")
WRITING = re.compile(r"[0-9a-f]{32}\.writing")
#: Seconds after which a file that is being written was left behind, and after which it is noted
#: anew that a file was used.
ABANDONED = 3_600
NOTED = 3_600

#: Descriptors of folders and users' numbers, by which all is checked, are those of POSIX.
IS_SUPPORTED = hasattr(os, "getuid") and os.open in os.supports_dir_fd

#: What was told of the folder already, and the bytes stored since it was last measured.
_told: set[str] = set()
_stored = LIMIT


class _UnusableError(Exception):
    """Why a folder or a file is not used."""


def is_on() -> bool:
    """Whether there is a cache: ``CHAINRULE_CACHE=0`` in the environment turns it off."""
    return IS_SUPPORTED and os.environ.get("CHAINRULE_CACHE", "1") != "0"


def path() -> Path:
    """The folder: the user's own for such things, or what ``CHAINRULE_CACHE_DIR`` names."""
    given = os.environ.get("CHAINRULE_CACHE_DIR")
    if given:
        return Path(os.path.abspath(os.path.expanduser(given)))
    import platformdirs

    return platformdirs.user_cache_path("chainrule", appauthor=False) / "kernels"


def key_of(*facts: str) -> str:
    """The name for code that follows from these facts alone."""
    digest = hashlib.sha256(FORMAT)
    for fact in facts:
        encoded = fact.encode()
        digest.update(b"%d\n" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()


@dataclass(frozen=True)
class File:
    """What a file holds: object code, and facts about it."""

    facts: dict[str, Any]
    built: bytes


def load(key: str) -> File | None:
    """The file of a key, or None. The log says why a file is there and not used."""
    if not is_on():
        return None
    try:
        with _opened() as folder:
            try:
                return _read(folder, f"{key}.kernel", key)
            except FileNotFoundError:
                return None
            except (_UnusableError, OSError) as error:
                log.info("cached file %s.kernel is ignored: %s", key, _reason(error))
    except FileNotFoundError:
        pass
    except (_UnusableError, OSError) as error:
        _tell(error)
    return None


def store(key: str, built: bytes, facts: dict[str, Any]) -> None:
    """Keep object code, with facts about it to show."""
    global _stored
    if not is_on():
        return
    body = json.dumps({"key": key, **facts}).encode() + b"\n" + built
    contents = FORMAT + hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    if len(contents) > LIMIT // 4:
        return
    try:
        with _opened(create=True) as folder:
            _write(folder, f"{key}.kernel", contents)
            _stored += len(contents)
            if _stored > LIMIT // 16:
                _stored = 0
                _trim(folder)
    except (_UnusableError, OSError) as error:
        _tell(error)


# --- the folder -----------------------------------------------------------------------------------


@contextmanager
def _opened(create: bool = False) -> Iterator[int]:
    """A descriptor of the folder, which is ours alone to write to."""
    place = path()
    if not place.is_absolute():
        raise _UnusableError("there is no home folder; set CHAINRULE_CACHE_DIR")
    if create:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _check(os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _check(status: os.stat_result) -> None:
    user = os.getuid()
    if status.st_uid != user:
        raise _UnusableError(f"it belongs to user {status.st_uid}, not to {user}")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _UnusableError("others may write to it")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            return "it is a link, or no folder" if error.errno == errno.ENOTDIR else "it is a link"
        return error.strerror or str(error)
    return str(error)


def _tell(error: Exception) -> None:
    """Why the folder is not used: once for each reason, and not once for each kernel."""
    text = f"the cache in {path()} is not used: {_reason(error)}"
    if text not in _told:
        _told.add(text)
        log.info("%s", text)


def _trim(folder: int) -> None:
    """Remove what was not used for longest, so that a quarter of the room is free again.

    Another process may do the same at once: then what it removed is gone already.
    """
    now = time.time()
    found = []
    for name in os.listdir(folder):
        with suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if NAME.fullmatch(name):
                found.append((status.st_mtime, status.st_size, name))
            elif WRITING.fullmatch(name) and now - status.st_mtime > ABANDONED:
                os.unlink(name, dir_fd=folder)
    size, count = sum(size for _, size, _ in found), len(found)
    if size <= LIMIT - LIMIT // 16 and count <= FILES:
        return
    for _, bytes_, name in sorted(found):
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        size, count = size - bytes_, count - 1
        if size <= 3 * LIMIT // 4 and count <= 3 * FILES // 4:
            break


# --- files ----------------------------------------------------------------------------------------


def _write(folder: int, name: str, contents: bytes) -> None:
    """Write a file that is there whole or not at all."""
    writing = f"{secrets.token_hex(16)}.writing"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(writing, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(contents)
        os.replace(writing, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(writing, dir_fd=folder)
        raise


def _read(folder: int, name: str, key: str) -> File:
    """What a file holds, after every check; and a note that it was used."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _UnusableError("it is no file")
        _check(status)
        if status.st_size > LIMIT:
            raise _UnusableError("it is too large")
        found = _contents(file.read(), key)
        if abs(time.time() - status.st_mtime) > NOTED:
            with suppress(OSError):
                os.utime(file.fileno())
    return found


def _contents(contents: bytes, key: str) -> File:
    if not contents.startswith(FORMAT):
        raise _UnusableError("it is no file of this version of chainrule")
    digest, _, body = contents[len(FORMAT) :].partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise _UnusableError("it is damaged")
    line, _, built = body.partition(b"\n")
    facts = json.loads(line)
    if facts["key"] != key:
        raise _UnusableError("it holds other code than its name says")
    return File(facts, built)


# --- for the command line -------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A file of the cache: bytes, when it was last used, and what is in it, if that is readable."""

    size: int
    used: float
    facts: dict[str, Any]


def entries() -> list[Entry]:
    """What the cache holds, the last used first.

    Raises:
        OSError: the folder cannot be read; PermissionError where the cache does not use it.
    """
    found = _each(_entry)
    return sorted((x for x in found if x is not None), key=lambda entry: -entry.used)


def clear() -> tuple[int, int]:
    """Remove the cache's own files and nothing else; how many there were, and how many bytes.

    Raises:
        OSError: as for :func:`entries`, or a file cannot be removed.
    """
    sizes = _each(_remove)
    return len(sizes), sum(sizes)


def _each(work: Callable[[int, str], T]) -> list[T]:
    """What work gives for each of the cache's own files, called with the folder and a name."""
    done: list[T] = []
    if not IS_SUPPORTED:
        return done
    try:
        with _opened() as folder:
            for name in os.listdir(folder):
                if NAME.fullmatch(name) or WRITING.fullmatch(name):
                    with suppress(FileNotFoundError):
                        done.append(work(folder, name))
    except FileNotFoundError:
        pass  # no folder yet
    except _UnusableError as error:
        raise PermissionError(errno.EPERM, _reason(error), str(path())) from None
    return done


def _remove(folder: int, name: str) -> int:
    size = os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    os.unlink(name, dir_fd=folder)
    return size


def _entry(folder: int, name: str) -> Entry | None:
    if WRITING.fullmatch(name):
        return None
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    facts: Any = None
    if stat.S_ISREG(status.st_mode):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with suppress(OSError), os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            if file.readline(len(FORMAT)) == FORMAT:
                file.readline(100)
                with suppress(ValueError):
                    facts = json.loads(file.readline(LIMIT))
    return Entry(status.st_size, status.st_mtime, facts if isinstance(facts, dict) else {})
