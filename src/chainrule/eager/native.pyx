# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: binding=False, embedsignature=True, embedsignature.format=clinic, freethreading_compatible=False
"""Numbers that remember how they were computed: the compiled build.

``plain.py`` is the same in ordinary Python, and the place to read first; this file says only how
it is made fast. A Value is a C struct of 96 bytes without a reference to any Python list, dict or
closure. Operands are counted pointers; the partials are computed while recording, so that a sweep
only multiplies and adds. The kernels and methods are printed from the op table.

16,000-op chain of ``bench eager``, ns an operation: the type without the cycle collector, a pool
of freed nodes and a sweep over raw pointers take 30 to 35; with Cython's own allocation and
deallocation it was 60.
"""

import math

import numpy as np

cimport cython
cimport numpy as cnp
from cpython.dict cimport PyDict_GetItem
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_Check, PyFloat_CheckExact
from cpython.mem cimport PyMem_RawFree, PyMem_RawRealloc
from cpython.object cimport (
    PyObject, PyObject_Call, PyObject_Hash, PyTypeObject, Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, destructor,
    inquiry, newfunc, traverseproc, visitproc,
)
from cpython.ref cimport Py_INCREF, Py_TYPE
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.weakref cimport PyWeakref_NewRef

from ..ops import TABLE, Cotangent, Op, Structural, blocks, elementwise_rows, foreign_names, tracing
from ..ops import numpy_names
from ..ops.assign import VIEWS
from ..ops.index import getitem
from ..ops.methods import ArrayMethods
from ..ops.op import one, zero
from ..ops.rules import plus, unbroadcast
from ..ops.shape import of_dtype, transpose
from . import generated, nodes, protocol, sweep as sweeps
from .aliasing import is_copied
from .nodes import Stub
from .operands import (
    called_back, fixed_operand, gradient_number, leaf_number, other_operands, plain_number,
)

from ..ops.native cimport be_silent, call_quietly

cnp.import_array()

cdef extern from "Python.h":
    double PyLong_AsDouble(object)
    PyObject *PyErr_Occurred()
    void PyErr_Clear()
    bint PyLong_CheckExact(object)
    void Py_DECREF(PyObject *)
    void Py_XDECREF(PyObject *)
    void Py_XINCREF(PyObject *)
    void *PyObject_Malloc(size_t)
    void PyObject_Free(void *)
    PyObject *PyObject_Init(PyObject *, PyTypeObject *)
    void PyType_Modified(PyTypeObject *)
    int PySlice_Unpack(object, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t)

cdef extern from *:
    """
    #define cr_steal(pointer) (pointer)
    #define cr_type(pointer) Py_TYPE(pointer)
    #define cr_no_vectorcall(type) ((type)->tp_vectorcall = NULL)
    /* True when the last reference went; the caller then disposes of the object. */
    #define cr_release(pointer) (Py_REFCNT(pointer) == 1 ? 1 : (Py_DECREF(pointer), 0))
    """
    # A new reference becomes an object without counting it twice.
    object steal "cr_steal" (PyObject *)
    PyTypeObject *type_of "cr_type" (PyObject *)
    bint release "cr_release" (PyObject *)
    Py_ssize_t reference_count "Py_REFCNT" (PyObject *)
    void cr_no_vectorcall(PyTypeObject *)

cdef extern from "generated/kernels.h":
    ctypedef struct cr_row:
        const char *name
        int arity
        int selects
        int predicate
        int fixed
        int library
        void (*value)()
        void (*partials[3])()
    const cr_row *cr_rows
    int CR_ROW_COUNT
    const char *CR_FINGERPRINT
    ctypedef double (*cr_kernel1)(double)
    ctypedef double (*cr_kernel2)(double, double)
    ctypedef double (*cr_kernel3)(double, double, double)
    ctypedef double (*cr_kernel4)(double, double, double, double)
    double (*cr_library)(int, double, double, double) noexcept
    double cr_add(double, double) nogil
    double cr_add_0(double, double, double) nogil
    double cr_add_1(double, double, double) nogil
    double cr_subtract(double, double) nogil
    double cr_subtract_0(double, double, double) nogil
    double cr_subtract_1(double, double, double) nogil
    double cr_multiply(double, double) nogil
    double cr_multiply_0(double, double, double) nogil
    double cr_multiply_1(double, double, double) nogil
    double cr_divide(double, double) nogil
    double cr_divide_0(double, double, double) nogil
    double cr_divide_1(double, double, double) nogil
    int CR_LEAF, CR_CLOSURE, CR_POWER, CR_ROUND, CR_FLOOR_DIVIDE, CR_REMAINDER, CR_WHERE

