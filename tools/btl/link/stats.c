// SPDX-License-Identifier: BSD-2-Clause
// btl link --stats: where the time went.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

// What all threads did.
struct total {
    double seconds[LINK_PASSES];
    uint64_t file_bytes, symbols, contents, relocations;
};

static struct total add_up(const struct link_job *job)
{
    struct total total = {0};
    for (uint32_t i = 0; i < job->thread_count; i++) {
        const struct link_thread *thread = &job->threads[i];
        for (enum link_pass pass = 0; pass < LINK_PASSES; pass++)
            total.seconds[pass] += thread->seconds[pass];
        total.file_bytes += thread->file_bytes;
        total.symbols += thread->symbols;
        total.contents += thread->contents;
        total.relocations += thread->relocations;
    }
    return total;
}

static void row(const char *name, double seconds, uint64_t amount, const char *what)
{
    printf("%-10s %9.1f %12lu %-12s %14.0f\n", name, seconds * 1e3, amount, what,
           seconds > 0 ? (double)amount / seconds : 0.0);
}

// Both pieces of memory have been written before, so that it is the copy alone that is measured.
static double time_memcpy(uint64_t size)
{
    char *from = malloc(size + 1), *to = malloc(size + 1);
    double seconds = 0;
    if (from != NULL && to != NULL) {
        memset(from, 1, size);
        memset(to, 2, size);
        double start = link_clock();
        memcpy(to, from, size);
        __asm__ volatile("" : : "r"(to) : "memory"); // it must not be left out
        seconds = link_clock() - start;
    }
    free(from);
    free(to);
    return seconds;
}

void link_print_stats(const struct link_job *job, double seconds)
{
    struct total total = add_up(job);
    const double *passes = total.seconds;
    uint64_t map_bytes = 0;
    for (uint32_t i = 0; i < job->count; i++)
        map_bytes += job->modules[i].map.len;
    printf("%-10s %9s %25s %14s\n", "pass", "ms", "amount            ", "per second");
    row("read", passes[LINK_READ], total.file_bytes, "bytes");
    row("open", passes[LINK_OPEN], total.symbols, "symbols");
    row("layout", passes[LINK_LAYOUT], total.relocations, "relocations");
    row("symbols", passes[LINK_SYMBOLS], job->symtab.count, "names");
    row("copy", passes[LINK_COPY], total.contents, "bytes");
    row("  memcpy", time_memcpy(total.contents), total.contents, "bytes");
    row("resolve", passes[LINK_RESOLVE], total.symbols, "symbols");
    row("relocate", passes[LINK_RELOCATE], total.relocations, "relocations");
    row("write", passes[LINK_WRITE], job->size, "bytes");
    row("map", passes[LINK_MAP], map_bytes, "bytes");
    row("all", seconds, total.relocations, "relocations");
    row("", seconds, total.contents, "bytes");
    printf("%u modules. Times of passes are added up over %u threads; \"all\" is the clock on the "
           "wall.\nmemcpy: the bytes of copy once more, by one thread, in memory touched before.\n",
           job->count, job->thread_count);
}
