"""Print the code of eager numbers from the rows of the op table.

    python tools/print_rows.py            write src/chainrule/eager/generated/
    python tools/print_rows.py --check    exit 1 if what is committed differs from the rows

What comes out: the C of every value and partial with its tables (``kernels.h``), the same in plain
Python (``kernels.py``), and the public functions and the operators and methods of ``Value``, for
the native build (``.pxi``) and for the plain one (``.py``). A test holds them against the rows.
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "chainrule"
FOLDER = PACKAGE / "eager" / "generated"

# The rows beside this file, and of the package only them: all above is made from what is printed
# here, and could not be imported while a new row is not.
sys.modules["chainrule"] = types.ModuleType("chainrule")
sys.modules["chainrule"].__path__ = [str(PACKAGE)]

from expressions import C, Expression, Python  # noqa: E402

from chainrule.ops import Op, elementwise_rows, public_rows  # noqa: E402
from chainrule.ops.op import zero  # noqa: E402

NOTICE = "Printed from the op table by tools/print_rows.py; edit the rows, not this file."

TABLE = {op.name: op for op in elementwise_rows()}

#: Codes 0 and 1 are a leaf and a term made by a closure.
FIRST_CODE = 2
CODES = {name: code for code, name in enumerate(TABLE, FIRST_CODE)}

#: Operators of Python, with the rows that they mean.
BINARY_OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
}
UNARY_OPERATORS = {
    "neg": "negative",
    "pos": "positive",
    "abs": "abs",
    "floor": "floor",
    "ceil": "ceil",
    "trunc": "trunc",
}
#: What Python's math module calls the functions of <math.h>; it raises where NumPy answers inf
#: or nan, and then NumPy is asked. floor and its like give an int: those are NumPy's own.
PYTHON_MATH = {
    **{name: name for name in vars(math) if name not in ("floor", "ceil", "trunc")},
    "tgamma": "gamma",
}

#: Kernels of SciPy that the native build calls through Python, in this order.
LIBRARY = [op for op in TABLE.values() if not (op.native or op.expand)]


def formula_names(op: Op) -> tuple[str, ...]:
    """The operands as C and Python may name them: ``min`` and ``max`` are taken."""
    return tuple({"min": "lower", "max": "upper"}.get(name, name) for name in op.operands)


def value_formula(op: Op) -> Expression | None:
    """The row's ``expand`` as a tree, or None where a library computes the value."""
    if op.native or not op.expand:
        return None
    return Expression.of(op.expand(*(Expression(None, (), n) for n in formula_names(op))))


def partial_formulas(op: Op) -> Iterator[tuple[int, Expression]]:
    """The partials that are not zero wherever they exist, as trees."""
    names = [Expression(None, (), name) for name in ("out", *formula_names(op))]
    for position, partial in enumerate(op.partials):
        if partial is not None and partial is not zero:
            yield position, Expression.of(partial(*names))


# --- C ----------------------------------------------------------------------------------------


def c_function(name: str, parameters: tuple[str, ...], body: list[str]) -> str:
    *lines, result = body
    signature = ", ".join(f"double {parameter}" for parameter in parameters)
    text = "".join(f"    {line}\n" for line in lines)
    return f"static inline double {name}({signature}) {{\n{text}    return {result};\n}}\n"


def c_value(op: Op) -> list[str]:
    names = formula_names(op)
    formula = value_formula(op)
    if formula is not None:
        return C().statements(formula)
    if op in LIBRARY:
        arguments = (*names, *("0.0",) * (3 - op.arity))
        return [f"cr_library({LIBRARY.index(op)}, {', '.join(arguments)})"]
    if op.native == "?":
        return ["condition != 0.0 ? x : y"]
    if not op.native.isalnum():
        return [op.native.join(f" {name} " for name in names) if op.arity == 2 else op.native + "x"]
    return [f"{op.native}({', '.join(names)})"]


def slow_functions() -> set[str]:
    """C functions that call a kernel of SciPy's, themselves or through others."""
    bodies = {f"cr_{op.name}": str(c_value(op)) for op in TABLE.values()}
    for op in TABLE.values():
        for position, formula in partial_formulas(op):
            bodies[f"cr_{op.name}_{position}"] = str(C().statements(formula))
    slow = {"cr_library"}
    while more := {
        name
        for name, body in bodies.items()
        if name not in slow and slow & set(re.findall(r"cr_\w+", body))
    }:
        slow |= more
    return slow


def fingerprint() -> str:
    """A hash of all that is compiled, so that an extension made of another table is noticed."""
    texts = (kernels_h(""), functions_pxi(), operators_pxi(), methods_pxi())
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:16]


