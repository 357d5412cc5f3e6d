// SPDX-License-Identifier: BSD-2-Clause
// What the kernel exports, in the table that modules are linked against.
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_samples.h"

static void with_exports(struct elf_builder *b)
{
    movable_kernel(b);
    eb_modinfo(b, "export=absolute");
    eb_modinfo(b, "export=kmain");
}

static void with_bad_exports(struct elf_builder *b)
{
    movable_kernel(b);
    eb_modinfo(b, "export=nothing");
    eb_modinfo(b, "export=kmain");
    eb_modinfo(b, "export=void");
}

struct exported {
    struct kernel_sample sample;
    struct btl_modinfo info;
    struct btl_symtab table;
    uint8_t *memory;
};

static void load(struct exported *e, void (*make)(struct elf_builder *), uint64_t base)
{
    struct kernel_sample *s = &e->sample;
    kernel_sample(s, make, NULL);
    assert_true(s->good);
    assert_true(btl_modinfo_read(&s->elf, &s->memory.arena, &e->info, &s->diags));
    e->memory = malloc(s->kernel.size);
    assert_true(btl_kernel_load(&s->kernel, base, e->memory, &s->diags));
    assert_true(btl_symtab_init(&e->table, 4, &s->memory.arena));
}

static void end(struct exported *e)
{
    free(e->memory);
    kernel_sample_end(&e->sample);
}

