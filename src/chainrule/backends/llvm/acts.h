/* Acts: what a call does between its loops that C can do without NumPy.
 *
 * An act has a code, values (out, a, b, scratch) and words that follow from the extents: counts and
 * steps, in elements for LAPACK and BLAS, in bytes where numbers are only moved. acts.py writes them.
 *
 * Start reading at cr_act_run.
 */
#ifndef CR_ACTS_H
#define CR_ACTS_H

#include <stdint.h>
#include <string.h>

enum {
    CR_ACT_VIEW,       /* out is a, so many bytes further on */
    CR_ACT_COPY,       /* out = a, element by element */
    CR_ACT_ZERO,       /* out = 0 */
    CR_ACT_GATHER,     /* out[i] = a[places[i]] */
    CR_ACT_ADD_AT,     /* out[places[i]] += a[i] */
    CR_ACT_TRIANGLE,   /* a's lower triangle */
    CR_ACT_CHOLESKY,
    CR_ACT_TRIANGULAR, /* out holds b, and becomes x of a x = b */
    CR_ACT_SOLVE,
    CR_ACT_PRODUCT
};

/* How an act ended: well, with a matrix that is not positive definite, or with a singular one. */
enum { CR_ACT_DONE, CR_ACT_INDEFINITE, CR_ACT_SINGULAR };

enum {
    CR_POTRF, CR_TRSV, CR_TRSM, CR_GETRF, CR_GETRS, CR_DOT, CR_GEMV, CR_GEMM, CR_ROUTINES
};

/* SciPy's LAPACK and BLAS, for double and for float; cr_set_routine puts them there. */
static void *cr_routines[2][CR_ROUTINES];

static void cr_set_routine(int is_float, int number, void *routine) {
    cr_routines[is_float][number] = routine;
}

typedef void (*cr_potrf)(char *, int *, void *, int *, int *);
typedef void (*cr_trsv)(char *, char *, char *, int *, const void *, int *, void *, int *);
typedef void (*cr_trsm)(char *, char *, char *, char *, int *, int *, void *, const void *, int *,
                        void *, int *);
typedef void (*cr_getrf)(int *, int *, void *, int *, int *, int *);
typedef void (*cr_getrs)(char *, int *, int *, void *, int *, int *, void *, int *, int *);
typedef double (*cr_dot_double)(int *, const void *, int *, const void *, int *);
typedef float (*cr_dot_float)(int *, const void *, int *, const void *, int *);
typedef void (*cr_gemv)(char *, int *, int *, void *, const void *, int *, const void *, int *,
                        void *, void *, int *);
typedef void (*cr_gemm)(char *, char *, int *, int *, int *, void *, const void *, int *,
                        const void *, int *, void *, void *, int *);

/* Rows of a triangular system up to which it is solved here. */
#define CR_FEW 64

/* Loops are compiled twice, where the system chooses one when it loads the library. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define CR_FAST __attribute__((target_clones("arch=haswell", "default")))
#else
#define CR_FAST
#endif

#define CR_BLAS(name, type) ((type)cr_routines[sizeof(CR_REAL) == 4][CR_##name])

#define CR_REAL double
#define CR_NAME(name) name##_double
#include "matrices.h"
#undef CR_REAL
#undef CR_NAME
#define CR_REAL float
#define CR_NAME(name) name##_float
#include "matrices.h"
#undef CR_REAL
#undef CR_NAME

#define CR_MOST_AXES 32

#define CR_STRIDED(type)                                                                          \
    for (int64_t i = 0; i < n; i++) *(type *)(out + i * so) = *(const type *)(in + i * si);       \
    return

static void cr_copy_row(char *out, int64_t so, const char *in, int64_t si, int64_t n, int size) {
    if (so == size && si == size) {
        memcpy(out, in, n * size);
        return;
    }
    switch (size) {
    case 8: CR_STRIDED(int64_t);
    case 4: CR_STRIDED(int32_t);
    case 1: CR_STRIDED(char);
    default:
        for (int64_t i = 0; i < n; i++) memcpy(out + i * so, in + i * si, size);
    }
}

/* out = in: size, rank, where out and in begin; then of each axis the extent and both steps. */
static void cr_copy_all(char *out, const char *in, const int64_t *w) {
    int size = (int)w[0], rank = (int)w[1], axis;
    const int64_t *axes = w + 4;
    int64_t place[CR_MOST_AXES] = {0};
    out += w[2], in += w[3];
    if (!rank) {
        memcpy(out, in, size);
        return;
    }
    for (axis = 0; axis < rank; axis++)
        if (!axes[3 * axis]) return;
    const int64_t *last = axes + 3 * (rank - 1);
    for (;;) {
        cr_copy_row(out, last[1], in, last[2], last[0], size);
        for (axis = rank - 2; axis >= 0; axis--) {
            const int64_t *along = axes + 3 * axis;
            out += along[1], in += along[2];
            if (++place[axis] < along[0]) break;
            out -= along[0] * along[1], in -= along[0] * along[2];
            place[axis] = 0;
        }
        if (axis < 0) return;
    }
}

static void cr_gather(char *out, const char *in, const int64_t *w) {
    int64_t count = w[0], bytes = w[1];
    if (bytes == 8)
        for (int64_t i = 0; i < count; i++) memcpy(out + i * 8, in + w[2 + i], 8);
    else
        for (int64_t i = 0; i < count; i++) memcpy(out + i * bytes, in + w[2 + i], bytes);
}

static int cr_act_run(int code, int is_float, char *out, char *a, char *b, char *scratch,
                      const int64_t *w) {
    double diagonal;
    switch (code) {
    case CR_ACT_COPY: cr_copy_all(out, a, w); break;
    case CR_ACT_ZERO: memset(out, 0, w[0]); break;
    case CR_ACT_GATHER: cr_gather(out, a, w); break;
    case CR_ACT_ADD_AT:
        if (is_float) cr_add_at_float((float *)out, (float *)a, w);
        else cr_add_at_double((double *)out, (double *)a, w);
        break;
    case CR_ACT_TRIANGLE:
        memcpy(&diagonal, w, 8);
        if (is_float) cr_triangle_float((float *)out, a, diagonal, w + 1);
        else cr_triangle_double((double *)out, a, diagonal, w + 1);
        break;
    case CR_ACT_CHOLESKY:
        if (!(is_float ? cr_cholesky_float((float *)out, a, w)
                       : cr_cholesky_double((double *)out, a, w)))
            return CR_ACT_INDEFINITE;
        break;
    case CR_ACT_TRIANGULAR:
        if (!(is_float ? cr_triangular_float((float *)out, (float *)a, w)
                       : cr_triangular_double((double *)out, (double *)a, w)))
            return CR_ACT_SINGULAR;
        break;
    case CR_ACT_SOLVE:
        if (!(is_float
                  ? cr_general_float((float *)out, (float *)a, (float *)b, scratch, w)
                  : cr_general_double((double *)out, (double *)a, (double *)b, scratch, w)))
            return CR_ACT_SINGULAR;
        break;
    case CR_ACT_PRODUCT:
        if (is_float) cr_product_float((float *)out, (float *)a, (float *)b, w);
        else cr_product_double((double *)out, (double *)a, (double *)b, w);
        break;
    default: break;
    }
    return CR_ACT_DONE;
}

#endif