def kernels_h(mark: str | None = None) -> str:
    mark = fingerprint() if mark is None else mark
    slow = slow_functions()
    functions: list[str] = []
    declarations: list[str] = []
    entries: list[str] = []
    for op in TABLE.values():
        names = formula_names(op)
        functions.append(c_function(f"cr_{op.name}", names, c_value(op)))
        declarations.append(
            f"static inline double cr_{op.name}({', '.join(f'double {n}' for n in names)});"
        )
        partials = ["NULL"] * 3
        for position, formula in partial_formulas(op):
            name = f"cr_{op.name}_{position}"
            functions.append(c_function(name, ("out", *names), C().statements(formula)))
            partials[position] = f"(void (*)(void)){name}"
        fixed = sum(1 << i for i, partial in enumerate(op.partials) if partial is None)
        library = int(bool(slow & {f"cr_{op.name}", *(f"cr_{op.name}_{i}" for i in range(3))}))
        entries.append(
            f'    [{CODES[op.name]}] = {{"{op.name}", {op.arity}, {int(op.selects)}, '
            f"{int(op.predicate)}, {fixed}, {library}, (void (*)(void))cr_{op.name}, "
            f"{{{', '.join(partials)}}}}},"
        )
    enum = ", ".join(f"CR_{name.upper()} = {code}" for name, code in CODES.items())
    return f"""\
/* {NOTICE}

   cr_NAME computes the value of an op, cr_NAME_K its partial in operand K from the result and
   the operands. cr_rows is the table of all of them, by code. */
#ifndef CHAINRULE_KERNELS_H
#define CHAINRULE_KERNELS_H
#include <math.h>
#include <stddef.h>

/* Kernels that are SciPy's; set when the module is imported. */
static double (*cr_library)(int kernel, double x, double y, double z);

#define CR_ROW_COUNT {len(TABLE)}
#define CR_FINGERPRINT "{mark}"

enum {{ CR_LEAF = 0, CR_CLOSURE = 1, {enum} }};

{chr(10).join(declarations)}

{chr(10).join(functions)}
typedef double (*cr_kernel1)(double);
typedef double (*cr_kernel2)(double, double);
typedef double (*cr_kernel3)(double, double, double);
typedef double (*cr_kernel4)(double, double, double, double);

typedef struct {{
    const char *name;
    int arity;
    int selects;   /* an operand of weight zero is not linked */
    int predicate; /* the result is a truth value */
    int fixed;     /* bit K: operand K has no derivative */
    int library;   /* its value or a partial calls a kernel of SciPy's */
    void (*value)(void);
    void (*partials[3])(void); /* NULL: zero, or none */
}} cr_row;

static const cr_row cr_rows[] = {{
{chr(10).join(entries)}
}};
#endif
"""


# --- Python -----------------------------------------------------------------------------------


def python_function(name: str, parameters: tuple[str, ...], body: list[str]) -> str:
    *lines, result = body
    signature = ", ".join(f"{parameter}: float" for parameter in parameters)
    text = "".join(f"    {line}\n" for line in lines)
    return f"def {name}({signature}) -> float:\n{text}    return {result}\n"


def python_value(op: Op) -> str:
    names = formula_names(op)
    formula = value_formula(op)
    if formula is not None:
        return python_function(op.name, names, Python().statements(formula))
    if op.native == "?":
        return python_function(op.name, names, ["x if condition else y"])
    if op.native in ("&&", "||"):
        word = {"&&": "and", "||": "or"}[op.native]
        return python_function(op.name, names, [f"bool(x) {word} bool(y)"])
    if op.native in ("-", "!") and op.arity == 1:
        return python_function(op.name, names, [{"-": "-x", "!": "not x"}[op.native]])
    arguments = ", ".join(names)
    if op.native and not op.native.isalnum() and op.native != "/":
        return python_function(op.name, names, [f"x {op.native} y"])
    asked = f'_numpy("{op.name}", {arguments})'
    if op.native == "/":
        attempt = "x / y"
    elif op.native in PYTHON_MATH:
        attempt = f"math.{PYTHON_MATH[op.native]}({arguments})"
    else:
        return python_function(op.name, names, [asked])
    signature = ", ".join(f"{name}: float" for name in names)
    return (
        f"def {op.name}({signature}) -> float:\n    try:\n        return {attempt}\n"
        f"    except (ValueError, OverflowError, ZeroDivisionError):\n        return {asked}\n"
    )


