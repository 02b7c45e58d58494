from collections.abc import Callable
from typing import Any

LARGEST: int
MOST_EXTENTS: int
KINDS: dict[str, int]
PLACES: dict[str, int]

class Route:
    entry: Any
    calls: int
    def __init__(
        self,
        entry: Any,
        parts: list[tuple[int, int, Any]],
        keywords: int,
        pattern: tuple[int, ...],
        watches: list[tuple[int, Any, Any, Any, bool]],
        hidden: list[Any],
        chain: Any,
        run: Callable[..., Any],
        fits: Callable[[tuple[int, ...]], bool],
        recipe: list[tuple[int, int, Any]] | None,
        rebuild: Callable[[list[Any]], Any],
    ) -> None: ...

class Caller:
    takes_out: bool
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
    def add_route(self, route: Route) -> None: ...
    def forget_routes(self) -> None: ...

def called_by_vector(kind: type) -> type: ...
