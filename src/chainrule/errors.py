"""Every exception of chainrule, one class a cause.

All are :class:`ChainruleError`; each is also the built-in exception that a caller would expect,
so that ``except TypeError`` works as it does for NumPy. A message says what was wrong, with which
operation or argument, and what to write instead.
"""

from __future__ import annotations


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


class DerivativeMismatchError(ChainruleError, AssertionError):
    """Reverse mode, forward mode and finite differences part."""


class ExpressionError(ChainruleError, ValueError):
    """An expression of the command line is not one that chainrule reads."""
