// SPDX-License-Identifier: BSD-2-Clause
// The file of a module: staged in memory by the loader, or on the boot volume, read through the
// file system of a module.
#include "dlkm/source.h"

#include "base/handoff.h"
#include "dlkm/volume.h"
#include "failure/boot_state.h"
#include "vm/vm.h"

#include <btl/hash.h>
#include <btl/kernel.h>

// Has the loader's copy of the file not been given back?
static bool entry_is_staged(const struct btlm_module *entry, const struct module *module)
{
    return entry->state == BTLM_STAGED && entry->staged_size > 0 && !module->file_released &&
           entry->staged_physical % BTL_PAGE_SIZE == 0 && entry->file_size <= entry->staged_size;
}

bool source_is_staged(const struct module *module)
{
    return module->record == NULL && entry_is_staged(module->entry, module);
}

bool source_is_in_memory(const struct module *module)
{
    return module->record != NULL || source_is_staged(module);
}

// A file that is being read, with what reports about it need.
struct reading {
    struct btl_place place;
    struct btl_str path;
    struct btl_fs *fs;
    struct btl_diags *diags;
};

static bool reading_report_error(const struct reading *reading, int error)
{
    struct btl_arg path = BTL_ARG(reading->path);
    struct btl_arg fs = BTL_ARG_Z(reading->fs != NULL ? reading->fs->name : "");

    if (reading->fs == NULL)
        btl_report(reading->diags, BTL_RUN_NO_VOLUME, reading->place, path);
    else if (error == BTL_ENOENT)
        btl_report(reading->diags, BTL_RUN_FILE_NOT_FOUND, reading->place, path, fs);
    else
        btl_report(reading->diags, BTL_RUN_FILE_UNREADABLE, reading->place, path, fs,
                   BTL_ARG_Z(btl_error_text(error)));
    return false;
}

// If the loader has read the file, its hash in the manifest must match. In a sealed boot, the
// loader has read every file that may be used.
static bool reading_matches_manifest(const struct reading *reading, const struct btlm_module *entry,
                                     struct btl_bytes bytes)
{
    uint8_t digest[32];

    if (!btlm_is_hashed(entry->sha256) && !boot_has(BTLM_BOOT_SEALED))
        return true;
    btl_sha256(bytes, digest);
    if (bytes.size == entry->file_size && memcmp(digest, entry->sha256, sizeof(digest)) == 0)
        return true;
    btl_report(reading->diags, BTL_RUN_FILE_CHANGED, reading->place, BTL_ARG(reading->path),
               BTL_ARG_Z(reading->fs->name));
    return false;
}

int source_search(struct btl_str name, struct btl_arena *arena, struct btl_str *ret_place,
                  struct btl_fs **ret_fs, struct btl_bytes *ret)
{
    struct btl_str rest = search_path(), directory;
    int error = BTL_ENOENT;

    while ((error == BTL_ENOENT || error == BTL_ENODEV) && btl_take_part(&rest, ';', &directory)) {
        *ret_place = btl_module_path(arena, directory, name);
        error = ret_place->at != NULL ? volume_read_place(*ret_place, ret_fs, ret) : BTL_ENOMEM;
    }
    return error;
}

// Read the file at the loader's path, else from the directories of the search path, which the
// administrator may have changed. *path becomes the path of the file.
static int reading_find(struct reading *reading, struct btl_bytes *ret)
{
    int error = volume_read_place(reading->path, &reading->fs, ret), found;
    struct btl_str place;
    struct btl_fs *fs;

    if (error != BTL_ENOENT && error != BTL_ENODEV)
        return error;
    found = source_search(reading->place.module, reading->diags->arena, &place, &fs, ret);
    if (found == BTL_ENOENT || found == BTL_ENODEV)
        return error;
    if (fs != NULL) {
        reading->path = place;
        reading->fs = fs;
    }
    return found;
}

static bool source_read_file(const struct module *module, struct btl_bytes *ret_bytes,
                             struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;
    struct reading reading = {
        .place = {.module = module_name(module)}, .path = module_path(module), .diags = diags};
    struct btl_bytes bytes;
    int error;

    error = reading_find(&reading, &bytes);
    if (error != 0)
        return reading_report_error(&reading, error);
    if (reading_matches_manifest(&reading, entry, bytes)) {
        *ret_bytes = bytes;
        return true;
    }
    kmem_free((void *)(uintptr_t)bytes.at);
    return false;
}

bool source_open(const struct module *module, struct btl_bytes *ret_bytes, struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;

    if (!source_is_in_memory(module))
        return source_read_file(module, ret_bytes, diags);
    if (module->record != NULL) {
        *ret_bytes = module->record->file;
        return true;
    }
    *ret_bytes = (struct btl_bytes){phys_to_virt(entry->staged_physical), entry->file_size};
    return true;
}

void source_hash(struct module *module, struct btl_bytes bytes)
{
    if ((module->entry->flags & BTLM_NOT_HASHED) != 0 && !btlm_is_hashed(module->sha256))
        btl_sha256(bytes, module->sha256);
}

const uint8_t *source_sha256(const struct module *module)
{
    return (module->entry->flags & BTLM_NOT_HASHED) != 0 ? module->sha256 : module->entry->sha256;
}

// Staged bytes, and those of a record, stay in memory; others were read for this caller.
void source_close(const struct module *module, struct btl_bytes bytes)
{
    if (module->record != NULL
            ? bytes.at == module->record->file.at
            : source_is_staged(module) && bytes.at == phys_to_virt(module->entry->staged_physical))
        return;
    kmem_free((void *)(uintptr_t)bytes.at);
}

bool source_lasts(const struct module *module)
{
    return source_is_in_memory(module) || volume_boot() != NULL;
}

void source_release(const struct module *module)
{
    const struct btlm_module *entry = btl_manifest_module(handoff_manifest(), module_id(module));

    if (!vm_ready() || !entry_is_staged(entry, module))
        return;
    module_get(module_id(module))->file_released = true;
    vm_release(entry->staged_physical,
               (entry->staged_size + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1),
               BTLM_MEM_STAGED);
}

// After INIT these keep their files: AUTO modules, and those that serve the boot volume, which
// could not be read without them.
void source_release_rest(void)
{
    chain_find();
    chain_mark();
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_get(id)->state != MODULE_REGISTERED && !module_get(id)->in_chain)
            source_release(module_get(id));
}
