# Printed from the op table by tools/print_rows.py; edit the rows, not this file.

cdef object operator_add(object left, object right):
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return operator2(26, left, right)
    out = cr_add(x, y)
    if a == NULL and b == NULL:
        return steal(new_constant(out))
    node = new_term(26, out, a, b)
    (<Value>node).left_partial = cr_add_0(out, x, y) if a != NULL else x
    (<Value>node).right_partial = cr_add_1(out, x, y) if b != NULL else y
    return steal(node)

cdef object operator_subtract(object left, object right):
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return operator2(27, left, right)
    out = cr_subtract(x, y)
    if a == NULL and b == NULL:
        return steal(new_constant(out))
    node = new_term(27, out, a, b)
    (<Value>node).left_partial = cr_subtract_0(out, x, y) if a != NULL else x
    (<Value>node).right_partial = cr_subtract_1(out, x, y) if b != NULL else y
    return steal(node)

cdef object operator_multiply(object left, object right):
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return operator2(28, left, right)
    out = cr_multiply(x, y)
    if a == NULL and b == NULL:
        return steal(new_constant(out))
    node = new_term(28, out, a, b)
    (<Value>node).left_partial = cr_multiply_0(out, x, y) if a != NULL else x
    (<Value>node).right_partial = cr_multiply_1(out, x, y) if b != NULL else y
    return steal(node)

cdef object operator_divide(object left, object right):
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return operator2(29, left, right)
    out = cr_divide(x, y)
    if a == NULL and b == NULL:
        return steal(new_constant(out))
    node = new_term(29, out, a, b)
    (<Value>node).left_partial = cr_divide_0(out, x, y) if a != NULL else x
    (<Value>node).right_partial = cr_divide_1(out, x, y) if b != NULL else y
    return steal(node)
