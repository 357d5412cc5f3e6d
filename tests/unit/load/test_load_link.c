// SPDX-License-Identifier: BSD-2-Clause
// Linking of a module that is built in memory: it has a pointer to an export of the kernel and one
// to an export of its dependency.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "elf_builder.h"
#include "load_fixture.h"

static struct load_fixture fixture;
static struct elf_builder builder;
static struct btl_linker linker;
static struct btl_bytes file;
static struct btl_module_image image;
static int images, kept, sealed;
static bool alloc_fails, seal_fails, keep_fails;

static bool alloc_image(struct btl_linker *of, uint64_t size, uint64_t align, uint64_t *ret_base)
{
    void *at = alloc_fails
                   ? MAP_FAILED
                   : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED)
        return false;
    images++;
    *ret_base = (uintptr_t)at;
    return true;
}

static void free_image(struct btl_linker *of, uint64_t base, uint64_t size)
{
    images--;
    munmap((void *)(uintptr_t)base, size);
}

static bool seal_image(struct btl_linker *of, const struct btl_module_image *made)
{
    sealed++;
    assert_int_equal(made->segment[BTL_SEG_DATA].perm, BTL_PERM_READ | BTL_PERM_WRITE);
    return !seal_fails;
}

static uint32_t kept_id;

static bool keep_names(struct btl_linker *of, const struct btl_link_result *result,
                       struct btl_diags *diags)
{
    kept++;
    assert_int_equal(sealed, 0);
    assert_int_equal(result->id, kept_id);
    assert_int_equal(of->exports.count, result->first_export + 1);
    assert_int_equal(result->info->export_count, 1);
    if (keep_fails)
        btl_report(diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z("keeping names"));
    return !keep_fails;
}

static struct btl_str name_later(const struct btl_linker *of, uint32_t id)
{
    return id == 40 ? BTL_STR("later") : BTL_STR("?");
}

static const struct btl_linker_ops ops = {alloc_image, free_image, seal_image, keep_names,
                                          name_later};

