/* Moving the bytes alone: all inputs are read and all outputs written, past the cache, and nothing
   is computed but a sum that keeps the reads from being dropped. INPUTS and OUTPUTS are arrays of
   the same number of blocks of 64 bytes, aligned to 64 bytes. */

typedef double block __attribute__((vector_size(64), may_alias));

static inline void stream(block *place, block number)
{
#ifdef __AVX512F__
    __builtin_ia32_movntpd512((double *)place, (__attribute__((vector_size(64))) double)number);
#elif defined __AVX__
    typedef double half __attribute__((vector_size(32)));
    union {
        block whole;
        half halves[2];
    } parts = {number};
    __builtin_ia32_movntpd256((double *)place, parts.halves[0]);
    __builtin_ia32_movntpd256((double *)place + 4, parts.halves[1]);
#else
    *place = number;
#endif
}

double move(long blocks, block *restrict *inputs, block *restrict *outputs)
{
    double total = 0;
#pragma omp parallel reduction(+ : total)
    {
        block sum = {0};
#pragma omp for schedule(static)
        for (long i = 0; i < blocks; i++) {
            block number = {0};
#pragma GCC unroll 16
            for (int k = 0; k < INPUTS; k++) {
                __builtin_prefetch((char *)&inputs[k][i] + 2048);
                number += inputs[k][i];
            }
#pragma GCC unroll 16
            for (int k = 0; k < OUTPUTS; k++)
                stream(&outputs[k][i], number);
            sum += number;
        }
        total += sum[0];
    }
    return total;
}