TEST(test_exports_move_with_the_kernel)
{
    struct exported e;
    load(&e, with_exports, 0xffffffff80000000ull);
    assert_true(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_int_equal(e.table.count, 2);
    const struct btl_export *kmain = btl_symtab_find(&e.table, BTL_STR("kmain"));
    assert_int_equal(kmain->value, 0xffffffff80000001ull);
    assert_int_equal(kmain->owner, BTL_KERNEL);
    assert_int_equal(btl_symtab_find(&e.table, BTL_STR("absolute"))->value, 42);
    end(&e);
}

TEST(test_kernel_without_exports)
{
    struct exported e;
    load(&e, movable_kernel, MOVABLE_BASE);
    assert_true(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_int_equal(e.table.count, 0);
    end(&e);
}

TEST(test_every_missing_export_is_reported)
{
    struct exported e;
    load(&e, with_bad_exports, MOVABLE_BASE);
    assert_false(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags,
                 "modinfo-export-missing modinfo-export-missing");
    end(&e);
}

TEST(test_export_taken_by_somebody_else)
{
    struct exported e;
    uint32_t other;
    load(&e, with_exports, MOVABLE_BASE);
    assert_true(btl_symtab_add(&e.table, BTL_STR("absolute"), 1, 7, &other));
    assert_false(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags, "kernel-export-taken");
    end(&e);
}

TEST(test_undefined_symbol_does_not_move)
{
    struct exported e;
    load(&e, with_exports, 0xffffffff80000000ull);
    assert_int_equal(btl_kernel_symbol(&e.sample.kernel, 0), 0);
    end(&e);
}

// An ia64 kernel as GNU ld links it: two functions, one of which has a second name, and descriptors
// in .opd of those whose address is taken.
#define IA64_KERNEL 0xa000000000010000ull
#define IA64_OPD    (IA64_KERNEL + 0x1010)
#define IA64_GP     0xa000000000020000ull

static void make_ia64(struct elf_builder *b, uint16_t type, size_t opd_size)
{
    static const uint8_t code[64];
    static const uint64_t constants[] = {7,           8,       IA64_KERNEL + 32, IA64_GP,
                                         IA64_KERNEL, IA64_GP, IA64_KERNEL + 32, IA64_GP};
    eb_begin(b, type, ELF_MACHINE_IA64);
    uint32_t text = eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, IA64_KERNEL, code, 64, 64, 0);
    uint32_t data = eb_segment(b, ELF_PT_LOAD, ELF_PF_R, IA64_KERNEL + 0x1000, constants,
                               sizeof(constants), sizeof(constants), 0);
    uint32_t opd_bytes = eb_segment(b, 0x60000000 /* not loaded: only to be named */, ELF_PF_R,
                                    IA64_OPD, constants + 2, opd_size, opd_size, 16);
    uint32_t functions = eb_section_of_segment(b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, text);
    uint32_t rodata = eb_section_of_segment(b, ".rodata", ELF_SHF_ALLOC, data);
    eb_section_of_segment(b, ".opd", ELF_SHF_ALLOC, opd_bytes);
    eb_symbol(b, "first", EB_GLOBAL(ELF_STT_FUNC), functions, IA64_KERNEL, 16);
    eb_symbol(b, "third", EB_GLOBAL(ELF_STT_FUNC), functions, IA64_KERNEL + 32, 16);
    eb_symbol(b, "again", EB_GLOBAL(ELF_STT_FUNC), functions, IA64_KERNEL + 32, 16);
    eb_symbol(b, "bare", EB_GLOBAL(ELF_STT_FUNC), functions, IA64_KERNEL + 16, 16);
    eb_symbol(b, "pair", EB_GLOBAL(ELF_STT_OBJECT), rodata, IA64_KERNEL + 0x1000, 16);
    b->entry = IA64_KERNEL;
    eb_modinfo(b, "name=kernel");
}

static void ia64_kernel(struct elf_builder *b)
{
    make_ia64(b, ELF_EXEC, 48);
    eb_modinfo(b, "export=first");
    eb_modinfo(b, "export=third");
    eb_modinfo(b, "export=again");
    eb_modinfo(b, "export=pair");
}

static void ia64_kernel_without(struct elf_builder *b)
{
    make_ia64(b, ELF_EXEC, 48);
    eb_modinfo(b, "export=bare");
    eb_modinfo(b, "export=first");
    eb_modinfo(b, "export=pair");
}

static void ia64_kernel_cut(struct elf_builder *b)
{
    make_ia64(b, ELF_EXEC, 40);
    eb_modinfo(b, "export=first");
}

static uint64_t exported(const struct exported *e, const char *name)
{
    const struct btl_export *export = btl_symtab_find(&e->table, btl_str_of(name));
    assert_non_null(export);
    return export->value;
}

TEST(test_functions_of_ia64_kernels_are_exported_by_their_descriptors)
{
    struct exported e;
    load(&e, ia64_kernel, IA64_KERNEL);
    assert_true(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_int_equal(e.table.count, 4);
    assert_true(exported(&e, "first") == IA64_OPD + 16);
    assert_true(exported(&e, "third") == IA64_OPD); // the first of two
    assert_true(exported(&e, "again") == IA64_OPD); // a second name of the same function
    assert_true(exported(&e, "pair") == IA64_KERNEL + 0x1000);
    end(&e);
}

TEST(test_a_function_without_descriptor_is_named_and_the_rest_exported)
{
    struct exported e;
    load(&e, ia64_kernel_without, IA64_KERNEL);
    assert_false(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags, "kernel-export-descriptor");
    assert_str(&e.sample.memory, e.sample.diags.first->arg[0].str, "bare");
    assert_int_equal(e.table.count, 2);
    end(&e);
}

TEST(test_half_a_descriptor_is_refused)
{
    struct exported e;
    load(&e, ia64_kernel_cut, IA64_KERNEL);
    assert_false(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags, "kernel-opd-size");
    end(&e);
}

// Functions of an ia64 kernel that has no .opd at all, and its data.
TEST(test_descriptors_that_are_not_there)
{
    struct exported e;
    load(&e, ia64_kernel, IA64_KERNEL);
    eb_section_at(&e.sample.builder, 3)->name = eb_section_at(&e.sample.builder, 1)->name;
    assert_false(
        btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags,
                 "kernel-export-descriptor kernel-export-descriptor kernel-export-descriptor");
    assert_int_equal(e.table.count, 1);
    end(&e);
}

// tests/fuzz/seeds/kernel_image/ia64_gnu_ld: `table` holds pointers to kprint and kalloc. What is
// exported must be these pointers, for they are what the kernel compares with. Tests run at the top
// of the source tree.
TEST(test_exports_of_a_kernel_by_gnu_ld_are_its_own_pointers)
{
    struct test_memory memory;
    struct btl_elf elf;
    struct exported e = {0};
    uint8_t buffer[16384];
    FILE *stream = fopen("tests/fuzz/seeds/kernel_image/ia64_gnu_ld", "rb");
    assert_non_null(stream);
    size_t size = fread(buffer, 1, sizeof(buffer), stream);
    fclose(stream);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_kernel_image kernel;
    assert_true(btl_elf_open(test_block(&memory, buffer, size), BTL_ELF_KERNEL, ELF_MACHINE_IA64,
                             SAMPLE_PLACE, &elf, &diags));
    assert_true(btl_kernel_open(&elf, &memory.arena, &kernel, &diags));
    assert_true(btl_modinfo_read(&elf, &memory.arena, &e.info, &diags));
    e.memory = malloc(kernel.size);
    assert_true(btl_kernel_load(&kernel, kernel.link_base, e.memory, &diags));
    assert_true(btl_symtab_init(&e.table, 4, &memory.arena));
    assert_true(btl_kernel_export(&kernel, &e.info, BTL_KERNEL, &e.table, &diags));
    uint64_t pointers[2];
    memcpy(pointers, e.memory + (exported(&e, "table") - kernel.link_base), sizeof(pointers));
    assert_true(exported(&e, "kprint") == pointers[0]);
    assert_true(exported(&e, "kalloc") == pointers[1]);
    assert_true(pointers[0] != pointers[1]);
    free(e.memory);
    test_memory_end(&memory);
}

TEST(test_running_out_of_memory_for_descriptors)
{
    struct exported e;
    load(&e, ia64_kernel, IA64_KERNEL);
    for (size_t n = 0; n < 3; n++) {
        struct test_memory limited;
        struct btl_symtab table;
        test_memory_begin_limited(&limited, n + 2); // two are the table itself
        struct btl_diags diags = {.arena = &e.sample.memory.arena};
        assert_true(btl_symtab_init(&table, 16, &limited.arena));
        assert_false(btl_kernel_export(&e.sample.kernel, &e.info, BTL_KERNEL, &table, &diags));
        assert_codes(&e.sample.memory, &diags, "no-memory");
        test_memory_end(&limited);
    }
    end(&e);
}
