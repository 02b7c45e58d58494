"""SciPy's optimisers, given exact derivatives: ``minimize``, ``least_squares``, ``root``.

The function is traced and run as a Program (``jit``) with its gradient, Hessian products or
Jacobian. Where it cannot be traced, because it asks for numbers (``if x > 0``), derivatives are
taken eagerly, and the log says so (``CHAINRULE_LOG=optimize``). Parameters may be nested: dicts,
tuples and arrays of any shape go in, and ``result.x`` comes back like that.

>>> import chainrule as cr
>>> result = cr.optimize.minimize(lambda p: (p["a"] - 1.0) ** 2 + p["b"] ** 4, {"a": 0.0, "b": 1.0})
>>> round(result.x["a"], 4)
1.0
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import log
from .api import grad, hessian, jacfwd, jacrev, jit, jvp, value_and_grad
from .api.calls import function_of
from .containers import flatten
from .eager import Value
from .eager.operands import described, plain_number
from .errors import ArgumentError, OperandError, ResultError
from .ops.shape import concatenate, ravel, reshape, shape_of
from .program.symbol import Symbol

Function = Callable[..., Any]

#: Methods of SciPy's ``minimize`` without any derivative, and those that take Hessian products or
#: a whole Hessian; all others take a gradient.
WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
HESSIAN_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
WHOLE_HESSIAN = {"dogleg", "trust-exact"}
#: Methods of ``root`` that take a Jacobian.
WITH_JACOBIAN = {"hybr", "lm"}


class Layout:
    """How nested parameters are laid out in one vector."""

    def __init__(self, x0: Any, owner: str) -> None:
        if isinstance(x0, list) and all(plain_number(x) is not None for x in x0):
            x0 = np.array(x0, float)
        leaves, self.rebuild = flatten(x0)
        arrays = []
        for leaf in leaves:
            if isinstance(leaf, Value | Symbol):
                raise ArgumentError(
                    f"{owner}: x0 holds {described(leaf)}; the result of an optimiser has no "
                    "derivative with respect to where it started. Give its .val."
                )
            array = np.asarray(leaf)
            if array.dtype.kind not in "fiub":
                raise OperandError(f"{owner}: x0 holds {described(leaf)}, not real numbers.")
            arrays.append(array.astype(float))
        self.shapes = [array.shape for array in arrays]
        #: A plain vector or number stays what SciPy makes of it.
        self.is_vector = len(leaves) == 1 and leaves[0] is x0 and arrays[0].ndim < 2
        self.start = np.concatenate([array.reshape(-1) for array in arrays] or [np.zeros(0)])

    def misfit(self, owner: str, bounds: Any, wanted: str) -> ArgumentError:
        """The error for bounds in a container."""
        return ArgumentError(
            f"{owner}: bounds are of the vector of all parameters in their order: {wanted} of "
            f"{self.start.size} numbers, not {described(bounds)}."
        )

    def nested(self, x: Any) -> Any:
        """The parameters in a vector."""
        if self.is_vector:
            return x
        leaves = []
        at = 0
        for shape in self.shapes:
            size = int(np.prod(shape, dtype=int))
            leaves.append(reshape(x[at : at + size], shape) if shape else x[at])
            at += size
        return self.rebuild(leaves)

    def result(self, x: Any) -> Any:
        """The parameters in a result of SciPy's: numbers as floats."""
        if self.is_vector:
            return x
        leaves = []
        at = 0
        for shape in self.shapes:
            size = int(np.prod(shape, dtype=int))
            leaves.append(x[at : at + size].reshape(shape) if shape else float(x[at]))
            at += size
        return self.rebuild(leaves)


def vector_of(nested: Any) -> Any:
    """All numbers of a container in one vector."""
    leaves = flatten(nested)[0]
    if not all(hasattr(leaf, "shape") or plain_number(leaf) is not None for leaf in leaves):
        raise OperandError("not all of it are numbers")
    if len(leaves) == 1:
        return ravel(leaves[0])
    return concatenate([reshape(leaf, (-1,)) if shape_of(leaf) else [leaf] for leaf in leaves])


def _one_number(x: Any, what: str) -> Any:
    """What an objective returned, as SciPy takes it: an array of one element is a number.

    Raises:
        ResultError: it is no number, or several.
    """
    if isinstance(x, list | tuple) or not (hasattr(x, "shape") or plain_number(x) is not None):
        raise ResultError(f"{what} returned {described(x)}; it has to be one real number.")
    shape = shape_of(x)
    if shape == ():
        return x
    if all(extent == 1 for extent in shape):
        return reshape(x, ())
    raise ResultError(
        f"{what} returned an array of shape {shape}; it has to be one real number. Sum it up, or "
        "use cr.optimize.least_squares for residuals."
    )


