# Triangles of moderate size in the compiled build: part of native.pyx. ``small.py`` says what each
# function is, ``triangles.h`` has the loops.

cdef extern from "triangles.h":
    bint cr_triangle_solved(
        Py_ssize_t n, Py_ssize_t columns, const char *a, Py_ssize_t down, Py_ssize_t along,
        bint lower, double *x,
    ) noexcept
    void cr_factor_pulled(Py_ssize_t n, const double *factor, double *g) noexcept

cdef enum:
    TRIANGLE_MOST = 64
    FACTOR_MOST = 128


cdef bint is_triangle(object a, bint lower) noexcept:
    """Whether a square matrix of doubles is triangular, and of moderate size."""
    cdef cnp.npy_intp n, i, k, down, along
    cdef const char *data
    if not is_of_doubles(a) or cnp.PyArray_NDIM(<cnp.ndarray>a) != 2:
        return False
    n = cnp.PyArray_DIM(<cnp.ndarray>a, 0)
    if n != cnp.PyArray_DIM(<cnp.ndarray>a, 1) or n > TRIANGLE_MOST:
        return False
    data = <const char *>cnp.PyArray_DATA(<cnp.ndarray>a)
    down, along = cnp.PyArray_STRIDE(<cnp.ndarray>a, 0), cnp.PyArray_STRIDE(<cnp.ndarray>a, 1)
    if not lower:
        down, along = along, down
    for i in range(n):
        for k in range(i + 1, n):
            if (<const double *>(data + i * down + k * along))[0] != 0.0:
                return False
    return True


def triangle_solved(a, b, bint lower):
    """``small.triangle_solved``."""
    cdef cnp.npy_intp n, columns
    if not is_of_doubles(a) or not is_of_doubles(b) or cnp.PyArray_NDIM(<cnp.ndarray>a) != 2:
        return None
    n = cnp.PyArray_DIM(<cnp.ndarray>a, 0)
    if n != cnp.PyArray_DIM(<cnp.ndarray>a, 1) or n > TRIANGLE_MOST:
        return None
    if cnp.PyArray_NDIM(<cnp.ndarray>b) != 2 or cnp.PyArray_DIM(<cnp.ndarray>b, 0) != n:
        return None
    columns = cnp.PyArray_DIM(<cnp.ndarray>b, 1)
    if columns > 2 * TRIANGLE_MOST:
        return None
    out = cnp.PyArray_NewCopy(<cnp.ndarray>b, cnp.NPY_CORDER)
    if not cr_triangle_solved(
        n, columns, <const char *>cnp.PyArray_DATA(<cnp.ndarray>a),
        cnp.PyArray_STRIDE(<cnp.ndarray>a, 0), cnp.PyArray_STRIDE(<cnp.ndarray>a, 1), lower,
        <double *>cnp.PyArray_DATA(<cnp.ndarray>out),
    ):
        return None  # NumPy says so
    return out


def factor_pulled(factor, g):
    """``small.factor_pulled``."""
    cdef cnp.npy_intp n
    if not is_of_doubles(factor) or not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>factor):
        return None
    if not is_of_doubles(g) or cnp.PyArray_NDIM(<cnp.ndarray>factor) != 2:
        return None
    n = cnp.PyArray_DIM(<cnp.ndarray>factor, 0)
    if n > FACTOR_MOST or n != cnp.PyArray_DIM(<cnp.ndarray>factor, 1):
        return None
    if cnp.PyArray_NDIM(<cnp.ndarray>g) != 2 or cnp.PyArray_DIM(<cnp.ndarray>g, 0) != n:
        return None
    if cnp.PyArray_DIM(<cnp.ndarray>g, 1) != n:
        return None
    out = cnp.PyArray_NewCopy(<cnp.ndarray>g, cnp.NPY_CORDER)
    cr_factor_pulled(
        n, <const double *>cnp.PyArray_DATA(<cnp.ndarray>factor),
        <double *>cnp.PyArray_DATA(<cnp.ndarray>out),
    )
    return out


def lower_triangle(a, double diagonal):
    """``small.lower_triangle``."""
    cdef cnp.npy_intp sizes[2]
    cdef cnp.npy_intp n, i, k, down, along
    cdef const char *data
    cdef double *to
    if not is_of_doubles(a) or cnp.PyArray_NDIM(<cnp.ndarray>a) != 2:
        return None
    n = sizes[0] = sizes[1] = cnp.PyArray_DIM(<cnp.ndarray>a, 0)
    if n != cnp.PyArray_DIM(<cnp.ndarray>a, 1):
        return None
    data = <const char *>cnp.PyArray_DATA(<cnp.ndarray>a)
    down, along = cnp.PyArray_STRIDE(<cnp.ndarray>a, 0), cnp.PyArray_STRIDE(<cnp.ndarray>a, 1)
    out = cnp.PyArray_ZEROS(2, sizes, cnp.NPY_DOUBLE, 0)
    to = <double *>cnp.PyArray_DATA(<cnp.ndarray>out)
    for i in range(n):
        for k in range(i):
            to[i * n + k] = (<const double *>(data + i * down + k * along))[0]
        to[i * n + i] = diagonal * (<const double *>(data + i * (down + along)))[0]
    return out


def is_symmetric(a):
    """``small.is_symmetric``."""
    cdef cnp.npy_intp n, i, k, down, along
    cdef const char *data
    if not is_of_doubles(a) or cnp.PyArray_NDIM(<cnp.ndarray>a) != 2:
        return False
    n = cnp.PyArray_DIM(<cnp.ndarray>a, 0)
    if n != cnp.PyArray_DIM(<cnp.ndarray>a, 1):
        return False
    data = <const char *>cnp.PyArray_DATA(<cnp.ndarray>a)
    down, along = cnp.PyArray_STRIDE(<cnp.ndarray>a, 0), cnp.PyArray_STRIDE(<cnp.ndarray>a, 1)
    for i in range(n):
        for k in range(i):
            if (<const double *>(data + i * down + k * along))[0] != (
                <const double *>(data + k * down + i * along)
            )[0]:
                return False
    return True
