// SPDX-License-Identifier: BSD-2-Clause
// Storing and removing files of a boot volume.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "volume.h"

static bool store_failed(struct volume *volume, struct btl_str path, const char *problem)
{
    btl_report(&volume->host->diags, BTL_HOST_WRITE,
               ((struct btl_place){.file = volume_name(volume, path)}), BTL_ARG_Z(problem));
    return false;
}

// The directory of a file of a tree, as the host has it, below the root; NULL: there is none.
static const char *store_directory(struct volume *volume, struct btl_str path)
{
    struct btl_str name = btl_base_name(path);
    struct btl_str directory = btl_directory_prefix(btl_str_first(path, path.len - name.len));
    return directory.len == 0 ? "." : tree_find(&volume->tree, directory);
}

static bool store_in_tree(struct volume *volume, struct btl_str path, struct btl_bytes bytes)
{
    struct btl_str name = btl_base_name(path);
    const char *directory = store_directory(volume, path), *found = tree_find(&volume->tree, path);
    if (directory == NULL)
        return store_failed(volume, path, strerror(ENOENT));
    const char *file =
        found != NULL ? found : memory_text(volume->host->arena, "%s/%pS", directory, &name).at;
    struct replacement replacement = {
        .path = memory_text(volume->host->arena, "%s/%s", volume->path, file).at,
        .text = {(const char *)bytes.at, bytes.size}};
    return output_replace(volume->host, &replacement);
}

bool volume_store(struct volume *volume, struct btl_str path, struct btl_bytes bytes)
{
    struct btl_str text = {(const char *)bytes.at, bytes.size};
    return volume->is_image ? volume_replace(volume, path, text, BTL_STR(""))
                            : store_in_tree(volume, path, bytes);
}

bool volume_remove(struct volume *volume, struct btl_str path)
{
    if (volume->is_image)
        return volume_image_remove(volume, path);
    const char *found = tree_find(&volume->tree, path);
    if (found == NULL)
        return store_failed(volume, path, strerror(ENOENT));
    return unlinkat(volume->tree.root, found, 0) == 0 ||
           store_failed(volume, path, strerror(errno));
}

// Make each part of the path that is not there. On the host a part may have capitals.
static bool make_tree_directory(struct volume *volume, struct btl_str path)
{
    struct btl_arena *arena = volume->host->arena;
    struct btl_str rest = path, part, made = BTL_STR(".");
    while (btl_take_part(&rest, '/', &part)) {
        made = memory_text(arena, "%pS/%pS", &made, &part);
        struct btl_str whole = btl_str_after(made, 1);
        const char *found = tree_find(&volume->tree, whole);
        if (found == NULL && mkdirat(volume->tree.root, made.at, 0777) != 0)
            return store_failed(volume, path, strerror(errno));
        if (found != NULL)
            made = btl_str_of(found);
    }
    return true;
}

static bool make_image_directory(struct volume *volume, struct btl_str path)
{
    struct btl_str rest = path, part, made = BTL_STR("");
    while (btl_take_part(&rest, '/', &part)) {
        made = memory_text(volume->host->arena, "%pS/%pS", &made, &part);
        if (!volume_has_directory(volume, made) && !volume_image_make_directory(volume, made))
            return false;
    }
    return true;
}

bool volume_make_directory(struct volume *volume, struct btl_str path)
{
    return volume->is_image ? make_image_directory(volume, path)
                            : make_tree_directory(volume, path);
}
