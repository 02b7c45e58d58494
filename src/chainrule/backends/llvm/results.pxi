# A call of a Chain: from its arguments through the steps to its results, and to arrays for these.

@cython.final  # so that its methods are called directly, and inlined
cdef class Chain(Steps):
    """Steps that can be called."""

    def __call__(self, list leaves, tuple extents, outs=None):
        """The results for the inputs of the Program, which fit the extents.

        Those for which ``outs`` has an array, of the right shape and type, are written into it.
        """
        cdef Layout layout = self.layout(extents)
        return self.run_layout(layout, leaves, outs)

    def run_layout(self, Layout layout, list leaves, outs=None):
        """The same for a Layout that is known."""
        cdef int i, size = self.input_count + 2 * self.result_count + 1
        cdef PyObject **given = <PyObject **>calloc(size, sizeof(PyObject *))
        cdef PyObject **results = given + self.input_count
        cdef PyObject **wanted = results + self.result_count
        try:
            if given == NULL:
                raise MemoryError
            for i in range(self.input_count):
                given[i] = <PyObject *>leaves[i]
            if outs is not None:
                for i, out in enumerate(outs):
                    wanted[i] = NULL if out is None else <PyObject *>out
            self.run(given, layout, results, NULL if outs is None else wanted)
            return [cr_steal(results[i]) for i in range(self.result_count)]
        finally:
            free(given)

    cdef int run(
        self, PyObject **leaves, Layout layout, PyObject **results, PyObject **outs
    ) except -1:
        """Compute the results (new references) of the leaves, which fit the layout.

        ``outs`` has for each result the array that takes it, or NULL; or it is NULL.
        """
        if layout.is_of_numbers and outs == NULL:
            return self._run_numbers(leaves, layout, results)
        cdef char stack[ROOM]
        cdef cr_work work
        cdef char *cells
        cdef char *at = stack
        cdef int i, done = 0
        cdef Memory memory
        cdef cr_value *value
        work.leaves, work.outs, work.held = leaves, outs, NULL
        if layout.room > ROOM or layout.is_held:
            memory = Memory(layout.room)
            work.held = <PyObject *>memory
            at = memory.data
        at = <char *>((<uintptr_t>at + CR_LINE - 1) // CR_LINE * CR_LINE)
        work.memory = at
        at += layout.planned
        cells = at
        at += self.value_count * CELL_BYTES
        work.data = <char **>at
        at += self.value_count * sizeof(void *)
        work.arrays = <PyObject **>at
        at += self.value_count * sizeof(void *)
        work.room = at
        memset(work.arrays, 0, self.value_count * sizeof(void *))
        try:
            for i in range(self.value_count):
                value = &self.values[i]
                if value.kind == GIVEN_ARRAY:
                    if layout.plain[i] and not cr_is_plain(leaves[i]):
                        work.arrays[i] = cr_owned((<object>leaves[i]).copy())
                        work.data[i] = cr_bytes(work.arrays[i])
                    else:
                        work.data[i] = cr_bytes(leaves[i])
                elif value.kind == FIXED_NUMBER:
                    work.data[i] = layout.fixed + i * CELL_BYTES
                elif value.kind == FIXED_ARRAY:
                    work.data[i] = cr_bytes(<PyObject *>layout.kept[i])
                elif layout.offsets[i] >= 0:
                    work.data[i] = work.memory + layout.offsets[i]
                else:
                    work.data[i] = cells + i * CELL_BYTES
                    if value.kind == GIVEN_NUMBER:
                        _put_number(leaves[i], value, work.data[i])
            if outs != NULL:
                self._bind(layout, &work)
            if layout.is_held:
                with _IGNORED(all="ignore"):
                    self._stages(layout, &work)
            else:
                self._stages(layout, &work)
            while done < self.result_count:
                if outs != NULL and outs[done] != NULL:
                    results[done] = self._aside(done, layout, &work)
                else:
                    results[done] = self._result(done, layout, &work)
                done += 1
            if outs != NULL:
                self._hand_over(results, &work)
        except:
            for i in range(done):
                Py_XDECREF(results[i])
            raise
        finally:
            for i in range(self.value_count):
                Py_XDECREF(work.arrays[i])
        return 0

    cdef int _run_numbers(self, PyObject **leaves, Layout layout, PyObject **results) except -1:
        """The same where all values are numbers: there is nothing to prepare but their cells."""
        cdef char stack[ROOM]
        cdef char *cells = <char *>((<uintptr_t>stack + CR_LINE - 1) // CR_LINE * CR_LINE)
        cdef char **data = <char **>(cells + self.value_count * CELL_BYTES)
        cdef int i, done = 0
        for i in range(self.value_count):
            data[i] = cells + i * CELL_BYTES
        for i in range(self.input_count):
            _put_number(leaves[i], &self.values[i], data[i])
        for i in range(self.stage_count):
            self._compute(&self.stages[i], data, <void **>(data + self.value_count))
        try:
            for done in range(self.result_count):
                results[done] = self._number(done, layout, data)
        except:
            for i in range(done):
                Py_XDECREF(results[i])
            raise
        return 0

    # --- results ----------------------------------------------------------------------------------

    cdef PyObject *_result(self, int i, Layout layout, cr_work *work) except NULL:
        """What is handed out: a number, or an array that is nobody else's."""
        cdef int place = self.results[i].value
        if place < 0 or self._is_number(place):
            return self._number(i, layout, work.data)
        if work.arrays[place] != NULL and self._is_own(i, work):
            return cr_owned(<object>work.arrays[place])
        return self._copied(place, layout, work)

    cdef PyObject *_copied(self, int i, Layout layout, cr_work *work) except NULL:
        return cr_owned(np.array(cr_steal(self._wrapped(i, layout, work)), order="C"))

    cdef bint _is_number(self, int i) noexcept:
        cdef int kind = self.values[i].kind
        return kind == MADE_NUMBER or kind == GIVEN_NUMBER or kind == FIXED_NUMBER

    cdef bint _is_own(self, int i, cr_work *work) except -1:
        """Whether the array of a result is nobody else's."""
        cdef int place = self.results[i].value, k
        for k in range(self.result_count):
            if k != i and self.results[k].value == place and (
                k < i or (work.outs != NULL and work.outs[k] == work.arrays[place])
            ):
                return False
        if self.values[place].is_fresh:
            return True
        if self.values[place].kind == GIVEN_ARRAY:
            return False
        array = <object>work.arrays[place]
        return array.base is None  # what NumPy gave may be a view

    cdef PyObject *_number(self, int i, Layout layout, char **values) except NULL:
        cdef int place = self.results[i].value
        cdef cr_value *value = &self.values[place]
        cdef char *data
        cdef PyObject *array
        if place < 0:
            return cr_owned(self.constants[i])
        data = values[place]
        if layout.ranks[place]:
            array = self._new(place, layout)
            memcpy(cr_bytes(array), data, value.size)
            return array
        if not self.results[i].is_weak:
            return cr_scalar(data, value.type)
        if value.type == cnp.NPY_DOUBLE:
            return cr_owned(PyFloat_FromDouble((<double *>data)[0]))
        if value.type == cnp.NPY_BOOL:
            return cr_owned(PyBool_FromLong(data[0]))
        return cr_owned(PyLong_FromLongLong((<int64_t *>data)[0]))

    # --- arrays of the user's ---------------------------------------------------------------------

    cdef int _bind(self, Layout layout, cr_work *work) except -1:
        """Have results made in the arrays given for them, where nothing else is in that memory.

        An input may be, element for element, if each of its elements is read where the result's is
        stored, and nowhere later: ``p - lr*m`` in place. All else is computed aside and copied when
        everything is read.
        """
        cdef int i, k, place
        cdef _span own, other
        cdef bint is_aside, is_same
        for i in range(self.result_count):
            if work.outs[i] == NULL:
                continue
            _measure(work.outs[i], &own)
            is_aside = not own.is_plain or not cr_is_aligned(work.outs[i])
            for k in range(self.result_count):
                if k != i and work.outs[k] != NULL:
                    _measure(work.outs[k], &other)
                    if own.low < other.high and other.low < own.high:
                        is_aside = True
                        if k > i:
                            refuse_shared(i, <object>work.outs[i], k, <object>work.outs[k])
            for k in range(self.input_count):
                # What was copied is read there.
                if is_aside or self.values[k].kind != GIVEN_ARRAY or work.arrays[k] != NULL:
                    continue
                _measure(work.leaves[k], &other)
                if own.low < other.high and other.low < own.high:
                    is_same = (other.is_plain and own.low == other.low and own.high == other.high
                               and own.itemsize == other.itemsize)
                    is_aside = not (is_same and self._may_replace(i, k))
            place = self.results[i].value
            if not is_aside and place >= 0 and self.values[place].is_fresh and (
                work.arrays[place] == NULL
            ):
                work.arrays[place] = cr_owned(<object>work.outs[i])
                work.data[place] = cr_bytes(work.outs[i])
        return 0

    cdef bint _may_replace(self, int i, int k) except -1:
        known = self.replaces.get((i, k))
        if known is None:
            known = self.replaces[(i, k)] = self.may_replace(i, k)
        return known

    cdef PyObject *_aside(self, int i, Layout layout, cr_work *work) except NULL:
        """What goes to the array for a result: an array, or that itself, made or to be filled.

        Nothing is written yet: another result may still have to be read from an input.
        """
        cdef int place = self.results[i].value
        if place < 0:
            return cr_owned(self.constants[i])
        if self._is_number(place):
            return cr_owned(<object>work.outs[i])
        if work.arrays[place] != NULL and self.values[place].kind == MADE_ARRAY:
            return cr_owned(<object>work.arrays[place])
        if layout.offsets[place] >= 0:
            return self._wrapped(place, layout, work)
        return self._copied(place, layout, work)

    cdef int _hand_over(self, PyObject **results, cr_work *work) except -1:
        """Put what was computed aside where it belongs, and that in the place of the results."""
        cdef int i, place
        for i in range(self.result_count):
            if work.outs[i] == NULL:
                continue
            place = self.results[i].value
            if place >= 0 and self._is_number(place):
                memcpy(cr_bytes(results[i]), work.data[place], self.values[place].size)
            elif work.outs[i] != results[i]:
                np.copyto(<object>work.outs[i], <object>results[i])
                Py_XDECREF(results[i])
                results[i] = cr_owned(<object>work.outs[i])
        return 0


cdef int run_chain(
    object chain, object layout, PyObject **leaves, PyObject **results, PyObject **outs
) except -1:
    """Run a Chain on leaves that fit a Layout of it; the results are new references."""
    return (<Chain>chain).run(leaves, <Layout>layout, results, outs)


cdef bint fits_result(object chain, object layout, int i, PyObject *array) noexcept:
    """Whether an array is of the shape and type of a result that is no plain number."""
    cdef Chain of = <Chain>chain
    cdef Layout known = <Layout>layout
    cdef int place = of.results[i].value
    return (
        place >= 0
        and cr_fits(array, of.values[place].type)
        and cr_rank(array) == known.ranks[place]
        and memcmp(cr_shape(array), known.shapes[place],
                   known.ranks[place] * sizeof(Py_ssize_t)) == 0
    )
