# What a Chain computes with: values, the steps between them, and what follows from extents.

cdef extern from "Python.h":
    bint PyLong_CheckExact(PyObject *)
    bint PyBool_Check(PyObject *)
    long long PyLong_AsLongLong(PyObject *) except? -1
    object PyFloat_FromDouble(double)
    object PyLong_FromLongLong(long long)
    object PyBool_FromLong(long)
    void Py_XDECREF(PyObject *)
    void *PyCapsule_GetPointer(object, const char *) except NULL
    const char *PyCapsule_GetName(object) except NULL
    PyObject *Py_True
    PyObject *Py_None

cdef extern from *:
    """
    #define cr_array(x) ((PyArrayObject *)(x))
    #define cr_bytes(x) PyArray_BYTES(cr_array(x))
    #define cr_rank(x) PyArray_NDIM(cr_array(x))
    #define cr_shape(x) ((Py_ssize_t *)PyArray_DIMS(cr_array(x)))
    #define cr_strides(x) ((Py_ssize_t *)PyArray_STRIDES(cr_array(x)))
    #define cr_itemsize(x) ((int)PyArray_ITEMSIZE(cr_array(x)))
    #define cr_is_contiguous(x) PyArray_IS_C_CONTIGUOUS(cr_array(x))
    #define cr_is_array(x) PyArray_Check(x)
    #define cr_is_aligned(x) PyArray_ISALIGNED(cr_array(x))
    #define cr_is_plain(x) (cr_is_contiguous(x) && cr_is_aligned(x))
    #define cr_fits(x, type) (PyArray_CheckExact(x) && PyArray_TYPE(cr_array(x)) == (type) && \
                              PyArray_ISNOTSWAPPED(cr_array(x)) && PyArray_ISWRITEABLE(cr_array(x)))
    static PyObject *cr_owned(PyObject *x) { Py_INCREF(x); return x; }
    #define cr_steal(x) (x)
    static PyObject *cr_scalar(void *data, int type) {
        PyArray_Descr *descr = PyArray_DescrFromType(type);
        PyObject *scalar = PyArray_Scalar(data, descr, NULL);
        Py_DECREF(descr);
        return scalar;
    }
    /* An array on memory that is somebody else's; strides NULL for row after row. */
    static PyObject *cr_wrapped(int rank, Py_ssize_t *shape, Py_ssize_t *strides, int type,
                                void *data, PyObject *base) {
        PyObject *array = PyArray_NewFromDescr(
            &PyArray_Type, PyArray_DescrFromType(type), rank, (npy_intp *)shape,
            (npy_intp *)strides, data, NPY_ARRAY_WRITEABLE, NULL);
        if (array && base) {
            Py_INCREF(base);
            if (PyArray_SetBaseObject((PyArrayObject *)array, base) < 0) Py_CLEAR(array);
        }
        return array;
    }
    """
    char *cr_bytes(PyObject *)
    int cr_rank(PyObject *)
    Py_ssize_t *cr_shape(PyObject *)
    Py_ssize_t *cr_strides(PyObject *)
    int cr_itemsize(PyObject *)
    bint cr_is_contiguous(PyObject *)
    bint cr_is_array(PyObject *)
    bint cr_is_aligned(PyObject *)
    bint cr_is_plain(PyObject *)
    bint cr_fits(PyObject *, int)
    PyObject *cr_owned(object)
    object cr_steal(PyObject *)
    PyObject *cr_scalar(void *, int) except NULL
    PyObject *cr_wrapped(int, Py_ssize_t *, Py_ssize_t *, int, void *, PyObject *) except NULL
    void PyArray_ScalarAsCtype(PyObject *, void *)

cdef extern from "acts.h":
    enum:
        CR_ACT_VIEW, CR_ACT_COPY, CR_ACT_ZERO, CR_ACT_GATHER, CR_ACT_ADD_AT, CR_ACT_TRIANGLE,
        CR_ACT_CHOLESKY, CR_ACT_TRIANGULAR, CR_ACT_SOLVE, CR_ACT_PRODUCT
        CR_ACT_DONE, CR_ACT_INDEFINITE
        CR_POTRF, CR_TRSV, CR_TRSM, CR_GETRF, CR_GETRS, CR_DOT, CR_GEMV, CR_GEMM
    void cr_set_routine(int is_float, int number, void *routine)
    int cr_act_run(int code, int is_float, char *out, char *a, char *b, char *scratch,
                   const int64_t *words) nogil

ACTS = {
    "view": CR_ACT_VIEW, "copy": CR_ACT_COPY, "zero": CR_ACT_ZERO, "gather": CR_ACT_GATHER,
    "add at": CR_ACT_ADD_AT, "triangle": CR_ACT_TRIANGLE, "cholesky": CR_ACT_CHOLESKY,
    "triangular": CR_ACT_TRIANGULAR, "solve": CR_ACT_SOLVE, "product": CR_ACT_PRODUCT,
}
cdef dict _ROUTINES = {
    "potrf": CR_POTRF, "trsv": CR_TRSV, "trsm": CR_TRSM, "getrf": CR_GETRF, "getrs": CR_GETRS,
    "dot": CR_DOT, "gemv": CR_GEMV, "gemm": CR_GEMM,
}
ROUTINES = tuple(_ROUTINES)

