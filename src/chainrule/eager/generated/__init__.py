"""Printed from the op table by tools/print_rows.py; edit the rows, not this file."""

#: Of the compiled files; the native build compares it with its own.
FINGERPRINT = "91f296935b140b17"
