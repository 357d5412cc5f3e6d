// SPDX-License-Identifier: BSD-2-Clause
#include "replace.h"

#include "firmware.h"

bool replace_names(struct replacement *replacement, struct btl_str path, struct btl_str suffix,
                   struct btl_arena *arena)
{
    const struct btl_str parts[] = {path, suffix};
    replacement->path = path;
    replacement->new_path = btl_str_join(arena, parts, BTL_COUNT(parts));
    return replacement->new_path.at != NULL;
}

static bool replace_fail(struct replacement *replacement, enum replace_step step, fw_status status)
{
    replacement->failed = step;
    replacement->status = status;
    return false;
}

static bool replace_remove(struct replacement *replacement, struct btl_str path,
                           enum replace_step step)
{
    fw_status status = replacement->volume->remove(replacement->volume, path);
    return status == FW_SUCCESS || status == FW_NOT_FOUND ||
           replace_fail(replacement, step, status);
}

static bool replace_write(struct replacement *replacement)
{
    struct volume *volume = replacement->volume;
    const struct btl_bytes *bytes = &replacement->bytes;
    uint64_t written = 0;
    fw_status status = volume->write(&replacement->file, bytes->at, bytes->size, &written);
    if (status == FW_SUCCESS && written != bytes->size) {
        replacement->written = written;
        return replace_fail(replacement, REPLACE_SHORT, status);
    }
    if (status == FW_SUCCESS)
        status = volume->flush(&replacement->file);
    return status == FW_SUCCESS || replace_fail(replacement, REPLACE_WRITE, status);
}

void replace_cancel(struct replacement *replacement)
{
    replacement->volume->close(&replacement->file);
    replacement->volume->remove(replacement->volume, replacement->new_path);
}

bool replace_begin(struct replacement *replacement)
{
    struct volume *volume = replacement->volume;
    if (!replace_remove(replacement, replacement->new_path, REPLACE_CREATE))
        return false;
    fw_status status = volume->create(volume, replacement->new_path, &replacement->file);
    if (status != FW_SUCCESS)
        return replace_fail(replacement, REPLACE_CREATE, status);
    if (replace_write(replacement))
        return true;
    replace_cancel(replacement);
    return false;
}

// Write the file under its own name. False: only the file under the other name is complete.
static bool replace_write_again(struct replacement *replacement)
{
    struct volume *volume = replacement->volume;
    if (volume->create(volume, replacement->path, &replacement->file) != FW_SUCCESS)
        return false;
    bool good = replace_write(replacement);
    volume->close(&replacement->file);
    volume->remove(volume, good ? replacement->new_path : replacement->path);
    return good;
}

bool replace_end(struct replacement *replacement)
{
    struct volume *volume = replacement->volume;
    bool removed = replace_remove(replacement, replacement->path, REPLACE_REMOVE);
    struct btl_str name = btl_base_name(replacement->path);
    fw_status status = removed ? volume->rename(&replacement->file, name) : FW_SUCCESS;
    volume->close(&replacement->file);
    return removed && (status == FW_SUCCESS || replace_write_again(replacement) ||
                       replace_fail(replacement, REPLACE_RENAME, status));
}