cdef enum:
    CELL_BYTES = 128
    #: Bytes of stack for the memory of a call; more comes from the pool.
    ROOM = 8192
    #: Bytes from which an array's memory comes from the pool.
    POOLED = 65536

cdef enum:
    GIVEN_NUMBER
    GIVEN_ARRAY
    MADE_NUMBER
    MADE_ARRAY
    FIXED_NUMBER  # follows from the extents
    FIXED_ARRAY
    OBJECT  # what NumPy made that is no array: several results

cdef enum:
    AS_READ
    AS_STORE
    AS_PARTIAL
    AS_COLUMN

ROLES = {"read": AS_READ, "store": AS_STORE, "partial": AS_PARTIAL, "column": AS_COLUMN}
VALUES = {
    "given number": GIVEN_NUMBER,
    "given array": GIVEN_ARRAY,
    "made number": MADE_NUMBER,
    "made array": MADE_ARRAY,
    "fixed number": FIXED_NUMBER,
    "fixed array": FIXED_ARRAY,
    "object": OBJECT,
}

# ``is_fresh``: a result that is written where the caller will have it.
cdef struct cr_value:
    int kind, type, size, is_fresh

# What an entry of a nest's table points to: a value, or memory to gather what becomes one.
cdef struct cr_seat:
    int slot, value, role, way, size, op

# A nest; or, where that is NULL, a term that acts or NumPy compute.
cdef struct cr_stage:
    cr_nest *nest
    cr_seat *seats
    int seat_count, is_direct, is_flat

cdef struct cr_act:
    int code, is_float, out, a, b, scratch
    int64_t *words

# A stage for given extents; ``act_count`` is -1 where NumPy computes it.
cdef struct cr_span:
    int64_t rows, length, last_length, rows_a_block, lines
    int threads, streams, is_short
    int first_act, act_count

# How a result is handed out: a value's place, or -1 for a constant.
cdef struct cr_result:
    int value, is_weak


cdef class Layout:
    """What follows from given extents: see ``Chain.layout``."""

    cdef cr_span *spans
    cdef cr_act *acts
    cdef int64_t *words
    cdef char *fixed
    cdef Py_ssize_t *dims
    cdef Py_ssize_t **shapes
    #: Bytes from element to element; NULL where they lie row after row.
    cdef Py_ssize_t **strides
    cdef int *ranks
    #: Which inputs have to lie row after row: those that acts read.
    cdef char *plain
    #: Where in the memory of a call an array is made; -1 for those that are made elsewhere.
    cdef int64_t *offsets
    cdef int64_t room, planned
    #: The memory of a call is an object's that arrays can hold on to.
    cdef bint is_held
    #: There are only numbers, few enough for the stack.
    cdef bint is_of_numbers
    cdef list kept, given

    def __dealloc__(self):
        free(self.spans)
        free(self.acts)
        free(self.words)
        free(self.fixed)
        free(self.dims)
        free(self.shapes)
        free(self.strides)
        free(self.ranks)
        free(self.plain)
        free(self.offsets)


def set_routines(type, dict capsules):
    """Take SciPy's LAPACK and BLAS for a type, from capsules by name."""
    for name, capsule in capsules.items():
        cr_set_routine(
            type == "float32", _ROUTINES[name],
            PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)),
        )


cdef inline int64_t _lines(int64_t bytes) noexcept:
    return (bytes + CR_LINE - 1) // CR_LINE * CR_LINE


cdef inline int64_t _temporary(cr_seat *seat, cr_span *span) noexcept:
    """Bytes to gather a reduction in: a number a row, or rows of sums."""
    if seat.role == AS_PARTIAL:
        return span.rows * seat.size
    return span.lines * span.length * seat.size if seat.role == AS_COLUMN else 0


cdef int _put_number(PyObject *x, cr_value *value, char *cell) except -1:
    """The number that an argument is, in all of a cell."""
    cdef double number
    cdef int64_t whole
    if PyFloat_CheckExact(<object>x):
        number = PyFloat_AS_DOUBLE(<object>x)
        memcpy(cell, &number, 8)
    elif PyLong_CheckExact(x):
        whole = PyLong_AsLongLong(x)
        memcpy(cell, &whole, 8)
    elif PyBool_Check(x):
        cell[0] = x == Py_True
    elif cr_is_array(x):
        memcpy(cell, cr_bytes(x), value.size)
    else:
        PyArray_ScalarAsCtype(x, cell)
    _splat(cell, value.size)
    return 0


cdef inline void _splat(char *cell, int size) noexcept:
    """The first number of a cell in all of it."""
    cdef int i
    if size == 8:
        for i in range(1, CELL_BYTES // 8):
            (<int64_t *>cell)[i] = (<int64_t *>cell)[0]
    else:
        for i in range(size, CELL_BYTES):
            cell[i] = cell[i - size]


cdef void _add_rows(char *to, char *rows, int64_t count, int64_t length, int size) noexcept:
    """The sum of rows, from the first on, as ``np.add.reduce`` takes it."""
    cdef int64_t row, i
    if count == 0:
        memset(to, 0, length * size)
        return
    memcpy(to, rows, length * size)
    for row in range(1, count):
        if size == 8:
            for i in range(length):
                (<double *>to)[i] += (<double *>rows)[row * length + i]
        else:
            for i in range(length):
                (<float *>to)[i] += (<float *>rows)[row * length + i]
