"""What is installed and which build is running."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import numpy as np

from . import eager

__version__ = "0.1.0"


@dataclass(frozen=True)
class Config:
    """What ``config()`` reports.

    ``native`` is True where eager numbers run compiled; otherwise ``plain_reason`` says why not.
    """

    version: str
    native: bool
    plain_reason: str
    python: str
    numpy: str
    platform: str


def config() -> Config:
    """Which chainrule this is and which build of it is running.

    >>> cr.config().native in (True, False)
    True
    """
    return Config(
        version=__version__,
        native=eager.is_native,
        plain_reason=eager.plain_reason,
        python=platform.python_version(),
        numpy=np.__version__,
        platform=platform.platform(terse=True),
    )
