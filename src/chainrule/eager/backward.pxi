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
        if not self.keeps or (
            type_of(<PyObject *>value) == node_type and (<Node>value).passed_on
        ):
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
            if is_cotangent(adjoint) and is_all_true((<tuple>adjoint)[1]):
                adjoint = (<tuple>adjoint)[0]
            if node.op is index_op and pull_index(self, node, adjoint):
                return 0
            if node.op is gather_op and pull_gather(self, node, adjoint):
                return 0
            if node.op is assign_op and pull_assign(self, node, adjoint):
                return 0
        if node.op is None and node.part < 0 and node.grad_fn is None:
            return 0
        self.be_silent()
        if not self.recorded and type(node.op) is Structural and type(adjoint) is not list:
            be_silent(1)
            try:
                if pull_structural(self, node, adjoint):
                    return 0
            finally:
                be_silent(-1)
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


cdef bint is_all_true(object mask) except -1:
    """Whether a mask leaves nothing out."""
    cdef Py_ssize_t i
    cdef const char *marks
    if not cnp.PyArray_CheckExact(mask):
        return False
    if not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>mask):
        return mask.all()
    marks = <const char *>cnp.PyArray_DATA(<cnp.ndarray>mask)
    for i in range(cnp.PyArray_SIZE(<cnp.ndarray>mask)):
        if not marks[i]:
            return False
    return True


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


# --- .grad --------------------------------------------------------------------------------------


cdef bint small_back(ArrayBase root, object grad) except -1:
    """``back`` of a small array from a plain number or array; False for all else."""
    cdef Doubles doubles
    cdef Doubles given
    cdef Extents extents
    cdef PyObject *unused = NULL
    cdef double *out
    cdef Py_ssize_t k
    cdef Backward sweep
    if root._node is None or type_of(<PyObject *>grad) == exact:
        return False
    extents.count = 0
    if not read_doubles(root._array, &doubles, &extents):
        return False
    if cnp.PyArray_CheckExact(grad):
        if not read_doubles(grad, &given, &extents) or is_number(&given) != is_number(&doubles):
            return False
    elif elements(&extents) == 1 and read(grad, &given.number, &unused):
        read_number(given.number, &given)
    else:
        return False
    seed = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
    out = <double *>cnp.PyArray_DATA(<cnp.ndarray>seed)
    for k in range(elements(&extents)):
        out[k] = given.data[k * given.step]
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
        return np.asarray(call_quietly(np.add, (before, adjoint), no_parameters))
    return before + adjoint


def survey(root, unsigned long long oldest, unsigned long long newest):
    """Whether root hangs on something outside a function, and whether it holds closures.

    ``oldest`` and ``newest`` are the serials of the function's leaves.
    """
    cdef bint outside = False, closures = False
    cdef unsigned long long serial, mark = next_serial()
    cdef set found = {root}
    cdef list waiting = [root]
    cdef tuple operands
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
        if operands is None:
            continue
        for operand in operands:
            if operand is None:
                continue
            if serial <= newest:
                outside = True
            elif type_of(<PyObject *>operand) == node_type:
                if (<Node>operand).mark != mark:
                    (<Node>operand).mark = mark
                    waiting.append(operand)
            elif operand not in found:
                found.add(operand)
                waiting.append(operand)
    return outside, closures
