// SPDX-License-Identifier: BSD-2-Clause
// A directory tree of the host as a boot volume. A name that does not exist is looked up without
// case, as on the FAT volume that the tree will become.
#ifndef BTL_HOST_TREE_H
#define BTL_HOST_TREE_H

#include <btl/symtab.h>

#include "host.h"

struct tree {
    struct host *host;
    int root;                      // descriptor of the directory
    struct btl_symtab directories; // by path; their entries have been read
};

bool tree_open(struct tree *tree, struct host *host, const char *path, int *ret_error);
void tree_close(struct tree *tree);
// The path of a file on the host, below the root; NULL: there is none.
const char *tree_find(struct tree *tree, struct btl_str path);
// The text in lower case (letters of ASCII).
struct btl_str tree_fold_case(struct btl_arena *arena, struct btl_str text);

#endif
