"""Printed from the op table by tools/print_rows.py; edit the rows, not this file."""

#: Of the compiled files; the native build compares it with its own.
FINGERPRINT = "94209ec9f5f54fc9"
