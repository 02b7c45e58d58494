/* What the runner does to a few numbers: lanes and tails of short rows, sums of sums.
 *
 * Each for float and double, with the operation and the size looked at once.
 *
 * Start reading at cr_tree.
 */
#ifndef CR_NUMBERS_H
#define CR_NUMBERS_H

#include <stdint.h>
#include <string.h>

enum { CR_SUM, CR_MAX, CR_MIN };

#define CR_FOLD(type, a, b, op)                                                                   \
    ((op) == CR_SUM ? (type)((a) + (b))                                                           \
     : (op) == CR_MAX ? ((a) >= (b) || (a) != (a) ? (a) : (b))                                    \
                      : ((a) <= (b) || (a) != (a) ? (a) : (b)))

static double cr_start(int op) {
    return op == CR_SUM ? 0.0 : op == CR_MAX ? -__builtin_inf() : __builtin_inf();
}

/* What is done to a few numbers, for each type: a row of ten elements costs little else, so the
   operation and the size are looked at once, not for each number. */
#define CR_NUMBERS(type)                                                                          \
    static void cr_fill_##type(type *to, type x, int64_t count) {                                 \
        for (int64_t i = 0; i < count; i++) to[i] = x;                                            \
    }                                                                                             \
    static void cr_fold_##type(type *into, const type *x, int64_t count, int op) {                \
        switch (op) {                                                                             \
        case CR_SUM: CR_EACH(count, into[i] = CR_FOLD(type, into[i], x[i], CR_SUM))               \
        case CR_MAX: CR_EACH(count, into[i] = CR_FOLD(type, into[i], x[i], CR_MAX))               \
        default: CR_EACH(count, into[i] = CR_FOLD(type, into[i], x[i], CR_MIN))                   \
        }                                                                                         \
    }                                                                                             \
    static void cr_pairs_##type(type *x, int64_t half, int op) {                                  \
        switch (op) {                                                                             \
        case CR_SUM: CR_EACH(half, x[i] = CR_FOLD(type, x[2 * i], x[2 * i + 1], CR_SUM))          \
        case CR_MAX: CR_EACH(half, x[i] = CR_FOLD(type, x[2 * i], x[2 * i + 1], CR_MAX))          \
        default: CR_EACH(half, x[i] = CR_FOLD(type, x[2 * i], x[2 * i + 1], CR_MIN))              \
        }                                                                                         \
    }                                                                                             \
    static inline type cr_two_##type(const type *x, int op) {                                     \
        return CR_FOLD(type, x[0], x[1], op);                                                     \
    }                                                                                             \
    static inline type cr_four_##type(const type *x, int op) {                                    \
        type a = cr_two_##type(x, op), b = cr_two_##type(x + 2, op);                              \
        return CR_FOLD(type, a, b, op);                                                           \
    }                                                                                             \
    static inline type cr_eight_##type(const type *x, int op) {                                   \
        type a = cr_four_##type(x, op), b = cr_four_##type(x + 4, op);                            \
        return CR_FOLD(type, a, b, op);                                                           \
    }                                                                                             \
    static inline type cr_sixteen_##type(const type *x, int op) {                                 \
        type a = cr_eight_##type(x, op), b = cr_eight_##type(x + 8, op);                          \
        return CR_FOLD(type, a, b, op);                                                           \
    }                                                                                             \
    static inline void cr_lanes_##type(type *x, int64_t count, int op) {                          \
        switch (count) {                                                                          \
        case 4: *x = cr_four_##type(x, op); break;                                                \
        case 8: *x = cr_eight_##type(x, op); break;                                               \
        default: *x = cr_sixteen_##type(x, op);                                                   \
        }                                                                                         \
    }                                                                                             \
    static void cr_tree_##type(type *numbers, int64_t count, int op) {                            \
        if (count == 4 || count == 8 || count == 16) { /* lanes: the same in registers */         \
            switch (op) {                                                                         \
            case CR_SUM: cr_lanes_##type(numbers, count, CR_SUM); break;                          \
            case CR_MAX: cr_lanes_##type(numbers, count, CR_MAX); break;                          \
            default: cr_lanes_##type(numbers, count, CR_MIN);                                     \
            }                                                                                     \
            return;                                                                               \
        }                                                                                         \
        while (count > 1) {                                                                       \
            int64_t half = count / 2;                                                             \
            cr_pairs_##type(numbers, half, op);                                                   \
            if (count & 1) numbers[half] = numbers[2 * half];                                     \
            count = half + (count & 1);                                                           \
        }                                                                                         \
    }
#define CR_EACH(count, what)                                                                      \
    for (int64_t i = 0; i < (count); i++) what;                                                   \
    break;

CR_NUMBERS(double)
CR_NUMBERS(float)

/* What a reduction starts with, so many times. */
static void cr_begin(void *to, int64_t count, int op, int size) {
    if (size == 8) cr_fill_double(to, cr_start(op), count);
    else cr_fill_float(to, (float)cr_start(op), count);
}

/* into[i] = into[i] op x[i] */
static void cr_fold(void *into, const void *x, int64_t count, int op, int size) {
    if (size == 8) cr_fold_double(into, x, count, op);
    else cr_fold_float(into, x, count, op);
}

/* The first number becomes all of them together: neighbours in pairs, then pairs of pairs. */
static void cr_tree(char *numbers, int64_t count, int op, int size) {
    if (size == 8) cr_tree_double((double *)numbers, count, op);
    else cr_tree_float((float *)numbers, count, op);
}

/* A few bytes, for which calling memcpy costs more than copying them. */
static void cr_move(char *to, const char *from, int64_t bytes) {
    for (; bytes >= 16; bytes -= 16, to += 16, from += 16) memcpy(to, from, 16);
    if (bytes & 8) memcpy(to, from, 8), to += 8, from += 8;
    if (bytes & 4) memcpy(to, from, 4), to += 4, from += 4;
    if (bytes & 2) memcpy(to, from, 2), to += 2, from += 2;
    if (bytes & 1) *to = *from;
}

/* `rest` elements as a vector. It is padded with a number that occurs, so that the padding is not
   a slow case. */
static void cr_tail(char *to, const char *from, int64_t rest, int width, int size) {
    switch (size) {
    case 8: {
        double first;
        memcpy(&first, from, 8);
        cr_fill_double((double *)to, first, width);
        break;
    }
    case 4: {
        float first;
        memcpy(&first, from, 4);
        cr_fill_float((float *)to, first, width);
        break;
    }
    default: memset(to, *from, width); /* truths */
    }
    cr_move(to, from, rest * size);
}

static void cr_copy(char *to, int64_t to_step, const char *from, int64_t from_step, int64_t count,
                    int size) {
    if (to_step == size && from_step == size) {
        memcpy(to, from, count * size);
        return;
    }
    switch (size) {
    case 8:
        for (int64_t i = 0; i < count; i++) memcpy(to + i * to_step, from + i * from_step, 8);
        break;
    case 4:
        for (int64_t i = 0; i < count; i++) memcpy(to + i * to_step, from + i * from_step, 4);
        break;
    default:
        for (int64_t i = 0; i < count; i++) memcpy(to + i * to_step, from + i * from_step, size);
    }
}

#endif
