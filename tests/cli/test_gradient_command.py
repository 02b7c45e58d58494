"""``chainrule gradient``: values, derivatives, terms and sweeps of good input."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys

import pytest

import chainrule as cr
from chainrule.ops import public_rows

PAGE = ("log(x1*x2*(x1+x2))/(x1-x2)**2", "--at", "x1=2", "--at", "x2=10")


def document(run, expression, *options, stdin=None, **point):
    """The JSON object for an expression at a point."""
    at = [word for name, number in point.items() for word in ("--at", f"{name}={number!r}")]
    result = run("gradient", expression, *at, "--json", *options, stdin=stdin)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout, parse_constant=pytest.fail)


def plain(text):
    """Terminal output without colours."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


# --- value and derivatives ------------------------------------------------------------------------


def test_the_page_in_a_pipe(run):
    result = run("gradient", *PAGE)
    assert result.exit_code == 0
    names, numbers = zip(*(line.split(" = ") for line in result.stdout.splitlines()), strict=True)
    assert names == ("y", "∂y/∂x1", "∂y/∂x2")
    x1, x2 = 2.0, 10.0
    difference, logarithm = x1 - x2, math.log(x1 * x2 * (x1 + x2))
    exact = (
        logarithm / difference**2,
        (1 / x1 + 1 / (x1 + x2)) / difference**2 - 2 * logarithm / difference**3,
        (1 / x2 + 1 / (x1 + x2)) / difference**2 + 2 * logarithm / difference**3,
    )
    assert [float(number) for number in numbers] == pytest.approx(exact, rel=1e-14)


