# Small matrices in the compiled build: part of native.pyx. ``small.py`` says what each function is.

cdef enum:
    LETTERS_MOST = 8
    STEPS_MOST = 2048  # products; from there on BLAS is ahead
    ROWS_MOST = 16


cdef struct Contraction:
    # An extent and three strides for each letter, those of the result first.
    int count
    int outer
    cnp.npy_intp sizes[LETTERS_MOST]
    cnp.npy_intp x[LETTERS_MOST]
    cnp.npy_intp y[LETTERS_MOST]
    Py_UCS4 letters[LETTERS_MOST]


cdef inline bint is_of_doubles(object x) noexcept:
    return (
        cnp.PyArray_CheckExact(x)
        and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_DOUBLE
        and cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>x)
    )


cdef int place_of(Contraction *plan, Py_UCS4 letter) noexcept:
    """Where a letter is; at the end if it is new, -1 if there are too many."""
    cdef int i
    for i in range(plan.count):
        if plan.letters[i] == letter:
            return i
    if plan.count == LETTERS_MOST:
        return -1
    i = plan.count
    plan.letters[i] = letter
    plan.sizes[i] = -1
    plan.x[i] = plan.y[i] = 0
    plan.count += 1
    return i


cdef double summed(Contraction *plan, int axis, const char *x, const char *y) noexcept:
    cdef double total = 0.0
    cdef cnp.npy_intp i
    if axis == plan.count:
        return (<const double *>x)[0] * (<const double *>y)[0]
    if axis == plan.count - 1:
        for i in range(plan.sizes[axis]):
            total += (<const double *>x)[0] * (<const double *>y)[0]
            x += plan.x[axis]
            y += plan.y[axis]
        return total
    for i in range(plan.sizes[axis]):
        total += summed(plan, axis + 1, x, y)
        x += plan.x[axis]
        y += plan.y[axis]
    return total


cdef double *contract_into(
    Contraction *plan, int axis, const char *x, const char *y, double *out
) noexcept:
    """Fill the result in its order; gives the place behind what was filled."""
    cdef cnp.npy_intp i
    if axis == plan.outer:
        out[0] = summed(plan, axis, x, y)
        return out + 1
    for i in range(plan.sizes[axis]):
        out = contract_into(plan, axis + 1, x, y, out)
        x += plan.x[axis]
        y += plan.y[axis]
    return out


def contracted(x, y, str subscripts):
    """``small.contracted``."""
    cdef Contraction plan
    cdef Py_ssize_t i, comma, arrow, length = len(subscripts)
    cdef int place, axis
    cdef cnp.npy_intp extent, steps = 1
    if not is_of_doubles(x) or not is_of_doubles(y):
        return None
    plan.count = 0
    comma = cnp.PyArray_NDIM(<cnp.ndarray>x)
    arrow = comma + 1 + cnp.PyArray_NDIM(<cnp.ndarray>y)
    if arrow + 2 > length or subscripts[comma] != u',' or subscripts[arrow] != u'-':
        return None
    for i in range(arrow + 2, length):
        if place_of(&plan, subscripts[i]) < 0:
            return None
    plan.outer = plan.count
    for i in range(arrow):
        if i == comma:
            continue
        place = place_of(&plan, subscripts[i])
        if place < 0:
            return None
        if i < comma:
            extent = cnp.PyArray_DIM(<cnp.ndarray>x, i)
            plan.x[place] = cnp.PyArray_STRIDE(<cnp.ndarray>x, i)
        else:
            extent = cnp.PyArray_DIM(<cnp.ndarray>y, i - comma - 1)
            plan.y[place] = cnp.PyArray_STRIDE(<cnp.ndarray>y, i - comma - 1)
        if plan.sizes[place] >= 0 and plan.sizes[place] != extent:
            return None  # contract.py says so
        plan.sizes[place] = extent
    for axis in range(plan.count):
        if plan.sizes[axis] < 0:
            return None
        steps *= plan.sizes[axis]
        if steps > STEPS_MOST:
            return None
    out = cnp.PyArray_EMPTY(plan.outer, plan.sizes, cnp.NPY_DOUBLE, 0)
    if cnp.PyArray_SIZE(<cnp.ndarray>out):
        contract_into(
            &plan, 0, <const char *>cnp.PyArray_DATA(<cnp.ndarray>x),
            <const char *>cnp.PyArray_DATA(<cnp.ndarray>y),
            <double *>cnp.PyArray_DATA(<cnp.ndarray>out),
        )
    return without_axes(out)


