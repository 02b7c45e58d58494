# What is called: the base of Jitted, and a call of it.

cdef class Caller:
    """What is called: a Route where one fits, or else ``call``."""

    cdef tuple routes
    cdef cr_vectorcall vector
    #: Whether the keyword ``out`` is for the results, and no argument.
    cdef public bint takes_out

    def __cinit__(self, *args, **kwargs):
        self.routes = ()
        self.vector = _called

    def __call__(self, *args, **kwargs):
        """For those who ask for it by name; a call itself goes to ``_called``."""
        cdef tuple values = (*args, *kwargs.values()), names = tuple(kwargs)
        return _call(self, cr_items(values), len(args), <PyObject *>names)

    def add_route(self, Route route):
        """Take a Route where it fits, before all others."""
        self.routes = (route, *self.routes)[:MAX_ROUTES]

    def forget_routes(self):
        self.routes = ()


cdef PyObject *_called(
    PyObject *caller, PyObject **args, size_t flags, PyObject *names
) except NULL:
    return cr_owned(_call(<Caller>caller, args, PyVectorcall_NARGS(flags), names))


cdef object _call(Caller caller, PyObject **args, Py_ssize_t count, PyObject *names):
    cdef cr_match match
    cdef Route route
    cdef tuple routes = caller.routes
    cdef object layout
    cdef Py_ssize_t i
    match.leaf_count = match.out_count = 0
    match.out = NULL
    match.skip = -1
    if names != NULL and caller.takes_out:
        for i in range(PyTuple_Size(names)):
            if PyTuple_GetItem(names, i) == <PyObject *>_OUT:
                match.skip = i
                if args[count + i] != Py_None:
                    match.out = args[count + i]
    if PyDict_GetItemWithError(_tracing, _COUNT) == <PyObject *>_ZERO:
        for i in range(PyTuple_GET_SIZE(routes)):
            route = <Route>PyTuple_GetItem(<PyObject *>routes, i)
            try:
                if route.is_met(args, count, names, &match):
                    layout = route.layout(&match)
                    if layout is not None and (
                        match.out == NULL or route.takes_out(&match, layout)
                    ):
                        return route.result(&match, layout)
            finally:
                _let_go(&match)
    return caller.call(
        tuple([<object>args[i] for i in range(count)]),
        {} if names == NULL else {
            name: <object>args[count + i] for i, name in enumerate(<tuple>names)
        },
    )


cdef Caller _one = Caller.__new__(Caller)
#: Where in a Caller its ``vector`` is.
cdef Py_ssize_t _offset = <char *>&_one.vector - <char *><PyObject *>_one
cr_call_by_vector(Caller, _offset)


def called_by_vector(kind):
    """Decorates a subclass of Caller, so that Python 3.11 too calls it as it does Caller."""
    cr_call_by_vector(kind, _offset)
    return kind