def test_the_page_on_a_terminal(run, run_on_terminal):
    result = run_on_terminal("gradient", *PAGE)
    assert result.exit_code == 0
    assert "\x1b[" in result.stdout
    text = plain(result.stdout)
    for line in run("gradient", *PAGE).stdout.splitlines():
        assert line.split(" = ")[1] in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("expression", "point", "value", "gradient"),
    [
        ("x", {"x": 3.0}, 3.0, {"x": 1.0}),
        ("x*x", {"x": 3.0}, 9.0, {"x": 6.0}),
        ("-x**2", {"x": 3.0}, -9.0, {"x": -6.0}),
        ("--x", {"x": 3.0}, 3.0, {"x": 1.0}),
        ("+x - 4", {"x": 3.0}, -1.0, {"x": 1.0}),
        ("2**x", {"x": 3.0}, 8.0, {"x": 8 * math.log(2)}),
        ("x // 2 + x % 2", {"x": 7.5}, 4.5, {"x": 1.0}),
        ("sin(pi*x)", {"x": 1.0}, math.sin(math.pi), {"x": -math.pi}),
        ("e**x", {"x": 1.0}, math.e, {"x": math.e}),
        ("e*pi", {"e": 2.0, "pi": 5.0}, 10.0, {"e": 5.0, "pi": 2.0}),
        ("sin*2 + sin(sin)", {"sin": 0.0}, 0.0, {"sin": 3.0}),
        ("2 * a * b * c * (a**2 + b**2 + c**2)", {"a": 1.0, "b": 2.0, "c": 3.0}, 168.0,
         {"a": 192.0, "b": 132.0, "c": 128.0}),
        ("where(x > 0, sqrt(x), 0)", {"x": -1.0}, 0.0, {"x": 0.0}),
        ("where(x <= 1, x, y)", {"x": 2.0, "y": 5.0}, 5.0, {"x": 0.0, "y": 1.0}),
        ("where(logical_and(0 < x, x != 1), x**3, -x)", {"x": 2.0}, 8.0, {"x": 12.0}),
        ("(x > 1) * x", {"x": 2.0}, 2.0, {"x": 1.0}),
        ("x == 2", {"x": 2.0}, 1.0, {"x": 0.0}),
        ("where(x > 0, 1, 2)", {"x": 2.0}, 1.0, {"x": 0.0}),
        ("clip(x, 0, 1) + clip(x, max=2) + clip(x)", {"x": 0.5}, 1.5, {"x": 3.0}),
        ("round(x, 1) + round(x, decimals=2) + round(x)", {"x": 1.26}, 1.3 + 1.26 + 1, {"x": 0.0}),
        ("polygamma(1, x)", {"x": 1.0}, math.pi**2 / 6, {"x": -2 * 1.2020569031595942}),
        ("0x10 * x + 1_000 + 1e-3", {"x": 1.0}, 1016.001, {"x": 16.0}),
        ("x*0", {"x": 1.0}, 0.0, {"x": 0.0}),
        ("α*2", {"α": 1.5}, 3.0, {"α": 2.0}),
    ],
)  # fmt: skip
def test_closed_forms(run, expression, point, value, gradient):
    result = document(run, expression, **point)
    assert result["at"] == point
    assert result["value"] == pytest.approx(value, rel=1e-14, abs=1e-15)
    assert list(result["gradient"]) == list(point)
    assert result["gradient"] == pytest.approx(gradient, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", [name for row in public_rows() for name in row.names])
def test_every_public_row_can_be_called_by_each_of_its_names(run, name):
    (row,) = [row for row in public_rows() if name in row.names]
    required = row.arity - len(row.defaults)
    operands = [
        repr(row.example[i]) if row.partials[i] is None else f"x{i}" for i in range(required)
    ]
    positions = [i for i, operand in enumerate(operands) if operand.startswith("x")]
    point = {f"x{i}": row.example[i] for i in positions}
    result = document(run, f"{name}({', '.join(operands)})", **point)

    def number(*operands):  # of a comparison too
        return getattr(cr, name)(*operands) + 0.0

    value, gradient = cr.value_and_grad(number, positions)(*row.example[:required])
    assert result["value"] == value
    assert tuple(result["gradient"].values()) == gradient


def test_out_of_domain_points_are_not_errors(run):
    assert run("gradient", "log(x)", "--at", "x=-1").stdout == "y = nan\n∂y/∂x = nan\n"
    assert run("gradient", "1/x", "--at", "x=0").stdout == "y = inf\n∂y/∂x = -inf\n"
    assert run("gradient", "x*log(-1)", "--at", "x=1").stdout == "y = nan\n∂y/∂x = nan\n"
    assert run("gradient", "x + 1", "--at", "x=inf").stdout == "y = inf\n∂y/∂x = 1.0\n"


def test_json_has_strings_for_what_json_does_not_know(run):
    result = document(run, "log(x) + 1/y", "--terms", x=-1.0, y=0.0)
    assert result["value"] == "NaN"
    assert result["gradient"] == {"x": "NaN", "y": "-Infinity"}
    assert result["terms"][1]["value"] == "Infinity"
    assert document(run, "x", x=math.inf)["at"] == {"x": "Infinity"}


def test_json_has_no_terms_unless_asked(run):
    result = document(run, "x*x", x=3.0)
    assert result == {"expression": "x*x", "at": {"x": 3.0}, "value": 9.0, "gradient": {"x": 6.0}}


@pytest.mark.parametrize("text", ["x*\n  y\n", "x*y", " x * y ", "\ufeffx*y"])
def test_standard_input(run, text):
    result = document(run, "-", stdin=text, x=3.0, y=4.0)
    assert result["gradient"] == {"x": 4.0, "y": 3.0}


# --- terms and sweep ------------------------------------------------------------------------------


def test_the_terms_of_the_page(run):
    result = document(run, PAGE[0], "--terms", x1=2.0, x2=10.0)
    assert [(term["name"], term["form"]) for term in result["terms"]] == [
        ("t1", "x1 * x2"),
        ("t2", "x1 + x2"),
        ("t3", "t1 * t2"),
        ("t4", "log(t3)"),
        ("t5", "x1 - x2"),
        ("t6", "t5 ** 2"),
        ("t7", "t4 / t6"),
    ]
    assert [term["value"] for term in result["terms"][:3]] == [20.0, 12.0, 240.0]
    assert result["terms"][2]["partials"] == {"t1": 12.0, "t2": 20.0}
    assert result["terms"][5]["partials"] == {"t5": -16.0}
    assert result["terms"][5]["operands"] == ["t5", 2.0]
    assert result["terms"][6]["derivative"] == 1.0
    assert [(step["from"], step["to"]) for step in result["sweep"]] == [
        ("t7", "t4"), ("t7", "t6"), ("t6", "t5"), ("t5", "x1"), ("t5", "x2"), ("t4", "t3"),
        ("t3", "t1"), ("t3", "t2"), ("t2", "x1"), ("t2", "x2"), ("t1", "x1"), ("t1", "x2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        (PAGE[0], {"x1": 2.0, "x2": 10.0}),
        ("x*x + x*x*x - exp(x*y)/hypot(x, y)", {"x": 1.5, "y": 0.5}),
        ("where(x > y, sin(x)*y, cos(y)) * maximum(x, y) + floor(x) * y", {"x": 1.5, "y": 0.5}),
        ("clip(x, y, 3)**2 + copysign(x, y) + relu(-x)", {"x": 0.25, "y": 0.5}),
        ("maximum(x, x) + arctan2(x, x*y) + x*3*(4 - 2)", {"x": 0.25, "y": 0.5}),
    ],
)
def test_the_sweep_adds_up_to_the_derivatives(run, expression, point):
    """Equations (4) and (5) of the page, on what is printed."""
    result = document(run, expression, "--terms", **point)
    totals = dict.fromkeys([*point, *(term["name"] for term in result["terms"])], 0.0)
    totals[result["terms"][-1]["name"]] = 1.0
    derivatives = {term["name"]: term["derivative"] for term in result["terms"]}
    partials = {term["name"]: term["partials"] for term in result["terms"]}
    sources = [int(step["from"][1:]) for step in result["sweep"]]
    assert sources == sorted(sources, reverse=True)
    for step in result["sweep"]:
        assert step["derivative"] == derivatives[step["from"]]
        assert step["partial"] == partials[step["from"]][step["to"]]
        assert step["product"] == step["derivative"] * step["partial"]
        totals[step["to"]] += step["product"]
    for name, derivative in (derivatives | result["gradient"]).items():
        assert totals[name] == pytest.approx(derivative or 0.0, rel=1e-14, abs=1e-15)


def test_terms_that_take_no_part(run):
    result = document(run, "where(x > 0, sqrt(x), 1/y)", "--terms", x=4.0, y=0.0)
    terms = {term["form"]: term for term in result["terms"]}
    assert terms["x > 0"]["derivative"] is None
    assert terms["x > 0"]["value"] == 1.0
    assert terms["1 / y"]["derivative"] == 0.0
    assert terms["where(t1, t2, t3)"]["partials"] == {"t2": 1.0}
    assert [(step["from"], step["to"]) for step in result["sweep"]] == [("t4", "t2"), ("t2", "x")]


def test_constants_are_folded_and_named(run):
    result = document(run, "2*3*x + sin(pi/2) - pi*x", "--terms", x=1.0)
    assert [term["form"] for term in result["terms"]] == ["6 * x", "t1 + 1", "pi * x", "t2 - t3"]
    assert result["terms"][2]["operands"] == [math.pi, "x"]


def test_names_of_terms_make_way_for_variables(run):
    result = document(run, "t1*y*2 + -y", "--terms", t1=1.0, y=3.0)
    assert [term["name"] for term in result["terms"]] == ["u1", "u2", "u3", "u4"]
    assert result["gradient"] == {"t1": 6.0, "y": 1.0}
    text = run("gradient", "t1*y", "--at", "t1=1", "--at", "y=3").stdout
    assert text == "f = 3.0\n∂f/∂t1 = 3.0\n∂f/∂y = 1.0\n"
    taken = dict.fromkeys(("y", "f", "z", "w", "t1", "u1", "v1", "w1"), 1.0)
    result = document(run, "+".join(taken), "--terms", **taken)
    assert result["terms"][0]["name"] == "t_1"
    point = [word for name in taken for word in ("--at", f"{name}=1")]
    assert run("gradient", "+".join(taken), *point).stdout.startswith("y_ = 8.0\n∂y_/∂y = 1.0\n")


def test_printed_terms(run, run_on_terminal):
    text = run("gradient", *PAGE, "--terms").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "t3 = t1 * t2 240 ∂t3/∂t1 = 12, ∂t3/∂t2 = 20 6.51042e-05" in lines
    assert "∂y/∂t7 = 1" in lines
    assert "∂y/∂t1 += ∂y/∂t3 · ∂t3/∂t1 = 6.51042e-05 · 12 = 0.00078125" in lines
    assert "∂y/∂x1 += ∂y/∂t1 · ∂t1/∂x1 = 0.00078125 · 10 = 0.0078125 sum 0.0305233" in lines
    assert text.endswith(run("gradient", *PAGE).stdout)
    on_terminal = plain(run_on_terminal("gradient", *PAGE, "--terms").stdout)
    assert max(map(len, on_terminal.splitlines())) <= 80
    for number in ("∂t3/∂t1 = 12", "∂t3/∂t2 = 20", "6.51042e-05 · 12"):
        assert number in on_terminal


def test_an_expression_without_terms(run, run_on_terminal):
    text = run("gradient", "x", "--at", "x=2", "--terms").stdout
    assert text.splitlines()[0] == "no terms: y is x"
    assert text.endswith("y = 2.0\n∂y/∂x = 1.0\n")
    assert "no terms" in plain(run_on_terminal("gradient", "x", "--at", "x=2", "--terms").stdout)
    assert document(run, "x", "--terms", x=2.0)["terms"] == []


@pytest.mark.parametrize(
    ("expression", "derivative"),
    [("+".join(["x"] * 1000), 1000.0), ("-" * 900 + "x", 1.0), ("(" * 150 + "x" + ")" * 150, 1.0)],
    ids=["sum", "signs", "parentheses"],
)
def test_long_and_deep_expressions(run, expression, derivative):
    limit = sys.getrecursionlimit()
    assert document(run, expression, "--terms", x=1.0)["gradient"] == {"x": derivative}
    assert sys.getrecursionlimit() == limit


# --- as a program ---------------------------------------------------------------------------------


def program(*arguments, **options):
    environment = os.environ | {"PYTHONUTF8": "1"} | options.pop("environment", {})
    return subprocess.run(
        [sys.executable, "-m", "chainrule", *arguments],
        capture_output=True,
        env={name: text for name, text in environment.items() if name != "FORCE_COLOR"},
        timeout=60,
        check=False,
        **options,
    )


def test_python_m_chainrule():
    done = program("gradient", "-", "--at", "x=3", input=b"x**2\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == ["y = 9.0", "∂y/∂x = 6.0"]


def test_output_without_the_signs_of_calculus():
    done = program(
        "gradient", "α*x", "--at", "x=3", "--at", "α=2", "--terms",
        environment={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("ascii")
    assert "dy/dx = 2.0" in text
    assert "dy/dt1 * dt1/dx" in text
    assert r"dy/d\u03b1 = 3.0" in text


def test_a_megabyte_on_standard_input():
    done = program("gradient", "-", "--at", "x=1", input=b"x+" * 500_000)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [
        "Error: the expression is longer than 10000 bytes; write longer functions in Python and "
        "use chainrule.grad"
    ]


def test_importing_chainrule_imports_nothing_of_the_command_line():
    code = "import sys, chainrule; print(*{'scipy', 'rich', 'click', 'optree'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b""


def test_help_lists_the_functions(run):
    text = " ".join(run("gradient", "--help").stdout.split())
    assert "arctan2(y, x) = atan2" in text
    assert '"NaN"' in text
    assert {"gradient", "info", "demo"} <= set(run("--help").stdout.split())
    assert run("--version").stdout == f"chainrule, version {cr.__version__}\n"
