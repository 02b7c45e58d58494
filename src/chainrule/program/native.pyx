# cython: language_level=3, binding=False, freethreading_compatible=False
"""Makes Terms in C: ``Term(...)`` means the same as ``Term.__init__`` in ``symbol.py``.

The class stays what it is there. Only what happens at a call of it is replaced, by a function that
fills the slots at once: 0.1 us instead of 0.5 to 0.9, of the 3 that a transform may take for a
term.
"""

from .symbol import Term as term_class

cdef extern from "term.h":
    """
    #include <stddef.h>
    #include <structmember.h>

    #define CR_FIELD(name) {#name, offsetof(cr_term, name)}
    static const struct {const char *name; size_t offset;} cr_fields[] = {
        CR_FIELD(dtype), CR_FIELD(op), CR_FIELD(operands), CR_FIELD(parameters),
        CR_FIELD(region), CR_FIELD(serial), CR_FIELD(shape), CR_FIELD(traced_by), CR_FIELD(weak),
    };
    enum { CR_FIELDS = sizeof cr_fields / sizeof *cr_fields };

    /* Where a slot of a class is, or -1. */
    static Py_ssize_t cr_offset(PyObject *slot) {
        if (!Py_IS_TYPE(slot, &PyMemberDescr_Type)) return -1;
        return ((PyMemberDescrObject *)slot)->d_member->offset;
    }

    static PyObject *cr_new_term(
        PyObject *type, PyObject *const *given, size_t flags, PyObject *keywords
    ) {
        PyTypeObject *term_type = (PyTypeObject *)type;
        cr_term *term;
        if (!(term = (cr_term *)term_type->tp_alloc(term_type, 0))) return NULL;
        if (keywords || PyVectorcall_NARGS(flags) != CR_FIELDS) {
            /* The usual way, which knows what to say. */
            PyObject *done = NULL, *usual = PyObject_GetAttrString((PyObject *)term, "__init__");
            if (usual) done = PyObject_Vectorcall(usual, given, PyVectorcall_NARGS(flags), keywords);
            Py_XDECREF(usual);
            if (!done) Py_CLEAR(term);
            Py_XDECREF(done);
            return (PyObject *)term;
        }
        term->traced_by = Py_NewRef(given[0]);
        term->serial = Py_NewRef(given[1]);
        term->op = Py_NewRef(given[2]);
        term->operands = Py_NewRef(given[3]);
        term->parameters = Py_NewRef(given[4]);
        term->shape = Py_NewRef(given[5]);
        term->dtype = Py_NewRef(given[6]);
        term->weak = Py_NewRef(given[7]);
        term->region = Py_NewRef(given[8]);
        return (PyObject *)term;
    }

    static void cr_use(PyObject *type) {
        ((PyTypeObject *)type)->tp_vectorcall = cr_new_term;
    }
    """
    ctypedef struct cr_field:
        const char *name
        size_t offset
    const cr_field *cr_fields
    int CR_FIELDS
    Py_ssize_t cr_offset(object)
    void cr_use(object)
    unsigned long CR_IDENTITY, CR_MEMBERS, CR_NEEDED, CR_REWRITER, CR_SWEEP  # by setup.py

#: Checksums of the modules that were compiled together with this one.
made_of = {
    "identity": CR_IDENTITY,
    "members": CR_MEMBERS,
    "needed": CR_NEEDED,
    "rewriter": CR_REWRITER,
    "sweep": CR_SWEEP,
}

for place in range(CR_FIELDS):
    field = cr_fields[place].name.decode()
    if cr_offset(getattr(term_class, field)) != <Py_ssize_t>cr_fields[place].offset:
        raise ImportError(f"the slot {field} of Term is not where term.h says")
cr_use(term_class)
