"""The functions of ``examples/`` written anew for PyTorch, each under its module's name."""

from __future__ import annotations

import math
from typing import Any

import torch

from examples import heat_equation as heat
from examples import kalman_filter as kalman
from examples import life_table as life


def life_table(accident: Any, senescence: Any, ageing: Any, interest: Any) -> Any:
    """``examples.life_table.premium``."""
    alive, discount = 1.0, 1.0
    paid_in, paid_out = 0.0, 0.0
    for age in range(life.ISSUE, life.LAST):
        force = accident + senescence * torch.exp(ageing * (age + 0.5))
        dying = alive * (1.0 - torch.exp(-force))
        if age < life.RETIREMENT:
            paid_in = paid_in + alive * discount
        paid_out = paid_out + dying * discount / torch.sqrt(1.0 + interest)
        alive = alive - dying
        discount = discount / (1.0 + interest)
    return life.SUM_INSURED * paid_out / paid_in


def kalman_filter(parameters: Any, turns: Any, distances: Any) -> Any:
    """``examples.kalman_filter.negative_log_likelihood``."""
    dt = kalman.DT
    beacons = torch.tensor(kalman.BEACONS)
    zero, one = torch.tensor(0.0).double(), torch.tensor(1.0).double()
    nothing = torch.zeros((3, 2), dtype=torch.float64)
    noise = dt * torch.diag(torch.exp(2.0 * parameters[:4]))
    noise_measured = torch.exp(2.0 * parameters[4]) * torch.eye(3, dtype=torch.float64)
    bias = parameters[5]
    m = torch.tensor([0.0, 0.0, 0.0, 5.0], dtype=torch.float64)
    P = torch.diag(torch.tensor([1.0, 1.0, 0.01, 1.0], dtype=torch.float64))
    total = 0.0
    for turn, measured in zip(turns, distances, strict=True):
        _, _, heading, speed = m
        c, s = torch.cos(heading), torch.sin(heading)
        m = m + dt * torch.stack([speed * c, speed * s, turn - bias, zero])
        F = torch.stack([
            one, zero, -dt * speed * s, dt * c,
            zero, one, dt * speed * c, dt * s,
            zero, zero, one, zero,
            zero, zero, zero, one,
        ]).reshape(4, 4)  # fmt: skip
        P = F @ P @ F.T + noise
        offset = m[:2] - beacons
        expected = torch.sqrt(torch.sum(offset**2, dim=1))
        H = torch.hstack([offset / expected[:, None], nothing])
        S = H @ P @ H.T + noise_measured
        surprise = measured - expected
        weighted = torch.linalg.solve(S, surprise)
        total = total + 0.5 * (surprise @ weighted + torch.log(torch.linalg.det(S)))
        PH = P @ H.T
        m = m + PH @ weighted
        P = P - PH @ torch.linalg.solve(S, PH.T)
        P = 0.5 * (P + P.T)
    return total + 0.5 * distances.numel() * math.log(2.0 * math.pi)


def heat_equation(log_conductivity: Any, start: Any, readings: Any) -> Any:
    """``examples.heat_equation.misfit``; a tensor that a derivative needs is not assigned to."""
    conductivity = torch.exp(log_conductivity)
    u = start
    heated = []
    for step in range(1, heat.STEPS + 1):
        flux = conductivity * (u[1:] - u[:-1])
        inner = u[1:-1] + heat.STEP * (flux[1:] - flux[:-1])
        u = torch.cat([u[:1], inner, u[-1:]])
        if step % heat.READ_EVERY == 0:
            heated.append(u[heat.THERMOMETERS])
    roughness = torch.sum(torch.diff(log_conductivity) ** 2) + torch.sum(
        torch.diff(start[1:-1]) ** 2
    )
    return torch.sum((torch.stack(heated) - readings) ** 2) + 1e-3 * roughness


def gaussian_process(logarithms: Any, t: Any, y: Any) -> Any:
    """``examples.gaussian_process.negative_log_likelihood``."""
    trend, length, season, decay, smoothness = torch.exp(logarithms[:5])
    apart = t[:, None] - t
    smooth = trend**2 * torch.exp(-0.5 * (apart / length) ** 2)
    wave = 2.0 * (torch.sin(math.pi * apart) / smoothness) ** 2
    covariance = smooth + season**2 * torch.exp(-0.5 * (apart / decay) ** 2 - wave)
    noise = torch.exp(2.0 * logarithms[5]) * torch.eye(len(t), dtype=torch.float64)
    lower = torch.linalg.cholesky(covariance + noise)
    z = torch.linalg.solve(lower, y)
    half = 0.5 * len(t) * math.log(2.0 * math.pi)
    return 0.5 * z @ z + torch.sum(torch.log(torch.diag(lower))) + half


def bundle_adjustment(cameras: Any, points: Any, camera_of: Any, point_of: Any, pixels: Any) -> Any:
    """``examples.bundle_adjustment.cost``."""
    camera, point = cameras[camera_of], points[point_of]
    angle = torch.sqrt(torch.sum(camera[:, :3] ** 2, dim=1))[:, None]
    axis = camera[:, :3] / angle
    along = torch.sum(axis * point, dim=1)[:, None]
    turned = (
        torch.cos(angle) * point
        + torch.sin(angle) * torch.linalg.cross(axis, point)
        + (1.0 - torch.cos(angle)) * along * axis
    )
    seen = turned + camera[:, 3:6]
    flat = -seen[:, :2] / seen[:, 2:]
    focal, first, second = camera[:, 6], camera[:, 7], camera[:, 8]
    radius = torch.sum(flat**2, dim=1)
    distortion = 1.0 + first * radius + second * radius**2
    return 0.5 * torch.sum(((focal * distortion)[:, None] * flat - pixels) ** 2)
