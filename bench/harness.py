"""How contenders are measured: a process each, rounds interleaved, ratios within a round.

A :class:`Bench` is a set of workloads and of contenders. Every contender lives in a process of its
own (``worker.py``), which first checks its result against the workload's reference. Then in each
round all of them are timed one after the other (A B C, A B C, ...), and a ratio is only ever formed
of two times of the same round, so that what the machine does besides weighs on both.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

#: Threads that any library in a worker may use, and the variables that say so to them.
THREADS = 2
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

_spawning = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Workload:
    """Something to compute; a bench derives from it to say what.

    ``operations`` is the number of operations of the function itself, whatever a contender makes of
    it, so that times an operation compare like with like.
    """

    name: str
    title: str
    operations: int


def floats(result: Sequence[Any]) -> list[float]:
    """The numbers of a result that is made of numbers."""
    return [float(number) for number in result]


@dataclass(frozen=True)
class Task:
    """A workload as one contender does it.

    ``run`` is what is timed; when it returns, all that it made must be garbage but its result.
    The result, of which ``numbers`` makes numbers, has to agree with ``expected`` within the
    relative ``tolerance`` or the ``absolute`` one.
    """

    run: Callable[[], Sequence[Any]]
    expected: Sequence[float]
    tolerance: float = 1e-9
    absolute: float = 0.0
    numbers: Callable[[Sequence[Any]], list[float]] = floats


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


@dataclass(frozen=True)
class Bench:
    """Workloads, contenders, and the two that all others are compared with.

    ``epilogue`` gives further lines to print below the tables.
    """

    name: str
    title: str
    workloads: Sequence[Workload]
    contenders: Sequence[Contender]
    baseline: str
    subject: str
    epilogue: Callable[[], Iterable[str]] | None = None


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


@dataclass
class Result:
    """All that was measured of one contender: seconds a call, by workload, one entry a round."""

    contender: Contender
    opening: Opening
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


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
    return Spread.of([mine / yours for mine, yours in zip(ours, theirs, strict=True)])


class Worker:
    """A contender's process, seen from here."""

    def __init__(
        self, contender: Contender, workloads: Sequence[Workload], collector: bool
    ) -> None:
        from .worker import serve

        self.contender = contender
        self.connection: Connection
        self.connection, theirs = _spawning.Pipe()
        self.process: BaseProcess = _spawning.Process(
            target=serve, args=(theirs, contender, workloads, collector), daemon=True
        )
        self.process.start()
        theirs.close()

    def receive(self) -> Any:
        """What the worker says next; RuntimeError if its process is gone."""
        try:
            return self.connection.recv()
        except EOFError:
            self.process.join()
            raise RuntimeError(f"its process ended with code {self.process.exitcode}") from None

    def time(self, workload: Workload, seconds: float) -> float | str:
        """Seconds a call, over about that many seconds; or what went wrong."""
        try:
            self.connection.send((workload.name, seconds))
            answer: float | str = self.receive()
        except (OSError, RuntimeError) as error:
            return str(error)
        return answer

    def close(self) -> None:
        self.connection.close()
        self.process.join(timeout=10)
        self.process.kill()  # if it still computes


def measure(
    bench: Bench,
    contenders: Sequence[Contender],
    rounds: int,
    seconds: float,
    collector: bool,
    report: Callable[[str], None],
) -> list[Result]:
    """Check all contenders, then time them, ``rounds`` times each, about ``seconds`` at a time.

    ``collector`` is whether Python's cycle collector is on meanwhile.
    """
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(THREADS)))
    workers: list[tuple[Worker, Result]] = []
    results: list[Result] = []
    try:
        for contender in contenders:
            report(f"checking {contender.name}")
            worker = Worker(contender, bench.workloads, collector)
            try:
                opening = worker.receive()
            except RuntimeError as error:
                opening = Opening(error=str(error))
            result = Result(contender, opening, failures=dict(opening.failures))
            results.append(result)
            workers.append((worker, result))
        for count in range(1, rounds + 1):
            for workload in bench.workloads:
                report(f"round {count} of {rounds}: {workload.title}")
                _one_round(workload, workers, seconds)
    finally:
        for worker, _ in workers:
            worker.close()
    return results


def _one_round(
    workload: Workload, workers: Sequence[tuple[Worker, Result]], seconds: float
) -> None:
    for worker, result in workers:
        if result.opening.missing or result.opening.error or workload.name in result.failures:
            continue
        answer = worker.time(workload, seconds)
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
