// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot in core/, each measured by itself.
#ifndef BTL_BENCH_STEPS_H
#define BTL_BENCH_STEPS_H

#include "plan_shapes.h"

enum step { STEP_CONFIG, STEP_READ, STEP_PLAN, STEP_LINK, STEP_MANIFEST, STEP_FAIL, STEPS };

extern const struct step_text {
    const char *name, *what;
} steps[STEPS];

struct cost {
    uint64_t nanoseconds; // minimum of all runs
    uint64_t bytes;       // of the arena
    uint64_t blocks;      // executed basic blocks of core/; 0 when the build does not count
};

// Measure a boot of `count` modules, `runs` times in the same memory.
void measure_steps(uint32_t count, unsigned runs, struct cost ret_cost[STEPS]);
// Measure a plan of that shape and size.
struct cost measure_shape(enum plan_shape shape, uint32_t count, unsigned runs);

#endif
