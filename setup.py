"""The native builds: eager numbers, the loops around jit's code; none without a compiler."""

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

native = Extension(
    "chainrule.eager.native",
    ["src/chainrule/eager/native.pyx"],
    include_dirs=["src/chainrule/eager", np.get_include()],
    define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
    depends=[
        *(
            f"src/chainrule/eager/{name}.pxi"
            for name in ("sweeping", "arrays", "backward", "pulling")
        ),
        *(
            f"src/chainrule/eager/generated/{name}"
            for name in ("functions.pxi", "kernels.h", "methods.pxi", "operators.pxi")
        ),
    ],
    # Math functions need not set errno: nobody reads it, and sqrt becomes one instruction.
    extra_compile_args=["-O3", "-fno-math-errno"],
)
runner = Extension(
    "chainrule.backends.llvm.runner",
    ["src/chainrule/backends/llvm/runner.pyx"],
    include_dirs=["src/chainrule/backends/llvm"],
    depends=["src/chainrule/backends/llvm/runner.h"],
    extra_compile_args=["-O3", "-pthread"],
    extra_link_args=["-pthread"],
)
extensions = cythonize([native, runner])
for extension in extensions:
    # Without a compiler the plain-Python build and the interpreter take over.
    extension.optional = True
setup(ext_modules=extensions)