cdef bint read_matrix(object a, double *to, int rows, int columns, int width) noexcept:
    """Copy a matrix; False if there is an element that is not finite."""
    cdef int i, k
    cdef const char *data = <const char *>cnp.PyArray_DATA(<cnp.ndarray>a)
    cdef cnp.npy_intp down = cnp.PyArray_STRIDE(<cnp.ndarray>a, 0)
    cdef cnp.npy_intp along = cnp.PyArray_STRIDE(<cnp.ndarray>a, 1)
    cdef double total = 0.0
    for i in range(rows):
        for k in range(columns):
            to[i * width + k] = (<const double *>(data + i * down + k * along))[0]
            total += to[i * width + k] * 0.0
    return total == 0.0


cdef double eliminate(double *a, double *b, int n, int columns) noexcept:
    """Solve in place, by LU with pivots; gives the determinant, 0.0 if a is singular."""
    cdef int i, j, k, pivot
    cdef double factor, held, determinant = 1.0
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs_of(a[i * ROWS_MOST + k]) > abs_of(a[pivot * ROWS_MOST + k]):
                pivot = i
        if a[pivot * ROWS_MOST + k] == 0.0:
            return 0.0
        if pivot != k:
            determinant = -determinant
            for j in range(k, n):
                held = a[k * ROWS_MOST + j]
                a[k * ROWS_MOST + j] = a[pivot * ROWS_MOST + j]
                a[pivot * ROWS_MOST + j] = held
            for j in range(columns):
                held = b[k * ROWS_MOST + j]
                b[k * ROWS_MOST + j] = b[pivot * ROWS_MOST + j]
                b[pivot * ROWS_MOST + j] = held
        determinant *= a[k * ROWS_MOST + k]
        for i in range(k + 1, n):
            factor = a[i * ROWS_MOST + k] / a[k * ROWS_MOST + k]
            for j in range(k + 1, n):
                a[i * ROWS_MOST + j] -= factor * a[k * ROWS_MOST + j]
            for j in range(columns):
                b[i * ROWS_MOST + j] -= factor * b[k * ROWS_MOST + j]
    for k in range(n - 1, -1, -1):
        for j in range(columns):
            held = b[k * ROWS_MOST + j]
            for i in range(k + 1, n):
                held -= a[k * ROWS_MOST + i] * b[i * ROWS_MOST + j]
            b[k * ROWS_MOST + j] = held / a[k * ROWS_MOST + k]
    return determinant


cdef inline double abs_of(double x) noexcept:
    return x if x >= 0.0 else -x


cdef object written_matrix(const double *x, int rows, int columns):
    """A new array of what was solved; None if an element is not finite."""
    cdef cnp.npy_intp sizes[2]
    cdef int i, k
    cdef double total = 0.0
    sizes[0], sizes[1] = rows, columns
    out = cnp.PyArray_EMPTY(2, sizes, cnp.NPY_DOUBLE, 0)
    cdef double *to = <double *>cnp.PyArray_DATA(<cnp.ndarray>out)
    for i in range(rows):
        for k in range(columns):
            to[i * columns + k] = x[i * ROWS_MOST + k]
            total += x[i * ROWS_MOST + k] * 0.0
    return out if total == 0.0 else None


cdef int small_extent(object a) noexcept:
    """The number of rows of a small square matrix of doubles; 0 for all else."""
    if not is_of_doubles(a) or cnp.PyArray_NDIM(<cnp.ndarray>a) != 2:
        return 0
    cdef cnp.npy_intp n = cnp.PyArray_DIM(<cnp.ndarray>a, 0)
    return <int>n if n == cnp.PyArray_DIM(<cnp.ndarray>a, 1) and n <= ROWS_MOST else 0


def solved(a, b):
    """``small.solved``."""
    cdef double left[ROWS_MOST * ROWS_MOST]
    cdef double right[ROWS_MOST * ROWS_MOST]
    cdef int n = small_extent(a), columns
    if n == 0:
        if is_triangle(a, True):
            return triangle_solved(a, b, True)
        return triangle_solved(a, b, False) if is_triangle(a, False) else None
    if not is_of_doubles(b) or cnp.PyArray_NDIM(<cnp.ndarray>b) != 2:
        return None
    if cnp.PyArray_DIM(<cnp.ndarray>b, 0) != n or not 0 < cnp.PyArray_DIM(<cnp.ndarray>b, 1) <= ROWS_MOST:
        return None
    columns = <int>cnp.PyArray_DIM(<cnp.ndarray>b, 1)
    if not read_matrix(a, left, n, n, ROWS_MOST) or not read_matrix(b, right, n, columns, ROWS_MOST):
        return None
    if eliminate(left, right, n, columns) == 0.0:
        return None
    return written_matrix(right, n, columns)


