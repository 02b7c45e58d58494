/* Short rows, many at once: a lane is a row.
 *
 * Along rows of ten elements most lanes would be idle, and each row would cost its tails and trees.
 * Here as many rows as a vector has lanes are turned over, so that a vector is one element of each,
 * the functions `across` compute them, and what they store is turned back. A number a row is a
 * vector then. What is to be added up along a row is stored by the loop and added here, in the very
 * order in which cr_loop adds it, so a row comes out the same to the bit both ways.
 *
 * Start reading at cr_across.
 */

/* Loops over lanes are compiled twice, where the system chooses one when it loads the library. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define CR_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CR_WIDE
#endif

#define CR_TURN(type, lanes)                                                                      \
    for (int64_t j = 0; j < length; j++)                                                          \
        for (int r = 0; r < (lanes); r++)                                                         \
            memcpy(to + (j * (lanes) + r) * sizeof(type), from + r * outer + j * inner,           \
                   sizeof(type));                                                                 \
    return

/* to[j][r] = from[r][j] of so many rows; lanes without one repeat the last. */
static void cr_turn(char *to, const char *from, int64_t outer, int64_t inner, int64_t length,
                    int rows, int lanes, int size) {
    if (rows == lanes && size == 8) {
        if (lanes == 8) { CR_TURN(int64_t, 8); }
        if (lanes == 4) { CR_TURN(int64_t, 4); }
        if (lanes == 16) { CR_TURN(int64_t, 16); }
    }
    if (rows == lanes && size == 4) {
        if (lanes == 16) { CR_TURN(int32_t, 16); }
        if (lanes == 8) { CR_TURN(int32_t, 8); }
        if (lanes == 32) { CR_TURN(int32_t, 32); }
    }
    for (int64_t j = 0; j < length; j++)
        for (int r = 0; r < lanes; r++) {
            int row = r < rows ? r : rows - 1;
            memcpy(to + (j * lanes + r) * size, from + row * outer + j * inner, size);
        }
}

#define CR_TURN_BACK(type, lanes)                                                                 \
    for (int r = 0; r < (lanes); r++)                                                             \
        for (int64_t j = 0; j < length; j++)                                                      \
            memcpy(to + r * outer + j * (int64_t)sizeof(type),                                    \
                   from + (j * (lanes) + r) * sizeof(type), sizeof(type));                        \
    return

static void cr_turn_back(char *to, const char *from, int64_t outer, int64_t length, int rows,
                         int lanes, int size) {
    if (rows == lanes && size == 8) {
        if (lanes == 8) { CR_TURN_BACK(int64_t, 8); }
        if (lanes == 4) { CR_TURN_BACK(int64_t, 4); }
        if (lanes == 16) { CR_TURN_BACK(int64_t, 16); }
    }
    if (rows == lanes && size == 4) {
        if (lanes == 16) { CR_TURN_BACK(int32_t, 16); }
        if (lanes == 8) { CR_TURN_BACK(int32_t, 8); }
        if (lanes == 32) { CR_TURN_BACK(int32_t, 32); }
    }
    for (int r = 0; r < rows; r++)
        for (int64_t j = 0; j < length; j++)
            memcpy(to + r * outer + j * size, from + (j * lanes + r) * size, size);
}

/* What is the same for all rows. */
static void cr_across_open(cr_desk *desk, const cr_call *call) {
    const cr_nest *nest = call->nest;
    for (int i = 0; i < nest->slot_count; i++) {
        const cr_slot *slot = &nest->slots[i];
        const cr_place *place = &call->places[i];
        if (slot->written || place->outer) continue;
        if (slot->kind == CR_VECTOR)
            cr_turn(desk->own[i], place->base, 0, place->inner, call->length, 1, nest->width,
                    slot->size);
        else if (slot->kind == CR_POINT)
            cr_turn(desk->own[i], place->base, 0, 0, 1, 1, nest->width, slot->size);
    }
}

/* Element j of a row goes to lane j of a vector of cr_loop's, which starts with the operation's
   neutral number; the second vector, a tail, has lanes of its own; then neighbours in pairs. */
