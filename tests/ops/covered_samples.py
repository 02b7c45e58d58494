"""Functions of NumPy's, called by NumPy's names, each with a point: what the registry test runs.

On plain arrays they are NumPy's own, so the truth is NumPy's too. The name of a sample starts with
that of the function in the list of what is covered.
"""

from __future__ import annotations

import numpy as np
from numpy import linalg
from samples import Array, Function

import chainrule as cr

rng = np.random.default_rng(11)
V = np.array([0.7, -1.2, 2.3, 0.4])
W = np.array([1.1, 0.3, -0.6])
A = rng.normal(size=(2, 3))
Q = rng.normal(size=(3, 3))
B = rng.normal(size=(2, 3, 2))
M = rng.normal(size=(2, 2, 2)) + 2 * np.eye(2)
S = Q @ Q.T + np.diag([1.0, 2.0, 4.0])
TALL = rng.normal(size=(3, 2))
WIDE = rng.normal(size=(2, 3))
SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 1.0, 2.5]])
NODES, HEIGHTS = np.array([-2.0, 0.0, 1.0, 2.5]), np.array([1.0, -1.0, 2.0, 2.5])
PLACES = np.argsort(A, axis=1)
inf = np.inf


def holes(x):
    """x with NaN in places that do not depend on it."""
    there = (np.arange(x.size).reshape(x.shape) % 3) != 1
    return np.where(there, x, np.nan)


