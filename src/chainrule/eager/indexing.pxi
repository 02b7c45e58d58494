# ``v[key]`` in the compiled build, and its chain rule: part of native.pyx, which see.
#
# Ints, slices, None and an ellipsis, and one array of positions on the first axis; ``ops/index.py``
# has the rest, the errors, and the rules. A loop over ``out[i]`` makes a node for each element, whose
# cotangents have the shape of the whole array: n**2 elements in all. So what an index picks is added
# to the cotangent of the whole in place.

cdef enum:
    ENTRIES_MOST = 16


@cython.final
cdef class Spelt:
    """A key of ints, slices, None and an ellipsis, counted out."""

    cdef tuple key  # as the rows take it
    cdef tuple shape  # of what it picks, with new axes
    cdef tuple picking  # as NumPy takes it, without new axes
    cdef bint is_full, fresh


cdef Spelt spelt(object array, object key):
    """None where ``ops/index.py`` has to look at it: an array in the key, or an error."""
    cdef Py_ssize_t count, i, used = 0, fresh = 0, axis = 0, place, extent, start, stop, step
    cdef int j, rank = cnp.PyArray_NDIM(<cnp.ndarray>array)
    cdef tuple entries = <tuple>key if type(key) is tuple else (key,)
    cdef list places = [], shape = [], picking = []
    cdef bint was_ellipsis = False
    cdef Spelt found = Spelt.__new__(Spelt)
    found.is_full = True
    count = len(entries)
    if rank == 0 or count > ENTRIES_MOST:
        return None
    for i in range(count):
        entry = entries[i]
        if entry is not None and entry is not Ellipsis:
            used += 1
    if used > rank:
        return None
    for i in range(count):
        entry = entries[i]
        if entry is None:
            fresh += 1
            shape.append(1)
            continue
        picking.append(entry)
        if entry is Ellipsis:
            if was_ellipsis:
                return None
            was_ellipsis = True
            for j in range(rank - <int>used):
                extent = cnp.PyArray_DIM(<cnp.ndarray>array, axis)
                places.append((0, extent, 1))
                shape.append(extent)
                axis += 1
            continue
        extent = cnp.PyArray_DIM(<cnp.ndarray>array, axis)
        if PyLong_CheckExact(entry):
            place = entry
            if not -extent <= place < extent:
                return None
            places.append(place + extent if place < 0 else place)
            found.is_full = False
        elif type(entry) is slice:
            if not is_plain_slice(entry):
                return None
            PySlice_Unpack(entry, &start, &stop, &step)
            PySlice_AdjustIndices(extent, &start, &stop, step)
            if step > 0 and stop < start:
                stop = start
            elif step < 0 and stop >= start:
                start, stop = 0, 0  # as ``_bounds`` of ops/index.py
            places.append((start, stop, step))
            if start != 0 or stop != extent or step != 1:
                found.is_full = False
            shape.append(length_of(start, stop, step))
        else:
            return None
        axis += 1
    while axis < rank:
        extent = cnp.PyArray_DIM(<cnp.ndarray>array, axis)
        places.append((0, extent, 1))
        shape.append(extent)
        axis += 1
    if fresh and len(shape) == fresh:
        return None  # a view of one element, which a key of ints alone does not make
    found.fresh = fresh > 0
    found.key, found.shape, found.picking = tuple(places), tuple(shape), tuple(picking)
    return found


cdef object basic_item(ArrayBase v, object key):
    """The elements of v at a key; None where ``ops/index.py`` has to look at it."""
    cdef Spelt found
    if not cnp.PyArray_CheckExact(v._array) or cnp.PyArray_NDIM(<cnp.ndarray>v._array) == 0:
        return None
    if cnp.PyArray_CheckExact(key):
        return gathered_item(v, key)
    found = spelt(v._array, key)
    if found is None:
        return None
    picked = v
    if not found.is_full:
        out = v._array[found.picking]
        parameters = {"key": found.key}
        if v._node is None:
            picked = new_array_value(out, None)
        else:
            links = (v._node,)
            node = new_operation(index_op, links, links, parameters, out, 0)
            node.shape, node.dtype = shape_of_numbers(out), (<Node>v._node).dtype
            picked = new_array_value(out, node)
        note_if_view(v, <ArrayBase>picked, index_op, parameters)
    if found.fresh:
        return structural_call(reshape_op, (picked,), {"shape": found.shape})
    return picked


