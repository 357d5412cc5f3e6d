// SPDX-License-Identifier: BSD-2-Clause
// The cost of the steps of a boot in core/ by the number of modules: time, memory from the arena
// and, in the counting build, executed basic blocks. A constant cost per module shows that nothing
// grows faster than the number of modules.
//
//     bench_core           a table for each step: time and arena bytes per module
//     bench_core --check   exit status 1 when blocks or bytes per module grow from row to row
//     bench_core --only N  one boot of N modules, for a profiler
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "steps.h"

static const uint32_t counts[] = {10, 100, 1000, 10000};
#define ROWS BTL_COUNT(counts)

static double per_module(uint64_t value, size_t row)
{
    return (double)value / counts[row];
}

static void print_ratio(uint64_t value, uint64_t before, size_t row)
{
    if (row == 0 || before == 0)
        printf("  %5s", "");
    else
        printf("  x%4.2f", per_module(value, row) / per_module(before, row - 1));
}

// With `counted`, print blocks instead of time, which means nothing in the counting build.
static void print_step(int step, struct cost cost[ROWS][STEPS], bool counted)
{
    printf("\n%s: %s\n%10s %19s %17s\n", steps[step].name, steps[step].what, "modules",
           counted ? "blocks/module" : "ns/module", "arena B/module");
    for (size_t row = 0; row < ROWS; row++) {
        const struct cost *now = &cost[row][step], *before = row > 0 ? &cost[row - 1][step] : now;
        uint64_t value = counted ? now->blocks : now->nanoseconds;
        printf("%10u %12.0f", counts[row], per_module(value, row));
        print_ratio(value, counted ? before->blocks : before->nanoseconds, row);
        printf(" %10.0f", per_module(now->bytes, row));
        print_ratio(now->bytes, before->bytes, row);
        putchar('\n');
    }
}

// With ten times the modules, the cost of each may grow by the doubling of hash tables and arrays
// (at most twofold), and by little else. A quadratic step would grow tenfold.
static bool is_level(const char *what, const char *where, uint64_t value, uint64_t before,
                     size_t row, double limit)
{
    if (per_module(value, row) <= per_module(before, row - 1) * limit)
        return true;
    printf("%s: %s per module grow from %.0f at %u modules to %.0f at %u\n", where, what,
           per_module(before, row - 1), counts[row - 1], per_module(value, row), counts[row]);
    return false;
}

static bool all_steps_are_level(struct cost cost[ROWS][STEPS])
{
    bool good = true;
    for (int step = 0; step < STEPS; step++) {
        if (cost[0][step].blocks == 0) {
            puts("blocks are not counted in this build; use bench_counted");
            return false;
        }
        for (size_t row = 2; row < ROWS; row++) { // ten modules are too few to compare with
            const struct cost *now = &cost[row][step], *before = &cost[row - 1][step];
            good &= is_level("blocks", steps[step].name, now->blocks, before->blocks, row, 1.4);
            good &= is_level("arena bytes", steps[step].name, now->bytes, before->bytes, row, 2.0);
        }
    }
    return good;
}

// Print a line for each shape: the cost for 10,000 modules, compared with that for 1,000.
static bool print_shapes(bool checking)
{
    bool good = true;
    printf("\nplan, in shapes whose cost is quadratic in a careless planner\n"
           "%10s %19s %17s\n",
           "shape", checking ? "blocks/module" : "ns/module", "arena B/module");
    for (int shape = 0; shape < PLAN_SHAPES; shape++) {
        struct cost small = measure_shape(shape, counts[ROWS - 2], checking ? 1 : 9);
        struct cost large = measure_shape(shape, counts[ROWS - 1], checking ? 1 : 9);
        uint64_t value = checking ? large.blocks : large.nanoseconds;
        printf("%10s %12.0f", plan_shape_names[shape], per_module(value, ROWS - 1));
        print_ratio(value, checking ? small.blocks : small.nanoseconds, ROWS - 1);
        printf(" %10.0f", per_module(large.bytes, ROWS - 1));
        print_ratio(large.bytes, small.bytes, ROWS - 1);
        putchar('\n');
        if (checking)
            good &= is_level("blocks", plan_shape_names[shape], large.blocks, small.blocks,
                             ROWS - 1, 1.4);
    }
    return good;
}

int main(int argc, char **argv)
{
    static struct cost cost[ROWS][STEPS];
    bool checking = argc == 2 && strcmp(argv[1], "--check") == 0;
    if (argc == 3 && strcmp(argv[1], "--only") == 0) {
        measure_steps((uint32_t)strtoul(argv[2], NULL, 10), 1, cost[0]);
        return 0;
    }
    if (argc > 1 && !checking) {
        fputs("usage: bench_core [--check | --only MODULES]\n", stderr);
        return 2;
    }
    for (size_t row = 0; row < ROWS; row++)
        measure_steps(counts[row], checking ? 1 : 5 + 2000 / counts[row], cost[row]);
    printf("One module: %u relocations or fewer, %u exports, up to %u dependencies.\n"
           "x: against the row above.%s\n",
           GEN_RELOCATIONS, GEN_EXPORTS, GEN_DEPENDENCIES,
           checking ? ""
                    : " Times are the minimum of several runs;\n"
                      "they grow somewhat when the data no longer fits the caches.");
    for (int step = 0; step < STEPS; step++)
        print_step(step, cost, checking);
    bool good = print_shapes(checking);
    if (!checking)
        return 0;
    good &= all_steps_are_level(cost);
    puts(good ? "every step is linear" : "not every step is linear");
    return good ? 0 : 1;
}
