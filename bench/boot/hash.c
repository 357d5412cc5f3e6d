// SPDX-License-Identifier: BSD-2-Clause
// The speed of hashing on this machine in bytes per second: as the loader does it, and in C. The
// emulated processor has no instructions for SHA-256.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash.h"

#include "x86_64/vectors.h"

#define SIZE (16u << 20)
#define RUNS 9

// As an operating system has them; a program cannot read them.
struct control_registers cpu_control_registers(void)
{
    return (struct control_registers){.cr0 = 0x80000011, .cr4 = 0x220};
}

static double thread_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double hash_speed(void (*hash)(struct btl_bytes, uint8_t *), struct btl_bytes bytes)
{
    uint8_t digest[32];
    double min = 0;
    for (int i = 0; i < RUNS; i++) {
        double begin = thread_time();
        hash(bytes, digest);
        double passed = thread_time() - begin;
        min = i == 0 || passed < min ? passed : min;
    }
    return (double)bytes.size / min;
}

int main(void)
{
    uint8_t *bytes = malloc(SIZE);
    if (bytes == NULL)
        return 1;
    memset(bytes, 1, SIZE);
    struct btl_bytes all = {bytes, SIZE};
    printf("%.0f %.0f\n", hash_speed(hash_file, all), hash_speed(btl_sha256, all));
    free(bytes);
    return 0;
}
