/* What a Term (symbol.py) is to C: an object with a pointer for each of its slots, by name. */
#ifndef CHAINRULE_TERM_H
#define CHAINRULE_TERM_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *dtype;
    PyObject *op;
    PyObject *operands;
    PyObject *parameters;
    PyObject *region;
    PyObject *serial;
    PyObject *shape;
    PyObject *traced_by;
    PyObject *weak;
} cr_term;

#endif
