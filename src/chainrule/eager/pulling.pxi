# The chain rule of one elementwise op in the compiled build: part of native.pyx, which see.
#
# What ``ops/rules.py`` does for all ops and arrays, for the two kinds that most are: small arrays, by
# the printed kernels of the row, and arrays without a mask below the size of a block, by the row's
# own partials.

cdef bint pull_smooth(Backward sweep, Node node, object g) except -1:
    """Pull an elementwise op without a mask: numbers * partial, what ``ops/rules.py`` comes to.

    False where that has to: the op selects, the array is so large that it goes block by block, or
    an operand has no derivative or was assigned.
    """
    cdef Py_ssize_t i, count = len(node.nodes)
    cdef tuple partials = node.op.partials
    if node.op.selects or cnp.PyArray_SIZE(<cnp.ndarray>g) >= BLOCK:
        return False
    for i in range(count):
        link = node.nodes[i]
        if link is None:
            continue
        if partials[i] is None or node.reads >> i & 1 and was_assigned(link, node._serial):
            return False
    for i in range(count):
        link = node.nodes[i]
        partial = partials[i]
        if link is None or partial is zero:
            continue
        share = g
        if partial is not one:
            factor = partial(node.out, *node.numbers)
            if is_summed_whole(link, g, factor):
                # The sum of products without the products.
                put_share(sweep, link, np.vdot(g, factor), None)
                continue
            if not PyFloat_CheckExact(factor) or PyFloat_AS_DOUBLE(factor) != 1.0:
                share = g * factor
            factor = None
        if type_of(<PyObject *>link) != node_type:
            sweep.put(link, float(np.add.reduce(share, axis=None)))
            continue
        if not cnp.PyArray_CheckExact(share):
            share = unbroadcast(Cotangent(share), (<Node>link).shape)[0]
        elif share.shape != (<Node>link).shape:
            share = summed_to(share, (<Node>link).shape)
        if share.dtype != (<Node>link).dtype:
            share = share.astype((<Node>link).dtype)
        sweep.put(link, share)
    return True


cdef bint is_summed_whole(object link, object g, object factor) except -1:
    """Whether a cotangent is the sum of g times factor, arrays of one shape as they are in memory."""
    if type_of(<PyObject *>link) == node_type and len(<tuple>(<Node>link).shape) != 0:
        return False
    return (
        cnp.PyArray_CheckExact(factor)
        and cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>g)
        and cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>factor)
        and g.shape == factor.shape
        and g.dtype == factor.dtype
    )


cdef object summed_to(object share, tuple shape):
    """``unbroadcast`` of an array without a mask: the sum over the axes that were repeated."""
    cdef int axis, rank = cnp.PyArray_NDIM(<cnp.ndarray>share)
    cdef int fresh = rank - <int>len(shape)
    if fresh < 0:
        return unbroadcast(Cotangent(share), shape)[0]
    axes = []
    for axis in range(rank):
        if axis < fresh or shape[axis - fresh] == 1 and cnp.PyArray_DIM(share, axis) != 1:
            axes.append(axis)
    total = call_quietly(sum_kernel, (share, tuple(axes)), no_parameters)
    return total if shape_of_numbers(total) == shape else total.reshape(shape)


cdef object sum_kernel = TABLE["sum"].kernel


cdef inline double weight(
    const cr_row *row, int i, double out, Doubles *x, Py_ssize_t k
) noexcept:
    """The partial in operand i of one element."""
    if row.arity == 1:
        return (<cr_kernel2>row.partials[i])(out, x[0].data[k * x[0].step])
    if row.arity == 2:
        return (<cr_kernel3>row.partials[i])(
            out, x[0].data[k * x[0].step], x[1].data[k * x[1].step]
        )
    return (<cr_kernel4>row.partials[i])(
        out, x[0].data[k * x[0].step], x[1].data[k * x[1].step], x[2].data[k * x[2].step]
    )


cdef inline bint was_assigned(object operand, unsigned long long serial) noexcept:
    if type_of(<PyObject *>operand) == node_type:
        return (<Node>operand)._assigned > serial
    return (<Value>operand).code == CR_LEAF and (<Value>operand).left_partial > serial


