# Operations on whole arrays in the compiled build: part of native.pyx, which see. ``recording.py``
# is the same in Python, for all operands; here are arrays, their Values and numbers.
#
# Of a transposed 4 x 4 matrix NumPy takes 0.3 us. By ``recording.py`` it was 32, most of it in
# finding out again and again what the row and its operands are.

cdef object transpose_op = TABLE["transpose"]
cdef object reshape_op = TABLE["reshape"]
cdef object contract_op = TABLE["contract"]
cdef object index_op = TABLE["index"]
cdef object gather_op = TABLE["gather"]
cdef object assign_op = TABLE["assign"]
cdef object matmul_ufunc = np.matmul
cdef tuple exchanged = (1, 0)
cdef dict functions_covered = numpy_names.FUNCTIONS
cdef list product_letters = [
    [{"subscripts": "b,b->"}, {"subscripts": "b,bc->c"}],
    [{"subscripts": "ab,b->a"}, {"subscripts": "ab,bc->ac"}],
]


@cython.final
cdef class Facts:
    """What calls and pulls of a structural row ask, looked up once."""

    cdef object op, vjp, pull
    # One result, which is a Value.
    cdef bint is_simple
    cdef bint moves, linear, masks, selects, is_view
    # What the partials read, by the operands that need a derivative, a bit each.
    cdef dict reads

    def __cinit__(self, op):
        self.op, self.vjp, self.pull = op, op.vjp, op.pull
        self.is_simple = op.results == 1 and op.differentiable and op.name != "stop_gradient"
        self.moves, self.linear, self.masks = op.moves, op.linear, op.masks
        self.selects, self.is_view = op.selects, op in VIEWS
        self.reads = {}


cdef dict known_facts = {}


cdef Facts facts_of(object op):
    cdef PyObject *known = PyDict_GetItem(known_facts, op)
    if known != NULL:
        return <Facts>known
    facts = known_facts[op] = Facts(op)
    return facts


cdef inline tuple shape_of_numbers(object numbers):
    """The shape of an array or of a NumPy number."""
    if cnp.PyArray_CheckExact(numbers) and cnp.PyArray_NDIM(<cnp.ndarray>numbers) == 0:
        return nothing
    if type_of(<PyObject *>numbers) == scalar_type or PyFloat_CheckExact(numbers):
        return nothing
    return numbers.shape


cdef object structural_call(object op, tuple operands, dict parameters):
    """An op on whole arrays: ``recording.apply``, short."""
    cdef Facts facts = facts_of(op)
    cdef Py_ssize_t i, count = len(operands)
    cdef PyObject *pointer
    cdef tuple numbers, arrays, links
    cdef unsigned long long needed = 0
    if not facts.is_simple or count > 60 or count == 0:
        return protocol.on_arrays(op, operands, parameters)
    numbers, arrays, links = PyTuple_New(count), PyTuple_New(count), PyTuple_New(count)
    for i in range(count):
        pointer = <PyObject *>operands[i]
        x, link = <object>pointer, None
        if type_of(pointer) == array_type:
            x = (<ArrayBase>pointer)._array
            link = (<ArrayBase>pointer)._node
        elif type_of(pointer) == exact:
            x = (<Value>pointer).number
            if (<Value>pointer).flags & REQGRAD:
                link = <object>pointer
        elif cnp.PyArray_CheckExact(x):
            if cnp.PyArray_TYPE(<cnp.ndarray>x) > cnp.NPY_DOUBLE:
                return protocol.on_arrays(op, operands, parameters)
        elif not PyLong_CheckExact(x) and not PyFloat_Check(x):
            return protocol.on_arrays(op, operands, parameters)
        if link is not None:
            needed |= 1ULL << i
        Py_INCREF(x)
        PyTuple_SET_ITEM(numbers, i, x)
        if PyFloat_CheckExact(x) or PyLong_CheckExact(x):
            x = np.asarray(x, double_descriptor)
        Py_INCREF(x)
        PyTuple_SET_ITEM(arrays, i, x)
        Py_INCREF(link)
        PyTuple_SET_ITEM(links, i, link)
    try:
        if facts.moves:
            out = PyObject_Call(op.kernel, arrays, parameters)
        else:
            out = call_quietly(op.kernel, arrays, parameters)
    except ValueError:
        return protocol.on_arrays(op, operands, parameters)  # names the shapes
    if needed:
        value = new_array_value(out, structural_node(facts, numbers, links, parameters, out, needed))
    else:
        value = new_array_value(out, None)
    if facts.is_view and type_of(<PyObject *>operands[0]) == array_type:
        note_if_view(<ArrayBase>operands[0], <ArrayBase>value, op, parameters)
    return value


cdef Node structural_node(
    Facts facts, tuple numbers, tuple links, dict parameters, object out, unsigned long long needed
):
    cdef PyObject *known = PyDict_GetItem(facts.reads, needed)
    cdef Node node
    if known == NULL:
        reads = nodes.reads_of(facts.op, tuple([link is not None for link in links]))
        facts.reads[needed] = reads
    else:
        reads = <object>known
    node = new_operation(facts.op, numbers, links, parameters, out, reads)
    node.shape = shape_of_numbers(out)
    node.dtype = double_descriptor if PyFloat_CheckExact(out) else out.dtype
    return node


