# Arrays in the compiled build: part of native.pyx, which see. ``plain_array.py`` is the same in
# Python, and ``nodes.py`` says what a node is.
#
# An operation on small arrays (float64, contiguous, of one shape, or numbers beside them) is not
# handed to NumPy: the printed kernels of its row, which numbers use, run in a loop. A NumPy call
# costs 0.25 us and its warnings have to be silenced; on one element a kernel costs a few ns.
# Everything else is computed by ``recording.py`` and pulled by ``ops/rules.py``.

cdef enum:
    # Elements up to which kernels are taken. Forward they are ahead of NumPy to 200 for the cheapest
    # (a product, 2 ns an element against 0.5) and to 1,000 for exp; backward further yet.
    SMALL = 128
    AXES_MOST = 8  # of small operands that broadcast
    OUT = 1 << 30  # bit of the result among those of the operands, as in nodes.py

cdef object double_descriptor = np.dtype(np.float64)
cdef PyTypeObject *scalar_type = <PyTypeObject *>np.float64
cdef PyTypeObject *float_type = <PyTypeObject *>float
cdef PyTypeObject *array_type = NULL
cdef object array_class = None
cdef newfunc array_new = NULL
cdef tuple nothing = ()
cdef dict no_parameters = {}


@cython.final
@cython.freelist(512)
@cython.trashcan(True)
cdef class Node:
    """How an array came about; ``nodes.py`` says what its fields are."""

    cdef readonly unsigned long long _serial
    cdef public unsigned long long _assigned
    cdef public object _grad
    cdef readonly object shape
    cdef readonly object dtype
    cdef readonly object op
    cdef readonly tuple numbers
    cdef readonly tuple nodes
    cdef readonly int reads
    cdef readonly dict parameters
    cdef readonly object out
    cdef public object grad_fn
    cdef public int part
    cdef public tuple parts
    cdef public bint passed_on
    # Of a small operation its row, which the kernels pull; otherwise 0.
    cdef short code
    # The last survey that came here.
    cdef unsigned long long mark

    def __init__(
        self, shape, dtype, op=None, tuple numbers=(), tuple operands=(), int reads=0,
        dict parameters=None, out=None,
    ):
        self._serial = next_serial()
        self.shape, self.dtype, self.op = shape, dtype, op
        self.numbers, self.nodes, self.reads = numbers, operands, reads
        self.parameters = {} if parameters is None else parameters
        self.out = out
        self.part = -1
        self.parts = ()

    @property
    def is_leaf(self):
        """Whether it was not computed."""
        return self.op is None and self.grad_fn is None and self.part < 0

    def _links(self):
        """What it was computed from and needs a derivative."""
        return [(operand, None) for operand in self.nodes if operand is not None]


cdef class ArrayBase(Value):
    """A handle on an array and on its node, None where no derivative is needed."""

    cdef readonly object _node
    cdef public object _array
    # Who else looks at the array, once somebody asked.
    cdef public Aliases _aliases

    _dispatch_rank = 2

    def __init__(self, numbers, node):
        self.number = 0.0
        self.flags = ARRAY
        self._array = numbers
        self._node = node
        self.order = (<Node>node)._serial if node is not None else next_serial()

    def _become(self, numbers, node):
        """Stand for another term; nobody has a handle on the old one any more."""
        if self._node is not None:
            (<Node>self._node).passed_on = True
        self._array = numbers
        self._node = node
        if node is not None:
            self.order = (<Node>node)._serial

    @property
    def shape(self):
        """Its extents."""
        return shape_of_numbers(self._array)

    @property
    def dtype(self):
        """The type of its elements: float64 or float32."""
        return self._array.dtype

    @property
    def ndim(self):
        """The number of its axes."""
        return len(<tuple>shape_of_numbers(self._array))

    @property
    def T(self):
        """The array with its axes reversed."""
        if cnp.PyArray_CheckExact(self._array) and cnp.PyArray_NDIM(<cnp.ndarray>self._array) == 2:
            return structural_call(transpose_op, (self,), {"axes": exchanged})
        return transpose(self)

    def __getitem__(self, key):
        value = basic_item(self, key)
        return getitem(self, key) if value is None else value

    def _spelt(self, key):
        """What a key picks, as ``index.basic_key`` says it; None where that has to."""
        cdef Spelt found = None
        if cnp.PyArray_CheckExact(self._array):
            found = spelt(self._array, key)
        return None if found is None else (found.key, found.shape)

    def _picked(self, key):
        """What ``ops/index.py`` asks for first: the elements at a key, or None."""
        return basic_item(self, key)

    def __matmul__(self, other):
        product = product_of(self, other)
        return ArrayMethods.__matmul__(self, other) if product is None else product

    def __rmatmul__(self, other):
        product = product_of(other, self)
        return ArrayMethods.__rmatmul__(self, other) if product is None else product

    def back(self, grad=1, create_graph=False):
        """``back`` of ``array.py``."""
        if not create_graph and not sweeps.active and not tracing.count and small_back(self, grad):
            return
        sweeps.back_from_array(self, grad, create_graph)

    def _apply_op(self, op, operands, parameters):
        if type(op) is Structural:
            return structural_call(op, operands, parameters)
        code = CODES.get(op.name)
        if code is None or parameters or len(operands) != cr_rows[<short>code].arity:
            return protocol.on_arrays(op, operands, parameters)
        return array_call(code, tuple(operands), True)


