/* The loop around generated code: rows, blocks, tails, partial sums, threads.
 *
 * A nest runs over `rows` rows of `length` elements. Generated functions (`cr_body`) only know
 * whole vectors of contiguous elements: they take a table of pointers and a number of vectors.
 * Here the table is filled for each block of CR_BLOCK elements; what is not contiguous is packed
 * into scratch, and so is the tail of a row, which is computed by the same vector code, so that an
 * element comes out the same to the bit wherever it stands. Sums are kept in one set of lanes a
 * block and added up in an order that depends on the shape alone, not on threads.
 *
 * Start reading at cr_run, then cr_rows.
 */
#ifndef CR_RUNNER_H
#define CR_RUNNER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_timedjoin_np */
#endif

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "numbers.h"

#define CR_BLOCK 1024
#define CR_LINE 64
#define CR_MAX_THREADS 64
#define CR_STACK (1 << 20)

typedef void (*cr_body)(void **table, int64_t count);
typedef int (*cr_asked)(void);

/* What an entry of the table points to. */
enum {
    CR_VECTOR, /* elements of the row: place.base + row*outer + element*inner */
    CR_POINT,  /* one number a row: place.base + row*outer */
    CR_CELL,   /* one number, kept while a row is computed */
    CR_ROW,    /* a whole row, kept while it is computed */
    CR_LANES,  /* the lanes of a sum */
    CR_COLUMN  /* a row of sums over the rows of a block: vector, read and written */
};

typedef struct {
    int kind, size, written;
} cr_slot;

typedef struct {
    char *base;
    int64_t outer, inner;
} cr_place;

/* Lanes of a loop that become one number of the row. */
typedef struct {
    int lanes, target, op, size;
} cr_reduce;

typedef struct {
    cr_body body;
    cr_body streaming; /* the same with non-temporal stores; or NULL */
    cr_body across;    /* the same for short rows, a lane a row (across.h); or NULL */
    int is_loop;
    int vector_count, reduce_count;
    int *vectors;
    cr_reduce *reduces;
} cr_step;

typedef struct {
    int slot_count, step_count, width, has_columns, goes_across;
    int64_t stack; /* bytes of stack that a function may take */
    cr_slot *slots;
    cr_step *steps;
} cr_nest;

typedef struct {
    const cr_nest *nest;
    cr_place *places;
    int64_t rows, length, last_length, rows_a_block;
    int streams;
} cr_call;

/* --- rows ------------------------------------------------------------------------------------ */

/* A signal (Ctrl-C) ends a call early: the caller asks now and then whether one came, and the
   others look at `stop`. */
typedef struct {
    cr_asked asked; /* whether to end; NULL where nobody has to ask */
    int stop;
} cr_watch;

/* Nanoseconds from question to question: asking takes the GIL, for which others may keep one
   waiting for 5 ms. */
#define CR_PATIENCE 50000000

static int64_t cr_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What one thread needs: the table, and for each slot where its cell, lanes or scratch are. */
typedef struct {
    cr_watch *watch;
    int is_caller;
    int64_t ticks, interval, looked, asked; /* blocks to the next look at the clock; its times */
    void **table;
    char **own;   /* cell, lanes, row, or the packed block of a vector */
    char **tails; /* one vector, for the tail */
    void *memory;
} cr_desk;

static int64_t cr_lines(int64_t bytes) { return (bytes + CR_LINE - 1) / CR_LINE * CR_LINE; }

/* Whether a lane is a row. Along rows of two vectors or more few lanes are idle, and a product that
   is added to a sum is one operation with it, which another order would undo. */
static int cr_goes_across(const cr_call *call) {
    return call->nest->goes_across && call->length > 0 && call->length < 2 * call->nest->width &&
           call->last_length == call->length && call->rows > 1;
}

static int64_t cr_own_size(const cr_call *call, int i) {
    const cr_slot *slot = &call->nest->slots[i];
    int width = call->nest->width;
    if (cr_goes_across(call)) {
        int is_number = slot->kind == CR_CELL || slot->kind == CR_POINT;
        return cr_lines((is_number ? 1 : call->length) * width * slot->size);
    }
    switch (slot->kind) {
    case CR_CELL: return CR_LINE;
    case CR_LANES: return cr_lines(width * slot->size);
    case CR_ROW: return cr_lines((call->length + width - 1) / width * width * slot->size);
    case CR_VECTOR:
        return call->places[i].inner == slot->size ? 0 : cr_lines(CR_BLOCK * slot->size);
    default: return 0;
    }
}

static void cr_across_open(cr_desk *desk, const cr_call *call);

