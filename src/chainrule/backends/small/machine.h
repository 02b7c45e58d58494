/* A machine for Programs on small arrays.

   A call of NumPy on a handful of numbers takes a microsecond; the work is a few nanoseconds. Here a
   Program is a list of instructions that one loop runs. Everything is a double in one memory, truth
   values and positions too. An instruction is a few words; offsets and steps count doubles:

     MAP     row rows n out (in row_step step) for each operand    out is contiguous
     FILL    n out in                                              n times memory[in]
     COPY    rank dims out steps in steps                          out = in
     REDUCE  row rank dims out steps in steps                      out = row(out, in)
     PRODUCT rank dims out steps x steps y steps                   out += x * y
     SOLVE   count n m out a b scratch                             a[n,n] out[n,m] = b[n,m], by LU
     DET     count n out a scratch                                 determinants, by LU
     COFACTORS count n out a                                       their derivatives, n 1 to 3
     GATHER  k n inner out x (places step extent stride) for each  out[i] = x[places]
     SCATTER k n inner out g (places step extent stride) for each  out[places] += g[i]
     CALL    number                                                back to Python
     END

   assembler.py writes them. */
#ifndef CHAINRULE_MACHINE_H
#define CHAINRULE_MACHINE_H
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../../eager/generated/kernels.h"

typedef int32_t cr_word;

enum {
    CR_END,
    CR_MAP,
    CR_FILL,
    CR_COPY,
    CR_REDUCE,
    CR_PRODUCT,
    CR_SOLVE,
    CR_DET,
    CR_COFACTORS,
    CR_GATHER,
    CR_SCATTER,
    CR_CALL
};

/* How cr_execute ended: at the end, at a call of Python's, at a singular matrix or a wrong index. */
enum { CR_DONE, CR_PYTHON, CR_FAILED };

#define CR_MOST_AXES 12

/* Loops over elements are compiled twice, where the system chooses one when it loads the library. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define CR_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CR_WIDE
#endif

/* One row of a MAP. Of the rows that are one instruction of the processor's the loop is written
   here, for the compiler to make vectors of; all others go by the row's kernel. */
#define CR_UNARY(code, expression)                                                             \
    case code:                                                                                 \
        if (sa == 1)                                                                           \
            for (i = 0; i < n; i++) {                                                          \
                double x = a[i];                                                               \
                out[i] = expression;                                                           \
            }                                                                                  \
        else                                                                                   \
            for (i = 0; i < n; i++) {                                                          \
                double x = a[i * sa];                                                          \
                out[i] = expression;                                                           \
            }                                                                                  \
        return;
#define CR_BINARY(code, expression)                                                            \
    case code:                                                                                 \
        if (n == 1) {                                                                          \
            double x = *a, y = *b;                                                             \
            *out = expression;                                                                 \
        } else if (sa == 1 && sb == 1)                                                         \
            for (i = 0; i < n; i++) {                                                          \
                double x = a[i], y = b[i];                                                     \
                out[i] = expression;                                                           \
            }                                                                                  \
        else if (sa == 1 && sb == 0) {                                                         \
            double y = *b;                                                                     \
            for (i = 0; i < n; i++) {                                                          \
                double x = a[i];                                                               \
                out[i] = expression;                                                           \
            }                                                                                  \
        } else                                                                                 \
            for (i = 0; i < n; i++) {                                                          \
                double x = a[i * sa], y = b[i * sb];                                           \
                out[i] = expression;                                                           \
            }                                                                                  \
        return;

CR_WIDE static void cr_map1(int code, double *restrict out, cr_word n, const double *restrict a,
                            int64_t sa) {
    cr_word i;
    cr_kernel1 kernel;
    switch (code) {
        CR_UNARY(CR_NEGATIVE, -x)
        CR_UNARY(CR_SQUARE, x * x)
        CR_UNARY(CR_RECIPROCAL, 1.0 / x)
        CR_UNARY(CR_SQRT, sqrt(x))
    default:
        kernel = (cr_kernel1)cr_rows[code].value;
        for (i = 0; i < n; i++)
            out[i] = kernel(a[i * sa]);
    }
}

