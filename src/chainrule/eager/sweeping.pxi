# The compiled sweep over a graph of numbers: part of native.pyx, which see.

# The terms of the sweep under way. A sweep runs no Python code, so there is only one at a time.
cdef PyObject **queue = NULL
cdef size_t queue_capacity = 0
cdef enum:
    QUEUE_KEPT = 1 << 16


cdef int enlarge_queue() except -1:
    global queue, queue_capacity
    cdef size_t capacity = 2 * queue_capacity if queue_capacity else 1024
    cdef void *larger = PyMem_RawRealloc(queue, capacity * sizeof(PyObject *))
    if larger == NULL:
        raise MemoryError(f"no memory to sweep a graph of over {queue_capacity} terms")
    queue = <PyObject **>larger
    queue_capacity = capacity
    return 0


cdef void shrink_queue() noexcept:
    global queue, queue_capacity
    if queue_capacity > QUEUE_KEPT:
        PyMem_RawFree(queue)
        queue = NULL
        queue_capacity = 0


cdef Py_ssize_t gather(PyObject *root, unsigned long long oldest, unsigned long long newest) except -2:
    """Put the terms that root depends on into the queue, and count the uses of each.

    Terms up to the serial ``newest`` are leaves. -1 where the sweep in Python has to take over: a
    term is of a subclass, has a Value for a gradient, or hangs on one older than ``oldest``.
    """
    cdef Py_ssize_t i = 0, j, count = 1
    cdef PyObject *node
    cdef PyObject *operand
    cdef int side
    cdef bint simple = True
    if queue_capacity == 0:
        enlarge_queue()
    queue[0] = root
    (<Value>root).pending = 1
    try:
        while i < count and simple:
            node = queue[i]
            i += 1
            if (<Value>node).order <= newest and (<Value>node).code != CR_LEAF:
                simple = False  # a leaf that stands for an outer Value
            if (<Value>node).flags & VALUE_GRAD:
                simple = False
            for side in range(2):
                operand = (<Value>node).right if side else (<Value>node).left
                if operand == NULL:
                    continue
                if (<Value>operand).order < oldest or type_of(operand) != exact:
                    simple = False
                    break
                if (<Value>operand).pending == 0:
                    if <size_t>count == queue_capacity:
                        enlarge_queue()
                    queue[count] = operand
                    count += 1
                (<Value>operand).pending += 1
    except MemoryError:
        simple = False
        raise
    finally:
        if not simple:
            for j in range(count):
                (<Value>queue[j]).pending = 0
    return count if simple else -1


cdef inline void pass_on(PyObject *operand, double share, Py_ssize_t *count) noexcept:
    cdef Value value
    (<Value>operand).adjoint += share
    (<Value>operand).pending -= 1
    if (<Value>operand).pending == 0:
        queue[count[0]] = operand
        count[0] += 1


cdef void run(double seed, unsigned long long newest, bint accumulate) noexcept:
    """Visit each gathered term once, after all that depend on it.

    The queue is filled anew from its start: a term enters when its last use has been visited.
    """
    cdef Py_ssize_t i = 0, count = 1
    cdef PyObject *node = queue[0]
    cdef double adjoint
    (<Value>node).pending = 0
    (<Value>node).adjoint = seed
    while i < count:
        node = queue[i]
        i += 1
        if not accumulate and (<Value>node).order <= newest:
            continue
        adjoint = (<Value>node).adjoint
        (<Value>node).adjoint = 0.0
        if accumulate:
            (<Value>node).gradient.number += adjoint
        if (<Value>node).left != NULL:
            pass_on((<Value>node).left, adjoint * (<Value>node).left_partial, &count)
        if (<Value>node).right != NULL:
            pass_on((<Value>node).right, adjoint * (<Value>node).right_partial, &count)


cdef bint sweep(Value root, double seed) except -1:
    """``back``: add into every ``.grad``. False where the sweep in Python has to take over."""
    if gather(<PyObject *>root, 0, 0) < 0:
        return False
    run(seed, 0, True)
    shrink_queue()
    return True


def gradient(Value root, list leaves, double seed):
    """The derivatives of root with respect to leaves, made one after the other, as floats.

    None where the sweep in Python has to take over; nobody's ``.grad`` is touched.
    """
    cdef Value leaf
    cdef Value first = leaves[0], last = leaves[len(leaves) - 1]
    if type_of(<PyObject *>root) != exact or root.order < first.order:
        return None
    for leaf in leaves:
        if leaf.flags & ARRAY:
            return None
    if gather(<PyObject *>root, first.order, last.order) < 0:
        return None
    run(seed, last.order, False)
    shrink_queue()
    adjoints = []
    for leaf in leaves:
        adjoints.append(leaf.adjoint)
        leaf.adjoint = 0.0
    return adjoints
