"""How contenders are measured: a process each, rounds interleaved, ratios within a round.

A :class:`Bench` is a set of workloads and of contenders. Every contender lives in a process of its
own (``worker.py``), which first checks its result against the workload's reference. Then in each
round all of them are timed one after the other (A B C, A B C, ...), and a ratio is only ever formed
of two times of the same round, so that what the machine does besides weighs on both. In a bench
that is ``apart`` a contender has a process for each workload: there it may take long to compile, or
a lot of memory, or never end.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

#: Threads that any library in a worker may use, and the variables that say so to them.
THREADS = 2
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "CHAINRULE_THREADS",
)

#: The share of the memory that a process of its own for one workload may take.
MEMORY_SHARE = 0.5

#: Seconds of a first result that is measured once only.
LONG_FIRST_RESULT = 5.0

#: Seconds between one contender and the next: threads of the one before (OpenMP's) wait for more
#: work by spinning, which made whoever came next 1.3 times slower.
REST = 0.03

#: Seconds of a call that is long.
LONG = 5.0

_spawning = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Workload:
    """Something to compute; a bench derives from it to say what.

    ``operations`` is the number of operations of the function itself, whatever a contender makes of
    it, so that times an operation compare like with like. Workloads of
    one ``table``, which is its title, are printed as its lines; others have a table each.
    """

    name: str
    title: str
    operations: int
    table: str = field(default="", kw_only=True)

    @property
    def group(self) -> str:
        """Workloads of one group share processes and rounds where others do not."""
        return self.name

    def prepare(self) -> None:
        """Compute, once, what the workers of all contenders need; the workload keeps it."""


def floats(result: Sequence[Any]) -> list[float]:
    """The numbers of a result that is made of numbers."""
    return [float(number) for number in result]


@dataclass(frozen=True)
class Task:
    """A workload as one contender does it.

    Where ``errors`` is given it judges the result: it returns how large its errors are, or raises
    ValueError for a wrong one.
    ``run`` is what is timed; when it returns, all that it made must be garbage but its result.
    The result, of which ``numbers`` makes numbers, has to agree with ``expected`` within the
    relative ``tolerance`` or the ``absolute`` one.
    """

    run: Callable[[], Sequence[Any]]
    expected: Sequence[float]
    tolerance: float = 1e-9
    absolute: float = 0.0
    numbers: Callable[[Sequence[Any]], list[float]] = floats
    errors: Callable[[Any], Errors | None] | None = None
    note: str = ""
    """What else is to be said of how it runs, known only in the worker."""


@dataclass(frozen=True)
class Errors:
    """The largest errors of a result at the points where it was checked, in ulp."""

    value: float
    derivatives: float


@dataclass(frozen=True)
class Contender:
    """One way to do the workloads.

    ``prepare`` is called in the worker: it imports what it needs and returns a function that makes
    a Task of a workload. ``package`` is the distribution, and the module, that it needs.
    """

    name: str
    how: str
    prepare: Callable[[], Callable[[Any], Task]]
    package: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    recurses: bool = False
    distribution: str = ""
    """Where it has another name than the module."""


@dataclass(frozen=True)
class Bench:
    """Workloads, contenders, and the two that all others are compared with.

    ``apart``: a process for each contender and workload. ``first``: the time to the first result is
    a figure of its own. ``growing``: each workload is the one before it, but larger, so a contender
    that ran out of time or memory is not tried further. ``epilogue`` gives further lines to print
    below the tables, ``summary`` lines about the results.
    """

    name: str
    title: str
    workloads: Sequence[Workload]
    contenders: Sequence[Contender]
    baseline: str
    subject: str
    epilogue: Callable[[], Iterable[str]] | None = None
    summary: Callable[[Sequence[Result]], Iterable[str]] | None = None
    unit: str = "ns/op"
    units_a_second: float = 1e9
    apart: bool = False
    first: bool = False
    growing: bool = False


class MissingError(Exception):
    """A contender cannot take part; the message says what is missing."""


@dataclass(frozen=True)
class Opening:
    """A worker's first words: what it is, or why it cannot take part, and what failed its check."""

    version: str = ""
    missing: str = ""
    error: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)
    leaves_cycles: bool = False
    absences: Mapping[str, str] = field(default_factory=dict)
    """Why it does not take part in a workload, where that is no error."""
    first: Mapping[str, float] = field(default_factory=dict)
    """Seconds from the workload to its first result, by workload."""
    errors: Mapping[str, Errors] = field(default_factory=dict)
    note: str = ""


