# The types of what is in rewriter.py, for its compiled twin.
cimport cython
from chainrule.program.symbol cimport Term

cdef class Rewriter:
    cdef public Py_ssize_t first
    cdef public object is_final
    cdef public list terms
    cdef public dict known
    cdef public dict rules
    cdef public dict pieces

    @cython.locals(count=Py_ssize_t, rules=tuple, numbers=dict, of=dict, term=Term)
    cpdef object elementwise(self, object op, tuple operands, Term like)
    cpdef Term append(self, Term term)
    cpdef object whole(self, object x, Term like)
    cdef object _of_operand(self, dict of, object x, Term term)
    @cython.locals(last=Py_ssize_t, serial=Py_ssize_t)
    cpdef tuple rewrite(self, object program, tuple inputs)
    @cython.locals(serial=Py_ssize_t)
    cpdef tuple live(self, list terms, tuple results)
    cdef object _elementwise(self, Term old, list new)
    cdef object _structural(self, Term old, list new)

cpdef object number_key(object x)
cdef object _first(tuple rules, Rewriter rewriter, Term term)
cdef object _now(list new, object x)
cdef bint _is_older(Term x, Term y)
cdef object _find_inverted(tuple terms, bytearray found)
