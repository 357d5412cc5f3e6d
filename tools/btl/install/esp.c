// SPDX-License-Identifier: BSD-2-Clause
#include "esp.h"

#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "report.h"

#define ESP_SLACK (256u << 10) // bytes that stay free: directories and loader.conf grow, too

static const char *const usual_places[] = {"/efi", "/boot/efi", "/boot"};

const char *esp_directory(const char *given)
{
    struct statfs status;
    if (given != NULL)
        return given;
    for (size_t i = 0; i < BTL_COUNT(usual_places); i++) {
        if (statfs(usual_places[i], &status) == 0 && status.f_type == MSDOS_SUPER_MAGIC)
            return usual_places[i];
    }
    return NULL;
}

bool esp_report_none(struct host *host)
{
    btl_report(&host->diags, BTL_HOST_ESP_NONE, (struct btl_place){.file = BTL_STR("btl")});
    return false;
}

bool esp_require_space(struct volume *volume, uint64_t bytes)
{
    struct btl_diags *diags = &volume->host->diags;
    struct btl_place place = {.file = btl_str_of(volume->path)};
    struct statvfs status;
    if (volume->is_image || statvfs(volume->path, &status) != 0)
        return true;
    uint64_t available = (uint64_t)status.f_bavail * status.f_frsize;
    if ((status.f_flag & ST_RDONLY) != 0)
        btl_report(diags, BTL_HOST_ESP_READ_ONLY, place, BTL_ARG(place.file));
    else if (bytes > 0 && available < bytes + ESP_SLACK)
        btl_report(diags, BTL_HOST_ESP_FULL, place, BTL_SIZE(available),
                   BTL_SIZE(bytes + ESP_SLACK));
    else
        return true;
    return false;
}

bool esp_has(struct volume *volume, struct btl_str path, struct btl_bytes bytes)
{
    struct volume_file file;
    struct btl_file_problem problem;
    struct btl_bytes old;
    return volume_file_open(volume, path, bytes.size, &file, &problem) && file.size == bytes.size &&
           volume_file_read(&file, &old, &problem) && memcmp(old.at, bytes.at, bytes.size) == 0;
}

static void esp_print(struct volume *volume, struct btl_str path, const char *done)
{
    struct btl_out out = out_to(stdout);
    struct btl_str name = report_safe(volume->host->arena, volume_name(volume, path));
    btl_format(&out, "%pS: %s\n", &name, done);
}

static struct btl_str esp_parent(struct btl_str path)
{
    return btl_directory_prefix(btl_str_without_last(path, btl_base_name(path).len));
}

bool esp_store(struct volume *volume, struct btl_str path, struct btl_bytes bytes, bool print)
{
    struct btl_arena *arena = volume->host->arena;
    struct btl_str parent = esp_parent(path);
    if (esp_has(volume, path, bytes)) {
        esp_print(volume, path, "is there already");
        return true;
    }
    if (!print && ((parent.len > 0 && !volume_make_directory(volume, parent)) ||
                   !volume_store(volume, path, bytes)))
        return false;
    esp_print(
        volume, path,
        memory_text(arena, "%s, %pB", print ? "would be stored" : "stored", &(uint64_t){bytes.size})
            .at);
    return true;
}

// A directory with other files in it stays.
static void esp_remove_directory(struct volume *volume, struct btl_str path)
{
    const char *found = volume->is_image ? NULL : tree_find(&volume->tree, path);
    if (found != NULL)
        unlinkat(volume->tree.root, found, AT_REMOVEDIR);
}

bool esp_remove(struct volume *volume, struct btl_str path, bool print)
{
    if (!print && !volume_remove(volume, path))
        return false;
    if (!print)
        esp_remove_directory(volume, esp_parent(path));
    esp_print(volume, path, print ? "would be deleted" : "deleted");
    return true;
}
