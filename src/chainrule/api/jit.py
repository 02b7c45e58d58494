"""jit: a function is traced once for each kind of arguments, and its Program is run from then on.

The kind of a call is the structure of the arguments, their dtypes and ranks, and which of their
extents are equal or 1; not the lengths themselves. Under each kind the cache holds entries, of
which one is used whose guards hold: what was asked about lengths while tracing, and what the
function read from outside. :class:`Jitted` keeps the cache, ``entry.py`` has one traced Program,
``arguments.py`` takes calls apart, ``caller.py`` does a call again without Python.

On Values a jitted function is one node of their graph (``call``), whose rules are jitted too.
"""

from __future__ import annotations

import functools
import operator
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import log
from ..backends import choice, interpreter
from ..eager import Value
from ..errors import ArgumentError
from ..ops import tracing
from ..program.extents import Dimension
from ..program.program import Program, program_of
from ..program.symbol import Term
from ..program.trace import Trace, collector_paused, opened
from ..transforms.simplify import simplify
from . import outputs
from .arguments import Arguments, Signature, kind_text
from .call import Callee, call_row
from .caller import Caller, called_by_vector, route_of
from .calls import function_of, name_of, names_keyword, numbers_of, parameters_of, wrapped_as
from .entry import Entry, Explanation
from .outside import reads_of

#: Entries of one kind that are kept; the oldest goes.
MAX_ENTRIES = 16
#: Routes that are made of one entry: a function that a route seldom fits is not worth more.
MAX_ROUTES = 64


