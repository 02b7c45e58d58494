# cython: language_level=3, boundscheck=False, wraparound=False
"""Calls generated code on arrays: what ``runner.h`` does, for Python.

``Nest`` is one pass over the data, ready to run; ``Memory`` a piece of memory that an array lives
in, and that goes back to a pool when the array dies.
"""

from cpython.buffer cimport PyBuffer_FillInfo
from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

cimport cython
cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.string cimport memcmp, memcpy

from ..outputs import refuse_shared

cnp.import_array()

cdef extern from "memory.h":
    void *cr_allocated(size_t size) nogil


cdef extern from "runner.h":
    enum:
        CR_VECTOR, CR_POINT, CR_CELL, CR_ROW, CR_LANES, CR_COLUMN, CR_BLOCK, CR_LINE,
        CR_MAX_THREADS
    ctypedef void (*cr_body)(void **table, int64_t count) noexcept nogil
    ctypedef struct cr_slot:
        int kind, size, written
    ctypedef struct cr_place:
        char *base
        int64_t outer, inner
    ctypedef struct cr_reduce:
        int lanes, target, op, size
    ctypedef struct cr_step:
        cr_body body, streaming, across
        int is_loop, vector_count, reduce_count
        int *vectors
        cr_reduce *reduces
    ctypedef struct cr_nest:
        int slot_count, step_count, width, has_columns, goes_across
        int64_t stack
        cr_slot *slots
        cr_step *steps
    ctypedef struct cr_call:
        const cr_nest *nest
        cr_place *places
        int64_t rows, length, last_length, rows_a_block
        int streams
    void cr_prepare()
    ctypedef int (*cr_asked)() noexcept nogil
    int cr_run(const cr_call *call, int threads, cr_asked asked) nogil
    void cr_tree(char *numbers, int64_t count, int op, int size) nogil


BLOCK = CR_BLOCK
MAX_THREADS = CR_MAX_THREADS
VECTOR, POINT, CELL, ROW, LANES, COLUMN = CR_VECTOR, CR_POINT, CR_CELL, CR_ROW, CR_LANES, CR_COLUMN

include "values.pxi"

# --- memory ---------------------------------------------------------------------------------------

#: Bytes that dead arrays may keep for the next ones. Fresh pages cost 0.3 ns a float64.
cdef size_t POOL_LIMIT = 1 << 30
#: The pieces of dead arrays by size; a size whose piece was taken or came last stands last.
cdef dict _pool = {}
cdef size_t _pooled = 0


cdef class Memory:
    """Aligned memory of so many bytes: the base of an array."""

    cdef char *data
    cdef readonly size_t size

    def __cinit__(self, size_t size):
        global _pooled
        self.size = size
        cdef list free_ones = _pool.pop(size, None)
        cdef void *memory = NULL
        if free_ones is not None:
            self.data = <char *><uintptr_t>free_ones.pop()
            _pooled -= size
            if free_ones:
                _pool[size] = free_ones
            return
        memory = cr_allocated(size)
        if memory == NULL:
            release_pool()
            memory = cr_allocated(size)
            if memory == NULL:
                raise MemoryError(f"no memory for an array of {size} bytes")
        self.data = <char *>memory

    def __dealloc__(self):
        global _pooled
        if self.data == NULL:
            return
        cdef list pieces = _pool.pop(self.size, None)
        if pieces is None:
            pieces = []
        pieces.append(<uintptr_t>self.data)
        _pool[self.size] = pieces
        _pooled += self.size
        while _pooled > POOL_LIMIT:
            _release_oldest()

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.data, self.size, 0, flags)

    def __releasebuffer__(self, Py_buffer *buffer):
        pass


cdef _release_oldest():
    """Give a piece back to the system, of the size that was not asked for the longest."""
    global _pooled
    size = next(iter(_pool))
    cdef list pieces = _pool[size]
    free(<void *><uintptr_t>pieces.pop())
    _pooled -= size
    if not pieces:
        del _pool[size]


def pooled():
    """Bytes that dead arrays keep."""
    return _pooled


def pool_limit(limit=None):
    """How many bytes dead arrays may keep; a number sets it."""
    global POOL_LIMIT
    if limit is not None:
        POOL_LIMIT = limit
        while _pooled > POOL_LIMIT:
            _release_oldest()
    return POOL_LIMIT


def release_pool():
    """Give the memory of dead arrays back to the system."""
    global _pooled
    for pieces in _pool.values():
        for piece in pieces:
            free(<void *><uintptr_t>piece)
    _pool.clear()
    _pooled = 0


# --- who shares memory with whom ------------------------------------------------------------------

cdef struct _span:
    uintptr_t low, high
    int itemsize
    bint is_plain


cdef void _measure(PyObject *array, _span *span) noexcept:
    """The bytes between which an array lies, and whether it fills them row by row."""
    cdef int axis, rank = cr_rank(array)
    cdef Py_ssize_t *shape = cr_shape(array)
    cdef Py_ssize_t *strides = cr_strides(array)
    cdef int64_t reach
    span.low = span.high = <uintptr_t>cr_bytes(array)
    span.itemsize = cr_itemsize(array)
    span.is_plain = cr_is_contiguous(array)
    for axis in range(rank):
        if shape[axis] == 0:
            return
    for axis in range(rank):
        reach = (shape[axis] - 1) * strides[axis]
        if reach < 0:
            span.low += reach
        else:
            span.high += reach
    span.high += span.itemsize


