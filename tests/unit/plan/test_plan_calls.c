// SPDX-License-Identifier: BSD-2-Clause
// Rule 15: exports of the kernel that are there only from a later phase on.
#include "test_case.h"

#include <btl/elf.h>

#include "elf_builder.h"
#include "plan_world.h"

static struct btl_export_phase late[] = {
    {BTL_STR("kprintf"), BTL_SUPPORTS_BOOT1},
    {BTL_STR("page_alloc"), BTL_SUPPORTS_BOOT2},
    {BTL_STR("page_free"), BTL_SUPPORTS_BOOT2},
    {BTL_STR("thread_start"), BTL_SUPPORTS_RUN},
};

// The file of every module here: it uses kprintf, page_alloc (twice in the symbol table),
// thread_start weakly, and defines page_free.
static void build_file(struct elf_builder *b, struct btl_elf *elf, struct btl_diags *diags)
{
    static const uint8_t code[16];
    eb_begin(b, ELF_REL, ELF_MACHINE_X86_64);
    uint32_t text = eb_section(b, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 16,
                               code, sizeof(code));
    eb_symbol(b, "kprintf", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(b, "page_alloc", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(b, "page_alloc", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(b, "thread_start", EB_WEAK(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(b, "page_free", EB_GLOBAL(ELF_STT_FUNC), text, 0, 16);
    assert_true(btl_elf_open(eb_finish(b), BTL_ELF_MODULE, 0, (struct btl_place){0}, elf, diags));
}

// Plan, then check each module of the order. Return whether memory sufficed. The messages use the
// file, which plan_end() frees.
static struct elf_builder builder;
static struct test_memory file_memory;

static bool plan_and_check(struct plan_world *world)
{
    struct btl_elf elf;
    bool memory_left = true;
    test_memory_begin(&file_memory);
    struct btl_diags diags = {.arena = &file_memory.arena};
    build_file(&builder, &elf, &diags);
    world_plan(world);
    for (uint32_t i = 0; i < world->plan.order_count; i++)
        if (world->plan.modules[world->plan.order[i]].verdict == BTL_LOAD)
            memory_left =
                btl_plan_check_calls(&world->plan, world->plan.order[i], &elf) && memory_left;
    btl_plan_compact(&world->plan);
    return memory_left;
}

static void plan_end(struct plan_world *world)
{
    world_end(world);
    eb_end(&builder);
    test_memory_end(&file_memory);
}

struct calls_case {
    const char *name;
    const char *phase, *module; // of module a, on which b depends
    const char *plan, *codes;
};

#define ALL "phases=BOOT1,BOOT2,RUN"

static const struct calls_case cases[] = {
    {"both too early in BOOT1", "BOOT1", "a " ALL, "failed: a b",
     "plan-call-too-early plan-dependency-failed plan-call-too-early"},
    {"one stated as later", "BOOT1", "a " ALL " later=page_alloc", "failed: a b",
     "plan-call-too-early plan-dependency-failed"},
    {"both stated as later", "BOOT1", "a " ALL " later=thread_start,page_alloc",
     "BOOT1: a; INIT: b", ""},
    {"a later that is no export", "BOOT1", "a " ALL " later=nothing,kprintf", "failed: a b",
     "plan-call-too-early plan-dependency-failed plan-call-too-early"},
    {"the second one too early in BOOT2", "BOOT2", "a " ALL, "failed: a b",
     "plan-call-too-early plan-dependency-failed"},
    {"the second one later in BOOT2", "BOOT2", "a " ALL " later=thread_start", "BOOT2: a; INIT: b",
     ""},
    {"nothing is too early in INIT", "INIT", "a " ALL, "INIT: a b", ""},
    {"nothing is too early in AUTO", "AUTO", "a phases=RUN", "INIT: a<b b", ""},
};

static void test_calls(void **state)
{
    const struct calls_case *row = *state;
    struct plan_world world;
    char conf[128];
    btl_format_to(conf, sizeof(conf), "a_load=\"YES\"\na_phase=\"%s\"\nb_load=\"YES\"\n",
                  row->phase);
    world_begin(&world, conf);
    world.kernel.export_phases = late;
    world.kernel.export_phase_count = BTL_COUNT(late);
    world_module(&world, row->module);
    world_module(&world, "b depends=a");
    assert_true(plan_and_check(&world));
    assert_codes(&world.memory, &world.diags, row->codes);
    assert_plan(&world, row->plan);
    plan_end(&world);
}
TEST_ROWS(cases, test_calls)

TEST(test_the_message_names_file_export_and_both_phases)
{
    struct plan_world world;
    world_begin(&world, "b_load=\"YES\"\nb_phase=\"BOOT1\"\n");
    world.kernel.export_phases = late;
    world.kernel.export_phase_count = 2;
    world_module(&world, "b phases=BOOT1 depends=a later=page_alloc");
    world_module(&world, "a phases=BOOT1");
    plan_and_check(&world);
    assert_string_equal(
        world_messages(&world),
        "/modules/a.ko: error: a: it is to be loaded in BOOT1 and uses page_alloc, which the "
        "kernel "
        "offers from BOOT2 on; configure a later phase, or add BTL_LATER(page_alloc) to its source "
        "if it uses page_alloc only from BOOT2 on [plan-call-too-early]\n"
        "loader.conf:1:1: error: b: it needs a, which cannot be loaded; correct the error of a "
        "first [plan-dependency-failed]\n");
    assert_string_equal(btl_code_name(world_planned(&world, "a")->reason->code),
                        "plan-call-too-early");
    plan_end(&world);
}

// A kernel before this rule, or one that is not there.
TEST(test_a_kernel_that_says_nothing_allows_every_call)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\na_phase=\"BOOT1\"\n");
    world_module(&world, "a phases=BOOT1 later=page_alloc");
    assert_true(plan_and_check(&world));
    assert_codes(&world.memory, &world.diags, "");
    assert_plan(&world, "BOOT1: a");
    plan_end(&world);
}

TEST(test_without_memory_it_says_so)
{
    for (size_t allocations = 0;; allocations++) {
        struct plan_world world;
        world_begin(&world, "a_load=\"YES\"\na_phase=\"BOOT1\"\n");
        world.kernel.export_phases = late;
        world.kernel.export_phase_count = BTL_COUNT(late);
        world_module(&world, "a phases=BOOT1 later=page_alloc");
        world_limit(&world, allocations);
        bool done = plan_and_check(&world) && world.ordered;
        bool starved = world.memory.refused > 0;
        assert_true(!starved || !done || world.diags.lost > 0);
        if (!starved) {
            assert_true(done);
            assert_plan(&world, "failed: a");
        }
        plan_end(&world);
        if (!starved)
            break;
    }
}
