/* Loops over triangles in row-major memory: part of native.pyx, by way of triangles.pxi. */

#include <stddef.h>

/* Compiled twice, where the system chooses one when it loads the library. Neither has fused
 * multiply and add, so both give the same to the bit. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define CR_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CR_WIDE
#endif
#if defined(__GNUC__)
#define CR_INLINE __attribute__((always_inline)) /* into both */
#else
#define CR_INLINE
#endif

/* Rows of a factor at most. */
#define CR_FACTOR_MOST 128

/* own[j] -= sum over k of by[k] * rows[k][j], four rows at a time, in their order. */
static inline CR_INLINE void cr_take_rows(double *restrict own, ptrdiff_t columns, ptrdiff_t count,
                                          const char *by, ptrdiff_t by_step, const double *rows,
                                          ptrdiff_t step) {
#define CR_BY(k) (*(const double *)(by + (k) * by_step))
    ptrdiff_t k = 0;
    for (; k + 4 <= count; k += 4) {
        const double *restrict p = rows + k * step;
        const double *restrict q = p + step;
        const double *restrict r = q + step;
        const double *restrict s = r + step;
        double e = CR_BY(k), f = CR_BY(k + 1), g = CR_BY(k + 2), h = CR_BY(k + 3);
        for (ptrdiff_t j = 0; j < columns; j++)
            own[j] = (((own[j] - e * p[j]) - f * q[j]) - g * r[j]) - h * s[j];
    }
    for (; k < count; k++) {
        const double *restrict p = rows + k * step;
        double e = CR_BY(k);
        for (ptrdiff_t j = 0; j < columns; j++)
            own[j] -= e * p[j];
    }
#undef CR_BY
}

/* Whether all are. In four sums, since one would be a chain of additions. */
static inline CR_INLINE int cr_is_finite(const double *x, ptrdiff_t size) {
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    ptrdiff_t k = 0;
    for (; k + 4 <= size; k += 4)
        for (int lane = 0; lane < 4; lane++)
            sums[lane] += x[k + lane] * 0.0;
    for (; k < size; k++)
        sums[0] += x[k] * 0.0;
    return sums[0] + sums[1] + sums[2] + sums[3] == 0.0;
}

/* x of a x = b in place of b, which is row-major; 0 where an element of the diagonal is 0 or one of
 * the result is not finite. */
CR_WIDE static int cr_triangle_solved(ptrdiff_t n, ptrdiff_t columns, const char *a,
                                      ptrdiff_t down, ptrdiff_t along, int lower, double *x) {
    double *start = x;
    if (!lower) { /* from the last row to the first */
        a += (n - 1) * (down + along);
        x += (n - 1) * columns;
        down = -down;
        along = -along;
    }
    ptrdiff_t step = lower ? columns : -columns;
    for (ptrdiff_t i = 0; i < n; i++) {
        const char *row = a + i * down;
        double *restrict own = x + i * step;
        cr_take_rows(own, columns, i, row, along, x, step);
        double pivot = *(const double *)(row + i * along);
        if (pivot == 0.0)
            return 0;
        for (ptrdiff_t j = 0; j < columns; j++)
            own[j] /= pivot;
    }
    return cr_is_finite(start, n * columns);
}

/* The cotangent of a symmetric matrix in place of that of its factor L, whose lower triangle alone
 * is read: the steps of the factorization, row by row, each undone, from the last to the first.
 *
 * L[i,i] is the root of a[i,i] less the squares of the row before it, L[i,j] is a[i,j] less the
 * product of rows i and j before it, over L[j,j]. Meanwhile g[r,i] of a row r that is done is the
 * cotangent of a[r,i], where a[i,r] is not counted. */
CR_WIDE static void cr_factor_pulled(ptrdiff_t n, const double *factor, double *g) {
    ptrdiff_t down = n * (ptrdiff_t)sizeof(double);
    double inverse[CR_FACTOR_MOST]; /* of the diagonal: each share waits for the one before it */
    for (ptrdiff_t i = 0; i < n; i++)
        inverse[i] = 1.0 / factor[i * (n + 1)];
    for (ptrdiff_t i = n - 1; i >= 0; i--) {
        double *restrict own = g + i * n;
        const double *known = factor + i * n;
        cr_take_rows(own, i + 1, n - 1 - i, (const char *)(own + n + i), down, known + n, n);
        double share = 0.5 * own[i] * inverse[i];
        own[i] = share;
        for (ptrdiff_t k = 0; k < i; k++)
            own[k] -= 2.0 * share * known[k];
        ptrdiff_t j = i - 1;
        while (j >= 0) {
            /* Up to four shares, each less what those after it took, then all before them. */
            ptrdiff_t first = j >= 3 ? j - 3 : 0, width = j + 1 - first;
            for (; j >= first; j--) {
                own[j] *= inverse[j];
                for (ptrdiff_t k = first; k < j; k++)
                    own[k] -= own[j] * factor[j * n + k];
            }
            cr_take_rows(own, first, width, (const char *)(own + j + width),
                         -(ptrdiff_t)sizeof(double), factor + (j + width) * n, -n);
        }
    }
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < i; j++)
            g[j * n + i] = g[i * n + j] = 0.5 * g[i * n + j];
}
