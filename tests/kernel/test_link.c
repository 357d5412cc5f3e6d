// SPDX-License-Identifier: BSD-2-Clause
// Linking a staged module: guest.c, a real ET_REL file, is linked into memory of the host and its
// load function called.
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/symbols.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "vm/kmem.h"
#include "vm/page.h"

#define STAGED_PAGES 8u

static uint64_t *imports; // two variables in the low 2 GiB
static uint64_t staged;
static uint32_t ring, guest;

static void stage(uint32_t id)
{
    const char *path = getenv("BTL_GUEST");
    FILE *file = fopen(path != NULL ? path : "guest.o", "rb");

    assert_non_null(file);
    assert_true(pages_alloc(STAGED_PAGES, PF_STAGED, &staged));
    world.module[id].file_size = fread(phys_to_virt(staged), 1, STAGED_PAGES * BTL_PAGE_SIZE, file);
    fclose(file);
    assert_true(world.module[id].file_size > 64);
    world.module[id].staged_physical = staged;
    world.module[id].staged_size = STAGED_PAGES * BTL_PAGE_SIZE;
}

static int begin(void **state)
{
    host_memory(1024);
    host_clear();
    world_begin("");
    imports = mmap(NULL, BTL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | 0x40 /* MAP_32BIT */, -1, 0);
    assert_true(imports != MAP_FAILED);
    imports[0] = 1000;
    imports[1] = 7;
    ring = world_module("ring", BTL_PHASE_BOOT1, BTLM_LINKED);
    guest = world_module("guest", BTL_PHASE_BOOT2, BTLM_STAGED);
    world_export("from_kernel", (uint64_t)&imports[0], BTL_KERNEL);
    world_export("from_ring", (uint64_t)&imports[1], ring);
    stage(guest);
    return 0;
}

static int finish(void **state)
{
    munmap(imports, BTL_PAGE_SIZE);
    host_memory_end();
    return 0;
}

static void start(void)
{
    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT1);
    module_get(ring)->state = MODULE_LOADED;
    assert_true(exports_init());
    (void)search_path(); // the first call allocates; its result stays
}

EACH_TEST(begin, finish)

TEST(a_staged_module_is_linked_and_called)
{
    const struct btl_export *sum;
    const struct module_image *image;

    world.manifest.table[BTLM_DEPENDS].count = 0;
    world_depends(ring);
    world_tunable("factor", "3", 4);
    start();
    assert_true(module_load(guest, BTL_PHASE_BOOT2));
    sum = btl_symtab_find(exports_table(), BTL_STR("guest_sum"));
    assert_non_null(sum);
    assert_int_equal(sum->owner, guest);
    assert_int_equal(*(int64_t *)(uintptr_t)sum->value, 1000 + 3 * 7);
    image = module_get(guest)->image;
    assert_true(image_holds(image, sum->value, 8, BTL_PERM_WRITE));
    assert_false(image_holds(image, sum->value, 8, BTL_PERM_EXEC));
    assert_int_equal(module_get(ring)->dependents, 1);
    assert_int_equal(world_images, 1);
}

// The file is freed after linking: nothing may point into it.
TEST(names_outlive_the_file)
{
    struct symbol symbol;

    world_depends(ring);
    start();
    assert_true(module_load(guest, BTL_PHASE_BOOT2));
    memset(phys_to_virt(staged), 0xee, STAGED_PAGES * BTL_PAGE_SIZE);
    assert_non_null(btl_symtab_find(exports_table(), BTL_STR("guest_sum")));
    symbol =
        symbol_find((uint64_t)(uintptr_t)module_get(guest)->image->linked.wrapper->load + 2, false);
    assert_true(btl_str_equal(symbol.name, BTL_STR("guest_load")));
    assert_true(btl_str_equal(symbol.owner, BTL_STR("guest")));
    assert_int_equal(symbol.offset, 2);
}

static uint64_t section_address(const struct module_image *image, const char *name)
{
    for (uint32_t i = 0; i < image->section_count; i++)
        if (btl_str_equal(image->sections[i].name, btl_str_of(name)))
            return image->sections[i].address;
    return 0;
}

