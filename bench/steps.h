// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot that happen in core/, each run and measured by itself.
#ifndef BTL_BENCH_STEPS_H
#define BTL_BENCH_STEPS_H

#include "plan_shapes.h"

enum step { CONFIG, READ, PLAN, LINK, MANIFEST, FAIL, STEPS };

extern const struct step_text {
    const char *name, *what;
} steps[STEPS];

struct cost {
    uint64_t nanoseconds; // the least of all runs
    uint64_t bytes;       // taken from the arena
    uint64_t blocks;      // basic blocks of core/ that were run; 0 when the build does not count
};

// A boot of `count` modules, `runs` times over the same memory.
void measure_steps(uint32_t count, unsigned runs, struct cost ret_cost[STEPS]);
// A plan of that shape and size.
struct cost measure_shape(enum plan_shape shape, uint32_t count, unsigned runs);

#endif
