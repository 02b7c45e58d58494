# The types of what is in sweep.py, for its compiled twin.
cimport cython
from chainrule.program.symbol cimport Term

@cython.locals(place=Py_ssize_t, start=Py_ssize_t, serial=Py_ssize_t)
cpdef object find_dependent(list terms, object first, bytearray flags)
cdef int _code(object x)

cdef class Sweep:
    cdef public object trace
    cdef public Py_ssize_t first
    cdef public bytearray needs
    cdef public list numbers
    cdef public dict masks
    cdef public dict templates

    @cython.locals(
        first=Py_ssize_t, place=Py_ssize_t, serial=Py_ssize_t, code=Py_ssize_t, i=Py_ssize_t,
        needs=bytearray, numbers=list, masks=dict, templates=dict, terms=list, shares=tuple,
    )
    cpdef object run(self, set stops)
