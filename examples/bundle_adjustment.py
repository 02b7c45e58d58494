"""Bundle adjustment: cameras and points in space, from where the points are in the pictures.

The camera is that of Agarwal and others, "Bundle adjustment in the large" (2010): nine numbers
each, a rotation (its axis times its angle), a translation, a focal length, and two coefficients of
radial distortion. The residuals are the differences between projected and measured pixels, and
least squares moves all cameras and points until they are smallest.

    python -m examples.bundle_adjustment
"""

import numpy as np
from scipy.optimize import least_squares

import chainrule as cr

from .complex_step import complex_step, largest_difference

CAMERAS, POINTS = 6, 40


def rotate(points, rotations):
    """Each point turned about its axis: Rodrigues' formula."""
    angle = np.sqrt(np.sum(rotations**2, axis=1))[:, np.newaxis]
    axis = rotations / angle
    along = np.sum(axis * points, axis=1)[:, np.newaxis]
    return (
        np.cos(angle) * points
        + np.sin(angle) * np.cross(axis, points)
        + (1.0 - np.cos(angle)) * along * axis
    )


def project(cameras, points):
    """Pixels of each point in the picture of its camera."""
    seen = rotate(points, cameras[:, :3]) + cameras[:, 3:6]
    flat = -seen[:, :2] / seen[:, 2:]
    focal, first, second = cameras[:, 6], cameras[:, 7], cameras[:, 8]
    radius = np.sum(flat**2, axis=1)
    distortion = 1.0 + first * radius + second * radius**2
    return (focal * distortion)[:, np.newaxis] * flat


def residuals(cameras, points, camera_of, point_of, pixels):
    """Projected minus measured pixels, for each time that a point was seen by a camera."""
    return np.ravel(project(cameras[camera_of], points[point_of]) - pixels)


def cost(cameras, points, camera_of, point_of, pixels):
    """Half the sum of squares."""
    return 0.5 * np.sum(residuals(cameras, points, camera_of, point_of, pixels) ** 2)


def pictures():
    """Cameras and points as they are guessed at first, and what was measured to half a pixel.

    The cameras stand on an arc around a cloud of points; one point in five hides from each.
    """
    generator = np.random.default_rng(1957)  # Brown's year
    points = generator.uniform(-1.0, 1.0, (POINTS, 3))
    turns = np.linspace(-0.6, 0.6, CAMERAS)
    cameras = np.zeros((CAMERAS, 9))
    cameras[:, 0] = 0.1
    cameras[:, 1] = turns
    cameras[:, 5] = -6.0
    cameras[:, 6:] = 800.0, -0.05, 0.01
    seen = generator.random((CAMERAS, POINTS)) < 0.8
    camera_of, point_of = np.nonzero(seen)
    pixels = project(cameras[camera_of], points[point_of])
    pixels = pixels + 0.5 * generator.normal(size=pixels.shape)
    guess = cameras + generator.normal(size=cameras.shape) * [
        0.02, 0.02, 0.02, 0.1, 0.1, 0.1, 20.0, 0.01, 0.01,
    ]  # fmt: skip
    return guess, points + 0.05 * generator.normal(size=points.shape), camera_of, point_of, pixels


def main():
    """Adjust cameras and points."""
    cameras, points, *data = pictures()
    value_and_grad = cr.value_and_grad(cost, argnums=(0, 1))
    value, gradient = value_and_grad(cameras, points, *data)
    unknowns = np.concatenate([cameras.ravel(), points.ravel()])
    print(f"{len(data[2])} sightings, {len(unknowns)} unknowns")
    print(f"cost {value:,.0f}, gradient in the focal lengths {np.round(gradient[0][:, 6], 1)}")

    def joined(function):
        def of_unknowns(x):
            cameras, points = x[: 9 * CAMERAS], x[9 * CAMERAS :]
            return function(cameras.reshape(CAMERAS, 9), points.reshape(POINTS, 3), *data)

        return of_unknowns

    by_step = complex_step(lambda *x: cost(*x, *data), cameras, points)
    print(f"off complex step by {largest_difference(gradient, by_step):.1e}")

    jacobian = cr.jit(cr.jacobian(joined(residuals)))
    fit = least_squares(joined(residuals), unknowns, jacobian, method="lm", x_scale="jac")
    deviation = np.sqrt(2.0 * fit.cost / (fit.fun.size - unknowns.size + 7))
    print(f"\ncost {fit.cost:.1f} after {fit.njev} Jacobians of {fit.jac.shape}")
    print(f"noise {deviation:.2f} pixels, 0.50 in truth")  # 7: the scene may move, turn and grow
    print(f"focal lengths {np.round(fit.x[: 9 * CAMERAS].reshape(CAMERAS, 9)[:, 6], 1)}")


if __name__ == "__main__":
    main()
