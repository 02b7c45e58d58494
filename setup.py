"""The compiled modules, by Cython; each is left out where it cannot be compiled."""

import zlib
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

NUMPY = ("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")

rows = Extension(
    "chainrule.ops.native",
    ["src/chainrule/ops/native.pyx"],
    include_dirs=["src/chainrule/ops", np.get_include()],
    define_macros=[NUMPY],
    depends=[
        f"src/chainrule/ops/{name}"
        for name in ("native.pxd", "small.pxi", "triangles.pxi", "triangles.h")
    ],
    extra_compile_args=["-O3"],
)
native = Extension(
    "chainrule.eager.native",
    ["src/chainrule/eager/native.pyx"],
    include_dirs=["src/chainrule/eager", np.get_include()],
    define_macros=[NUMPY],
    depends=[
        "src/chainrule/ops/native.pxd",
        *(
            f"src/chainrule/eager/{name}.pxi"
            for name in (
                "memory",
                "recording",
                "sweeping",
                "arrays",
                "structural",
                "indexing",
                "assigning",
                "backward",
                "pulling",
                "spreading",
            )
        ),
        *(
            f"src/chainrule/eager/generated/{name}"
            for name in ("functions.pxi", "kernels.h", "methods.pxi", "operators.pxi")
        ),
    ],
    # Math functions need not set errno: nobody reads it, and sqrt becomes one instruction.
    extra_compile_args=["-O3", "-fno-math-errno"],
)
#: Modules that are compiled as they are; a .pxd beside them says of what types things are.
TWINS = [
    Path("src/chainrule", name)
    for name in (
        "program/needed.py",
        "transforms/rewriter.py",
        "transforms/sweep.py",
        "backends/llvm/identity.py",
        "backends/llvm/members.py",
    )
]
twins = [
    Extension(
        ".".join((*path.parts[1:-1], f"native_{path.stem}")),
        [str(path)],
        include_dirs=["src/chainrule/program"],
        depends=[
            str(path.with_name(f"native_{path.stem}.pxd")),
            "src/chainrule/program/symbol.pxd",
            "src/chainrule/program/term.h",
        ],
    )
    for path in TWINS
]
#: Terms made in C. It knows what the twins were made of, so that no twin outlives its source.
terms = Extension(
    "chainrule.program.native",
    ["src/chainrule/program/native.pyx"],
    include_dirs=["src/chainrule/program"],
    define_macros=[
        (f"CR_{path.stem.upper()}", f"{zlib.crc32(path.read_bytes())}UL") for path in TWINS
    ],
    depends=["src/chainrule/program/term.h", *map(str, TWINS)],
)
HEADERS = (
    *("runner.h", "numbers.h", "across.h", "acts.h", "matrices.h", "memory.h"),
    *("values.pxi", "chain.pxi", "results.pxi"),
)
runner = Extension(
    "chainrule.backends.llvm.runner",
    ["src/chainrule/backends/llvm/runner.pyx"],
    include_dirs=["src/chainrule/backends/llvm", np.get_include()],
    define_macros=[NUMPY],
    depends=[f"src/chainrule/backends/llvm/{name}" for name in HEADERS],
    extra_compile_args=["-O3", "-pthread"],
    extra_link_args=["-pthread"],
)
machine = Extension(
    "chainrule.backends.small.machine",
    ["src/chainrule/backends/small/machine.pyx"],
    include_dirs=["src/chainrule/backends/small", np.get_include()],
    define_macros=[NUMPY],
    depends=[
        "src/chainrule/backends/small/machine.h",
        "src/chainrule/eager/generated/kernels.h",
    ],
    extra_compile_args=["-O3", "-fno-math-errno"],
)
calls = Extension(
    "chainrule.api.native",
    ["src/chainrule/api/native.pyx"],
    include_dirs=[np.get_include()],
    define_macros=[NUMPY],
    depends=["src/chainrule/backends/llvm/runner.pxd", "src/chainrule/api/calling.pxi"],
    extra_compile_args=["-O3"],
)
extensions = cythonize([rows, native, terms, *twins, runner, machine, calls])
for extension in extensions:
    extension.optional = True  # without a compiler plain Python and the interpreter take over
setup(ext_modules=extensions)
