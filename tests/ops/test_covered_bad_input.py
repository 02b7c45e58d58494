"""What does not fit what is covered is named, in an error of NumPy's type: axes, shapes, dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    FixedOperandError,
    OperandError,
    UnsupportedFunctionError,
)

X = np.array([[3.0, 1.0, 2.0], [0.5, 4.0, 0.0]])

BAD: list[tuple[type[Exception], str, Any]] = [
    (np.exceptions.AxisError, "cumsum", lambda x: np.cumsum(x, 2)),
    (TypeError, "cumprod: an axis is an int", lambda x: np.cumprod(x, "a")),
    (ValueError, "diff: order", lambda x: np.diff(x, -1)),
    (ValueError, r"gradient: axis 0 of shape \(", lambda x: np.gradient(x, edge_order=2)),
    (TypeError, "gradient: 3 distances", lambda x: np.gradient(x, 1.0, 2.0, 3.0)),
    (ValueError, "gradient: positions", lambda x: np.gradient(x, [1.0, 2.0], axis=1)),
    (ValueError, r"argmax: .*\(0,\)", lambda x: np.argmax(x[0, :0])),
    (ValueError, "partition: kth 7", lambda x: np.partition(x, 7)),
    (TypeError, "partition: positions", lambda x: np.partition(x, 0.5)),
    (ValueError, "searchsorted: side", lambda x: np.searchsorted(x[0], 1.0, "middle")),
    (ValueError, r"searchsorted: .*shape \(.*, .*\)", lambda x: np.searchsorted(x, 1.0)),
    (IndexError, "integers", lambda x: np.take_along_axis(x, np.zeros((2, 1)), 1)),
    (IndexError, "out of bounds", lambda x: np.take_along_axis(x, np.full((2, 1), 3), 1)),
    (ValueError, "take_along_axis: .*number of axes", lambda x: np.take_along_axis(x, [0], 1)),
    (ValueError, "quantile: quantiles are from 0 to 1", lambda x: np.quantile(x, 1.5)),
    (ValueError, "percentile: .* 100", lambda x: np.percentile(x, -1)),
    (ValueError, "quantile: there is no method", lambda x: np.quantile(x, 0.5, method="best")),
    (ValueError, "median: .*no elements", lambda x: np.median(x[:0])),
    (FixedOperandError, r"quantile: .* q\.val", lambda x: np.quantile(x, x[0, 0] / 9)),
    (ValueError, "concatenate", lambda x: np.vstack([x, x[0, :2]])),
    (ValueError, "block: lists", lambda x: np.block([[x], x])),
    (ValueError, "split: axis 1 .* 2 equal parts", lambda x: np.split(x, 2, axis=1)),
    (TypeError, "array_split: .*positions, not 0.5", lambda x: np.array_split(x, 0.5)),
    (ValueError, "hsplit: needs 1 axes", lambda x: np.hsplit(x[0, 0], 1)),
    (ValueError, "rot90: needs two different axes", lambda x: np.rot90(x, axes=(1, 1))),
    (OperandError, "roll: a shift", lambda x: np.roll(x, 0.5)),
    (ValueError, "roll: shift", lambda x: np.roll(x, (1, 2, 3), (0, 1))),
    (ValueError, "repeat: repeats of shape", lambda x: np.repeat(x, [1, 2], axis=1)),
    (TypeError, "repeat: repeats are whole", lambda x: np.repeat(x, 1.5)),
    (ValueError, "tile: reps", lambda x: np.tile(x, -1)),
    (ValueError, "pad: there is no mode", lambda x: np.pad(x, 1, "around")),
    (ValueError, "pad: the mode .* takes no", lambda x: np.pad(x, 1, "edge", end_values=1)),
    (ValueError, "pad: widths cannot be negative", lambda x: np.pad(x, -1)),
    (ValueError, r"pad: pad_width .* 2 axes", lambda x: np.pad(x, [1, 2, 3])),
    (OperandError, "pad: widths are plain", lambda x: np.pad(x, 0.5)),
    (ValueError, r"diag: .*shape \(1, .*\)", lambda x: np.diag(x[None])),
    (ValueError, "diagonal: needs two different", lambda x: np.diagonal(x, 0, 1, 1)),
    (OperandError, "tril: which diagonal", lambda x: np.tril(x, 0.5)),
    (ValueError, "interp: xp and fp", lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0, 3.0])),
    (ValueError, "interp: there are no points", lambda x: np.interp(x, [], [])),
    (ValueError, "interp: the period", lambda x: np.interp(x, [0.0], [1.0], period=0)),
    (ValueError, "convolve: an operand has no elements", lambda x: np.convolve(x[0], [])),
    (ValueError, r"convolve: .*shape \(.*, .*\)", lambda x: np.convolve(x, x[0])),
    (ValueError, "correlate: mode", lambda x: np.correlate(x[0], x[1], "inside")),
    (ValueError, "cross: vectors have 2 or 3", lambda x: np.cross(x[:, :1], x[:, :1])),
    (ValueError, "inner", lambda x: np.inner(x, x.T)),
    (ValueError, "vander: needs a vector", lambda x: np.vander(x)),
    (ValueError, "meshgrid: indexing", lambda x: np.meshgrid(x, indexing="yx")),
    (ValueError, "linspace: num is -1", lambda x: np.linspace(x, 1.0, -1)),
    (OperandError, "linspace: num", lambda x: np.linspace(x, 1.0, 2.5)),
    (TypeError, "average: weights", lambda x: np.average(x, weights=x[0])),
    (ValueError, "cov: needs a matrix", lambda x: np.cov(x[None])),
    (ValueError, "max: .* initial=", lambda x: np.max(x, where=X > 1)),
    (ValueError, "nanargmax: all elements", lambda x: np.nanargmax(x * np.nan)),
    (np.linalg.LinAlgError, r"inv: needs square .*shape \(.*, .*\)", np.linalg.inv),
    (np.linalg.LinAlgError, "det: needs square", np.linalg.det),
    (np.linalg.LinAlgError, "slogdet: needs matrices", lambda x: np.linalg.slogdet(x[0])),
    (UnsupportedFunctionError, "qr: the mode 'raw'", lambda x: np.linalg.qr(x, "raw")),
    (ValueError, "eigh: UPLO is", lambda x: np.linalg.eigh(x[:, :2], UPLO="M")),
    (ValueError, "take: mode is", lambda x: np.take(x, [1], mode="reflect")),
    (ValueError, "quantile: weights need", lambda x: np.quantile(x, 0.5, weights=X)),
    (ValueError, r"quantile: weights of shape \(2,\)",
     lambda x: np.quantile(x, 0.5, 1, method="inverted_cdf", weights=[1.0, 2.0])),
    (ValueError, "quantile: weights are not negative",
     lambda x: np.quantile(x, 0.5, method="inverted_cdf", weights=-X)),
    (np.linalg.LinAlgError, "svd: needs matrices", lambda x: np.linalg.svd(x[0])),
    (np.linalg.LinAlgError, "matrix_power: needs square", lambda x: np.linalg.matrix_power(x, 2)),
    (TypeError, "matrix_power: the exponent", lambda x: np.linalg.matrix_power(x[:, :2], 0.5)),
    (np.linalg.LinAlgError, "lstsq: .*do not fit", lambda x: np.linalg.lstsq(x, np.ones(3))),
    (ValueError, "multi_dot: needs two", lambda x: np.linalg.multi_dot([x])),
    (np.linalg.LinAlgError, "(?i)singular", lambda x: np.linalg.inv(x[:, :2] * 0)),
    (ValueError, "norm: 'nuc'", lambda x: np.linalg.norm(x, "nuc", axis=0)),
    (ValueError, "norm: 3 is no order", lambda x: np.linalg.norm(x, 3)),
    (ValueError, "select: 1 conditions and 2 choices", lambda x: np.select([x > 1], [x, x])),
    (FixedOperandError, "ldexp: the exponent", lambda x: np.ldexp(2.0, x)),
    (ValueError, "piecewise: 1 conditions and 3", lambda x: np.piecewise(x, [x > 1], [1, 2, 3])),
    (ValueError, r"piecewise: function 0 gave shape \(\w,\)",
     lambda x: np.piecewise(x, [x > 1], [lambda t: cr.sum(t, 1)])),
    (TypeError, "choose: a is of whole numbers", lambda x: np.choose(x, [x, x])),
    (ValueError, "choose: .* out of range", lambda x: np.choose([0, 2, 0], [x, x])),
    (ValueError, "geomspace: start and stop", lambda x: np.geomspace(0.0, x, 3)),
    (ValueError, "apply_along_axis: .* no slices", lambda x: np.apply_along_axis(np.sum, 1, x[:0])),
    (ValueError, "apply_over_axes: the function made",
     lambda x: np.apply_over_axes(lambda a, axis: cr.sum(a), x, 0)),
    (UnsupportedFunctionError, "unique: the argument axis=", lambda x: np.unique(x, axis=0)),
    (TypeError, "bincount: x is counted", lambda x: np.bincount(x[0])),
    (TypeError, "bincount: x is a vector", lambda x: np.bincount([[0, 1, 2]], weights=x[0])),
    (ValueError, "bincount: the numbers", lambda x: np.bincount([0, -1, 2], weights=x[0])),
    (ValueError, "bincount: weights of shape", lambda x: np.bincount([0, 1], weights=x[0])),
    (ValueError, "tril_indices_from: needs a matrix", lambda x: np.tril_indices_from(x[0])),
    (UnsupportedFunctionError, "poly: a matrix", np.poly),
    (UnsupportedFunctionError, "polyfit: the argument full=",
     lambda x: np.polyfit(x[0], x[1], 1, full=True)),
    (ValueError, "polyfit: the degree", lambda x: np.polyfit(x[0], x[1], -1)),
    (TypeError, "polyfit: x is a vector", lambda x: np.polyfit(x, x, 1)),
    (TypeError, "polyfit: weights", lambda x: np.polyfit(x[0], x[1], 1, w=[1.0])),
    (ValueError, "polyfit: cov needs", lambda x: np.polyfit(x[0], x[1], 2, cov=True)),
    (IndexError, r"add.reduceat: indices are from 0 to 2",
     lambda x: np.add.reduceat(x, [0, 3], axis=1)),
    (UnsupportedFunctionError, r"numpy.fft.fft .*complex", lambda x: np.fft.fft(x)),
    (UnsupportedFunctionError, r"numpy.gcd .*whole numbers", lambda x: np.gcd(x, x)),
    (UnsupportedFunctionError, r"numpy.union1d .*cr.unique", lambda x: np.union1d(x, x)),
    (ValueError, "polyder: the order", lambda x: np.polyder(x[0], -1)),
    (ValueError, "kind", lambda x: np.sort(x, kind="bogus")),
    (ValueError, "kind", lambda x: np.partition(x, 1, kind="quick")),
    (ValueError, "where: either both", lambda x: np.where(x > 0, x)),
    (ZeroDivisionError, "average: the weights", lambda x: np.average(x, 1, [1.0, 0.0, -1.0])),
    (ValueError, "qr: there is no mode 'best'", lambda x: np.linalg.qr(x, "best")),
]  # fmt: skip


@pytest.mark.parametrize("i", range(len(BAD)))
def test_what_does_not_fit_is_named(i):
    error, words, f = BAD[i]
    with pytest.raises(error, match=words):
        f(Var(X))
    if "all elements" not in words and "ingular" not in words:
        with pytest.raises(error, match=words):
            cr.jit(f)(X)
