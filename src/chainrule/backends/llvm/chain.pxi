# A Program of nests alone, run by C from its arguments to its results: what a call costs besides.
#
# Values are the inputs of the Program and what its nests store. A number is a *cell*: as many bytes
# as the widest vector has, filled with that number, so that code for vectors computes it as it is
# (a Program of numbers is one call of its code). An array is NumPy's. What follows from extents is
# worked out once for each, by `chain.py`, and kept in a Layout.
#
# Nothing of a call is kept in the Chain, so any number of threads may be in it.

cdef extern from "Python.h":
    bint PyLong_CheckExact(PyObject *)
    bint PyBool_Check(PyObject *)
    long long PyLong_AsLongLong(PyObject *) except? -1
    object PyFloat_FromDouble(double)
    object PyLong_FromLongLong(long long)
    object PyBool_FromLong(long)
    void Py_XDECREF(PyObject *)
    void *PyMem_RawMalloc(size_t)
    void PyMem_RawFree(void *)
    PyObject *Py_True

cdef extern from *:
    """
    #define cr_array(x) ((PyArrayObject *)(x))
    #define cr_bytes(x) PyArray_BYTES(cr_array(x))
    #define cr_rank(x) PyArray_NDIM(cr_array(x))
    #define cr_shape(x) ((Py_ssize_t *)PyArray_DIMS(cr_array(x)))
    #define cr_strides(x) ((Py_ssize_t *)PyArray_STRIDES(cr_array(x)))
    #define cr_is_contiguous(x) PyArray_IS_C_CONTIGUOUS(cr_array(x))
    #define cr_is_array(x) PyArray_Check(x)
    static PyObject *cr_owned(PyObject *x) { Py_INCREF(x); return x; }
    #define cr_steal(x) (x)
    static PyObject *cr_scalar(void *data, int type) {
        PyArray_Descr *descr = PyArray_DescrFromType(type);
        PyObject *scalar = PyArray_Scalar(data, descr, NULL);
        Py_DECREF(descr);
        return scalar;
    }
    """
    char *cr_bytes(PyObject *)
    int cr_rank(PyObject *)
    Py_ssize_t *cr_shape(PyObject *)
    Py_ssize_t *cr_strides(PyObject *)
    bint cr_is_contiguous(PyObject *)
    bint cr_is_array(PyObject *)
    PyObject *cr_owned(object)
    object cr_steal(PyObject *)
    PyObject *cr_scalar(void *, int) except NULL
    void PyArray_ScalarAsCtype(PyObject *, void *)

cdef enum:
    CELL_BYTES = 128
    #: Bytes of stack for the memory of a call; more comes from malloc.
    ROOM = 8192
    #: Bytes from which an array's memory comes from the pool.
    POOLED = 65536

cdef enum:
    GIVEN_NUMBER
    GIVEN_ARRAY
    MADE_NUMBER
    MADE_ARRAY
    FIXED_NUMBER  # follows from the extents

cdef enum:
    AS_READ
    AS_STORE
    AS_PARTIAL
    AS_COLUMN

ROLES = {"read": AS_READ, "store": AS_STORE, "partial": AS_PARTIAL, "column": AS_COLUMN}
VALUES = {
    "given number": GIVEN_NUMBER,
    "given array": GIVEN_ARRAY,
    "made number": MADE_NUMBER,
    "made array": MADE_ARRAY,
    "fixed number": FIXED_NUMBER,
}

cdef struct cr_value:
    int kind, type, size

# What an entry of a nest's table points to: a value, or memory to gather what becomes one.
cdef struct cr_seat:
    int slot, value, role, way, size, op

cdef struct cr_stage:
    cr_nest *nest
    cr_seat *seats
    int seat_count, is_direct, is_flat

# A stage for given extents.
cdef struct cr_span:
    int64_t rows, length, last_length, rows_a_block, lines
    int threads, streams, is_short

# How a result is handed out: a value's place, or -1 for a constant.
cdef struct cr_result:
    int value, is_weak


cdef class Layout:
    """What follows from given extents: see ``Chain.layout``."""

    cdef cr_span *spans
    cdef char *fixed
    cdef Py_ssize_t *dims
    cdef Py_ssize_t **shapes
    cdef int *ranks
    cdef int64_t room

    def __dealloc__(self):
        free(self.spans)
        free(self.fixed)
        free(self.dims)
        free(self.shapes)
        free(self.ranks)


