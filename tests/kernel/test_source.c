// SPDX-License-Identifier: BSD-2-Clause
// Sources of module files: memory, or a file system of a module.
#include "world.h"

#include "base/arena.h"
#include "dlkm/source.h"
#include "dlkm/volume.h"
#include "vm/kmem.h"

#include <string.h>

#include <btl/hash.h>

// A file system with a few files.
struct files {
    const char *name; // NULL: "disk0p1"
    struct btl_fs fs;
    struct {
        const char *path, *text;
        int open_error, read_error;
    } file[4];
};

static int open_file(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret)
{
    struct files *files = fs->owner;

    for (size_t i = 0; i < BTL_COUNT(files->file) && files->file[i].path != NULL; i++) {
        if (!btl_str_equal(path, btl_str_of(files->file[i].path)))
            continue;
        *ret = (struct btl_fs_file){&files->file[i], strlen(files->file[i].text)};
        return files->file[i].open_error;
    }
    return BTL_ENOENT;
}

static int read_file(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer, uint64_t size)
{
    struct files *files = fs->owner;
    size_t index = (size_t)((const uint8_t *)file->handle - (const uint8_t *)files->file) /
                   sizeof(files->file[0]);

    memcpy(buffer, files->file[index].text, size);
    return files->file[index].read_error;
}

static void give(struct files *files)
{
    files->fs = (struct btl_fs){.name = files->name != NULL ? files->name : "disk0p1",
                                .type = "test",
                                .open = open_file,
                                .read = read_file,
                                .owner = files};
    assert_int_equal(fs_add(&files->fs), 0);
}

#define KERNEL "the kernel's file"
#define MODULE "the module's file"

// The usual volume, and one module that the loader has left on it.
static struct files usual;

static void hash(const char *text, uint8_t digest[32])
{
    btl_sha256((struct btl_bytes){(const uint8_t *)text, strlen(text)}, digest);
}

static int begin(void **state)
{
    world_begin("");
    world.kernel.path = world_str("/kernel/kernel.elf");
    hash(KERNEL, world.kernel.sha256);
    world_module("mod", BTL_PHASE_INIT, BTLM_REGISTERED);
    world.module[0].path = world_str("/modules/mod.ko");
    world.module[0].file_size = sizeof(MODULE) - 1;
    hash(MODULE, world.module[0].sha256);
    world_seal();
    registry_init();
    (void)search_path(); // the first call allocates; its result stays
    usual = (struct files){.file = {{.path = "/kernel/kernel.elf", .text = KERNEL},
                                    {.path = "/modules/mod.ko", .text = MODULE}}};
    host_clear();
    return 0;
}

static int memory(void **state)
{
    host_memory(256);
    kmem_init();
    return 0;
}

static int memory_end(void **state)
{
    host_memory_end();
    return 0;
}

static void opens(const char *text)
{
    struct heap_arena heap;
    struct btl_diags diags = {.arena = &heap.arena};
    struct btl_bytes bytes;

    heap_arena_init(&heap);
    assert_true(source_open(module_get(0), &bytes, &diags));
    assert_int_equal(diags.errors, 0);
    assert_int_equal(bytes.size, strlen(text));
    assert_memory_equal(bytes.at, text, bytes.size);
    source_close(module_get(0), bytes);
    heap_arena_free(&heap);
}

// Check that nothing stays allocated, and that the reason has these parts.
static void refuses(const char *code, const char *part)
{
    struct heap_arena heap;
    struct btl_diags diags = {.arena = &heap.arena};
    struct btl_bytes bytes;
    char reason[REASON_MAX];

    uint64_t before = kmem_stats().bytes;
    heap_arena_init(&heap);
    assert_false(source_open(module_get(0), &bytes, &diags));
    assert_int_equal(diags.errors, 1);
    diags_explain(&diags, reason);
    assert_contains(reason, code);
    assert_contains(reason, part);
    heap_arena_free(&heap);
    assert_int_equal(kmem_stats().bytes, before);
}

ALL_TESTS(memory, memory_end)
EACH_TEST(begin, NULL)

