// SPDX-License-Identifier: BSD-2-Clause
// Saving of the manifest to a file on the boot volume, identical to what the kernel gets.
//
// Writing a file may change the firmware's memory map, which is part of the manifest. So the map is
// read again after the volume is closed; if it has changed, the manifest is updated and the file is
// written again. By then the firmware has the buffers that it needs.
//
// FAT cannot replace a file atomically: the new file is written under another name, the old one
// removed, the new one renamed. If the power fails, one of the two is complete. Firmware that
// cannot rename (Das U-Boot) writes the file twice: the new one is removed when the second is
// complete.
#include "boot.h"
#include <btl/boot.h>
#include <btl/utf16.h>

#include <btl/mem.h>

#define SAVE_TRIES 3
#define SUFFIX     ".new"

struct save {
    struct boot *boot;
    struct volume *volume;
    struct btl_place place; // of the file
    struct btl_str path, name, new_path;
    struct btl_bytes bytes;
};

static bool save_warn(struct save *save, enum btl_code code, fw_status status)
{
    struct btl_diags *diags = save->boot->attempt.diags;
    if (status == FW_WRITE_PROTECTED)
        btl_report(diags, BTL_SAVE_PROTECTED, save->place);
    else if (status == FW_VOLUME_FULL)
        btl_report(diags, BTL_SAVE_FULL, save->place, BTL_SIZE(save->bytes.size));
    else
        btl_report(diags, code, save->place, BTL_ARG(fw_status_name(status)),
                   BTL_ARG(save->new_path));
    return false;
}

static bool save_find_names(struct save *save, struct btl_str path)
{
    static const char suffix[] = SUFFIX;
    struct btl_arena *arena = save->boot->attempt.arena;
    size_t name = path.len;
    while (name > 0 && path.at[name - 1] != '/')
        name--;
    save->place = (struct btl_place){.file = path};
    save->path = path;
    save->name = (struct btl_str){path.at + name, path.len - name};
    char *at = btl_alloc(arena, path.len + sizeof(suffix), 1);
    if (at == NULL)
        return btl_attempt_no_memory(&save->boot->attempt, "saving the manifest");
    memcpy(at, path.at, path.len);
    memcpy(at + path.len, suffix, sizeof(suffix));
    save->new_path = (struct btl_str){at, path.len + sizeof(suffix) - 1};
    if (save->name.len > 0 && btl_path_is_usable(save->new_path))
        return true;
    btl_report(save->boot->attempt.diags, BTL_SAVE_BAD_PATH, save->place);
    return false;
}

// Is an open file a manifest, or empty after a power failure?
static fw_status save_inspect(struct volume_file *file, bool *ret_ours)
{
    static const char magic[] = BTLM_MAGIC;
    char begin[sizeof(magic) - 1];
    struct volume_info info;
    uint64_t got = 0;
    fw_status status = file->volume->info(file, &info);
    if (status != FW_SUCCESS)
        return status;
    *ret_ours = !info.directory && info.size == 0;
    if (info.directory || info.size == 0)
        return FW_SUCCESS;
    status = file->volume->read(file, begin, sizeof(begin), &got);
    *ret_ours = got == sizeof(begin) && memcmp(begin, magic, sizeof(begin)) == 0;
    return status;
}

// May the file be replaced? Only a manifest may, so a mistyped path destroys no other file.
static bool save_may_replace(struct save *save, struct btl_str path)
{
    struct volume_file file;
    bool ours = false;
    fw_status status = save->volume->open(save->volume, path, &file);
    if (status == FW_NOT_FOUND)
        return true;
    save->place.file = path;
    if (status == FW_SUCCESS) {
        status = save_inspect(&file, &ours);
        save->volume->close(&file);
    }
    if (status != FW_SUCCESS)
        return save_warn(save, BTL_SAVE_UNREADABLE, status);
    if (!ours)
        return save_warn(save, BTL_SAVE_NOT_MANIFEST, status);
    save->place.file = save->path;
    return true;
}

static bool save_remove(struct save *save, struct btl_str path, enum btl_code code)
{
    fw_status status = save->volume->remove(save->volume, path);
    return status == FW_SUCCESS || status == FW_NOT_FOUND || save_warn(save, code, status);
}

