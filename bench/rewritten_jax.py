"""What of ``examples/`` has to be written anew for ``jax.jit``, each under its module's name.

JAX's arrays cannot be assigned to, and a loop of a hundred steps takes XLA minutes to compile when
it is unrolled, so loops are scans.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from examples import heat_equation as heat
from examples import kalman_filter as kalman


def heat_equation(log_conductivity: Any, start: Any, readings: Any) -> Any:
    """``examples.heat_equation.misfit``."""
    conductivity = jnp.exp(log_conductivity)
    thermometers = jnp.asarray(heat.THERMOMETERS)

    def step(u: Any, _: Any) -> Any:
        flux = conductivity * (u[1:] - u[:-1])
        return u.at[1:-1].add(heat.STEP * (flux[1:] - flux[:-1])), None

    def until_read(u: Any, _: Any) -> Any:
        u, _ = jax.lax.scan(step, u, None, heat.READ_EVERY)
        return u, u[thermometers]

    _, heated = jax.lax.scan(until_read, start, None, heat.STEPS // heat.READ_EVERY)
    roughness = jnp.sum(jnp.diff(log_conductivity) ** 2) + jnp.sum(jnp.diff(start[1:-1]) ** 2)
    return jnp.sum((heated - readings) ** 2) + 1e-3 * roughness


def kalman_filter(parameters: Any, turns: Any, distances: Any) -> Any:
    """``examples.kalman_filter.negative_log_likelihood``."""
    dt = kalman.DT
    beacons = jnp.asarray(kalman.BEACONS)
    noise = dt * jnp.diag(jnp.exp(2.0 * parameters[:4]))
    noise_measured = jnp.exp(2.0 * parameters[4]) * jnp.eye(3)
    bias = parameters[5]

    def step(state: Any, given: Any) -> Any:
        m, P = state
        turn, measured = given
        _, _, heading, speed = m
        c, s = jnp.cos(heading), jnp.sin(heading)
        m = m + dt * jnp.stack([speed * c, speed * s, turn - bias, 0.0])
        F = jnp.array([
            [1.0, 0.0, -dt * speed * s, dt * c],
            [0.0, 1.0, dt * speed * c, dt * s],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ])  # fmt: skip
        P = F @ P @ F.T + noise
        offset = m[:2] - beacons
        expected = jnp.sqrt(jnp.sum(offset**2, axis=1))
        H = jnp.hstack([offset / expected[:, None], jnp.zeros((3, 2))])
        S = H @ P @ H.T + noise_measured
        surprise = measured - expected
        weighted = jnp.linalg.solve(S, surprise)
        PH = P @ H.T
        value = 0.5 * (surprise @ weighted + jnp.log(jnp.linalg.det(S)))
        P = P - PH @ jnp.linalg.solve(S, PH.T)
        return (m + PH @ weighted, 0.5 * (P + P.T)), value

    first = jnp.array([0.0, 0.0, 0.0, 5.0]), jnp.diag(jnp.array([1.0, 1.0, 0.01, 1.0]))
    _, values = jax.lax.scan(step, first, (turns, distances))
    return jnp.sum(values) + 0.5 * distances.size * jnp.log(2.0 * jnp.pi)
