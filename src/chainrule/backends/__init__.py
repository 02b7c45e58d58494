"""What runs a Program. ``interpreter.py`` is the meaning: every other backend is compared with it."""
