"""SciPy's functions with derivatives, under the paths that they have there.

``cr.scipy.special.logsumexp`` is ``scipy.special.logsumexp`` for numbers, arrays, Values and
Symbols. SciPy's ufuncs (``scipy.special.erf``) take our objects themselves; its other functions
raise, and name ours.

>>> cr.grad(lambda x: cr.scipy.special.logsumexp(x))(np.zeros(2))
array([0.5, 0.5])
"""

from . import linalg, signal, special, stats

__all__ = ["linalg", "signal", "special", "stats"]
