"""Which reshape of an array's Value looks at its elements, and which makes new ones.

For the handles of ``assigning.py``, whose views follow when they are assigned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.assign import since_copy
from ..ops.shape import reshape_row


def is_copied(source: Any, numbers: Any, parameters: dict[str, Any]) -> bool:
    """Whether NumPy makes new elements for a reshape of a handle, as for ``a.T.reshape(6)``."""
    aliases = source._aliases
    if aliases is None or not aliases.apart:
        return not np.may_share_memory(numbers, source._array)
    _, root, steps = aliases.sources[-1]
    return since_copy(root.shape, (*steps, (reshape_row, parameters))) > len(steps)