def kernels_py() -> str:
    functions: list[str] = []
    entries: list[str] = []
    for op in TABLE.values():
        functions.append(python_value(op))
        partials = ["None"] * op.arity
        for position, formula in partial_formulas(op):
            name = f"{op.name}_{position}"
            parameters = ("out", *formula_names(op))
            functions.append(python_function(name, parameters, Python().statements(formula)))
            partials[position] = name
        entries.append(f'    {CODES[op.name]}: ("{op.name}", {op.name}, ({", ".join(partials)},)),')
    codes = "\n".join(f"{name.upper()} = {code}" for name, code in CODES.items())
    return f'''\
"""{NOTICE}

``NAME`` computes the value of an op on plain floats, ``NAME_K`` its partial in operand K from the
result and the operands. ``KERNELS`` is the table of all of them, by code.
"""

import math
from collections.abc import Callable

import numpy as np

from chainrule.ops import elementwise_rows

LEAF = 0
CLOSURE = 1
{codes}


_ROWS = {{op.name: op for op in elementwise_rows()}}


def _numpy(name: str, *operands: float) -> float:
    with np.errstate(all="ignore"):
        return float(_ROWS[name].numpy(*map(np.float64, operands)))


{(chr(10) * 2).join(functions)}

#: The name, the value and the partials of every op; None for a partial that is zero or missing.
KERNELS: dict[int, tuple[str, Callable[..., float], tuple[Callable[..., float] | None, ...]]] = {{
{chr(10).join(entries)}
}}
'''


# --- public functions and methods ---------------------------------------------------------------


def example(op: Op, name: str) -> list[str]:
    operands = ", ".join(map(repr, op.example))
    value = float(op(*op.example))
    if op.predicate:
        return [f">>> cr.{name}({operands})", repr(bool(value))]
    return [f">>> round(cr.{name}({operands}), 6)", repr(round(value, 6) + 0.0)]


