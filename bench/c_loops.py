"""The C loops of ``loops/``: compiled when they are measured, called by way of ctypes.

They are limits to compare with, not contenders: what one would write by hand for one function, and
the time to move its inputs and outputs alone.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .harness import MissingError, Task
from .pointwise import Pointwise, aligned

FLAGS = ("-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-fopenmp")
HOW = f"gcc {' '.join(FLAGS)}"


def build(source: str, *definitions: str) -> ctypes.CDLL:
    """The library made of a file of ``loops/``.

    Raises:
        MissingError: there is no gcc.
    """
    gcc = shutil.which("gcc")
    if gcc is None:
        raise MissingError("needs gcc")
    path = Path(__file__).with_name("loops") / source
    with tempfile.TemporaryDirectory() as folder:
        compiled, library = Path(folder, "loops.o"), Path(folder, "loops.so")
        compiling = [*FLAGS, *definitions, "-fPIC", "-c", str(path), "-o", str(compiled)]
        # Linked with -ffast-math, a library flushes subnormals to 0 in the whole process.
        linking = ["-fopenmp", "-shared", str(compiled), "-o", str(library), "-lm"]
        for arguments in compiling, linking:
            done = subprocess.run([gcc, *arguments], capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"gcc failed: {done.stderr}")
        return ctypes.CDLL(str(library))


def single(dtype: str) -> list[str]:
    """What has to be defined for numbers of that type."""
    return ["-DSINGLE"] if dtype == "float32" else []


def pointers(arrays: Sequence[Any]) -> list[ctypes.c_void_p]:
    """Pointers to the arrays, which live as long as those."""
    return [array.ctypes.data_as(ctypes.c_void_p) for array in arrays]


def pointwise() -> Callable[[Pointwise], Task]:
    """Both sweeps by hand; results go into arrays that are there already."""

    def task(workload: Pointwise) -> Task:
        if not workload.c_name:
            raise MissingError("no C loop")
        function = getattr(build("points.c", *single(workload.dtype)), workload.c_name)
        function.restype = None
        inputs = workload.inputs()
        outputs = [aligned(workload.points, workload.dtype) for _ in range(1 + workload.arity)]
        sizes = map(ctypes.c_long, (workload.points, *workload.c_arguments))
        arguments = (*sizes, *pointers(inputs), *pointers(outputs))

        def run() -> list[Any]:
            function(*arguments)
            return outputs

        return workload.task(run)

    return task


def moving_points() -> Callable[[Pointwise], Task]:
    def task(workload: Pointwise) -> Task:
        inputs = workload.inputs()
        outputs = [aligned(workload.points, workload.dtype) for _ in range(1 + workload.arity)]
        return moving(inputs, outputs)

    return task


def moving(inputs: Sequence[Any], outputs: Sequence[Any]) -> Task:
    """The time to read and write arrays of one size, and no more: there is no result to check."""
    move = build("bytes.c", f"-DINPUTS={len(inputs)}", f"-DOUTPUTS={len(outputs)}").move
    move.restype = ctypes.c_double
    blocks = ctypes.c_long(inputs[0].nbytes // 64)
    places = pointers(inputs), pointers(outputs)
    lists = [(ctypes.c_void_p * len(kind))(*(place.value for place in kind)) for kind in places]

    def run() -> Sequence[Any]:
        move(blocks, *lists)
        return places

    for array in outputs:
        array[...] = np.zeros(1, array.dtype)  # its pages are there
    return Task(run, (), errors=lambda result: None)
