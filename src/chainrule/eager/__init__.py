"""Compute now, remember how: Values that are numbers, and the sweeps over what they record.

There are two builds of one thing: ``plain.py`` in ordinary Python, to read, and ``native.pyx``
compiled, to use. ``CHAINRULE_NATIVE=0`` in the environment takes the plain one; it is taken too
where the native one could not be built. ``sweep.py`` (closures, recorded sweeps, forward mode)
and ``protocol.py`` (errors, printing, NumPy) serve both.
"""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

from ..ops import public_rows
from . import sweep

#: Why the plain build is running; empty where the native one is.
plain_reason = ""

if TYPE_CHECKING:
    from .generated import functions
    from .plain import Value, Var, add_gradients, gradient
    from .plain_array import (
        Aliases,
        ArrayBase,
        Backward,
        Node,
        made_array,
        note_view,
        recorded_node,
        survey,
        use_array_class,
    )
else:
    if os.environ.get("CHAINRULE_NATIVE", "1") == "0":
        plain_reason = "CHAINRULE_NATIVE=0 is set"
    else:
        try:
            from . import native as functions
        except ImportError as error:
            if importlib.util.find_spec(f"{__name__}.native") is None:
                plain_reason = "the native build is missing: there was no C compiler to make it"
            else:
                plain_reason = f"the native build cannot be loaded: {error}"
    if plain_reason:
        from .generated import functions
        from .plain import Value, Var, add_gradients, gradient
        from .plain_array import (
            Aliases,
            ArrayBase,
            Backward,
            Node,
            made_array,
            note_view,
            recorded_node,
            survey,
            use_array_class,
        )
    else:
        from .native import (
            Aliases,
            ArrayBase,
            Backward,
            Node,
            Value,
            Var,
            add_gradients,
            gradient,
            made_array,
            note_view,
            recorded_node,
            survey,
            use_array_class,
        )

#: Whether the compiled build is running.
is_native = not plain_reason


def _operations() -> dict[str, Any]:
    names = [name for row in public_rows() for name in row.names]
    missing = [name for name in names if not hasattr(functions, name)]
    if missing:
        raise ImportError(
            f"chainrule: the op table has rows that were not printed or compiled: {missing}. Run "
            "tools/print_rows.py and install again."
        )
    return {name: getattr(functions, name) for name in names}


#: The public functions by name: one a row of the op table, and one an alias.
operations = _operations()

__all__ = [
    "Aliases",
    "ArrayBase",
    "Backward",
    "Node",
    "Value",
    "Var",
    "add_gradients",
    "functions",
    "gradient",
    "is_native",
    "made_array",
    "note_view",
    "operations",
    "plain_reason",
    "recorded_node",
    "survey",
    "sweep",
    "use_array_class",
]
