"""Every exception of chainrule, one class a cause.

All are :class:`ChainruleError`; each is also the built-in exception that a caller would expect,
so that ``except TypeError`` works as it does for NumPy. A message says what was wrong, with which
operation or argument, and what to write instead.
"""

from __future__ import annotations

import linecache
import os
import sys


class ChainruleError(Exception):
    """The base of every error that chainrule raises on purpose."""


class OperandError(ChainruleError, TypeError):
    """An operand, a value or an argument is not a real number."""


class RangeError(ChainruleError, OverflowError):
    """A whole number is too large for a float."""


class FunctionError(ChainruleError, TypeError):
    """What has to be a function cannot be called."""


class FixedOperandError(ChainruleError, TypeError):
    """An operand that has no derivative, such as the order of ``polygamma``, needs one."""


class UnsupportedFunctionError(ChainruleError, TypeError):
    """A NumPy or SciPy function that chainrule does not cover was called on a Value."""


class UnsupportedMethodError(ChainruleError, AttributeError):
    """A method or attribute of NumPy's arrays that chainrule does not cover."""


class DroppedDerivativeError(ChainruleError, TypeError):
    """A conversion to a plain number would have dropped a derivative in silence."""


class NoDerivativeError(ChainruleError, RuntimeError):
    """``back()`` was called on a Value that needs no derivative."""


class TermError(ChainruleError, AttributeError):
    """Something that only a leaf allows was tried on a term, the result of an operation."""


class TermCopyError(ChainruleError, TypeError):
    """A term was to be pickled or copied; its graph cannot go along."""


class ChangedValueError(ChainruleError, RuntimeError):
    """A sweep would have read a value that was assigned since the graph was recorded."""


class ClosureError(ChainruleError, RuntimeError):
    """A term made by a closure ``grad_fn`` was to be differentiated twice, or forward."""


class ResultError(ChainruleError, TypeError):
    """A function to be differentiated returned something that is not a number."""


class ArgumentError(ChainruleError, ValueError):
    """``argnums``, primals, tangents or cotangents do not fit the function or each other."""


class OutputError(ChainruleError, ValueError):
    """An array of ``out=`` cannot take its result: its shape, or that it is read-only or shared."""


class OutputTypeError(ChainruleError, TypeError):
    """What ``out=`` has for a result is no array, or one of another dtype."""


class OutputContextError(ChainruleError, RuntimeError):
    """``out=`` was given where results are recorded: under a trace, or with Values."""


class DerivativeMismatchError(ChainruleError, AssertionError):
    """Reverse mode, forward mode and finite differences part."""


class ExpressionError(ChainruleError, ValueError):
    """An expression of the command line is not one that chainrule reads."""


class PointsError(ChainruleError, ValueError):
    """A file of points for the command line cannot be used, or the results cannot be written."""


class ConcreteNumberError(ChainruleError, TypeError):
    """A Symbol, which has no number while a function is traced, was asked for one."""


class LeakedSymbolError(ChainruleError, RuntimeError):
    """A Symbol was used after the trace that made it, or in another one."""


class SideEffectError(ChainruleError, RuntimeError):
    """A function that is traced changed a Value from outside, which would happen only once."""


class UncoveredRuleError(ChainruleError, NotImplementedError):
    """An operation has no rule for the transform that met it."""


class ProgramError(ChainruleError, AssertionError):
    """A Program breaks a rule of Programs: a transform made a mistake, and not its user."""


class BackendError(ChainruleError, NotImplementedError):
    """Native code was asked for where none can be made."""


class FallbackWarning(ChainruleError, RuntimeWarning):  # noqa: N818
    """Native code cannot be made here, so the interpreter runs what ``jit`` was given."""


def user_line() -> str:
    """Where the user's own code stands: ``, at "if x > 0:" (model.py, line 7)``; or nothing."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in ("chainrule", "numpy", "scipy", "optree"):
            path, number = frame.f_code.co_filename, frame.f_lineno
            text = linecache.getline(path, number).strip()
            place = f"({os.path.basename(path)}, line {number})"
            return f", at {text!r} {place}" if text else f" {place}"
        assert frame.f_back is not None
        frame = frame.f_back
    return ""


def masked_array(what: str) -> OperandError:
    """The error for an array with a mask of its own, which would be dropped."""
    return OperandError(
        f"{what} is a masked array, whose mask would be dropped. Give x.filled(...), and choose "
        "with cr.where(x.mask, ...)."
    )


def scipys_function() -> str:
    """What to write for the function of SciPy's that is just being called; or nothing.

    SciPy's ufuncs take our objects. Its other functions ask them to become arrays, and what called
    is in the frames above.
    """
    names = []
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("scipy."):
            name = frame.f_code.co_name
            wrapped = frame.f_locals.get("f")  # of SciPy's decorator that goes over batches
            if module.startswith("scipy._lib") and callable(wrapped):
                module, name = wrapped.__module__, wrapped.__name__
            owner = frame.f_locals.get("self")
            law = getattr(getattr(owner, "dist", owner), "name", None)
            if module.startswith("scipy.stats") and isinstance(law, str):
                name = f"{law}.{name}"  # a method of a distribution
            names.append((".".join(module.split(".")[:2]), name))
        elif names and module == "chainrule.optimize":
            return ""  # which handed the user's function on to SciPy
        elif names and not module.startswith(("numpy", "chainrule")):
            break
        frame = frame.f_back  # type: ignore[assignment]
    if not names:
        return ""
    if names[-1][0] == "scipy.sparse":
        return " Write cr.matmul(A, v) for a sparse matrix times a vector."
    for path, name in reversed(names):
        known = sys.modules.get(f"chainrule.{path}")
        for part in name.split("."):
            known = getattr(known, part, None)
        if known is not None:
            return f" Write cr.{path}.{name} for {path}.{name}."
    path, name = names[-1]
    return f" {path}.{name} is not covered by chainrule."
