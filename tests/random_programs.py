"""Random programs: what a Hypothesis strategy draws, and how to run it on anything.

A :class:`Program` is a list of steps over a pool of arrays. It runs on NumPy arrays, Values and
Symbols through chainrule's functions, and on complex arrays, for complex steps: there a part that
is under a transform (checkpoint, jit, vmap, grad) is computed by its formula instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import chainrule as cr

Array = np.ndarray[Any, Any]
Pool = list[Any]
Step = tuple[str, Callable[[Pool], Any]]

LIMIT = 8.0
SHAPES = [(), (3,), (1,), (4,), (2, 3), (3, 1), (2, 2), (1, 3), (2, 1, 3), (3, 2)]


@dataclass
class Program:
    """Steps, each of which appends an array to the pool; the last array is the result."""

    inputs: tuple[Array, ...]
    steps: list[Step] = field(default_factory=list)
    #: A stopped derivative is no derivative of the function, so second orders have no reference.
    stops: bool = False

    def __call__(self, *inputs: Any) -> Any:
        return self.pool(*inputs)[-1]

    def pool(self, *inputs: Any) -> Pool:
        """The inputs and what every step makes."""
        pool = list(inputs)
        for _, step in self.steps:
            pool.append(_whole(step(pool)))
        return pool

    def loss(self, *inputs: Any) -> Any:
        """One number that all elements of the result have a part in."""
        out = self(*inputs)
        weights = np.cos(np.arange(np.size(self.sample))).reshape(np.shape(self.sample))
        return cr.sum(lifted(cr.sin, out) * weights) if np.ndim(weights) else lifted(cr.sin, out)

    @property
    def sample(self) -> Any:
        return self(*self.inputs)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{x.dtype}{list(x.shape)}" for x in self.inputs)
        return "\n".join([f"Program of {shapes}:", *(f"  {text}" for text, _ in self.steps)])


def _whole(x: Any) -> Any:
    """A complex scalar as an array, which chainrule's functions hand to NumPy."""
    return np.asarray(x) if isinstance(x, np.complexfloating) else x


def is_complex(x: Any) -> bool:
    return getattr(x, "dtype", None) == np.complex128


def real(x: Any) -> Any:
    """What comparisons look at, also in a complex step."""
    return np.real(x) if is_complex(x) else x


def lifted(f: Callable[..., Any], *x: Any) -> Any:
    """f of numbers; of complex ones as arrays of one element, which NumPy's operators keep."""
    if not any(map(is_complex, x)) or any(np.ndim(z) for z in x):
        return f(*x)
    return np.reshape(f(*(np.reshape(z, (1,)) for z in x)), ())


# --- steps ----------------------------------------------------------------------------------------

UNARY: dict[str, Callable[[Any], Any]] = {
    "sin(x)": lambda x: cr.sin(x),
    "np.cos(x)": lambda x: np.cos(x),
    "tanh(x)": lambda x: cr.tanh(x),
    "exp(-x*x)": lambda x: cr.exp(-x * x),
    "log1p(x**2)": lambda x: cr.log1p(x**2),
    "sqrt(1 + x*x)": lambda x: cr.sqrt(1 + x * x),
    "arctan(x)": lambda x: cr.arctan(x),
    "1/(1 + x*x)": lambda x: 1 / (1 + x * x),
    "-x": lambda x: -x,
    "square(x)": lambda x: cr.square(x),
    "x**3": lambda x: x**3,
    "0.5*x - 2": lambda x: 0.5 * x - 2,
    "3 - x/4": lambda x: 3 - x / 4,
    # Not at 0: rounding would decide on which side a sum is that comes to 0.
    "where(x > 0.01, log(x), 0)": lambda x: cr.where(real(x) > 0.01, cr.log(x), 0),
    "where(x > 0.01, sqrt(x), 0)": lambda x: cr.where(real(x) > 0.01, cr.sqrt(x), 0.0),
    "where(x*x > 0.25, 1/x, 2)": lambda x: cr.where(real(x * x) > 0.25, cr.divide(1, x), 2),
    "where(x > 0.1, x**-1.5, x)": lambda x: cr.where(real(x) > 0.1, cr.power(x, -1.5), x),
    "where(x <= 0.01, 0, x**0.5)": lambda x: cr.where(real(x) <= 0.01, 0, cr.power(x, 0.5)),
    "relu(x - 0.01)": lambda x: cr.relu(x - 0.01),
    "maximum(x, 0.3)": lambda x: cr.maximum(x, 0.3),
    "minimum(x*x + 0.1, x)": lambda x: cr.minimum(x * x + 0.1, x),
    "where(x < 0.2, x, x*x)": lambda x: np.where(real(x) < 0.2, x, x * x),
    "x + x": lambda x: x + x,
    "x - x": lambda x: x - x,
    "x / 3.0 * x": lambda x: x / 3.0 * x,
}
SMOOTH = ["sin(x)", "tanh(x)", "exp(-x*x)", "1/(1 + x*x)", "x**3", "where(x > 0.01, sqrt(x), 0)"]

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "x + y": lambda x, y: x + y,
    "x - y": lambda x, y: x - y,
    "x * y": lambda x, y: x * y,
    "x / (1 + y*y)": lambda x, y: x / (1 + y * y),
    "maximum(x, y + 0.017)": lambda x, y: cr.maximum(x, y + 0.017),
    "minimum(x, 2*y + 0.013)": lambda x, y: cr.minimum(x, 2 * y + 0.013),
    "where(x > y, x*y, sin(y))": lambda x, y: cr.where(real(x) > real(y), x * y, cr.sin(y)),
    "where(y > 0.05, x/y, x)": lambda x, y: cr.where(real(y) > 0.05, cr.divide(x, y), x),
}


