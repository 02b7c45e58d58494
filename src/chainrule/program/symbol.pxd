# What compiled modules know of symbol.py, which is never compiled itself: the slots of a Term.
# The import of a compiled module fails, and the plain one runs, where the size is another one.

cdef extern from "term.h":
    ctypedef class chainrule.program.symbol.Term [object cr_term, check_size error]:
        cdef object dtype
        cdef object op
        cdef object operands
        cdef object parameters
        cdef object region
        cdef object serial
        cdef object shape
        cdef object traced_by
        cdef object weak
