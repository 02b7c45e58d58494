"""Programs on small arrays, run by a loop in C over instructions.

Start reading at ``machine.h``, which says what an instruction is, then ``assembler.py``.
"""
