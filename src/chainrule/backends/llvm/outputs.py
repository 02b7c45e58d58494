"""Whether a result may be made in the memory of an input: ``p - lr*m`` in place.

That is asked where a user's ``out=`` is an argument too. It may if each element of the input is
read where the result's is stored, and nowhere later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .steps import CallStep, NestStep

if TYPE_CHECKING:
    from .executable import Executable


def may_replace(executable: Executable, result: int, read: int) -> bool:
    """Whether a result, by number, may be stored in the array that is the input of a slot."""
    stored = executable.results[result]
    steps = executable.steps
    storing = [
        i
        for i, step in enumerate(steps)
        if type(step) is NestStep and any(slot == stored for slot, _ in step.stores)
    ]
    if not storing:
        return False
    there = storing[-1]
    seen = {read} | _views(executable, read)
    if seen.intersection(executable.results):
        return False
    for i, step in enumerate(steps[there:], there):
        touched = seen.intersection(step.reads)
        if touched and not (
            i == there
            and touched == {read}
            and isinstance(step, NestStep)
            and step.may_replace(stored, read, executable.term_of)
        ):
            return False
    return True


def _views(executable: Executable, read: int) -> set[int]:
    """The slots of what may be a view of the array of a slot."""
    found: set[int] = set()
    for step in executable.steps:
        if (
            type(step) is CallStep
            and not step.is_writer
            and {read, *found}.intersection(step.reads)
        ):
            found.add(step.slot)
    return found