static int cr_desk_open(cr_desk *desk, const cr_call *call) {
    const cr_nest *nest = call->nest;
    int n = nest->slot_count;
    int64_t tail = cr_lines(nest->width * 8);
    int64_t bytes = CR_LINE + 3 * cr_lines(n * sizeof(void *)) + n * tail;
    for (int i = 0; i < n; i++) bytes += cr_own_size(call, i);
    char *memory = desk->memory = malloc(bytes);
    if (!memory) return 0;
    memory = (char *)(((uintptr_t)memory + CR_LINE - 1) / CR_LINE * CR_LINE);
    desk->table = (void **)memory, memory += cr_lines(n * sizeof(void *));
    desk->own = (char **)memory, memory += cr_lines(n * sizeof(void *));
    desk->tails = (char **)memory, memory += cr_lines(n * sizeof(void *));
    for (int i = 0; i < n; i++) {
        desk->tails[i] = memory, memory += tail;
        desk->own[i] = memory, memory += cr_own_size(call, i);
        desk->table[i] = desk->own[i];
    }
    if (cr_goes_across(call)) cr_across_open(desk, call);
    return 1;
}

/* Whether the call is to end: to be asked once a block. Of the caller, the clock is looked at so
   often that a look costs nothing beside the blocks in between, and asked() every CR_PATIENCE. */
static int cr_stops(cr_desk *desk) {
    cr_watch *watch = desk->watch;
    if (__atomic_load_n(&watch->stop, __ATOMIC_RELAXED)) return 1;
    if (!desk->is_caller || !watch->asked || --desk->ticks > 0) return 0;
    int64_t now = cr_now(), passed = now - desk->looked;
    if (passed < 100000) desk->interval *= 2;
    else if (passed > 10000000 && desk->interval > 1) desk->interval /= 2;
    desk->ticks = desk->interval;
    desk->looked = now;
    if (now - desk->asked < CR_PATIENCE) return 0;
    desk->asked = now;
    if (watch->asked()) __atomic_store_n(&watch->stop, 1, __ATOMIC_RELAXED);
    return watch->stop;
}

/* Whether the tail may stay where it is, as a whole vector. A row of the desk has room for it. From
   an array it may be read if what follows the row is still the array's. Of a short row the tail is
   half of the work. */
static int cr_may_pass(const cr_call *call, int i, const char *from) {
    const cr_slot *slot = &call->nest->slots[i];
    const cr_place *place = &call->places[i];
    if (slot->kind == CR_ROW) return 1;
    if (slot->kind != CR_VECTOR || slot->written || place->inner != slot->size) return 0;
    const char *end = place->base + (call->rows - 1) * place->outer + call->last_length * slot->size;
    return from >= place->base && from + call->nest->width * slot->size <= end;
}

/* One loop of a row, block by block. */
static void cr_loop(const cr_call *call, cr_desk *desk, const cr_step *step, int64_t row,
                    int64_t block, int64_t length) {
    const cr_nest *nest = call->nest;
    int width = nest->width;
    void **table = desk->table;
    for (int k = 0; k < step->reduce_count; k++) {
        const cr_reduce *reduce = &step->reduces[k];
        cr_begin(table[reduce->target], 1, reduce->op, reduce->size);
    }
    for (int64_t start = 0; start < length; start += CR_BLOCK) {
        if (cr_stops(desk)) return;
        int64_t count = length - start < CR_BLOCK ? length - start : CR_BLOCK;
        int64_t vectors = count / width, rest = count - vectors * width;
        for (int k = 0; k < step->reduce_count; k++) {
            const cr_reduce *reduce = &step->reduces[k];
            cr_begin(table[reduce->lanes], width, reduce->op, reduce->size);
        }
        for (int k = 0; k < step->vector_count; k++) {
            int i = step->vectors[k];
            const cr_slot *slot = &nest->slots[i];
            const cr_place *place = &call->places[i];
            if (slot->kind == CR_ROW) {
                table[i] = desk->own[i] + start * slot->size;
            } else {
                int64_t outer = slot->kind == CR_COLUMN ? block : row;
                char *from = place->base + outer * place->outer + start * place->inner;
                if (place->inner != slot->size) {
                    cr_copy(desk->own[i], slot->size, from, place->inner, count, slot->size);
                    from = desk->own[i];
                }
                table[i] = from;
            }
        }
        if (vectors) {
            int streams = call->streams && step->streaming;
            (streams ? step->streaming : step->body)(table, vectors);
        }
        if (rest) {
            for (int k = 0; k < step->vector_count; k++) {
                int i = step->vectors[k], size = nest->slots[i].size;
                char *from = (char *)table[i] + vectors * width * size, *to = desk->tails[i];
                if (cr_may_pass(call, i, from)) {
                    table[i] = from;
                    continue;
                }
                cr_tail(to, from, rest, width, size);
                table[i] = to;
            }
            for (int k = 0; vectors && k < step->reduce_count; k++) {
                /* After whole vectors the tail has lanes of its own. */
                const cr_reduce *reduce = &step->reduces[k];
                table[reduce->lanes] = desk->tails[reduce->lanes];
                cr_begin(table[reduce->lanes], width, reduce->op, reduce->size);
            }
            step->body(table, 1);
            for (int k = 0; k < step->reduce_count; k++) {
                /* The lanes of the padding are left out. */
                const cr_reduce *reduce = &step->reduces[k];
                char *lanes = desk->own[reduce->lanes];
                if (vectors) {
                    cr_fold(lanes, table[reduce->lanes], rest, reduce->op, reduce->size);
                    table[reduce->lanes] = lanes;
                } else {
                    cr_begin(lanes + rest * reduce->size, width - rest, reduce->op, reduce->size);
                }
            }
            for (int k = 0; k < step->vector_count; k++) {
                int i = step->vectors[k];
                const cr_slot *slot = &nest->slots[i];
                if (!slot->written || slot->kind == CR_ROW) continue;
                const cr_place *place = &call->places[i];
                char *to = place->base + (slot->kind == CR_COLUMN ? block : row) * place->outer
                           + (start + vectors * width) * slot->size;
                cr_move(to, desk->tails[i], rest * slot->size);
            }
        }
        for (int k = 0; k < step->reduce_count; k++) {
            const cr_reduce *reduce = &step->reduces[k];
            cr_tree(table[reduce->lanes], width, reduce->op, reduce->size);
            cr_fold(table[reduce->target], table[reduce->lanes], 1, reduce->op, reduce->size);
        }
    }
}

