from collections.abc import Callable, Sequence
from typing import Any

END: int
MAP: int
FILL: int
COPY: int
REDUCE: int
PRODUCT: int
SOLVE: int
DET: int
COFACTORS: int
GATHER: int
SCATTER: int
CALL: int
MOST_AXES: int
EXACT: int
CODES: dict[str, int]

class Machine:
    memory: Any
    def __init__(self, code: Any, memory: Any) -> None: ...
    def load(self, places: list[tuple[int, Any]], inputs: Sequence[Any]) -> bool: ...
    def run(self, calls: list[Callable[[], None]]) -> bool: ...
