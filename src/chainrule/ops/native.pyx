# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, binding=False
# cython: freethreading_compatible=False
"""What happens when a row is called, compiled: ``calling.py`` and ``quiet.py`` are the same in
Python, and the place to read first.

The context in which NumPy is silent is entered by CPython's own function, and not at all where a
sweep of this thread has done so already.
"""

from contextvars import Context

import numpy as np

cimport numpy as cnp
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject, PyObject_Call
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.ref cimport Py_INCREF

cnp.import_array()

cdef extern from "Python.h":
    int PyContext_Enter(object) except -1
    int PyContext_Exit(object) except -1

cdef extern from *:
    """
    #if defined(_MSC_VER)
    static __declspec(thread) int cr_silent = 0;
    #else
    static __thread int cr_silent = 0;
    #endif
    """
    int cr_silent

cdef object array_type = np.ndarray
cdef object double_type = np.float64
cdef object scalar_type = np.generic
cdef object as_array = np.asarray
cdef list idle = []


cdef object new_context():
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


cdef int be_silent(int by) noexcept:
    """Say that NumPy is silent in this thread anyway (1), or is so no more (-1)."""
    global cr_silent
    cr_silent += by
    return cr_silent


cdef object call_quietly(object function, tuple operands, dict parameters):
    if cr_silent:
        return PyObject_Call(function, operands, parameters)
    context = idle.pop() if idle else new_context()
    PyContext_Enter(context)
    try:
        return PyObject_Call(function, operands, parameters)
    finally:
        PyContext_Exit(context)
        idle.append(context)


def quietly(function, *operands, **parameters):
    """The result of a NumPy function on plain operands, without a warning.

    Nothing of the user's may be called by it, since it would miss the user's own context.
    """
    return call_quietly(function, operands, parameters)


# Ranks of the types that have one.
cdef dict ranks = {}


cdef long rank_of(object operand) except -1:
    cdef PyObject *known = PyDict_GetItem(ranks, type(operand))
    if known != NULL:
        return <object>known
    rank = getattr(operand, "_dispatch_rank", 0)
    if rank and getattr(type(operand), "_dispatch_rank", 0) == rank:
        ranks[type(operand)] = rank
    return rank


cdef object free_extent(object parameters):
    """An extent among the parameters that is no number yet: of a function that is traced."""
    for parameter in parameters:
        kind = type(parameter)
        if kind is int or kind is str or kind is bool or kind is float:
            continue
        if kind is tuple:
            found = free_extent(parameter)
            if found is not None:
                return found
        elif hasattr(parameter, "_apply_op"):
            return parameter
    return None


cdef enum:
    UNKNOWN = 0
    ELEMENTWISE = 1
    WHOLE = 2
    MOVING = 3


cdef class Calls:
    """What can be called like a row."""

    cdef int _kind

    def __call__(self, *operands, **parameters):
        cdef long rank = 0, candidate
        owner = None
        for operand in operands:
            kind = type(operand)
            if kind is array_type or kind is double_type or kind is float or kind is int:
                continue
            candidate = rank_of(operand)
            if candidate > rank:
                owner, rank = operand, candidate
        if owner is None and parameters:
            owner = free_extent(parameters.values())
        if owner is not None:
            return owner._apply_op(self, operands, parameters)
        return self._computed(operands, parameters)

    cdef object _computed(self, tuple operands, dict parameters):
        cdef Py_ssize_t i, count = len(operands)
        cdef tuple taken
        cdef bint any_array = False
        if self._kind == UNKNOWN:
            self._kind = ELEMENTWISE
            if hasattr(self, "moves"):
                self._kind = MOVING if self.moves else WHOLE
        kernel = self.numpy if self._kind == ELEMENTWISE else self.kernel
        if self._kind == MOVING and count == 1:
            x = operands[0]
            if cnp.PyArray_Check(x) or isinstance(x, scalar_type):
                if type(x) is not array_type:
                    x = as_array(x)
                return without_axes(PyObject_Call(kernel, (x,), parameters))
        for i in range(count):
            any_array = any_array or cnp.PyArray_Check(operands[i])
        taken = PyTuple_New(count)
        for i in range(count):
            x = operands[i]
            kind = type(x)
            if kind is not array_type:
                if not any_array and (kind is float or kind is int):
                    x = double_type(x)
                if self._kind != ELEMENTWISE:
                    x = as_array(x)
            Py_INCREF(x)
            PyTuple_SET_ITEM(taken, i, x)
        return without_axes(call_quietly(kernel, taken, parameters))


cdef inline object without_axes(object out):
    """The result; an array without axes as NumPy's number."""
    if type(out) is array_type and cnp.PyArray_NDIM(<cnp.ndarray>out) == 0:
        return out[()]
    return out


include "small.pxi"
include "triangles.pxi"
