// SPDX-License-Identifier: BSD-2-Clause
// Writing an edited loader.conf. A lock keeps two programs of this kind apart; a change by any
// other program is found before the file is replaced.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edit.h"
#include "output.h"

// The lock of a directory or image that cannot be opened, or of a file system without locks, is not
// needed for the rest. The descriptor stays open, and with it the lock.
void edit_lock(struct edit *edit)
{
    int fd = open(edit->boot.root, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    while (fd >= 0 && !output_lock(fd, edit->boot.root)) {
        close(fd);
        fd = open(edit->boot.root, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
}

// Is the file what it was when the edit began? `volume` is opened again.
static bool edit_is_current(struct edit *edit, struct volume *volume)
{
    struct btl_bytes bytes = {(const uint8_t *)"", 0};
    struct btl_file_problem problem;
    bool exists = volume_read(volume, edit->boot.path, BTL_CONFIG_MAX, &bytes, &problem);
    if (exists == edit->existed &&
        btl_str_equal((struct btl_str){(const char *)bytes.at, bytes.size}, edit->old_text))
        return true;
    btl_report(&edit->host->diags, BTL_HOST_EDIT_CHANGED,
               ((struct btl_place){.file = volume_name(volume, edit->boot.path)}));
    return false;
}

struct tree_edit {
    struct edit *edit;
    const char *target;
    bool keep; // the old file becomes .prev
};

static bool tree_is_ready(void *owner)
{
    const struct tree_edit *tree = owner;
    struct edit *edit = tree->edit;
    struct volume volume;
    bool good = volume_open(edit->host, edit->boot.root, &volume) && edit_is_current(edit, &volume);
    volume_close(&volume);
    return good &&
           (!tree->keep ||
            output_replace(
                edit->host,
                &(struct replacement){
                    .path = memory_text(edit->host->arena, "%s" EDIT_PREVIOUS, tree->target).at,
                    .like = tree->target,
                    .text = edit->old_text}));
}

static bool edit_write_tree(struct edit *edit, bool keep)
{
    struct tree *tree = &edit->boot.volume.tree;
    struct btl_arena *arena = edit->host->arena;
    const char *found = tree_find(tree, edit->boot.path);
    const char *path =
        memory_text(arena, "%s/%s", edit->boot.root, found != NULL ? found : edit->boot.path.at + 1)
            .at;
    char *real = realpath(path, NULL); // the target of a symbolic link
    struct tree_edit tree_edit = {edit, real != NULL ? memory_text(arena, "%s", real).at : path,
                                  keep};
    free(real);
    return output_replace(edit->host, &(struct replacement){.path = tree_edit.target,
                                                            .text = edit->text,
                                                            .ready = tree_is_ready,
                                                            .owner = &tree_edit});
}

static bool edit_write_image(struct edit *edit, bool keep)
{
    struct btl_str name = btl_base_name(edit->boot.path);
    struct btl_str kept =
        keep ? memory_text(edit->host->arena, "%pS" EDIT_PREVIOUS, &name) : BTL_STR("");
    struct volume volume;
    bool good = volume_open(edit->host, edit->boot.root, &volume) &&
                edit_is_current(edit, &volume) &&
                volume_replace(&volume, edit->boot.path, edit->text, kept);
    volume_close(&volume);
    return good;
}

bool edit_write(struct edit *edit)
{
    bool keep = edit_trial_keeps_old(edit);
    if (!edit_seal_new(edit))
        return false;
    bool good =
        edit->boot.volume.is_image ? edit_write_image(edit, keep) : edit_write_tree(edit, keep);
    if (good) {
        edit_print_change(edit, keep);
        edit_trial_report(edit, keep);
    }
    return good && (!keep || edit_seal_previous(edit));
}