static bool save_write(struct save *save, struct volume_file *file)
{
    uint64_t written = 0;
    fw_status status = save->volume->write(file, save->bytes.at, save->bytes.size, &written);
    if (status == FW_SUCCESS && written == save->bytes.size)
        status = save->volume->flush(file);
    else if (status == FW_SUCCESS) {
        btl_report(save->boot->attempt.diags, BTL_SAVE_SHORT, save->place,
                   BTL_DEC(save->bytes.size), BTL_DEC(written));
        return false;
    }
    return status == FW_SUCCESS || save_warn(save, BTL_SAVE_WRITE_FAILED, status);
}

// Write the file under its own name, for firmware that cannot rename. False: only the file under
// the temporary name is complete.
static bool save_write_again(struct save *save)
{
    struct volume_file file;
    uint64_t written = 0;
    if (save->volume->create(save->volume, save->path, &file) != FW_SUCCESS)
        return false;
    bool good =
        save->volume->write(&file, save->bytes.at, save->bytes.size, &written) == FW_SUCCESS &&
        written == save->bytes.size && save->volume->flush(&file) == FW_SUCCESS;
    save->volume->close(&file);
    save->volume->remove(save->volume, good ? save->new_path : save->path);
    return good;
}

// Write the new file under the temporary name, then rename it.
static bool save_replace(struct save *save)
{
    struct volume_file file;
    if (!save_remove(save, save->new_path, BTL_SAVE_CREATE_FAILED))
        return false;
    fw_status status = save->volume->create(save->volume, save->new_path, &file);
    if (status != FW_SUCCESS)
        return save_warn(save, BTL_SAVE_CREATE_FAILED, status);
    bool written = save_write(save, &file);
    bool removed = written && save_remove(save, save->path, BTL_SAVE_REMOVE_FAILED);
    status = removed ? save->volume->rename(&file, save->name) : FW_SUCCESS;
    save->volume->close(&file);
    if (!written) // remove the incomplete file
        save->volume->remove(save->volume, save->new_path);
    return removed && (status == FW_SUCCESS || save_write_again(save) ||
                       save_warn(save, BTL_SAVE_RENAME_FAILED, status));
}

// Save once. Opens its own volume, because closing it may change the memory map too.
static bool save_once(struct save *save)
{
    struct firmware *fw = save->boot->fw;
    fw_status status = fw->open_volume(fw, &save->volume);
    if (status != FW_SUCCESS)
        return save_warn(save, BTL_SAVE_NO_VOLUME, status);
    bool good = save_may_replace(save, save->path) && save_may_replace(save, save->new_path) &&
                save_replace(save);
    save->volume->close_volume(save->volume);
    return good;
}

// Save the manifest where requested. A failure is a warning. False: the boot cannot go on.
bool manifest_save(struct boot *boot)
{
    struct save save = {.boot = boot};
    if (boot->res.save_path.len == 0)
        return true;
    uint64_t start = clock_now(&boot->clock);
    bool good = save_find_names(&save, boot->res.save_path);
    for (int try = 0; good; try++) {
        if (!manifest_update_map(boot))
            return false;
        if (boot->res.manifest_sealed)
            return true; // the file is what the kernel gets
        if (try == SAVE_TRIES) {
            btl_report(boot->attempt.diags, BTL_SAVE_MAP_CHANGED, save.place, BTL_DEC(SAVE_TRIES));
            break;
        }
        manifest_seal(boot, start);
        const uint8_t *memory = (const uint8_t *)(uintptr_t)boot->res.manifest.physical;
        const struct btlm_header *header = (const void *)memory;
        save.bytes = (struct btl_bytes){memory, header->total_size};
        good = save_once(&save);
    }
    say_diags(boot);
    return manifest_write_again(boot);
}

void manifest_save_failed(struct boot *boot)
{
    struct save save = {.boot = boot};
    if (boot->res.save_path.len == 0 || !save_find_names(&save, BTL_STR(BTL_MANIFEST_FAILED)))
        return;
    volume_close(boot); // the next attempt opens it again
    log_line(&boot->log, BTL_LOG_INFO, "saving the manifest of this boot to " BTL_MANIFEST_FAILED);
    if (manifest_write_failed(boot, &save.bytes))
        save_once(&save);
    else
        btl_attempt_no_memory(&boot->attempt, "saving the manifest");
    say_diags(boot);
}
