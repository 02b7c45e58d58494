# The types of what is in needed.py, for its compiled twin.
cimport cython
from chainrule.program.symbol cimport Term

@cython.locals(last=Py_ssize_t)
cpdef object needed(object results, object inputs=*)
