/* Sums of many numbers and their gradients, both sweeps by hand: what a C programmer would write,
   the limit that ``reduce.py`` compares with. */

#include <math.h>
#include <stdlib.h>

void fit(long points, const double *restrict parameters, const double *restrict t,
         const double *restrict y, double *restrict results)
{
    double a = parameters[0], b = parameters[1], c = parameters[2];
    double value = 0, da = 0, db = 0, dc = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : value, da, db, dc)
    for (long i = 0; i < points; i++) {
        double decay = exp(-b * t[i]), residual = y[i] - (a * decay + c);
        double along = residual * decay;
        value += residual * residual;
        da += along;
        db += along * t[i];
        dc += residual;
    }
    results[0] = value;
    results[1] = -2 * da;
    results[2] = 2 * a * db;
    results[3] = -2 * dc;
}

void cross_entropy(long rows, long columns, const double *restrict logits,
                   const long *restrict labels, double *restrict value, double *restrict gradient)
{
    double total = 0;
#pragma omp parallel for schedule(static) reduction(+ : total)
    for (long row = 0; row < rows; row++) {
        const double *z = logits + row * columns;
        double *dz = gradient + row * columns, largest = z[0], sum = 0;
#pragma omp simd reduction(max : largest)
        for (long i = 0; i < columns; i++)
            largest = z[i] > largest ? z[i] : largest;
#pragma omp simd reduction(+ : sum)
        for (long i = 0; i < columns; i++) {
            dz[i] = exp(z[i] - largest);
            sum += dz[i];
        }
        double scale = 1 / (sum * rows);
#pragma omp simd
        for (long i = 0; i < columns; i++)
            dz[i] *= scale;
        dz[labels[row]] -= 1.0 / rows;
        total += log(sum) + largest - z[labels[row]];
    }
    *value = total / rows;
}

void layer_norm(long rows, long columns, double epsilon, const double *restrict x,
                const double *restrict gain, const double *restrict bias,
                const double *restrict target, double *restrict value, double *restrict dx,
                double *restrict d_gain, double *restrict d_bias)
{
    double total = 0;
    for (long i = 0; i < columns; i++)
        d_gain[i] = d_bias[i] = 0;
#pragma omp parallel for schedule(static) reduction(+ : total, d_gain[:columns], d_bias[:columns])
    for (long row = 0; row < rows; row++) {
        const double *z = x + row * columns, *weight = target + row * columns;
        double *dz = dx + row * columns, mean = 0, variance = 0, along = 0, along_normal = 0;
#pragma omp simd reduction(+ : mean)
        for (long i = 0; i < columns; i++)
            mean += z[i];
        mean /= columns;
#pragma omp simd reduction(+ : variance)
        for (long i = 0; i < columns; i++)
            variance += (z[i] - mean) * (z[i] - mean);
        double inverse = 1 / sqrt(variance / columns + epsilon);
#pragma omp simd reduction(+ : total, along, along_normal)
        for (long i = 0; i < columns; i++) {
            double normal = (z[i] - mean) * inverse, cotangent = weight[i] * gain[i];
            total += weight[i] * (normal * gain[i] + bias[i]);
            d_gain[i] += weight[i] * normal;
            d_bias[i] += weight[i];
            along += cotangent;
            along_normal += cotangent * normal;
        }
        along /= columns;
        along_normal /= columns;
#pragma omp simd
        for (long i = 0; i < columns; i++) {
            double normal = (z[i] - mean) * inverse;
            dz[i] = (weight[i] * gain[i] - along - normal * along_normal) * inverse;
        }
    }
    *value = total;
}

void variance(long points, const double *restrict x, double *restrict value, double *restrict dx)
{
    double mean = 0, total = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : mean)
    for (long i = 0; i < points; i++)
        mean += x[i];
    mean /= points;
#pragma omp parallel for simd schedule(static) reduction(+ : total)
    for (long i = 0; i < points; i++) {
        double distance = x[i] - mean;
        total += distance * distance;
        dx[i] = distance * (2.0 / points);
    }
    *value = total / points;
}