cdef enum:
    REQGRAD = 1  # takes part in derivatives
    VALUE_GRAD = 2  # .grad is a Value, from a sweep that was recorded
    ARRAY = 4  # an array's Value, which array.py looks after

cdef Py_ssize_t BLOCK = blocks.BLOCK

cdef union Gradient:
    double number
    PyObject *value


include "generated/methods.pxi"


@cython.no_gc
@cython.auto_pickle(False)
@cython.c_api_binop_methods(True)
cdef class Value(Methods):
    """A number that remembers how it was computed.

    Args:
        val: the number; an int becomes a float (float64).
        reqgrad: whether derivatives with respect to it are wanted.
        grad_fn: makes it the result of an operation of your own. ``grad_fn(grad)`` is called once
            in a sweep with the whole derivative of the result, and passes it on with
            ``operand.back(grad * partial)``.

    Raises:
        OperandError: val is not a real number.

    >>> x = Value(2.0, reqgrad=True)
    >>> y = x * x + 1
    >>> y.back()
    >>> y.val, x.grad
    (5.0, 4.0)
    """

    cdef double number
    # Operands that need a derivative. In the place of one that does not, the partial is the
    # operand's own number, which partials of a recorded sweep read. In a leaf, left_partial is
    # the serial number of the last assignment to .val.
    cdef PyObject *left
    cdef PyObject *right
    cdef double left_partial
    cdef double right_partial
    # The derivative that the sweep under way has gathered so far; 0.0 between sweeps.
    cdef double adjoint
    cdef Gradient gradient
    cdef unsigned long long order
    cdef PyObject *closure
    cdef int pending
    cdef short code
    cdef unsigned char flags

    _dispatch_rank = 1

    def __init__(self, val, reqgrad=False, grad_fn=None):
        if self.order:
            return  # made by new_value, or already by a subclass
        self.number = val if PyFloat_CheckExact(val) else leaf_number(val)
        self.flags = REQGRAD if reqgrad else 0
        self.order = next_serial()
        if grad_fn is not None:
            called_back(grad_fn)
            self.code = CR_CLOSURE
            self.closure = <PyObject *>grad_fn
            Py_INCREF(grad_fn)

    def __pow__(left, right, modulus):
        if modulus is not None:
            if not isinstance(left, Value):
                return NotImplemented  # Python says so
            raise protocol.modular_power()
        cdef double x, y
        cdef PyObject *unused = NULL
        if read(left, &x, &unused) and read(right, &y, &unused):
            return call2(CR_POWER, left, right)
        return operator2(CR_POWER, left, right)

    def __divmod__(left, right):
        return operator2(CR_FLOOR_DIVIDE, left, right), operator2(CR_REMAINDER, left, right)

    def __xor__(left, right):
        raise protocol.no_xor()

    def __round__(self, ndigits=None):
        return call(CR_ROUND, (self, 0 if ndigits is None else ndigits))

    def __richcmp__(self, other, int comparison):
        cdef double x = self.number
        cdef double y
        if isinstance(other, Value):
            y = (<Value>other).number
        elif PyFloat_CheckExact(other):
            y = PyFloat_AS_DOUBLE(other)
        else:
            other = plain_number(other)
            if other is None:
                return NotImplemented
            y = other
        if comparison == Py_LT:
            return x < y
        if comparison == Py_LE:
            return x <= y
        if comparison == Py_GT:
            return x > y
        if comparison == Py_GE:
            return x >= y
        return x == y if comparison == Py_EQ else x != y

    def __hash__(self):
        return (<Py_ssize_t><void *>self) >> 4

    def __bool__(self):
        return self.number != 0.0

    def __float__(self):
        if self.flags & REQGRAD:
            raise protocol.dropped_derivative("float")
        return self.number

    def __int__(self):
        if self.flags & REQGRAD:
            raise protocol.dropped_derivative("int")
        return int(self.number)

    def __repr__(self):
        return protocol.representation(self)

    def __format__(self, spec):
        return format(self.number, spec)

    def __reduce__(self):
        return protocol.reduced(self)

    def __array__(self, dtype=None, copy=None):
        return protocol.as_array(self, dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method == "__call__" and not options:
            code = UFUNC_CODES.get(ufunc)
            if code is not None:
                return call(code, inputs)
            if ufunc is matmul_ufunc:
                product = product_of(inputs[0], inputs[1])
                if product is not None:
                    return product
        return protocol.array_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function, types, arguments, options):
        return numpys_function(function, arguments, options)

    @property
    def val(self):
        """The number. That of a leaf may be assigned; that of a term may not."""
        return self.number

    @val.setter
    def val(self, val):
        if self.code != CR_LEAF:
            raise protocol.assigned_term("val")
        if tracing.count:
            protocol.refuse_side_effect(self, ".val = ...")
        self.number = leaf_number(val)
        self.left_partial = next_serial()

    @property
    def grad(self):
        """What sweeps have added up here: 0.0 at first. That of a leaf may be assigned."""
        if self.flags & VALUE_GRAD:
            return <object>self.gradient.value
        return self.gradient.number

    @grad.setter
    def grad(self, grad):
        if self.code != CR_LEAF:
            raise protocol.assigned_term("grad")
        if tracing.count:
            protocol.refuse_side_effect(self, ".grad = ...")
        set_gradient(self, grad if isinstance(grad, Value) else gradient_number(grad))

    @property
    def reqgrad(self):
        """Whether derivatives with respect to it are wanted. That of a leaf may be assigned."""
        return bool(self.flags & REQGRAD)

    @reqgrad.setter
    def reqgrad(self, reqgrad):
        if self.code != CR_LEAF:
            raise protocol.assigned_term("reqgrad")
        if tracing.count:
            protocol.refuse_side_effect(self, ".reqgrad = ...")
        self.flags = (self.flags & ~REQGRAD) | (REQGRAD if reqgrad else 0)

    @property
    def grad_fn(self):
        """The closure that it was made with, or None."""
        return <object>self.closure if self.closure != NULL else None

    def back(self, grad=1, create_graph=False):
        """Add the derivative of this Value to ``.grad`` of every Value that it depends on.

        Args:
            grad: the derivative to start from, a number, or a Value.
            create_graph: record the sweep, so that ``.grad`` of a leaf is a Value which can be
                differentiated in its turn.

        Raises:
            NoDerivativeError: this Value needs no derivative.
            ClosureError: ``create_graph`` met a term that a closure ``grad_fn`` made.
            ChangedValueError: ``create_graph`` met a leaf whose ``.val`` was assigned since.

        >>> x = Value(3.0, reqgrad=True)
        >>> (x * x).back()
        >>> x.grad
        6.0
        """
        if sweeps.active and sweeps.absorbed(self, grad):
            return
        if tracing.count:
            protocol.refuse_side_effect(self, "back()")
        if not self.flags & REQGRAD:
            raise protocol.nothing_to_sweep()
        cdef double seed
        cdef PyObject *unused = NULL
        if not create_graph and type_of(<PyObject *>self) == exact and type_of(
            <PyObject *>grad
        ) != exact and read(grad, &seed, &unused):
            if sweep(self, seed):
                return
        sweeps.back(self, grad, create_graph, add_gradients)

    # What the sweeps in Python need to know (sweep.py).

    @property
    def _serial(self):
        return self.order

    @property
    def _op(self):
        """The row of the operation; None for a leaf and for a term that a closure made."""
        return ROWS[self.code]

    @property
    def _assigned(self):
        """The serial number of the last assignment to .val; 0 if there was none."""
        return self.left_partial if self.code == CR_LEAF else 0

    @staticmethod
    def _constant(number):
        return Value(number)

    def _apply_op(self, op, operands, parameters):
        if op.name in CODES and not any(isinstance(x, np.ndarray) for x in operands):
            return call(CODES[op.name], tuple(operands))
        return protocol.on_arrays(op, operands, parameters)

    def _links(self):
        """The operands that need a derivative, each with the recorded partial."""
        links = []
        if self.left != NULL:
            links.append((<object>self.left, self.left_partial))
        if self.right != NULL:
            links.append((<object>self.right, self.right_partial))
        return links

    def _arguments(self):
        """The operands in order, a number for one that needs no derivative."""
        left = <object>self.left if self.left != NULL else self.left_partial
        if cr_rows[self.code].arity == 1:
            return (left,)
        return left, (<object>self.right if self.right != NULL else self.right_partial)