cdef inline Py_ssize_t length_of(Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step) noexcept:
    if step > 0:
        return (stop - start + step - 1) // step if stop > start else 0
    return (start - stop - step - 1) // -step if start > stop else 0


cdef bint is_plain_slice(object s):
    """Whether its bounds are ints or None."""
    for bound in (s.start, s.stop, s.step):
        if bound is not None and not PyLong_CheckExact(bound):
            return False
    return s.step is None or s.step != 0


cdef object gathered_item(ArrayBase v, object places):
    """The elements at positions on the first axis; None as above."""
    cdef cnp.npy_intp *data
    cdef Py_ssize_t i, size
    cdef cnp.npy_intp extent = cnp.PyArray_DIM(<cnp.ndarray>v._array, 0)
    if cnp.PyArray_TYPE(<cnp.ndarray>places) != cnp.NPY_INTP:
        return None
    if cnp.PyArray_NDIM(<cnp.ndarray>places) == 0:
        return None
    if not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>places):
        places = np.ascontiguousarray(places)  # as those of np.nonzero are not
    data = <cnp.npy_intp *>cnp.PyArray_DATA(<cnp.ndarray>places)
    size = cnp.PyArray_SIZE(<cnp.ndarray>places)
    for i in range(size):
        if not 0 <= data[i] < extent:
            return None
    return structural_call(gather_op, (v, places), no_parameters)


# --- the chain rule -------------------------------------------------------------------------------


cdef struct Window:
    # The elements of an array at a key.
    char *data
    int count
    cnp.npy_intp sizes[AXES_MOST]
    cnp.npy_intp strides[AXES_MOST]


cdef bint look_through(cnp.ndarray array, tuple key, Window *window) except -1:
    """The window that a key of the index row opens; False where there are too many axes."""
    cdef int axis, rank = cnp.PyArray_NDIM(array)
    cdef Py_ssize_t start, stop, step
    cdef cnp.npy_intp stride
    if len(key) != rank or rank > AXES_MOST:
        return False
    window.data = <char *>cnp.PyArray_DATA(array)
    window.count = 0
    for axis in range(rank):
        entry = key[axis]
        stride = cnp.PyArray_STRIDE(array, axis)
        if type(entry) is tuple:
            start, stop, step = <tuple>entry
            window.sizes[window.count] = length_of(start, stop, step)
            window.strides[window.count] = stride * step
            window.count += 1
        else:
            start = entry
        window.data += start * stride
    return True


cdef bint matches(Window *window, object numbers, int kind, Window *given) noexcept:
    """Whether numbers are an array of a kind, in the shape of a window; ``given`` looks at them."""
    cdef int axis
    cdef cnp.ndarray array
    if not cnp.PyArray_CheckExact(numbers):
        return False
    array = <cnp.ndarray>numbers
    if cnp.PyArray_TYPE(array) != kind or not cnp.PyArray_ISBEHAVED_RO(array):
        return False
    if cnp.PyArray_NDIM(array) != window.count:
        return False
    given.data = <char *>cnp.PyArray_DATA(array)
    given.count = window.count
    for axis in range(window.count):
        if cnp.PyArray_DIM(array, axis) != window.sizes[axis]:
            return False
        given.sizes[axis] = window.sizes[axis]
        given.strides[axis] = cnp.PyArray_STRIDE(array, axis)
    return True


cdef void add_doubles(char *to, char *x, Window *window, Window *given, int axis) noexcept:
    cdef cnp.npy_intp i, size, to_stride, x_stride
    if axis == window.count:
        (<double *>to)[0] += (<double *>x)[0]
        return
    size, to_stride, x_stride = window.sizes[axis], window.strides[axis], given.strides[axis]
    if axis == window.count - 1:
        if to_stride == sizeof(double) and x_stride == sizeof(double):
            for i in range(size):
                (<double *>to)[i] += (<double *>x)[i]
        else:
            for i in range(size):
                (<double *>(to + i * to_stride))[0] += (<double *>(x + i * x_stride))[0]
        return
    for i in range(size):
        add_doubles(to + i * to_stride, x + i * x_stride, window, given, axis + 1)


