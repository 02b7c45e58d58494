"""Hypothesis profile: no deadline, since the machines that run the tests are shared."""

from hypothesis import settings

settings.register_profile("chainrule", deadline=None, print_blob=True)
settings.load_profile("chainrule")