def use_array_class(cls):
    """Say which class a computed array's Value has."""
    global array_class, array_type, array_new
    array_class = cls
    array_type = <PyTypeObject *>cls
    array_new = array_type.tp_new


cdef object new_array_value(object numbers, object node):
    cdef ArrayBase value = <ArrayBase>array_new(array_class, <PyObject *>nothing, NULL)
    value.flags = ARRAY
    value._array = numbers
    value._node = node
    value.order = (<Node>node)._serial if node is not None else next_serial()
    return value


def made_array(numbers, node):
    """A Value of an array that was computed."""
    return new_array_value(numbers, node)


# --- doubles ------------------------------------------------------------------------------------

cdef struct Doubles:
    # Numbers as the kernels read them: data[i * step], with step 0 for one number for all.
    const double *data
    Py_ssize_t step
    double number


cdef struct Extents:
    int count  # of axes; 0 as long as there are only numbers
    cnp.npy_intp *sizes


cdef inline void read_number(double number, Doubles *doubles) noexcept:
    doubles.number = number
    doubles.data = &doubles.number
    doubles.step = 0


cdef inline bint is_number(Doubles *doubles) noexcept:
    """Whether it is one number without axes."""
    return doubles.data == &doubles.number


cdef bint read_doubles(object x, Doubles *doubles, Extents *extents) noexcept:
    """Whether x is small, made of doubles, and without axes or of the shape of the others."""
    cdef cnp.ndarray array
    cdef int i, count
    if PyFloat_Check(x):  # NumPy's double is one; the sweeps keep a number as a float
        read_number(PyFloat_AS_DOUBLE(x), doubles)
        return True
    if not cnp.PyArray_CheckExact(x):
        return False
    array = <cnp.ndarray>x
    count = cnp.PyArray_NDIM(array)
    if cnp.PyArray_TYPE(array) != cnp.NPY_DOUBLE or not cnp.PyArray_ISBEHAVED_RO(array):
        return False
    if count == 0:
        read_number((<double *>cnp.PyArray_DATA(array))[0], doubles)
        return True
    doubles.step = 1
    if not cnp.PyArray_IS_C_CONTIGUOUS(array):
        # One number, repeated by broadcast_to: what a sum passes on.
        for i in range(count):
            if cnp.PyArray_STRIDES(array)[i] != 0:
                return False
        doubles.step = 0
    if extents.count == 0:
        if cnp.PyArray_SIZE(array) > SMALL:
            return False
        extents.count = count
        extents.sizes = cnp.PyArray_DIMS(array)
    elif extents.count != count:
        return False
    else:
        for i in range(count):
            if extents.sizes[i] != cnp.PyArray_DIMS(array)[i]:
                return False
    doubles.data = <const double *>cnp.PyArray_DATA(array)
    return True


cdef inline Py_ssize_t elements(Extents *extents) noexcept:
    cdef Py_ssize_t size = 1
    cdef int i
    for i in range(extents.count):
        size *= extents.sizes[i]
    return size


cdef inline object as_result(cnp.ndarray array):
    """The array; without axes, the NumPy number that a ufunc would give."""
    if cnp.PyArray_NDIM(array) == 0:
        return cnp.PyArray_ToScalar(cnp.PyArray_DATA(array), array)
    return array


# --- recording ----------------------------------------------------------------------------------

cdef enum:
    ROWS_MOST = 256
# By code: whether the kernels take its arrays; the operands whose partial is exactly one; for each
# operand, which numbers its partial reads.
cdef bint is_small_row[ROWS_MOST]
cdef int handed_on[ROWS_MOST]
cdef int partial_reads[ROWS_MOST][3]