@dataclass
class Result:
    """All that was measured of one contender: seconds a call, by workload, one entry a round."""

    contender: Contender
    opening: Opening
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    absences: dict[str, str] = field(default_factory=dict)
    """Why it did not take part in a workload, where that is no error."""
    first: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, Errors] = field(default_factory=dict)
    gave_up: str = ""
    """Why a process had to be ended, or ended itself."""
    beyond: dict[str, float] = field(default_factory=dict)
    """Seconds after which its first result was not waited for any more, by workload."""

    def take(self, opening: Opening) -> None:
        """What a worker said first, of one or of all workloads."""
        if opening.version or opening.missing or opening.error:
            self.opening = opening
        self.absences.update(opening.absences)
        self.failures.update(opening.failures)
        self.errors.update(opening.errors)
        for workload, seconds in opening.first.items():
            self.first.setdefault(workload, []).append(seconds)


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, and the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        return cls(statistics.median(numbers), min(numbers), max(numbers))


def ratios(result: Result, other: Result, workload: Workload) -> Spread | None:
    """How many times as long a contender takes as another one, round by round."""
    ours, theirs = result.seconds.get(workload.name), other.seconds.get(workload.name)
    if not ours or not theirs:
        return None
    return Spread.of([mine / yours for mine, yours in zip(ours, theirs, strict=False)])


class Worker:
    """A contender's process, seen from here."""

    def __init__(
        self, contender: Contender, workloads: Sequence[Workload], collector: bool, apart: bool
    ) -> None:
        from .worker import serve

        self.contender = contender
        self.connection: Connection
        self.connection, theirs = _spawning.Pipe()
        self.process: BaseProcess = _spawning.Process(
            target=serve, args=(theirs, contender, workloads, collector, apart), daemon=True
        )
        self.process.start()
        theirs.close()

    def receive(self, limit: float | None) -> Any:
        """What the worker says next; RuntimeError if its process is gone.

        TimeoutError after that many seconds; what the process does then is of no use any more.
        """
        try:
            if not self.connection.poll(limit):
                raise TimeoutError(f"no result in {limit:g} s")
            return self.connection.recv()
        except EOFError:
            self.process.join()
            raise RuntimeError(f"its process ended with code {self.process.exitcode}") from None

    def time(self, workload: Workload, seconds: float) -> float | str:
        """Seconds a call, over about that many seconds; or what went wrong."""
        try:
            self.connection.send((workload.name, seconds))
            answer: float | str = self.receive(None)
        except (OSError, RuntimeError) as error:
            return str(error)
        return answer

    def close(self, patience: float = 10) -> None:
        self.connection.close()
        self.process.join(patience)
        if self.process.pid and self.process.is_alive() and hasattr(os, "killpg"):
            with contextlib.suppress(OSError):  # it may lead no group
                os.killpg(self.process.pid, signal.SIGKILL)  # with the compilers that it started
        self.process.kill()  # if it still computes


@dataclass(frozen=True)
class Settings:
    """How to measure: ``rounds`` times, about ``seconds`` for each contender and workload.

    ``collector`` is whether Python's cycle collector is on meanwhile. Where processes are apart, a
    contender may take ``limit`` seconds to its first result. One whose single call takes longer
    than ``LONG`` seconds is timed in ``long_rounds`` rounds only. First results are measured
    ``first_results`` times, in as many processes, if they take at most ``LONG_FIRST_RESULT``.
    """

    rounds: int
    seconds: float
    collector: bool
    limit: float
    long_rounds: int
    first_results: int