@called_by_vector
class Jitted(Caller):  # type: ignore[misc]
    """A function that is traced and run as a Program; what ``cr.jit`` gives."""

    def __init__(
        self,
        f: Callable[..., Any],
        static_argnums: Any = None,
        static_argnames: Any = None,
        threads: Any = None,
    ) -> None:
        wrapped_as(function_of(f, "jit"))(self)
        self.f = f
        self.name = name_of(f)
        self.static_argnums = _indices(static_argnums)
        self.static_argnames = _names(static_argnames)
        self.parameters = parameters_of(f)
        #: A parameter of f's own of that name is nothing to jit.
        self.takes_out = "out" not in self.parameters and not names_keyword(f, "out")
        self.threads = _threads(threads)
        self._cache: dict[Signature, list[Entry]] = {}

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        """Pickled by name where it stands under its name, as a function is; else made anew."""
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        name = getattr(self, "__qualname__", "")
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:
            return name
        return Jitted, (self.f, self.static_argnums, self.static_argnames, self.threads)

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that no route fits: by Python, which then adds a route for its like."""
        if "out" in kwargs and self.takes_out:
            out = kwargs.pop("out")
            # None is as good as no out at all, and the route that fits the rest is tried.
            return self(*args, **kwargs) if out is None else self._into(out, args, kwargs)
        if tracing.current() is not None:
            return self.f(*args, **kwargs)
        arguments = Arguments(self, args, kwargs)
        entry = self._entry(arguments)
        entry.calls_by_python += 1
        hidden = entry.program.hidden
        given = [*arguments.leaves, *hidden] if hidden else arguments.leaves
        if arguments.has_values or any(isinstance(x, Value) for x in hidden):
            return entry.rebuild(_on_values(entry, given, arguments.extents))
        results = entry.run(given, arguments.extents)
        self._add_route(entry, args, kwargs, arguments)
        return entry.rebuild(results)

    def _add_route(
        self, entry: Entry, args: tuple[Any, ...], kwargs: dict[str, Any], arguments: Arguments
    ) -> None:
        """Have the next such call done without Python, if that can be."""
        if len(entry.routes) < MAX_ROUTES:
            route = route_of(entry, args, kwargs, arguments.static, arguments.leaves)
            # What was read outside may have changed meanwhile.
            if route is not None and not entry.obstacle(arguments.extents):
                entry.routes.append(route)
                self.add_route(route)

    def _into(self, out: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function, with its results written into the arrays of out."""
        if tracing.current() is not None:
            raise outputs.refuse(self.name, "here a function is being traced")
        arguments = Arguments(self, args, kwargs)
        entry = self._entry(arguments)
        hidden = entry.program.hidden
        if arguments.has_values or any(isinstance(x, Value) for x in hidden):
            raise outputs.refuse(self.name, "an argument is a Value")
        entry.calls_by_python += 1
        if entry.expected is None:
            entry.expected = outputs.Expected(self.name, entry.program, entry.rebuild)
        arrays = entry.expected.arrays(out, arguments.extents)
        results = entry.run([*arguments.leaves, *hidden], arguments.extents, arrays)
        self._add_route(entry, args, kwargs, arguments)
        return entry.rebuild(results)

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The Program for these arguments: ``print`` shows its terms."""
        return self._entry(Arguments(self, args, kwargs)).program

    def passes(self, *args: Any, **kwargs: Any) -> str:
        """The loops over the data that native code for these arguments is, and what they do.

        For each loop what it reads, sums and writes, by the names that ``program`` shows; of what
        no loop computes, who does: LAPACK, C or NumPy. A Program of many steps on small arrays is
        no loops, but a list of instructions, of which the number is told.

        >>> fit = cr.jit(lambda a, t, y: cr.sum((a * cr.exp(-t) - y) ** 2))
        >>> print(fit.passes(2.0, np.ones(3), np.ones(3)))
        1. loop over n, 6 terms
           reads t, y
           reads once a
           t7 = sum of all
        """
        return choice.passes(self.program(*args, **kwargs))

    def llvm_ir(self, *args: Any, **kwargs: Any) -> str:
        """The native code for these arguments, as it is given to LLVM.

        >>> "define void @nest0_loop0" in cr.jit(lambda x: 2.0 * x).llvm_ir(np.ones(3))
        True
        """
        return str(choice.describe().llvm_ir(self.program(*args, **kwargs)))

    def assembly(self, *args: Any, **kwargs: Any) -> str:
        """The native code for these arguments, as assembly for this machine.

        >>> "nest0_loop0:" in cr.jit(lambda x: 2.0 * x).assembly(np.ones(3))
        True
        """
        return str(choice.describe().assembly(self.program(*args, **kwargs)))

    def explain_cache(self) -> Explanation:
        """What is cached for which arguments, and why something was traced again."""
        return Explanation(self.name, tuple(e for es in self._cache.values() for e in es))

    def clear_cache(self) -> None:
        """Forget all Programs."""
        self._cache.clear()
        self.forget_routes()

    def _entry(self, arguments: Arguments) -> Entry:
        entries = self._cache.get(arguments.signature, ())
        for entry in entries:
            if not entry.obstacle(arguments.extents):
                return entry
        with collector_paused():
            entry = self._traced(arguments, self._reason(arguments, entries))
        log.trace.info(
            "%s: traced in %.1f ms, %d terms, because %s",
            self.name,
            entry.seconds * 1e3,
            len(entry.program),
            entry.reason,
        )
        kept = self._cache.setdefault(arguments.signature, [])
        kept.append(entry)
        del kept[:-MAX_ENTRIES]
        return entry

    def _reason(self, arguments: Arguments, entries: Sequence[Entry]) -> str:
        if entries:
            return entries[-1].obstacle(arguments.extents)
        if not self._cache:
            return "it was called for the first time"
        last = list(self._cache)[-1]
        new = arguments.signature
        if new.structure != last.structure:
            return "the arguments have another structure"
        if new.static != last.static:
            return "a static argument is another one"
        for kind, other, name in zip(new.kinds, last.kinds, arguments.names, strict=True):
            if kind != other:
                return f"{name} is {kind_text(kind)}, not {kind_text(other)}"
        return "other extents are equal, or 1"

    def _traced(self, arguments: Arguments, reason: str) -> Entry:
        start = time.perf_counter()
        trace = Trace(outside_before=Value(0.0)._serial)
        reads = reads_of(self.f)
        with opened(trace):
            inputs = [
                trace.input(tuple(map(trace.extents.extent, shape)), dtype, weak)
                for shape, (dtype, weak, _) in zip(
                    arguments.shapes, arguments.signature.kinds, strict=True
                )
            ]
            args, kwargs = arguments.put(inputs)
            result = self.f(*args, **kwargs)
            numbers, rebuild = numbers_of(result, "jit", self.name, truths=True)
            results = [_result(trace, x) for x in numbers]
        hidden = [held for held, _ in trace.hidden.values()]
        inputs += [term for _, term in trace.hidden.values()]
        traced = program_of(self.name, inputs, results, hidden, trace.extents, arguments.names)
        program = simplify(traced, final=True)
        run = choice.compiled(program, self.threads, reason)
        seconds = time.perf_counter() - start
        return Entry(
            arguments.signature,
            Callee(traced, run, functools.partial(Jitted, threads=self.threads)),
            program,
            run,
            rebuild,
            reads,
            tuple(trace.contents),
            reason,
            seconds,
        )


def _indices(given: Any) -> tuple[int, ...]:
    if given is None:
        return ()
    try:
        return (operator.index(given),) if hasattr(given, "__index__") else tuple(
            map(operator.index, given)
        )  # fmt: skip
    except TypeError:
        raise ArgumentError(
            f"jit: static_argnums is a whole number or a sequence of them, not {given!r}."
        ) from None


def _names(given: Any) -> tuple[str, ...]:
    names = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    if not all(isinstance(name, str) for name in names):
        raise ArgumentError(
            f"jit: static_argnames is a name or a sequence of names, not {given!r}."
        )
    return names


def _threads(given: Any) -> int | None:
    """The threads that calls may use; None for as many as ``CHAINRULE_THREADS`` says."""
    if given is None:
        return None
    if isinstance(given, bool) or not hasattr(given, "__index__") or operator.index(given) < 1:
        raise ArgumentError(f"jit: threads is a whole number from 1 on, or None, not {given!r}.")
    return operator.index(given)


def _result(trace: Trace, x: Any) -> Any:
    """A result of the traced function: a term, or a number that does not depend on anything."""
    if isinstance(x, np.ndarray | Value | Dimension):
        return trace.operand(None, x)
    return x


def _on_values(entry: Entry, given: list[Any], extents: Sequence[int]) -> list[Any]:
    """The results as Values, of one node; those without a derivative plain.

    Of numbers alone it is a graph of numbers: they have no arrays to keep, and stay weak.
    """
    if all(term.weak and not term.shape for term in entry.program.inputs):
        return interpreter.run_on_values(entry.callee.program, given)
    outs = call_row(*given, callee=entry.callee, extents=tuple(extents))
    return [
        x if type(x) is not Term else out if x.dtype.kind == "f" else out.val
        for x, out in zip(entry.program.results, outs, strict=True)
    ]


def jit(
    f: Callable[..., Any] | None = None,
    *,
    static_argnums: int | Sequence[int] | None = None,
    static_argnames: str | Sequence[str] | None = None,
    threads: int | None = None,
) -> Any:
    """f, traced once for each kind of arguments, and run as a Program from then on.

    The lengths of arrays stay free: another length is not traced again. What f does besides
    computing (prints, random draws) happens once, at tracing. Arrays that f closes over are read
    anew in each call; numbers and functions that it closes over are traced again when they change.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such. Without it, a
            decorator is returned.
        static_argnums: positions of arguments that are no numbers to compute with: each value is
            traced on its own. They have to be hashable.
        static_argnames: the same by name, of arguments given by keyword or position.
        threads: how many threads a call may use; without it as many as ``CHAINRULE_THREADS`` in
            the environment says, or as there are cores. Results do not depend on it.

    Returns:
        The function. It takes one more argument, ``out=``: arrays in the structure of the result,
        which are written into and returned; None stands for a new one. They may overlap arguments:
        ``step(p, x, out=p)`` updates p in place. If f itself has a parameter ``out``, it is f's.
        The function has ``program(*args)``, which gives the Program for such arguments, and
        ``passes(*args)``, ``llvm_ir(*args)`` and ``assembly(*args)``, its native code;
        ``explain_cache()`` says what is cached and why it was traced again. Called on Values, or
        inside of another function that is traced, it is differentiated like any other.

    Raises:
        ArgumentError: static_argnums, static_argnames or threads are not what they have to be, or
            a static argument cannot be hashed.
        OperandError: an argument is no number, array or container of them, and not static.
        ConcreteNumberError: f asks for the number behind an argument, as ``if x > 0`` does.
        OutputError: ``out`` has not the structure of the result, or an array in it not the result's
            shape, or it is read-only, or two share memory.
        OutputTypeError: ``out`` has something else than arrays, or one of another dtype.
        OutputContextError: ``out`` is given on Values, or where another function is traced.

    >>> f = cr.jit(lambda x: cr.sum(x * x))
    >>> f(np.array([1.0, 2.0])), f(np.array([1.0, 2.0, 3.0]))
    (np.float64(5.0), np.float64(14.0))
    >>> print(f.program(np.array([1.0, 2.0])))
    <lambda>(x: float64[n])
      t1 = square(x)          float64[n]
      t2 = sum(t1, axes=(0,)) float64
      return t2
    """
    if f is None:
        return lambda f: Jitted(f, static_argnums, static_argnames, threads)
    return Jitted(f, static_argnums, static_argnames, threads)