cdef object product_of(object x, object y):
    """``x @ y`` of vectors and matrices that fit; None for the rest, which ``contract.matmul`` has."""
    cdef int p = rank_of_factor(x), q = rank_of_factor(y)
    if not p or not q:
        return None
    first = (<ArrayBase>x)._array if type_of(<PyObject *>x) == array_type else x
    second = (<ArrayBase>y)._array if type_of(<PyObject *>y) == array_type else y
    if cnp.PyArray_DIM(<cnp.ndarray>first, p - 1) != cnp.PyArray_DIM(<cnp.ndarray>second, 0):
        return None
    return structural_call(contract_op, (x, y), (<list>product_letters[p - 1])[q - 1])


cdef int rank_of_factor(object x):
    """The number of axes of an array or of its Value, if it is 1 or 2; otherwise 0."""
    numbers = (<ArrayBase>x)._array if type_of(<PyObject *>x) == array_type else x
    if not cnp.PyArray_CheckExact(numbers):
        return 0
    cdef int count = cnp.PyArray_NDIM(<cnp.ndarray>numbers)
    return count if count <= 2 else 0


cdef object numpys_function(object function, object arguments, object options):
    """What ``__array_function__`` answers; ``numpy_names.apply_function`` has the errors."""
    cdef PyObject *ours = PyDict_GetItem(functions_covered, function)
    if ours == NULL:
        return protocol.array_function(function, arguments, options)
    try:
        return PyObject_Call(<object>ours, arguments, options)
    except TypeError:
        pass
    return protocol.array_function(function, arguments, options)


# --- the chain rule -------------------------------------------------------------------------------


cdef bint pull_structural(Backward sweep, Node node, object adjoint) except -1:
    """Pull an op on whole arrays by the rule of its row; False where ``ops/rules.py`` has to.

    What that does for rows that are linear, select or mask is said there.
    """
    cdef Facts facts = facts_of(node.op)
    cdef Py_ssize_t i, count = len(node.nodes)
    if not facts.is_simple or facts.selects:
        return False
    for i in range(count):
        link = node.nodes[i]
        if link is not None and node.reads >> i & 1 and was_assigned(link, node._serial):
            return False
    numbers, mask = adjoint, None
    if is_cotangent(adjoint):
        numbers, mask = (<tuple>adjoint)[0], (<tuple>adjoint)[1]
    reached = None
    if facts.pull is not None:
        wanted = tuple([link is not None for link in node.nodes])
        cotangent = adjoint if is_cotangent(adjoint) else Cotangent(adjoint)
        shares = facts.pull(cotangent, node.out, node.numbers, node.parameters, wanted)
        for i in range(count):
            share = shares[i]
            if share is not None:
                put_share(sweep, node.nodes[i], (<tuple>share)[0], (<tuple>share)[1])
        return True
    if facts.linear and (facts.masks or mask is not None):
        if facts.masks or not facts.moves:
            return False
        # What only moves numbers moves truth values too.
        reached = facts.vjp(mask, node.out, *node.numbers, **node.parameters)
    shares = facts.vjp(numbers, node.out, *node.numbers, **node.parameters)
    numbers = adjoint = None
    for i in range(count):
        link, share = node.nodes[i], shares[i]
        if link is None or share is None:
            continue
        chosen = None
        if reached is not None:
            chosen = reached[i]
            if getattr(chosen, "dtype", None) != bool:
                chosen = np.not_equal(chosen, 0)
        put_share(sweep, link, share, chosen)
    return True


cdef int put_share(Backward sweep, object link, object numbers, object mask) except -1:
    """Add what a rule gives to an operand, as ``nodes.pulled`` passes it on."""
    if type_of(<PyObject *>link) != node_type:
        if mask is None or mask:
            sweep.put(link, float(numbers))
        return 0
    if cnp.PyArray_CheckExact(numbers):
        if is_scattered(<cnp.ndarray>numbers):
            numbers = cnp.PyArray_NewCopy(<cnp.ndarray>numbers, cnp.NPY_CORDER)
        if <PyObject *>cnp.PyArray_DESCR(<cnp.ndarray>numbers) != <PyObject *>(<Node>link).dtype:
            numbers = of_dtype(numbers, (<Node>link).dtype)
    elif type_of(<PyObject *>numbers) != scalar_type or (<Node>link).dtype is not double_descriptor:
        numbers = of_dtype(numbers, (<Node>link).dtype)
    sweep.put(link, numbers if mask is None else Cotangent(numbers, mask))
    return 0


cdef bint is_scattered(cnp.ndarray array) noexcept:
    """Whether a small array is in memory as the kernels do not read it."""
    cdef int axis
    if cnp.PyArray_IS_C_CONTIGUOUS(array) or cnp.PyArray_SIZE(array) > SMALL:
        return False
    for axis in range(cnp.PyArray_NDIM(array)):
        if cnp.PyArray_STRIDE(array, axis) != 0:
            return True
    return False