// Debuggers read them, at any time.
TEST(sections_outlive_the_file)
{
    const struct module_image *image;
    uint64_t text;

    world_depends(ring);
    start();
    assert_true(module_load(guest, BTL_PHASE_BOOT2));
    memset(phys_to_virt(staged), 0xee, STAGED_PAGES * BTL_PAGE_SIZE);
    image = module_get(guest)->image;
    text = section_address(image, ".text");
    assert_int_equal(text, image->linked.base);
    assert_true((uint64_t)(uintptr_t)image->linked.wrapper->load - text < BTL_PAGE_SIZE);
    assert_int_equal(section_address(image, ".btl.module"),
                     (uint64_t)(uintptr_t)image->linked.wrapper);
    assert_int_equal(section_address(image, ".rela.text"), 0);
    assert_int_equal(section_address(image, ".comment"), 0);
}

// Check that images, exports, heap and counts are as before the attempt.
static void assert_undone(const char *code)
{
    uint64_t heap = kmem_stats().allocations - kmem_stats().frees;
    uint32_t exports = exports_table()->count;

    assert_false(module_load(guest, BTL_PHASE_BOOT2));
    assert_int_equal(module_get(guest)->state, MODULE_FAILED);
    assert_contains(module_get(guest)->reason, code);
    assert_null(module_get(guest)->image);
    assert_int_equal(world_images, 0);
    assert_int_equal(exports_table()->count, exports);
    assert_null(btl_symtab_find(exports_table(), BTL_STR("guest_sum")));
    assert_int_equal(module_get(ring)->dependents, 0);
    assert_int_equal(kmem_stats().allocations - kmem_stats().frees, heap);
}

TEST(an_undeclared_dependency_is_refused)
{
    start(); // guest declares none
    assert_undone("link-undeclared-dependency");
    assert_contains(host_printed(), "exported by ring");
}

TEST(a_symbol_that_nobody_exports)
{
    world_depends(ring);
    world.manifest.table[BTLM_EXPORTS].count = 1;
    world.module[ring].export_count = 0;
    start();
    assert_undone("link-unresolved");
    assert_contains(host_printed(), "from_ring");
}

TEST(exports_of_a_failed_phase_1_module_are_not_there)
{
    world_seal();
    registry_init();
    module_failed(module_get(ring), "it had to");
    assert_true(exports_init());
    assert_null(btl_symtab_find(exports_table(), BTL_STR("from_ring")));
    assert_non_null(btl_symtab_find(exports_table(), BTL_STR("from_kernel")));
}

TEST(an_export_that_exists_already)
{
    world_depends(ring);
    world_export("guest_sum", 0x1234, ring);
    start();
    uint32_t exports = exports_table()->count;
    assert_false(module_load(guest, BTL_PHASE_BOOT2));
    assert_contains(module_get(guest)->reason, "link-duplicate-export");
    assert_int_equal(exports_table()->count, exports);
    assert_int_equal(world_images, 0);
}

TEST(a_load_function_that_fails)
{
    world_depends(ring);
    world.module[guest].arguments = world_str("fail");
    start();
    assert_undone("run-load-function");
}

TEST(sealing_that_fails)
{
    world_depends(ring);
    world_seal_fails = true;
    start();
    assert_undone("no-memory");
}

TEST(a_file_that_was_not_staged)
{
    world.module[guest].staged_size = 0;
    start();
    assert_undone("run-no-volume");
}

TEST(a_file_that_is_cut_off)
{
    world.module[guest].file_size /= 2;
    start();
    assert_undone("elf-");
}

// Each allocation of the load fails in turn and everything is undone; then the module loads.
TEST(memory_that_ends_at_any_point)
{
    uint64_t nth;

    world_depends(ring);
    start();
    for (nth = 0;; nth++) {
        uint64_t heap = kmem_stats().allocations - kmem_stats().frees, free = pages_owned(PF_FREE);
        bool loaded;

        if (module_get(guest)->state == MODULE_FAILED)
            module_retry(module_get(guest));
        host_fail_alloc(nth);
        loaded = module_load(guest, BTL_PHASE_BOOT2);
        host_fail_no_alloc();
        if (!host_alloc_failed()) {
            assert_true(loaded);
            break;
        }
        if (loaded) // the table of exports may have grown without it
            fail_msg("allocation %u failed unnoticed", (unsigned)nth);
        module_retry(module_get(guest));
        assert_int_equal(world_images, 0);
        assert_null(module_get(guest)->image);
        assert_int_equal(module_get(ring)->dependents, 0);
        assert_null(btl_symtab_find(exports_table(), BTL_STR("guest_sum")));
        assert_int_equal(kmem_stats().allocations - kmem_stats().frees, heap);
        assert_int_equal(pages_owned(PF_FREE), free);
    }
    assert_true(nth >= 5); // the arena, the image, its functions, its sections, its names
}