TEST(a_file_comes_from_the_boot_volume)
{
    uint64_t before;

    give(&usual);
    (void)search_path();
    before = kmem_stats().bytes;
    opens(MODULE);
    opens(MODULE); // any number of times
    assert_int_equal(kmem_stats().bytes, before);
    fs_remove(&usual.fs);
}

// A sealed boot has a hash of each file that may be used.
TEST(a_file_without_a_hash_in_a_sealed_boot)
{
    give(&usual);
    memset(world.module[0].sha256, 0, sizeof(world.module[0].sha256));
    world_boot(0);
    world_seal();
    opens(MODULE);
    world_boot(BTLM_BOOT_SEALED);
    world_seal();
    refuses("run-file-changed", "/modules/mod.ko");
    hash(MODULE, world.module[0].sha256);
    world_seal();
    opens(MODULE);
    fs_remove(&usual.fs);
}

TEST(no_volume)
{
    refuses("run-no-volume", "/modules/mod.ko");
    give(&usual);
    opens(MODULE);
    fs_remove(&usual.fs);
    refuses("run-no-volume", "/modules/mod.ko"); // the found volume is forgotten with its module
}

TEST(a_file_system_without_functions_or_with_a_name_in_use_is_refused)
{
    struct btl_fs fs = {.name = "disk0p1", .type = "y", .open = open_file};

    assert_int_equal(fs_add(&fs), BTL_EINVAL);
    fs.read = read_file;
    give(&usual);
    assert_int_equal(fs_add(&fs), BTL_EEXIST);
    fs_remove(&usual.fs);
    refuses("run-no-volume", "/modules/mod.ko");
}

static struct files another_system(void)
{
    return (struct files){.name = "disk1p1",
                          .file = {{.path = "/kernel/kernel.elf", .text = "another kernel"},
                                   {.path = "/modules/mod.ko", .text = "another module"}}};
}

// Without a name in the manifest the volume is the one with this kernel.
TEST(the_boot_volume_is_the_one_with_the_kernel)
{
    struct files other = another_system();

    give(&other);
    refuses("run-no-volume", "/modules/mod.ko");
    give(&usual);
    opens(MODULE);
    fs_remove(&other.fs);
    fs_remove(&usual.fs);
}

static const struct btlm_volume *name_volume(enum btlm_volume_kind kind, uint8_t first)
{
    struct btlm_volume *volume = (struct btlm_volume *)(world.strings + 3072);

    *volume = (struct btlm_volume){.kind = kind, .guid = {first}};
    world.manifest.table[BTLM_VOLUME] =
        (struct btlm_table){BTLM_VOLUME, sizeof(*volume),
                            (uint64_t)((const uint8_t *)volume - (const uint8_t *)&world), 1};
    return volume;
}

// Where the identity is none that is unique, the kernel's file decides.
TEST(the_boot_volume_outside_a_gpt)
{
    struct files other = another_system(), copy = usual;
    uint8_t first = 0;

    copy.name = "disk2p1";
    for (enum btlm_volume_kind kind = BTLM_VOLUME_MBR; kind <= BTLM_VOLUME_DISK; kind++) {
        first = kind == BTLM_VOLUME_MBR ? 7 : 0;
        name_volume(kind, first);
        give(&other);
        give(&copy);
        other.fs.partition_guid[0] = first;
        copy.fs.partition_guid[0] = 9;
        refuses("run-no-volume", "/modules/mod.ko");
        give(&usual);
        usual.fs.partition_guid[0] = first;
        opens(MODULE);
        fs_remove(&other.fs);
        fs_remove(&copy.fs);
        fs_remove(&usual.fs);
    }
}

TEST(the_boot_volume_is_the_one_that_the_manifest_names)
{
    const struct btlm_volume *volume = name_volume(BTLM_VOLUME_GPT, 1);
    struct files other = usual; // has the kernel, but is not the volume

    other.name = "disk1p1";
    other.file[1].text = "the module of the other";
    give(&other);
    refuses("run-no-volume", "/modules/mod.ko");
    give(&usual);
    memcpy(usual.fs.partition_guid, volume->guid, 16);
    opens(MODULE);
    fs_remove(&usual.fs);
    fs_remove(&other.fs);
}

