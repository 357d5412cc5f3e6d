// SPDX-License-Identifier: BSD-2-Clause
// The steps of a boot, as loader and kernel take them, without firmware and without a console.
#include "steps.h"

#include <btl/manifest_writer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "generate.h"

#define MODULE_BASE 0xffffffff80400000ull

const struct step_text steps[STEPS] = {
    [STEP_CONFIG] = {"config", "parse loader.conf, three lines a module"},
    [STEP_READ] = {"read", "check the ELF file and read its metadata"},
    [STEP_PLAN] = {"plan", "collect, check the rules, order"},
    [STEP_LINK] = {"link", "lay out, copy, resolve, relocate, export"},
    [STEP_MANIFEST] = {"manifest", "measure, write, seal, and open it again"},
    [STEP_FAIL] = {"fail", "one failure after another until nothing is left"},
};

// The state of one run. The arenas are allocated once and reused by each run.
struct run {
    struct generated input;
    struct btl_arena arena[STEPS];
    struct btl_diags diags;
    struct btl_config config;
    struct btl_elf kernel_elf, *elf;
    struct btl_modinfo kernel_info, *info;
    struct btl_kernel_image kernel;
    struct btl_plan plan;
    struct btl_symtab symtab;
    struct btl_image *image;
    struct btl_module_result *results;
    uint8_t *kernel_memory, *image_memory, *manifest_memory;
    uint64_t image_capacity, manifest_capacity;
    uint64_t relocations;
};

// Called at each basic block of core/ in the counting build (-fsanitize-coverage=trace-pc).
static uint64_t blocks_run;
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    blocks_run++;
}

static void must(bool good, const struct run *run, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s failed", what);
    if (run->diags.first != NULL)
        fprintf(stderr, ": %s", btl_code_name(run->diags.first->code));
    fputc('\n', stderr);
    exit(1);
}

static void *bench_alloc(const struct run *run, uint64_t size)
{
    void *memory = malloc(size);
    must(memory != NULL, run, "getting memory");
    return memset(memory, 0, size); // maps its pages before anything is timed
}

static uint64_t cpu_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time); // other programs' time does not count
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// ------------------------------------------------------------------------------------- the steps

static void do_config(struct run *run)
{
    must(btl_config_parse(BTL_STR("loader.conf"), run->input.conf, &run->arena[STEP_CONFIG],
                          &run->config, &run->diags),
         run, "config");
}

static void do_read(struct run *run)
{
    struct btl_arena *arena = &run->arena[STEP_READ];
    for (uint32_t i = 0; i < run->input.count; i++)
        must(btl_elf_open(run->input.modules[i], BTL_ELF_MODULE, 0, (struct btl_place){0},
                          &run->elf[i], &run->diags) &&
                 btl_modinfo_read(&run->elf[i], arena, &run->info[i], &run->diags),
             run, "read");
}

static void do_plan(struct run *run)
{
    uint32_t wanted;
    must(btl_plan_begin(&run->plan, &run->config, &run->kernel_info, &run->arena[STEP_PLAN],
                        &run->diags),
         run, "plan");
    while ((wanted = btl_plan_next_wanted(&run->plan)) != BTL_NONE)
        btl_plan_give(&run->plan, wanted, &run->info[wanted]);
    must(btl_plan_order(&run->plan) && run->plan.order_count == run->input.count, run, "plan");
}

static bool bench_link_module(struct run *run, uint32_t index, uint64_t *offset)
{
    struct btl_image *image = &run->image[index];
    struct btl_scope scope;
    if (!btl_image_layout(&run->elf[index], &run->arena[STEP_LINK], image, &run->diags) ||
        !btl_in_range(*offset, image->size, run->image_capacity))
        return false;
    btl_plan_scope(&run->plan, index, &run->symtab, &scope);
    btl_image_place(image, MODULE_BASE + *offset, run->image_memory + *offset);
    *offset += image->size;
    btl_image_copy(image);
    return btl_image_resolve(image, &scope, &run->diags) &&
           btl_image_relocate(image, &run->diags) &&
           btl_image_export(image, &run->info[index], index, &scope, &run->symtab, &run->diags);
}

