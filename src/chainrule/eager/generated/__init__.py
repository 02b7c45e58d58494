"""Printed from the op table by tools/print_rows.py; edit the rows, not this file."""
