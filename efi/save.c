// SPDX-License-Identifier: BSD-2-Clause
// Saving of the manifest to a file on the boot volume, identical to what the kernel gets.
//
// Writing a file may change the firmware's memory map, which is part of the manifest. So the map is
// read again after the volume is closed; if it has changed, the manifest is updated and the file is
// written again. By then the firmware has the buffers that it needs.
#include "boot.h"
#include "replace.h"
#include <btl/boot.h>
#include <btl/utf16.h>

#include <btl/mem.h>

#define SAVE_TRIES 3

struct save {
    struct boot *boot;
    struct btl_place place; // of the file
    struct replacement file;
};

static bool save_warn(struct save *save, enum btl_code code, fw_status status)
{
    struct btl_diags *diags = save->boot->attempt.diags;
    if (status == FW_WRITE_PROTECTED)
        btl_report(diags, BTL_SAVE_PROTECTED, save->place);
    else if (status == FW_VOLUME_FULL)
        btl_report(diags, BTL_SAVE_FULL, save->place, BTL_SIZE(save->file.bytes.size));
    else
        btl_report(diags, code, save->place, BTL_ARG(fw_status_name(status)),
                   BTL_ARG(save->file.new_path));
    return false;
}

static bool save_find_names(struct save *save, struct btl_str path)
{
    struct btl_attempt *attempt = &save->boot->attempt;
    save->place = (struct btl_place){.file = path};
    if (!replace_names(&save->file, path, BTL_STR(".new"), attempt->arena))
        return btl_attempt_no_memory(attempt, "saving the manifest");
    if (btl_base_name(path).len > 0 && btl_path_is_usable(save->file.new_path))
        return true;
    btl_report(attempt->diags, BTL_SAVE_BAD_PATH, save->place);
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
    struct volume *volume = save->file.volume;
    struct volume_file file;
    bool ours = false;
    fw_status status = volume->open(volume, path, &file);
    if (status == FW_NOT_FOUND)
        return true;
    save->place.file = path;
    if (status == FW_SUCCESS) {
        status = save_inspect(&file, &ours);
        volume->close(&file);
    }
    if (status != FW_SUCCESS)
        return save_warn(save, BTL_SAVE_UNREADABLE, status);
    if (!ours)
        return save_warn(save, BTL_SAVE_NOT_MANIFEST, status);
    save->place.file = save->file.path;
    return true;
}

static bool save_replace(struct save *save)
{
    static const enum btl_code codes[] = {[REPLACE_CREATE] = BTL_SAVE_CREATE_FAILED,
                                          [REPLACE_WRITE] = BTL_SAVE_WRITE_FAILED,
                                          [REPLACE_REMOVE] = BTL_SAVE_REMOVE_FAILED,
                                          [REPLACE_RENAME] = BTL_SAVE_RENAME_FAILED};
    const struct replacement *file = &save->file;
    if (replace_begin(&save->file) && replace_end(&save->file))
        return true;
    if (file->failed != REPLACE_SHORT)
        return save_warn(save, codes[file->failed], file->status);
    btl_report(save->boot->attempt.diags, BTL_SAVE_SHORT, save->place, BTL_DEC(file->bytes.size),
               BTL_DEC(file->written));
    return false;
}

// Save once. Opens its own volume, because closing it may change the memory map too.
static bool save_once(struct save *save)
{
    struct firmware *fw = save->boot->fw;
    fw_status status = fw->open_volume(fw, &save->file.volume);
    if (status != FW_SUCCESS)
        return save_warn(save, BTL_SAVE_NO_VOLUME, status);
    bool good = save_may_replace(save, save->file.path) &&
                save_may_replace(save, save->file.new_path) && save_replace(save);
    save->file.volume->close_volume(save->file.volume);
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
        if (boot->res.manifest_sealed) { // the file is what the kernel gets, without the seed
            manifest_set_seed(boot);
            return true;
        }
        if (try == SAVE_TRIES) {
            btl_report(boot->attempt.diags, BTL_SAVE_MAP_CHANGED, save.place, BTL_DEC(SAVE_TRIES));
            break;
        }
        manifest_clear_seed(boot);
        manifest_seal(boot, start);
        const uint8_t *memory = (const uint8_t *)(uintptr_t)boot->res.manifest.physical;
        const struct btlm_header *header = (const void *)memory;
        save.file.bytes = (struct btl_bytes){memory, header->total_size};
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
    if (manifest_write_failed(boot, &save.file.bytes))
        save_once(&save);
    else
        btl_attempt_no_memory(&boot->attempt, "saving the manifest");
    say_diags(boot);
}