def measure(
    bench: Bench,
    contenders: Sequence[Contender],
    settings: Settings,
    report: Callable[[str], None],
) -> list[Result]:
    """Check all contenders, then time them; Ctrl-C ends that with what there is."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(THREADS)))
    for workload in bench.workloads:
        report(f"references: {workload.title}")
        workload.prepare()
    results = [Result(contender, Opening()) for contender in contenders]
    groups: dict[str, list[Workload]] = {}
    for workload in bench.workloads:
        groups.setdefault(workload.group if bench.apart else "", []).append(workload)
    with contextlib.suppress(KeyboardInterrupt):
        for workloads in groups.values():
            _measure_group(bench, results, workloads, settings, report)
    return results


def _measure_group(
    bench: Bench,
    results: Sequence[Result],
    workloads: Sequence[Workload],
    settings: Settings,
    report: Callable[[str], None],
) -> None:
    workers: list[tuple[Worker, Result]] = []
    try:
        for result in results:
            report(f"checking {result.contender.name}, {workloads[0].title}")
            worker = _open(bench, result, workloads, settings)
            if worker is not None:
                workers.append((worker, result))
        for count in range(1, settings.rounds + 1):
            for workload in workloads:
                report(f"round {count} of {settings.rounds}: {workload.title}")
                _one_round(workload, workers, settings, count)
    finally:
        for worker, _ in workers:
            worker.close()


def _open(
    bench: Bench, result: Result, workloads: Sequence[Workload], settings: Settings
) -> Worker | None:
    """A worker that takes part in the workloads; what it said first goes into the result."""
    if result.opening.missing:
        return None
    if bench.growing and result.gave_up:
        result.absences[workloads[0].name] = f"not tried: {result.gave_up}"
        return None
    limit = settings.limit if bench.apart else None
    names = {workload.name for workload in workloads}
    for remaining in reversed(range(settings.first_results if bench.first else 1)):
        worker = Worker(result.contender, workloads, settings.collector, bench.apart)
        reason = ""
        try:
            opening = worker.receive(limit)
        except TimeoutError as error:
            reason = str(error)
            opening = Opening(absences=dict.fromkeys(names, reason))
            result.beyond |= dict.fromkeys(names, settings.limit)
        except RuntimeError as error:
            reason = str(error)
            opening = Opening(error=reason)
        if opening.error and bench.apart:
            opening = Opening(failures=dict.fromkeys(names, opening.error))
        result.take(opening)
        result.gave_up = result.gave_up or reason
        useless = names <= {*opening.absences, *opening.failures}
        if opening.missing or opening.error or useless:
            worker.close(patience=0)
            return None if bench.apart else worker
        if not remaining or max(opening.first.values()) > LONG_FIRST_RESULT:
            break
        worker.close()
    return worker


def _one_round(
    workload: Workload,
    workers: Sequence[tuple[Worker, Result]],
    settings: Settings,
    count: int,
) -> None:
    for worker, result in workers:
        if result.opening.missing or result.opening.error:
            continue
        if count > settings.long_rounds and min(result.seconds.get(workload.name, [0])) > LONG:
            continue
        if workload.name in (*result.failures, *result.absences):
            continue
        time.sleep(REST)
        answer = worker.time(workload, settings.seconds)
        if isinstance(answer, float) and math.isfinite(answer):
            result.seconds.setdefault(workload.name, []).append(answer)
        else:
            result.seconds.pop(workload.name, None)
            result.failures[workload.name] = str(answer)


def in_own_process(function: Callable[[], Any], environment: Mapping[str, str]) -> Any:
    """The result of a module's function, called in a fresh process with those variables set."""
    with ProcessPoolExecutor(1, mp_context=_spawning) as pool:
        return pool.submit(_with_variables, function, environment).result()


def _with_variables(function: Callable[[], Any], environment: Mapping[str, str]) -> Any:
    os.environ.update(environment)
    return function()