def docstring(op: Op, name: str, indent: str) -> str:
    lines = [op.doc, ""]
    if op.predicate:
        lines += ["Operands are numbers; the result is a bool and has no derivative.", ""]
    else:
        lines += [
            "Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and",
            "broadcast. Of numbers the result is a float, of Values a Value.",
            "",
        ]
    if op.kinks:
        lines += [f"Kinks: {op.kinks}.", ""]
    if op.name != name:
        lines += [f"Another name of ``{op.name}``.", ""]
    lines += ["Raises:", "    OperandError: an operand is not a real number.", ""]
    lines += example(op, name)
    body = "\n".join(f"{indent}{line}".rstrip() for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{body}\n{indent}"""\n'


def signature(op: Op, annotation: str, first: str | None = None) -> str:
    """The parameters of the public function, or of the method whose first operand is ``first``."""
    parameters = []
    for i, name in enumerate(op.operands):
        if i == 0 and first:
            parameters.append(first)
            continue
        default = i - (op.arity - len(op.defaults))
        if default < 0:
            parameters.append(f"{name}{annotation}")
        elif op.name == "clip":
            optional = " | None" if annotation else ""
            parameters.append(f"{name}{annotation}{optional} = None")
        else:
            parameters.append(f"{name}{annotation} = {op.defaults[default]!r}")
    slash = [] if op.defaults else ["/"]
    return ", ".join([*parameters, *slash])


def operand_list(op: Op, first: str | None = None) -> list[str]:
    names = [first if i == 0 and first else name for i, name in enumerate(op.operands)]
    if op.name == "clip":
        names[1:] = [
            "-math.inf if min is None else min",
            "math.inf if max is None else max",
        ]
    return names


#: Operators of the native build whose kernels are written into the method, not looked up: they
#: are what most of a program's terms are.
INLINED = ("add", "subtract", "multiply", "divide")


def functions_pxi() -> str:
    parts = [f"# {NOTICE}\n"]
    for op in public_rows():
        for name in op.names:
            operands = operand_list(op)
            head = f"def {name}({signature(op, '')}):\n{docstring(op, name, '    ')}"
            if op.arity == 1:
                body = f"    return call1({CODES[op.name]}, x)\n"
            elif op.arity == 2 and not op.defaults:
                body = f"    return call2({CODES[op.name]}, {', '.join(operands)})\n"
            else:
                body = f"    return call({CODES[op.name]}, ({', '.join(operands)},))\n"
            parts.append(head + body)
    return "\n".join(parts)


def inlined_operator(op: Op) -> str:
    return f"""\
cdef object operator_{op.name}(object left, object right):
    cdef double x, y, out
    cdef PyObject *a = NULL
    cdef PyObject *b = NULL
    cdef PyObject *node
    if not (read(left, &x, &a) and read(right, &y, &b)):
        return operator2({CODES[op.name]}, left, right)
    out = cr_{op.name}(x, y)
    if a == NULL and b == NULL:
        return steal(new_constant(out))
    node = new_term({CODES[op.name]}, out, a, b)
    (<Value>node).left_partial = cr_{op.name}_0(out, x, y) if a != NULL else x
    (<Value>node).right_partial = cr_{op.name}_1(out, x, y) if b != NULL else y
    return steal(node)
"""


def operators_pxi() -> str:
    return "\n".join([f"# {NOTICE}\n", *(inlined_operator(TABLE[name]) for name in INLINED)])


def methods_pxi() -> str:
    parts = [
        f"# {NOTICE}\n\n@cython.auto_pickle(False)\n@cython.c_api_binop_methods(True)\n"
        "cdef class Methods:\n"
        '    """What ``Value`` can do, a method a row."""\n'
    ]
    for symbol, name in BINARY_OPERATORS.items():
        call = f"operator_{name}(" if name in INLINED else f"operator2({CODES[name]}, "
        parts.append(f"    def __{symbol}__(left, right):\n        return {call}left, right)\n")
    for symbol, name in UNARY_OPERATORS.items():
        parts.append(f"    def __{symbol}__(self):\n        return call1({CODES[name]}, self)\n")
    for op in public_rows():
        for name in op.methods:
            head = f"    def {name}({signature(op, '', 'self')}):\n"
            doc = f'        """``cr.{name}`` of this Value: {op.doc}"""\n'
            operands = ", ".join(operand_list(op, "self"))
            body = (
                f"        return call1({CODES[op.name]}, self)\n"
                if op.arity == 1
                else f"        return call({CODES[op.name]}, ({operands},))\n"
            )
            parts.append(head.replace("self, /)", "self)") + doc + body)
    return "\n".join(parts)


def methods_py() -> str:
    methods: list[str] = []
    for symbol, name in BINARY_OPERATORS.items():
        for prefix, operands in ("", "self, other"), ("r", "other, self"):
            methods.append(
                f"    def __{prefix}{symbol}__(self, other: Operand) -> Value:\n"
                f"        return self._operator(kernels.{name.upper()}, {operands})\n"
            )
    for symbol, name in UNARY_OPERATORS.items():
        methods.append(
            f"    def __{symbol}__(self) -> Value:\n"
            f"        return self._call(kernels.{name.upper()}, (self,))\n"
        )
    for op in public_rows():
        operands = ", ".join(operand_list(op, "self"))
        for name in op.methods:
            parameters = signature(op, ": Operand", "self").replace("self, /", "self")
            methods.append(
                f"    def {name}({parameters}) -> Value:\n"
                f'        """``cr.{name}`` of this Value: {op.doc}"""\n'
                f"        return self._call(kernels.{op.name.upper()}, ({operands},))\n"
            )
    return f'''\
"""{NOTICE}

The methods and operators of ``Value`` in the build without a compiler.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import kernels

if TYPE_CHECKING:
    from ..plain import Value

Operand = Any
"""A number, or a Value."""


class Methods:
    """What ``Value`` can do, a method a row."""

    __slots__ = ()
    _call: Callable[..., Any]
    _operator: Callable[..., Any]

{chr(10).join(methods)}'''


def functions_py() -> str:
    functions: list[str] = []
    for op in public_rows():
        operands = ", ".join(operand_list(op))
        result = "bool" if op.predicate else "Any"
        for name in op.names:
            functions.append(
                f"def {name}({signature(op, ': Operand')}) -> {result}:\n"
                f"{docstring(op, name, '    ')}"
                f"    return call(kernels.{op.name.upper()}, ({operands},))\n"
            )
    return f'''\
"""{NOTICE}

The public functions of the build without a compiler.
"""

import math
from typing import Any

from ..plain import call
from . import kernels

Operand = Any
"""A number, or a Value."""


{(chr(10) * 2).join(functions)}'''


FILES: dict[str, Callable[[], str]] = {
    "kernels.h": kernels_h,
    "kernels.py": kernels_py,
    "functions.pxi": functions_pxi,
    "operators.pxi": operators_pxi,
    "methods.pxi": methods_pxi,
    "methods.py": methods_py,
    "functions.py": functions_py,
    "__init__.py": lambda: (
        f'"""{NOTICE}"""\n\n'
        "#: Of the compiled files; the native build compares it with its own.\n"
        f'FINGERPRINT = "{fingerprint()}"\n'
    ),
}


def main() -> int:
    stale = []
    FOLDER.mkdir(exist_ok=True)
    for name, text in FILES.items():
        path = FOLDER / name
        content = text()
        if not path.exists() or path.read_text() != content:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(content)
    if stale:
        print("stale:" if "--check" in sys.argv else "written:", *stale)
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
