"""An extended Kalman filter: its likelihood tells how noisy the instruments of a vehicle are.

A vehicle drives past three beacons. Each half second it measures how fast it turns, and its
distances to the beacons. The state is (x, y, heading, speed); motion and distances are linearised
where the filter believes the vehicle to be. The likelihood of the distances, maximised, gives the
noise of each part of the model and the bias of the gyroscope. The filter is that of Särkkä,
"Bayesian filtering and smoothing" (2013), chapter 5.

    python -m examples.kalman_filter
"""

import numpy as np
from scipy.optimize import minimize

import chainrule as cr

from .complex_step import complex_step, largest_difference

DT = 0.5
BEACONS = np.array([[0.0, 40.0], [60.0, -20.0], [90.0, 50.0]])

#: What is estimated: logarithms of standard deviations, and the gyroscope's bias in rad/s.
NAMES = "log noise of x", "of y", "of heading", "of speed", "of distances", "gyroscope's bias"
TRUE = np.array([*np.log([0.3, 0.3, 0.05, 0.3, 0.3]), 0.03])
GUESS = np.array([-2.0, -2.0, -3.0, -2.0, 0.0, 0.0])


def negative_log_likelihood(parameters, turns, distances):
    """Of the distances, a row each half second, given how fast the vehicle turned."""
    Q = DT * np.diag(np.exp(2.0 * parameters[:4]))
    R = np.exp(2.0 * parameters[4]) * np.eye(3)
    bias = parameters[5]
    m = np.array([0.0, 0.0, 0.0, 5.0])
    P = np.diag([1.0, 1.0, 0.01, 1.0])
    total = 0.0
    for turn, measured in zip(turns, distances, strict=True):
        # Where it must be by now.
        _, _, heading, speed = m
        c, s = np.cos(heading), np.sin(heading)
        m = m + DT * np.stack([speed * c, speed * s, turn - bias, 0.0])
        F = np.block([
            [1.0, 0.0, -DT * speed * s, DT * c],
            [0.0, 1.0, DT * speed * c, DT * s],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ])  # fmt: skip
        P = F @ P @ F.T + Q
        # What it measures there, and what that tells.
        offset = m[:2] - BEACONS
        expected = np.sqrt(np.sum(offset**2, axis=1))
        H = np.hstack([offset / expected[:, np.newaxis], np.zeros((3, 2))])
        S = H @ P @ H.T + R
        surprise = measured - expected
        weighted = np.linalg.solve(S, surprise)
        total = total + 0.5 * (surprise @ weighted + np.log(np.linalg.det(S)))
        PH = P @ H.T
        m = m + PH @ weighted
        P = P - PH @ np.linalg.solve(S, PH.T)
        P = 0.5 * (P + P.T)  # what rounding leaves of asymmetry would grow
    return total + 0.5 * distances.size * np.log(2.0 * np.pi)


def drive(steps=100):
    """How fast it turned, as the gyroscope tells it, and its distances to the beacons."""
    generator = np.random.default_rng(1960)  # Kalman's year
    deviations, bias = np.exp(TRUE[:5]), TRUE[5]
    state = np.array([0.0, 0.0, 0.0, 5.0])
    turns, distances = [], []
    for step in range(steps):
        turn = 0.25 * np.sin(0.1 * step)
        _, _, heading, speed = state
        motion = np.array([speed * np.cos(heading), speed * np.sin(heading), turn, 0.0])
        state = state + DT * motion + np.sqrt(DT) * deviations[:4] * generator.normal(size=4)
        away = np.sqrt(np.sum((state[:2] - BEACONS) ** 2, axis=1))
        turns.append(turn + bias)
        distances.append(away + deviations[4] * generator.normal(size=3))
    return np.array(turns), np.array(distances)


def main():
    """Estimate the noise and the bias, with standard errors."""
    data = drive()
    value_and_grad = cr.value_and_grad(negative_log_likelihood)
    value, gradient = value_and_grad(GUESS, *data)
    print(f"negative log-likelihood {value:.3f}, gradient {np.round(gradient, 1)}")
    by_step = complex_step(lambda x: negative_log_likelihood(x, *data), GUESS)
    print(f"off complex step by {largest_difference([gradient], by_step):.1e}")

    hessian = cr.jit(cr.hessian(negative_log_likelihood))
    fit = minimize(
        cr.jit(value_and_grad), GUESS, data, jac=True, hess=hessian, method="trust-exact"
    )
    information = hessian(fit.x, *data)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    print(f"\nnegative log-likelihood {fit.fun:.3f} after {fit.nit} steps")
    print(f"{'':>20}estimate  standard error    true")
    for name, estimate, error, true in zip(NAMES, fit.x, errors, TRUE, strict=True):
        print(f"{name:>18} {estimate:9.3f} {error:15.3f} {true:7.3f}")


if __name__ == "__main__":
    main()