def inverted(a):
    """``small.inverted``."""
    cdef double left[ROWS_MOST * ROWS_MOST]
    cdef double right[ROWS_MOST * ROWS_MOST]
    cdef int i, k, n = small_extent(a)
    cdef double determinant, total, size = 0.0, inverse_size = 0.0
    if n == 0 or not read_matrix(a, left, n, n, ROWS_MOST):
        return None
    for i in range(n):
        total = 0.0
        for k in range(n):
            total += abs_of(left[i * ROWS_MOST + k])
            right[i * ROWS_MOST + k] = i == k
        size = max(size, total)
    determinant = eliminate(left, right, n, n)
    if determinant == 0.0:
        return None
    for i in range(n):
        total = 0.0
        for k in range(n):
            total += abs_of(right[i * ROWS_MOST + k])
        inverse_size = max(inverse_size, total)
    inverse = written_matrix(right, n, n)
    return None if inverse is None else (inverse, double_type(determinant), size * inverse_size)


# --- cross products -------------------------------------------------------------------------------


cdef struct Crossing:
    # Axes before the last; in the last x and y have three elements.
    int count
    cnp.npy_intp sizes[LETTERS_MOST]
    cnp.npy_intp x[LETTERS_MOST]
    cnp.npy_intp y[LETTERS_MOST]


cdef double *cross_into(
    Crossing *plan, int axis, const char *x, const char *y, double *out
) noexcept:
    """Fill the result in its order; gives the place behind what was filled."""
    cdef cnp.npy_intp i, u = plan.x[plan.count], v = plan.y[plan.count]
    cdef double a, b, c, d, e, f
    if axis < plan.count:
        for i in range(plan.sizes[axis]):
            out = cross_into(plan, axis + 1, x, y, out)
            x += plan.x[axis]
            y += plan.y[axis]
        return out
    a, b, c = (<const double *>x)[0], (<const double *>(x + u))[0], (<const double *>(x + 2 * u))[0]
    d, e, f = (<const double *>y)[0], (<const double *>(y + v))[0], (<const double *>(y + 2 * v))[0]
    out[0] = b * f - c * e
    out[1] = c * d - a * f
    out[2] = a * e - b * d
    return out + 3


cdef bint take_axes(
    Crossing *plan, cnp.ndarray array, cnp.npy_intp *steps
) noexcept:
    """Note the extents and steps of an operand, whose axes are aligned at the last."""
    cdef int axis, rank = cnp.PyArray_NDIM(array), fresh = plan.count + 1 - rank
    cdef cnp.npy_intp extent
    for axis in range(plan.count + 1):
        steps[axis] = 0
        if axis < fresh:
            continue
        extent = cnp.PyArray_DIM(array, axis - fresh)
        if extent != 1:
            steps[axis] = cnp.PyArray_STRIDE(array, axis - fresh)
            if plan.sizes[axis] != 1 and plan.sizes[axis] != extent:
                return False
            plan.sizes[axis] = extent
    return True


def crossed(x, y):
    """``small.crossed``."""
    cdef Crossing plan
    cdef int axis, p, q
    if not is_of_doubles(x) or not is_of_doubles(y):
        return None
    p, q = cnp.PyArray_NDIM(<cnp.ndarray>x), cnp.PyArray_NDIM(<cnp.ndarray>y)
    if not 0 < p <= LETTERS_MOST or not 0 < q <= LETTERS_MOST:
        return None
    if cnp.PyArray_DIM(<cnp.ndarray>x, p - 1) != 3 or cnp.PyArray_DIM(<cnp.ndarray>y, q - 1) != 3:
        return None
    plan.count = max(p, q) - 1
    for axis in range(plan.count + 1):
        plan.sizes[axis] = 1
    if not take_axes(&plan, <cnp.ndarray>x, plan.x) or not take_axes(&plan, <cnp.ndarray>y, plan.y):
        return None  # NumPy says so
    out = cnp.PyArray_EMPTY(plan.count + 1, plan.sizes, cnp.NPY_DOUBLE, 0)
    cross_into(
        &plan, 0, <const char *>cnp.PyArray_DATA(<cnp.ndarray>x),
        <const char *>cnp.PyArray_DATA(<cnp.ndarray>y),
        <double *>cnp.PyArray_DATA(<cnp.ndarray>out),
    )
    return out


