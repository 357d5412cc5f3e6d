// SPDX-License-Identifier: BSD-2-Clause
// btl link --stats: the time of each pass.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

// Sums over all threads.
struct link_total {
    double seconds[LINK_PASSES];
    uint64_t file_bytes, symbols, contents, relocations;
};

static struct link_total sum_threads(const struct link_job *job)
{
    struct link_total total = {0};
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

static void print_pass(const char *name, double seconds, uint64_t amount, const char *what)
{
    printf("%-10s %9.1f %12lu %-12s %14.0f\n", name, seconds * 1e3, amount, what,
           seconds > 0 ? (double)amount / seconds : 0.0);
}

// Both buffers are written first, so that only the copy is measured.
static double time_memcpy(uint64_t size)
{
    char *from = malloc(size + 1), *to = malloc(size + 1);
    double seconds = 0;
    if (from != NULL && to != NULL) {
        memset(from, 1, size);
        memset(to, 2, size);
        double start = link_clock();
        memcpy(to, from, size);
        __asm__ volatile("" : : "r"(to) : "memory"); // keeps the copy
        seconds = link_clock() - start;
    }
    free(from);
    free(to);
    return seconds;
}

void link_print_stats(const struct link_job *job, double seconds)
{
    struct link_total total = sum_threads(job);
    const double *passes = total.seconds;
    uint64_t map_bytes = 0;
    for (uint32_t i = 0; i < job->count; i++)
        map_bytes += job->modules[i].map.len;
    printf("%-10s %9s %25s %14s\n", "pass", "ms", "amount            ", "per second");
    print_pass("read", passes[LINK_READ], total.file_bytes, "bytes");
    print_pass("open", passes[LINK_OPEN], total.symbols, "symbols");
    print_pass("layout", passes[LINK_LAYOUT], total.relocations, "relocations");
    print_pass("symbols", passes[LINK_SYMBOLS], job->symtab.count, "names");
    print_pass("copy", passes[LINK_COPY], total.contents, "bytes");
    print_pass("  memcpy", time_memcpy(total.contents), total.contents, "bytes");
    print_pass("resolve", passes[LINK_RESOLVE], total.symbols, "symbols");
    print_pass("relocate", passes[LINK_RELOCATE], total.relocations, "relocations");
    print_pass("write", passes[LINK_WRITE], job->size, "bytes");
    print_pass("map", passes[LINK_MAP], map_bytes, "bytes");
    print_pass("all", seconds, total.relocations, "relocations");
    print_pass("", seconds, total.contents, "bytes");
    printf("Modules: %u; threads: %u. Times of passes are sums over the threads; \"all\" is "
           "elapsed time.\n"
           "memcpy: the bytes of copy again, by one thread, in memory that was written before.\n",
           job->count, job->thread_count);
}
