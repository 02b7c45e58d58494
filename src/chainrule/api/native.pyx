# cython: language_level=3, boundscheck=False, wraparound=False
"""A call of a jitted function that was made before with such arguments: checked and run in C.

:class:`Caller` is the base of ``Jitted``. It keeps :class:`Route` s: what the arguments have to be
(compared by pointers), what has to be as it was outside of the function, what runs, and what the
results are put into. A call that no Route fits goes to ``Jitted.call``, which is Python, and adds
one. ``caller.py`` says what a Route is made of.
"""

cimport numpy as cnp
from cpython.dict cimport PyDict_GetItem, PyDict_GetItemWithError, PyDict_Size
from cpython.float cimport PyFloat_CheckExact
from cpython.list cimport PyList_GET_SIZE
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from chainrule.backends.llvm.runner cimport fits_result, run_chain

import sys

from ..ops import tracing

cnp.import_array()

cdef extern from *:
    """
    #define cr_array(x) ((PyArrayObject *)(x))
    #define cr_array_type(x) PyArray_DESCR(cr_array(x))->type_num
    #define cr_is_swapped(x) PyArray_ISBYTESWAPPED(cr_array(x))
    #define cr_rank(x) PyArray_NDIM(cr_array(x))
    #define cr_extent(x, axis) PyArray_DIM(cr_array(x), axis)
    #define cr_is_plain_array(x) PyArray_CheckExact(x)
    #define cr_defaults(x) (((PyFunctionObject *)(x))->func_defaults)
    #define cr_keyword_defaults(x) (((PyFunctionObject *)(x))->func_kwdefaults)
    #define cr_type(x) ((PyObject *)Py_TYPE(x))
    #define cr_steal(x) (x)
    #define cr_tuple_set(t, i, x) PyTuple_SET_ITEM(t, i, x)
    #define cr_list_set(t, i, x) PyList_SET_ITEM(t, i, x)

    #define cr_items(tuple) (((PyTupleObject *)(tuple))->ob_item)
    static PyObject *cr_owned(PyObject *x) { Py_INCREF(x); return x; }

    /* Instances are called without a tuple and a dict of arguments. Python 3.11 does not hand this
       on to subclasses; one with a __call__ of its own is left alone. */
    static ternaryfunc cr_usual_call = NULL;
    static void cr_call_by_vector(PyObject *type, Py_ssize_t offset) {
        PyTypeObject *of = (PyTypeObject *)type;
        if (!cr_usual_call) cr_usual_call = of->tp_call;
        if (of->tp_call != cr_usual_call && of->tp_call != PyVectorcall_Call) return;
        of->tp_call = PyVectorcall_Call;
        of->tp_vectorcall_offset = offset;
        of->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
        PyType_Modified(of);
    }
    """
    PyObject **cr_items(object)
    PyObject *cr_owned(object)
    void cr_call_by_vector(object type, Py_ssize_t offset)

ctypedef PyObject *(*cr_vectorcall)(PyObject *, PyObject **, size_t, PyObject *) except NULL

cdef extern from *:
    int cr_array_type(PyObject *)
    bint cr_is_swapped(PyObject *)
    int cr_rank(PyObject *)
    int64_t cr_extent(PyObject *, int)
    bint cr_is_plain_array(PyObject *)
    PyObject *cr_defaults(PyObject *)
    PyObject *cr_keyword_defaults(PyObject *)
    PyObject *cr_type(PyObject *)
    object cr_steal(PyObject *)
    void cr_tuple_set(object, Py_ssize_t, PyObject *)
    void cr_list_set(object, Py_ssize_t, PyObject *)

cdef extern from "Python.h":
    bint PyTuple_CheckExact(PyObject *)
    bint PyList_CheckExact(PyObject *)
    bint PyDict_CheckExact(PyObject *)
    PyObject *PyTuple_GetItem(PyObject *, Py_ssize_t)
    PyObject *PyList_GetItem(PyObject *, Py_ssize_t)
    PyObject *PyCell_GET(PyObject *)
    object PyTuple_New(Py_ssize_t)
    object PyList_New(Py_ssize_t)
    void Py_XDECREF(PyObject *)
    void Py_XINCREF(PyObject *)
    size_t PyVectorcall_NARGS(size_t)
    PyObject *Py_None
    Py_ssize_t PyTuple_Size(PyObject *)

cdef enum:
    #: Numbers and arrays of a call, and results, that a Route takes at most.
    MAX_LEAVES = 256
    #: Extents of a call, and kinds of them that a Route remembers.
    MAX_EXTENTS = 32
    MAX_LAYOUTS = 16
    MAX_ROUTES = 8

