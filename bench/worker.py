"""A contender's process: check the results, then time what the harness asks for.

The cycle collector is on unless told otherwise, as it is in ordinary programs. Whatever the imports
made is frozen first, so that a library's own size does not weigh on each collection. A contender
whose graphs are cyclic garbage pays for a full collection at the end of each timing: its graphs are
then freed, like everybody else's.
"""

from __future__ import annotations

import gc
import math
import os
import platform
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from typing import Any

from .harness import (
    LONG,
    MEMORY_SHARE,
    THREADS,
    Contender,
    Errors,
    MissingError,
    Opening,
    Task,
    Workload,
)

#: Enough for a recursion over each term of the longest chain.
RECURSION_LIMIT = 1_000_000

#: Seconds that calls have to take together for an estimate of how many fill a round.
ENOUGH_TO_ESTIMATE = 0.005


class Timer:
    """Times one task; finds out first how long a call takes and whether it leaves cycles."""

    def __init__(self, task: Task) -> None:
        self.run = task.run
        gc.disable()
        gc.collect()
        start = time.perf_counter()
        self.run()
        self.estimate = time.perf_counter() - start
        self.leaves_cycles = gc.collect() > 0
        gc.enable()
        if self.estimate > LONG:  # as good as any
            return
        calls = 1
        while (estimate := self._seconds_a_call(calls)) * calls < ENOUGH_TO_ESTIMATE:
            calls *= 4
        self.estimate = estimate

    def _seconds_a_call(self, calls: int) -> float:
        run = self.run
        start = time.perf_counter()
        for _ in range(calls):
            run()
        if self.leaves_cycles:
            gc.collect()
        return (time.perf_counter() - start) / calls

    def time(self, seconds: float) -> float:
        """Seconds a call, over as many calls as fill about that many seconds."""
        self.estimate = self._seconds_a_call(max(1, round(seconds / self.estimate)))
        return self.estimate


def check(task: Task, result: Any) -> None:
    """Raise ValueError unless the result is what the task has to give."""
    numbers = task.numbers(result)
    if len(numbers) != len(task.expected):
        raise ValueError(f"{len(numbers)} numbers, not {len(task.expected)}")
    for i, (number, expected) in enumerate(zip(numbers, task.expected, strict=True)):
        if not math.isclose(number, expected, rel_tol=task.tolerance, abs_tol=task.absolute):
            raise ValueError(f"wrong result: number {i} is {number}, not {expected}")


def serve(
    connection: Connection,
    contender: Contender,
    workloads: Sequence[Workload],
    collector: bool,
    apart: bool,
) -> None:
    """The process: one Opening, then a time for each (workload name, seconds) that comes in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the harness ends its workers itself
    if apart:
        _confine()
    os.environ.update(contender.environment)
    if contender.recurses:
        sys.setrecursionlimit(RECURSION_LIMIT)
    opening, timers = _open(contender, workloads)
    if not collector:
        gc.disable()
    connection.send(opening)
    while True:
        try:
            name, seconds = connection.recv()
        except EOFError:
            return
        try:
            connection.send(timers[name].time(seconds))
        except Exception as error:
            connection.send(_described(error))


def _confine() -> None:
    """The same processors for everybody, also for those that take no number of threads.

    And no more memory than the others can spare. Both where the system lets a process do so.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    if sys.platform == "linux":
        import resource

        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = int(memory * MEMORY_SHARE)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        os.setpgid(0, 0)  # so that it can be ended with all that it started


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _open(
    contender: Contender, workloads: Sequence[Workload]
) -> tuple[Opening, Mapping[str, Timer]]:
    try:
        make_task = contender.prepare()
    except MissingError as error:
        return Opening(missing=str(error)), {}
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == contender.package:
            return Opening(missing="not installed"), {}
        return Opening(error=_described(error)), {}
    failures: dict[str, str] = {}
    absences: dict[str, str] = {}
    checked: dict[str, Task] = {}
    first: dict[str, float] = {}
    errors: dict[str, Errors] = {}
    for workload in workloads:
        try:
            start = time.perf_counter()
            task = make_task(workload)
            result: Any = task.run()
            first[workload.name] = time.perf_counter() - start
            if task.errors is None:
                check(task, result)
            elif (found := task.errors(result)) is not None:
                errors[workload.name] = found
        except MissingError as error:
            absences[workload.name] = str(error)
        except Exception as error:
            failures[workload.name] = _described(error)
        else:
            checked[workload.name] = task
        result = None
    gc.collect()
    gc.freeze()
    timers = {name: Timer(task) for name, task in checked.items()}
    leaves_cycles = any(timer.leaves_cycles for timer in timers.values())
    opening = Opening(
        _version(contender),
        failures=failures,
        leaves_cycles=leaves_cycles,
        absences=absences,
        first=first,
        errors=errors,
        note="; ".join(dict.fromkeys(task.note for task in checked.values() if task.note)),
    )
    return opening, timers


def _version(contender: Contender) -> str:
    if not contender.package:
        return platform.python_version()
    try:
        return version(contender.distribution or contender.package)
    except PackageNotFoundError:
        return "source tree"