CR_WIDE static void cr_map2(int code, double *restrict out, cr_word n, const double *restrict a,
                            int64_t sa, const double *restrict b, int64_t sb) {
    cr_word i;
    cr_kernel2 kernel;
    switch (code) {
        CR_BINARY(CR_ADD, x + y)
        CR_BINARY(CR_SUBTRACT, x - y)
        CR_BINARY(CR_MULTIPLY, x * y)
        CR_BINARY(CR_DIVIDE, x / y)
        CR_BINARY(CR_EQUAL, x == y ? 1.0 : 0.0)
        CR_BINARY(CR_NOT_EQUAL, x != y ? 1.0 : 0.0)
        CR_BINARY(CR_LOGICAL_OR, (x != 0.0) | (y != 0.0) ? 1.0 : 0.0)
        CR_BINARY(CR_LOGICAL_AND, (x != 0.0) & (y != 0.0) ? 1.0 : 0.0)
    default:
        kernel = (cr_kernel2)cr_rows[code].value;
        for (i = 0; i < n; i++)
            out[i] = kernel(a[i * sa], b[i * sb]);
    }
}

CR_WIDE static void cr_map3(int code, double *restrict out, cr_word n, const double *restrict a,
                            int64_t sa, const double *restrict b, int64_t sb,
                            const double *restrict c, int64_t sc) {
    cr_word i;
    cr_kernel3 kernel = (cr_kernel3)cr_rows[code].value;
    if (code == CR_WHERE && sa == 1 && sb == 1 && sc == 0) {
        double y = *c;
        for (i = 0; i < n; i++) {
            double x = b[i];
            out[i] = a[i] != 0.0 ? x : y;
        }
    } else if (code == CR_WHERE)
        for (i = 0; i < n; i++)
            out[i] = a[i * sa] != 0.0 ? b[i * sb] : c[i * sc];
    else
        for (i = 0; i < n; i++)
            out[i] = kernel(a[i * sa], b[i * sb], c[i * sc]);
}

/* Walks over all axes but the last; ``count`` pointers move along. False when it is over. */
static inline int cr_advance(cr_word rank, const cr_word *dims, cr_word *place, double **at,
                             const cr_word *const *steps, int count) {
    cr_word axis;
    int k;
    for (axis = rank - 2; axis >= 0; axis--) {
        for (k = 0; k < count; k++)
            at[k] += steps[k][axis];
        if (++place[axis] < dims[axis])
            return 1;
        for (k = 0; k < count; k++)
            at[k] -= (int64_t)steps[k][axis] * dims[axis];
        place[axis] = 0;
    }
    return 0;
}

CR_WIDE static void cr_copy(cr_word rank, const cr_word *dims, double **at, const cr_word *const *steps) {
    cr_word place[CR_MOST_AXES] = {0};
    cr_word i, n = dims[rank - 1], so = steps[0][rank - 1], sa = steps[1][rank - 1];
    do {
        double *out = at[0];
        const double *a = at[1];
        if (so == 1 && sa == 1)
            for (i = 0; i < n; i++)
                out[i] = a[i];
        else
            for (i = 0; i < n; i++)
                out[i * so] = a[i * sa];
    } while (cr_advance(rank, dims, place, at, steps, 2));
}

CR_WIDE static void cr_reduce(int code, cr_word rank, const cr_word *dims, double **at,
                      const cr_word *const *steps) {
    cr_word place[CR_MOST_AXES] = {0};
    cr_word i, n = dims[rank - 1], so = steps[0][rank - 1], sa = steps[1][rank - 1];
    cr_kernel2 kernel = (cr_kernel2)cr_rows[code].value;
    do {
        double *out = at[0];
        const double *a = at[1];
        if (code != CR_ADD)
            for (i = 0; i < n; i++)
                out[i * so] = kernel(out[i * so], a[i * sa]);
        else if (so == 0) {
            double total = *out;
            for (i = 0; i < n; i++)
                total += a[i * sa];
            *out = total;
        } else if (so == 1 && sa == 1)
            for (i = 0; i < n; i++)
                out[i] += a[i];
        else
            for (i = 0; i < n; i++)
                out[i * so] += a[i * sa];
    } while (cr_advance(rank, dims, place, at, steps, 2));
}

CR_WIDE static void cr_product(cr_word rank, const cr_word *dims, double **at,
                       const cr_word *const *steps) {
    cr_word place[CR_MOST_AXES] = {0};
    cr_word i, n = dims[rank - 1];
    cr_word so = steps[0][rank - 1], sa = steps[1][rank - 1], sb = steps[2][rank - 1];
    do {
        double *out = at[0];
        const double *a = at[1], *b = at[2];
        if (so == 0) {
            double total = *out;
            for (i = 0; i < n; i++)
                total += a[i * sa] * b[i * sb];
            *out = total;
        } else if (so == 1 && sa == 0 && sb == 1) {
            double x = *a;
            for (i = 0; i < n; i++)
                out[i] += x * b[i];
        } else
            for (i = 0; i < n; i++)
                out[i * so] += a[i * sa] * b[i * sb];
    } while (cr_advance(rank, dims, place, at, steps, 3));
}