LARGEST = MAX_LEAVES
MOST_EXTENTS = MAX_EXTENTS

cdef enum:
    IS_TYPE   # a leaf of exactly this type
    IS_ARRAY  # a leaf: an array of this type and rank
    IS_SAME   # a static argument: the same object
    IS_TUPLE
    IS_LIST
    IS_DICT   # of these keys

KINDS = {
    "type": IS_TYPE, "array": IS_ARRAY, "same": IS_SAME, "tuple": IS_TUPLE, "list": IS_LIST,
    "dict": IS_DICT,
}

cdef enum:
    OF_CELL
    OF_DICT
    OF_DEFAULTS
    OF_KEYWORD_DEFAULTS

PLACES = {
    "cell": OF_CELL, "global": OF_DICT, "defaults": OF_DEFAULTS,
    "keyword defaults": OF_KEYWORD_DEFAULTS,
}

# A part of the arguments or of the result, depth first; `count` is the length or the rank.
cdef struct cr_part:
    int kind, count, type
    PyObject *object

# What the function reads outside of its arguments, and what it was.
cdef struct cr_watch:
    int place
    PyObject *holder
    PyObject *key
    PyObject *value

# ``out`` is what the caller gave for the results, or NULL; it stands among the keywords at ``skip``.
cdef struct cr_match:
    PyObject *leaves[MAX_LEAVES]
    PyObject *outs[MAX_LEAVES]
    PyObject *out
    Py_ssize_t skip
    int64_t extents[MAX_EXTENTS]
    int leaf_count, extent_count, axis_count, part, out_count

cdef dict _tracing = vars(tracing)
cdef object _ZERO = 0
cdef object _COUNT = "count"
cdef object _OUT = sys.intern("out")