cdef void add_truth(char *to, char *x, Window *window, Window *given, int axis) noexcept:
    """Or in the truth values of x; all are true where there is none."""
    cdef cnp.npy_intp i
    if axis == window.count:
        if x == NULL or x[0]:
            to[0] = 1
        return
    for i in range(window.sizes[axis]):
        add_truth(
            to + i * window.strides[axis], NULL if x == NULL else x + i * given.strides[axis],
            window, given, axis + 1,
        )


cdef int add_at(object total, tuple key, object slices, object numbers) except -1:
    """``total[key] += numbers``."""
    cdef Window window, given
    cdef double number
    if cnp.PyArray_TYPE(<cnp.ndarray>total) == cnp.NPY_DOUBLE and look_through(total, key, &window):
        if matches(&window, numbers, cnp.NPY_DOUBLE, &given):
            add_doubles(window.data, given.data, &window, &given, 0)
            return 0
        if window.count == 0 and PyFloat_Check(numbers):
            number = PyFloat_AS_DOUBLE(numbers)
            (<double *>window.data)[0] += number
            return 0
    total[slices] += numbers
    return 0


cdef int count_at(object counted, tuple key, object slices, object mask) except -1:
    """``counted[key] |= mask``, where None is true everywhere."""
    cdef Window window, given
    if look_through(counted, key, &window):
        if mask is None:
            add_truth(window.data, NULL, &window, &window, 0)
            return 0
        if matches(&window, mask, cnp.NPY_BOOL, &given):
            add_truth(window.data, given.data, &window, &given, 0)
            return 0
    if mask is None:
        counted[slices] = True
    else:
        counted[slices] |= mask
    return 0


cdef object new_zeros(tuple shape, object dtype):
    """NumPy's zeros, called from C."""
    cdef cnp.npy_intp sizes[AXES_MOST]
    cdef int axis, rank = len(shape)
    if rank > AXES_MOST or (dtype is not double_descriptor and dtype is not truth_descriptor):
        return np.zeros(shape, dtype)
    for axis in range(rank):
        sizes[axis] = shape[axis]
    return cnp.PyArray_ZEROS(
        rank, sizes, cnp.NPY_DOUBLE if dtype is double_descriptor else cnp.NPY_BOOL, 0
    )


cdef object truth_descriptor = np.dtype(np.bool_)


cdef inline bint may_write(object array, Py_ssize_t references) noexcept:
    """Whether an array that so many references of ours hold is held by nobody else."""
    return reference_count(<PyObject *>array) == references and cnp.PyArray_CHKFLAGS(
        <cnp.ndarray>array, cnp.NPY_ARRAY_OWNDATA | cnp.NPY_ARRAY_WRITEABLE
    )


cdef object own_total(Backward sweep, Node link):
    """The cotangent of a node as arrays that may be added to: (numbers, mask or None).

    None where they are no arrays.
    """
    cdef PyObject *before = PyDict_GetItem(sweep.adjoints, link)
    cdef bint own = True
    if before == NULL:
        total = new_zeros(link.shape, link.dtype)
        counted = new_zeros(link.shape, truth_descriptor)
        sweep.put(link, Cotangent(total, counted))
        return total, counted
    first = <object>before
    total, counted = first, None
    if is_cotangent(first):
        total, counted = (<tuple>first)[0], (<tuple>first)[1]
        own = reference_count(<PyObject *>first) == 2  # of the dict, and here
    if not cnp.PyArray_CheckExact(total) or cnp.PyArray_NDIM(<cnp.ndarray>total) == 0:
        return None
    if total is first:
        own = may_write(total, 3)  # and the one of the name ``first``
    else:
        own = own and may_write(total, 2)
    if counted is not None:
        if not cnp.PyArray_CheckExact(counted):
            return None
        own = own and may_write(counted, 2)
    if not own:
        total = np.array(total, order="C")
        counted = None if counted is None else np.array(counted, order="C")
        sweep.adjoints[link] = Cotangent(total, counted)
    return total, counted


