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
        steps: list[tuple[int, int, bool, list[int], list[tuple[int, int, int, int]]]],
        width: int,
        stack: int,
        keep: Any,
    ) -> None: ...
    def run(
        self,
        arrays: list[Any],
        ways: tuple[int, ...],
        rows: int,
        length: int,
        is_flat: bool,
        rows_a_block: int,
        threads: int,
        streams: bool,
    ) -> None: ...

def pooled() -> int: ...
def pool_limit(limit: int | None = None) -> int: ...
def release_pool() -> None: ...
def overlaps(outs: list[Any], arrays: list[Any]) -> list[tuple[int, int, bool]]: ...
def fold(numbers: Any, op: int) -> None: ...