TEST(another_file_than_the_loaders)
{
    usual.file[1].text = "the m0dule's file";
    give(&usual);
    refuses("run-file-changed", "/modules/mod.ko on disk0p1");
    usual.file[1].text = MODULE " and more";
    refuses("run-file-changed", "/modules/mod.ko");
    world.module[0].file_size++; // the hash is right, the size is not
    usual.file[1].text = MODULE;
    refuses("run-file-changed", "/modules/mod.ko");
    fs_remove(&usual.fs);
}

TEST(what_the_loader_has_not_read_has_no_hash)
{
    memset(world.module[0].sha256, 0, 32);
    usual.file[1].text = "anything";
    give(&usual);
    opens("anything");
    fs_remove(&usual.fs);
}

TEST(errors_of_the_file_system)
{
    give(&usual);
    usual.file[1].read_error = BTL_EIO;
    refuses("run-file-unreadable", "disk0p1 (input/output error)");
    usual.file[1].open_error = BTL_EINVAL;
    refuses("run-file-unreadable", "disk0p1 (invalid value)");
    usual.file[1].path = "/modules/mod.kox";
    refuses("run-file-not-found", "/modules/mod.ko does not exist on disk0p1");
    fs_remove(&usual.fs);
}

TEST(no_memory_for_the_file)
{
    give(&usual);
    opens(MODULE); // the volume is known
    host_fail_alloc(0);
    refuses("run-file-unreadable", "out of memory");
    fs_remove(&usual.fs);
}

TEST(the_search_path_is_looked_through_after_the_loaders_path)
{
    usual.file[1].path = "/extra/mod.ko";
    give(&usual);
    refuses("run-file-not-found", "/modules/mod.ko");
    assert_true(search_path_set(BTL_STR("/nothing;/extra")));
    opens(MODULE);
    usual.file[1].text = "x"; // the message names the volume
    refuses("run-file-changed", "/extra/mod.ko");
    assert_true(search_path_reset());
    fs_remove(&usual.fs);
}

// A page of the mocked memory, in the loader's state.
TEST(a_staged_file_is_taken_until_it_is_released)
{
    uint8_t *page = kmem_alloc(BTL_PAGE_SIZE);
    uint64_t physical = (uint64_t)(page - (uint8_t *)phys_to_virt(0));

    memcpy(page, "staged", 6);
    world.module[0].state = BTLM_STAGED;
    world.module[0].staged_physical = physical;
    world.module[0].staged_size = BTL_PAGE_SIZE;
    world.module[0].file_size = 6;
    hash("staged", world.module[0].sha256);
    opens("staged");
    source_release(module_get(0));
    source_release(module_get(0)); // once
    assert_int_equal(world_released, BTL_PAGE_SIZE);
    refuses("run-no-volume", "/modules/mod.ko");
    usual.file[1].text = "staged";
    give(&usual);
    opens("staged");
    fs_remove(&usual.fs);
    kmem_free(page);
}

// A hash that the loader has left open is that of the bytes which are linked.
TEST(an_open_hash_is_computed_before_the_file_is_linked)
{
    uint8_t expected[32], none[32] = {0};
    struct btl_bytes bytes = {(const uint8_t *)"staged", 6};

    hash("staged", expected);
    memset(world.module[0].sha256, 0, 32);
    world.module[0].flags |= BTLM_NOT_HASHED;
    assert_memory_equal(source_sha256(module_get(0)), none, 32);
    source_hash(module_get(0), bytes);
    assert_memory_equal(source_sha256(module_get(0)), expected, 32);
    world.module[0].flags &= (uint16_t)~BTLM_NOT_HASHED;
    hash(MODULE, world.module[0].sha256);
    source_hash(module_get(0), bytes); // known: that of the loader stays
    hash(MODULE, expected);
    assert_memory_equal(source_sha256(module_get(0)), expected, 32);
}

// Invalid addresses are rejected.
TEST(a_staged_file_that_cannot_lie_there)
{
    world.module[0].state = BTLM_STAGED;
    world.module[0].staged_physical = 5;
    world.module[0].staged_size = BTL_PAGE_SIZE;
    refuses("run-no-volume", "/modules/mod.ko");
    world.module[0].staged_physical = BTL_PAGE_SIZE;
    world.module[0].file_size = BTL_PAGE_SIZE + 1;
    refuses("run-no-volume", "/modules/mod.ko");
}