def _ramp(x: Any) -> Array:
    """Different numbers, so that there are no ties: a complex step sees one side of a kink."""
    return 0.0137 * np.arange(int(np.size(x)), dtype=np.float32).reshape(
        tuple(map(int, np.shape(x)))
    )


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": cr.sum,
    "mean": cr.mean,
    "max": lambda x, **options: cr.max(x + _ramp(x), **options),
    "min": lambda x, **options: cr.min(x - _ramp(x), **options),
    "prod": cr.prod,
    "logsumexp": cr.logsumexp,
    "var": cr.var,
}


#: A part of the program under a transform; on complex arrays what it comes to.
PARTS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "checkpoint": (lambda f: lambda x: cr.checkpoint(f)(x), lambda f: f),
    "jit": (lambda f: lambda x: cr.jit(f)(x), lambda f: f),
    "vmap": (lambda f: lambda x: cr.vmap(f)(x) if np.ndim(x) else f(x), lambda f: f),
    "vmap, last axis": (
        lambda f: lambda x: cr.vmap(f, -1, -1)(x) if np.ndim(x) else f(x),
        lambda f: f,
    ),
    "checkpoint of vmap": (
        lambda f: lambda x: cr.checkpoint(cr.vmap(f))(x) if np.ndim(x) else f(x),
        lambda f: f,
    ),
}

#: Derivatives inside of the program, and their formulas.
INNER: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "grad(sum(sin(x)*x))(x)": (
        lambda x: cr.grad(lambda z: cr.sum(cr.sin(z) * z))(x),
        lambda x: cr.cos(x) * x + cr.sin(x),
    ),
    "grad(grad)(sum(x**4))(x)": (
        lambda x: cr.grad(lambda y: cr.sum(cr.grad(lambda z: cr.sum(0.1 * z**4))(y)))(x),
        lambda x: 1.2 * x * x,
    ),
    "jvp(tanh, x, x)": (
        lambda x: cr.jvp(cr.tanh, (x,), (x,))[1],
        lambda x: x * (1 - cr.square(cr.tanh(x))),
    ),
    "vmap(grad(sin))(x)": (
        lambda x: cr.vmap(cr.grad(lambda z: cr.sum(cr.sin(z))))(x) if np.ndim(x) else cr.cos(x),
        lambda x: cr.cos(x),
    ),
    "hvp(sum(x**3), x, sin(x))": (
        lambda x: cr.hvp(lambda z: cr.sum(z**3 / 6), (x,), (cr.sin(x),)),
        lambda x: x * cr.sin(x),
    ),
    "vjp(sin, x)(x)": (
        lambda x: cr.vjp(cr.sin, x)[1](x)[0],
        lambda x: cr.cos(x) * x,
    ),
    "sum of jacfwd(sin)(x)": (
        lambda x: cr.sum(cr.jacfwd(cr.sin)(x)),
        lambda x: cr.sum(cr.cos(x)),
    ),
    "jacrev(exp(-x*x))(x) @ ones": (
        lambda x: cr.sum(cr.jacrev(lambda z: cr.exp(-z * z))(x)),
        lambda x: cr.sum(-2 * x * cr.exp(-x * x)),
    ),
    "grad(where(x > 0, sqrt, 0))(x)": (
        lambda x: cr.grad(lambda z: cr.sum(cr.where(z > 0.1, cr.sqrt(z), 0)))(x),
        lambda x: cr.where(real(x) > 0.1, 0.5 / cr.sqrt(x), 0),
    ),
    "x * stop_gradient(x)": (
        lambda x: x * cr.stop_gradient(x),
        lambda x: x * np.real(x),
    ),
}


