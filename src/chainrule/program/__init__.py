"""Record now, run later: a function is traced on Symbols, and becomes a Program of terms.

Start reading at ``symbol.py`` (what a term is), then ``trace.py``, ``extents.py``, ``program.py``.
"""

from .compiled import fastest, is_native
from .extents import Dimension, Extents, Guard
from .program import Program, program_of
from .symbol import Batched, Symbol, Term
from .trace import Trace, collector_paused, opened

__all__ = [
    "Batched",
    "Dimension",
    "Extents",
    "Guard",
    "Program",
    "Symbol",
    "Term",
    "Trace",
    "collector_paused",
    "fastest",
    "is_native",
    "opened",
    "program_of",
]