/* x of a x = b, with rows exchanged for the largest pivot; false where a is singular. */
static int cr_solve(cr_word n, cr_word m, double *x, const double *a, const double *b,
                    double *lu) {
    cr_word i, j, k;
    memcpy(lu, a, sizeof(double) * n * n);
    memcpy(x, b, sizeof(double) * n * m);
    for (k = 0; k < n; k++) {
        cr_word pivot = k;
        for (i = k + 1; i < n; i++)
            if (fabs(lu[i * n + k]) > fabs(lu[pivot * n + k]))
                pivot = i;
        if (lu[pivot * n + k] == 0.0)
            return 0;
        if (pivot != k) {
            for (j = 0; j < n; j++) {
                double kept = lu[k * n + j];
                lu[k * n + j] = lu[pivot * n + j];
                lu[pivot * n + j] = kept;
            }
            for (j = 0; j < m; j++) {
                double kept = x[k * m + j];
                x[k * m + j] = x[pivot * m + j];
                x[pivot * m + j] = kept;
            }
        }
        for (i = k + 1; i < n; i++) {
            double factor = lu[i * n + k] / lu[k * n + k];
            for (j = k + 1; j < n; j++)
                lu[i * n + j] -= factor * lu[k * n + j];
            for (j = 0; j < m; j++)
                x[i * m + j] -= factor * x[k * m + j];
        }
    }
    for (k = n - 1; k >= 0; k--) {
        for (i = k + 1; i < n; i++) {
            double factor = lu[k * n + i];
            for (j = 0; j < m; j++)
                x[k * m + j] -= factor * x[i * m + j];
        }
        for (j = 0; j < m; j++)
            x[k * m + j] /= lu[k * n + k];
    }
    return 1;
}

/* The determinant, by the same elimination. */
static double cr_det(cr_word n, const double *a, double *lu) {
    cr_word i, j, k;
    double det = 1.0;
    memcpy(lu, a, sizeof(double) * n * n);
    for (k = 0; k < n; k++) {
        cr_word pivot = k;
        for (i = k + 1; i < n; i++)
            if (fabs(lu[i * n + k]) > fabs(lu[pivot * n + k]))
                pivot = i;
        if (lu[pivot * n + k] == 0.0)
            return 0.0;
        if (pivot != k) {
            det = -det;
            for (j = 0; j < n; j++) {
                double kept = lu[k * n + j];
                lu[k * n + j] = lu[pivot * n + j];
                lu[pivot * n + j] = kept;
            }
        }
        det *= lu[k * n + k];
        for (i = k + 1; i < n; i++) {
            double factor = lu[i * n + k] / lu[k * n + k];
            for (j = k + 1; j < n; j++)
                lu[i * n + j] -= factor * lu[k * n + j];
        }
    }
    return det;
}

/* The cofactors of a matrix of 1 to 3 rows, which singular ones have too. */
static void cr_cofactors(cr_word n, double *out, const double *a) {
    cr_word i, j;
    if (n == 1)
        out[0] = 1.0;
    else if (n == 2) {
        out[0] = a[3], out[1] = -a[2], out[2] = -a[1], out[3] = a[0];
    } else
        for (i = 0; i < 3; i++) {
            const double *b = a + 3 * ((i + 1) % 3), *c = a + 3 * ((i + 2) % 3);
            for (j = 0; j < 3; j++) {
                cr_word k = (j + 1) % 3, m = (j + 2) % 3;
                out[3 * i + j] = b[k] * c[m] - b[m] * c[k];
            }
        }
}

/* Where GATHER and SCATTER look for the i-th place; -1 where it is out of range. */
static inline int64_t cr_place(const double *memory, const cr_word *w, cr_word k, cr_word i) {
    int64_t at = 0;
    cr_word j;
    for (j = 0; j < k; j++, w += 4) {
        double place = memory[w[0] + (int64_t)w[1] * i];
        if (!(place >= 0 && place < w[2]))
            return -1;
        at += (int64_t)place * w[3];
    }
    return at;
}

