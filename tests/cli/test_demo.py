"""``chainrule demo``: the reference sets, the fits, and finite differences beside them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.backends import choice, interpreter
from chainrule.cli import demo, differences, nist, rates
from chainrule.cli.fits import agreeing_digits, fit

SETS = {name: nist.load(name) for name in nist.MODELS}


@pytest.fixture(scope="module")
def comparison():
    return differences.compare(SETS["Gauss1"], list(SETS["Gauss1"].starts[0]))


# --- the sets -------------------------------------------------------------------------------------


def test_a_set_is_read_as_it_is():
    data = SETS["Thurber"]
    assert data.name == "Thurber"
    assert data.formula == ("y = (b1 + b2*x + b3*x**2 + b4*x**3) / (1 + b5*x + b6*x**2 + b7*x**3)")
    assert data.starts[0] == (1000.0, 1000.0, 400.0, 40.0, 0.7, 0.3, 0.03)
    assert data.starts[1] == (1300.0, 1500.0, 500.0, 75.0, 1.0, 0.4, 0.05)
    assert data.certified[0] == 1.2881396800e03
    assert data.deviations[6] == 6.5842344623e-03
    assert data.sum_of_squares == 5.6427082397e03
    assert (data.x[0], data.y[0]) == (-3.067, 80.574)
    assert {name: len(data.x) for name, data in SETS.items()} == {
        "Misra1a": 14,
        "Thurber": 37,
        "Gauss1": 250,
    }


@pytest.mark.parametrize("name", SETS)
def test_models_are_those_of_the_files(name):
    """At the certified parameters each model leaves the certified sum of squares."""
    data = SETS[name]
    total = math.fsum(
        (nist.MODELS[name](data.certified, x) - y) ** 2 for x, y in zip(data.x, data.y, strict=True)
    )
    assert total == pytest.approx(data.sum_of_squares, rel=1e-10)


def test_a_damaged_file_is_refused():
    text = (nist.files("chainrule") / "data" / "nist_strd" / "Misra1a.dat").read_text("ascii")
    assert nist.parse(text) == SETS["Misra1a"]
    with pytest.raises(ValueError, match="announces 14 observations and holds 13"):
        nist.parse("\n".join(text.splitlines()[:-1]))
    with pytest.raises(ValueError, match="Starting Values"):
        nist.parse("an empty file")
    with pytest.raises(ValueError, match="Number of Observations"):
        nist.parse(text.replace("Number of Observations", "Observations"))


# --- fits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("computed", "certified", "digits"),
    [
        (2.5, 2.5, 11.0),
        (-1.1, -1.0, 1.0),
        (1.0 + 1e-6, 1.0, 6.0),
        (1.0 + 1e-14, 1.0, 11.0),
        (100.0, 1.0, 0.0),
        (math.nan, 1.0, 0.0),
        (math.inf, 1.0, 0.0),
    ],
)
def test_agreeing_digits(computed, certified, digits):
    assert agreeing_digits(computed, certified) == pytest.approx(digits, abs=1e-6)


@pytest.mark.parametrize("start", [0, 1])
def test_a_fit_reaches_the_certified_parameters(start):
    data = SETS["Thurber"]
    found = fit(nist.thurber, data, data.starts[start])
    digits = [agreeing_digits(*pair) for pair in zip(found.parameters, data.certified, strict=True)]
    assert min(digits) > 10
    assert found.start == data.starts[start]
    assert found.sum_of_squares == pytest.approx(data.sum_of_squares, rel=1e-10)
    assert 5 < found.jacobians <= found.evaluations


# --- finite differences ---------------------------------------------------------------------------


def test_finite_differences_of_a_polynomial():
    def f(point):
        return point[0] ** 2 * point[1]

    h = 2.0**-10
    assert differences.forward_differences(f, [3.0, 2.0], [h, h]) == [12.0 + 2 * h, 9.0]
    assert differences.central_differences(f, [3.0, 2.0], [h, h]) == [12.0, 9.0]


def test_the_reference_is_the_exact_gradient():
    """Against the derivative of the Gaussians by hand, in the decay rate b2."""
    data = SETS["Gauss1"]
    parameters = list(data.starts[0])
    by_hand = math.fsum(
        2 * (nist.gauss1(parameters, x) - y) * -x * parameters[0] * math.exp(-parameters[1] * x)
        for x, y in zip(data.x, data.y, strict=True)
    )
    reference = differences.reference_gradient(data, parameters)
    assert float(reference[1]) == pytest.approx(by_hand, rel=1e-12)


def test_the_cost_and_error_of_finite_differences(comparison):
    forward, central, exact = comparison.forward, comparison.central, comparison.exact
    assert (forward.evaluations, central.evaluations, exact.evaluations) == (9, 16, 1)
    assert exact.least_error < 1e-13
    assert 1e-9 < central.least_error < forward.least_error < 1e-4
    assert forward.errors[differences.PAGE_STEP] > 1.0
    assert len(forward.errors) == len(central.errors) == 12
    assert min(forward.seconds, exact.seconds, comparison.evaluation_seconds) > 0


@pytest.mark.parametrize(
    ("method", "evaluations"),
    [(differences.forward_differences, 9), (differences.central_differences, 16)],
)
def test_finite_differences_evaluate_as_often_as_claimed(method, evaluations):
    points = []

    def f(point):
        points.append(point)
        return sum(point)

    assert method(f, [1.0] * 8, [0.5] * 8) == [1.0] * 8
    assert len(points) == evaluations


def test_finite_differences_of_arrays_leave_them_as_they_are():
    x = np.array([1.0, 2.0])
    (derivative,) = differences.forward_differences(lambda point: point[0] ** 2, [x], [0.5])
    assert derivative.tolist() == [2.5, 4.5]
    assert x.tolist() == [1.0, 2.0]


# --- many points ----------------------------------------------------------------------------------


def test_every_way_has_the_gradient():
    point = [np.array([1.0, 1.5, 2.0]), np.array([3.0, 3.5, 4.0])]
    by_chainrule = cr.vmap(cr.grad(lambda x1, x2: rates.page((x1, x2), cr.log), argnums=(0, 1)))(
        *point
    )
    for by_hand, exact in zip(rates.gradient_by_hand(point), by_chainrule, strict=True):
        np.testing.assert_allclose(by_hand, exact, rtol=1e-14)
    for right, exact in zip(rates._right(point), by_chainrule, strict=True):
        np.testing.assert_allclose(right, exact, rtol=1e-14)


def test_rates():
    told = []
    found = rates.measure(5_000, told.append)
    names = ["forward differences", "central differences", "derivatives by hand", "chainrule"]
    assert told == [way.name for way in found.ways] == names
    forward, central, by_hand, ours = found.ways
    assert found.chainrule is ours
    assert found.by_hand is by_hand
    assert max(by_hand.error, ours.error) < 1e-14
    assert 1e-12 < central.error < 1e-8 < forward.error < 1e-6
    assert min(way.seconds for way in found.ways) > 0
    assert found.is_native is (choice.backend() is not interpreter.compiled)


def test_the_right_gradient_notices_a_wrong_one(monkeypatch):
    by_hand = rates.gradient_by_hand
    monkeypatch.setattr(
        rates, "gradient_by_hand", lambda point: [by_hand(point)[0], 2 * by_hand(point)[1]]
    )
    assert rates.measure(10).by_hand.error == pytest.approx(1.0)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def no_fits(monkeypatch):
    monkeypatch.setattr(demo, "_run_fits", lambda console: True)


def test_the_demo(run_on_terminal):
    result = run_on_terminal("demo", "--points", "20000")
    assert result.exit_code == 0, result.output
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", result.stdout)
    assert max(len(line) for line in re.split("[\r\n]", text)) <= 80
    for data in SETS.values():
        for certified in data.certified:
            assert text.count(f"{certified:.10e}") >= 2
    text = " ".join(text.split())
    found = re.search(r"6 of 6 fits .* the worst to ([\d.]+) digits", text)
    assert found
    assert float(found[1]) > 10
    assert "the page's h" in text
    assert "with no h to choose." in text
    assert "The gradient at 20,000 points" in text
    assert re.search(r"chainrule gives [\d.e+]+ million gradients a second: ", text)
    assert text.endswith("that of the derivatives by hand.")


def test_the_demo_says_what_ran(run, monkeypatch, no_fits):
    """Native code, or the interpreter; every way to the gradient, and what it took."""
    ways = [rates.Way(name, 2.0, 1e-8) for name in ("forward", "central", "by hand")]
    for is_native, said in (True, "made one loop"), (False, "there is no native code here"):
        found = rates.Rates(10_000_000, (*ways, rates.Way("ours", 0.1, 0.0)), 0.05, is_native)
        monkeypatch.setattr(demo, "measure", lambda points, report, found=found: found)
        result = run("demo")
        assert result.exit_code == 0
        text = " ".join(result.stdout.split())
        assert said in text
        assert ("in 50 ms" in text) is is_native
        assert "forward 2 200 5 1.0 1.0e-08" in text
        assert "ours 0.1 10 100 20.0 0.0e+00" in text
        assert "100 million gradients a second: 20 times the rate of forward" in text


def test_the_demo_says_when_the_gradient_is_wrong(run, monkeypatch, no_fits):
    page = rates.page
    monkeypatch.setattr(
        rates, "page", lambda point, log: page(point, log) * (1.001 if log is cr.log else 1)
    )
    result = run("demo", "--points", "100")
    assert result.exit_code == 1
    assert "with an error of 1.0e-03" in " ".join(result.stdout.split())


def test_ten_million_points_unless_said_otherwise(run, monkeypatch, no_fits):
    asked = []

    def stopped(points, report):
        asked.append(points)
        raise MemoryError

    monkeypatch.setattr(demo, "measure", stopped)
    result = run("demo")
    assert asked == [10_000_000]
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: memory does not suffice for so many points; --points takes fewer\n"
    )
    for wrong in "1", "-5", "many":
        assert run("demo", "--points", wrong).exit_code == 2
    assert asked == [10_000_000]


def test_the_demo_says_when_a_fit_misses(run, monkeypatch, comparison):
    def missed(model, data, start):
        found = fit(model, data, data.certified)
        if data.name != "Misra1a":
            return found
        return replace(found, parameters=(data.certified[0] * 1.001, *data.certified[1:]))

    monkeypatch.setattr(demo, "MODELS", {name: nist.MODELS[name] for name in ("Misra1a", "Gauss1")})
    monkeypatch.setattr(demo, "fit", missed)
    monkeypatch.setattr(demo, "compare", lambda data, parameters: comparison)
    result = run("demo", "--points", "10")
    assert result.exit_code == 1
    assert "2 of 4 fits reach the certified parameters, the worst to 3.0 digits" in " ".join(
        result.stdout.split()
    )


def test_models_take_what_the_library_takes():
    """The same function on floats and on Values."""
    data = SETS["Gauss1"]
    parameters = list(data.starts[0])
    value, gradient = cr.value_and_grad(nist.gauss1)(parameters, 65.0)
    assert value == nist.gauss1(parameters, 65.0) == nist.gauss1(parameters, 65.0, math.exp)
    assert gradient[2] == 1.0