cdef class Chain:
    """Nests one after the other, from the inputs of a Program to its results.

    Args:
        values: for each value its kind (``VALUES``), the number of its NumPy type, bytes an
            element; the inputs come first.
        inputs: how many they are.
        stages: for each nest the Nest, whether it computes one number, whether it is flat, and for
            what its table points to (slot, value, role, way, bytes, operation).
        results: for each (value, whether it is weak), or (-1, a plain number).
        arrange: takes extents, gives what ``layout`` needs.
    """

    cdef cr_value *values
    cdef cr_stage *stages
    cdef cr_result *results
    cdef readonly int input_count, result_count
    cdef int value_count, stage_count, slot_count
    cdef list nests, constants
    cdef object arrange

    def __cinit__(self, list values, int inputs, list stages, list results, arrange):
        cdef int i, k
        cdef Nest nest
        cdef cr_stage *stage
        self.arrange = arrange
        self.input_count, self.value_count = inputs, len(values)
        self.stage_count, self.result_count = len(stages), len(results)
        self.values = <cr_value *>calloc(len(values) + 1, sizeof(cr_value))
        self.stages = <cr_stage *>calloc(len(stages) + 1, sizeof(cr_stage))
        self.results = <cr_result *>calloc(len(results) + 1, sizeof(cr_result))
        if self.values == NULL or self.stages == NULL or self.results == NULL:
            raise MemoryError
        for i, (kind, type, size) in enumerate(values):
            self.values[i] = cr_value(kind, type, size)
        self.nests = []
        for i, (nest, is_direct, is_flat, seats) in enumerate(stages):
            self.nests.append(nest)
            stage = &self.stages[i]
            stage.nest = &nest.nest
            stage.is_direct, stage.is_flat = is_direct, is_flat
            stage.seat_count = len(seats)
            stage.seats = <cr_seat *>calloc(len(seats) + 1, sizeof(cr_seat))
            if stage.seats == NULL:
                raise MemoryError
            for k, (slot, value, role, way, size, op) in enumerate(seats):
                stage.seats[k] = cr_seat(slot, value, role, way, size, op)
            self.slot_count = max(self.slot_count, stage.nest.slot_count)
        self.constants = []
        for i, (value, what) in enumerate(results):
            self.results[i].value = value
            self.results[i].is_weak = value >= 0 and what
            self.constants.append(None if value >= 0 else what)

    def __dealloc__(self):
        cdef int i
        if self.stages != NULL:
            for i in range(self.stage_count):
                free(self.stages[i].seats)
        free(self.stages)
        free(self.values)
        free(self.results)

    cpdef Layout layout(self, tuple extents):
        """What follows from extents: ``arrange(extents)`` gives a dict.

        ``spans``: (rows, length, rows_a_block, threads, streams, is_short) a stage; ``shapes``: of
        each array that is made and of each result; ``fixed``: the numbers that follow from extents.
        """
        cdef dict arranged = self.arrange(extents)
        cdef Layout layout = Layout()
        cdef cr_span *span
        cdef int i, axis, place = 0
        cdef int64_t temporary, stage_room
        layout.spans = <cr_span *>calloc(self.stage_count + 1, sizeof(cr_span))
        layout.shapes = <Py_ssize_t **>calloc(self.value_count + 1, sizeof(Py_ssize_t *))
        layout.ranks = <int *>calloc(self.value_count + 1, sizeof(int))
        cdef list shapes = arranged["shapes"], fixed = arranged["fixed"]
        layout.dims = <Py_ssize_t *>calloc(sum(map(len, shapes)) + 1, sizeof(Py_ssize_t))
        layout.fixed = <char *>calloc(self.value_count + 1, CELL_BYTES)
        if (layout.spans == NULL or layout.shapes == NULL or layout.ranks == NULL
                or layout.dims == NULL or layout.fixed == NULL):
            raise MemoryError
        for i in range(self.value_count):
            layout.ranks[i] = len(shapes[i])
            layout.shapes[i] = layout.dims + place
            for axis in range(layout.ranks[i]):
                layout.dims[place] = shapes[i][axis]
                place += 1
            if self.values[i].kind == FIXED_NUMBER:
                number = fixed[i]
                _put_number(<PyObject *>number, &self.values[i], layout.fixed + i * CELL_BYTES)
        cdef int64_t most = 0
        for i in range(self.stage_count):
            span = &layout.spans[i]
            (span.rows, span.length, span.rows_a_block, span.threads, span.streams,
             span.is_short) = arranged["spans"][i]
            span.last_length = span.length
            if self.stages[i].is_flat:
                span.rows = (span.length + CR_BLOCK - 1) // CR_BLOCK
                span.last_length = span.length - (span.rows - 1) * CR_BLOCK
                span.length = min(span.length, CR_BLOCK)
            span.lines = (span.rows + span.rows_a_block - 1) // span.rows_a_block
            stage_room = 0
            for k in range(self.stages[i].seat_count):
                temporary = _temporary(&self.stages[i].seats[k], span)
                stage_room += (temporary + CR_LINE - 1) // CR_LINE * CR_LINE
            most = max(most, stage_room)
        layout.room = (
            CR_LINE
            + 2 * self.value_count * sizeof(void *)
            + self.slot_count * (sizeof(void *) + sizeof(cr_place))
            + CR_LINE
            + self.value_count * CELL_BYTES
            + most
        )
        return layout

    def __call__(self, list leaves, tuple extents):
        """The results for the inputs of the Program, which fit the extents."""
        cdef Layout layout = self.layout(extents)
        cdef int i
        cdef PyObject **given = <PyObject **>calloc(self.input_count + 1, sizeof(PyObject *))
        cdef PyObject **results = <PyObject **>calloc(self.result_count + 1, sizeof(PyObject *))
        try:
            if given == NULL or results == NULL:
                raise MemoryError
            for i in range(self.input_count):
                given[i] = <PyObject *>leaves[i]
            self.run(given, layout, results)
            return [cr_steal(results[i]) for i in range(self.result_count)]
        finally:
            free(given)
            free(results)

    cdef int run(self, PyObject **leaves, Layout layout, PyObject **results) except -1:
        """Compute the results (new references) of the leaves, which fit the layout."""
        cdef char stack[ROOM]
        cdef char *memory = stack
        cdef char **data
        cdef PyObject **arrays
        cdef char *cells
        cdef char *at
        cdef int i, done = 0
        cdef cr_value *value
        if layout.room > ROOM:
            memory = <char *>PyMem_RawMalloc(layout.room)
            if memory == NULL:
                raise MemoryError("no memory for a call")
        at = <char *>((<uintptr_t>memory + CR_LINE - 1) // CR_LINE * CR_LINE)
        cells = at
        at += self.value_count * CELL_BYTES
        data = <char **>at
        at += self.value_count * sizeof(void *)
        arrays = <PyObject **>at
        at += self.value_count * sizeof(void *)
        memset(arrays, 0, self.value_count * sizeof(void *))
        try:
            for i in range(self.value_count):
                value = &self.values[i]
                if value.kind == GIVEN_ARRAY:
                    data[i] = cr_bytes(leaves[i])
                elif value.kind == FIXED_NUMBER:
                    data[i] = layout.fixed + i * CELL_BYTES
                else:
                    data[i] = cells + i * CELL_BYTES
                    if value.kind == GIVEN_NUMBER:
                        _put_number(leaves[i], value, data[i])
            for i in range(self.stage_count):
                if self.stages[i].is_direct:
                    self._compute(&self.stages[i], data, <void **>at)
                else:
                    self._loop(&self.stages[i], &layout.spans[i], layout, leaves, data, arrays, at)
            while done < self.result_count:
                results[done] = self._result(done, layout, leaves, data, arrays)
                done += 1
        finally:
            if done < self.result_count:
                for i in range(done):
                    Py_XDECREF(results[i])
            for i in range(self.value_count):
                Py_XDECREF(arrays[i])
            if memory != stack:
                PyMem_RawFree(memory)
        return 0

    cdef void _compute(self, cr_stage *stage, char **data, void **table) noexcept:
        """One number, in all lanes of a vector."""
        cdef int k
        for k in range(stage.seat_count):
            table[stage.seats[k].slot] = data[stage.seats[k].value]
        stage.nest.steps[0].body(table, 1)

    cdef int _loop(
        self, cr_stage *stage, cr_span *span, Layout layout, PyObject **leaves, char **data,
        PyObject **arrays, char *at,
    ) except -1:
        cdef cr_call call
        cdef cr_place *places = <cr_place *>at
        cdef cr_place *place
        cdef cr_seat *seat
        cdef int k
        cdef int64_t temporary
        cdef list kept = None
        call.nest = stage.nest
        call.places = places
        call.rows = span.rows
        call.length = span.length
        call.last_length = span.last_length
        call.rows_a_block = span.rows_a_block
        call.streams = span.streams
        at += self.slot_count * sizeof(cr_place)
        at = <char *>((<uintptr_t>at + CR_LINE - 1) // CR_LINE * CR_LINE)
        memset(places, 0, self.slot_count * sizeof(cr_place))
        for k in range(stage.seat_count):
            seat = &stage.seats[k]
            place = &places[seat.slot]
            if seat.role == AS_STORE and self.values[seat.value].kind == MADE_ARRAY:
                arrays[seat.value] = self._new(seat.value, layout)
                data[seat.value] = cr_bytes(arrays[seat.value])
            temporary = _temporary(seat, span)
            if seat.role >= AS_PARTIAL:
                place.base = at
                at += (temporary + CR_LINE - 1) // CR_LINE * CR_LINE
                if seat.role == AS_COLUMN:
                    memset(place.base, 0, temporary)
            else:
                place.base = data[seat.value]
            if self.values[seat.value].kind == GIVEN_ARRAY and seat.role == AS_READ and (
                not cr_is_contiguous(leaves[seat.value])
            ):
                if kept is None:
                    kept = []
                _walk(seat, leaves[seat.value], span, stage.is_flat, place, kept)
            else:
                place.inner = seat.size if seat.way & 2 else 0
                if stage.is_flat and seat.way == 2:
                    place.outer = seat.size * CR_BLOCK
                elif seat.way == 3:
                    place.outer = seat.size * span.length
                else:
                    place.outer = seat.size if seat.way & 1 else 0
            if call.streams and seat.role != AS_READ and stage.nest.slots[seat.slot].kind == CR_VECTOR:
                # Stores past the cache want whole lines, in every row.
                if <uintptr_t>place.base % CR_LINE or place.outer % CR_LINE:
                    call.streams = 0
        if span.rows > 0:
            _run(&call, span.threads, span.is_short)
        for k in range(stage.seat_count):
            seat = &stage.seats[k]
            if seat.role == AS_PARTIAL:
                if span.rows > 1:
                    cr_tree(places[seat.slot].base, span.rows, seat.op, seat.size)
                if span.rows:
                    memcpy(data[seat.value], places[seat.slot].base, seat.size)
                else:
                    memset(data[seat.value], 0, seat.size)
                _splat(data[seat.value], seat.size)
            elif seat.role == AS_COLUMN:
                arrays[seat.value] = self._new(seat.value, layout)
                data[seat.value] = cr_bytes(arrays[seat.value])
                _add_rows(
                    data[seat.value], places[seat.slot].base, span.lines, span.length, seat.size
                )
            elif seat.role == AS_STORE and self.values[seat.value].kind == MADE_NUMBER:
                _splat(data[seat.value], seat.size)
        return 0

    cdef PyObject *_new(self, int i, Layout layout) except NULL:
        """An array that nobody wrote yet."""
        cdef int64_t bytes = self.values[i].size
        cdef int axis
        for axis in range(layout.ranks[i]):
            bytes *= layout.shapes[i][axis]
        if bytes < POOLED:
            return cr_owned(
                cnp.PyArray_SimpleNew(layout.ranks[i], <cnp.npy_intp *>layout.shapes[i],
                                      self.values[i].type)
            )
        shape = tuple([layout.shapes[i][axis] for axis in range(layout.ranks[i])])
        memory = Memory(bytes)
        return cr_owned(
            np.ndarray(shape, cnp.PyArray_DescrFromType(self.values[i].type), memory)
        )

    cdef PyObject *_result(
        self, int i, Layout layout, PyObject **leaves, char **data, PyObject **arrays
    ) except NULL:
        """What is handed out: a number, or an array that is nobody else's."""
        cdef int place = self.results[i].value
        cdef cr_value *value
        cdef PyObject *array
        if place < 0:
            return cr_owned(self.constants[i])
        value = &self.values[place]
        if value.kind == MADE_ARRAY:
            array = arrays[place]
            for k in range(i):
                if self.results[k].value == place:
                    return cr_owned((<object>array).copy())
            return cr_owned(<object>array)
        if value.kind == GIVEN_ARRAY:
            return cr_owned((<object>leaves[place]).copy())
        if layout.ranks[place]:
            array = self._new(place, layout)
            memcpy(cr_bytes(array), data[place], value.size)
            return array
        if not self.results[i].is_weak:
            return cr_scalar(data[place], value.type)
        if value.type == cnp.NPY_DOUBLE:
            return cr_owned(PyFloat_FromDouble((<double *>data[place])[0]))
        if value.type == cnp.NPY_BOOL:
            return cr_owned(PyBool_FromLong(data[place][0]))
        return cr_owned(PyLong_FromLongLong((<int64_t *>data[place])[0]))


cdef inline int64_t _temporary(cr_seat *seat, cr_span *span) noexcept:
    """Bytes to gather a reduction in: a number a row, or rows of sums."""
    if seat.role == AS_PARTIAL:
        return span.rows * seat.size
    return span.lines * span.length * seat.size if seat.role == AS_COLUMN else 0


cdef int _put_number(PyObject *x, cr_value *value, char *cell) except -1:
    """The number that an argument is, in all of a cell."""
    cdef double number
    cdef int64_t whole
    if PyFloat_CheckExact(<object>x):
        number = PyFloat_AS_DOUBLE(<object>x)
        memcpy(cell, &number, 8)
    elif PyLong_CheckExact(x):
        whole = PyLong_AsLongLong(x)
        memcpy(cell, &whole, 8)
    elif PyBool_Check(x):
        cell[0] = x == Py_True
    elif cr_is_array(x):
        memcpy(cell, cr_bytes(x), value.size)
    else:
        PyArray_ScalarAsCtype(x, cell)
    _splat(cell, value.size)
    return 0


cdef inline void _splat(char *cell, int size) noexcept:
    """The first number of a cell in all of it."""
    cdef int i
    if size == 8:
        for i in range(1, CELL_BYTES // 8):
            (<int64_t *>cell)[i] = (<int64_t *>cell)[0]
    else:
        for i in range(size, CELL_BYTES):
            cell[i] = cell[i - size]


cdef int _walk(
    cr_seat *seat, PyObject *array, cr_span *span, bint is_flat, cr_place *place, list kept
) except -1:
    """Where an array that is not contiguous is, and its steps; or a copy's."""
    cdef int64_t length = span.length
    if is_flat:
        length = (span.rows - 1) * CR_BLOCK + span.last_length
    if not _strides(cr_rank(array), cr_shape(array), cr_strides(array), seat.size,
                    seat.way, length, &place.outer, &place.inner):
        copied = np.ascontiguousarray(<object>array)
        kept.append(copied)
        array = <PyObject *>copied
        place.base = cr_bytes(array)
        _strides(cr_rank(array), cr_shape(array), cr_strides(array), seat.size,
                 seat.way, length, &place.outer, &place.inner)
    if is_flat and seat.way == 2:
        place.outer = place.inner * CR_BLOCK
    return 0


cdef void _add_rows(char *to, char *rows, int64_t count, int64_t length, int size) noexcept:
    """The sum of rows, from the first on, as ``np.add.reduce`` takes it."""
    cdef int64_t row, i
    if count == 0:
        memset(to, 0, length * size)
        return
    memcpy(to, rows, length * size)
    for row in range(1, count):
        if size == 8:
            for i in range(length):
                (<double *>to)[i] += (<double *>rows)[row * length + i]
        else:
            for i in range(length):
                (<float *>to)[i] += (<float *>rows)[row * length + i]


cdef int run_chain(
    object chain, object layout, PyObject **leaves, PyObject **results
) except -1:
    """Run a Chain on leaves that fit a Layout of it; the results are new references."""
    return (<Chain>chain).run(leaves, <Layout>layout, results)