cdef class Route:
    """How arguments of one kind are recognised, and what is done with them.

    Args:
        entry: what it belongs to.
        parts: the arguments (a tuple of the positional ones, a dict) as (kind, count, object).
        keywords: how many of them are given by name.
        pattern: for each axis of each array the number of its extent, or -1 for the extent 1.
        watches: what is read outside, as (place, holder, key, value, whether there is one).
        hidden: arrays that are inputs besides the arguments.
        chain: what runs, if it is C alone; or None.
        run: what runs else: takes a list of leaves and a tuple of extents, gives a list.
        fits: whether extents are ones that the Program may be run for.
        recipe: the result as parts, where a leaf is ("type", its number, None); or None.
        rebuild: makes the result of a list where there is no recipe.
    """

    cdef readonly object entry
    cdef readonly long calls
    cdef cr_part *parts
    cdef cr_part *recipe
    cdef cr_watch *watches
    cdef int *pattern
    cdef int part_count, recipe_count, watch_count, pattern_count, hidden_count, extent_count
    cdef int keyword_count
    cdef list hidden
    cdef object chain, run, fits, rebuild
    cdef tuple kept
    #: Extents that were met, and what is to be run for them: a Layout of the chain, or the tuple.
    cdef int64_t met[MAX_LAYOUTS][MAX_EXTENTS]
    cdef list layouts

    def __cinit__(
        self, entry, list parts, int keywords, tuple pattern, list watches, list hidden, chain, run, fits,
        recipe, rebuild,
    ):
        cdef int i
        self.entry, self.hidden, self.chain, self.run = entry, hidden, chain, run
        self.fits, self.rebuild, self.layouts = fits, rebuild, []
        # What the pointers below point to.
        self.kept = (parts, watches, recipe)
        self.hidden_count, self.pattern_count = len(hidden), len(pattern)
        self.extent_count = max(pattern, default=-1) + 1
        self.parts = _parts(parts)
        self.part_count, self.keyword_count = len(parts), keywords
        if recipe is not None:
            self.recipe = _parts(recipe)
            self.recipe_count = len(recipe)
        self.pattern = <int *>calloc(len(pattern) + 1, sizeof(int))
        self.watches = <cr_watch *>calloc(len(watches) + 1, sizeof(cr_watch))
        if self.pattern == NULL or self.watches == NULL:
            raise MemoryError
        for i, number in enumerate(pattern):
            self.pattern[i] = number
        self.watch_count = len(watches)
        for i, (place, holder, key, value, is_there) in enumerate(watches):
            self.watches[i].place = place
            self.watches[i].holder = <PyObject *>holder
            self.watches[i].key = <PyObject *>key
            self.watches[i].value = NULL
            if is_there:
                self.watches[i].value = <PyObject *>value

    def __dealloc__(self):
        free(self.parts)
        free(self.recipe)
        free(self.pattern)
        free(self.watches)

    cdef bint is_met(
        self, PyObject **args, Py_ssize_t count, PyObject *names, cr_match *match
    ) except -1:
        """Whether the arguments are of this kind and all is as it was; fills in the leaves.

        ``args`` are the positional ones, and then those of the keywords ``names``.
        """
        cdef int i
        cdef Py_ssize_t keywords = 0 if names == NULL else PyTuple_Size(names)
        if match.skip >= 0:
            keywords -= 1
        if self.parts[0].count != count or self.keyword_count != keywords:
            return False
        match.extent_count = match.axis_count = 0
        match.part = 1
        for i in range(count):
            if not self._fits(args[i], match):
                return False
        if keywords and not self._has_keywords(args + count, names, keywords, match):
            return False
        cdef cr_watch *watch
        cdef PyObject *now
        for i in range(self.watch_count):
            watch = &self.watches[i]
            if watch.place == OF_CELL:
                now = PyCell_GET(watch.holder)
            elif watch.place == OF_DICT:
                now = PyDict_GetItemWithError(<object>watch.holder, <object>watch.key)
            elif watch.place == OF_DEFAULTS:
                now = cr_defaults(watch.holder)
            else:
                now = cr_keyword_defaults(watch.holder)
                if now != NULL:
                    now = PyDict_GetItemWithError(<object>now, <object>watch.key)
            if now != watch.value:
                return False
        return True

    cdef bint _has_keywords(
        self, PyObject **values, PyObject *names, Py_ssize_t count, cr_match *match
    ) except -1:
        cdef PyObject *wanted = self.parts[match.part].object
        cdef Py_ssize_t i, k
        match.part += 1
        for i in range(count):
            for k in range(count + (match.skip >= 0)):
                # Names of keywords are interned.
                if PyTuple_GetItem(names, k) == PyTuple_GetItem(wanted, i):
                    if not self._fits(values[k], match):
                        return False
                    break
            else:
                return False
        return True

    cdef bint _fits(self, PyObject *x, cr_match *match) except -1:
        cdef cr_part *part = &self.parts[match.part]
        cdef Py_ssize_t i
        cdef PyObject *item
        match.part += 1
        if part.kind == IS_TYPE:
            if cr_type(x) != part.object:
                return False
            return _take(match, x)
        if part.kind == IS_ARRAY:
            if not cr_is_plain_array(x):
                return False
            if cr_array_type(x) != part.type or cr_rank(x) != part.count or cr_is_swapped(x):
                return False
            for i in range(part.count):
                if not self._has_extent(cr_extent(x, i), match):
                    return False
            return _take(match, x)
        if part.kind == IS_SAME:
            return x == part.object
        if part.kind == IS_TUPLE:
            if not PyTuple_CheckExact(x) or PyTuple_GET_SIZE(<object>x) != part.count:
                return False
            for i in range(part.count):
                if not self._fits(PyTuple_GetItem(x, i), match):
                    return False
            return True
        if part.kind == IS_LIST:
            if not PyList_CheckExact(x) or PyList_GET_SIZE(<object>x) != part.count:
                return False
            for i in range(part.count):
                if not self._fits(PyList_GetItem(x, i), match):
                    return False
            return True
        if not PyDict_CheckExact(x) or PyDict_Size(<object>x) != part.count:
            return False
        for i in range(part.count):
            item = PyDict_GetItemWithError(
                <object>x, <object>PyTuple_GetItem(part.object, i)
            )
            if item == NULL or not self._fits(item, match):
                return False
        return True

    cdef bint _has_extent(self, int64_t extent, cr_match *match) noexcept:
        """Whether an extent is equal to those, and only those, that it was equal to."""
        cdef int number = self.pattern[match.axis_count]
        cdef int i
        match.axis_count += 1
        if number < 0:
            return extent == 1
        if number < match.extent_count:
            return match.extents[number] == extent
        if extent == 1:
            return False
        for i in range(match.extent_count):
            if match.extents[i] == extent:
                return False
        match.extents[match.extent_count] = extent
        match.extent_count += 1
        return True

    cdef object layout(self, cr_match *match):
        """What is to be run for these extents; None if the Program is not for them."""
        cdef int i
        cdef size_t size = self.extent_count * sizeof(int64_t)
        for i in range(PyList_GET_SIZE(self.layouts)):
            if size == 0 or memcmp(self.met[i], match.extents, size) == 0:
                return self.layouts[i]
        extents = tuple([match.extents[i] for i in range(self.extent_count)])
        if not self.fits(extents):
            return None
        layout = extents if self.chain is None else self.chain.layout(extents)
        # Another thread may have been here meanwhile: then these extents are there twice.
        if len(self.layouts) >= MAX_LAYOUTS:
            self.layouts = []
        i = len(self.layouts)
        memcpy(self.met[i], match.extents, size)
        self.layouts.append(layout)
        return layout

    cdef bint takes_out(self, cr_match *match, object layout) except -1:
        """Whether ``out`` is what the results can be written into; what is not, Python explains."""
        cdef int part = 0, i
        if self.chain is None or self.recipe == NULL:
            return False
        match.out_count = self.chain.result_count
        for i in range(match.out_count):
            match.outs[i] = NULL
        return self._takes(match.out, &part, match, layout)

    cdef bint _takes(self, PyObject *out, int *at, cr_match *match, object layout) except -1:
        cdef cr_part *part = &self.recipe[at[0]]
        cdef Py_ssize_t i
        cdef PyObject *item
        at[0] += 1
        if part.kind == IS_TYPE:
            if out == Py_None:
                return True
            if not fits_result(self.chain, layout, part.count, out):
                return False
            Py_XINCREF(out)
            match.outs[part.count] = out
            return True
        if part.kind == IS_DICT:
            if not PyDict_CheckExact(out) or PyDict_Size(<object>out) != part.count:
                return False
        elif part.kind == IS_TUPLE:
            if not PyTuple_CheckExact(out) or PyTuple_GET_SIZE(<object>out) != part.count:
                return False
        elif not PyList_CheckExact(out) or PyList_GET_SIZE(<object>out) != part.count:
            return False
        for i in range(part.count):
            if part.kind == IS_DICT:
                item = PyDict_GetItemWithError(
                    <object>out, <object>PyTuple_GetItem(part.object, i)
                )
                if item == NULL:
                    return False
            elif part.kind == IS_TUPLE:
                item = PyTuple_GetItem(out, i)
            else:
                item = PyList_GetItem(out, i)
            if not self._takes(item, at, match, layout):
                return False
        return True

    cdef object result(self, cr_match *match, object layout):
        """Run, and put the results together."""
        cdef PyObject *results[MAX_LEAVES]
        cdef int i, part = 0
        cdef list made
        self.calls += 1
        for i in range(self.hidden_count):
            match.leaves[match.leaf_count + i] = <PyObject *>self.hidden[i]
        if self.chain is None:
            made = self.run(
                [<object>match.leaves[i] for i in range(match.leaf_count + self.hidden_count)],
                layout,
            )
            if self.recipe == NULL:
                return self.rebuild(made)
            for i in range(len(made)):
                results[i] = <PyObject *>made[i]
                Py_XINCREF(results[i])
        else:
            run_chain(
                self.chain, layout, match.leaves, results,
                NULL if match.out == NULL else match.outs,
            )
            if self.recipe == NULL:
                return self.rebuild([cr_steal(results[i]) for i in range(self.chain.result_count)])
        return self._built(&part, results)

    cdef object _built(self, int *at, PyObject **results):
        """A part of the result; takes the references of its leaves."""
        cdef cr_part *part = &self.recipe[at[0]]
        cdef Py_ssize_t i
        cdef object made, item
        at[0] += 1
        if part.kind == IS_TYPE:
            return cr_steal(results[part.count])
        if part.kind == IS_DICT:
            made = {}
            for i in range(part.count):
                made[<object>PyTuple_GetItem(part.object, i)] = self._built(at, results)
            return made
        made = PyTuple_New(part.count) if part.kind == IS_TUPLE else PyList_New(part.count)
        for i in range(part.count):
            item = self._built(at, results)
            Py_XINCREF(<PyObject *>item)
            if part.kind == IS_TUPLE:
                cr_tuple_set(made, i, <PyObject *>item)
            else:
                cr_list_set(made, i, <PyObject *>item)
        return made


cdef inline bint _take(cr_match *match, PyObject *x) noexcept:
    """A leaf, with a reference: another thread may empty the container that it is in."""
    Py_XINCREF(x)
    match.leaves[match.leaf_count] = x
    match.leaf_count += 1
    return True


cdef inline void _let_go(cr_match *match) noexcept:
    cdef int i
    for i in range(match.leaf_count):
        Py_XDECREF(match.leaves[i])
    match.leaf_count = 0
    for i in range(match.out_count):
        Py_XDECREF(match.outs[i])
    match.out_count = 0


cdef cr_part *_parts(list given) except NULL:
    cdef cr_part *parts = <cr_part *>calloc(len(given) + 1, sizeof(cr_part))
    cdef int i
    if parts == NULL:
        raise MemoryError
    for i, (kind, count, what) in enumerate(given):
        parts[i].kind = kind
        parts[i].count = count
        parts[i].object = <PyObject *>what
        if kind == IS_ARRAY:
            parts[i].type = what.num
    return parts


include "calling.pxi"
