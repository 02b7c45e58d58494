"""A Gaussian process with a learned kernel: a trend, a season that drifts, and noise.

The kernel is a sum: a smooth trend, a period that changes its shape slowly, white noise. Its
hyperparameters maximise the likelihood of five years of monthly measurements, by the Cholesky
factor: Rasmussen and Williams, "Gaussian processes for machine learning" (2006), algorithm 2.1 and
section 5.4.3.

    python -m examples.gaussian_process
"""

import numpy as np
from scipy.optimize import minimize

import chainrule as cr

from .complex_step import complex_step, largest_difference

NAMES = (
    "size of the trend", "its length in years", "size of the season", "years until it changes",
    "its smoothness", "noise",
)  # fmt: skip
GUESS = np.log([1.0, 1.0, 1.0, 3.0, 1.0, 0.5])


def kernel(logarithms, s, t):
    """The covariance of the process at the times s and t, without the noise."""
    trend, length, season, decay, smoothness = np.exp(logarithms[:5])
    apart = s[:, np.newaxis] - t
    smooth = trend**2 * np.exp(-0.5 * (apart / length) ** 2)
    wave = 2.0 * (np.sin(np.pi * apart) / smoothness) ** 2
    return smooth + season**2 * np.exp(-0.5 * (apart / decay) ** 2 - wave)


def negative_log_likelihood(logarithms, t, y):
    """Of measurements y at the times t."""
    K = kernel(logarithms, t, t) + np.exp(2.0 * logarithms[5]) * np.eye(len(t))
    L = np.linalg.cholesky(K)
    z = np.linalg.solve(L, y)
    return 0.5 * z @ z + np.sum(np.log(np.diag(L))) + 0.5 * len(t) * np.log(2.0 * np.pi)


def prediction(logarithms, t, y, later):
    """The mean of the process at later times."""
    K = kernel(logarithms, t, t) + np.exp(2.0 * logarithms[5]) * np.eye(len(t))
    return kernel(logarithms, later, t) @ np.linalg.solve(K, y)


def truth(t):
    """What is measured: it rises, and its season grows and sharpens."""
    season = np.sin(2.0 * np.pi * t) + 0.3 * np.sin(4.0 * np.pi * t)
    return 0.1 * (t - 2.0) ** 2 + (0.8 + 0.1 * t) * season - 1.0


def measurements():
    """Months of five years, and a measurement in each."""
    generator = np.random.default_rng(1951)  # Krige's year
    t = np.arange(60) / 12.0
    return t, truth(t) + 0.2 * generator.normal(size=t.size)


def main():
    """Learn the kernel, and look half a year ahead."""
    t, y = measurements()
    value_and_grad = cr.value_and_grad(negative_log_likelihood)
    value, gradient = value_and_grad(GUESS, t, y)
    print(f"negative log-likelihood {value:.3f}, gradient {np.round(gradient, 3)}")
    by_step = complex_step(lambda x: negative_log_likelihood(x, t, y), GUESS)
    print(f"off complex step by {largest_difference([gradient], by_step):.1e}")

    fit = minimize(cr.jit(value_and_grad), GUESS, (t, y), jac=True, tol=1e-5)
    print(f"\nnegative log-likelihood {fit.fun:.3f} after {fit.nit} steps")
    for name, number in zip(NAMES, np.exp(fit.x), strict=True):
        print(f"{name:>24} {number:7.2f}")

    later = 5.0 + np.arange(6) / 12.0
    print("\nthe next half year: month, predicted, true")
    for month, number in enumerate(prediction(fit.x, t, y, later), 1):
        print(f"{month:4} {number:7.2f} {truth(later[month - 1]):7.2f}")


if __name__ == "__main__":
    main()
