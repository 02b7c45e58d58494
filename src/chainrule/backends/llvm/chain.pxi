# A Program run by C from its arguments to its results: what a call costs besides its loops.
#
# Values are the inputs of the Program and what its steps make. A number is a *cell*: as many bytes
# as the widest vector has, filled with that number, so that code for vectors computes it as it is
# (a Program of numbers is one call of its code). An array that is a result is NumPy's; one that
# only later steps read has its place in the memory of the call, which is planned once and comes
# from the pool. What follows from extents is worked out once for each, by `chain.py`, and kept in a
# Layout. What neither loops nor acts compute is a call of NumPy.
#
# Nothing of a call is kept in the Chain, so any number of threads may be in it.

cdef object _IGNORED = np.errstate

# What one call works with.
cdef struct cr_work:
    PyObject **leaves
    PyObject **arrays  # of values that are arrays of Python's; NULL for others
    char **data
    char *memory  # for planned arrays and what steps need
    char *room
    PyObject *held  # what owns that memory; NULL for the stack
    PyObject **outs


cdef class Steps:
    """Steps one after the other, from the inputs of a Program to its results.

    Args:
        values: for each value its kind (``VALUES``), the number of its NumPy type, bytes an
            element, and whether it is a result that is made in place; the inputs come first.
        inputs: how many they are.
        stages: for each nest (Nest, whether it computes one number, whether it is flat, and for
            what its table points to: slot, value, role, way, bytes, operation); for each other step
            (kernel, operands, result, whether it takes out=), where an operand is (value, None) or
            (-1, a plain number).
        results: for each (value, whether it is weak), or (-1, a plain number).
        arrange: takes extents, gives what ``layout`` needs.
        may_replace: takes a result and an input, says whether one may be made in the other.
    """

    cdef cr_value *values
    cdef cr_stage *stages
    cdef cr_result *results
    cdef readonly int input_count, result_count
    cdef int value_count, stage_count, slot_count
    cdef list nests, calls, constants
    cdef object arrange, may_replace
    cdef dict replaces

    def __cinit__(self, list values, int inputs, list stages, list results, arrange, may_replace):
        cdef int i, k
        cdef Nest nest
        cdef cr_stage *stage
        self.arrange, self.may_replace, self.replaces = arrange, may_replace, {}
        self.input_count, self.value_count = inputs, len(values)
        self.stage_count, self.result_count = len(stages), len(results)
        self.values = <cr_value *>calloc(len(values) + 1, sizeof(cr_value))
        self.stages = <cr_stage *>calloc(len(stages) + 1, sizeof(cr_stage))
        self.results = <cr_result *>calloc(len(results) + 1, sizeof(cr_result))
        if self.values == NULL or self.stages == NULL or self.results == NULL:
            raise MemoryError
        for i, (kind, type, size, is_fresh) in enumerate(values):
            self.values[i] = cr_value(kind, type, size, is_fresh)
        self.nests, self.calls = [], []
        for i, given in enumerate(stages):
            stage = &self.stages[i]
            self.calls.append(None if isinstance(given[0], Nest) else given)
            if not isinstance(given[0], Nest):
                continue
            nest, is_direct, is_flat, seats = given
            self.nests.append(nest)
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

        ``shapes`` and ``strides`` (None: row after row) of each value; ``fixed``: the numbers and
        arrays that follow from extents; ``offsets`` of the arrays in the memory of a call, and its
        ``bytes``; of each stage, (rows, length, rows_a_block, threads, streams, is_short), or
        (is_short, acts) where an act is (code, is_float, out, a, b, scratch, words), or, a dict,
        the parameters of a call of NumPy.
        """
        cdef dict arranged = self.arrange(extents)
        cdef Layout layout = Layout()
        cdef cr_span *span
        cdef cr_act *act
        cdef int i, k, axis, place = 0, acts = 0
        cdef int64_t stage_room, most = 0, at = 0
        cdef list shapes = arranged["shapes"], fixed = arranged["fixed"], stages = arranged["stages"]
        cdef list strides = arranged["strides"]
        cdef list all_acts = []
        for i in range(self.stage_count):
            if self.stages[i].nest == NULL and type(stages[i]) is tuple:
                all_acts += stages[i][1]
        layout.spans = <cr_span *>calloc(self.stage_count + 1, sizeof(cr_span))
        layout.acts = <cr_act *>calloc(len(all_acts) + 1, sizeof(cr_act))
        layout.words = <int64_t *>calloc(sum([len(x[6]) for x in all_acts]) + 1, sizeof(int64_t))
        layout.shapes = <Py_ssize_t **>calloc(self.value_count + 1, sizeof(Py_ssize_t *))
        layout.strides = <Py_ssize_t **>calloc(self.value_count + 1, sizeof(Py_ssize_t *))
        layout.ranks = <int *>calloc(self.value_count + 1, sizeof(int))
        layout.plain = <char *>calloc(self.value_count + 1, 1)
        layout.offsets = <int64_t *>calloc(self.value_count + 1, sizeof(int64_t))
        layout.dims = <Py_ssize_t *>calloc(2 * sum(map(len, shapes)) + 1, sizeof(Py_ssize_t))
        layout.fixed = <char *>calloc(self.value_count + 1, CELL_BYTES)
        if (layout.spans == NULL or layout.acts == NULL or layout.words == NULL
                or layout.shapes == NULL or layout.strides == NULL or layout.ranks == NULL
                or layout.plain == NULL or layout.offsets == NULL or layout.dims == NULL
                or layout.fixed == NULL):
            raise MemoryError
        layout.kept, layout.given = fixed, stages
        for i in range(self.value_count):
            layout.ranks[i] = len(shapes[i])
            layout.offsets[i] = arranged["offsets"][i]
            layout.shapes[i] = layout.dims + place
            for axis in range(layout.ranks[i]):
                layout.dims[place] = shapes[i][axis]
                place += 1
            if strides[i] is not None:
                layout.strides[i] = layout.dims + place
                for axis in range(layout.ranks[i]):
                    layout.dims[place] = strides[i][axis]
                    place += 1
            if self.values[i].kind == FIXED_NUMBER:
                number = fixed[i]
                _put_number(<PyObject *>number, &self.values[i], layout.fixed + i * CELL_BYTES)
        for i in range(self.stage_count):
            span = &layout.spans[i]
            if self.stages[i].nest == NULL:
                if type(stages[i]) is dict:
                    span.act_count = -1
                    layout.is_held = True
                    continue
                span.is_short, found = stages[i]
                span.first_act, span.act_count = acts, len(found)
                for code, is_float, out, a, b, scratch, words in found:
                    act = &layout.acts[acts]
                    act.code, act.is_float, act.out = code, is_float, out
                    act.a, act.b, act.scratch, act.words = a, b, scratch, layout.words + at
                    layout.plain[a] = layout.plain[b] = True
                    for word in words:
                        layout.words[at] = word
                        at += 1
                    acts += 1
                continue
            (span.rows, span.length, span.rows_a_block, span.threads, span.streams,
             span.is_short) = stages[i]
            span.last_length = span.length
            if self.stages[i].is_flat:
                span.rows = (span.length + CR_BLOCK - 1) // CR_BLOCK
                span.last_length = span.length - (span.rows - 1) * CR_BLOCK
                span.length = min(span.length, CR_BLOCK)
            span.lines = (span.rows + span.rows_a_block - 1) // span.rows_a_block
            stage_room = 0
            for k in range(self.stages[i].seat_count):
                stage_room += _lines(_temporary(&self.stages[i].seats[k], span))
            most = max(most, stage_room)
        layout.planned = _lines(arranged["bytes"])
        layout.room = (
            CR_LINE
            + layout.planned
            + self.value_count * CELL_BYTES
            + 2 * self.value_count * sizeof(void *)
            + self.slot_count * (sizeof(void *) + sizeof(cr_place))
            + CR_LINE
            + most
        )
        layout.is_of_numbers = layout.room <= ROOM and self._is_of_numbers()
        return layout

    cdef bint _is_of_numbers(self) noexcept:
        """Whether all values are numbers, given or computed, without a loop."""
        cdef int i
        for i in range(self.value_count):
            if self.values[i].kind != GIVEN_NUMBER and self.values[i].kind != MADE_NUMBER:
                return False
        for i in range(self.stage_count):
            if not self.stages[i].is_direct:
                return False
        return True

    cdef int _stages(self, Layout layout, cr_work *work) except -1:
        cdef int i
        for i in range(self.stage_count):
            if self.stages[i].nest == NULL:
                if layout.spans[i].act_count < 0:
                    self._call(i, layout, work)
                else:
                    self._act(&layout.spans[i], layout, work)
            elif self.stages[i].is_direct:
                self._compute(&self.stages[i], work.data, <void **>work.room)
            else:
                self._loop(&self.stages[i], &layout.spans[i], layout, work)
        return 0

    # --- loops ------------------------------------------------------------------------------------

    cdef void _compute(self, cr_stage *stage, char **data, void **table) noexcept:
        """One number, in all lanes of a vector."""
        cdef int k
        for k in range(stage.seat_count):
            table[stage.seats[k].slot] = data[stage.seats[k].value]
        stage.nest.steps[0].body(table, 1)

    cdef int _loop(
        self, cr_stage *stage, cr_span *span, Layout layout, cr_work *work
    ) except -1:
        cdef cr_call call
        cdef cr_place *places = <cr_place *>work.room
        cdef cr_place *place
        cdef cr_seat *seat
        cdef char *at = work.room + self.slot_count * sizeof(cr_place)
        cdef int k, value
        cdef int64_t temporary
        cdef list kept = None
        call.nest = stage.nest
        call.places = places
        call.rows = span.rows
        call.length = span.length
        call.last_length = span.last_length
        call.rows_a_block = span.rows_a_block
        call.streams = span.streams
        at = <char *>((<uintptr_t>at + CR_LINE - 1) // CR_LINE * CR_LINE)
        memset(places, 0, self.slot_count * sizeof(cr_place))
        for k in range(stage.seat_count):
            seat = &stage.seats[k]
            value = seat.value
            place = &places[seat.slot]
            if seat.role == AS_STORE:
                self._make(value, layout, work)
            temporary = _temporary(seat, span)
            if seat.role >= AS_PARTIAL:
                place.base = at
                at += _lines(temporary)
                if seat.role == AS_COLUMN:
                    memset(place.base, 0, temporary)
            else:
                place.base = work.data[value]
            if seat.role == AS_READ and self._is_strided(value, layout, work):
                if kept is None:
                    kept = []
                self._walk(seat, span, stage.is_flat, place, kept, layout, work)
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
            value = seat.value
            if seat.role == AS_PARTIAL:
                if span.rows > 1:
                    cr_tree(places[seat.slot].base, span.rows, seat.op, seat.size)
                if span.rows:
                    memcpy(work.data[value], places[seat.slot].base, seat.size)
                else:
                    memset(work.data[value], 0, seat.size)
                _splat(work.data[value], seat.size)
            elif seat.role == AS_COLUMN:
                self._make(value, layout, work)
                _add_rows(
                    work.data[value], places[seat.slot].base, span.lines, span.length, seat.size
                )
            elif seat.role == AS_STORE and self.values[value].kind == MADE_NUMBER:
                _splat(work.data[value], seat.size)
        return 0

    cdef bint _is_strided(self, int i, Layout layout, cr_work *work) noexcept:
        if self.values[i].kind == GIVEN_ARRAY and work.arrays[i] == NULL:
            return not cr_is_contiguous(work.leaves[i])
        return layout.strides[i] != NULL

    cdef int _walk(
        self, cr_seat *seat, cr_span *span, bint is_flat, cr_place *place, list kept, Layout layout,
        cr_work *work,
    ) except -1:
        """Where an array that is not contiguous is, and its steps; or a copy's."""
        cdef int64_t length = span.length
        cdef int i = seat.value
        cdef bint is_given = self.values[i].kind == GIVEN_ARRAY
        cdef Py_ssize_t *strides = cr_strides(work.leaves[i]) if is_given else layout.strides[i]
        if is_flat:
            length = (span.rows - 1) * CR_BLOCK + span.last_length
        if not _strides(layout.ranks[i], layout.shapes[i], strides, seat.size, seat.way, length,
                        &place.outer, &place.inner):
            copied = np.ascontiguousarray(cr_steal(self._wrapped(i, layout, work)))
            kept.append(copied)
            place.base = cr_bytes(<PyObject *>copied)
            _strides(layout.ranks[i], layout.shapes[i], cr_strides(<PyObject *>copied), seat.size,
                     seat.way, length, &place.outer, &place.inner)
        if is_flat and seat.way == 2:
            place.outer = place.inner * CR_BLOCK
        return 0

    # --- acts and calls of NumPy ------------------------------------------------------------------

    cdef int _act(self, cr_span *span, Layout layout, cr_work *work) except -1:
        cdef int k, ended = CR_ACT_DONE
        cdef cr_act *act
        cdef char **data = work.data
        for k in range(span.act_count):
            act = &layout.acts[span.first_act + k]
            if act.code == CR_ACT_VIEW:
                data[act.out] = data[act.a] + act.words[0]
                continue
            self._make(act.out, layout, work)
            if span.is_short:
                ended = cr_act_run(act.code, act.is_float, data[act.out], data[act.a], data[act.b],
                                   data[act.scratch], act.words)
            else:
                with nogil:
                    ended = cr_act_run(act.code, act.is_float, data[act.out], data[act.a],
                                       data[act.b], data[act.scratch], act.words)
            if ended != CR_ACT_DONE:
                raise np.linalg.LinAlgError(
                    "Matrix is not positive definite" if ended == CR_ACT_INDEFINITE
                    else "Singular matrix"
                )
            if self.values[act.out].kind == MADE_NUMBER:
                _splat(data[act.out], self.values[act.out].size)
        return 0

    cdef int _call(self, int stage, Layout layout, cr_work *work) except -1:
        """What NumPy computes: into an array that is there, or an array of its own."""
        cdef tuple call = self.calls[stage]
        cdef int out = call[2], i
        cdef cr_value *value = &self.values[out]
        cdef list operands = []
        for i, x in <list>call[1]:
            operands.append(x if i < 0 else self._object(i, layout, work))
        cdef dict parameters = layout.given[stage]
        if call[3]:
            self._make(out, layout, work)
            call[0](*operands, **parameters, out=self._object(out, layout, work))
            return 0
        made = call[0](*operands, **parameters)
        if value.kind == OBJECT:
            work.arrays[out] = cr_owned(made)
            return 0
        for x in operands:
            if made is x:
                made = made.copy()
        made = np.asarray(made, cnp.PyArray_DescrFromType(value.type))
        cdef int axis, rank = cr_rank(<PyObject *>made)
        if rank != layout.ranks[out] or memcmp(
            cr_shape(<PyObject *>made), layout.shapes[out], rank * sizeof(Py_ssize_t)
        ):
            raise ValueError(f"an operation gave an array of shape {made.shape}, not the one planned")
        if value.kind == MADE_NUMBER:
            memcpy(work.data[out], cr_bytes(<PyObject *>made), value.size)
            _splat(work.data[out], value.size)
            return 0
        if work.arrays[out] != NULL:  # the caller's
            np.copyto(<object>work.arrays[out], made)
            return 0
        if not cr_is_plain(<PyObject *>made) or (value.is_fresh and made.base is not None):
            made = made.copy()
        work.arrays[out] = cr_owned(made)
        work.data[out] = cr_bytes(<PyObject *>made)
        return 0

    cdef object _object(self, int i, Layout layout, cr_work *work):
        """A value as NumPy takes it."""
        cdef int kind = self.values[i].kind
        if kind == GIVEN_ARRAY:
            return <object>(work.leaves[i] if work.arrays[i] == NULL else work.arrays[i])
        if kind == FIXED_ARRAY:
            return layout.kept[i]
        if work.arrays[i] != NULL and layout.strides[i] == NULL:
            return <object>work.arrays[i]
        if layout.ranks[i] == 0:
            return cr_steal(cr_scalar(work.data[i], self.values[i].type))
        return cr_steal(self._wrapped(i, layout, work))

    cdef PyObject *_wrapped(self, int i, Layout layout, cr_work *work) except NULL:
        """An array on the memory where a value is."""
        if self.values[i].kind == GIVEN_ARRAY:
            return cr_owned(<object>work.leaves[i])
        return cr_wrapped(layout.ranks[i], layout.shapes[i], layout.strides[i],
                          self.values[i].type, work.data[i], work.held)

    cdef int _make(self, int i, Layout layout, cr_work *work) except -1:
        """The array of a value that the next step writes, if it is a result."""
        if self.values[i].is_fresh and work.arrays[i] == NULL:
            work.arrays[i] = self._new(i, layout)
            work.data[i] = cr_bytes(work.arrays[i])
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
