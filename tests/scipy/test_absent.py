"""A name of SciPy's that is not there is answered with what is."""

from __future__ import annotations

import pytest

import chainrule as cr


@pytest.mark.parametrize(
    ("place", "name", "answer"),
    [
        ("stats", "normal", r"cr\.scipy\.stats has no normal\. The nearest name is norm\."),
        ("special", "logsumxep", r"no logsumxep\. The nearest name is logsumexp\."),
        ("special", "airy", r"no airy\. It has beta, betainc, .*, yv\."),
        ("linalg", "expm", r"no expm\. It has cho_factor, .*, vector_norm\."),
        ("linalg", "inverse", r"no inverse\. The nearest name is inv\."),
        ("signal", "fftconvolve", r"no fftconvolve\. The nearest name is convolve\."),
    ],
)
def test_a_name_that_is_not_there(place, name, answer):
    with pytest.raises(AttributeError, match=answer):
        getattr(getattr(cr.scipy, place), name)


def test_linalg_has_what_numpys_has():
    assert cr.scipy.linalg.inv is cr.linalg.inv
