// SPDX-License-Identifier: BSD-2-Clause
#include "seal_view.h"

#include "report.h"
#include "signature.h"

void seal_view(struct boot *boot, struct seal_view *ret_view)
{
    struct host *host = boot->host, quiet = *host;
    struct btl_seal seal;
    struct signature signature;
    quiet.diags = (struct btl_diags){.arena = host->arena};
    boot->host = boot->volume.host = &quiet;
    *ret_view = (struct seal_view){.found = seal_open_beside(boot, &seal)};
    if (ret_view->found == SEAL_THERE) {
        ret_view->level = seal.level;
        ret_view->differences = seal_report_differences(boot, &seal);
        ret_view->is_signed = seal.is_signed;
        if (signature_of_program(seal.certificates, &signature))
            ret_view->signer = signature.signer;
    }
    boot->host = boot->volume.host = host;
}

struct btl_str seal_view_text(struct btl_arena *arena, const struct seal_view *view)
{
    struct btl_str signer = report_safe(arena, view->signer);
    if (view->found == SEAL_ABSENT)
        return BTL_STR("no seal");
    if (view->found == SEAL_UNREADABLE)
        return BTL_STR("the seal cannot be read ('btl seal --verify' says why)");
    return memory_text(
        arena, "the seal %s, level %lu, %s%s%pS%s",
        view->differences == 0
            ? "fits"
            : memory_text(arena, "does not fit (%s)",
                          memory_count(arena, (uint32_t)view->differences, "file").at)
                  .at,
        (unsigned long)view->level, view->is_signed ? "signed (not verified)" : "not signed",
        signer.len > 0 ? " by \"" : "", &signer, signer.len > 0 ? "\"" : "");
}

void seal_view_json(struct json *json, const struct seal_view *view)
{
    if (view->found == SEAL_ABSENT) {
        json_null(json, "seal");
        return;
    }
    json_begin_line(json, "seal", '{');
    json_bool(json, "readable", view->found == SEAL_THERE);
    json_bool(json, "fits", view->found == SEAL_THERE && view->differences == 0);
    json_number(json, "differences", view->differences);
    json_number(json, "level", view->level);
    json_bool(json, "signed", view->is_signed);
    if (view->signer.len > 0)
        json_text(json, "signer", view->signer);
    else
        json_null(json, "signer");
    json_end(json, '}');
}