/* Runs instructions from *cursor on; after CR_PYTHON it is to be called again, once the call of that
   number is done. */
static int cr_execute(double *memory, const cr_word *code, int64_t *cursor, cr_word *number) {
    const cr_word *w = code + *cursor;
    for (;;) {
        switch (*w) {
        case CR_MAP: {
            cr_word r, arity = cr_rows[w[1]].arity, rows = w[2], n = w[3];
            double *out = memory + w[4];
            for (r = 0; r < rows; r++, out += n) {
                const double *a = memory + w[5] + (int64_t)r * w[6];
                if (arity == 1)
                    cr_map1(w[1], out, n, a, w[7]);
                else if (arity == 2)
                    cr_map2(w[1], out, n, a, w[7], memory + w[8] + (int64_t)r * w[9], w[10]);
                else
                    cr_map3(w[1], out, n, a, w[7], memory + w[8] + (int64_t)r * w[9], w[10],
                            memory + w[11] + (int64_t)r * w[12], w[13]);
            }
            w += 5 + 3 * arity;
            break;
        }
        case CR_FILL: {
            double *out = memory + w[2], x = memory[w[3]];
            cr_word i;
            for (i = 0; i < w[1]; i++)
                out[i] = x;
            w += 4;
            break;
        }
        case CR_COPY: {
            cr_word rank = w[1];
            const cr_word *dims = w + 2, *out = dims + rank, *in = out + rank + 1;
            double *at[2] = {memory + *out, memory + *in};
            const cr_word *steps[2] = {out + 1, in + 1};
            cr_copy(rank, dims, at, steps);
            w = in + rank + 1;
            break;
        }
        case CR_REDUCE: {
            cr_word rank = w[2];
            const cr_word *dims = w + 3, *out = dims + rank, *in = out + rank + 1;
            double *at[2] = {memory + *out, memory + *in};
            const cr_word *steps[2] = {out + 1, in + 1};
            cr_reduce(w[1], rank, dims, at, steps);
            w = in + rank + 1;
            break;
        }
        case CR_PRODUCT: {
            cr_word rank = w[1];
            const cr_word *dims = w + 2, *out = dims + rank, *x = out + rank + 1;
            const cr_word *y = x + rank + 1;
            double *at[3] = {memory + *out, memory + *x, memory + *y};
            const cr_word *steps[3] = {out + 1, x + 1, y + 1};
            cr_product(rank, dims, at, steps);
            w = y + rank + 1;
            break;
        }
        case CR_SOLVE: {
            cr_word i, n = w[2], m = w[3];
            for (i = 0; i < w[1]; i++)
                if (!cr_solve(n, m, memory + w[4] + (int64_t)i * n * m,
                              memory + w[5] + (int64_t)i * n * n,
                              memory + w[6] + (int64_t)i * n * m, memory + w[7]))
                    return CR_FAILED;
            w += 8;
            break;
        }
        case CR_DET: {
            cr_word i, n = w[2];
            for (i = 0; i < w[1]; i++)
                memory[w[3] + i] = cr_det(n, memory + w[4] + (int64_t)i * n * n, memory + w[5]);
            w += 6;
            break;
        }
        case CR_COFACTORS: {
            cr_word i, n = w[2];
            for (i = 0; i < w[1]; i++) {
                int64_t at = (int64_t)i * n * n;
                cr_cofactors(n, memory + w[3] + at, memory + w[4] + at);
            }
            w += 5;
            break;
        }
        case CR_GATHER:
        case CR_SCATTER: {
            cr_word i, j, k = w[1], n = w[2], inner = w[3];
            for (i = 0; i < n; i++) {
                int64_t place = cr_place(memory, w + 6, k, i);
                if (place < 0)
                    return CR_FAILED;
                if (*w == CR_GATHER) {
                    double *out = memory + w[4] + (int64_t)i * inner;
                    const double *x = memory + w[5] + place;
                    for (j = 0; j < inner; j++)
                        out[j] = x[j];
                } else {
                    double *out = memory + w[4] + place;
                    const double *g = memory + w[5] + (int64_t)i * inner;
                    for (j = 0; j < inner; j++)
                        out[j] += g[j];
                }
            }
            w += 6 + 4 * k;
            break;
        }
        case CR_CALL:
            *number = w[1];
            *cursor = w + 2 - code;
            return CR_PYTHON;
        default:
            return CR_DONE;
        }
    }
}
#endif
