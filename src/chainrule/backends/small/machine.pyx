# cython: language_level=3, boundscheck=False, wraparound=False
"""Runs instructions of ``machine.h``: what ``assembler.py`` wrote, on a memory of its own."""

from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

import numpy as np

cimport numpy as cnp

cnp.import_array()


cdef extern from "machine.h":
    enum:
        CR_END, CR_MAP, CR_FILL, CR_COPY, CR_REDUCE, CR_PRODUCT, CR_SOLVE, CR_DET, CR_COFACTORS
        CR_GATHER, CR_SCATTER, CR_CALL, CR_DONE, CR_PYTHON, CR_MOST_AXES, CR_ROW_COUNT
    ctypedef struct cr_row:
        const char *name
        int arity, library
    const cr_row *cr_rows
    int cr_execute(
        double *memory, const int32_t *code, int64_t *cursor, int32_t *number
    ) noexcept nogil


END, MAP, FILL, COPY, REDUCE, PRODUCT = CR_END, CR_MAP, CR_FILL, CR_COPY, CR_REDUCE, CR_PRODUCT
SOLVE, DET, COFACTORS = CR_SOLVE, CR_DET, CR_COFACTORS
GATHER, SCATTER, CALL = CR_GATHER, CR_SCATTER, CR_CALL
MOST_AXES = CR_MOST_AXES
#: Whole numbers from here on are not all doubles.
EXACT = 9007199254740992
cdef int64_t _EXACT = EXACT
#: Rows that C computes, each with its code.
CODES = {
    cr_rows[code].name.decode(): code
    for code in range(2, CR_ROW_COUNT + 2)
    if not cr_rows[code].library
}


cdef class Machine:
    """Instructions, and the memory that they run on; for one call at a time."""

    cdef readonly object memory
    cdef object code
    cdef double *numbers
    cdef const int32_t *words

    def __init__(self, code, memory):
        """``code``: int32, ``memory``: float64, with the constants in it."""
        self.code, self.memory = np.ascontiguousarray(code, np.int32), memory
        assert memory.dtype == np.float64 and memory.flags.c_contiguous
        self.words = <const int32_t *>cnp.PyArray_DATA(<cnp.ndarray>self.code)
        self.numbers = <double *>cnp.PyArray_DATA(<cnp.ndarray>memory)

    def load(self, list places, inputs):
        """Put inputs where they belong: (offset, view) for each, the view None of a number.

        False where a whole number is too large for a double.
        """
        cdef cnp.ndarray array
        cdef int64_t offset
        cdef Py_ssize_t i, k
        cdef const int64_t *whole
        cdef bint is_exact = True
        for i in range(len(places)):
            offset, view = places[i]
            x = inputs[i]
            if view is None:
                self.numbers[offset] = x
            elif (
                cnp.PyArray_CheckExact(x)
                and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_DOUBLE
                and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x)
            ):
                array = <cnp.ndarray>x
                memcpy(
                    self.numbers + offset, cnp.PyArray_DATA(array),
                    <size_t>cnp.PyArray_NBYTES(array),
                )
            elif (
                cnp.PyArray_CheckExact(x)
                and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_INT64
                and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x)
            ):
                whole = <const int64_t *>cnp.PyArray_DATA(<cnp.ndarray>x)
                for k in range(cnp.PyArray_SIZE(<cnp.ndarray>x)):
                    self.numbers[offset + k] = <double>whole[k]
                    is_exact = is_exact and -_EXACT < whole[k] < _EXACT
            else:
                view[...] = x
                is_exact = is_exact and (x.dtype.kind != "i" or np.all(np.abs(view) < _EXACT))
        return is_exact

    def run(self, list calls):
        """Run all instructions; whether they came to their end."""
        cdef int64_t cursor = 0
        cdef int32_t number = 0
        cdef int how
        while True:
            with nogil:
                how = cr_execute(self.numbers, self.words, &cursor, &number)
            if how != CR_PYTHON:
                return how == CR_DONE
            calls[number]()
