# The types of what is in identity.py, for its compiled twin.
from chainrule.program.symbol cimport Term
