"""The native build of eager numbers: one Cython extension, left out where it cannot be compiled."""

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
(extension,) = cythonize([native])
extension.optional = True  # without a compiler the plain-Python build takes over
setup(ext_modules=[extension])
