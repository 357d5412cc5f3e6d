// SPDX-License-Identifier: BSD-2-Clause
// This kernel with the manifest of the loader of protocol 1.0 (tests/boot/frozen), and with those
// of other minor versions.
#include "firmware.h"

#include <stdio.h>
#include <string.h>

#include "base/handoff.h"
#include "console/print.h"
#include "device/devsw.h"
#include "dlkm/dlkm.h"
#include "dlkm/volume.h"
#include "failure/boot_state.h"
#include "older_loader.h"

static _Alignas(8) uint8_t frozen[65536];
static struct btlm_header header; // of world.manifest, in place of the frozen one

// Adopt the frozen manifest as handoff_adopt() does.
static int adopt(void **state)
{
    uint64_t memory[512];
    struct btl_arena arena = {.at = (uint8_t *)memory, .end = (uint8_t *)(memory + 512)};
    struct btl_diags diags = {.arena = &arena};
    FILE *file = fopen("tests/boot/frozen/manifest-1.0.bin", "rb");

    firmware_begin(state);
    assert_non_null(file);
    size_t size = fread(frozen, 1, sizeof(frozen), file);
    fclose(file);
    assert_true(btl_manifest_open((struct btl_bytes){frozen, size}, (struct btl_place){0},
                                  &world.manifest, &diags));
    assert_int_equal(diags.errors + diags.warnings, 0);
    header = *world.manifest.header;
    world.system = *btl_manifest_system(&world.manifest);
    world.manifest.header = &header;
    host_clear();
    return 0;
}

ALL_TESTS(firmware_group_begin, firmware_group_end)
EACH_TEST(adopt, NULL)

TEST(a_loader_of_1_0_is_told_from_this_one)
{
    older_loader_report();
    assert_string_equal(
        host_printed(),
        "warning: the loader follows version 1.0 of the boot protocol, and this kernel is built "
        "for "
        "1.8, so the kernel does without what the next lines name; install the loader of this "
        "kernel's release [run-older-loader]\n"
        "note: the loader (before 1.2) does not name the configuration of this boot: nothing can "
        "be "
        "marked good or given up, a failure boots no other configuration, boot_timeout has no "
        "effect, and NAME_on_error counts as warn or halt only [run-older-boot]\n"
        "note: the loader (before 1.3) does not identify a boot volume on a disk without a GPT, "
        "and "
        "before 1.1 none at all: the kernel takes the first volume that holds the file of this "
        "kernel [run-older-volume]\n"
        "note: the loader (before 1.4) does not name the majors of drivers: each driver gets free "
        "majors, not its fixed ones [run-older-majors]\n"
        "note: the loader (before 1.5) leaves steps out of its timeline, and a saved manifest gets "
        "neither events nor log of this kernel [run-older-events]\n"
        "note: the loader (before 1.6) does not know modules that are linked into the kernel: they "
        "are not loaded, unless from their files [run-older-static]\n"
        "note: the loader (before 1.6) does not apply changes that the running system queues: "
        "kmadmin -b, kmadmin -x and kmtune -w print their lines for loader.conf instead "
        "[run-older-pending]\n");
}

// The codes that are printed with a loader of that minor version, in their order.
static const struct minor {
    const char *name;
    uint16_t minor;
    const char *codes;
} minors[] = {
    {"1.0", 0,
     "run-older-loader run-older-boot run-older-volume run-older-majors run-older-events "
     "run-older-static run-older-pending "},
    {"1.1", 1,
     "run-older-loader run-older-boot run-older-volume run-older-majors run-older-events "
     "run-older-static run-older-pending "},
    {"1.2", 2,
     "run-older-loader run-older-volume run-older-majors run-older-events run-older-static "
     "run-older-pending "},
    {"1.3", 3,
     "run-older-loader run-older-majors run-older-events run-older-static run-older-pending "},
    {"1.4", 4, "run-older-loader run-older-events run-older-static run-older-pending "},
    {"this one", BTLM_MINOR, ""},
    {"a newer one", BTLM_MINOR + 1, ""},
};

static void codes_of_a_minor_version(void **state)
{
    const struct minor *row = *state;
    char codes[240] = "";
    const char *at = host_printed();

    header.minor = row->minor;
    older_loader_report();
    while ((at = strstr(at, "[run-")) != NULL) {
        strncat(codes, at + 1, strcspn(at + 1, "]"));
        strcat(codes, " ");
        at++;
    }
    assert_string_equal(codes, row->codes);
}

TEST_ROWS(minors, codes_of_a_minor_version)

TEST(its_modules_are_registered)
{
    uint32_t id;

    registry_init();
    assert_int_equal(module_count(), 9);
    assert_true(module_find(BTL_STR("missing"), &id));
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
    assert_contains(module_get(id)->reason, "[file-not-found]");
    assert_true(module_find(BTL_STR("pci"), &id)); // pci_required="YES"
    assert_int_equal(BTLM_ON_ERROR(module_get(id)->entry->flags), BTL_ON_ERROR_REQUIRED);
    assert_true(module_find(BTL_STR("hello"), &id));
    assert_int_equal(BTLM_ON_ERROR(module_get(id)->entry->flags), BTL_ON_ERROR_WARN);
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        assert_int_equal(module_get(id)->major[kind], BTL_MAJOR_NONE); // of type misc
}

// What the messages say is what happens.
TEST(nothing_is_marked_good_or_given_up)
{
    registry_init();
    assert_null(boot_entry()); // what fallback and boot_timeout are read from
    assert_false(boot_ok());
    assert_contains(host_printed(), "[run-state-unknown]");
    assert_false(boot_record_failure(BTL_STR("x")));
    assert_int_equal(firmware.sets, 0);
}

static int open_kernel(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret)
{
    return BTL_ENOENT;
}

static int read_kernel(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer,
                       uint64_t size)
{
    return BTL_EIO;
}

TEST(a_volume_without_the_kernels_file_is_not_the_boot_volume)
{
    struct btl_fs fs = {.name = "a", .type = "FAT32", .open = open_kernel, .read = read_kernel};

    assert_null(btl_manifest_volume(&world.manifest));
    assert_int_equal(fs_add(&fs), 0);
    assert_null(volume_boot());
    fs_remove(&fs);
}
