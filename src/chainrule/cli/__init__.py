"""The command line: ``chainrule gradient``, ``chainrule info``, ``chainrule demo``.

Start reading at ``commands.py``. An expression goes from ``expression.py`` (text, read and checked)
by way of ``terms.py`` (broken down, computed, swept) to ``show.py`` (printed). The demo takes real
data from ``nist.py``, fits it in ``fits.py``, measures finite differences in ``differences.py``,
and is told in ``demo.py``. Only the entry point imports any of it, so that ``import chainrule``
needs neither click nor rich nor SciPy.
"""

from .commands import main

__all__ = ["main"]
