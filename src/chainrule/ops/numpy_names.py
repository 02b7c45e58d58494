"""stub"""
from .op import TABLE, foreign_names
import numpy as np
def apply_ufunc(ufunc, method, inputs, options):
    return foreign_names()[ufunc.__name__](*inputs)
def apply_function(function, arguments, options):
    import chainrule as cr
    return getattr(cr, function.__name__)(*arguments, **options)