SUMS: dict[str, tuple[Function, Array]] = {
    "sum, where and initial": (lambda x: np.sum(x * x, 1, where=A > -0.5, initial=2.0), A),
    "prod, where and initial": (lambda x: np.prod(x, 1, where=A > -0.5, initial=2.0), A),
    "max, where and initial": (lambda x: np.max(x * x, 1, where=A > -0.5, initial=0.1), A),
    "min, initial": (lambda x: np.min(x, 0, initial=0.3), A),
    "mean, where": (lambda x: np.mean(x * x, 1, where=A > -1.0), A),
    "var, where": (lambda x: np.var(x, 1, ddof=0.5, where=A > -1.0, keepdims=True), A),
    "var, mean": (lambda x: np.var(x, 0, mean=np.mean(x, 0, keepdims=True)), A),
    "std, correction": (lambda x: np.std(x, 1, correction=1), A),
    "ptp": (lambda x: np.ptp(x, axis=1), A),
    "average": (lambda x: np.average(x * x, axis=0), A),
    "average, weights": (lambda x: np.average(x, 1, weights=x[0] ** 2), A),
    "cov": (np.cov, A),
    "cov, weights": (lambda x: np.cov(x, rowvar=False, aweights=[1.0, 2.0], ddof=0), A),
    "cov, two": (lambda x: np.cov(x, x * x), V),
    "corrcoef": (lambda x: np.corrcoef(x)[0, 1], A),
    "cumsum": (lambda x: np.cumsum(x * x), A),
    "cumsum, axis": (lambda x: np.cumsum(x, axis=1) ** 2, A),
    "cumprod": (np.cumprod, V),
    "cumprod, axis": (lambda x: np.cumprod(x, axis=1), A),
    "cumprod, a zero": (np.cumprod, np.array([1.5, 0.0, 2.0, 3.0])),
    "cumprod, two zeros": (np.cumprod, np.array([0.0, 1.5, 0.0, 2.0])),
    "cumulative_sum": (lambda x: np.cumulative_sum(x * x, axis=0, include_initial=True), A),
    "cumulative_prod": (lambda x: np.cumulative_prod(x, include_initial=True), V),
    "diff": (lambda x: np.diff(x * x), A),
    "diff, twice": (lambda x: np.diff(x, 2, prepend=0.0, append=x[-1:] ** 2), V),
    "ediff1d": (lambda x: np.ediff1d(x * x, to_end=x[:2], to_begin=1.0), V),
    "gradient": (lambda x: np.gradient(x * x, axis=1), A),
    "gradient, distances": (lambda x: np.gradient(x, 0.5, edge_order=2), V),
    "gradient, positions": (lambda x: np.gradient(V, np.cumsum(x * x), edge_order=2), V),
    "gradient, two axes": (lambda x: np.gradient(x, 1.0, [0.0, 1.0, 3.0])[1], A),
    "trapezoid": (lambda x: np.trapezoid(x * x, axis=0, dx=x[0]), A),
    "trapezoid, positions": (lambda x: np.trapezoid(x, np.cumsum(x * x)), V),
    "unwrap": (lambda x: np.unwrap(3 * x), V),
    "add.reduce": (lambda x: np.add.reduce(x * x), A),
    "multiply.reduce": (lambda x: np.multiply.reduce(x, axis=1, keepdims=True), A),
    "maximum.reduce": (lambda x: np.maximum.reduce(x * x, axis=None), A),
    "logaddexp.reduce": (lambda x: np.logaddexp.reduce(x, axis=1), A),
    "fmin.reduce": (lambda x: np.fmin.reduce(x), A),
    "add.accumulate": (lambda x: np.add.accumulate(x * x, axis=1), A),
    "multiply.accumulate": (lambda x: np.multiply.accumulate(x), A),
    "subtract.outer": (lambda x: np.subtract.outer(x, x[:2] ** 2), V),
}
MISSING: dict[str, tuple[Function, Array]] = {
    "nansum": (lambda x: np.nansum(holes(x * x), axis=1), A),
    "nanprod": (lambda x: np.nanprod(holes(x), axis=1), A),
    "nanmax": (lambda x: np.nanmax(holes(x), axis=1), A),
    "nanmin": (lambda x: np.nanmin(holes(x)), A),
    "nanmean": (lambda x: np.nanmean(holes(x * x), axis=1), A),
    "nanvar": (lambda x: np.nanvar(holes(x), axis=1, ddof=1), A),
    "nanstd": (lambda x: np.nanstd(holes(x)), A),
    "nancumsum": (lambda x: np.nancumsum(holes(x * x)), A),
    "nancumprod": (lambda x: np.nancumprod(holes(x), axis=1), A),
    "nanmedian": (lambda x: np.nanmedian(holes(x), axis=1), Q),
    "nanquantile": (lambda x: np.nanquantile(holes(x), [0.2, 0.7], axis=1), Q),
    "nanpercentile": (lambda x: np.nanpercentile(holes(x), 30), V),
    "nan_to_num": (lambda x: np.nan_to_num(holes(x * x), nan=3.0), A),
}
ORDER: dict[str, tuple[Function, Array]] = {
    "sort": (lambda x: np.sort(x, axis=0) ** 2, Q),
    "sort, flat": (lambda x: np.sort(x * x, axis=None), A),
    "partition": (lambda x: np.partition(x, (0, 1, 2, 3)) ** 2, V),
    "take_along_axis": (lambda x: np.take_along_axis(x, PLACES, 1) ** 2, A),
    "take_along_axis, argmax": (
        lambda x: np.take_along_axis(x, np.argmax(x, axis=1, keepdims=True), 1) ** 2,
        A,
    ),
    "take, argmin": (lambda x: np.take(x, np.argmin(x)) ** 2, V),
    "median": (lambda x: np.median(x * x, axis=1), A),
    "median, even": (np.median, V),
    "quantile": (lambda x: np.quantile(x, [[0.1, 0.5], [0.8, 1.0]], axis=0), Q),
    "quantile, weibull": (lambda x: np.quantile(x, 0.3, method="weibull", keepdims=True), A),
    "percentile": (lambda x: np.percentile(x, 35, axis=1), A),
    "compress": (lambda x: np.compress([True, False, True], x * x, axis=1), A),
    "extract": (lambda x: np.extract(A > 0, x * x), A),
    "delete": (lambda x: np.delete(x * x, 1, axis=1), A),
    "insert": (lambda x: np.insert(x, 1, x[0] * x[1], axis=0), A),
    "insert, several": (lambda x: np.insert(x * x, [1, 3], x[:2]), V),
    "interp": (lambda x: np.interp(x, NODES, HEIGHTS) * x, V),
    "interp, nodes": (lambda x: np.interp(V, x, HEIGHTS), NODES),
    "interp, heights": (lambda x: np.interp(V, NODES, x * x), HEIGHTS),
    "interp, beyond": (lambda x: np.interp(3 * x, NODES, HEIGHTS, left=-1.0, right=5.0), V),
    "interp, period": (lambda x: np.interp(3 * x, NODES, HEIGHTS, period=5.5), V),
    "convolve": (lambda x: np.convolve(x, x[:2] * x[1:3]), V),
    "convolve, same": (lambda x: np.convolve(x[:2], x, "same"), V),
    "convolve, valid": (lambda x: np.convolve(x, x[:3], "valid"), V),
    "correlate": (lambda x: np.correlate(x, x[:3]), V),
    "correlate, full": (lambda x: np.correlate(x[:2], x * x, "full"), V),
    "correlate, same": (lambda x: np.correlate(x, x[1:], "same"), V),
}
SHAPES: dict[str, tuple[Function, Array]] = {
    "atleast_1d": (lambda x: np.atleast_1d(x[0] * x[1]) * x, V),
    "atleast_2d": (lambda x: np.atleast_2d(x * x), V),
    "atleast_3d": (lambda x: np.atleast_3d(x * x), A),
    "append": (lambda x: np.append(x, x * x, axis=1), A),
    "vstack": (lambda x: np.vstack([x, x * x]), V),
    "hstack": (lambda x: np.hstack([x, x * x]), A),
    "dstack": (lambda x: np.dstack([x, x * x]), A),
    "column_stack": (lambda x: np.column_stack([x, x * x]), V),
    "block": (lambda x: np.block([[x, x * x], [np.ones((1, 6))]]), A),
    "split": (lambda x: np.split(x * x, [1, 2], axis=1)[1], A),
    "array_split": (lambda x: np.array_split(x * x, 3)[0], V),
    "hsplit": (lambda x: np.hsplit(x * x, 3)[1], A),
    "vsplit": (lambda x: np.vsplit(x * x, 2)[1], A),
    "dsplit": (lambda x: np.dsplit(x * x, 2)[1], B),
    "unstack": (lambda x: np.unstack(x * x, axis=1)[2], A),
    "flip": (lambda x: np.flip(x * x) * x, A),
    "flipud": (lambda x: np.flipud(x) * x, A),
    "fliplr": (lambda x: np.fliplr(x) * x, A),
    "rot90": (lambda x: np.rot90(x, 1, (0, 2)) ** 2, B),
    "rot90, back": (lambda x: np.rot90(x * x, -1), A),
    "rot90, twice": (lambda x: np.rot90(x, 2) * x, A),
    "roll": (lambda x: np.roll(x, 2) * x, A),
    "roll, axes": (lambda x: np.roll(x, (1, -5), (0, 1)) * x, A),
    "rollaxis": (lambda x: np.rollaxis(x * x, 2, 1), B),
    "repeat": (lambda x: np.repeat(x * x, 2, axis=1), A),
    "repeat, each": (lambda x: np.repeat(x * x, [1, 0, 2], axis=1), A),
    "tile": (lambda x: np.tile(x * x, (2, 1, 2)), A),
    "resize": (lambda x: np.resize(x * x, (3, 3)), V),
    "pad": (lambda x: np.pad(x * x, ((1, 0), (2, 1)), constant_values=((1, 2), (3, 4))), A),
    "pad, edge": (lambda x: np.pad(x * x, (1, 2), "edge"), V),
    "pad, linear_ramp": (lambda x: np.pad(x * x, 2, "linear_ramp", end_values=(1, -2)), V),
    "pad, maximum": (lambda x: np.pad(x, 1, "maximum", stat_length=2), V),
    "pad, minimum": (lambda x: np.pad(x, ((0, 0), (1, 2)), "minimum"), A),
    "pad, mean": (lambda x: np.pad(x * x, 1, "mean"), V),
    "pad, median": (lambda x: np.pad(x, 1, "median"), V),
    "pad, reflect": (lambda x: np.pad(x * x, 2, "reflect"), V),
    "pad, reflect, long": (lambda x: np.pad(x * x, (5, 9), "reflect"), W),
    "pad, reflect, odd": (lambda x: np.pad(x * x, (4, 1), "reflect", reflect_type="odd"), W),
    "pad, symmetric": (lambda x: np.pad(x * x, (1, 3), "symmetric"), W),
    "pad, wrap": (lambda x: np.pad(x * x, (2, 1), "wrap"), V),
    "diag": (lambda x: np.diag(x * x, 1), W),
    "diag, of a matrix": (lambda x: np.diag(x * x, -1), Q),
    "diagonal": (lambda x: np.diagonal(x * x, 0, 2, 0), B),
    "diagflat": (lambda x: np.diagflat(x * x, -1), A),
    "tril": (lambda x: np.tril(x * x, -1), Q),
    "triu": (lambda x: np.triu(x * x), W),
    "trace": (lambda x: np.trace(x * x, 1), Q),
    "meshgrid": (lambda x: np.meshgrid(x, x * x)[1], W),
    "linspace": (lambda x: np.linspace(x[0] * x[1], x[1:], 4), W),
    "copy": (lambda x: np.copy(x) ** 2, A),
    "broadcast_arrays": (lambda x: np.broadcast_arrays(x * x, A)[0], W),
    "full_like": (lambda x: np.full_like(x, x[0] * x[1]) * x, W),
    "zeros_like": (lambda x: np.zeros_like(x) + x * x, W),
    "ones_like": (lambda x: np.ones_like(x) * x * x, W),
    "matrix_transpose": (lambda x: np.matrix_transpose(x * x), A),
    "transpose, permute_dims": (lambda x: np.permute_dims(x * x, (1, 0)), A),
}
PRODUCTS: dict[str, tuple[Function, Array]] = {
    "inner": (lambda x: np.inner(x, x[0]), B),
    "vecdot": (lambda x: np.vecdot(x, x * x), A),
    "matvec": (lambda x: np.matvec(x, x[0]), A),
    "vecmat": (lambda x: np.vecmat(x[:, 0], x), A),
    "kron": (lambda x: np.kron(x, x[0]), A),
    "cross": (lambda x: np.cross(x, x[0] * x), A),
    "polyval": (lambda x: np.polyval(x, 0.5 * x), V),
    "polyval, at": (lambda x: np.polyval([1.0, -2.0, 3.0], x), V),
    "polyadd": (lambda x: np.polyadd(x * x, x[:2]), V),
    "polysub": (lambda x: np.polysub(x[:2], x * x), V),
    "polymul": (lambda x: np.polymul(x, x[:2]), V),
    "polyder": (lambda x: np.polyder(x * x, 2), V),
    "polyint": (lambda x: np.polyint(x * x, 2, [1.0, 2.0]), W),
    "vander": (np.vander, W),
    "vander, increasing": (lambda x: np.vander(x, 4, increasing=True), W),
}
LINALG: dict[str, tuple[Function, Array]] = {
    "linalg.inv": (linalg.inv, Q),
    "linalg.inv, batch": (linalg.inv, M),
    "linalg.det": (linalg.det, Q),
    "linalg.det, batch": (linalg.det, M),
    "linalg.det, singular": (linalg.det, SINGULAR),
    "linalg.det, rank 1": (linalg.det, np.outer(W, W)),
    "linalg.det, identity": (linalg.det, np.eye(3)),
    "linalg.slogdet": (lambda x: linalg.slogdet(x).logabsdet * linalg.slogdet(x)[0], Q),
    "linalg.slogdet, batch": (lambda x: linalg.slogdet(x)[1], M),
    "linalg.eigvalsh": (lambda x: linalg.eigvalsh(x @ x.T + np.diag([1.0, 2.0, 4.0])), Q),
    "linalg.qr": (lambda x: linalg.qr(x)[0], TALL),
    "linalg.qr, R": (lambda x: linalg.qr(x, mode="r"), TALL),
    "linalg.qr, both": (lambda x: (linalg.qr(x).Q ** 2) @ linalg.qr(x).R, M),
    "linalg.qr, wide": (lambda x: linalg.qr(x)[1], WIDE),
    "linalg.svd": (lambda x: linalg.svd(x, compute_uv=False), Q),
    "linalg.svd, vectors": (lambda x: linalg.svd(x)[0] ** 2 * linalg.svd(x).Vh ** 2, Q),
    "linalg.svd, tall": (lambda x: linalg.svd(x, full_matrices=False)[0] ** 2, TALL),
    "linalg.svd, wide": (lambda x: linalg.svd(x, full_matrices=False)[2] ** 2, WIDE),
    "linalg.svdvals": (linalg.svdvals, M),
    "linalg.pinv": (linalg.pinv, TALL),
    "linalg.pinv, wide": (linalg.pinv, WIDE),
    "linalg.lstsq": (lambda x: linalg.lstsq(x, x[:, 0] * W)[0], TALL),
    "linalg.lstsq, residuals": (lambda x: linalg.lstsq(x, W)[1], TALL),
    "linalg.matrix_power": (lambda x: linalg.matrix_power(x, 5), Q),
    "linalg.matrix_power, negative": (lambda x: linalg.matrix_power(x, -2), M),
    "linalg.multi_dot": (lambda x: linalg.multi_dot([W, x, x, W]), Q),
    "linalg.cond": (linalg.cond, Q),
    "linalg.cond, 1": (lambda x: linalg.cond(x, 1), Q),
    "linalg.tensorinv": (lambda x: linalg.tensorinv(x.reshape(2, 1, 2), 2), M[0]),
    "linalg.tensorsolve": (lambda x: linalg.tensorsolve(x.reshape(1, 2, 2), [[1.0, 2.0]]), M[0]),
    "linalg.norm": (linalg.norm, A),
    "linalg.norm, fro": (lambda x: linalg.norm(x, "fro", axis=(0, 2)), B),
    "linalg.norm, nuc": (lambda x: linalg.norm(x, "nuc"), TALL),
    "linalg.norm, 2 of a matrix": (lambda x: linalg.norm(x, 2), Q),
    "linalg.norm, -2 of a matrix": (lambda x: linalg.norm(x, -2, axis=(1, 2), keepdims=True), M),
    "linalg.norm, 1 of a matrix": (lambda x: linalg.norm(x, 1), A),
    "linalg.norm, inf of a matrix": (lambda x: linalg.norm(x, inf), A),
    "linalg.norm, -1 of a matrix": (lambda x: linalg.norm(x, -1), A),
    "linalg.norm, 1": (lambda x: linalg.norm(x, 1, axis=1), A),
    "linalg.norm, 3": (lambda x: linalg.norm(x, 3, axis=0, keepdims=True), A),
    "linalg.norm, 1.5": (lambda x: linalg.norm(x, 1.5, axis=1), A),
    "linalg.norm, -1": (lambda x: linalg.norm(x, -1, axis=1), A),
    "linalg.norm, 0": (lambda x: linalg.norm(x, 0, axis=0) * x[0], A),
    "linalg.norm, inf": (lambda x: linalg.norm(x, inf, axis=1), A),
    "linalg.norm, -inf": (lambda x: linalg.norm(x, -inf, axis=1), A),
    "linalg.vector_norm": (lambda x: linalg.vector_norm(x, axis=(0, 1), ord=3), B),
    "linalg.matrix_norm": (linalg.matrix_norm, B),
    "linalg.diagonal": (lambda x: linalg.diagonal(x * x, offset=1), Q),
    "linalg.trace": (lambda x: linalg.trace(x * x), M),
    "linalg.cross": (lambda x: linalg.cross(x, x * x), A),
    "linalg.solve, a number's column": (lambda x: cr.linalg.solve(x, W), Q),
}
COVERED_CASES = SUMS | MISSING | ORDER | SHAPES | PRODUCTS | LINALG

