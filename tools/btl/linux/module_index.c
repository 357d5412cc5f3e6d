// SPDX-License-Identifier: BSD-2-Clause
#include "module_index.h"

#include <string.h>
#include <unistd.h>

#include "files.h"

struct btl_str module_path_name(struct btl_str path)
{
    struct btl_str name = btl_base_name(path);
    return btl_str_first(name, btl_str_find(name, '.'));
}

// Return the name with '_' for '-', as the tables have it.
static struct btl_str module_key(struct btl_arena *arena, struct btl_str name)
{
    char *key = MEMORY_ARRAY(arena, char, name.len);
    for (size_t i = 0; i < name.len; i++)
        key[i] = name.at[i] == '-' ? '_' : name.at[i];
    return (struct btl_str){key, name.len};
}

// "kernel/a.ko: kernel/b.ko kernel/c.ko" in each line.
static void index_add_rows(struct module_index *index, struct btl_str text)
{
    struct btl_arena *arena = index->host->arena;
    struct btl_str line, path, needs;
    while (btl_take_line(&text, &line)) {
        if (!btl_str_split(line, ':', &path, &needs))
            continue;
        struct module_row *row = MEMORY_NEW(arena, struct module_row);
        *row = (struct module_row){.path = path, .needs = needs};
        btl_symtab_add(&index->rows, module_key(arena, module_path_name(path)), (uintptr_t)row, 0,
                       NULL);
    }
}

static void index_add_built_in(struct module_index *index)
{
    struct btl_str rest = index->builtin, line;
    while (btl_take_line(&rest, &line))
        btl_symtab_add(&index->built, module_key(index->host->arena, module_path_name(line)), 1, 0,
                       NULL);
}

static struct btl_str text_of(struct btl_bytes bytes)
{
    return (struct btl_str){(const char *)bytes.at, bytes.size};
}

bool module_index_read(struct host *host, const char *directory, struct module_index *ret_index)
{
    struct module_index index = {.host = host, .directory = directory, .builtin = BTL_STR("")};
    struct btl_bytes dep, builtin;
    int ignored;
    memory_require(btl_symtab_init(&index.rows, 4096, host->arena) &&
                   btl_symtab_init(&index.built, 1024, host->arena));
    const char *list = memory_text(host->arena, "%s/modules.dep", directory).at;
    if (access(list, F_OK) != 0 && access(directory, F_OK) == 0) {
        struct btl_str release = btl_base_name(btl_str_of(directory));
        btl_report(&host->diags, BTL_HOST_LINUX_NO_DEP,
                   (struct btl_place){.file = btl_str_of(list)}, BTL_ARG(release));
        return false;
    }
    if (!files_read(host, list, &dep))
        return false;
    if (files_map(memory_text(host->arena, "%s/modules.builtin", directory).at, &builtin, &ignored))
        index.builtin = text_of(builtin);
    index_add_rows(&index, text_of(dep));
    index_add_built_in(&index);
    *ret_index = index;
    return true;
}

struct module_row *module_index_find(const struct module_index *index, struct btl_str name)
{
    const struct btl_export *found =
        btl_symtab_find(&index->rows, module_key(index->host->arena, module_path_name(name)));
    return found == NULL ? NULL : (struct module_row *)(uintptr_t)found->value;
}

bool module_index_is_built_in(const struct module_index *index, struct btl_str name)
{
    return btl_symtab_find(&index->built, module_key(index->host->arena, name)) != NULL;
}

bool module_row_read(const struct module_index *index, const struct module_row *row,
                     struct btl_bytes *ret_bytes)
{
    static const struct {
        const char *suffix, *program, *package;
    } packings[] = {{".xz", "xz", "xz-utils"}, {".zst", "zstd", "zstd"}, {".gz", "gzip", "gzip"}};
    struct host *host = index->host;
    const char *path = memory_text(host->arena, "%s/%pS", index->directory, &row->path).at;
    for (size_t i = 0; i < BTL_COUNT(packings); i++) {
        const char *argv[] = {packings[i].program, "-dcq", "--", path, NULL};
        if (btl_str_ends(row->path, btl_str_of(packings[i].suffix)))
            return files_require(host, path) &&
                   files_run_output(host, argv, packings[i].package, ret_bytes);
    }
    return files_read(host, path, ret_bytes);
}
