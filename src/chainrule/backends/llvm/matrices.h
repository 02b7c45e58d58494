/* Work on row-major matrices by LAPACK and BLAS, for one type; acts.h includes it for two.
 *
 * LAPACK counts by columns, so it sees every matrix transposed: the lower triangle of a row-major
 * matrix is its upper one, and x of a x = b stands on the left of a. Nothing is copied for that but
 * what LAPACK writes into.
 */

/* a as 0.5 (a + a^T), and of that the lower factor; 0 where a is not positive definite. */
static int CR_NAME(cr_cholesky)(CR_REAL *out, const char *a, const int64_t *w) {
    int64_t count = w[0], n = w[1], batch = w[2], rows = w[3], columns = w[4];
    int size = (int)n, info = 0;
    for (int64_t k = 0; k < count; k++, out += n * n, a += batch) {
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++) {
                CR_REAL x = *(const CR_REAL *)(a + i * rows + j * columns);
                CR_REAL y = *(const CR_REAL *)(a + j * rows + i * columns);
                out[i * n + j] = (CR_REAL)0.5 * (x + y);
            }
        CR_BLAS(POTRF, cr_potrf)("U", &size, out, &size, &info);
        if (info) return 0;
        for (int64_t i = 0; i < n; i++)
            memset(out + i * n + i + 1, 0, (n - i - 1) * sizeof(CR_REAL));
    }
    return 1;
}

/* The same row by row for few rows, where OpenBLAS wakes its threads: of 60 rows and right-hand
   sides that takes 28 us with two idle cores, and 7 ms in the mean where others use them. */
CR_FAST static void CR_NAME(cr_few_rows)(CR_REAL *restrict x, const CR_REAL *restrict a, int64_t n,
                                         int64_t m, int64_t down, int64_t right, int is_lower,
                                         int is_unit) {
    for (int64_t done = 0; done < n; done++) {
        int64_t i = is_lower ? done : n - 1 - done, first = is_lower ? 0 : i + 1, k = first;
        CR_REAL *restrict to = x + i * m;
        const CR_REAL *factors = a + i * down;
        for (; k + 4 <= first + done; k += 4) {
            CR_REAL f = factors[k * right], g = factors[(k + 1) * right];
            CR_REAL h = factors[(k + 2) * right], l = factors[(k + 3) * right];
            const CR_REAL *from = x + k * m;
            for (int64_t j = 0; j < m; j++)
                to[j] -= (f * from[j] + g * from[m + j]) + (h * from[2 * m + j] + l * from[3 * m + j]);
        }
        for (; k < first + done; k++) {
            CR_REAL f = factors[k * right];
            for (int64_t j = 0; j < m; j++) to[j] -= f * x[k * m + j];
        }
        if (!is_unit)
            for (int64_t j = 0; j < m; j++) to[j] /= factors[i * right];
    }
}

/* out holds b, and becomes x of a x = b for triangular a; 0 where a has a 0 on the diagonal. */
static int CR_NAME(cr_triangular)(CR_REAL *out, const CR_REAL *a, const int64_t *w) {
    int64_t count = w[0], n = w[1], m = w[2], batch = w[3], leading = w[4];
    int is_turned = (int)w[5], is_lower = (int)w[6], is_unit = (int)w[7];
    int order = (int)n, columns = (int)m, step = (int)leading, one = 1;
    /* Turned, the memory holds the transpose of a: its other triangle. */
    char *triangle = is_lower != is_turned ? "U" : "L", *diagonal = is_unit ? "U" : "N";
    CR_REAL unit = 1;
    for (int64_t k = 0; k < count; k++, out += n * m, a += batch) {
        for (int64_t i = 0; i < n && !is_unit; i++)
            if (a[i * (leading + 1)] == 0) return 0;
        if (n <= CR_FEW && m > 1)
            CR_NAME(cr_few_rows)(out, a, n, m, is_turned ? 1 : leading, is_turned ? leading : 1,
                                 is_lower, is_unit);
        else if (m == 1)
            CR_BLAS(TRSV, cr_trsv)(triangle, is_turned ? "N" : "T", diagonal, &order, a, &step, out,
                                   &one);
        else
            CR_BLAS(TRSM, cr_trsm)("R", triangle, is_turned ? "T" : "N", diagonal, &columns, &order,
                                   &unit, a, &step, out, &columns);
    }
    return 1;
}

