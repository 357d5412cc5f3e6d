// SPDX-License-Identifier: BSD-2-Clause
// A kernel of the Limine protocol: its address space, and the responses to its requests.
#include <btl/boot.h>
#include <btl/limine_kernel.h>

#include "mock.h"
#include "walk.h"

#include <string.h>

#define DIRECT 0xffff800000000000ull

// A MADT with four processors; the mock starts the second and the fourth.
static const uint8_t madt[] = {
    [44] = 0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0,
    0,        8, 2, 2, 1, 0, 0, 0, 0, 8, 3, 3, 1, 0, 0, 0,
};

static void add_limine(struct mock *mock)
{
    mock_add_ordinary(mock);
    mock_add_fixture(mock, "/kernel/kernel.elf", "limine.elf");
    mock_add_text(mock, "/kernel/notes", "notes of the kernel");
    mock_add_text(mock, "/raw", "raw bytes");
    mock_add_text(mock, "/loader.conf",
                  "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nlate_load=\"YES\"\n"
                  "late_phase=\"BOOT2\"\nfile_RAW=\"/raw\"\nautoboot_delay=\"0\"\n");
    mock->madt = (struct btl_bytes){madt, sizeof(madt)};
    mock->date = (struct btl_limine_date){2000, 2, 29, 12, 0, 0, 0};
}

static struct mock *boot_limine(struct btl_manifest *ret_manifest)
{
    struct mock *mock = mock_begin();
    add_limine(mock);
    mock_expect_boot(mock, "limine-no-trampoline");
    mock_manifest(mock, ret_manifest);
    return mock;
}

// Return the response to the request with that third word.
static const void *response(const struct btl_manifest *manifest, uint64_t word2)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(manifest);
    const uint64_t *words = (const uint64_t *)(uintptr_t)kernel->physical_base;
    for (uint64_t i = 0; i + 6 <= kernel->size / 8; i++) {
        if (words[i] == BTL_LIMINE_REQUEST_0 && words[i + 2] == word2)
            return words[i + 5] == 0 ? NULL : (const void *)(uintptr_t)(words[i + 5] - DIRECT);
    }
    fail_msg("the kernel has no such request");
    return NULL;
}

static const void *direct(uint64_t address)
{
    return (const void *)(uintptr_t)(address - DIRECT);
}

TEST(values)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_limine(&manifest);
    const struct btl_limine_value_response *hhdm = response(&manifest, 0x48dcf1cb8ad2b852);
    assert_true(hhdm->value == DIRECT);
    const struct btl_limine_value_response *date = response(&manifest, 0x502746e184c088aa);
    assert_int_equal(date->value, 951825600);
    const struct btl_limine_pair_response *got = response(&manifest, 0xa8327bb64e4b862b);
    assert_true(got->value[0] == mock->handoff.manifest);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    mock_end(mock);
}

static void check_module(const struct btl_limine_list_response *list, uint64_t index,
                         const char *path, const char *string, const char *start)
{
    const uint64_t *pointers = direct(list->entries);
    const struct btl_limine_file *file = direct(pointers[index]);
    assert_string_equal(direct(file->path), path);
    assert_string_equal(direct(file->string), string);
    assert_int_equal(file->address % BTL_PAGE_SIZE, 0);
    assert_memory_equal(direct(file->address), start, strlen(start));
}

TEST(modules)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_limine(&manifest);
    const struct btl_limine_list_response *list = response(&manifest, 0x3e7e279702be32af);
    assert_int_equal(list->count, 3);
    check_module(list, 0, "/kernel/notes", "of the kernel", "notes of the kernel");
    check_module(list, 1, "/raw", "RAW", "raw bytes");
    check_module(list, 2, "/modules/late.ko", "late", "\177ELF");
    mock_end(mock);
}

// Sorted, without overlaps, every module in memory of its type.
TEST(memory_map)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_limine(&manifest);
    const struct btl_limine_list_response *list = response(&manifest, 0x67cf3d9d378a806f);
    const uint64_t *pointers = direct(list->entries);
    uint64_t kernel = btl_manifest_kernel(&manifest)->physical_base, end = 0, found = 0;
    for (uint64_t i = 0; i < list->count; i++) {
        const struct btl_limine_memory *entry = direct(pointers[i]);
        assert_true(entry->base >= end && entry->length > 0);
        end = entry->base + entry->length;
        if (entry->base <= kernel && kernel < end)
            found += entry->type == BTL_LIMINE_MEM_KERNEL_AND_MODULES;
    }
    assert_int_equal(found, 1);
    mock_end(mock);
}

