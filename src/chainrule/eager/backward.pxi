# The compiled backward sweep over graphs that hold arrays, closures or recorded terms: part of
# native.pyx, which see. ``Backward`` of ``plain_array.py`` is the same in Python.

cdef struct Waiting:
    unsigned long long serial
    PyObject *value

cdef PyTypeObject *list_type = <PyTypeObject *>list
cdef PyTypeObject *cotangent_type = <PyTypeObject *>Cotangent


@cython.final
cdef class Backward:
    """One backward sweep: the adjoint of every node and number that it has reached.

    ``plain_array.py`` says what the fields are. While the sweep runs, the adjoint of a node may be
    numbers alone instead of a Cotangent without a mask.
    """

    cdef readonly bint recorded
    cdef readonly bint keeps
    cdef readonly bint outside
    cdef readonly bint closures
    cdef readonly unsigned long long oldest
    cdef readonly unsigned long long newest
    cdef readonly unsigned long long current
    cdef readonly dict adjoints
    # A heap with the youngest in front.
    cdef Waiting *heap
    cdef Py_ssize_t count
    cdef Py_ssize_t capacity
    cdef object silence
    cdef set dependents

    def __cinit__(self, bint recorded, oldest=0, newest=0, bint keeps=True, set dependents=None):
        self.dependents = dependents
        self.recorded, self.keeps = recorded, keeps
        self.oldest, self.newest = oldest, newest
        self.adjoints = {}

    def __dealloc__(self):
        cdef Py_ssize_t i
        for i in range(self.count):
            Py_DECREF(self.heap[i].value)
        PyMem_RawFree(self.heap)

    def add(self, value, share):
        """Add to the adjoint of a node or number."""
        self.put(value, share)

    cdef int put(self, object value, object share) except -1:
        cdef PyObject *before = PyDict_GetItem(self.adjoints, value)
        cdef unsigned long long serial
        if self.dependents is not None and value not in self.dependents:
            return 0
        if before != NULL:
            total = added(before, share)
            if <PyObject *>total != before:
                self.adjoints[value] = total
            return 0
        if type_of(<PyObject *>value) == node_type:
            serial = (<Node>value)._serial
        else:
            serial = (<Value>value).order
        if serial < self.oldest:
            self.outside = True
            return 0
        self.adjoints[value] = share
        self.push(serial, <PyObject *>value)
        return 0

    cdef int push(self, unsigned long long serial, PyObject *value) except -1:
        cdef Py_ssize_t i = self.count, parent
        cdef void *larger
        if i == self.capacity:
            larger = PyMem_RawRealloc(self.heap, (2 * i + 8) * sizeof(Waiting))
            if larger == NULL:
                raise MemoryError(f"no memory to sweep a graph with {i} terms waiting")
            self.heap = <Waiting *>larger
            self.capacity = 2 * i + 8
        self.count += 1
        while i and self.heap[(i - 1) >> 1].serial < serial:
            parent = (i - 1) >> 1
            self.heap[i] = self.heap[parent]
            i = parent
        self.heap[i].serial = serial
        self.heap[i].value = value
        Py_XINCREF(value)
        return 0

    cdef PyObject *pop(self) noexcept:
        """The youngest, whose reference is now the caller's."""
        cdef PyObject *youngest = self.heap[0].value
        cdef Py_ssize_t i = 0, child
        cdef Waiting last
        self.current = self.heap[0].serial
        self.count -= 1
        last = self.heap[self.count]
        while True:
            child = 2 * i + 1
            if child >= self.count:
                break
            if child + 1 < self.count and self.heap[child + 1].serial > self.heap[child].serial:
                child += 1
            if self.heap[child].serial <= last.serial:
                break
            self.heap[i] = self.heap[child]
            i = child
        self.heap[i] = last
        return youngest

    def run(self):
        """Visit each term once, after all that depend on it, from the youngest to the oldest."""
        self.visit_all()
        for value, adjoint in self.adjoints.items():
            if type_of(<PyObject *>value) == node_type and not is_cotangent(adjoint):
                if type(adjoint) is not list:
                    self.adjoints[value] = Cotangent(adjoint)

    def own(self, Node node):
        """The numbers of the adjoint of a node as an array that is shared with nobody."""
        self.adjoints[node] = own_adjoint(self.adjoints, node)
        return self.adjoints[node]

    cdef int visit_all(self) except -1:
        try:
            while self.count:
                # The only reference that the sweep has to a term while it is pulled, if it is not
                # to keep it: afterwards a term that nobody else holds is freed.
                self.visit(steal(self.pop()))
        finally:
            if self.silence is not None:
                self.silence.__exit__(None, None, None)
                self.silence = None
        return 0

    cdef int be_silent(self) except -1:
        """NumPy's warnings off until the end of the sweep."""
        if self.silence is None:
            silence = np.errstate(all="ignore")
            silence.__enter__()
            self.silence = silence
        return 0

    cdef object taken(self, object value):
        """The adjoint of a term that is being visited."""
        adjoint = self.adjoints[value]
        if not self.keeps:
            del self.adjoints[value]
        return adjoint

    cdef int visit(self, object value) except -1:
        """Pass the adjoint of a term on to its operands."""
        if type_of(<PyObject *>value) == node_type:
            return self.visit_node(<Node>value)
        cdef Value term = <Value>value
        if self.current <= self.newest:
            self.outside = self.outside or term.left != NULL or term.right != NULL
            return 0
        adjoint = self.taken(term)
        if term.closure != NULL and not self.recorded:
            return self.call(<object>term.closure, adjoint)
        if not self.recorded and PyFloat_CheckExact(adjoint):
            if term.left != NULL:
                self.put(<object>term.left, PyFloat_AS_DOUBLE(adjoint) * term.left_partial)
            if term.right != NULL:
                self.put(<object>term.right, PyFloat_AS_DOUBLE(adjoint) * term.right_partial)
            return 0
        self.be_silent()
        for operand, share in sweeps.shares(term, adjoint, self.recorded):
            self.put(operand, share)
        return 0

    cdef int visit_node(self, Node node) except -1:
        if self.current <= self.newest:
            self.outside = self.outside or any(link is not None for link in node.nodes)
            return 0
        adjoint = self.taken(node)
        if not self.recorded:
            if node.grad_fn is not None:
                return self.call(node.grad_fn, adjoint)
            if node.code and pull_small(self, node, adjoint):
                return 0
        if node.op is None and node.part < 0 and node.grad_fn is None:
            return 0
        self.be_silent()
        if not self.recorded and type(node.op) is Op and cnp.PyArray_CheckExact(adjoint):
            if pull_smooth(self, node, adjoint):
                return 0
        if type(adjoint) is not list and not is_cotangent(adjoint):
            adjoint = Cotangent(adjoint)
        cdef list passed = nodes.pulled(node, adjoint, self.recorded)
        adjoint = None
        while passed:
            # Nobody but the variables here holds what is freshly made, so that ``added`` may add
            # to it in place.
            operand, share = passed.pop()
            if is_cotangent(share) and (<tuple>share)[1] is None:
                share = (<tuple>share)[0]
            self.put(operand, share)
        return 0

    cdef int call(self, object grad_fn, object adjoint) except -1:
        self.closures = True
        self.be_silent()
        sweeps.call(self, grad_fn, adjoint)
        return 0


