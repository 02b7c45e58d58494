"""Bad input of ``chainrule gradient``: one line on standard error, exit code 2, nothing run."""

from __future__ import annotations

import io
import sys

import pytest

import chainrule as cr
from chainrule.cli import commands, expression
from chainrule.errors import ExpressionError

X = ("--at", "x=1")

#: Arguments, and what the error says of the problem and of the way out.
CASES = {
    "unknown name": (["x + q", *X], ["no value for q", "--at q=NUMBER"]),
    "many unknown names": (["+".join("abcdfgh")], ["a, b, c, d, f and 2 more", "and so on"]),
    "missing --at": (["x*y"], ["no value for x and y", "--at x=NUMBER --at y=NUMBER"]),
    "function without call": (["sin + x", *X], ["sin is a function", "sin(x)"]),
    "attribute": (["x.real", *X], ["attribute access", "'x.real'", "bare name"]),
    "method": (["np.log(x)", *X], ["attribute access", "log(x)"]),
    "import": (["__import__('os').getcwd()", *X], ["attribute access"]),
    "unknown function": (["foo(x)", *X], ["unknown function 'foo'", "--help"]),
    "misspelt function": (["sqr(x)", *X], ["unknown function 'sqr'", "did you mean sqrt"]),
    "builtin": (["eval(x)", *X], ["unknown function 'eval'"]),
    "internal row": (["sinpi(x)", *X], ["unknown function 'sinpi'"]),
    "variable called": (["x(3)", *X], ["unknown function 'x'"]),
    "result called": (["sin(x)(x)", *X], ["not a function"]),
    "too many arguments": (["sin(x, 2)", *X], ["sin takes 1 argument, not 2", "sin(x)"]),
    "too few arguments": (["hypot(x)", *X], ["hypot takes 2 arguments, not 1", "hypot(x, y)"]),
    "no argument": (["exp()", *X], ["exp takes 1 argument, not 0"]),
    "too many for clip": (["clip(x, 1, 2, 3)", *X], ["clip takes 1 to 3 arguments, not 4"]),
    "unknown keyword": (["clip(x, low=0)", *X], ["'low='", "clip(x, min=-inf, max=inf)"]),
    "operand twice": (["clip(x, 0, min=0)", *X], ["'min='"]),
    "keyword without default": (["sin(x=x)", *X], ["'x='", "sin(x)"]),
    "unpacked arguments": (["sin(*x)", *X], ["unpacks", "sin(x)"]),
    "unpacked keywords": (["sin(**x)", *X], ["unpacks", "sin(x)"]),
    "order that varies": (["polygamma(x, 2)", *X], ["'n' has no derivative", "polygamma(n, x)"]),
    "lambda": (["lambda: x", *X], ["a lambda", "'lambda: x'"]),
    "lambda called": (["(lambda x: x)(3)", *X], ["a lambda"]),
    "comprehension": (["[x for x in y]", *X], ["a comprehension"]),
    "dict comprehension": (["{x: 1 for x in y}", *X], ["a comprehension"]),
    "generator": (["sin(x for x in y)", *X], ["a comprehension"]),
    "string": (["x + 'a'", *X], ["a string"]),
    "bytes": (["x + b'a'", *X], ["a string"]),
    "f-string": (["f'{x}'", *X], ["a string"]),
    "walrus": (["(x := 3)", *X], ["an assignment", "--at"]),
    "statement": (["x = 3", *X], ["not well formed", "'= 3'"]),
    "two statements": (["x; x", *X], ["not well formed", "'; x'"]),
    "conditional": (["x if x > 0 else 1", *X], ["where(condition, x, y)"]),
    "and": (["x and 1", *X], ["'and'", "logical_and(x, y)"]),
    "not": (["not x", *X], ["'not'", "logical_not(x)"]),
    "bitwise": (["x & 1", *X], ["'&'", "logical_and(x, y)"]),
    "caret": (["x^2", *X], ["'^'", "x ** y"]),
    "matrix product": (["x @ x", *X], ["'x @ x'", "+ - * / // % **"]),
    "index": (["x[0]", *X], ["indexing"]),
    "list": (["[x]", *X], ["'[x]'"]),
    "tuple": (["x, x", *X], ["'x, x'"]),
    "chained comparison": (["0 < x < 1", *X], ["more than two", "logical_and"]),
    "identity": (["x is 1", *X], ["'x is 1'"]),
    "complex": (["2j*x", *X], ["'2j' is a complex number"]),
    "truth value": (["x + True", *X], ["'True' is not a number"]),
    "None": (["None", *X], ["'None' is not a number"]),
    "ellipsis": (["... + x", *X], ["'...' is not a number"]),
    "await": (["await x", *X], ["'await x'"]),
    "empty": (["", *X], ["empty"]),
    "blank": (["  \t ", *X], ["empty"]),
    "unfinished": (["x +", *X], ["not well formed at its end"]),
    "unmatched": (["x)", *X], ["not well formed", "unmatched"]),
    "control character": (["x\x07", *X], ["not well formed"]),
    "surrogate": (["x\udcff", *X], ["not UTF-8"]),
    "100,000 parentheses": (["(" * 100_000 + "x" + ")" * 100_000, *X], ["longer than 10000"]),
    "4,000 parentheses": (["(" * 4000 + "x" + ")" * 4000, *X], ["too many nested parentheses"]),
    "9,000 signs": (["-" * 9000 + "x", *X], ["nested too deeply"]),
    "3,000 powers": (["**".join(["x"] * 3000), *X], ["nested too deeply"]),
    "4,900 attributes": (["x" + ".a" * 4900, *X], ["attribute access"]),
    "doubled --at": (["x", *X, "--at", "x=2"], ["gives x twice"]),
    "--at for nothing": (["x", *X, "--at", "z=2"], ["z, which the expression does not have"]),
    "--at without value": (["x", "--at", "x"], ["--at NAME=NUMBER"]),
    "--at with empty value": (["x", "--at", "x="], ["--at NAME=NUMBER"]),
    "--at with text": (["x", "--at", "x=abc"], ["'abc' is not a number"]),
    "--at with an expression": (["x", "--at", "x=1/3"], ["'1/3' is not a number"]),
    "--at with newline": (["x", "--at", "x=3\n4"], [r"'3\n4' is not a number"]),
    "--at without name": (["x", "--at", "=3"], ["'=3' does not name a value"]),
    "--at with no name": (["x", "--at", "1x=3"], ["'1x=3' does not name a value"]),
    "--at with keyword": (["x", "--at", "lambda=3"], ["'lambda=3' does not name a value"]),
    "--at too large": (["x", "--at", "x=1e999"], ["too large for float64"]),
    "tower": (["9**9**9**9"], ["constant and infinite"]),
    "tower beside a variable": (["x + 9**9**9**9", *X], ["'9**9**9' is constant and infinite"]),
    "division by zero": (["x * (1/0)", *X], ["'1/0' is constant and infinite"]),
    "large number": (["x * 1e999", *X], ["'1e999' is too large"]),
    "large integer": (["x * " + "9" * 400, *X], ["too large for float64"]),
    "huge integer": (["x * " + "9" * 5000, *X], ["too large"]),
    "no variable": (["2 + 3"], ["no variable", "--at NAME=NUMBER"]),
    "constants only": (["pi * e"], ["no variable"]),
}


