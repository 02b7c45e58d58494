"""Whether the compiled twins of modules are used, as in ``eager``.

``native.pyx`` makes Terms in C. The modules of ``transforms`` that visit every term are compiled
as they are, under names that begin with ``native_``. ``CHAINRULE_NATIVE=0`` in the environment
takes the plain ones; they are taken too where the compiled ones could not be built.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import zlib
from pathlib import Path
from types import ModuleType

#: What the twins were made of: checksums of the sources, by name.
_made_of: dict[str, int] = {}

if os.environ.get("CHAINRULE_NATIVE", "1") != "0":
    with contextlib.suppress(ImportError):  # it could not be built here
        _made_of = importlib.import_module(".native", __package__).made_of

#: Whether Terms are made in C.
is_native = bool(_made_of)


def fastest(plain: ModuleType) -> ModuleType:
    """The compiled twin of a module if there is one, or the module itself.

    A twin of another source than the one that is there (which was changed since, and not compiled
    again) is not taken.
    """
    package, _, name = plain.__name__.rpartition(".")
    source = plain.__file__
    if source is None or name not in _made_of:
        return plain
    if zlib.crc32(Path(source).read_bytes()) != _made_of[name]:
        return plain
    try:
        return importlib.import_module(f"{package}.native_{name}")
    except ImportError:
        return plain
