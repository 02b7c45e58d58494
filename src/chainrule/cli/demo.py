"""``chainrule demo``: fits of real data, finite differences, a gradient at millions of points."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from .differences import (
    PAGE_STEP,
    REFERENCE_DIGITS,
    REFERENCE_STEP,
    STEPS,
    Comparison,
    compare,
)
from .fits import NEWTON_STEPS, Fit, agreeing_digits, fit
from .nist import CERTIFIED_DIGITS, MODELS, DataSet, load
from .rates import RANGES, REPETITIONS, Rates, measure
from .screen import heading, make_console, make_table, print_table

#: A fit that agrees with the certified parameters to fewer digits has missed them.
REQUIRED_DIGITS = 6.0
#: A gradient at many points with a larger relative error is not the gradient.
ALLOWED_ERROR = 1e-12


def run(points: int) -> bool:
    """Run and print the demo; False where a fit or a gradient is wrong.

    Raises:
        MemoryError: there is not enough of it for so many points.
    """
    console = make_console()
    is_fitted = _run_fits(console)
    console.print()
    return _run_rates(console, points) and is_fitted


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _run_fits(console: Console) -> bool:
    heading(console, "Fits of three NIST reference sets, from both certified starting points")
    console.print(
        "SciPy's least_squares with chainrule's exact Jacobian, then Newton's method with its "
        f"exact Hessian. Digits: how many agree with the {CERTIFIED_DIGITS} that NIST certifies "
        "(log relative error), where least_squares stopped and after "
        f"{NEWTON_STEPS} steps of Newton's method.\n"
    )
    sets = [load(name) for name in MODELS]
    fits: list[tuple[DataSet, int, Fit]] = []
    with _progress(console) as progress:
        task = progress.add_task("fits", total=2 * len(sets) + 1)
        for data in sets:
            for number, start in enumerate(data.starts, 1):
                progress.update(task, description=f"{data.name} from start {number}")
                fits.append((data, number, fit(MODELS[data.name], data, start)))
                progress.advance(task)
            _show_fits(console, data, [found for owner, _, found in fits if owner is data])
        progress.update(task, description="finite differences of Gauss1")
        gauss1 = next(data for data in sets if data.name == "Gauss1")
        comparison = compare(gauss1, list(gauss1.starts[0]))
        progress.advance(task)
    _show_effort(console, fits)
    _show_comparison(console, gauss1, comparison)
    digits = [min(_digits(found.parameters, data)) for data, _, found in fits]
    _show_summary(console, digits, comparison)
    return min(digits) >= REQUIRED_DIGITS


def _digits(parameters: tuple[float, ...], data: DataSet) -> list[float]:
    return [
        agreeing_digits(computed, certified)
        for computed, certified in zip(parameters, data.certified, strict=True)
    ]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"


# --- the fits -------------------------------------------------------------------------------------


def _show_fits(console: Console, data: DataSet, fits: list[Fit]) -> None:
    heading(console, f"{data.name}: {len(data.certified)} parameters, {len(data.x)} observations")
    console.print(data.formula)
    table = make_table(
        console, ["start", "", "from", "fitted", "certified", "digits", "Newton"], range(2, 7)
    )
    for number, found in enumerate(fits, 1):
        rows = zip(
            found.start,
            found.parameters,
            data.certified,
            _digits(found.solver_parameters, data),
            _digits(found.parameters, data),
            strict=True,
        )
        for i, (start, fitted, certified, solver_digits, digits) in enumerate(rows, 1):
            table.add_row(
                str(number) if i == 1 else "",
                f"b{i}",
                f"{start:g}",
                f"{fitted:.10e}",
                f"{certified:.10e}",
                f"{solver_digits:.1f}",
                Text(f"{digits:.1f}", style="green" if digits >= REQUIRED_DIGITS else "bold red"),
            )
        table.add_section()
    print_table(console, table)


def _show_effort(console: Console, fits: list[tuple[DataSet, int, Fit]]) -> None:
    heading(console, "What the fits took")
    console.print(
        "Evaluations of the residuals (f) and of their Jacobian (J); milliseconds for one J, for "
        "least_squares and for Newton's steps; the residual sum of squares, and how many digits of "
        "it agree with the certified one."
    )
    table = make_table(
        console,
        ["set", "start", "f", "J", "one J", "solver", "Newton", "squares", "digits"],
        range(1, 9),
    )
    for data, number, found in fits:
        digits = agreeing_digits(found.sum_of_squares, data.sum_of_squares)
        table.add_row(
            data.name,
            str(number),
            str(found.evaluations),
            str(found.jacobians),
            f"{1000 * found.jacobian_seconds:.3g}",
            f"{1000 * found.solver_seconds:.3g}",
            f"{1000 * found.newton_seconds:.3g}",
            f"{found.sum_of_squares:.5e}",
            f"{digits:.1f}",
        )
    print_table(console, table)


# --- finite differences ---------------------------------------------------------------------------


def _show_comparison(console: Console, data: DataSet, comparison: Comparison) -> None:
    heading(console, "The definition of a derivative, as a way to compute one")
    console.print(
        f"The gradient of Gauss1's sum of squares in its {len(data.certified)} parameters at start "
        "1: the largest relative error of finite differences with a step h, against the same "
        f"definition in {REFERENCE_DIGITS}-digit decimal arithmetic with h = {REFERENCE_STEP}."
    )
    table = make_table(console, ["h", "forward differences", "central differences", ""], [1, 2])
    for h in STEPS:
        is_page = h == PAGE_STEP
        table.add_row(
            f"{h:.0e}",
            f"{comparison.forward.errors[h]:.1e}",
            f"{comparison.central.errors[h]:.1e}",
            "the page's h" if is_page else "",
            style="bold" if is_page else None,
        )
    table.add_section()
    table.add_row(
        "h ~ |b|",
        f"{comparison.forward.scaled_error:.1e}",
        f"{comparison.central.scaled_error:.1e}",
        "as textbooks advise",
    )
    print_table(console, table)

    console.print(
        "What one gradient takes: evaluations of the sum of squares; time, also as a multiple of "
        f"one evaluation on plain floats, {_milliseconds(comparison.evaluation_seconds)}; and its "
        "error."
    )
    costs = make_table(
        console,
        ["", "evaluations", "time", "x one", "page's h", "best h"],
        range(1, 6),
    )
    for name, evaluations, method in (
        ("forward differences", str(comparison.forward.evaluations), comparison.forward),
        ("central differences", str(comparison.central.evaluations), comparison.central),
        ("chainrule", "1 and a sweep", comparison.exact),
    ):
        is_exact = method is comparison.exact
        costs.add_row(
            name,
            evaluations,
            _milliseconds(method.seconds),
            f"{method.seconds / comparison.evaluation_seconds:.1f}",
            "no h" if is_exact else f"{method.errors[PAGE_STEP]:.1e}",
            f"{method.least_error:.1e}",
            style="bold green" if is_exact else None,
        )
    print_table(console, costs)


def _show_summary(console: Console, digits: list[float], comparison: Comparison) -> None:
    reached = sum(least >= REQUIRED_DIGITS for least in digits)
    forward, central, exact = comparison.forward, comparison.central, comparison.exact
    multiple = exact.seconds / comparison.evaluation_seconds
    heading(
        console,
        f"{reached} of {len(digits)} fits reach the certified parameters, the worst to "
        f"{min(digits):.1f} digits. Of that gradient, forward differences are off by "
        f"{forward.errors[PAGE_STEP]:.1e} at the page's h and by {forward.least_error:.1e} at the "
        f"best one, for {forward.evaluations} evaluations; central ones by "
        f"{central.least_error:.1e} at the best h, for {central.evaluations}; chainrule by "
        f"{exact.least_error:.1e}, in the time of {multiple:.3g} evaluations, with no h to choose.",
    )


# --- many points ----------------------------------------------------------------------------------


def _run_rates(console: Console, points: int) -> bool:
    """Measure and print the second half; False where chainrule's gradient is wrong."""
    heading(console, f"The gradient at {points:,} points")
    with _progress(console) as progress:
        task = progress.add_task("arrays", total=5)

        def report(name: str) -> None:
            progress.advance(task)
            progress.update(task, description=name)

        rates = measure(points, report)
    _show_rates(console, rates)
    return rates.chainrule.error <= ALLOWED_ERROR


