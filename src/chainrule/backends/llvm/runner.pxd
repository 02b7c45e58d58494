# What compiled modules elsewhere know of runner.pyx: how to run a Chain.
from cpython.object cimport PyObject

cdef int run_chain(object chain, object layout, PyObject **leaves, PyObject **results) except -1
