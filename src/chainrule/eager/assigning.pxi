# What ``assigning.py`` needs in the compiled build: part of native.pyx, which see. ``plain_array.py``
# has who looks at whom in Python; the rules are those of ``ops/assign.py``.

@cython.final
cdef class Aliases:
    """Who else looks at the elements of a handle, and whether it was assigned."""

    cdef public bint apart
    cdef public bint is_assigned
    cdef public bint fixed
    cdef public unsigned long long born
    cdef public tuple shape
    cdef public tuple sources
    cdef public list views

    def __init__(self):
        self.shape = nothing
        self.sources = nothing
        self.views = []

    def live_views(self):
        """The views that somebody holds."""
        alive = [(view, steps) for ref, steps in self.views if (view := ref()) is not None]
        if 2 * len(alive) < len(self.views):
            self.views = [(PyWeakref_NewRef(view, None), steps) for view, steps in alive]
        return alive


cdef inline Aliases aliases_of_handle(ArrayBase v):
    if v._aliases is None:
        v._aliases = Aliases()
    return v._aliases


cdef int note_if_view(ArrayBase source, ArrayBase view, object op, dict parameters) except -1:
    """Note that an operation made a view of a handle, if it did."""
    cdef Aliases own, mine, above
    cdef Py_ssize_t count
    numbers = view._array
    if not cnp.PyArray_CheckExact(numbers) or cnp.PyArray_BASE(<cnp.ndarray>numbers) == NULL:
        return 0
    if op is reshape_op and is_copied(source, numbers, parameters):
        return 0
    own, mine = aliases_of_handle(source), aliases_of_handle(view)
    own.shape = source._array.shape
    step = ((op, parameters),)
    found = ((PyWeakref_NewRef(source, None), own, step),)
    if own.sources:
        found += tuple([(ref, above, steps + step) for ref, above, steps in own.sources])
    mine.sources = found
    mine.apart = own.apart
    me = PyWeakref_NewRef(view, None)
    for _, above, steps in found:
        above.views.append((me, steps))
        count = len(above.views)
        if count >= 32 and not count & (count - 1):
            above.live_views()
    if op is index_op and own.is_assigned:
        # In memory it is a copy, so that the array can be assigned in place again.
        view._array = numbers.copy()
        mine.apart = True
    return 0


def note_view(source, view, op, parameters):
    """Note that an operation made a view of a handle, if it did."""
    note_if_view(source, view, op, parameters)


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
    key = as_slices(node.parameters["key"] or nothing)
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