static int begin(void **state)
{
    static const uint8_t code[8] = {0xc3};
    uint32_t text, data, of_kernel, of_first;

    load_begin(&fixture);
    load_exports(&fixture, "kernel_counter", 0x1000, BTL_KERNEL);
    load_exports(&fixture, "first_counter", 0x2000, LOAD_FIRST);
    eb_begin(&builder, ELF_REL, ELF_MACHINE_X86_64);
    text = eb_section(&builder, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 16,
                      code, sizeof(code));
    data = eb_section(&builder, ".data", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 16, NULL,
                      16);
    eb_symbol(&builder, "second_run", EB_GLOBAL(ELF_STT_FUNC), text, 0, sizeof(code));
    of_kernel = eb_symbol(&builder, "kernel_counter", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    of_first = eb_symbol(&builder, "first_counter", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    eb_rela(&builder, data, 0, of_kernel, 1, 4); // R_X86_64_64
    eb_rela(&builder, data, 8, of_first, 1, 0);
    eb_modinfo(&builder, "name=second");
    eb_modinfo(&builder, "depends=first");
    eb_modinfo(&builder, "export=second_run");
    images = kept = sealed = 0;
    kept_id = LOAD_SECOND;
    alloc_fails = seal_fails = keep_fails = false;
    return 0;
}

static int end(void **state)
{
    eb_end(&builder);
    load_end(&fixture);
    return 0;
}

EACH_TEST(begin, end)

static bool links(void)
{
    file = eb_finish(&builder);
    assert_true(btl_linker_init(&linker, &fixture.manifest, &ops, &fixture.memory.arena));
    assert_true(btl_linker_publish(&linker, LOAD_FIRST));
    return btl_module_link(&linker, LOAD_SECOND, file, &fixture.memory.arena, &image,
                           &fixture.diags);
}

// Nothing is left of a link that fails.
static void assert_fails(const char *codes)
{
    assert_false(links());
    assert_codes(&fixture.memory, &fixture.diags, codes);
    assert_int_equal(images, 0);
    assert_int_equal(linker.exports.count, 2);
    assert_null(btl_symtab_find(&linker.exports, BTL_STR("second_run")));
}

TEST(an_image_and_its_exports)
{
    const uint64_t *data;

    assert_true(links());
    assert_codes(&fixture.memory, &fixture.diags, "");
    assert_int_equal(images, 1);
    assert_int_equal(kept, 1);
    assert_int_equal(sealed, 1);
    data = (const void *)(uintptr_t)(image.base + image.segment[BTL_SEG_DATA].offset);
    assert_int_equal(data[0], 0x1004);
    assert_int_equal(data[1], 0x2000);
    assert_int_equal(btl_symtab_find(&linker.exports, BTL_STR("second_run"))->value, image.base);
    assert_null(image.wrapper); // this file has none: btl_module_start() reports it
    btl_linker_forget(&linker, LOAD_SECOND);
    assert_null(btl_symtab_find(&linker.exports, BTL_STR("second_run")));
    assert_non_null(btl_symtab_find(&linker.exports, BTL_STR("first_counter")));
    free_image(&linker, image.base, image.size);
}

TEST(an_export_of_a_module_that_is_no_dependency)
{
    fixture.module[LOAD_SECOND].depend_count = 0;
    assert_fails("link-undeclared-dependency");
    assert_non_null(
        strstr(test_diag_text(&fixture.memory, fixture.diags.first), "exported by first"));
}

// The mark of one link does not count for the next one.
TEST(a_dependency_of_another_module)
{
    assert_true(links());
    free_image(&linker, image.base, image.size);
    btl_linker_forget(&linker, LOAD_SECOND);
    fixture.module[LOAD_SECOND].depend_count = 0;
    assert_false(
        btl_module_link(&linker, LOAD_SECOND, file, &fixture.memory.arena, &image, &fixture.diags));
    assert_codes(&fixture.memory, &fixture.diags, "link-undeclared-dependency");
}

TEST(an_export_that_was_not_published)
{
    fixture.module[LOAD_FIRST].export_count = 0;
    file = eb_finish(&builder);
    assert_true(btl_linker_init(&linker, &fixture.manifest, &ops, &fixture.memory.arena));
    assert_false(
        btl_module_link(&linker, LOAD_SECOND, file, &fixture.memory.arena, &image, &fixture.diags));
    assert_codes(&fixture.memory, &fixture.diags, "link-unresolved");
    assert_int_equal(images, 0);
}

TEST(a_file_of_another_machine)
{
    fixture.system.machine = ELF_MACHINE_IA64;
    assert_fails("elf-machine");
}

TEST(no_memory_for_the_image)
{
    alloc_fails = true;
    assert_fails("no-memory");
}

TEST(the_kernel_keeps_nothing)
{
    keep_fails = true;
    assert_fails("no-memory");
    assert_int_equal(sealed, 0);
}

TEST(no_memory_for_sealing)
{
    seal_fails = true;
    assert_fails("no-memory");
}

TEST(no_memory_for_the_linker)
{
    for (size_t allocations = 0;; allocations++) {
        struct test_memory memory;
        bool good;

        test_memory_begin_limited(&memory, allocations);
        good = btl_linker_init(&linker, &fixture.manifest, &ops, &memory.arena);
        assert_int_equal(good, memory.refused == 0);
        test_memory_end(&memory);
        if (good)
            break;
    }
}

// A module that the kernel registers while it runs has an id behind those of the manifest.
static bool links_later(uint32_t id, const uint32_t *dependencies, uint32_t count)
{
    const struct btl_module_facts facts = {.id = kept_id = id,
                                           .name = BTL_STR("second"),
                                           .dependencies = dependencies,
                                           .dependency_count = count};

    return btl_module_link_as(&linker, &facts, file, &fixture.memory.arena, &image, &fixture.diags);
}

TEST(a_module_that_the_manifest_does_not_have)
{
    const uint32_t first = LOAD_FIRST;

    file = eb_finish(&builder);
    assert_true(btl_linker_init(&linker, &fixture.manifest, &ops, &fixture.memory.arena));
    assert_true(btl_linker_publish(&linker, LOAD_FIRST));
    assert_true(links_later(40, &first, 1));
    assert_int_equal(btl_symtab_find(&linker.exports, BTL_STR("second_run"))->owner, 40);
    free_image(&linker, image.base, image.size);
}

// The dependency on one is declared by its id, and a message has its name.
TEST(a_dependency_that_the_manifest_does_not_have)
{
    const uint32_t both[] = {LOAD_FIRST, 40};

    eb_rela(&builder, 2, 8, eb_symbol(&builder, "later_run", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0), 1,
            0);
    file = eb_finish(&builder);
    assert_true(btl_linker_init(&linker, &fixture.manifest, &ops, &fixture.memory.arena));
    assert_true(btl_linker_publish(&linker, LOAD_FIRST));
    assert_true(btl_symtab_add(&linker.exports, BTL_STR("later_run"), 0x3000, 40, NULL));
    assert_true(links_later(41, both, 2));
    free_image(&linker, image.base, image.size);
    btl_linker_forget(&linker, 41);
    assert_false(links_later(41, both, 1));
    assert_codes(&fixture.memory, &fixture.diags, "link-undeclared-dependency");
    assert_non_null(
        strstr(test_diag_text(&fixture.memory, fixture.diags.first), "exported by later"));
}