cdef bint pull_index(Backward sweep, Node node, object adjoint) except -1:
    """Add the cotangent of what was picked at its key; False where ``ops/rules.py`` has to."""
    link = node.nodes[0]
    numbers, mask = adjoint, None
    if is_cotangent(adjoint):
        numbers, mask = (<tuple>adjoint)[0], (<tuple>adjoint)[1]
    if type_of(<PyObject *>link) != node_type:
        return False
    if sweep.dependents is not None and link not in sweep.dependents:
        return True
    if (<Node>link)._serial < sweep.oldest:
        sweep.outside = True
        return True
    own = own_total(sweep, <Node>link)
    if own is None:
        return False
    total, counted = <tuple>own
    key = node.parameters["key"]
    slices = as_slices(key)
    add_at(total, key, slices, numbers)
    if counted is not None:
        count_at(counted, key, slices, mask)
    return True


cdef bint pull_gather(Backward sweep, Node node, object adjoint) except -1:
    """The same for arrays of positions on the first axes."""
    cdef Py_ssize_t i, k, count, width, place, axis, axes = len(node.nodes) - 1
    cdef const cnp.npy_intp *at[AXES_MOST]
    cdef double *to
    cdef const double *x
    cdef char *marks
    link = node.nodes[0]
    if axes > AXES_MOST or type_of(<PyObject *>link) != node_type or is_cotangent(adjoint):
        return False
    if not cnp.PyArray_CheckExact(adjoint) or (<Node>link).dtype is not double_descriptor:
        return False
    if cnp.PyArray_TYPE(<cnp.ndarray>adjoint) != cnp.NPY_DOUBLE:
        return False
    for axis in range(axes):
        places = node.numbers[1 + axis]
        if not cnp.PyArray_CheckExact(places):
            return False
        if cnp.PyArray_TYPE(<cnp.ndarray>places) != cnp.NPY_INTP:
            return False
        if not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>places):
            return False
        if axis and places.shape != node.numbers[1].shape:
            return False
        at[axis] = <const cnp.npy_intp *>cnp.PyArray_DATA(<cnp.ndarray>places)
    if sweep.dependents is not None and link not in sweep.dependents:
        return True
    if (<Node>link)._serial < sweep.oldest:
        sweep.outside = True
        return True
    own = own_total(sweep, <Node>link)
    if own is None:
        return False
    total, counted = <tuple>own
    if not cnp.PyArray_ISCARRAY(<cnp.ndarray>total):
        return False
    if counted is not None and not cnp.PyArray_ISCARRAY(<cnp.ndarray>counted):
        return False
    if not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>adjoint):
        adjoint = np.ascontiguousarray(adjoint)
    count = cnp.PyArray_SIZE(<cnp.ndarray>node.numbers[1])
    width = cnp.PyArray_SIZE(<cnp.ndarray>adjoint) // count if count else 0
    to = <double *>cnp.PyArray_DATA(<cnp.ndarray>total)
    x = <const double *>cnp.PyArray_DATA(<cnp.ndarray>adjoint)
    marks = NULL if counted is None else <char *>cnp.PyArray_DATA(<cnp.ndarray>counted)
    for i in range(count):
        place = 0
        for axis in range(axes):
            place = place * cnp.PyArray_DIM(<cnp.ndarray>total, axis) + at[axis][i]
        for k in range(width):
            to[place * width + k] += x[i * width + k]
            if marks != NULL:
                marks[place * width + k] = 1
    return True


cdef object as_slices(tuple key):
    """A key as NumPy takes it: ``as_slices`` of ops/index.py."""
    cdef Py_ssize_t i, count = len(key)
    cdef tuple places = PyTuple_New(count)
    for i in range(count):
        entry = key[i]
        if type(entry) is tuple:
            start, stop, step = <tuple>entry
            entry = slice(start, None if stop < 0 else stop, step)
        Py_INCREF(entry)
        PyTuple_SET_ITEM(places, i, entry)
    return places
