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
    if not np.may_share_memory(numbers, source._array):
        return True
    for ref, _, steps in reversed(source._aliases.sources if source._aliases else ()):
        root = ref()
        if root is not None and not np.may_share_memory(source._array, root._array):
            # The elements of this view were copied, side by side.
            return since_copy(root.shape, (*steps, (reshape_row, parameters))) > len(steps)
    return False