cdef int prepare_rows() except -1:
    cdef int code, i
    if len(ROWS) > ROWS_MOST:
        raise ImportError(f"over {ROWS_MOST} rows; raise ROWS_MOST in arrays.pxi")
    for code in range(2, len(ROWS)):
        row = ROWS[code]
        is_small_row[code] = not cr_rows[code].predicate and not cr_rows[code].library
        handed_on[code] = 0
        for i, partial in enumerate(row.partials):
            if partial is one:
                handed_on[code] |= 1 << i
            wanted = tuple(place == i for place in range(row.arity))
            partial_reads[code][i] = nodes.reads_of(row, wanted)
    return 0


cdef tuple with_doubles(tuple operands):
    """The operands of where, with a small condition as the kernels read it: 1.0 or 0.0."""
    condition = operands[0]
    if not cnp.PyArray_CheckExact(condition) or cnp.PyArray_SIZE(<cnp.ndarray>condition) > SMALL:
        return operands
    if cnp.PyArray_TYPE(<cnp.ndarray>condition) != cnp.NPY_BOOL:
        return operands
    return (condition.astype(double_descriptor), operands[1], operands[2])


cdef object generic_call(short code, tuple operands, bint is_ours):
    """An op that the kernels cannot take; ``is_ours`` where no operand is of a higher rank."""
    if is_ours:
        return protocol.on_arrays(ROWS[code], operands, no_parameters)
    return ROWS[code](*operands)


cdef object array_call(short code, tuple operands, bint is_ours=False):
    """An op with an array's Value, or a number's Value beside an array, among its operands."""
    cdef const cr_row *row = &cr_rows[code]
    cdef int i, arity = row.arity, reads = 0
    cdef Doubles x[3]
    cdef PyObject *nodes[3]
    cdef Extents extents
    cdef bint any_value = False, needs = False, is_small = is_small_row[code]
    cdef PyObject *pointer
    cdef Py_ssize_t size, k
    cdef double *out
    cdef cnp.npy_intp sizes[AXES_MOST]
    cdef double spread[3][SMALL]
    extents.count = 0
    if code == CR_WHERE:
        operands = with_doubles(operands)
    for i in range(arity):
        pointer = <PyObject *>operands[i]
        nodes[i] = NULL
        if type_of(pointer) == array_type:
            any_value = True
            if (<ArrayBase>pointer)._node is not None:
                nodes[i] = <PyObject *>(<ArrayBase>pointer)._node
            is_small = is_small and read_doubles((<ArrayBase>pointer)._array, &x[i], &extents)
        elif type_of(pointer) == exact or type_of(pointer) == float_type or PyLong_CheckExact(
            <object>pointer
        ):
            if not read(<object>pointer, &x[i].number, &nodes[i]):
                return generic_call(code, operands, is_ours)
            read_number(x[i].number, &x[i])
            any_value = any_value or type_of(pointer) == exact
        elif cnp.PyArray_CheckExact(<object>pointer) or type_of(pointer) == scalar_type:
            is_small = is_small and read_doubles(<object>pointer, &x[i], &extents)
        else:
            return generic_call(code, operands, is_ours)
        if nodes[i] != NULL:
            needs = True
            reads |= partial_reads[code][i]
            if row.fixed >> i & 1:
                return generic_call(code, operands, is_ours)
    if not any_value:
        return generic_call(code, operands, is_ours)
    if not is_small and not (
        is_small_row[code] and read_spread(operands, x, &extents, sizes, spread)
    ):
        return large_call(code, operands, nodes, needs, reads)
    size = elements(&extents)
    result = cnp.PyArray_EMPTY(extents.count, extents.sizes, cnp.NPY_DOUBLE, 0)
    out = <double *>cnp.PyArray_DATA(<cnp.ndarray>result)
    if arity == 1:
        for k in range(size):
            out[k] = (<cr_kernel1>row.value)(x[0].data[k * x[0].step])
    elif arity == 2:
        for k in range(size):
            out[k] = (<cr_kernel2>row.value)(x[0].data[k * x[0].step], x[1].data[k * x[1].step])
    else:
        for k in range(size):
            out[k] = (<cr_kernel3>row.value)(
                x[0].data[k * x[0].step], x[1].data[k * x[1].step], x[2].data[k * x[2].step]
            )
    result = as_result(<cnp.ndarray>result)
    if not needs:
        return new_array_value(result, None)
    cdef Node node = <Node>Node.__new__(Node)
    node._serial = next_serial()
    node.shape = nothing if extents.count == 0 else None
    cdef tuple numbers = PyTuple_New(arity)
    cdef tuple links = PyTuple_New(arity)
    for i in range(arity):
        pointer = <PyObject *>operands[i]
        link = <object>nodes[i] if nodes[i] != NULL else None
        if is_number(&x[i]):
            # NumPy's own numbers stay that: Python's raise where a rule divides them by 0.
            if type_of(pointer) == array_type:
                kept = (<ArrayBase>pointer)._array
            elif cnp.PyArray_CheckExact(<object>pointer) or type_of(pointer) == scalar_type:
                kept = <object>pointer
            else:
                kept = x[i].number
        else:
            if nodes[i] != NULL and len(<tuple>(<Node>nodes[i]).shape) == extents.count:
                if is_small:
                    node.shape = (<Node>nodes[i]).shape
            array = (
                (<ArrayBase>pointer)._array if type_of(pointer) == array_type
                else <object>pointer
            )
            if reads >> i & 1:
                kept = array
            elif nodes[i] != NULL:
                kept = link
            else:
                kept = Stub(array.shape, double_descriptor)
        Py_INCREF(link)
        PyTuple_SET_ITEM(links, i, link)
        Py_INCREF(kept)
        PyTuple_SET_ITEM(numbers, i, kept)
    if node.shape is None:
        node.shape = result.shape
    node.op = ROWS[code]
    node.code = code
    node.numbers = numbers
    node.nodes = links
    node.reads = reads & ~OUT
    node.parameters = no_parameters
    node.dtype = double_descriptor
    node.part = -1
    node.parts = nothing
    if reads & OUT:
        node.out = result
    return new_array_value(result, node)


