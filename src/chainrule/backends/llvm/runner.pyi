from collections.abc import Sequence
from typing import Any

BLOCK: int
MAX_THREADS: int
VECTOR: int
POINT: int
CELL: int
ROW: int
LANES: int
COLUMN: int

class Memory(bytearray):
    size: int
    def __init__(self, size: int) -> None: ...

class Nest:
    def __init__(
        self,
        slots: list[tuple[int, int, bool]],
        steps: list[tuple[int, int, int, bool, list[int], list[tuple[int, int, int, int]]]],
        width: int,
        stack: int,
        keep: Any,
    ) -> None: ...

ROLES: dict[str, int]
VALUES: dict[str, int]

ACTS: dict[str, int]
ROUTINES: tuple[str, ...]

class Layout: ...

class Chain:
    input_count: int
    result_count: int
    def __init__(
        self,
        values: list[tuple[int, int, int, bool]],
        inputs: int,
        stages: list[Any],
        results: list[tuple[int, Any]],
        arrange: Any,
        may_replace: Any,
    ) -> None: ...
    def layout(self, extents: tuple[int, ...]) -> Layout: ...
    def run_layout(
        self, layout: Layout, leaves: list[Any], outs: Sequence[Any] | None = None
    ) -> list[Any]: ...
    def __call__(
        self, leaves: list[Any], extents: tuple[int, ...], outs: Sequence[Any] | None = None
    ) -> list[Any]: ...

def set_routines(type: str, capsules: dict[str, Any]) -> None: ...
def pooled() -> int: ...
def pool_limit(limit: int | None = None) -> int: ...
def release_pool() -> None: ...