#include "across.h"

/* The rows from first to last of a block. */
static void cr_rows(const cr_call *call, cr_desk *desk, int64_t first, int64_t last,
                    int64_t block) {
    const cr_nest *nest = call->nest;
    if (cr_goes_across(call)) {
        if (!cr_stops(desk)) cr_across(call, desk, first, last);
        return;
    }
    for (int64_t row = first; row < last && !desk->watch->stop; row++) {
        int64_t length = row == call->rows - 1 ? call->last_length : call->length;
        for (int i = 0; i < nest->slot_count; i++)
            if (nest->slots[i].kind == CR_POINT)
                desk->table[i] = call->places[i].base + row * call->places[i].outer;
        for (int s = 0; s < nest->step_count; s++) {
            const cr_step *step = &nest->steps[s];
            if (step->is_loop) cr_loop(call, desk, step, row, block, length);
            else step->body(desk->table, 1);
        }
    }
}

/* --- threads --------------------------------------------------------------------------------- */

/* One call that threads share: they take chunks of its blocks until there are none. */
typedef struct {
    const cr_call *call;
    cr_watch *watch;
    int64_t next, blocks, chunk;
    int failed;
} cr_job;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    int workers;       /* threads that wait for work, besides the caller */
    int64_t round;     /* counts the jobs that were handed out */
    int seats;         /* workers that may still join the job */
    int busy;          /* workers that are at it */
    int taken;         /* a job is running: another caller works alone */
    pid_t process;     /* after a fork there are no workers */
    cr_job *job;
} cr_pool_t;

static cr_pool_t cr_pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                            PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0, 0, NULL};

static int64_t cr_blocks(const cr_call *call) {
    return (call->rows + call->rows_a_block - 1) / call->rows_a_block;
}

/* Blocks from first to last. */
static void cr_some(const cr_call *call, cr_desk *desk, int64_t first, int64_t last) {
    for (int64_t block = first; block < last && !desk->watch->stop; block++) {
        int64_t from = block * call->rows_a_block, to = from + call->rows_a_block;
        cr_rows(call, desk, from, to < call->rows ? to : call->rows, block);
    }
}

static void cr_share(cr_job *job, int is_caller) {
    cr_desk desk;
    if (!cr_desk_open(&desk, job->call)) {
        __atomic_store_n(&job->failed, 1, __ATOMIC_RELAXED);
        return;
    }
    desk.watch = job->watch;
    desk.is_caller = is_caller;
    desk.ticks = desk.interval = 16;
    desk.looked = desk.asked = is_caller && job->watch->asked ? cr_now() : 0;
    while (!job->watch->stop) {
        int64_t first = __atomic_fetch_add(&job->next, job->chunk, __ATOMIC_RELAXED);
        if (first >= job->blocks) break;
        int64_t last = first + job->chunk;
        cr_some(job->call, &desk, first, last < job->blocks ? last : job->blocks);
    }
    free(desk.memory);
}

