// SPDX-License-Identifier: BSD-2-Clause
// How fast this machine hashes, in bytes a second: as the loader does it, and in C alone. The
// emulated processor has no instructions for it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash.h"

#define SIZE (16u << 20)
#define RUNS 9

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double speed(void (*hash)(struct btl_bytes, uint8_t *), struct btl_bytes bytes)
{
    uint8_t digest[32];
    double least = 0;
    for (int i = 0; i < RUNS; i++) {
        double begin = now();
        hash(bytes, digest);
        double passed = now() - begin;
        least = i == 0 || passed < least ? passed : least;
    }
    return (double)bytes.size / least;
}

int main(void)
{
    uint8_t *bytes = malloc(SIZE);
    if (bytes == NULL)
        return 1;
    memset(bytes, 1, SIZE);
    struct btl_bytes all = {bytes, SIZE};
    printf("%.0f %.0f\n", speed(hash_file, all), speed(btl_sha256, all));
    free(bytes);
    return 0;
}
