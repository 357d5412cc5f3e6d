// SPDX-License-Identifier: BSD-2-Clause
// Each directory is read once and its names are hashed, so that finding N files is linear in N.
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The values of the tables are addresses.
static void *symbol_pointer(const struct btl_export *export)
{
    return export == NULL ? NULL : (void *)(uintptr_t) export->value;
}

struct btl_str tree_fold_case(struct btl_arena *arena, struct btl_str text)
{
    char *folded = MEMORY_ARRAY(arena, char, text.len);
    for (size_t i = 0; i < text.len; i++)
        folded[i] = btl_lower(text.at[i]);
    return (struct btl_str){folded, text.len};
}

bool tree_open(struct tree *tree, struct host *host, const char *path, int *ret_error)
{
    *tree = (struct tree){.host = host};
    tree->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *ret_error = errno;
    return tree->root >= 0 && btl_symtab_init(&tree->directories, 16, host->arena);
}

void tree_close(struct tree *tree)
{
    if (tree->root >= 0)
        close(tree->root);
    tree->root = -1;
}

static void tree_read_names(struct tree *tree, const char *path, struct btl_symtab *names)
{
    int fd = openat(tree->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct btl_str name = memory_text(tree->host->arena, "%s", entry->d_name);
        btl_symtab_add(names, tree_fold_case(tree->host->arena, name), (uintptr_t)name.at, 0, NULL);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
}

// The names of a directory in lower case, with their names on the host.
static struct btl_symtab *tree_names(struct tree *tree, struct btl_str path)
{
    struct btl_symtab *names = symbol_pointer(btl_symtab_find(&tree->directories, path));
    if (names != NULL)
        return names;
    names = MEMORY_NEW(tree->host->arena, struct btl_symtab);
    if (!btl_symtab_init(names, 16, tree->host->arena))
        return NULL;
    tree_read_names(tree, path.at, names);
    btl_symtab_add(&tree->directories, path, (uintptr_t)names, 0, NULL);
    return names;
}

static bool tree_has_path(const struct tree *tree, const char *path)
{
    struct stat status;
    return fstatat(tree->root, path, &status, 0) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

const char *tree_find(struct tree *tree, struct btl_str path)
{
    struct btl_arena *arena = tree->host->arena;
    struct btl_str found = memory_text(arena, "./%pS", &path), rest = path, part;
    if (memchr(path.at, '\0', path.len) != NULL)
        return NULL;
    if (tree_has_path(tree, found.at))
        return found.at;
    found = BTL_STR(".");
    while (btl_take_part(&rest, '/', &part)) {
        struct btl_symtab *names = tree_names(tree, found);
        const char *name =
            names == NULL ? NULL
                          : symbol_pointer(btl_symtab_find(names, tree_fold_case(arena, part)));
        if (name == NULL)
            return NULL;
        found = memory_text(arena, "%pS/%s", &found, name);
    }
    return found.at;
}