# --- nests ----------------------------------------------------------------------------------------

cdef class Nest:
    """Generated functions and what their tables hold.

    Args:
        slots: for each entry of the table kind, bytes an element and whether it is written.
        steps: for each function in order: address, address with non-temporal stores or 0,
            address for short rows or 0, whether it is a loop, the vectors that it reads and writes, and (lanes, target, operation,
            bytes) for each reduction.
        width: elements of a vector.
        stack: bytes of stack that a function may take at most.
        keep: what has to live as long as the functions.
    """

    cdef cr_nest nest
    cdef object keep
    cdef list outside

    def __cinit__(self, slots, steps, int width, int64_t stack, keep):
        cdef cr_step *step
        cdef int i, k
        self.keep = keep
        self.nest.width = width
        self.nest.stack = stack
        self.nest.slot_count = len(slots)
        self.nest.slots = <cr_slot *>calloc(len(slots) + 1, sizeof(cr_slot))
        self.nest.steps = <cr_step *>calloc(len(steps) + 1, sizeof(cr_step))
        if self.nest.slots == NULL or self.nest.steps == NULL:
            raise MemoryError
        self.outside = []
        for i, (kind, size, written) in enumerate(slots):
            self.nest.slots[i].kind = kind
            self.nest.slots[i].size = size
            self.nest.slots[i].written = written
            if kind == CR_COLUMN:
                self.nest.has_columns = 1
            if kind in (CR_VECTOR, CR_POINT, CR_COLUMN):
                self.outside.append(i)
        self.nest.step_count = len(steps)
        self.nest.goes_across = len(steps) > 0
        for i, (address, streaming, across, is_loop, vectors, reduces) in enumerate(steps):
            step = &self.nest.steps[i]
            step.body = <cr_body><uintptr_t>address
            step.streaming = <cr_body><uintptr_t>streaming
            step.across = <cr_body><uintptr_t>across
            if not across:
                self.nest.goes_across = 0
            step.is_loop = is_loop
            step.vector_count = len(vectors)
            step.reduce_count = len(reduces)
            step.vectors = <int *>calloc(len(vectors) + 1, sizeof(int))
            step.reduces = <cr_reduce *>calloc(len(reduces) + 1, sizeof(cr_reduce))
            if step.vectors == NULL or step.reduces == NULL:
                raise MemoryError
            for k, slot in enumerate(vectors):
                step.vectors[k] = slot
            for k, (lanes, target, op, size) in enumerate(reduces):
                step.reduces[k].lanes = lanes
                step.reduces[k].target = target
                step.reduces[k].op = op
                step.reduces[k].size = size

    def __dealloc__(self):
        cdef int i
        if self.nest.steps != NULL:
            for i in range(self.nest.step_count):
                free(self.nest.steps[i].vectors)
                free(self.nest.steps[i].reduces)
        free(self.nest.steps)
        free(self.nest.slots)


cdef extern from *:
    """
    #if defined(__linux__)
    #include <sys/syscall.h>
    /* Only the main thread handles signals. */
    #define CR_HANDLES_SIGNALS() (syscall(SYS_gettid) == getpid())
    #else
    #define CR_HANDLES_SIGNALS() 1
    #endif
    static int cr_signalled(void) {
        PyGILState_STATE state = PyGILState_Ensure();
        int raised = PyErr_CheckSignals() != 0;
        PyGILState_Release(state);
        return raised;
    }
    """
    bint CR_HANDLES_SIGNALS()
    int cr_signalled() noexcept nogil

cdef extern from "Python.h":
    PyObject *PyErr_Occurred()


cdef int _run(const cr_call *call, int threads, bint is_short) except -1:
    """Run a nest. What takes long gives the GIL away meanwhile, and ends where Ctrl-C is pressed."""
    cdef int ready
    cdef cr_asked asked = NULL
    if CR_HANDLES_SIGNALS():
        asked = cr_signalled
    cr_prepare()
    if is_short:
        ready = cr_run(call, 1, NULL)
    else:
        with nogil:
            ready = cr_run(call, threads, asked)
        if PyErr_Occurred() != NULL:
            return -1
    if not ready:
        raise MemoryError("no memory for the scratch of a loop")
    return 0


cdef bint _strides(
    int rank, Py_ssize_t *shape, Py_ssize_t *strides, Py_ssize_t size, int way, int64_t length,
    int64_t *outer, int64_t *inner,
):
    """Bytes from row to row and from element to element; False where no such numbers exist."""
    cdef int axis = rank - 1
    inner[0] = outer[0] = 0
    if way & 2:
        if not _merged(shape, strides, &axis, length, inner):
            return False
        if inner[0] == 0:
            inner[0] = size if length <= 1 else 0
    if way & 1:
        if not _merged(shape, strides, &axis, -1, outer):
            return False
    return True


cdef bint _merged(
    Py_ssize_t *shape, Py_ssize_t *strides, int *axis, int64_t length, int64_t *step
):
    """The step of the last axes as one of length elements (-1: of all that are left)."""
    cdef int64_t extent = 1
    while axis[0] >= 0 and (length < 0 or extent < length or shape[axis[0]] == 1):
        if shape[axis[0]] != 1:
            if extent == 1:
                step[0] = strides[axis[0]]
            elif strides[axis[0]] != step[0] * extent:
                return False
            extent *= shape[axis[0]]
        axis[0] -= 1
    return length < 0 or extent == length


include "chain.pxi"
include "results.pxi"