/* out = x of a x = b by LU. The scratch holds a, b with rows for columns, and the pivots. */
static int CR_NAME(cr_general)(CR_REAL *out, const CR_REAL *a, const CR_REAL *b, char *scratch,
                               const int64_t *w) {
    int64_t count = w[0], n = w[1], m = w[2], batch_a = w[3], leading = w[4], turned = w[5];
    int64_t batch_b = w[6], row_b = w[7], column_b = w[8];
    CR_REAL *lu = (CR_REAL *)scratch, *x = lu + n * n;
    int *pivots = (int *)(x + n * m), order = (int)n, columns = (int)m, info = 0;
    for (int64_t k = 0; k < count; k++, out += n * m, a += batch_a, b += batch_b) {
        for (int64_t i = 0; i < n; i++) memcpy(lu + i * n, a + i * leading, n * sizeof(CR_REAL));
        for (int64_t j = 0; j < m; j++)
            for (int64_t i = 0; i < n; i++) x[j * n + i] = b[i * row_b + j * column_b];
        CR_BLAS(GETRF, cr_getrf)(&order, &order, lu, &order, pivots, &info);
        if (info) return 0;
        CR_BLAS(GETRS, cr_getrs)(turned ? "N" : "T", &order, &columns, lu, &order, pivots, x, &order,
                                 &info);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < m; j++) out[i * m + j] = x[j * n + i];
    }
    return 1;
}

/* out[rows, columns] = a[rows, n] b[n, columns], either of them turned. */
static void CR_NAME(cr_product)(CR_REAL *out, const CR_REAL *a, const CR_REAL *b, const int64_t *w) {
    int64_t count = w[0], rows = w[1], columns = w[2], n = w[3];
    int64_t batch_a = w[4], leading_a = w[5], turned_a = w[6];
    int64_t batch_b = w[7], leading_b = w[8], turned_b = w[9];
    int r = (int)rows, c = (int)columns, inner = (int)n, la = (int)leading_a, lb = (int)leading_b;
    int one = 1;
    CR_REAL unit = 1, zero = 0;
    for (int64_t k = 0; k < count; k++, out += rows * columns, a += batch_a, b += batch_b) {
        if (rows == 1 && columns == 1) {
            int step_a = turned_a ? la : 1, step_b = turned_b ? 1 : lb;
            *out = CR_BLAS(DOT, CR_NAME(cr_dot))(&inner, a, &step_a, b, &step_b);
        } else if (columns == 1) {
            memset(out, 0, rows * sizeof(CR_REAL)); /* beta 0 need not clear a nan */
            int step_b = turned_b ? 1 : lb;
            if (turned_a)
                CR_BLAS(GEMV, cr_gemv)("N", &r, &inner, &unit, a, &la, b, &step_b, &zero, out, &one);
            else
                CR_BLAS(GEMV, cr_gemv)("T", &inner, &r, &unit, a, &la, b, &step_b, &zero, out, &one);
        } else if (rows == 1) {
            memset(out, 0, columns * sizeof(CR_REAL));
            int step_a = turned_a ? la : 1;
            if (turned_b)
                CR_BLAS(GEMV, cr_gemv)("T", &inner, &c, &unit, b, &lb, a, &step_a, &zero, out, &one);
            else
                CR_BLAS(GEMV, cr_gemv)("N", &c, &inner, &unit, b, &lb, a, &step_a, &zero, out, &one);
        } else
            CR_BLAS(GEMM, cr_gemm)(turned_b ? "T" : "N", turned_a ? "T" : "N", &c, &r, &inner, &unit,
                                   b, &lb, a, &la, &zero, out, &c);
    }
}

/* The lower triangle, with the diagonal times a number. */
static void CR_NAME(cr_triangle)(CR_REAL *out, const char *a, double diagonal, const int64_t *w) {
    int64_t count = w[0], n = w[1], batch = w[2], rows = w[3], columns = w[4];
    for (int64_t k = 0; k < count; k++, out += n * n, a += batch)
        for (int64_t i = 0; i < n; i++) {
            const char *row = a + i * rows;
            if (columns == sizeof(CR_REAL))
                memcpy(out + i * n, row, (i + 1) * sizeof(CR_REAL));
            else
                for (int64_t j = 0; j <= i; j++) out[i * n + j] = *(CR_REAL *)(row + j * columns);
            out[i * n + i] *= (CR_REAL)diagonal;
            memset(out + i * n + i + 1, 0, (n - i - 1) * sizeof(CR_REAL));
        }
}

/* out[places] += x, each place an element of out. */
static void CR_NAME(cr_add_at)(CR_REAL *out, const CR_REAL *x, const int64_t *w) {
    int64_t count = w[0], inner = w[1];
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < inner; j++) out[w[2 + i] + j] += x[i * inner + j];
}