cdef PyTypeObject *node_type = <PyTypeObject *>Node


cdef inline bint is_cotangent(object x) noexcept:
    return type_of(<PyObject *>x) == cotangent_type


cdef inline bint is_own(PyObject *x) noexcept:
    """Whether an array with this one reference to it may be written to."""
    return (
        reference_count(x) == 1
        and cnp.PyArray_CheckExact(<object>x)
        and cnp.PyArray_CHKFLAGS(
            <cnp.ndarray>x, cnp.NPY_ARRAY_OWNDATA | cnp.NPY_ARRAY_WRITEABLE
        )
    )


cdef object added(PyObject *before, object share):
    """The sum of two adjoints of one term, in place of the first where nobody else has it."""
    cdef Doubles a, b
    cdef Extents extents
    cdef Py_ssize_t k
    cdef double *out
    cdef bint own = is_own(before)
    first = <object>before
    if PyFloat_CheckExact(first) and PyFloat_CheckExact(share):
        return PyFloat_AS_DOUBLE(first) + PyFloat_AS_DOUBLE(share)
    if type(first) is list:
        return [
            y if x is None else x if y is None else plus(x, y)
            for x, y in zip(first, share)
        ]
    extents.count = 0
    if read_doubles(first, &a, &extents) and read_doubles(share, &b, &extents) and (
        is_number(&a) == is_number(&b)
    ):
        if is_number(&a):
            return np.float64(a.number + b.number)
        result = first
        if not own or a.step == 0:
            result = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
        out = <double *>cnp.PyArray_DATA(<cnp.ndarray>result)
        for k in range(elements(&extents)):
            out[k] = a.data[k * a.step] + b.data[k * b.step]
        return result
    if cnp.PyArray_CheckExact(first) and cnp.PyArray_CheckExact(share):
        if first.shape == share.shape and first.dtype == share.dtype:
            if own:
                return np.add(first, share, first)
            if is_own(<PyObject *>share):
                return np.add(first, share, share)
        return first + share
    if is_cotangent(first) or is_cotangent(share):
        return plus(
            first if is_cotangent(first) else Cotangent(first),
            share if is_cotangent(share) else Cotangent(share),
        )
    return first + share


