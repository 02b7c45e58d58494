"""jit: a function is traced once for each kind of arguments, and its Program is run from then on.

The kind of a call is the structure of the arguments, their dtypes and ranks, and which of their
extents are equal or 1; not the lengths themselves. Under each kind the cache holds entries, of
which one is used whose guards hold: what was asked about lengths while tracing, and what the
function read from outside. :class:`Jitted` keeps the cache, :class:`Entry` is one traced Program.

On Values a jitted function is one node of their graph (``call``), whose rules are jitted too.
"""

from __future__ import annotations

import operator
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import log
from ..backends import choice, interpreter
from ..backends.interpreter import Run
from ..containers import Rebuild, flatten, flatten_structure, path_of, unflatten
from ..eager import Value
from ..eager.array import ArrayValue
from ..eager.operands import described
from ..errors import ArgumentError, OperandError
from ..ops import tracing
from ..program.extents import Dimension
from ..program.program import Program, program_of
from ..program.symbol import Term
from ..program.trace import Trace, opened
from ..transforms.simplify import simplify
from . import outputs
from .call import Callee, call_row
from .calls import function_of, name_of, names_keyword, numbers_of, parameters_of, wrapped_as
from .outside import Read, reads_of

#: Entries of one kind that are kept; the oldest goes.
MAX_ENTRIES = 16
#: Stands for ``out`` where a call does not name it.
NOT_GIVEN: Any = object()


@dataclass(frozen=True)
class Signature:
    """What a call has to share with another to use its Program: a key of the cache."""

    structure: Any
    #: For each number or array: dtype, whether it is weak, rank.
    kinds: tuple[tuple[Any, bool, int], ...]
    #: Extents by what they equal: -1 is the extent 1, others count up as they appear.
    pattern: tuple[int, ...]
    static: tuple[Any, ...]

    def __hash__(self) -> int:
        return hash((self.kinds, self.pattern, self.structure, self.static))


@dataclass
class Entry:
    """One traced Program of a jitted function, and when it may be used."""

    signature: Signature
    callee: Callee
    program: Program
    run: Run
    rebuild: Rebuild
    reads: tuple[Read, ...]
    #: Plain arrays whose elements decided what the terms are, each with a copy.
    contents: tuple[tuple[Any, Any], ...]
    reason: str
    seconds: float
    calls: int = 0
    #: What ``out=`` has to be; made when it is given for the first time.
    expected: outputs.Expected | None = None

    def obstacle(self, extents: Sequence[int]) -> str:
        """Why this Program is not the function for these extents here and now; or nothing."""
        for guard in self.program.guards:
            if not guard.holds(extents):
                values = ", ".join(map(str, extents))
                return f"it was traced for {guard}, which does not hold for the extents {values}"
        for read in self.reads:
            if read.changed():
                return f"{read.what} is not what it was"
        for array, copy in self.contents:
            if not np.array_equal(array, copy):
                return "a mask or an index is not what it was"
        return ""


@dataclass(frozen=True, repr=False)
class Explanation:
    """What is cached, and why something was traced again; ``print`` shows it."""

    name: str
    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if not self.entries:
            return f"{self.name}: nothing is cached; it has not been called yet."
        lines = [f"{self.name}: {len(self.entries)} traced"]
        for i, entry in enumerate(self.entries):
            program = entry.program
            inputs = ", ".join(
                f"{name}: {'number' if term.weak and not term.shape else term.type_text()}"
                for name, term in zip(program.names, program.inputs, strict=False)
            )
            lines.append(
                f"  {i + 1}. ({inputs}): {len(program)} terms, traced in "
                f"{entry.seconds * 1e3:.1f} ms, called {entry.calls} times"
            )
            lines.append(f"     traced because {entry.reason}")
            lines += [f"     only where {guard}" for guard in program.guards]
        return "\n".join(lines)