#: What NumPy cannot run on complex numbers, or does not continue analytically into them.
NOT_COMPLEX = {
    *("max, where and initial", "min, initial", "fmin.reduce", "logaddexp.reduce"),
    *("linalg.lstsq", "linalg.lstsq, residuals", "linalg.pinv", "linalg.pinv, wide"),
    *(name for name in COVERED_CASES if name.startswith(("linalg.norm", "linalg.svd"))),
    *(name for name in COVERED_CASES if name.startswith(("linalg.qr", "linalg.cond"))),
    *("linalg.eigvalsh", "linalg.slogdet", "linalg.slogdet, batch", "linalg.vector_norm"),
    *("linalg.matrix_norm", "linalg.det, rank 1", "var, where", "var, mean", "std, correction"),
    *("nanvar", "nanstd", "cov", "cov, weights", "cov, two", "corrcoef", "unwrap", "median, even"),
    *("quantile", "quantile, weibull", "percentile", "nanmedian", "nanquantile", "nanpercentile"),
    *("interp", "interp, nodes", "interp, heights", "interp, beyond", "interp, period"),
    *("convolve", "convolve, same", "convolve, valid"),
    *("correlate", "correlate, full", "correlate, same", "pad, median", "median"),
    "gradient, positions",
    *("vecdot", "vecmat", "matvec", "inner", "pad, maximum", "pad, minimum", "maximum.reduce"),
}
