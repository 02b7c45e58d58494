"""stub"""
jit = None
