# What compiled modules elsewhere know of runner.pyx: how to run a Chain.
from cpython.object cimport PyObject

cdef int run_chain(
    object chain, object layout, PyObject **leaves, PyObject **results, PyObject **outs
) except -1
cdef bint fits_result(object chain, object layout, int i, PyObject *array) noexcept