def one_line(result):
    """The error, if it is what it has to be."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert len(line) < 250
    return line


@pytest.mark.parametrize("case", CASES)
def test_bad_input(run, case):
    arguments, fragments = CASES[case]
    line = one_line(run("gradient", *arguments))
    for fragment in fragments:
        assert fragment in line


@pytest.mark.parametrize("options", [("--json",), ("--terms",), ("--json", "--terms")])
def test_bad_input_with_options(run, options):
    assert "no value for q" in one_line(run("gradient", "x + q", *X, *options))


@pytest.mark.parametrize(
    ("stdin", "fragment"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"x\0", "null byte"),
        (b"x + \xff", "not UTF-8 text: byte 0xff at position 5"),
        (b"x\nx", "not well formed"),
        (b"(" * 100_000 + b"x" + b")" * 100_000, "longer than 10000 bytes"),
        (b"\xff" * 1_000_000, "longer than 10000 bytes"),
        (b"x + q", "no value for q"),
    ],
    ids=["nothing", "blank", "null", "binary", "lines", "parentheses", "megabyte", "unknown name"],
)
def test_bad_standard_input(run, stdin, fragment):
    assert fragment in one_line(run("gradient", "-", *X, stdin=stdin))


def test_no_more_is_read_than_an_expression_may_have(monkeypatch):
    stream = io.BytesIO(b"x" * 1_000_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    with pytest.raises(ExpressionError, match="longer"):
        commands._standard_input()
    assert stream.tell() == expression.MAX_LENGTH + 1


def test_the_longest_expressions_never_crash(run):
    """Each works, or is one line: how deep Python's parser goes differs between versions."""
    for text in ("+".join(["x"] * 5000), "-" * 9999 + "x", "(x)+" * 2499 + "x", "x" + "<x" * 4999):
        result = run("gradient", text, *X)
        if result.exit_code:
            one_line(result)
        else:
            assert result.stdout.startswith("y = ")


def test_nothing_is_computed_before_all_is_checked(run, monkeypatch):
    def never(*operands):
        raise AssertionError("computed")

    for name in ("power", "sin", "add"):
        monkeypatch.setattr(cr, name, never)
    for bad in ("foo(x)", "x.real", "'a'", "q"):
        one_line(run("gradient", f"9**9**9 + sin(x) + {bad}", *X))


def test_nothing_is_evaluated_as_python(run, tmp_path):
    target = tmp_path / "written"
    for text in (
        f"open({str(target)!r}, 'w')",
        f"__import__('pathlib').Path({str(target)!r}).touch()",
        f"(lambda: open({str(target)!r}, 'w'))()",
        f"[open(name, 'w') for name in [{str(target)!r}]]",
        f"x + (y := open({str(target)!r}, 'w'))",
    ):
        one_line(run("gradient", text, *X))
    assert not target.exists()


def test_usage_errors_are_clicks_own(run):
    for arguments in ((), ("x", "--jsn", *X), ("x", "--at")):
        result = run("gradient", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "Error: " in result.stderr
