# The chain rule of what reads and writes elements in the compiled build: part of native.pyx.
#
# A loop over ``out[i]`` makes a node for each element, whose cotangents have the shape of the whole
# array. The rules of ``ops/index.py`` and ``ops/assign.py`` make new ones, n**2 elements in all;
# here a cotangent that nobody else holds is changed in place.

cdef object index_op = TABLE["index"]
cdef object assign_op = TABLE["assign"]


cdef inline bint may_write(object array, Py_ssize_t references) noexcept:
    """Whether an array that so many references of ours hold is held by nobody else."""
    return reference_count(<PyObject *>array) == references and cnp.PyArray_CHKFLAGS(
        <cnp.ndarray>array, cnp.NPY_ARRAY_OWNDATA | cnp.NPY_ARRAY_WRITEABLE
    )


cdef bint pull_index(Backward sweep, Node node, object adjoint) except -1:
    """Add the cotangent of what was picked at its key; False where ``ops/rules.py`` has to."""
    cdef PyObject *before
    cdef bint own
    link = node.nodes[0]
    numbers, mask = adjoint, None
    if is_cotangent(adjoint):
        numbers, mask = (<tuple>adjoint)[0], (<tuple>adjoint)[1]
    if type_of(<PyObject *>link) != node_type:
        return False
    key = as_slices(node.parameters["key"])
    sweep.be_silent()
    before = PyDict_GetItem(sweep.adjoints, link)
    if before == NULL:
        total = np.zeros((<Node>link).shape, (<Node>link).dtype)
        total[key] = numbers
        counted = np.zeros((<Node>link).shape, bool)
        counted[key] = True if mask is None else mask
        sweep.put(link, Cotangent(total, counted))
        return True
    first = <object>before
    total, counted = first, None
    own = True
    if is_cotangent(first):
        total, counted = (<tuple>first)[0], (<tuple>first)[1]
        own = reference_count(<PyObject *>first) == 2  # of the dict, and here
    if not cnp.PyArray_CheckExact(total) or total.ndim == 0:
        return False
    if total is first:
        own = may_write(total, 3)  # and the one of the name ``first``
    else:
        own = own and may_write(total, 2)
    if counted is not None:
        if not cnp.PyArray_CheckExact(counted):
            return False
        own = own and may_write(counted, 2)
    if not own:
        total = total.copy()
        counted = None if counted is None else counted.copy()
        sweep.adjoints[link] = Cotangent(total, counted)
    total[key] += numbers
    if counted is not None:
        if mask is None:
            counted[key] = True
        else:
            counted[key] |= mask
    return True


cdef bint pull_assign(Backward sweep, Node node, object adjoint) except -1:
    """The cotangents of an array and of what was written into it; False as above."""
    cdef bint own = True, own_mask
    link, piece_link = node.nodes
    numbers, mask = adjoint, None
    if is_cotangent(adjoint):
        numbers, mask = (<tuple>adjoint)[0], (<tuple>adjoint)[1]
        own = reference_count(<PyObject *>adjoint) == 1  # the caller's
    if not cnp.PyArray_CheckExact(numbers) or numbers.ndim == 0:
        return False
    if mask is not None and not cnp.PyArray_CheckExact(mask):
        return False
    own_mask = own and mask is not None and may_write(mask, 2)
    own = own and may_write(numbers, 2)
    key = as_slices(node.parameters["key"])
    if piece_link is not None:
        piece = numbers[key]
        if cnp.PyArray_CheckExact(piece):
            piece = piece.copy()
        chosen = True
        if mask is not None:
            chosen = mask[key]
            if cnp.PyArray_CheckExact(chosen):
                chosen = chosen.copy()
        if type_of(<PyObject *>piece_link) != node_type:
            if chosen:
                sweep.put(piece_link, float(piece))
        else:
            sweep.put(piece_link, piece if mask is None else Cotangent(piece, chosen))
    if link is not None:
        if not own:
            numbers = numbers.copy()
        numbers[key] = 0
        if mask is None:
            mask = np.ones(node.shape, bool)
        elif not own_mask:
            mask = mask.copy()
        mask[key] = False
        sweep.put(link, Cotangent(numbers, mask))
    return True
