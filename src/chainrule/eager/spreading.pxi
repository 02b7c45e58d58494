# Small arrays that broadcast in the compiled build: part of native.pyx, which see.
#
# The kernels read operands of one shape (``arrays.pxi``). One that is to be repeated is copied first,
# each element to the places where it is needed; its cotangent is the sum over those places. By NumPy
# and ``ops/rules.py`` matrix + row of one element took 30 times NumPy's addition, forward and
# backward; so it takes 4.

cdef void place_elements(
    Extents *whole, int count, const cnp.npy_intp *sizes, unsigned char *places
) noexcept:
    """Which element of an operand of these sizes each element of the whole is computed from."""
    cdef Py_ssize_t k, rest, step, place
    cdef int i, axis
    for k in range(elements(whole)):
        rest, step, place = k, 1, 0
        for i in range(count):
            axis = whole.count - 1 - i
            if sizes[count - 1 - i] != 1:
                place += rest % whole.sizes[axis] * step
            rest //= whole.sizes[axis]
            step *= sizes[count - 1 - i]
        places[k] = <unsigned char>place


cdef bint spread_doubles(
    cnp.ndarray array, Doubles *doubles, Extents *extents, double *spread
) noexcept:
    """Read an array that broadcasts to small extents, its elements repeated in ``spread``."""
    cdef Extents own
    cdef unsigned char places[SMALL]
    cdef int i, fresh = extents.count - cnp.PyArray_NDIM(array)
    cdef Py_ssize_t k, size = elements(extents)
    own.count = 0
    if fresh < 0 or size > SMALL or not read_doubles(array, doubles, &own):
        return False
    for i in range(own.count):
        if own.sizes[i] != 1 and own.sizes[i] != extents.sizes[i + fresh]:
            return False
    if doubles.step != 0:
        place_elements(extents, own.count, own.sizes, places)
        for k in range(size):
            spread[k] = doubles.data[places[k]]
        doubles.data = spread
    return True


cdef bint read_spread(
    tuple operands, Doubles *x, Extents *extents, cnp.npy_intp *sizes, double (*spread)[SMALL]
) noexcept:
    """Read small operands that broadcast; False where they are not small, or do not."""
    cdef int i, k, count, place
    cdef cnp.ndarray array
    cdef cnp.npy_intp extent
    cdef PyObject *kind
    extents.count = 0
    extents.sizes = sizes
    for i in range(AXES_MOST):
        sizes[i] = 1
    # From the last axis on, as shapes are aligned.
    for i in range(len(operands)):
        numbers = numbers_of(operands[i])
        if not cnp.PyArray_CheckExact(numbers):
            # A number's Value and an int were read by ``array_call``.
            kind = <PyObject *>numbers
            if not PyFloat_Check(numbers) and type_of(kind) != exact and not PyLong_CheckExact(numbers):
                return False
            continue
        array = <cnp.ndarray>numbers
        count = cnp.PyArray_NDIM(array)
        if count > AXES_MOST:
            return False
        if count > extents.count:
            extents.count = count
        for k in range(count):
            extent = cnp.PyArray_DIMS(array)[count - 1 - k]
            place = AXES_MOST - 1 - k
            if sizes[place] == 1:
                sizes[place] = extent
    extents.sizes = sizes + (AXES_MOST - extents.count)
    if elements(extents) > SMALL:
        return False
    for i in range(len(operands)):
        numbers = numbers_of(operands[i])
        if cnp.PyArray_CheckExact(numbers):
            if not spread_doubles(<cnp.ndarray>numbers, &x[i], extents, spread[i]):
                return False
        elif PyFloat_Check(numbers):
            read_number(PyFloat_AS_DOUBLE(numbers), &x[i])
    return True


cdef inline object numbers_of(object operand):
    return (<ArrayBase>operand)._array if type_of(<PyObject *>operand) == array_type else operand