def Var(val, reqgrad=True):
    """A Value that wants a derivative: ``Value(val, reqgrad=True)``.

    >>> a, b = Var(69), Var(420)
    >>> c = a * b
    >>> c.back()
    >>> a.grad, b.grad
    (420.0, 69.0)
    """
    return Value(val, reqgrad)


cdef int set_gradient(Value self, grad) except -1:
    cdef PyObject *old = self.gradient.value if self.flags & VALUE_GRAD else NULL
    if isinstance(grad, Value):
        Py_INCREF(grad)
        self.gradient.value = <PyObject *>grad
        self.flags |= VALUE_GRAD
    else:
        self.gradient.number = grad
        self.flags &= ~VALUE_GRAD
    Py_XDECREF(old)
    return 0


include "memory.pxi"
include "recording.pxi"
include "sweeping.pxi"
include "arrays.pxi"
include "structural.pxi"
include "indexing.pxi"
include "spreading.pxi"
include "backward.pxi"
include "pulling.pxi"
include "assigning.pxi"

prepare_rows()


# --- the library's kernels, and the slots ---------------------------------------------------------

cdef list library = protocol.library_kernels()


cdef double call_library(int kernel, double x, double y, double z) noexcept:
    try:
        return library[kernel](x, y, z)
    except BaseException as error:  # out of C there is no way for an exception but this
        protocol.unraisable(error)
        return float("nan")


