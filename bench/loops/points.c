/* What a C programmer would write: one loop over the points that computes value and derivatives,
   the forward and the backward sweep by hand. The limit that the benches compare with. */

#include <math.h>
#include <stdlib.h>

#ifdef SINGLE
typedef float real;
#define FUNCTION(name) name##f
#else
typedef double real;
#define FUNCTION(name) name
#endif

void page(long points, const real *restrict x1, const real *restrict x2, real *restrict y,
          real *restrict d1, real *restrict d2)
{
#pragma omp parallel for simd schedule(static)
    for (long i = 0; i < points; i++) {
        real total = x1[i] + x2[i], inverse = 1 / (x1[i] - x2[i]);
        real bottom = inverse * inverse;
        real value = FUNCTION(log)(x1[i] * x2[i] * total) * bottom;
        real along_total = bottom / total, along_gap = -2 * value * inverse;
        y[i] = value;
        d1[i] = bottom / x1[i] + along_total + along_gap;
        d2[i] = bottom / x2[i] + along_total - along_gap;
    }
}

void black_scholes(long points, const real *restrict spot, const real *restrict strike,
                   const real *restrict rate, const real *restrict volatility,
                   const real *restrict time, real *restrict price, real *restrict d_spot,
                   real *restrict d_strike, real *restrict d_rate, real *restrict d_volatility,
                   real *restrict d_time)
{
    const real half_root = (real)0.70710678118654752, density_scale = (real)0.39894228040143268;
#pragma omp parallel for simd schedule(static)
    for (long i = 0; i < points; i++) {
        real s = spot[i], k = strike[i], r = rate[i], v = volatility[i], t = time[i];
        real root = FUNCTION(sqrt)(t), deviation = v * root;
        real first = (FUNCTION(log)(s / k) + (r + v * v * (real)0.5) * t) / deviation;
        real second = first - deviation;
        real n1 = (real)0.5 * (1 + FUNCTION(erf)(first * half_root));
        real n2 = (real)0.5 * (1 + FUNCTION(erf)(second * half_root));
        real discount = FUNCTION(exp)(-r * t), due = k * discount;
        price[i] = s * n1 - due * n2;

        real along_first = s * density_scale * FUNCTION(exp)(first * first * (real)-0.5);
        real along_second = -due * density_scale * FUNCTION(exp)(second * second * (real)-0.5);
        along_first += along_second;
        real along_top = along_first / deviation;
        real along_deviation = -along_second - along_top * first;
        real along_exponent = -n2 * due;
        d_spot[i] = n1 + along_top / s;
        d_strike[i] = -n2 * discount - along_top / k;
        d_rate[i] = along_top * t - along_exponent * t;
        d_volatility[i] = along_top * v * t + along_deviation * root;
        d_time[i] = along_top * (r + v * v * (real)0.5) - along_exponent * r +
                    along_deviation * v * (real)0.5 / root;
    }
}

/* Small enough that the terms of some hundred rounds stay in the cache. */
#define BLOCK 32

void chain(long points, long rounds, const real *restrict x0, const real *restrict y0,
           real *restrict value, real *restrict dx0, real *restrict dy0)
{
#pragma omp parallel
    {
        real(*xs)[BLOCK] = malloc((rounds + 1) * sizeof *xs);
        real(*ys)[BLOCK] = malloc((rounds + 1) * sizeof *ys);
#pragma omp for schedule(static)
        for (long start = 0; start < points; start += BLOCK) {
            long count = points - start < BLOCK ? points - start : BLOCK;
            for (long i = 0; i < BLOCK; i++) {
                xs[0][i] = i < count ? x0[start + i] : 0;
                ys[0][i] = i < count ? y0[start + i] : 0;
            }
            for (long round = 0; round < rounds; round++)
#pragma omp simd
                for (long i = 0; i < BLOCK; i++) {
                    real y = ys[round][i], x = xs[round][i] * y + (real)0.5;
                    xs[round + 1][i] = x;
                    ys[round + 1][i] = FUNCTION(sin)(x) * (real)0.9 - y / (x * x + 1);
                }
            real dx[BLOCK], dy[BLOCK];
            for (long i = 0; i < BLOCK; i++) {
                dx[i] = 0;
                dy[i] = 1;
            }
            for (long round = rounds - 1; round >= 0; round--)
#pragma omp simd
                for (long i = 0; i < BLOCK; i++) {
                    real x = xs[round + 1][i], y = ys[round][i];
                    real inverse = 1 / (x * x + 1);
                    real along_x = dx[i] + dy[i] * (FUNCTION(cos)(x) * (real)0.9 +
                                                    2 * x * y * inverse * inverse);
                    dy[i] = along_x * xs[round][i] - dy[i] * inverse;
                    dx[i] = along_x * y;
                }
            for (long i = 0; i < count; i++) {
                value[start + i] = ys[rounds][i];
                dx0[start + i] = dx[i];
                dy0[start + i] = dy[i];
            }
        }
        free(xs);
        free(ys);
    }
}