def _of_numbers(x: Any, what: str) -> Any:
    """All numbers of what a function returned in one vector, or an error that says so."""
    try:
        return vector_of(x)
    except (TypeError, ValueError, OperandError):
        raise ResultError(
            f"{what} returned {described(x)}; it has to be an array, or a container of arrays."
        ) from None


def compiled(function: Function, *example: Any, what: str) -> Function:
    """The function as a Program, or as it is where it cannot be traced."""
    jitted: Function = jit(function)
    try:
        jitted(*example)
    except Exception as error:
        log.optimize.info("%s is not traced, and runs eagerly: %s", what, error)
        return function
    return jitted


def _refuse_values(args: Sequence[Any], owner: str) -> None:
    for leaf in flatten(tuple(args))[0]:
        if isinstance(leaf, Symbol) or (isinstance(leaf, Value) and leaf.reqgrad):
            raise ArgumentError(
                f"{owner}: args hold {described(leaf)}, and the result of an optimiser has no "
                "derivative with respect to it. Give its .val."
            )


def _tuple(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def minimize(
    fun: Function,
    x0: Any,
    args: Any = (),
    method: Any = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Any = None,
    options: Any = None,
) -> Any:
    """``scipy.optimize.minimize`` with exact gradients and Hessian products.

    Args:
        fun: a function of the parameters (and ``args``) that returns a number.
        x0: where to start: an array, or a dict, tuple or other container of numbers and arrays.
        args: further arguments of fun, without a derivative.
        method: any of SciPy's. Those that take Hessian products get them, "dogleg" and
            "trust-exact" the whole Hessian.
        jac: your own gradient, in SciPy's form, in place of ours.
        hess: your own Hessian.
        hessp: your own Hessian products.
        bounds: SciPy's, of the vector of all parameters in their order.
        constraints: SciPy's; those given as dicts or ``NonlinearConstraint`` without a Jacobian
            get an exact one. They are functions of the same (nested) parameters.
        tol: handed to SciPy.
        callback: SciPy's, called with nested parameters.
        options: handed to SciPy.

    Returns:
        SciPy's ``OptimizeResult``, with ``x`` in the structure of x0.

    Raises:
        ArgumentError: x0 or args hold a Value that needs a derivative.
        OperandError: x0 is not made of real numbers.
        ResultError: fun did not return one number.

    >>> rosenbrock = lambda x: cr.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    >>> result = minimize(rosenbrock, np.zeros(4), method="trust-ncg")
    >>> np.round(result.x, 3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    import scipy.optimize

    layout, args = Layout(x0, "minimize"), _tuple(args)
    function_of(fun, "minimize")
    _refuse_values(args, "minimize")
    name = method.lower() if isinstance(method, str) else ""

    def flat(x: Any) -> Any:
        return _one_number(fun(layout.nested(x), *args), "minimize: the function")

    if isinstance(bounds, dict):
        raise layout.misfit("minimize", bounds, "one pair (low, high) for each")
    given: dict[str, Any] = {"jac": jac, "hess": hess, "hessp": hessp}
    if jac is True:
        # The user's own pair of value and gradient.
        def objective(x: Any) -> Any:
            pair = fun(layout.nested(x), *args)
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ResultError(
                    f"minimize: the function returned {described(pair)}, and jac=True says that it "
                    "returns a pair of the value and the gradient. Leave jac out for an exact one."
                )
            value, gradient = pair
            return value, _plain(vector_of(gradient))
    elif jac is not None:
        objective = _numbers(flat)
        given["jac"] = _users(jac, layout, args)
    elif name in WITHOUT_GRADIENT:
        objective = compiled(flat, layout.start, what="minimize: the function")
    else:
        objective = compiled(value_and_grad(flat), layout.start, what="minimize: the gradient")
        given["jac"] = True
    if hess is None and hessp is None and jac is None:
        if name in HESSIAN_PRODUCTS:
            given["hessp"] = compiled(
                lambda x, p: jvp(grad(flat), (x,), (p,))[1],
                layout.start,
                layout.start,
                what="minimize: the Hessian product",
            )
        elif name in WHOLE_HESSIAN:
            given["hess"] = compiled(hessian(flat), layout.start, what="minimize: the Hessian")
    else:
        given["hess"] = _users(hess, layout, args)
        given["hessp"] = _users(hessp, layout, args)
    result = scipy.optimize.minimize(
        objective,
        layout.start,
        method=method,
        bounds=bounds,
        constraints=_constraints(constraints, layout),
        tol=tol,
        callback=_callback(callback, layout),
        options=options,
        **given,
    )
    result.x = layout.result(result.x)
    return result


def least_squares(
    fun: Function,
    x0: Any,
    jac: Any = None,
    bounds: Any = (-np.inf, np.inf),
    method: str = "trf",
    *,
    args: Any = (),
    kwargs: Any = None,
    callback: Any = None,
    **options: Any,
) -> Any:
    """``scipy.optimize.least_squares`` with an exact Jacobian.

    Args:
        fun: a function of the parameters (and ``args``, ``kwargs``) that returns the residuals: an
            array, or a container of arrays.
        x0: where to start, as in ``minimize``.
        jac: your own Jacobian, in SciPy's form, in place of ours.
        bounds: SciPy's, of the vector of all parameters in their order.
        method: "trf", "dogbox" or "lm".
        args: further arguments of fun, without a derivative.
        kwargs: the same by name.
        callback: SciPy's (1.16), called with nested parameters.
        options: SciPy's further arguments, by name: loss, max_nfev, ...

    Returns:
        SciPy's ``OptimizeResult``, with ``x`` in the structure of x0.

    Raises:
        ArgumentError, OperandError: as ``minimize``.

    >>> t = np.linspace(0.0, 1.0, 20)
    >>> y = 2.0 * np.exp(-3.0 * t)
    >>> fit = least_squares(lambda p: p["a"] * np.exp(-p["b"] * t) - y, {"a": 1.0, "b": 1.0})
    >>> round(fit.x["a"], 6), round(fit.x["b"], 6)
    (2.0, 3.0)
    """
    import scipy.optimize

    layout, args = Layout(x0, "least_squares"), _tuple(args)
    function_of(fun, "least_squares")
    if isinstance(bounds, tuple | list) and any(isinstance(bound, dict) for bound in bounds):
        raise layout.misfit("least_squares", bounds, "a number or an array of the lows, and highs,")
    _refuse_values((*args, kwargs), "least_squares")

    def flat(x: Any) -> Any:
        found = fun(layout.nested(x), *args, **(kwargs or {}))
        return _of_numbers(found, "least_squares: the function")

    residuals, jacobian = _with_jacobian(flat, layout, jac, "least_squares", args)
    if callback is not None:
        options["callback"] = _callback(callback, layout)
    result = scipy.optimize.least_squares(
        residuals, layout.start, jacobian, bounds, method, **options
    )
    result.x = layout.result(result.x)
    return result


def root(
    fun: Function,
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    jac: Any = None,
    tol: float | None = None,
    callback: Any = None,
    options: Any = None,
) -> Any:
    """``scipy.optimize.root`` with an exact Jacobian.

    Args:
        fun: a function of the parameters (and ``args``) that returns as many numbers as there are:
            an array, or a container of arrays.
        x0: where to start, as in ``minimize``.
        args: further arguments of fun, without a derivative.
        method: any of SciPy's; "hybr" and "lm" take the Jacobian.
        jac: your own Jacobian, in SciPy's form, in place of ours; True says that fun returns a pair
            of the values and the Jacobian.
        tol: handed to SciPy.
        callback: SciPy's, called with nested parameters.
        options: handed to SciPy.

    Returns:
        SciPy's ``OptimizeResult``, with ``x`` in the structure of x0.

    Raises:
        ArgumentError, OperandError: as ``minimize``.

    >>> solution = root(lambda p: (p[0] ** 2 + p[1] ** 2 - 2.0, p[0] - p[1]), (2.0, 0.5))
    >>> [round(x, 6) for x in solution.x]
    [1.0, 1.0]
    """
    import scipy.optimize

    layout, args = Layout(x0, "root"), _tuple(args)
    function_of(fun, "root")
    _refuse_values(args, "root")

    def flat(x: Any) -> Any:
        return _of_numbers(fun(layout.nested(x), *args), "root: the function")

    def pair(x: Any) -> Any:
        values, jacobian = fun(layout.nested(x), *args)
        return _plain(vector_of(values)), _plain(jacobian)

    equations: Function
    jacobian: Any
    if jac is True:
        equations, jacobian = pair, True
    elif jac is None and method.lower() not in WITH_JACOBIAN:
        equations, jacobian = compiled(flat, layout.start, what="root: the function"), None
    else:
        equations, jacobian = _with_jacobian(flat, layout, jac, "root", args)
    result = scipy.optimize.root(
        equations,
        layout.start,
        method=method,
        jac=jacobian,
        tol=tol,
        callback=_callback(callback, layout),
        options=options,
    )
    result.x = layout.result(result.x)
    return result


def _with_jacobian(
    flat: Function, layout: Layout, jac: Any, owner: str, args: tuple[Any, ...]
) -> tuple[Function, Any]:
    """The function and its Jacobian for SciPy."""
    function = compiled(flat, layout.start, what=f"{owner}: the function")
    plain = _numbers(function)
    if jac is not None:
        return plain, _users(jac, layout, args)
    count = np.size(plain(layout.start))
    make = jacfwd if layout.start.size <= count else jacrev
    return plain, compiled(make(flat), layout.start, what=f"{owner}: the Jacobian")


def _numbers(function: Function) -> Function:
    return lambda x: _plain(function(x))


def _plain(x: Any) -> Any:
    """Numbers without their graph: what SciPy takes."""
    return x.val if isinstance(x, Value) else x


def _users(function: Any, layout: Layout, args: tuple[Any, ...]) -> Any:
    """A user's derivative, for the vector; names of SciPy's differences as they are."""
    if not callable(function):
        return function

    def of_vector(x: Any, *more: Any) -> Any:
        found = function(layout.nested(x), *(layout.nested(p) for p in more), *args)
        return found if layout.is_vector else _plain(vector_of(found))

    return of_vector


def _constraints(constraints: Any, layout: Layout) -> Any:
    """SciPy's constraints, of the vector, with exact Jacobians where none are given."""
    from scipy.optimize import NonlinearConstraint

    if isinstance(constraints, dict | NonlinearConstraint):
        constraints = (constraints,)
    if not isinstance(constraints, list | tuple):
        return constraints
    made: list[Any] = []
    for constraint in constraints:
        if isinstance(constraint, dict) and "fun" in constraint:
            more = _tuple(constraint.get("args", ()))
            fun, jacobian = _constraint(constraint["fun"], layout, more, constraint.get("jac"))
            made.append({**constraint, "fun": fun, "jac": jacobian, "args": ()})
        elif isinstance(constraint, NonlinearConstraint):
            own = None if isinstance(constraint.jac, str) else constraint.jac
            fun, jacobian = _constraint(constraint.fun, layout, (), own)
            made.append(
                NonlinearConstraint(
                    fun,
                    constraint.lb,
                    constraint.ub,
                    jac=jacobian,
                    hess=constraint.hess,
                    keep_feasible=constraint.keep_feasible,
                )
            )
        else:
            made.append(constraint)
    return made


def _constraint(
    fun: Function, layout: Layout, args: tuple[Any, ...], jac: Any
) -> tuple[Function, Any]:
    return _with_jacobian(
        lambda x: vector_of(fun(layout.nested(x), *args)), layout, jac, "minimize", args
    )


def _callback(callback: Any, layout: Layout) -> Any:
    """A user's callback, with nested parameters."""
    if callback is None or layout.is_vector:
        return callback
    if "intermediate_result" in inspect.signature(callback).parameters:

        def on_result(intermediate_result: Any) -> Any:
            intermediate_result.x = layout.result(intermediate_result.x)
            return callback(intermediate_result=intermediate_result)

        return on_result
    return lambda x, *more: callback(layout.result(x), *more)


#: SciPy's further functions, each with what to write.
_INSTEAD = {
    "curve_fit": "least_squares(lambda p: f(x, *p) - y, p0)",
    "leastsq": "least_squares",
    "fsolve": "root",
    "newton": "root",
    "newton_krylov": 'root(f, x0, method="krylov")',
    "root_scalar": "root",
    "minimize_scalar": "minimize",
    "fmin": 'minimize(f, x0, method="Nelder-Mead")',
    "fmin_bfgs": 'minimize(f, x0, method="BFGS")',
    "fmin_cg": 'minimize(f, x0, method="CG")',
    "fmin_l_bfgs_b": 'minimize(f, x0, method="L-BFGS-B")',
    "fmin_ncg": 'minimize(f, x0, method="Newton-CG")',
    "fmin_slsqp": 'minimize(f, x0, method="SLSQP")',
    "approx_fprime": "cr.grad",
    "check_grad": "cr.check_derivatives",
}


def __getattr__(name: str) -> Any:
    instead = _INSTEAD.get(name, "minimize, least_squares or root")
    raise AttributeError(
        f"chainrule.optimize has no function {name!r}. Write {instead}; or SciPy's own, with "
        "derivatives by cr.jit(cr.value_and_grad(f)).",
        name=name,
    )
