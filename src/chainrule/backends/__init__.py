"""What runs a Program. ``interpreter.py`` is the meaning: other backends are held against it."""
