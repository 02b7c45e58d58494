"""What is known of the machine, and from IR to code in memory: alone touches llvmlite.

:func:`host` finds the CPU's vectors and the functions of C's vector library that are really there;
:func:`object_of` compiles and :func:`loaded` loads. That goes one thread at a time; what is loaded
is used by any.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import threading
from dataclasses import dataclass, field
from typing import Any

_lock = threading.RLock()

#: Functions of the vector library that miss what their row promises: cbrt's 4 ulp are 8 in its
#: second derivative, of which the row allows 6.
INACCURATE = {"cbrt"}
#: For each kind of machine the letters of its vector ABI, by bits and the feature that they need.
_LETTERS = {
    "x86_64": ((512, "e", "avx512f"), (256, "d", "avx2"), (128, "b", "sse2")),
    "aarch64": ((128, "n", "neon"),),
}
#: The feature that multiplies and adds at once.
_FMA = {"x86_64": "fma", "aarch64": "neon"}


@dataclass
class Host:
    """The machine: bits of its vectors, its vector library's letters, addresses of functions."""

    bits: int
    has_fma: bool
    cpu: str
    features: str
    letters: tuple[tuple[int, str], ...]
    libraries: tuple[Any, ...]
    found: dict[str, int] = field(default_factory=dict)
    chosen: dict[Any, tuple[str, int]] = field(default_factory=dict)
    #: What code is made for; nothing for the machine that this runs on.
    triple: str = ""

    def function(self, name: str, type: str, lanes: int, arity: int) -> tuple[str, int]:
        """The symbol of a C function on at most so many lanes, and on how many it works."""
        key = (name, type, lanes)
        known = self.chosen.get(key)
        if known is None:
            known = self.chosen[key] = self._choose(name, type, lanes, arity)
        return known

    def _choose(self, name: str, type: str, lanes: int, arity: int) -> tuple[str, int]:
        size = 64 if type == "double" else 32
        scalar = name if type == "double" else f"{name}f"
        for bits, letter in self.letters if name not in INACCURATE else ():
            width = bits // size
            if width <= lanes:
                symbol = f"_ZGV{letter}N{width}{'v' * arity}_{scalar}"
                if self.has(symbol):
                    return symbol, width
        if not self.has(scalar):
            raise NotImplementedError(f"C's library has no {scalar}")
        return scalar, 1

    def has(self, symbol: str) -> bool:
        """Whether C's library has a function; LLVM is told of its address."""
        if symbol not in self.found:
            address = 0
            for library in self.libraries:
                function = getattr(library, symbol, None)
                if function is not None:
                    address = ctypes.cast(function, ctypes.c_void_p).value or 0
                    break
            self.found[symbol] = address
            if address:
                import llvmlite.binding as llvm

                llvm.add_symbol(symbol, address)
        return bool(self.found[symbol])


@functools.cache
def host() -> Host:
    """The machine. Raises ImportError or NotImplementedError where no code can be made for it."""
    import llvmlite.binding as llvm

    kind = platform.machine()
    if platform.system() != "Linux" or kind not in _LETTERS:
        raise NotImplementedError(f"no code is made for {platform.system()} {kind}")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    known = llvm.get_host_cpu_features()
    bits = max([128, *(bits for bits, _, feature in _LETTERS[kind] if known.get(feature))])
    given = os.environ.get("CHAINRULE_VECTOR_BITS")
    if given is not None:
        bits = min(bits, int(given))
    libraries = []
    for name in ("libmvec.so.1", "libm.so.6"):
        try:
            libraries.append(ctypes.CDLL(name))
        except OSError:
            continue
    features = known.flatten().replace("+prefer-256-bit", "-prefer-256-bit")
    if bits == 512:
        features += ",-prefer-256-bit"
    letters = tuple((size, letter) for size, letter, _ in _LETTERS[kind] if size <= bits)
    has_fma = bool(known.get(_FMA[kind]))
    return Host(bits, has_fma, llvm.get_host_cpu_name(), features, letters, tuple(libraries))


@dataclass
class Code:
    """Compiled functions, alive as long as this is."""

    engine: Any
    object: bytes

    def address(self, name: str) -> int:
        return int(self.engine.get_function_address(name))


#: Above so many instructions the code generator spends its time in what is not linear.
LARGE = 3_000


def _machine(large: bool, machine: Host | None = None) -> Any:
    import llvmlite.binding as llvm

    machine = machine or host()
    triple = machine.triple or llvm.get_default_triple()
    return llvm.Target.from_triple(triple).create_target_machine(
        cpu=machine.cpu,
        features=machine.features,
        opt=0 if large else 2,
        reloc="pic",
        codemodel="small",
        jit=False,
    )


def object_of(text: str, instructions: int) -> bytes:
    """The object code of a module of IR."""
    import llvmlite.binding as llvm

    with _lock:
        target = _machine(instructions > LARGE)
        return bytes(target.emit_object(llvm.parse_assembly(text)))


def loaded(built: bytes) -> Code:
    """The functions in object code, in memory.

    LLVM ends the process where the code calls something of which nobody told it the address, so
    :meth:`Host.has` is asked for each function of C's library first.
    """
    import llvmlite.binding as llvm

    with _lock:
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(large=True))
        engine.add_object_file(llvm.ObjectFileRef.from_data(built))
        engine.finalize_object()
    return Code(engine, built)


def facts() -> tuple[str, ...]:
    """What object code follows from besides the Program: versions, the machine, its C library."""
    import llvmlite
    import llvmlite.binding as llvm

    machine = host()
    return (
        llvmlite.__version__,
        ".".join(map(str, llvm.llvm_version_info)),
        llvm.get_default_triple(),
        os.confstr("CS_GNU_LIBC_VERSION") or "",
        machine.cpu,
        machine.features,
        str(machine.bits),
        str(len(machine.libraries)),
    )


def assembly_of(text: str, instructions: int, machine: Host | None = None) -> str:
    """The assembly of a module of IR, for this machine if nothing else is said."""
    import llvmlite.binding as llvm

    with _lock:
        target = _machine(instructions > LARGE, machine)
        return str(target.emit_assembly(llvm.parse_assembly(text)))