class Jitted:
    """A function that is traced and run as a Program; what ``cr.jit`` gives."""

    def __init__(
        self, f: Callable[..., Any], static_argnums: Any = None, static_argnames: Any = None
    ) -> None:
        wrapped_as(function_of(f, "jit"))(self)
        self.f = f
        self.name = name_of(f)
        self.static_argnums = _indices(static_argnums)
        self.static_argnames = _names(static_argnames)
        self.parameters = parameters_of(f)
        #: A parameter of f's own of that name is nothing to jit.
        self.has_own_out = "out" in self.parameters or names_keyword(f, "out")
        self._cache: dict[Signature, list[Entry]] = {}

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, out: Any = NOT_GIVEN, **kwargs: Any) -> Any:
        if out is not NOT_GIVEN:
            if self.has_own_out:
                kwargs["out"] = out
            elif out is not None:
                return self._into(out, args, kwargs)
        if tracing.current() is not None:
            return self.f(*args, **kwargs)
        arguments = _Arguments(self, args, kwargs)
        entry = self._entry(arguments)
        entry.calls += 1
        hidden = entry.program.hidden
        given = [*arguments.leaves, *hidden] if hidden else arguments.leaves
        if arguments.has_values or any(isinstance(x, Value) for x in hidden):
            return entry.rebuild(_on_values(entry, given, arguments.extents))
        return entry.rebuild(entry.run(given, arguments.extents))

    def _into(self, out: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function, with its results written into the arrays of out."""
        if tracing.current() is not None:
            raise outputs.refuse(self.name, "here a function is being traced")
        arguments = _Arguments(self, args, kwargs)
        entry = self._entry(arguments)
        hidden = entry.program.hidden
        if arguments.has_values or any(isinstance(x, Value) for x in hidden):
            raise outputs.refuse(self.name, "an argument is a Value")
        entry.calls += 1
        if entry.expected is None:
            entry.expected = outputs.Expected(self.name, entry.program, entry.rebuild)
        arrays = entry.expected.arrays(out, arguments.extents)
        return entry.rebuild(entry.run([*arguments.leaves, *hidden], arguments.extents, arrays))

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The Program for these arguments: ``print`` shows its terms."""
        return self._entry(_Arguments(self, args, kwargs)).program

    def explain_cache(self) -> Explanation:
        """What is cached for which arguments, and why something was traced again."""
        return Explanation(self.name, tuple(e for es in self._cache.values() for e in es))

    def clear_cache(self) -> None:
        """Forget all Programs."""
        self._cache.clear()

    def _entry(self, arguments: _Arguments) -> Entry:
        entries = self._cache.get(arguments.signature, ())
        for entry in entries:
            if not entry.obstacle(arguments.extents):
                return entry
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

    def _reason(self, arguments: _Arguments, entries: Sequence[Entry]) -> str:
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
                return f"{name} is {_kind(kind)}, not {_kind(other)}"
        return "other extents are equal, or 1"

    def _traced(self, arguments: _Arguments, reason: str) -> Entry:
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
        run = choice.compiled(program)
        seconds = time.perf_counter() - start
        return Entry(
            arguments.signature,
            Callee(traced, run, Jitted),
            program,
            run,
            rebuild,
            reads,
            tuple(trace.contents),
            reason,
            seconds,
        )


class _Arguments:
    """The arguments of one call, taken apart: numbers and arrays, their kinds, their extents."""

    def __init__(self, jitted: Jitted, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.jitted = jitted
        self.static: dict[int | str, Any] = {}
        self.count = len(args)
        if jitted.static_argnums or jitted.static_argnames:
            args, kwargs = self._without_static(args, kwargs)
        self.tree = (args, kwargs)
        self.leaves, structure = flatten_structure(self.tree)
        self.structure = structure
        kinds = []
        pattern: list[int] = []
        self.shapes: list[tuple[int, ...]] = []
        self.extents: list[int] = []
        self.has_values = False
        numbers: dict[int, int] = {1: -1}
        for i, x in enumerate(self.leaves):
            if type(x) is np.ndarray:
                dtype, shape, weak = x.dtype, x.shape, False
                if not dtype.isnative:
                    self.leaves[i] = x = x.astype(dtype.newbyteorder("="))
                    dtype = x.dtype
            elif type(x) in _WEAK:
                dtype, shape, weak = _WEAK[type(x)], (), True
            else:
                dtype, shape, weak = self._other(i, x)
            if dtype.kind not in "fiub":
                raise self._unsuitable(i)
            kinds.append((dtype, weak, len(shape)))
            self.shapes.append(shape)
            for extent in shape:
                number = numbers.get(extent)
                if number is None:
                    number = numbers[extent] = len(self.extents)
                    self.extents.append(extent)
                pattern.append(number)
        self.signature = Signature(
            structure, tuple(kinds), tuple(pattern), tuple(self.static.items())
        )

    def _other(self, i: int, x: Any) -> tuple[Any, tuple[int, ...], bool]:
        if isinstance(x, ArrayValue):
            self.has_values = True
            return x.dtype, x.shape, False
        if isinstance(x, Value):
            self.has_values = True
            return _WEAK[float], (), True
        if isinstance(x, np.ndarray | np.generic):
            return x.dtype, x.shape, False
        raise self._unsuitable(i)

    def _unsuitable(self, i: int) -> OperandError:
        return OperandError(
            f"jit: {self.names[i]} of {self.jitted.name} is {described(self.leaves[i])}; an "
            "argument has to be a real number, an array, or a list, tuple or dict of them. Name "
            "it in static_argnums or static_argnames if it is something else."
        )

    def _without_static(self, args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        jitted = self.jitted
        positions = {i % len(args) for i in jitted.static_argnums if -len(args) <= i < len(args)}
        positions |= {
            jitted.parameters.index(name)
            for name in jitted.static_argnames
            if name in jitted.parameters and jitted.parameters.index(name) < len(args)
        }
        names = {*jitted.static_argnames} | {
            jitted.parameters[i] for i in jitted.static_argnums if i < len(jitted.parameters)
        }
        self.static = {i: args[i] for i in sorted(positions)}
        self.static |= {name: kwargs[name] for name in sorted(names) if name in kwargs}
        for key, value in self.static.items():
            try:
                hash(value)
            except TypeError:
                raise ArgumentError(
                    f"jit: the static argument {key!r} of {jitted.name} is {described(value)}, "
                    "which cannot be hashed, so no Program can be kept for it."
                ) from None
        moving = tuple(x for i, x in enumerate(args) if i not in self.static)
        return moving, {name: x for name, x in kwargs.items() if name not in self.static}

    def put(self, leaves: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the function with other numbers."""
        moving, kwargs = unflatten(self.structure, leaves)
        rest = iter(moving)
        args = [self.static[i] if i in self.static else next(rest) for i in range(self.count)]
        kwargs = kwargs | {k: x for k, x in self.static.items() if isinstance(k, str)}
        return args, kwargs

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is called: ``p['a']``."""
        args, kwargs = self.tree
        moving = [i for i in range(self.count) if i not in self.static]
        names = self.jitted.parameters
        own = [names[i] if i < len(names) else f"argument {i}" for i in moving]
        trees = [*zip(own, args, strict=True), *sorted(kwargs.items())]
        return tuple(
            f"{name}{path_of(tree, i)}"
            for name, tree in trees
            for i in range(len(flatten(tree)[0]))
        )


_WEAK = {float: np.dtype(np.float64), int: np.dtype(np.int64), bool: np.dtype(bool)}


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


def _kind(kind: tuple[Any, bool, int]) -> str:
    dtype, weak, rank = kind
    return "a plain number" if weak else f"{dtype} of {rank} axes"


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

    Returns:
        The function. It takes one more argument, ``out=``: arrays in the structure of the result,
        which are written into and returned; None stands for a new one. They may overlap arguments:
        ``step(p, x, out=p)`` updates p in place. If f itself has a parameter ``out``, it is f's.
        The function has ``program(*args)``, which gives the Program for such arguments, and
        ``explain_cache()``, which says what is cached and why it was traced again. Called on
        Values, or inside of another function that is traced, it is differentiated like any other.

    Raises:
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
        return lambda f: Jitted(f, static_argnums, static_argnames)
    return Jitted(f, static_argnums, static_argnames)
