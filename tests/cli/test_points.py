"""``chainrule gradient --points``: value and derivatives at all points of a file."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli import points as points_file
from chainrule.ops import public_rows

PAGE = "log(x1*x2*(x1+x2))/(x1-x2)**2"


def page(x1, x2):
    return cr.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


@pytest.fixture
def at(run, tmp_path):
    """The results for an expression at points that are given as arrays."""

    def at(expression, *options, **arrays):
        np.savez(tmp_path / "data.npz", **arrays)
        files = ["--points", str(tmp_path / "data.npz"), "--out", str(tmp_path / "result.npz")]
        result = run("gradient", expression, *files, *options)
        assert result.exit_code == 0, result.stderr
        with np.load(tmp_path / "result.npz") as written:
            return dict(written)

    return at


def test_the_page_at_many_points(at):
    random = np.random.default_rng(0)
    x1, x2 = random.uniform(1, 2, 1000), random.uniform(3, 4, 1000)
    results = at(PAGE, x1=x1, x2=x2)
    assert [*results] == ["value", "d_x1", "d_x2"]
    for i in 0, 500, 999:
        value, (d1, d2) = cr.value_and_grad(page, (0, 1))(float(x1[i]), float(x2[i]))
        assert [results[name][i] for name in results] == pytest.approx([value, d1, d2], rel=1e-13)


def test_points_keep_their_shape(at):
    x1 = np.linspace(1, 2, 6).reshape(2, 3)
    results = at(PAGE, x1=x1, x2=np.asfortranarray(x1 + 2))
    assert {x.shape for x in results.values()} == {(2, 3)}
    (derivative,) = cr.grad(page, (0,))(x1[1, 0], x1[1, 0] + 2)
    assert results["d_x1"][1, 0] == pytest.approx(derivative, rel=1e-13)


def test_single_numbers_are_the_same_at_all_points(at):
    """And have a derivative at each of them."""
    x = np.array([1.0, 2.0, 3.0])
    results = at("a * x**2", a=2.0, x=x)
    assert results["value"].tolist() == [2.0, 8.0, 18.0]
    assert results["d_a"].tolist() == [1.0, 4.0, 9.0]
    assert results["d_x"].tolist() == [4.0, 8.0, 12.0]


def test_single_numbers_alone_are_one_point(at):
    results = at("a * x", a=2.0, x=np.int64(3))
    assert {name: (x.shape, x.item()) for name, x in results.items()} == {
        "value": ((), 6.0),
        "d_a": ((), 3.0),
        "d_x": ((), 2.0),
    }


def test_chunks_are_computed_in_their_places(at, monkeypatch):
    """Not computed somewhere and copied: each call is given the stretch of the results."""
    monkeypatch.setattr(points_file, "CHUNK", 4)
    jit, stretches = cr.jit, []

    def recording(f):
        jitted = jit(f)

        def call(*args, out):
            results = jitted(*args, out=out)
            if out is not None:
                assert results[0] is out[0]
                stretches.append((out[0].size, out[0].base, out[1][0].base))
            return results

        return call

    monkeypatch.setattr(cr, "jit", recording)
    results = at("x1*x1", x1=np.arange(10.0))
    assert [size for size, *_ in stretches] == [4, 4, 2]
    assert len({id(base) for _, *bases in stretches for base in bases}) == 2
    np.testing.assert_array_equal(results["value"], np.arange(10.0) ** 2)
    np.testing.assert_array_equal(results["d_x1"], 2 * np.arange(10.0))


def test_constants_by_at_have_no_derivative(at):
    results = at("a * x", "--at", "a=3", x=np.float32([1, 2]))
    assert [*results] == ["value", "d_x"]
    assert results["value"].tolist() == [3.0, 6.0]
    assert {x.dtype for x in results.values()} == {np.dtype(np.float32)}, "float32 is kept"


@pytest.mark.parametrize(
    ("given", "value", "derivative"),
    [
        ("<f4", "f4", "f4"),
        ("<f8", "f8", "f8"),
        (">f8", "f8", "f8"),
        (">f4", "f4", "f4"),
        ("i4", "f8", "f8"),
        ("u1", "f8", "f8"),
        (">i8", "f8", "f8"),
    ],
)
def test_types(at, given, value, derivative):
    results = at("x * x / 4", x=np.array([1, 2, 3], given))
    assert results["value"].dtype == value
    assert results["d_x"].dtype == derivative
    assert results["value"].tolist() == [0.25, 1.0, 2.25]
    assert results["d_x"].tolist() == [0.5, 1.0, 1.5]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 10])
def test_any_number_of_points(at, count, monkeypatch):
    monkeypatch.setattr(points_file, "CHUNK", 3)
    x = np.arange(count, dtype=float)
    results = at("x ** 3", x=x)
    np.testing.assert_array_equal(results["value"], x**3)
    np.testing.assert_allclose(results["d_x"], 3 * x**2, rtol=1e-15)


@pytest.mark.parametrize(
    ("expression", "value", "derivative"),
    [
        ("x", [1.0, 2.0], [1.0, 1.0]),
        ("x > 1", [0.0, 1.0], [0.0, 0.0]),
        ("logical_not(x > 1)", [1.0, 0.0], [0.0, 0.0]),
        ("floor(x)", [1.0, 2.0], [0.0, 0.0]),
        ("(x > 1) * x", [0.0, 2.0], [0.0, 1.0]),
        ("pi*x - 0*e", [np.pi, 2 * np.pi], [np.pi, np.pi]),
        ("where(x < 2, sqrt(x - 1), 0)", [0.0, 0.0], [np.inf, 0.0]),
    ],
)
def test_expressions(at, expression, value, derivative):
    results = at(expression, x=np.array([1.0, 2.0]))
    assert results["value"].tolist() == value
    assert results["d_x"].tolist() == derivative


@pytest.mark.parametrize("row", public_rows(), ids=lambda row: row.name)
def test_every_function_that_expressions_have(at, row):
    """At points, as at each of them alone."""
    random = np.random.default_rng(len(row.name))
    columns = [random.uniform(low, high, 5) for low, high in row.domain]
    varied = [i for i, partial in enumerate(row.partials) if partial is not None]
    orders = {i: 2.0 for i in range(row.arity) if i not in varied}
    arguments = [str(orders.get(i, f"x{i}")) for i in range(row.arity)]
    results = at(f"{row.name}({', '.join(arguments)})", **{f"x{i}": columns[i] for i in varied})
    for k in range(5):
        leaves = [
            orders[i] if i in orders else cr.Var(float(columns[i][k])) for i in range(row.arity)
        ]
        result = getattr(cr, row.name)(*leaves)
        if isinstance(result, cr.Value):
            result.back()
        expected = [getattr(result, "val", result), *(leaves[i].grad for i in varied)]
        got = [results[name][k] for name in results]
        np.testing.assert_allclose(got, np.array(expected, float), rtol=1e-11, atol=1e-290)


def test_what_is_printed(run, run_on_terminal, tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(1.0, 2001.0))
    files = ["--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")]
    for each in run, run_on_terminal:
        text = " ".join(each("gradient", "log(x)", *files).stdout.split())
        assert "2,000 points: value and d_x written to" in text
        assert re.search(r"computed in [\d.e-]+ s, [\d.,e+]+ million points a second", text)


def test_from_standard_input(run, tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(3.0))
    result = run(
        *("gradient", "-", "--points", str(tmp_path / "d.npz")),
        *("--out", str(tmp_path / "r.npz")),
        stdin=b"x * x",
    )
    assert result.exit_code == 0
    assert np.load(tmp_path / "r.npz")["d_x"].tolist() == [0.0, 2.0, 4.0]


# --- the file that is written ---------------------------------------------------------------------


def test_a_file_that_was_there_is_replaced(at, tmp_path):
    (tmp_path / "result.npz").write_text("old")
    other = tmp_path / "linked.npz"
    os.link(tmp_path / "result.npz", other)
    assert at("x", x=np.arange(2.0))["value"].tolist() == [0.0, 1.0]
    assert other.read_text() == "old", "whole or not at all: not written over in place"
    assert sorted(os.listdir(tmp_path)) == ["data.npz", "linked.npz", "result.npz"]


def test_a_link_leads_to_the_file_that_is_replaced(at, tmp_path):
    (tmp_path / "target.npz").write_text("old")
    (tmp_path / "result.npz").symlink_to("target.npz")
    at("x", x=np.arange(2.0))
    assert (tmp_path / "result.npz").is_symlink()
    assert np.load(tmp_path / "target.npz")["value"].tolist() == [0.0, 1.0]


def test_any_name_as_it_is(run, tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(2.0))
    out = tmp_path / "without ending"
    run("gradient", "x", "--points", str(tmp_path / "d.npz"), "--out", str(out))
    assert np.load(out)["value"].tolist() == [0.0, 1.0]


def test_a_failure_leaves_nothing_behind(run, tmp_path, monkeypatch):
    np.savez(tmp_path / "d.npz", x=np.arange(2.0))
    (tmp_path / "r.npz").write_text("old")

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(points_file, "evaluate_at", interrupted)
    result = run(
        *("gradient", "x", "--points", str(tmp_path / "d.npz")),
        *("--out", str(tmp_path / "r.npz")),
    )
    assert result.exit_code != 0
    assert sorted(os.listdir(tmp_path)) == ["d.npz", "r.npz"]
    assert (tmp_path / "r.npz").read_text() == "old"


# --- bad files ------------------------------------------------------------------------------------

X = np.arange(1.0, 4.0)


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)
    return file.getvalue()


def damaged():
    contents = bytearray(npz(x=np.zeros(1000), y=X))
    contents[4000] ^= 1
    return bytes(contents)


#: The contents of the file, further options, and what the error says.
BAD = {
    "missing name": (npz(x=X), [], ["holds no y", "--at y=NUMBER"]),
    "wrong name": (npz(x=X, yy=X), [], ["holds 'yy'", "does not have", "it has x and y"]),
    "extra name": (npz(x=X, y=X, z=X), [], ["holds 'z'", "does not have"]),
    "name that is no name": (npz(**{"x": X, "y": X, "a b\n": X}), [], [r"holds 'a b\n'"]),
    "text": (npz(x=X, y=np.array(["a", "b", "c"])), [], ["y is of '<U1'", "float64"]),
    "complex": (npz(x=X, y=X * 1j), [], ["y is of 'complex128'"]),
    "truth values": (npz(x=X, y=X > 2), [], ["y is of 'bool'"]),
    "half precision": (npz(x=X, y=X.astype("f2")), [], ["y is of 'float16'"]),
    "long double": (npz(x=X, y=X.astype(np.longdouble)), [], ["y is of"]),
    "dates": (npz(x=X, y=X.astype("M8[s]")), [], ["y is of 'datetime64[s]'"]),
    "records": (npz(x=X, y=np.zeros(3, "f8,f8")), [], ["y is of"]),
    "objects": (npz(x=X, y=np.array([1, None, {}], object)), [], ["Python objects, which are"]),
    "different lengths": (npz(x=X, y=X[:2]), [], ["x has the shape (3,) and y (2,)"]),
    "different shapes": (npz(x=X, y=X[:, None]), [], ["and y (3, 1)"]),
    "no array": (npz(), ["--at", "x=1", "--at", "y=2"], ["holds no points"]),
    "given twice": (npz(x=X, y=X), ["--at", "y=2"], ["y is given by --at, and by --points"]),
    "at for nothing": (npz(x=X, y=X), ["--at", "q=2"], ["q, which the expression does not have"]),
    "npy": (npy(X), [], ["is no .npz file", "numpy.savez"]),
    "npy of objects": (npy(np.array([None])), [], ["is no .npz file"]),
    "pickle": (b"\x80\x04N.", [], ["is no .npz file"]),
    "csv": (b"x,y\n1,2\n", [], ["is no .npz file"]),
    "empty": (b"", [], ["is no .npz file"]),
    "a zip of other things": (zipped(**{"x": b"hello", "y.npy": npy(X)}), [], ["x is no array"]),
    "a zip of nonsense": (zipped(**{"x.npy": npy(X), "y.npy": npy(X)[:50]}), [], ["y cannot be"]),
    "truncated": (npz(x=X, y=X)[:-30], [], ["is no .npz file"]),
    "damaged": (damaged(), [], ["x cannot be read; the file is damaged"]),
}


def error_of(result, tmp_path):
    """The one line, of a command that wrote nothing."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert len(line) < 250
    assert not [name for name in os.listdir(tmp_path) if name not in ("d.npz", "r.npz")]
    return line


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file(run, tmp_path, case):
    contents, options, fragments = BAD[case]
    (tmp_path / "d.npz").write_bytes(contents)
    files = ["--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")]
    line = error_of(run("gradient", "x * y", *files, *options), tmp_path)
    for fragment in fragments:
        assert fragment in line
    assert not (tmp_path / "r.npz").exists()


