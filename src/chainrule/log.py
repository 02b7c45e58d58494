"""What chainrule tells on request: ``CHAINRULE_LOG=trace`` in the environment.

Loggers are those of Python's ``logging``, named ``chainrule.trace`` and so on, so a program may
also set them up itself. The variable takes several names, separated by commas.
"""

from __future__ import annotations

import logging
import os

trace = logging.getLogger("chainrule.trace")
compiler = logging.getLogger("chainrule.compile")
optimize = logging.getLogger("chainrule.optimize")


def _switch_on(names: str) -> None:
    for name in filter(None, (part.strip() for part in names.split(","))):
        logger = logging.getLogger(f"chainrule.{name}")
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


_switch_on(os.environ.get("CHAINRULE_LOG", ""))
