// SPDX-License-Identifier: BSD-2-Clause
// Print the choice of a configuration, the boot volume, Secure Boot and TPM as JSON.
#include "json_parts.h"

static void print_trial(struct json_printer *p, const struct btlm_boot *b)
{
    if ((b->flags & BTLM_BOOT_TRIAL) == 0) {
        json_null(&p->json, "trial");
        return;
    }
    json_begin_line(&p->json, "trial", '{');
    json_number(&p->json, "tries", b->tries);
    json_number(&p->json, "tries_left", b->tries_left);
    json_end(&p->json, '}');
}

void print_boot(struct json_printer *p)
{
    const struct btlm_boot *b = btl_manifest_boot(p->manifest);
    if (b == NULL) {
        json_null(&p->json, "boot");
        return;
    }
    json_begin(&p->json, "boot", '{');
    print_string(p, "path", b->path);
    print_string(p, "title", b->title);
    print_digest(p, "sha256", b->sha256);
    json_word(&p->json, "how", btlm_how_name(b->how));
    print_string(p, "wanted", b->wanted);
    print_string(p, "reason", b->reason);
    json_bool(&p->json, "safe", (b->flags & BTLM_BOOT_SAFE) != 0);
    json_bool(&p->json, "changed", (b->flags & BTLM_BOOT_CHANGED) != 0);
    json_bool(&p->json, "good", (b->flags & BTLM_BOOT_GOOD) != 0);
    json_bool(&p->json, "fallback", (b->flags & BTLM_BOOT_FALLBACK) != 0);
    json_bool(&p->json, "failed", (b->flags & BTLM_BOOT_FAILED) != 0);
    json_bool(&p->json, "saved", (b->flags & BTLM_BOOT_SAVED) != 0);
    json_bool(&p->json, "applied", (b->flags & BTLM_BOOT_APPLIED) != 0);
    json_bool(&p->json, "sealed", (b->flags & BTLM_BOOT_SEALED) != 0);
    json_bool(&p->json, "aslr", (b->flags & BTLM_BOOT_ASLR) != 0);
    print_trial(p, b);
    json_number(&p->json, "timeout", b->timeout);
    struct btl_watchdog hardware;
    btl_manifest_watchdog(p->manifest, &hardware);
    json_number(&p->json, "watchdog", hardware.seconds);
    json_end(&p->json, '}');
}

void print_volume(struct json_printer *p)
{
    const struct btlm_volume *v = btl_manifest_volume(p->manifest);
    char guid[40];
    if (v == NULL) {
        json_null(&p->json, "volume");
        return;
    }
    static const char *const layouts[] = {
        [BTLM_VOLUME_GPT] = "gpt", [BTLM_VOLUME_MBR] = "mbr", [BTLM_VOLUME_DISK] = "disk"};
    json_begin(&p->json, "volume", '{');
    if (v->kind < BTL_COUNT(layouts) && layouts[v->kind] != NULL)
        json_word(&p->json, "layout", layouts[v->kind]);
    else
        json_null(&p->json, "layout");
    json_number(&p->json, "partition", v->partition);
    if (v->kind == BTLM_VOLUME_GPT)
        json_word(&p->json, "guid", btlm_guid_text(v->guid, guid));
    else
        json_null(&p->json, "guid");
    json_number(&p->json, "start_block", v->start_block);
    json_number(&p->json, "block_count", v->block_count);
    print_string(p, "controller", v->controller);
    json_end(&p->json, '}');
}

static void print_seal(struct json_printer *p, const struct btlm_trust *t)
{
    if (!btlm_is_hashed(t->seal_sha256)) {
        json_null(&p->json, "seal");
        return;
    }
    json_begin_line(&p->json, "seal", '{');
    print_digest(p, "sha256", t->seal_sha256);
    json_number(&p->json, "level", t->seal_level);
    json_end(&p->json, '}');
}

void print_trust(struct json_printer *p)
{
    const struct btlm_trust *t = btl_manifest_trust(p->manifest);
    if (t == NULL) {
        json_null(&p->json, "trust");
        return;
    }
    json_begin(&p->json, "trust", '{');
    json_bool(&p->json, "secure_boot", (t->flags & BTLM_TRUST_SECURE_BOOT) != 0);
    json_bool(&p->json, "setup_mode", (t->flags & BTLM_TRUST_SETUP_MODE) != 0);
    json_bool(&p->json, "shim", (t->flags & BTLM_TRUST_SHIM) != 0);
    json_bool(&p->json, "shim_off", (t->flags & BTLM_TRUST_SHIM_OFF) != 0);
    json_bool(&p->json, "enforced", (t->flags & BTLM_TRUST_ENFORCED) != 0);
    print_seal(p, t);
    json_number(&p->json, "level", t->level);
    json_word(&p->json, "tpm", btlm_tpm_name(t->tpm));
    json_number(&p->json, "banks", t->banks);
    json_number(&p->json, "event_log_size", btl_manifest_count(p->manifest, BTLM_EVENT_LOG));
    json_bool(&p->json, "event_log_full", (t->flags & BTLM_TRUST_LOG_FULL) != 0);
    json_end(&p->json, '}');
}
