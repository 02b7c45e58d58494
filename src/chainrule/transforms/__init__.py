"""What is made of terms: reverse and forward mode, simplification.

The chain rule itself is in ``ops/rules.py``; batching is in the rows, applied while tracing.
"""
