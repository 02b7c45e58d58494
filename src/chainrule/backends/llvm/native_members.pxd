# The types of what is in members.py, for its compiled twin.
cimport cython
from chainrule.program.symbol cimport Term

cdef class Member:
    cdef public Term term
    cdef public object kind
    cdef public Py_ssize_t phase
    cdef public tuple reads

@cython.locals(i=Py_ssize_t, first=Py_ssize_t, last=Py_ssize_t, phase=Py_ssize_t)
cpdef object joined(tuple terms, object start, dict members, object places, object at)

cpdef list readers(dict members)
cpdef tuple in_phases(dict members, object reduced)
cpdef set kept(dict members)
@cython.locals(seen=bint)
cpdef set dtypes(dict members)
@cython.locals(
    count=Py_ssize_t, arity=Py_ssize_t, reads=tuple, template=tuple,
    first=str, second=str, name=str, text=str, other=str, start=str, a=str, middle=str, b=str,
    end=str,
)
cpdef object compute(object function, list members)
cpdef list made_by(list members, object first, object second)
cpdef list beside(list members, dict partners)
@cython.locals(arity=Py_ssize_t, place=Py_ssize_t, kinds=Py_ssize_t, is_open=bint, term=Term)
cpdef tuple tabulated(list members)