def _show_rates(console: Console, rates: Rates) -> None:
    (low1, high1), (low2, high2) = RANGES
    console.print(
        f"y = log(x1*x2*(x1+x2)) / (x1-x2)**2 with x1 from {low1:g} to {high1:g} and x2 from "
        f"{low2:g} to {high2:g}. Finite differences (h ~ |x|) and the two derivatives written out "
        "by hand are NumPy's, on one core; chainrule is given the function as it stands, and "
        + (
            f"made one loop of its gradient in {_milliseconds(rates.preparing)}, which runs on all "
            "cores."
            if rates.is_native
            else "ran its gradient on the interpreter, NumPy term by term, because there is no "
            "native code here."
        )
        + f" Medians of {REPETITIONS} runs; the largest relative error.\n"
    )
    table = make_table(
        console, ["", "seconds", "ns/point", "million/s", "x forward", "error"], range(1, 6)
    )
    forward = rates.ways[0]
    for way in rates.ways:
        table.add_row(
            way.name,
            f"{way.seconds:.3g}",
            f"{way.seconds / rates.count * 1e9:.3g}",
            f"{rates.count / way.seconds / 1e6:.3g}",
            f"{forward.seconds / way.seconds:.1f}",
            f"{way.error:.1e}",
            style="bold green" if way is rates.chainrule else None,
        )
    print_table(console, table)
    ours = rates.chainrule
    heading(
        console,
        f"chainrule gives {rates.count / ours.seconds / 1e6:.3g} million gradients a second: "
        f"{_times(forward.seconds / ours.seconds)} the rate of forward differences, with an error "
        f"of {ours.error:.1e} and not {forward.error:.1e}; "
        f"{_times(rates.by_hand.seconds / ours.seconds)} that of the derivatives by hand.",
    )


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times"