cdef bint pull_smooth(Backward sweep, Node node, object g) except -1:
    """Pull an elementwise op without a mask: numbers * partial, what ``ops/rules.py`` comes to.

    False where that has to: the op selects, or an operand has no derivative or was assigned.
    """
    cdef Py_ssize_t i, count = len(node.nodes)
    cdef tuple partials = node.op.partials
    if node.op.selects:
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
            if not PyFloat_CheckExact(factor) or PyFloat_AS_DOUBLE(factor) != 1.0:
                share = g * factor
            factor = None
        if type_of(<PyObject *>link) != node_type:
            sweep.put(link, float(np.add.reduce(share, axis=None)))
            continue
        if not cnp.PyArray_CheckExact(share) or share.shape != (<Node>link).shape:
            share = unbroadcast(Cotangent(share), (<Node>link).shape)[0]
        if share.dtype != (<Node>link).dtype:
            share = share.astype((<Node>link).dtype)
        sweep.put(link, share)
    return True


# --- small operations ---------------------------------------------------------------------------


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
            return False
        link = node.nodes[i]
        if link is not None and was_assigned(link, node._serial):
            return False  # nodes.py says so
    for i in range(row.arity):
        link = node.nodes[i]
        if link is None or row.partials[i] == NULL:
            continue
        if type_of(<PyObject *>link) != node_type:
            pull_small_number(sweep, node, i, link, &g, &out, x, mask, elements(&extents))
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


# --- .grad --------------------------------------------------------------------------------------


cdef bint small_back(ArrayBase root, object grad) except -1:
    """``back`` of a small array of one element from a plain number; False for all else."""
    cdef Doubles doubles
    cdef Extents extents
    cdef PyObject *unused = NULL
    cdef double number
    cdef Backward sweep
    if root._node is None or type_of(<PyObject *>grad) == exact:
        return False
    if not read(grad, &number, &unused):
        return False
    extents.count = 0
    if not read_doubles(root._array, &doubles, &extents) or elements(&extents) != 1:
        return False
    seed = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
    (<double *>cnp.PyArray_DATA(<cnp.ndarray>seed))[0] = number
    sweep = Backward.__new__(Backward, False)
    sweep.put(root._node, as_result(<cnp.ndarray>seed))
    seed = None
    sweep.visit_all()
    for value in sweep.adjoints:
        if type_of(<PyObject *>value) != node_type:
            continue
        if type_of(PyDict_GetItem(sweep.adjoints, value)) != list_type:
            sweep.adjoints[value] = own_adjoint(sweep.adjoints, <Node>value)
    add_gradients(sweep.adjoints)
    return True


cdef object own_adjoint(dict adjoints, Node node):
    """The numbers of the adjoint of a node as an array that is shared with nobody."""
    cdef PyObject *adjoint = PyDict_GetItem(adjoints, node)
    cdef Doubles doubles
    cdef Extents extents
    cdef Py_ssize_t k
    cdef double *out
    cdef bint unshared = True
    if type_of(adjoint) == cotangent_type:
        unshared = reference_count(adjoint) == 1
        adjoint = <PyObject *>(<tuple>adjoint)[0]
    if unshared and is_own(adjoint) and (<object>adjoint).shape == node.shape:
        if (<object>adjoint).dtype == node.dtype:
            return <object>adjoint
    extents.count = 0
    if (
        node.dtype is double_descriptor
        and read_doubles(<object>adjoint, &doubles, &extents)
        and extents.count == len(<tuple>node.shape)
    ):
        whole = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
        out = <double *>cnp.PyArray_DATA(<cnp.ndarray>whole)
        for k in range(elements(&extents)):
            out[k] = doubles.data[k * doubles.step]
        return whole
    numbers = <object>adjoint
    return nodes.whole(getattr(numbers, "val", numbers), node)


