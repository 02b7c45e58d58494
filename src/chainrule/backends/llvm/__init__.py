"""Native code for Programs: fused loops, compiled by LLVM, on threads.

``executable.py`` has ``compiled``, the way in; ``passes.py`` says which terms share a loop,
``lower.py`` and ``math.py`` write the loops as IR, ``engine.py`` compiles it, ``runner.h`` runs it.
"""