#define CR_ALONG(type)                                                                            \
    static inline __attribute__((always_inline)) void cr_along_##type(                            \
        type *restrict x, type *restrict target, int64_t length, int width, int op) {             \
        int64_t lanes = length < width ? length : width;                                          \
        const type start = (type)cr_start(op);                                                    \
        for (int64_t i = 0; i < length * width; i++) x[i] = CR_FOLD(type, start, x[i], op);       \
        for (int64_t i = lanes * width; i < length * width; i++) {                                \
            type *into = x + i - width * width;                                                   \
            *into = CR_FOLD(type, *into, x[i], op);                                               \
        }                                                                                         \
        for (; lanes > 1; lanes = (lanes + 1) / 2) {                                              \
            for (int64_t j = 0; j < lanes / 2; j++)                                               \
                for (int r = 0; r < width; r++) {                                                 \
                    type *two = x + 2 * j * width + r;                                            \
                    x[j * width + r] = CR_FOLD(type, two[0], two[width], op);                     \
                }                                                                                 \
            if (lanes % 2)                                                                        \
                for (int r = 0; r < width; r++)                                                   \
                    x[lanes / 2 * width + r] = x[(lanes - 1) * width + r];                        \
        }                                                                                         \
        for (int r = 0; r < width; r++) target[r] = x[r];                                         \
    }                                                                                             \
    CR_WIDE static void cr_along_any_##type(type *x, type *target, int64_t length, int width,     \
                                            int op) {                                             \
        switch (op) {                                                                             \
        case CR_SUM:                                                                              \
            if (width == 8) cr_along_##type(x, target, length, 8, CR_SUM);                        \
            else if (width == 16) cr_along_##type(x, target, length, 16, CR_SUM);                 \
            else cr_along_##type(x, target, length, width, CR_SUM);                               \
            return;                                                                               \
        case CR_MAX:                                                                              \
            if (width == 8) cr_along_##type(x, target, length, 8, CR_MAX);                        \
            else if (width == 16) cr_along_##type(x, target, length, 16, CR_MAX);                 \
            else cr_along_##type(x, target, length, width, CR_MAX);                               \
            return;                                                                               \
        default: cr_along_##type(x, target, length, width, CR_MIN);                               \
        }                                                                                         \
    }
CR_ALONG(double)
CR_ALONG(float)

static void cr_across(const cr_call *call, cr_desk *desk, int64_t first, int64_t last) {
    const cr_nest *nest = call->nest;
    int width = nest->width;
    for (int64_t row = first; row < last; row += width) {
        int rows = last - row < width ? (int)(last - row) : width;
        for (int i = 0; i < nest->slot_count; i++) {
            const cr_slot *slot = &nest->slots[i];
            const cr_place *place = &call->places[i];
            if (slot->written || !place->outer) continue;
            const char *from = place->base + row * place->outer;
            if (slot->kind == CR_VECTOR)
                cr_turn(desk->own[i], from, place->outer, place->inner, call->length, rows, width,
                        slot->size);
            else if (slot->kind == CR_POINT)
                cr_turn(desk->own[i], from, place->outer, 0, 1, rows, width, slot->size);
        }
        for (int s = 0; s < nest->step_count; s++) {
            const cr_step *step = &nest->steps[s];
            step->across(desk->table, step->is_loop ? call->length : 1);
            for (int k = 0; k < step->reduce_count; k++) {
                const cr_reduce *reduce = &step->reduces[k];
                void *x = desk->own[reduce->lanes], *target = desk->own[reduce->target];
                if (reduce->size == 8)
                    cr_along_any_double(x, target, call->length, width, reduce->op);
                else
                    cr_along_any_float(x, target, call->length, width, reduce->op);
            }
        }
        for (int i = 0; i < nest->slot_count; i++) {
            const cr_slot *slot = &nest->slots[i];
            const cr_place *place = &call->places[i];
            if (!slot->written) continue;
            char *to = place->base + row * place->outer;
            if (slot->kind == CR_VECTOR)
                cr_turn_back(to, desk->own[i], place->outer, call->length, rows, width, slot->size);
            else if (slot->kind == CR_POINT)
                cr_turn_back(to, desk->own[i], place->outer, 1, rows, width, slot->size);
        }
    }
}