def test_objects_are_never_unpickled(run, tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    (tmp_path / "d.npz").write_bytes(npz(x=np.array([Bomb()], object)))
    error_of(
        run("gradient", "x", "--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")),
        tmp_path,
    )
    assert not (tmp_path / "exploded").exists()


def test_any_damaged_byte_is_an_error_or_harmless(run, tmp_path):
    whole = npz(x=X)
    random = np.random.default_rng(1)
    for position in random.integers(0, len(whole), 40):
        contents = bytearray(whole)
        contents[position] ^= int(random.integers(1, 256))
        (tmp_path / "d.npz").write_bytes(bytes(contents))
        files = ["--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")]
        result = run("gradient", "x", *files)
        if result.exit_code:
            error_of(result, tmp_path)


@pytest.mark.parametrize(
    ("points", "out", "fragments"),
    [
        ("none.npz", "r.npz", ["'none.npz'", "No such file"]),
        (".", "r.npz", ["'.'", "directory"]),
        ("d.npz", "d.npz", ["is the file of the points; name another one"]),
        ("d.npz", "link.npz", ["is the file of the points; name another one"]),
        ("d.npz", ".", ["is no plain file"]),
        ("d.npz", "/dev/null", ["is no plain file"]),
        ("d.npz", "none/r.npz", ["No such file"]),
        ("d.npz", "/proc/r.npz", ["'/proc/r.npz'"]),
        ("d.npz", "n" * 300, ["File name too long"]),
    ],
)
def test_files_that_cannot_be(run, tmp_path, monkeypatch, points, out, fragments):
    monkeypatch.chdir(tmp_path)
    before = npz(x=X)
    (tmp_path / "d.npz").write_bytes(before)
    if out == "link.npz":
        (tmp_path / out).symlink_to("d.npz")
    result = run("gradient", "x", "--points", points, "--out", out)
    (tmp_path / "link.npz").unlink(missing_ok=True)
    line = error_of(result, tmp_path)
    for fragment in fragments:
        assert fragment in line
    assert (tmp_path / "d.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "fragment"),
    [
        (["--points", "d.npz"], "--points and --out go together"),
        (["--out", "r.npz"], "--points and --out go together"),
        (["--points", "d.npz", "--out", "r.npz", "--json"], "are for one point"),
        (["--points", "d.npz", "--out", "r.npz", "--terms"], "are for one point"),
    ],
)
def test_options_that_do_not_go_together(run, tmp_path, monkeypatch, options, fragment):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.npz").write_bytes(npz(x=X))
    assert fragment in error_of(run("gradient", "x", *options), tmp_path)


@pytest.mark.parametrize("expression", ["x +", "foo(x)", "sin + x", "2 + 3", "x^2"])
def test_bad_expressions(run, tmp_path, expression):
    (tmp_path / "d.npz").write_bytes(npz(x=X))
    files = ["--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")]
    error_of(run("gradient", expression, *files), tmp_path)


def test_memory_that_runs_out(run, tmp_path, monkeypatch):
    (tmp_path / "d.npz").write_bytes(npz(x=X))

    def greedy(*args):
        raise MemoryError

    monkeypatch.setattr(points_file, "evaluate_at", greedy)
    files = ["--points", str(tmp_path / "d.npz"), "--out", str(tmp_path / "r.npz")]
    assert "memory does not suffice for 3 points" in error_of(
        run("gradient", "x", *files), tmp_path
    )


def test_a_full_disk(tmp_path):
    """A limit on the size of files does to a write what a full disk does."""
    (tmp_path / "d.npz").write_bytes(npz(x=np.zeros(10_000)))
    program = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "from chainrule.cli import main\n"
        "main(['gradient', 'x', '--points', 'd.npz', '--out', 'r.npz'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "Error: --out 'r.npz': File too large\n"
    assert os.listdir(tmp_path) == ["d.npz"]
