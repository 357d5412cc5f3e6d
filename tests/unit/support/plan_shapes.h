// SPDX-License-Identifier: BSD-2-Clause
// Plans of any size in shapes that a careless planner pays for with the square of the size: the
// unit tests compare their memory, `make bench-check` the work.
#ifndef BTL_PLAN_SHAPES_H
#define BTL_PLAN_SHAPES_H

#include <btl/plan.h>

enum plan_shape {
    SHAPE_STAR,      // all need the first
    SHAPE_CHAIN,     // each needs the one before; the last pulls all into BOOT1
    SHAPE_CYCLE,     // one cycle through all
    SHAPE_KNOT,      // each needs the next and the first: as many cycles as modules
    SHAPE_MISSING,   // all need one that is not there
    SHAPE_UNFIT,     // a chain in BOOT1 whose end supports RUN alone
    SHAPE_LIBRARY,   // all need some of as many interfaces of the first, in versions it has not
    SHAPE_DUPLICATE, // one module that names the same dependency over and over
    SHAPE_TUNABLES,  // one module, as many tunables, and as many settings of others
    PLAN_SHAPES
};

extern const char *const plan_shape_names[PLAN_SHAPES];

struct shaped {
    enum plan_shape shape;
    uint32_t count;
    struct btl_config config;
    struct btl_modinfo *infos; // of the modules of the plan, by their index
    struct btl_plan plan;
    struct btl_diags diags;
};

// Makes names, configuration and metadata from `own`; ends the program when it has no memory.
void shape_make(struct shaped *ret, enum plan_shape shape, uint32_t count, struct btl_arena *own);
// Plans it, then fails whatever is planned, the last first, one by one.
void shape_plan(struct shaped *shaped, struct btl_arena *arena);

#endif