cdef bint pull_small(Backward sweep, Node node, object adjoint) except -1:
    """Pull a node by the kernels of its row; False where ``ops/rules.py`` has to.

    As there: what is masked out is 0, and what is not selected is not multiplied.
    """
    cdef const cr_row *row = &cr_rows[node.code]
    cdef Doubles g, out
    cdef Doubles x[3]
    cdef double spread[3][SMALL]
    cdef Extents extents
    cdef const char *mask = NULL
    cdef int i
    numbers, selected = adjoint, None
    if is_cotangent(adjoint):
        numbers, selected = (<tuple>adjoint)[0], (<tuple>adjoint)[1]
    extents.count = 0
    if not read_doubles(numbers, &g, &extents) or extents.count != len(<tuple>node.shape):
        return False
    if selected is not None:
        if not cnp.PyArray_CheckExact(selected) or extents.count == 0:
            return False
        if not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>selected):
            return False
        if cnp.PyArray_TYPE(<cnp.ndarray>selected) != cnp.NPY_BOOL:
            return False
        if cnp.PyArray_SIZE(<cnp.ndarray>selected) != elements(&extents):
            return False
        mask = <const char *>cnp.PyArray_DATA(<cnp.ndarray>selected)
    read_number(0.0, &out)
    if node.out is not None and not read_doubles(node.out, &out, &extents):
        return False
    for i in range(row.arity):
        read_number(0.0, &x[i])
        if not node.reads >> i & 1:
            continue
        kept = node.numbers[i]
        if PyFloat_CheckExact(kept):
            read_number(PyFloat_AS_DOUBLE(kept), &x[i])
        elif not read_doubles(kept, &x[i], &extents):
            if not cnp.PyArray_CheckExact(kept):
                return False
            if not spread_doubles(<cnp.ndarray>kept, &x[i], &extents, spread[i]):
                return False
        link = node.nodes[i]
        if link is not None and was_assigned(link, node._serial):
            return False  # nodes.py says so
        if link is not None and (mask != NULL or row.selects):
            if type_of(<PyObject *>link) == node_type and (<Node>link).shape != node.shape:
                if len(<tuple>(<Node>link).shape) != 0:
                    return False  # masks are not summed here
    for i in range(row.arity):
        link = node.nodes[i]
        if link is None or row.partials[i] == NULL:
            continue
        if type_of(<PyObject *>link) != node_type:
            pull_small_number(sweep, node, i, link, &g, &out, x, mask, elements(&extents))
        elif (<Node>link).shape != node.shape and len(<tuple>(<Node>link).shape) != 0:
            pull_small_spread(sweep, node, i, <Node>link, &g, &out, x, &extents)
        elif (<Node>link).shape != node.shape:
            pull_small_number(sweep, node, i, link, &g, &out, x, mask, elements(&extents))
        elif handed_on[node.code] >> i & 1:
            sweep.put(link, adjoint)
        else:
            pull_small_array(sweep, node, i, link, &g, &out, x, mask, selected, &extents)
    return True


cdef int pull_small_number(
    Backward sweep, Node node, int i, object link, Doubles *g, Doubles *out, Doubles *x,
    const char *mask, Py_ssize_t size,
) except -1:
    """The cotangent of an operand without axes: the sum over all elements."""
    cdef const cr_row *row = &cr_rows[node.code]
    cdef bint any_selected = False
    cdef double total = 0.0, partial
    cdef Py_ssize_t k
    for k in range(size):
        if mask != NULL and not mask[k]:
            continue
        partial = weight(row, i, out.data[k * out.step], x, k)
        if row.selects and partial == 0.0:
            continue
        any_selected = True
        total += g.data[k * g.step] * partial
    has_mask = mask != NULL or row.selects
    if type_of(<PyObject *>link) != node_type:
        if any_selected or not has_mask:
            sweep.put(link, total)
    elif has_mask:
        sweep.put(link, Cotangent(np.float64(total), np.bool_(any_selected)))
    else:
        sweep.put(link, np.float64(total))
    return 0


cdef int pull_small_spread(
    Backward sweep, Node node, int i, Node link, Doubles *g, Doubles *out, Doubles *x,
    Extents *extents,
) except -1:
    """The cotangent of an operand that was repeated: the sum over the elements made of each."""
    cdef const cr_row *row = &cr_rows[node.code]
    cdef Py_ssize_t k
    cdef unsigned char places[SMALL]
    share = np.zeros(link.shape)
    cdef double *to = <double *>cnp.PyArray_DATA(<cnp.ndarray>share)
    place_elements(
        extents, cnp.PyArray_NDIM(<cnp.ndarray>share), cnp.PyArray_DIMS(<cnp.ndarray>share), places
    )
    for k in range(elements(extents)):
        to[places[k]] += g.data[k * g.step] * weight(row, i, out.data[k * out.step], x, k)
    return sweep.put(link, share)


cdef int pull_small_array(
    Backward sweep, Node node, int i, object link, Doubles *g, Doubles *out, Doubles *x,
    const char *mask, object selected, Extents *extents,
) except -1:
    cdef const cr_row *row = &cr_rows[node.code]
    cdef Py_ssize_t k, size = elements(extents)
    cdef double partial
    cdef bint is_selected
    cdef char *chosen = NULL
    share = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
    cdef double *to = <double *>cnp.PyArray_DATA(<cnp.ndarray>share)
    if row.selects:
        selected = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_BOOL, 0)
        chosen = <char *>cnp.PyArray_DATA(<cnp.ndarray>selected)
    for k in range(size):
        partial = weight(row, i, out.data[k * out.step], x, k)
        is_selected = mask == NULL or mask[k]
        if chosen != NULL:
            is_selected = is_selected and partial != 0.0
            chosen[k] = is_selected
        to[k] = g.data[k * g.step] * partial if is_selected else 0.0
    share = as_result(<cnp.ndarray>share)
    if selected is None:
        return sweep.put(link, share)
    if chosen != NULL:
        selected = as_result(<cnp.ndarray>selected)
    return sweep.put(link, Cotangent(share, selected))