cr_library = call_library
cdef size_t sizeof_value = (<PyTypeObject *>Value).tp_basicsize
cdef newfunc allocate = exact.tp_new


def _arguments(val, reqgrad=False, grad_fn=None):
    return val, reqgrad, grad_fn


cdef object new_value(cls, PyObject *arguments, PyObject *options):
    """``Value(...)``: a leaf comes from the pool, to which it will go back.

    One with a ``grad_fn`` is of the subclass that the collector tracks, and, like any instance of
    a subclass, is filled in by ``__init__``.
    """
    cdef tuple given = <tuple>arguments
    cdef PyObject *node
    if cls is not Value:
        return allocate(cls, arguments, options)
    if options != NULL or not 0 < len(given) < 3:
        given = _arguments(*given, **(<dict>options if options != NULL else {}))
        if isinstance(given[0], np.ndarray) and given[0].ndim:
            return protocol.new_array(*given)
        if given[2] is not None:
            return allocate(TrackedValue, arguments, options)
    val = given[0]
    if isinstance(val, np.ndarray) and val.ndim:
        return protocol.new_array(*given)
    node = new_constant(val if PyFloat_CheckExact(val) else leaf_number(val))
    if len(given) > 1 and given[1]:
        (<Value>node).flags = REQGRAD
    return steal(node)


exact.tp_dealloc = dealloc
exact.tp_new = <newfunc>new_value
cr_no_vectorcall(exact)  # newer Cythons construct that way, past tp_new
exact.tp_name = b"chainrule.Value"  # where users find it, in both builds
# Not for Value itself, which the collector does not track, but for its subclasses, which inherit
# both and are tracked.
exact.tp_traverse = <traverseproc>traverse
exact.tp_clear = <inquiry>clear
PyType_Modified(exact)


class TrackedValue(Value):
    """A Value with a closure, or above one: the same, but seen by the cycle collector."""

    __slots__ = ("_payload",)


include "generated/operators.pxi"
include "generated/functions.pxi"
