"""Benchmarks: chainrule and its peers side by side. ``python -m bench`` lists them.

Start reading at ``harness.py`` (how contenders are measured), then ``eager.py`` (what is). The
peers are an extra, ``pip install '.[bench]'``; one that is not installed is named as missing.
"""