# --- sums and repetitions -------------------------------------------------------------------------


cdef enum:
    SUM_MOST = 2048  # elements; NumPy's own sum is ahead there, and adds in pairs
    AXES_MOST = 8


cdef struct Reduction:
    int count
    cnp.npy_intp sizes[AXES_MOST]
    cnp.npy_intp x[AXES_MOST]
    cnp.npy_intp out[AXES_MOST]


cdef void add_along(Reduction *plan, int axis, const char *x, char *out) noexcept:
    cdef cnp.npy_intp i, size = plan.sizes[axis], x_step = plan.x[axis], step = plan.out[axis]
    cdef double total = -0.0
    if axis < plan.count - 1:
        for i in range(size):
            add_along(plan, axis + 1, x + i * x_step, out + i * step)
    elif step == 0:
        for i in range(size):
            total += (<const double *>(x + i * x_step))[0]
        (<double *>out)[0] += total
    else:
        for i in range(size):
            (<double *>(out + i * step))[0] += (<const double *>(x + i * x_step))[0]


def totalled(x, tuple axes):
    """``small.totalled``."""
    cdef Reduction plan
    cdef cnp.npy_intp sizes[AXES_MOST]
    cdef int axis, place, rank, kept = 0
    cdef cnp.npy_intp i, step = sizeof(double)
    if not is_of_doubles(x):
        return None
    rank = cnp.PyArray_NDIM(<cnp.ndarray>x)
    if rank == 0 or rank > AXES_MOST or cnp.PyArray_SIZE(<cnp.ndarray>x) > SUM_MOST:
        return None
    plan.count = rank
    for axis in range(rank):
        plan.sizes[axis] = cnp.PyArray_DIM(<cnp.ndarray>x, axis)
        plan.x[axis] = cnp.PyArray_STRIDE(<cnp.ndarray>x, axis)
        plan.out[axis] = 1
    for place in axes:
        if not 0 <= place < rank:
            return None
        plan.out[place] = 0
    for axis in range(rank):
        if plan.out[axis]:
            sizes[kept] = plan.sizes[axis]
            kept += 1
    for axis in range(rank - 1, -1, -1):
        if plan.out[axis]:
            plan.out[axis] = step
            step *= plan.sizes[axis]
    out = cnp.PyArray_ZEROS(kept, sizes, cnp.NPY_DOUBLE, 0)
    if cnp.PyArray_SIZE(<cnp.ndarray>x):
        for i in range(cnp.PyArray_SIZE(<cnp.ndarray>out)):
            (<double *>cnp.PyArray_DATA(<cnp.ndarray>out))[i] = -0.0  # as NumPy: x + -0.0 is x
        add_along(
            &plan, 0, <const char *>cnp.PyArray_DATA(<cnp.ndarray>x),
            <char *>cnp.PyArray_DATA(<cnp.ndarray>out),
        )
    return without_axes(out)


def repeated(x, tuple shape):
    """``small.repeated``."""
    cdef cnp.npy_intp sizes[AXES_MOST]
    cdef cnp.npy_intp strides[AXES_MOST]
    cdef int axis, fresh, rank = len(shape)
    cdef cnp.npy_intp extent
    if not cnp.PyArray_CheckExact(x) or rank > AXES_MOST or rank == 0:
        return None
    fresh = rank - cnp.PyArray_NDIM(<cnp.ndarray>x)
    if fresh < 0 or cnp.PyArray_TYPE(<cnp.ndarray>x) > cnp.NPY_DOUBLE:
        return None
    if not cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>x):
        return None
    for axis in range(rank):
        wanted = shape[axis]
        if type(wanted) is not int:
            return None
        sizes[axis] = wanted
        strides[axis] = 0
        if axis >= fresh:
            extent = cnp.PyArray_DIM(<cnp.ndarray>x, axis - fresh)
            if extent == sizes[axis]:
                strides[axis] = cnp.PyArray_STRIDE(<cnp.ndarray>x, axis - fresh)
            elif extent != 1:
                return None
    out = cnp.PyArray_New(
        array_type, rank, sizes, cnp.PyArray_TYPE(<cnp.ndarray>x), strides,
        cnp.PyArray_DATA(<cnp.ndarray>x), 0, 0, <object>NULL,
    )
    cnp.set_array_base(<cnp.ndarray>out, x)
    return out
