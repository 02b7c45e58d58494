# How nodes are made, kept for reuse, and let go: part of native.pyx, which see.

cdef PyTypeObject *exact = <PyTypeObject *>Value

# Freed nodes, linked by `left`, so that a program that records graphs of up to this many nodes
# again and again does not go to the allocator: 8 ns a node instead of 18.
cdef enum:
    POOL_LIMIT = 1 << 16
cdef PyObject *pool = NULL
cdef int pool_size = 0

# Nodes whose last reference went while another was being freed, linked by `closure`: freeing a
# graph is a loop, not a recursion, however long the chain.
cdef PyObject *doomed = NULL
cdef bint freeing = False

cdef unsigned long long serial = 0


cdef inline unsigned long long next_serial() noexcept:
    global serial
    serial += 1
    return serial


cdef inline PyObject *new_node(double number) except NULL:
    global pool, pool_size
    cdef PyObject *node = pool
    if node != NULL:
        pool = (<Value>node).left
        pool_size -= 1
    else:
        node = <PyObject *>PyObject_Malloc(sizeof_value)
        if node == NULL:
            raise MemoryError
    PyObject_Init(node, exact)
    (<Value>node).number = number
    (<Value>node).adjoint = 0.0
    (<Value>node).gradient.number = 0.0
    (<Value>node).order = next_serial()
    (<Value>node).closure = NULL
    (<Value>node).pending = 0
    return node


cdef inline PyObject *new_constant(double number) except NULL:
    """A result that needs no derivative."""
    cdef PyObject *node = new_node(number)
    (<Value>node).left = NULL
    (<Value>node).right = NULL
    (<Value>node).left_partial = 0.0
    (<Value>node).code = CR_LEAF
    (<Value>node).flags = 0
    return node


cdef inline PyObject *new_term(short code, double number, PyObject *a, PyObject *b) except NULL:
    """A result that needs a derivative, and the operands that do; the caller sets the partials."""
    cdef PyObject *node = new_node(number)
    Py_XINCREF(a)
    Py_XINCREF(b)
    (<Value>node).left = a
    (<Value>node).right = b
    (<Value>node).code = code
    (<Value>node).flags = REQGRAD
    return node


cdef void let_go(PyObject *node) noexcept:
    """Drop a reference; if it was the last one of a plain node, leave the node to the loop."""
    global doomed
    if node != NULL and release(node):
        if type_of(node) == exact:
            (<Value>node).closure, doomed = doomed, node
        else:
            Py_DECREF(node)


cdef void dealloc(PyObject *node) noexcept:
    global pool, pool_size, doomed, freeing
    cdef PyObject *a
    cdef PyObject *b
    cdef PyObject *closure
    if type_of(node) != exact:
        # An instance of a subclass, on its way through CPython's subtype_dealloc, which bounds
        # the depth of the recursion itself.
        a, b, closure = (<Value>node).left, (<Value>node).right, (<Value>node).closure
        if (<Value>node).flags & VALUE_GRAD:
            Py_XDECREF((<Value>node).gradient.value)
        Py_XDECREF(a)
        Py_XDECREF(b)
        Py_XDECREF(closure)
        type_of(node).tp_free(node)
        return
    if freeing:
        (<Value>node).closure, doomed = doomed, node
        return
    freeing = True
    while True:
        a, b = (<Value>node).left, (<Value>node).right
        if (<Value>node).flags & VALUE_GRAD:
            Py_XDECREF((<Value>node).gradient.value)
        if pool_size < POOL_LIMIT:
            (<Value>node).left = pool
            pool = node
            pool_size += 1
        else:
            PyObject_Free(node)
        let_go(a)
        let_go(b)
        if doomed == NULL:
            break
        node = doomed
        doomed = (<Value>node).closure
    freeing = False


cdef int traverse(PyObject *node, visitproc visit, void *arg) noexcept:
    cdef int stop = 0
    if (<Value>node).left != NULL:
        stop = visit((<Value>node).left, arg)
    if not stop and (<Value>node).right != NULL:
        stop = visit((<Value>node).right, arg)
    if not stop and (<Value>node).closure != NULL:
        stop = visit((<Value>node).closure, arg)
    if not stop and (<Value>node).flags & VALUE_GRAD:
        stop = visit((<Value>node).gradient.value, arg)
    return stop


cdef int clear(PyObject *node) noexcept:
    cdef PyObject *a = (<Value>node).left
    cdef PyObject *b = (<Value>node).right
    cdef PyObject *closure = (<Value>node).closure
    cdef PyObject *grad = NULL
    if (<Value>node).flags & VALUE_GRAD:
        grad = (<Value>node).gradient.value
        (<Value>node).flags &= ~VALUE_GRAD
        (<Value>node).gradient.number = 0.0
    (<Value>node).left = NULL
    (<Value>node).right = NULL
    (<Value>node).closure = NULL
    Py_XDECREF(a)
    Py_XDECREF(b)
    Py_XDECREF(closure)
    Py_XDECREF(grad)
    return 0