def add_gradients(dict adjoints):
    """Add into ``.grad``, for every Value and array's node or, when interrupted, for none.

    All sums are made first, then put in place in one go, in which no Python code runs. NumPy may
    let other threads in while it adds: if one has changed a ``.grad`` meanwhile, they are made
    again. A list is the adjoint of an op with several results, whose parts have their own.
    """
    cdef list totals
    cdef bint changed
    while True:
        totals = []
        for value, adjoint in adjoints.items():
            if type_of(<PyObject *>value) == node_type:
                if type(adjoint) is list:
                    continue
                before = (<Node>value)._grad
                totals.append((value, before, adjoint if before is None else summed(before, adjoint)))
            elif (<Value>value).flags & VALUE_GRAD or not PyFloat_CheckExact(adjoint):
                before = (<Value>value).grad
                totals.append((value, before, before + adjoint))
        changed = False
        for value, before, total in totals:
            if type_of(<PyObject *>value) == node_type:
                changed = changed or (<Node>value)._grad is not before
            elif (<Value>value).flags & VALUE_GRAD:
                changed = changed or <PyObject *>before != (<Value>value).gradient.value
            else:
                changed = changed or before != (<Value>value).gradient.number
        if not changed:
            break
    for value, adjoint in adjoints.items():
        if type_of(<PyObject *>value) != node_type and not (<Value>value).flags & VALUE_GRAD:
            if PyFloat_CheckExact(adjoint):
                (<Value>value).gradient.number += PyFloat_AS_DOUBLE(adjoint)
    for value, before, total in totals:
        if type_of(<PyObject *>value) == node_type:
            (<Node>value)._grad = total
        else:
            set_gradient(value, total)


cdef object summed(object before, object adjoint):
    """The sum of two gradients of an array, as a new array."""
    cdef Doubles a, b
    cdef Extents extents
    cdef Py_ssize_t k
    cdef double *out
    extents.count = 0
    if (
        cnp.PyArray_CheckExact(before) and cnp.PyArray_CheckExact(adjoint)
        and read_doubles(before, &a, &extents) and read_doubles(adjoint, &b, &extents)
        and is_number(&a) == is_number(&b)
    ):
        result = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
        out = <double *>cnp.PyArray_DATA(<cnp.ndarray>result)
        for k in range(elements(&extents)):
            out[k] = a.data[k * a.step] + b.data[k * b.step]
        return result
    if cnp.PyArray_CheckExact(before) and cnp.PyArray_CheckExact(adjoint):
        return np.asarray(quietly(np.add, before, adjoint))
    return before + adjoint


def survey(root, unsigned long long oldest, unsigned long long newest):
    """Whether root hangs on something outside a function, and whether it holds closures.

    ``oldest`` and ``newest`` are the serials of the function's leaves.
    """
    cdef bint outside = False, closures = False
    cdef unsigned long long serial
    cdef set found = {root}
    cdef list waiting = [root]
    while waiting:
        value = waiting.pop()
        if type_of(<PyObject *>value) == node_type:
            serial = (<Node>value)._serial
            operands = (<Node>value).nodes
            closures = closures or serial > newest and (<Node>value).grad_fn is not None
        else:
            serial = (<Value>value).order
            operands = (
                <object>(<Value>value).left if (<Value>value).left != NULL else None,
                <object>(<Value>value).right if (<Value>value).right != NULL else None,
            )
            closures = closures or serial > newest and (<Value>value).closure != NULL
        if serial < oldest:
            outside = True
            continue
        for operand in operands or ():
            if operand is None:
                continue
            if serial <= newest:
                outside = True
            elif operand not in found:
                found.add(operand)
                waiting.append(operand)
    return outside, closures
