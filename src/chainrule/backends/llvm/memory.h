/* Memory for large arrays. */
#ifndef CR_MEMORY_H
#define CR_MEMORY_H

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define CR_HUGE ((size_t)1 << 21)

/* Aligned memory; NULL if there is none. Linux is asked for huge pages where there are several, as
   NumPy does, so that fresh results are in such pages as results that the caller made are. */
static void *cr_allocated(size_t size) {
    void *memory = NULL;
    int is_huge = size >= 2 * CR_HUGE;
    size_t alignment = is_huge ? CR_HUGE : size >= 65536 ? 4096 : 64;
    if (posix_memalign(&memory, alignment, size ? size : 1)) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (is_huge) madvise(memory, size, MADV_HUGEPAGE);
#endif
    return memory;
}

#endif
