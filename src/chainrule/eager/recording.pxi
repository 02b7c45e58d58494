# An op on numbers, its partials computed while it is recorded: part of native.pyx, which see.

def _check_table():
    """Before the table is read by code: it may be another one than was compiled."""
    compiled = [cr_rows[code].name.decode() for code in range(2, CR_ROW_COUNT + 2)]
    if CR_FINGERPRINT.decode() != generated.FINGERPRINT or compiled != [
        row.name for row in elementwise_rows()
    ]:
        raise ImportError(
            "the compiled extension was made from another op table than the one installed. Run "
            "tools/print_rows.py if you changed a row, and install chainrule again."
        )


_check_table()
CODES = {}
cdef list ROWS = [None] * (CR_ROW_COUNT + 2)
for _code in range(2, len(ROWS)):
    _row = TABLE[cr_rows[_code].name.decode()]
    CODES[_row.name] = _code
    ROWS[_code] = _row


# NumPy's own functions that mean a row.
cdef dict UFUNC_CODES = {}
for _name, _row in foreign_names().items():
    _ufunc = getattr(np, _name, None)
    if isinstance(_ufunc, np.ufunc) and _ufunc.nin == _row.arity:
        UFUNC_CODES[_ufunc] = CODES[_row.name]


cdef inline bint read(object operand, double *number, PyObject **link) except -1:
    """The number of a plain Value, a float or an int; False for anything else.

    ``link`` is set where the operand needs a derivative.
    """
    if type_of(<PyObject *>operand) == exact:
        number[0] = (<Value>operand).number
        if (<Value>operand).flags & REQGRAD:
            link[0] = <PyObject *>operand
        return True
    if PyFloat_CheckExact(operand):
        number[0] = PyFloat_AS_DOUBLE(operand)
        return True
    if PyLong_CheckExact(operand):
        number[0] = PyLong_AsDouble(operand)
        if number[0] == -1.0 and PyErr_Occurred():
            PyErr_Clear()
            return False  # too large; plain_number says so
        return True
    return False


cdef inline object call1(short code, operand):
    """An op of one operand."""
    cdef double x, out
    cdef PyObject *node
    cdef const cr_row *row = &cr_rows[code]
    if type_of(<PyObject *>operand) == exact:
        x = (<Value>operand).number
        out = (<cr_kernel1>row.value)(x)
        if row.predicate:
            return out != 0.0
        if not (<Value>operand).flags & REQGRAD:
            return steal(new_constant(out))
        if row.partials[0] == NULL or row.selects:
            return call(code, (operand,))
        node = new_term(code, out, <PyObject *>operand, NULL)
        (<Value>node).left_partial = (<cr_kernel2>row.partials[0])(out, x)
        (<Value>node).right_partial = 0.0
        return steal(node)
    if PyFloat_CheckExact(operand) and not row.predicate:
        return (<cr_kernel1>row.value)(PyFloat_AS_DOUBLE(operand))
    return call(code, (operand,))


cdef object call2(short code, left, right):
    """An op of two operands, of which both partials are smooth, or one that ``call`` takes."""
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    cdef const cr_row *row = &cr_rows[code]
    if row.partials[0] == NULL or row.partials[1] == NULL or row.selects:
        return call(code, (left, right))
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return call(code, (left, right))
    if a == NULL and b == NULL:
        return call(code, (left, right))
    out = (<cr_kernel2>row.value)(x, y)
    node = new_term(code, out, a, b)
    (<Value>node).left_partial = (<cr_kernel3>row.partials[0])(out, x, y) if a != NULL else x
    (<Value>node).right_partial = (<cr_kernel3>row.partials[1])(out, x, y) if b != NULL else y
    return steal(node)


cdef object operator2(short code, left, right):
    return call(code, (left, right), True)


def call(short code, tuple operands, bint is_operator=False):
    """Any op on any operands."""
    cdef const cr_row *row = &cr_rows[code]
    cdef double x[3]
    cdef double weights[3]
    cdef double out
    cdef PyObject *links[3]
    cdef int i, arity = row.arity
    cdef bint any_value = False, needs = False, tracked = False
    for i in range(arity):
        operand = operands[i]
        links[i] = NULL
        if isinstance(operand, Value):
            if (<Value>operand).flags & ARRAY:
                return array_call(code, operands)
            any_value = True
            x[i] = (<Value>operand).number
            if (<Value>operand).flags & REQGRAD:
                needs = True
                links[i] = <PyObject *>operand
                if row.fixed >> i & 1:
                    raise fixed_operand(ROWS[code], i)
        elif PyFloat_CheckExact(operand):
            x[i] = PyFloat_AS_DOUBLE(operand)
        else:
            if getattr(operand, "_dispatch_rank", 0) > 1:
                return ROWS[code](*operands)  # a Symbol; before anything slower is asked
            converted = plain_number(operand)
            if converted is None:
                if cnp.PyArray_CheckExact(operand):
                    return array_call(code, operands)
                return other_operands(ROWS[code], operands, is_operator)
            x[i] = converted
    if arity == 1:
        out = (<cr_kernel1>row.value)(x[0])
    elif arity == 2:
        out = (<cr_kernel2>row.value)(x[0], x[1])
    else:
        out = (<cr_kernel3>row.value)(x[0], x[1], x[2])
    if row.predicate:
        return out != 0.0
    if not any_value:
        return out
    if not needs:
        return steal(new_constant(out))
    for i in range(arity):
        weights[i] = x[i]
        if links[i] == NULL:
            continue
        if row.partials[i] == NULL:
            links[i] = NULL
            continue
        if arity == 1:
            weights[i] = (<cr_kernel2>row.partials[i])(out, x[0])
        elif arity == 2:
            weights[i] = (<cr_kernel3>row.partials[i])(out, x[0], x[1])
        else:
            weights[i] = (<cr_kernel4>row.partials[i])(out, x[0], x[1], x[2])
        if row.selects and weights[i] == 0.0:
            links[i] = NULL
        else:
            tracked = tracked or type_of(links[i]) != exact
    if arity == 3:
        # where and clip hand on one operand; it moves into the place of the first.
        for i in range(1, 3):
            if links[i] != NULL:
                links[0], weights[0] = links[i], weights[i]
        links[1] = NULL
    elif arity == 1:
        links[1] = NULL
        weights[1] = 0.0
    if tracked:
        return new_tracked(code, out, links, weights)
    node = new_term(code, out, links[0], links[1])
    (<Value>node).left_partial = weights[0]
    (<Value>node).right_partial = weights[1]
    return steal(node)


cdef object new_tracked(short code, double number, PyObject **links, double *weights):
    """A term above a closure: the cycle collector has to see through it."""
    cdef Value node = TrackedValue(number, True)
    node.code = code
    node.left = links[0]
    node.right = links[1]
    Py_XINCREF(links[0])
    Py_XINCREF(links[1])
    node.left_partial = weights[0]
    node.right_partial = weights[1]
    return node