// All modules, as if all were in phase 1.
static void do_link(struct run *run)
{
    uint64_t offset = 0;
    run->relocations = 0;
    must(btl_symtab_init(&run->symtab, 0, &run->arena[STEP_LINK]) &&
             btl_kernel_export(&run->kernel, &run->kernel_info, BTL_KERNEL, &run->symtab,
                               &run->diags),
         run, "link");
    for (uint32_t i = 0; i < run->plan.order_count; i++) {
        must(bench_link_module(run, run->plan.order[i], &offset), run, "link");
        run->relocations += run->image[run->plan.order[i]].relocation_count;
    }
}

static void do_manifest(struct run *run)
{
    struct btl_manifest_input input = {
        .system = {.machine = ELF_MACHINE_X86_64},
        .config = &run->config,
        .plan = &run->plan,
        .results = run->results,
        .kernel = &run->kernel,
        .kernel_info = &run->kernel_info,
        .symtab = &run->symtab,
        .diags = &run->diags,
        .memory_capacity = 16,
    };
    struct btl_manifest manifest;
    struct btl_arena *arena = &run->arena[STEP_MANIFEST];
    uint64_t size;
    struct btl_manifest_draft *draft = btl_manifest_measure(&input, arena, &size);
    must(draft != NULL && size <= run->manifest_capacity, run, "manifest");
    btl_manifest_put(draft, run->manifest_memory);
    btl_manifest_seal(run->manifest_memory, 0, 0, 0);
    must(btl_manifest_open((struct btl_bytes){run->manifest_memory, size}, (struct btl_place){0},
                           &manifest, &run->diags),
         run, "manifest");
}

// The last module first, so that no failure affects another module.
static void do_fail(struct run *run)
{
    for (uint32_t i = run->plan.order_count; i > 0; i--)
        btl_plan_fail(&run->plan, run->plan.order[i - 1], NULL);
    btl_plan_compact(&run->plan);
    must(run->plan.order_count == 0 && run->diags.errors == run->input.count, run, "fail");
}

static void (*const actions[STEPS])(struct run *run) = {
    [STEP_CONFIG] = do_config, [STEP_READ] = do_read,         [STEP_PLAN] = do_plan,
    [STEP_LINK] = do_link,     [STEP_MANIFEST] = do_manifest, [STEP_FAIL] = do_fail,
};

// ---------------------------------------------------------------------------------------- a run

static void open_kernel(struct run *run)
{
    struct btl_arena *arena = &run->arena[STEP_READ];
    must(btl_elf_open(run->input.kernel, BTL_ELF_KERNEL, 0, (struct btl_place){0}, &run->kernel_elf,
                      &run->diags) &&
             btl_modinfo_read(&run->kernel_elf, arena, &run->kernel_info, &run->diags) &&
             btl_kernel_open(&run->kernel_elf, arena, &run->kernel, &run->diags),
         run, "the kernel");
    if (run->kernel_memory == NULL)
        run->kernel_memory = bench_alloc(run, run->kernel.size);
    must(btl_kernel_load(&run->kernel, run->kernel.link_base, run->kernel_memory, &run->diags), run,
         "the kernel");
}

