// SPDX-License-Identifier: BSD-2-Clause
// The manifest's text about the choice of a configuration, and about the boot volume.
#include "manifest_text.h"

static void text_partition(struct text *text, const struct btlm_volume *volume)
{
    const uint8_t *id = volume->guid;
    char guid[40];
    switch (volume->kind) {
    case BTLM_VOLUME_GPT:
        btl_format(text->out, "%u, GUID %s\n", volume->partition, btlm_guid_text(id, guid));
        break;
    case BTLM_VOLUME_MBR:
        btl_format(text->out, "%u, of an MBR, signature %02x%02x%02x%02x\n", volume->partition,
                   id[3], id[2], id[1], id[0]);
        break;
    case BTLM_VOLUME_DISK:
        btl_format(text->out, "none, the whole disk\n");
        break;
    default:
        btl_format(text->out, "unknown\n");
    }
}

void text_volume(struct text *text)
{
    const struct btlm_volume *volume = btl_manifest_volume(text->manifest);
    if (volume == NULL)
        return;
    text_heading(text, "Boot volume");
    text->label_width = 10;
    text_label(text, "partition");
    text_partition(text, volume);
    if (volume->block_count != 0) {
        text_label(text, "blocks");
        btl_format(text->out, "%lu from %lu on\n", volume->block_count, volume->start_block);
    }
    if (volume->controller.length != 0)
        text_field(text, "controller", volume->controller);
}

static void text_boot_flags(struct text *text, const struct btlm_boot *boot)
{
    static const char *const names[] = {"safe",           "changed in the menu",
                                        "on trial",       "last good",
                                        "has a fallback", "failed",
                                        "saved",          "changed by the running system",
                                        "sealed",         "random addresses"};
    bool any = false;
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        if ((boot->flags & 1u << i) == 0)
            continue;
        if (any)
            btl_format(text->out, ", ");
        else
            text_label(text, "state");
        btl_format(text->out, "%s", names[i]);
        any = true;
    }
    if (any)
        btl_format(text->out, "\n");
}

void text_boot(struct text *text)
{
    const struct btlm_boot *boot = btl_manifest_boot(text->manifest);
    if (boot == NULL)
        return;
    text_heading(text, "Boot");
    text->label_width = 8;
    text_field(text, "file", boot->path);
    if (boot->title.length != 0)
        text_field(text, "title", boot->title);
    text_label(text, "SHA-256");
    text_sha256(text, boot->sha256);
    btl_format(text->out, "\n");
    text_label(text, "how");
    btl_format(text->out, "%s\n", btlm_how_name(boot->how));
    if (boot->reason.length != 0) {
        text_field(text, "wanted", boot->wanted);
        text_field(text, "reason", boot->reason);
    }
    text_boot_flags(text, boot);
    if ((boot->flags & BTLM_BOOT_TRIAL) != 0) {
        text_label(text, "tries");
        btl_format(text->out, "%u of %u left\n", boot->tries_left, boot->tries);
    }
    if (boot->timeout != 0) {
        text_label(text, "watchdog");
        btl_format(text->out, "%u s\n", boot->timeout);
    }
    struct btl_watchdog hardware;
    if (btl_manifest_watchdog(text->manifest, &hardware)) {
        text_label(text, "hardware");
        btl_format(text->out, "watchdog, %u s\n", hardware.seconds);
    }
}

static void text_trust_flags(struct text *text, uint32_t flags)
{
    text_label(text, "Secure Boot");
    btl_format(text->out, "%s%s%s%s\n", (flags & BTLM_TRUST_SECURE_BOOT) != 0 ? "on" : "off",
               (flags & BTLM_TRUST_SETUP_MODE) != 0 ? ", in setup mode" : "",
               (flags & BTLM_TRUST_SHIM_OFF) != 0 ? ", but shim verifies nothing"
               : (flags & BTLM_TRUST_SHIM) != 0   ? ", with shim"
                                                  : "",
               (flags & BTLM_TRUST_ENFORCED) != 0 ? ", seals are enforced" : "");
}

static void text_tpm(struct text *text, const struct btlm_trust *trust)
{
    text_label(text, "TPM");
    btl_format(text->out, "%s", btlm_tpm_name(trust->tpm));
    if (trust->tpm != BTLM_TPM_NONE)
        btl_format(text->out, ", active banks 0x%x", trust->banks);
    btl_format(text->out, "\n");
}

void text_trust(struct text *text)
{
    const struct btlm_trust *trust = btl_manifest_trust(text->manifest);
    if (trust == NULL)
        return;
    text_heading(text, "Trust");
    text->label_width = 11;
    text_trust_flags(text, trust->flags);
    if (btlm_is_hashed(trust->seal_sha256)) {
        text_label(text, "seal");
        text_sha256(text, trust->seal_sha256);
        btl_format(text->out, "\n");
        text_label(text, "its level");
        btl_format(text->out, "%lu\n", trust->seal_level);
    }
    if (trust->level != 0) {
        text_label(text, "revoked");
        btl_format(text->out, "seals below level %lu\n", trust->level);
    }
    text_tpm(text, trust);
}

// The log is binary: tools show it.
void text_event_log(struct text *text)
{
    uint64_t size = btl_manifest_count(text->manifest, BTLM_EVENT_LOG);
    const struct btlm_trust *trust = btl_manifest_trust(text->manifest);
    if (size == 0)
        return;
    text_heading(text, "Event log of the TPM");
    btl_format(text->out, "  %pB%s\n", &size,
               trust != NULL && (trust->flags & BTLM_TRUST_LOG_FULL) != 0 ? ", and lacks events"
                                                                          : "");
}