static void *cr_share_alone(void *job) {
    cr_share(job, 0);
    return NULL;
}

/* Whether all blocks were taken, and by threads that had the memory for them. */
static int cr_is_done(const cr_job *job) { return !job->failed || job->next >= job->blocks; }

static void cr_ask(cr_watch *watch) {
    if (watch->asked && !watch->stop && watch->asked())
        __atomic_store_n(&watch->stop, 1, __ATOMIC_RELAXED);
}

static struct timespec cr_soon(clockid_t clock) {
    struct timespec soon;
    clock_gettime(clock, &soon);
    soon.tv_nsec += CR_PATIENCE;
    if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
    return soon;
}

/* A function of a hundred thousand terms takes megabytes of stack, more than a thread has: it gets
   threads of its own for the call, the caller waits. */
static int cr_run_deep(cr_job *job, int threads) {
    pthread_t workers[CR_MAX_THREADS];
    pthread_attr_t attributes;
    int started = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (job->call->nest->stack + (1 << 20)) / 4096 * 4096);
    while (started < threads &&
           !pthread_create(&workers[started], &attributes, cr_share_alone, job))
        started++;
    pthread_attr_destroy(&attributes);
    for (int i = 0; i < started; i++) {
#ifdef __linux__
        struct timespec soon = cr_soon(CLOCK_REALTIME);
        while (pthread_timedjoin_np(workers[i], NULL, &soon) == ETIMEDOUT) {
            cr_ask(job->watch);
            soon = cr_soon(CLOCK_REALTIME);
        }
#else
        pthread_join(workers[i], NULL);
#endif
    }
    return started && cr_is_done(job);
}

static void *cr_worker(void *argument) {
    cr_pool_t *pool = argument;
    int64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen || pool->seats == 0) {
            seen = pool->round;
            pthread_cond_wait(&pool->work, &pool->lock);
        }
        seen = pool->round;
        pool->seats--;
        pool->busy++;
        cr_job *job = pool->job;
        pthread_mutex_unlock(&pool->lock);
        cr_share(job, 0);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->done);
    }
    return NULL;
}

/* To be called by one thread at a time (under the GIL) before cr_run: on the first call, and on the
   first one after a fork, which leaves the workers behind. */
static void cr_prepare(void) {
    cr_pool_t *pool = &cr_pool;
    if (pool->process == getpid()) return;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->workers = pool->seats = pool->busy = pool->taken = 0;
    pool->process = getpid();
}

/* Run all blocks on so many threads. Returns 0 if memory ran out. Where asked() says so it ends
   early; what was written until then is of no use. */
static int cr_run(const cr_call *call, int threads, cr_asked asked) {
    cr_pool_t *pool = &cr_pool;
    int64_t blocks = cr_blocks(call);
    if (threads > CR_MAX_THREADS) threads = CR_MAX_THREADS;
    if (threads > blocks) threads = (int)blocks;
    /* Eight chunks a thread, so that one that is held up does not hold up all. */
    cr_watch watch = {asked, 0};
    cr_job job = {call, &watch, 0, blocks, blocks / (threads * 8) + 1, 0};
    if (call->nest->stack > CR_STACK) return cr_run_deep(&job, threads);
    if (threads > 1) {
        pthread_mutex_lock(&pool->lock);
        if (pool->taken) threads = 1;
        else pool->taken = 1;
        if (threads > 1) {
            while (pool->workers < threads - 1) {
                pthread_t thread;
                if (pthread_create(&thread, NULL, cr_worker, pool)) break;
                pthread_detach(thread);
                pool->workers++;
            }
            pool->job = &job;
            pool->seats = threads - 1;
            pool->round++;
            pthread_cond_broadcast(&pool->work);
        }
        pthread_mutex_unlock(&pool->lock);
    }
    cr_share(&job, 1);
    if (threads > 1) {
        pthread_mutex_lock(&pool->lock);
        pool->seats = 0;
        while (pool->busy) {
            /* Not with the lock: who is asked may run a handler of signals, or wait for the GIL. */
            struct timespec soon = cr_soon(CLOCK_REALTIME);
            if (pthread_cond_timedwait(&pool->done, &pool->lock, &soon) == ETIMEDOUT) {
                pthread_mutex_unlock(&pool->lock);
                cr_ask(&watch);
                pthread_mutex_lock(&pool->lock);
            }
        }
        pool->taken = 0;
        pthread_mutex_unlock(&pool->lock);
    }
    return cr_is_done(&job);
}

#endif