static void bench_begin(struct run *run, uint32_t count)
{
    enum {
        ARENA_PER_MODULE = 16 << 10,
        IMAGE_PER_MODULE = 16 << 10,
        MANIFEST_PER_MODULE = 8 << 10
    };
    memset(run, 0, sizeof(*run));
    generate(&run->input, count);
    for (int i = 0; i < STEPS; i++) {
        size_t size = (1 << 20) + (size_t)count * ARENA_PER_MODULE;
        run->arena[i].at = bench_alloc(run, size);
        run->arena[i].end = run->arena[i].at + size;
    }
    run->elf = bench_alloc(run, count * sizeof(*run->elf));
    run->info = bench_alloc(run, count * sizeof(*run->info));
    run->image = bench_alloc(run, count * sizeof(*run->image));
    run->results = bench_alloc(run, count * sizeof(*run->results));
    for (uint32_t i = 0; i < count; i++)
        run->results[i] = (struct btl_module_result){
            .elf = &run->elf[i], .image = &run->image[i], .file_size = run->input.modules[i].size};
    run->image_capacity = (uint64_t)count * IMAGE_PER_MODULE;
    run->image_memory = bench_alloc(run, run->image_capacity);
    run->manifest_capacity = (1 << 20) + (uint64_t)count * MANIFEST_PER_MODULE;
    run->manifest_memory = bench_alloc(run, run->manifest_capacity);
}

static void bench_end(struct run *run, uint8_t *const arenas[STEPS])
{
    for (int i = 0; i < STEPS; i++)
        free(arenas[i]);
    free(run->elf);
    free(run->info);
    free(run->image);
    free(run->results);
    free(run->kernel_memory);
    free(run->image_memory);
    free(run->manifest_memory);
    generated_free(&run->input);
}

// Run all steps once; keep the minimum time of each.
static void bench_run_once(struct run *run, uint8_t *const arenas[STEPS], struct cost cost[STEPS])
{
    for (int i = 0; i < STEPS; i++) {
        run->arena[i].at = arenas[i];
        run->arena[i].taken = 0;
    }
    run->diags = (struct btl_diags){.arena = &run->arena[STEP_FAIL]};
    open_kernel(run);
    run->arena[STEP_READ].taken = 0;
    for (int i = 0; i < STEPS; i++) {
        uint64_t blocks = blocks_run, start = cpu_time();
        actions[i](run);
        uint64_t time = cpu_time() - start;
        if (cost[i].nanoseconds == 0 || time < cost[i].nanoseconds)
            cost[i].nanoseconds = time;
        cost[i].blocks = blocks_run - blocks;
        cost[i].bytes = run->arena[i].taken;
    }
}

void measure_steps(uint32_t count, unsigned runs, struct cost ret_cost[STEPS])
{
    struct run run;
    uint8_t *arenas[STEPS];
    bench_begin(&run, count);
    for (int i = 0; i < STEPS; i++)
        arenas[i] = run.arena[i].at;
    memset(ret_cost, 0, STEPS * sizeof(*ret_cost));
    for (unsigned i = 0; i < runs; i++)
        bench_run_once(&run, arenas, ret_cost);
    bench_end(&run, arenas);
}

// ---------------------------------------------------------------- worst cases of the planner

struct cost measure_shape(enum plan_shape shape, uint32_t count, unsigned runs)
{
    static const struct run nothing;
    size_t size = (4 << 20) + (size_t)count * 4096;
    uint8_t *own_memory = bench_alloc(&nothing, size), *memory = bench_alloc(&nothing, size);
    struct btl_arena own = {.at = own_memory, .end = own_memory + size};
    struct cost cost = {.nanoseconds = UINT64_MAX};
    struct shaped shaped;
    shape_make(&shaped, shape, count, &own);
    for (unsigned i = 0; i < runs; i++) {
        struct btl_arena arena = {.at = memory, .end = memory + size};
        uint64_t blocks = blocks_run, start = cpu_time();
        shape_plan(&shaped, &arena);
        uint64_t time = cpu_time() - start;
        cost.nanoseconds = time < cost.nanoseconds ? time : cost.nanoseconds;
        cost.bytes = arena.taken;
        cost.blocks = blocks_run - blocks;
        must(shaped.diags.lost == 0, &nothing, plan_shape_names[shape]);
    }
    free(own_memory);
    free(memory);
    return cost;
}
