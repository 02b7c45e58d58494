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

ROLES: dict[str, int]
VALUES: dict[str, int]

class Layout: ...

class Chain:
    input_count: int
    result_count: int
    def __init__(
        self,
        values: list[tuple[int, int, int]],
        inputs: int,
        stages: list[Any],
        results: list[tuple[int, Any]],
        arrange: Any,
    ) -> None: ...
    def layout(self, extents: tuple[int, ...]) -> Layout: ...
    def __call__(self, leaves: list[Any], extents: tuple[int, ...]) -> list[Any]: ...

def pooled() -> int: ...
def pool_limit(limit: int | None = None) -> int: ...
def release_pool() -> None: ...
def overlaps(outs: list[Any], arrays: list[Any]) -> list[tuple[int, int, bool]]: ...
def fold(numbers: Any, op: int) -> None: ...