cdef object large_call(
    short code, tuple operands, PyObject **nodes, bint needs, int reads
):
    """An elementwise op that NumPy computes."""
    cdef int i, arity = len(operands)
    cdef tuple numbers = PyTuple_New(arity)
    cdef tuple links
    cdef bint is_plain = True
    cdef PyObject *pointer
    cdef Node node
    for i in range(arity):
        pointer = <PyObject *>operands[i]
        x = <object>pointer
        if type_of(pointer) == array_type:
            x = (<ArrayBase>pointer)._array
        elif type_of(pointer) == exact:
            x = (<Value>pointer).number
        elif cnp.PyArray_CheckExact(x):
            is_plain = is_plain and cnp.PyArray_TYPE(<cnp.ndarray>x) <= cnp.NPY_DOUBLE
        Py_INCREF(x)
        PyTuple_SET_ITEM(numbers, i, x)
    if not is_plain:
        return protocol.on_arrays(ROWS[code], operands, no_parameters)
    try:
        out = call_quietly(ROWS[code].numpy, numbers, no_parameters)
    except ValueError:
        return protocol.on_arrays(ROWS[code], operands, no_parameters)  # names the shapes
    if cr_rows[code].predicate:
        return out
    if not needs:
        return new_array_value(out, None)
    links = PyTuple_New(arity)
    for i in range(arity):
        link = <object>nodes[i] if nodes[i] != NULL else None
        Py_INCREF(link)
        PyTuple_SET_ITEM(links, i, link)
    node = new_operation(ROWS[code], numbers, links, no_parameters, out, reads)
    node.shape, node.dtype = out.shape, out.dtype
    return new_array_value(out, node)


cdef inline bint is_small_array(object x) noexcept:
    """Whether to keep it costs less than to note its shape."""
    return cnp.PyArray_CheckExact(x) and cnp.PyArray_SIZE(<cnp.ndarray>x) <= SMALL


cdef Node new_operation(
    object op, object numbers, tuple links, dict parameters, object out, int reads,
    bint keeps_small=True,
):
    cdef Node node = <Node>Node.__new__(Node)
    cdef Py_ssize_t i, count = len(links)
    cdef tuple kept = PyTuple_New(count)
    for i in range(count):
        x = numbers[i]
        if not (i < 30 and reads >> i & 1):
            if links[i] is not None:
                x = links[i]
            elif not PyFloat_CheckExact(x) and not (keeps_small and is_small_array(x)):
                x = Stub(np.shape(x), getattr(x, "dtype", double_descriptor))
        Py_INCREF(x)
        PyTuple_SET_ITEM(kept, i, x)
    node._serial = next_serial()
    node.op = op
    node.numbers = kept
    node.nodes = links
    node.reads = reads & ~OUT
    node.parameters = parameters
    node.part = -1
    node.parts = nothing
    if reads & OUT:
        node.out = out
    return node


def recorded_node(op, numbers, tuple operands, dict parameters, out, shape, dtype):
    """A node of an operation, which keeps what its cotangents are computed from."""
    reads = nodes.reads_of(op, tuple([operand is not None for operand in operands]))
    # Not one that is to be written again: who saves it would force a copy.
    cdef Node node = new_operation(op, numbers, operands, parameters, out, reads, False)
    node.shape, node.dtype = shape, dtype
    return node
