"""The heat equation, stepped with slices and assignment: what is inside of a wall?

A wall of layers is heated from one side, and thermometers in it are read now and then. From their
readings follow how well each layer conducts and how warm the wall was at first: a least-squares
fit through all time steps. A step is explicit Euler; the ends keep their temperatures.

    python -m examples.heat_equation
"""

import numpy as np
from scipy.optimize import minimize

import chainrule as cr

from .complex_step import complex_step, largest_difference

CELLS, STEPS = 40, 200
STEP = 0.4  # time step / (cell size)**2, in units in which the best layer conducts 1
READ_EVERY = 20
THERMOMETERS = np.arange(2, CELLS - 1, 4)


def heated(log_conductivity, start):
    """The temperatures at the thermometers, a row each time that they are read.

    ``start`` has the temperature of each cell at first, ``log_conductivity`` has a number for each
    boundary of two cells.
    """
    conductivity = np.exp(log_conductivity)
    u = start.copy()
    readings = []
    for step in range(1, STEPS + 1):
        flux = conductivity * (u[1:] - u[:-1])
        u[1:-1] += STEP * (flux[1:] - flux[:-1])
        if step % READ_EVERY == 0:
            readings.append(u[THERMOMETERS])
    return np.stack(readings)


def misfit(log_conductivity, start, readings):
    """Squares of the differences to what was read, and a little of how rough the wall is."""
    differences = heated(log_conductivity, start) - readings
    roughness = np.sum(np.diff(log_conductivity) ** 2) + np.sum(np.diff(start[1:-1]) ** 2)
    return np.sum(differences**2) + 1e-3 * roughness


def wall():
    """The true wall: a layer that insulates between two that conduct, and warm at one end."""
    faces, cells = np.arange(CELLS - 1), np.arange(CELLS)
    layers = np.where((faces >= 14) & (faces < 24), np.log(0.25), 0.0)
    start = 10.0 + 2.0 * np.sin(2.0 * np.pi * cells / CELLS)
    start[0], start[-1] = 30.0, 5.0
    return layers, start


def experiment():
    """A first guess at the wall, and readings to 0.05 degrees."""
    generator = np.random.default_rng(1822)  # Fourier's year
    layers, start = wall()
    readings = heated(layers, start)
    guess = np.full(CELLS, 10.0)
    guess[0], guess[-1] = 30.0, 5.0
    return np.full(CELLS - 1, -0.7), guess, readings + 0.05 * generator.normal(size=readings.shape)


def main():
    """Fit the wall to its readings, and draw what was found."""
    layers, start, readings = experiment()
    value_and_grad = cr.value_and_grad(misfit, argnums=(0, 1))
    value, gradient = value_and_grad(layers, start, readings)
    print(f"misfit {value:.3f}, gradient in the layers from {min(gradient[0]):.3f} to "
          f"{max(gradient[0]):.3f}")  # fmt: skip

    def split(x):
        return misfit(x[: CELLS - 1], x[CELLS - 1 :], readings)

    unknowns = np.concatenate([layers, start])
    by_step = complex_step(lambda *x: misfit(*x, readings), layers, start)
    print(f"off complex step by {largest_difference(gradient, by_step):.1e}")

    fit = minimize(cr.jit(cr.value_and_grad(split)), unknowns, jac=True, method="L-BFGS-B",
                   options={"maxiter": 300})  # fmt: skip
    print(f"\nmisfit {fit.fun:.3f} after {fit.nit} steps; conductivity from end to end, and true:")
    found, true = np.exp(fit.x[: CELLS - 1]), np.exp(wall()[0])
    for face in range(0, CELLS - 1, 2):
        print(f"{face:4} {found[face]:5.2f} {true[face]:5.2f} {'#' * round(40 * found[face])}")


if __name__ == "__main__":
    main()
