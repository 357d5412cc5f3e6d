// SPDX-License-Identifier: BSD-2-Clause
#include "dlkm/volume.h"

#include "base/handoff.h"
#include "dlkm/dlkm.h"

#include <btl/elf.h>
#include <btl/hash.h>
#include <btl/kernel.h>

static struct btl_fs *all, *boot; // boot: found already

int fs_add(struct btl_fs *fs)
{
    struct btl_fs **end = &all;

    if (fs->name == NULL || fs->type == NULL || fs->open == NULL || fs->read == NULL)
        return BTL_EINVAL;
    for (; *end != NULL; end = &(*end)->next)
        if (btl_str_equal(btl_str_of((*end)->name), btl_str_of(fs->name)))
            return BTL_EEXIST;
    fs->next = NULL;
    *end = fs;
    return 0;
}

void fs_remove(struct btl_fs *fs)
{
    for (struct btl_fs **at = &all; *at != NULL; at = &(*at)->next) {
        if (*at != fs)
            continue;
        *at = fs->next;
        break;
    }
    if (boot == fs) {
        boot = NULL;
        chain_release();
    }
}

int volume_read(struct btl_fs *fs, struct btl_str path, struct btl_bytes *ret)
{
    struct btl_fs_file file = {0};
    int error = fs->open(fs, path, &file);
    void *memory;

    if (error != 0)
        return error;
    if (file.size > BTL_ELF_FILE_MAX)
        return BTL_ENOMEM;
    memory = kmem_alloc(file.size > 0 ? file.size : 1);
    if (memory == NULL)
        return BTL_ENOMEM;
    error = fs->read(fs, &file, memory, file.size);
    if (error != 0) {
        kmem_free(memory);
        return error;
    }
    *ret = (struct btl_bytes){memory, file.size};
    return 0;
}

struct btl_fs *volume_named(struct btl_str name)
{
    struct btl_fs *fs = all;

    while (fs != NULL && !btl_str_equal(btl_str_of(fs->name), name))
        fs = fs->next;
    return fs;
}

int volume_read_place(struct btl_str place, struct btl_fs **ret_fs, struct btl_bytes *ret)
{
    struct btl_str volume, path;
    bool named = !btl_str_begins(place, BTL_STR("/")) && btl_str_split(place, ':', &volume, &path);

    *ret_fs = named ? volume_named(volume) : volume_boot();
    return *ret_fs != NULL ? volume_read(*ret_fs, named ? path : place, ret) : BTL_ENODEV;
}

// Does the file system have the file that this kernel was loaded from?
static bool fs_holds_kernel(struct btl_fs *fs)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());
    struct btl_bytes bytes;
    uint8_t digest[32];

    if (volume_read(fs, btl_manifest_str(handoff_manifest(), kernel->path), &bytes) != 0)
        return false;
    btl_sha256(bytes, digest);
    kmem_free((void *)(uintptr_t)bytes.at);
    return memcmp(digest, kernel->sha256, sizeof(digest)) == 0;
}

// The loader names a partition; a whole disk has neither type nor GUID. Only the GUID of a GPT is
// unique: elsewhere, and where the loader knows nothing, the file of the kernel decides.
static bool fs_is_boot(struct btl_fs *fs)
{
    static const struct btlm_volume unknown = {.kind = BTLM_VOLUME_UNKNOWN};
    const struct btlm_volume *volume = btl_manifest_volume(handoff_manifest());
    if (volume == NULL)
        volume = &unknown;
    bool same = memcmp(fs->partition_guid, volume->guid, sizeof(volume->guid)) == 0;
    switch (volume->kind) {
    case BTLM_VOLUME_GPT:
        return same;
    case BTLM_VOLUME_MBR:
    case BTLM_VOLUME_DISK:
        return same && fs_holds_kernel(fs);
    default:
        return fs_holds_kernel(fs);
    }
}

struct btl_fs *volume_known(void)
{
    return boot;
}

// A file system is mounted, and holds its device, from the first file that is found on it.
static void volume_mount_boot(void)
{
    struct btl_fs_file file;

    boot->open(boot,
               btl_manifest_str(handoff_manifest(), btl_manifest_kernel(handoff_manifest())->path),
               &file);
    chain_hold();
}

struct btl_fs *volume_boot(void)
{
    if (boot != NULL)
        return boot;
    for (struct btl_fs *fs = all; fs != NULL && boot == NULL; fs = fs->next)
        if (fs_is_boot(fs))
            boot = fs;
    if (boot != NULL)
        volume_mount_boot();
    return boot;
}