TEST(started_processors)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    add_limine(mock);
    mock_expect_boot(mock, "limine-no-trampoline");
    mock_manifest(mock, &manifest);
    assert_true(mock->processors.x2apic);
    assert_int_equal(mock->processors.trampoline, 0); // the mock has no memory below 1 MiB
    assert_true(mock_said(mock, "no two free pages below 1 MiB"));
    const struct btl_limine_mp_response *mp = response(&manifest, 0x95a67b819a1b857e);
    assert_int_equal(mp->cpu_count, 3);
    const uint64_t *cpus = direct(mp->cpus);
    assert_int_equal(((const struct btl_limine_cpu *)direct(cpus[2]))->lapic_id, 3);
    mock_end(mock);
}

TEST(address_space)
{
    struct btl_manifest manifest;
    struct mock *mock = boot_limine(&manifest);
    struct walk walk = {mock->handoff.page_table_root, false};
    struct mapping mapping;
    const struct handoff *handoff = &mock->handoff;
    assert_true(walk_find(&walk, handoff->entry, &mapping));
    assert_true(mapping.execute && !mapping.write);
    assert_true(walk_find(&walk, handoff->stack_top - 8, &mapping));
    assert_true(mapping.write && handoff->stack_top >= DIRECT);
    assert_true(handoff->stack_top < BTL_X86_64_WINDOW);
    assert_true(walk_find(&walk, handoff->code, &mapping));
    assert_int_equal(mapping.physical, handoff->code);
    assert_true(mapping.execute);
    assert_false(walk_find(&walk, handoff->code + BTL_PAGE_SIZE, &mapping));
    assert_false(walk_find(&walk, 0, &mapping));
    assert_true(walk_find(&walk, DIRECT + 0xffffffff, &mapping)); // the last of the first 4 GiB
    assert_true(walk_find(&walk, DIRECT + mock->facts.framebuffer.address, &mapping));
    assert_int_equal(mapping.physical, mock->facts.framebuffer.address);
    mock_end(mock);
}

// Write another base revision into the kernel's file.
static void set_revision(struct mock *mock, uint64_t revision)
{
    static uint64_t copy[1 << 16];
    struct mock_file *file = mock_file(mock, "/kernel/kernel.elf");
    assert_true(file->size <= sizeof(copy));
    memcpy(copy, file->bytes, file->size);
    for (size_t i = 0; i + 2 < file->size / 8; i++) {
        if (copy[i] == BTL_LIMINE_TAG_0 && copy[i + 1] == BTL_LIMINE_TAG_1)
            copy[i + 2] = revision;
    }
    mock_add(mock, "/kernel/kernel.elf", copy, file->size);
}

static void check_revision(uint64_t revision, bool identity, bool hole)
{
    struct btl_manifest manifest;
    struct mock *mock = mock_begin();
    struct mapping mapping;
    add_limine(mock);
    set_revision(mock, revision);
    mock_expect_boot(mock, "limine-no-trampoline");
    mock_manifest(mock, &manifest);
    struct walk walk = {mock->handoff.page_table_root, false};
    assert_int_equal(walk_find(&walk, 0x1000, &mapping), identity);
    assert_int_equal(walk_find(&walk, DIRECT + 0xfee00000, &mapping), hole);
    assert_true(walk_find(&walk, mock->handoff.stack_top - 8, &mapping));
    assert_true(walk_find(&walk, mock->handoff.manifest, &mapping));
    mock_end(mock);
}

TEST(base_revisions)
{
    check_revision(0, true, true);
    check_revision(1, false, true);
    check_revision(2, false, true);
    check_revision(3, false, false);
    check_revision(9, false, false);
}

TEST(five_levels_are_refused)
{
    struct mock *mock = mock_begin();
    add_limine(mock);
    mock->facts.cpu.five_levels = true;
    mock_expect_stop(mock, "limine-paging-mode");
}

// Each allocation and each call for the memory map fails once: a boot, or a message and no page
// that is left.
TEST(failing_calls)
{
    static const enum mock_service services[] = {MOCK_ALLOCATE, MOCK_MEMORY_MAP};
    for (size_t i = 0; i < BTL_COUNT(services); i++) {
        for (uint32_t at = 1;; at++) {
            struct mock *mock = mock_begin();
            add_limine(mock);
            mock->fail_service = services[i];
            mock->fail_at = at;
            mock->fail_status = FW_OUT_OF_RESOURCES;
            fw_status status = run(&mock->firmware);
            bool last = mock->calls[services[i]] < at;
            assert_int_equal(status == FW_SUCCESS, mock->handed_off);
            if (status != FW_SUCCESS)
                assert_true(mock_said(mock, "error: "));
            mock_end(mock);
            if (last)
                break;
        }
    }
}
