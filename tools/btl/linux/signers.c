// SPDX-License-Identifier: BSD-2-Clause
// The keys that a kernel accepts are in the kernel and in the firmware, and not in any file here.
// What can be seen is the key of the distribution: that of most modules.
#include "linux/signers.h"

#include <string.h>

#include "signature.h"

// The Linux modules in the plan.
static bool signers_next(const struct boot *boot, uint32_t *index, struct signature *ret)
{
    const struct btl_attempt *attempt = &boot->attempt;
    while (*index < attempt->plan.module_count && *index < attempt->module_capacity) {
        const struct btl_attempt_module *module = attempt->modules[(*index)++];
        if (module == NULL || !module->opened || !module->info.of_linux)
            continue;
        if (!signature_find(module->file->bytes, ret))
            *ret = (struct signature){0};
        return true;
    }
    return false;
}

static bool signers_equal(const struct signature *a, const struct signature *b)
{
    return a->kind != NULL && b->kind != NULL && a->key.size == b->key.size &&
           memcmp(a->key.at, b->key.at, a->key.size) == 0;
}

// Find the key of more than half of the modules that are signed. The first pass finds the only one
// that it can be (Boyer and Moore), the second counts. False: there is none.
static bool signers_find_common(const struct boot *boot, struct signature *ret)
{
    struct signature signature, common = {0};
    uint32_t index = 0, ahead = 0, with = 0, signed_count = 0;
    while (signers_next(boot, &index, &signature)) {
        if (signature.kind == NULL)
            continue;
        if (ahead == 0)
            common = signature;
        ahead += signers_equal(&signature, &common) ? 1 : -1u;
        signed_count++;
    }
    index = 0;
    while (signers_next(boot, &index, &signature))
        with += signers_equal(&signature, &common);
    *ret = common;
    return with > signed_count / 2;
}

static struct btl_str signers_text(const struct boot *boot, const struct signature *signature)
{
    char key[2 * 8 + 1] = "";
    for (size_t i = 0; i < signature->key.size && i < 8; i++)
        btl_format_to(key + 2 * i, 3, "%02x", signature->key.at[i]);
    return memory_text(boot->host->arena, "%pS (key %s)", &signature->signer, key);
}

void signers_note(struct boot *boot)
{
    struct signature signature, common;
    uint32_t index = 0;
    if (!signers_find_common(boot, &common))
        return;
    struct btl_str usual = signers_text(boot, &common);
    while (signers_next(boot, &index, &signature)) {
        struct btl_place place = {
            .file = volume_name(&boot->volume, boot->attempt.modules[index - 1]->path)};
        if (signature.kind == NULL)
            btl_report(&boot->host->diags, BTL_HOST_LINUX_UNSIGNED, place, BTL_ARG(usual));
        else if (!signers_equal(&signature, &common))
            btl_report(&boot->host->diags, BTL_HOST_LINUX_SIGNER, place,
                       BTL_ARG(signers_text(boot, &signature)), BTL_ARG(usual));
    }
}
