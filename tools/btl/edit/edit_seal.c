// SPDX-License-Identifier: BSD-2-Clause
// The seal of an edited configuration. The new seal is stored before the new text, and that of the
// old text, which becomes .prev, behind it: at each moment, one of both texts has its seal.
#include "edit.h"

// Find what the old seal lists by --also: the new one lists that, too.
static void edit_seal_find_also(struct edit *edit)
{
    struct host quiet = *edit->host;
    struct boot boot = {.host = &quiet, .root = edit->boot.root, .path = edit->boot.path};
    quiet.diags = (struct btl_diags){.arena = quiet.arena};
    if (boot_open(&boot)) {
        boot_steps_with(&boot, volume_name(&boot.volume, boot.path), edit->old_text);
        edit->also = seal_find_also(&boot, &edit->seal);
    }
    boot_close(&boot);
}

bool edit_seal_begin(struct edit *edit)
{
    struct host *host = edit->host;
    enum seal_found found = seal_open_beside(&edit->boot, &edit->seal);
    edit->sealed = found == SEAL_THERE;
    if (found != SEAL_THERE)
        return found == SEAL_ABSENT;
    edit_seal_find_also(edit);
    if (!edit->seal.is_signed && edit->signer.key == NULL)
        return true;
    if (edit->signer.key != NULL)
        return signer_check(host, &edit->signer);
    btl_report(&host->diags, BTL_HOST_SEAL_NEEDS_KEY,
               ((struct btl_place){.file = volume_name(&edit->boot.volume, edit->boot.path)}));
    return false;
}

// Store the seal of boot->path, after its steps.
static bool edit_seal_write(struct edit *edit, struct boot *boot)
{
    struct host *host = edit->host;
    struct btl_seal seal = edit->seal;
    struct volume volume; // read again: the steps have kept what they read
    if (!seal_collect(boot, &edit->also, &seal))
        return false;
    struct btl_bytes file = btl_seal_write(&seal, host->arena);
    memory_require(file.at != NULL);
    if (edit->signer.key != NULL && !signer_sign(host, &edit->signer, file, &file))
        return false;
    bool good = volume_open(host, boot->root, &volume) &&
                volume_store(&volume, seal_path(host->arena, boot->path), file);
    volume_close(&volume);
    return good;
}

// Run the steps with a text; the messages were reported by the check.
static bool edit_seal_text(struct edit *edit, struct btl_str path, struct btl_str text)
{
    struct host quiet = *edit->host;
    struct boot boot = {
        .host = &quiet, .root = edit->boot.root, .path = path, .overlay = edit->overlay};
    quiet.diags = (struct btl_diags){.arena = quiet.arena};
    bool good = boot_open(&boot);
    if (good) {
        boot_steps_with(&boot, volume_name(&boot.volume, path), text);
        boot.host = edit->host;
        good = edit_seal_write(edit, &boot);
    }
    boot_close(&boot);
    return good;
}

bool edit_seal_new(struct edit *edit)
{
    return !edit->sealed || edit_seal_text(edit, edit->boot.path, edit->text);
}

bool edit_seal_previous(struct edit *edit)
{
    struct btl_str path = memory_text(edit->host->arena, "%pS" EDIT_PREVIOUS, &edit->boot.path);
    return !edit->sealed || edit_seal_text(edit, path, edit->old_text);
}