def _either(ours: Callable[[Any], Any], formula: Callable[[Any], Any], i: int) -> Any:
    return lambda pool: lifted(formula if is_complex(pool[i]) else ours, pool[i])


# --- the strategy ---------------------------------------------------------------------------------


@st.composite
def programs(draw: Any, dtype: Any = np.float64, largest: int = 8) -> Program:
    """A program whose numbers are finite and not large at its own inputs."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inputs = tuple(
        np.asarray(generator.normal(size=draw(st.sampled_from(SHAPES))), dtype)
        for _ in range(draw(st.integers(1, 2)))
    )
    if draw(st.booleans()):
        inputs[0][generator.random(inputs[0].shape) < 0.3] = 0.0  # where singularities are
    program = Program(inputs)
    pool: Pool = list(inputs)
    with np.errstate(all="ignore"):
        for _ in range(draw(st.integers(1, largest))):
            step = draw(st.sampled_from(_STEPS))(draw, pool, generator)
            if step is None:
                continue
            text, function = step
            out = _plain(function(pool))
            if out.size > 40 or not np.all(np.isfinite(out)):
                continue
            if np.max(np.abs(out), initial=0.0) > LIMIT:
                text, function = f"sin of {text}", _bounded(function)
                out = _plain(function(pool))
            program.stops |= "stop_gradient" in text
            program.steps.append((f"t{len(pool)} = {text}", function))
            pool.append(out)
    if not program.steps:
        program.steps.append(("t1 = sin(t0)", lambda pool: lifted(cr.sin, pool[0])))
    return program


def _plain(x: Any) -> Array:
    return np.asarray(getattr(x, "val", x))


def _bounded(function: Any) -> Any:
    return lambda pool: lifted(cr.sin, _whole(function(pool)))


def _one(draw: Any, pool: Pool) -> int:
    return int(draw(st.integers(0, len(pool) - 1)))


def _last(draw: Any, pool: Pool) -> int:
    """An array of the pool, most often the newest one."""
    return len(pool) - 1 if draw(st.booleans()) else _one(draw, pool)


def _unary(draw: Any, pool: Pool, generator: Any) -> Step:
    i, name = _last(draw, pool), draw(st.sampled_from(list(UNARY)))
    return f"{name}, x = t{i}", lambda pool: lifted(UNARY[name], pool[i])


def _binary(draw: Any, pool: Pool, generator: Any) -> Step | None:
    i, j = _last(draw, pool), _one(draw, pool)
    name = draw(st.sampled_from(list(BINARY)))
    try:
        np.broadcast_shapes(np.shape(pool[i]), np.shape(pool[j]))
    except ValueError:
        return None
    return f"{name}, x = t{i}, y = t{j}", lambda pool: lifted(BINARY[name], pool[i], pool[j])


def _constant(draw: Any, pool: Pool, generator: Any) -> Step:
    i, name = _last(draw, pool), draw(st.sampled_from(list(BINARY)))
    shape = np.shape(pool[i])
    constant = generator.normal(size=draw(st.sampled_from([shape, shape[1:], (2, *shape)])))
    constant = np.asarray(constant, pool[i].dtype)
    text = f"{name}, x = t{i}, y = an array of {np.shape(constant)}"
    return text, lambda pool: lifted(BINARY[name], pool[i], constant)


def _reduction(draw: Any, pool: Pool, generator: Any) -> Step:
    i, name = _last(draw, pool), draw(st.sampled_from(list(REDUCTIONS)))
    rank = np.ndim(pool[i])
    axes = draw(st.lists(st.integers(0, rank - 1), unique=True)) if rank else []
    axis = tuple(a - rank * draw(st.booleans()) for a in axes)
    options = {"axis": axis if axes or (draw(st.booleans()) and rank == 0) else None}
    options["keepdims"] = draw(st.booleans())
    return f"{name}(t{i}, {options})", lambda pool: lifted(
        lambda x: REDUCTIONS[name](x, **options), pool[i]
    )


def _reshape(draw: Any, pool: Pool, generator: Any) -> Step:
    i = _last(draw, pool)
    shape = np.shape(pool[i])
    size = int(np.prod(shape))
    shapes = [(-1,), (1, -1), (size, 1), (*shape, 1)] + ([(2, -1), (-1, 2)] * (size % 2 == 0))
    new = draw(st.sampled_from(shapes))
    return f"reshape(t{i}, {new})", lambda pool: cr.reshape(pool[i], new)


def _transpose(draw: Any, pool: Pool, generator: Any) -> Step:
    i = _last(draw, pool)
    axes = tuple(draw(st.permutations(range(np.ndim(pool[i])))))
    return f"transpose(t{i}, {axes})", lambda pool: cr.transpose(pool[i], axes)


def _key(draw: Any, extent: int) -> Any:
    bound = st.none() | st.integers(-extent - 1, extent + 1)
    kinds = [
        st.builds(slice, bound, bound, st.sampled_from([None, 1, 2, -1, -2])),
        st.integers(-extent, extent - 1),
    ]
    return draw(st.one_of(kinds))


def _index(draw: Any, pool: Pool, generator: Any) -> Step | None:
    i = _last(draw, pool)
    shape = np.shape(pool[i])
    if not shape:
        return None
    key: Any = tuple(_key(draw, n) for n in shape[: draw(st.integers(1, len(shape)))])
    kind = draw(st.sampled_from(["basic", "fancy", "mask", "new axis", "ellipsis"]))
    axis = draw(st.integers(0, len(shape) - 1))
    positions = generator.integers(-shape[axis], shape[axis], size=draw(st.integers(1, 4)))
    if kind == "fancy":
        key = (slice(None),) * axis + (positions,) + key[axis + 1 :]
    elif kind == "mask":
        mask = generator.random(shape) < 0.6
        if not mask.any():
            return None
        key = (mask,)
    elif kind == "new axis":
        key = (None, *key)
    elif kind == "ellipsis":
        key = (..., _key(draw, shape[-1]))
    if np.size(pool[i][key]) == 0:
        return None
    return f"t{i}[{key}]", lambda pool: pool[i][key]


def _joined(draw: Any, pool: Pool, generator: Any) -> Step | None:
    i, j = _last(draw, pool), _one(draw, pool)
    a, b = np.shape(pool[i]), np.shape(pool[j])
    if a == b and draw(st.booleans()):
        axis = draw(st.integers(-len(a) - 1, len(a)))
        return f"stack([t{i}, t{j}], {axis})", lambda pool: cr.stack([pool[i], pool[j]], axis)
    if len(a) != len(b) or not a or a[1:] != b[1:]:
        return None
    return f"concatenate([t{i}, t{j}])", lambda pool: cr.concatenate([pool[i], pool[j]])


def _product(draw: Any, pool: Pool, generator: Any) -> Step | None:
    i, j = _last(draw, pool), _one(draw, pool)
    a, b = np.shape(pool[i]), np.shape(pool[j])
    if not a or not b:
        return None
    if len(a) == 1 == len(b) and draw(st.booleans()):
        return f"outer(t{i}, t{j})", lambda pool: cr.einsum("a,b->ba", pool[i], pool[j])
    if len(a) == 2 == len(b) and a == b and draw(st.booleans()):
        out = draw(st.sampled_from(["", "a", "b", "ba"]))
        text = f"ab,ab->{out}"
        return f"einsum({text!r}, t{i}, t{j})", lambda pool: cr.einsum(text, pool[i], pool[j])
    try:
        np.matmul(np.zeros(a), np.zeros(b))
    except ValueError:
        return (
            f"t{i} @ t{i}.T",
            lambda pool: (
                cr.matmul(pool[i], np.swapaxes(pool[i], -1, -2))
                if (np.ndim(pool[i]) > 1)
                else pool[i] @ pool[i]
            ),
        )
    return f"t{i} @ t{j}", lambda pool: cr.matmul(pool[i], pool[j])


def _part(draw: Any, pool: Pool, generator: Any) -> Step:
    i = _last(draw, pool)
    way = draw(st.sampled_from(list(PARTS)))
    names = draw(st.lists(st.sampled_from(SMOOTH), min_size=1, max_size=3))
    transform, plain = PARTS[way]

    def f(x: Any) -> Any:
        for name in names:
            x = UNARY[name](x)
        return x

    return f"{way} of {names}, x = t{i}", _either(transform(f), plain(f), i)


def _inner(draw: Any, pool: Pool, generator: Any) -> Step:
    i, name = _last(draw, pool), draw(st.sampled_from(list(INNER)))
    ours, formula = INNER[name]
    return f"{name}, x = t{i}", _either(ours, formula, i)


_STEPS = [
    *[_unary] * 3,
    *[_binary] * 3,
    _constant,
    *[_reduction] * 2,
    _reshape,
    _transpose,
    *[_index] * 2,
    _joined,
    _product,
    *[_part] * 2,
    *[_inner] * 2,
]
