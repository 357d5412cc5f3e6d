// SPDX-License-Identifier: BSD-2-Clause
// The differences in the choice of the configuration, which manifests before 1.2 do not have, and
// in Secure Boot and TPM, which those before 1.8 do not have.
#include "diff.h"

static struct btl_str yes_no(const struct diff *d, const struct btlm_boot *boot, uint32_t flag)
{
    return diff_text(d, (boot->flags & flag) != 0 ? "yes" : "no");
}

static struct btl_str trial_text(const struct diff *d, const struct btlm_boot *boot)
{
    return (boot->flags & BTLM_BOOT_TRIAL) == 0
               ? BTL_STR("no")
               : memory_text(d->host->arena, "%u of %u tries left", boot->tries_left, boot->tries);
}

static struct btl_str timeout_text(const struct diff *d, const struct btlm_boot *boot)
{
    return boot->timeout == 0 ? BTL_STR("off") : memory_text(d->host->arena, "%u s", boot->timeout);
}

static struct btl_str hardware_text(const struct diff *d, const struct btl_manifest *manifest)
{
    struct btl_watchdog watchdog;
    return btl_manifest_watchdog(manifest, &watchdog)
               ? memory_text(d->host->arena, "%u s", watchdog.seconds)
               : BTL_STR("off");
}

void diff_boot(struct diff *d)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {{"safe", BTLM_BOOT_SAFE},      {"changed in menu", BTLM_BOOT_CHANGED},
                 {"last good", BTLM_BOOT_GOOD}, {"has a fallback", BTLM_BOOT_FALLBACK},
                 {"failed", BTLM_BOOT_FAILED},  {"changed by system", BTLM_BOOT_APPLIED},
                 {"sealed", BTLM_BOOT_SEALED},  {"random addresses", BTLM_BOOT_ASLR}};
    const struct btlm_boot *a = btl_manifest_boot(d->a), *b = btl_manifest_boot(d->b);
    d->heading = "Choice of the configuration";
    if (a == NULL || b == NULL) {
        diff_field(d, "is recorded", diff_text(d, a == NULL ? "no" : "yes"),
                   diff_text(d, b == NULL ? "no" : "yes"));
        return;
    }
    diff_string(d, "file", a->path, b->path);
    diff_string(d, "title", a->title, b->title);
    diff_field(d, "SHA-256", diff_hash(d, a->sha256), diff_hash(d, b->sha256));
    diff_field(d, "how", diff_text(d, btlm_how_name(a->how)), diff_text(d, btlm_how_name(b->how)));
    diff_string(d, "wanted", a->wanted, b->wanted);
    diff_string(d, "reason", a->reason, b->reason);
    for (size_t i = 0; i < BTL_COUNT(flags); i++)
        diff_field(d, flags[i].name, yes_no(d, a, flags[i].flag), yes_no(d, b, flags[i].flag));
    diff_field(d, "on trial", trial_text(d, a), trial_text(d, b));
    diff_field(d, "watchdog", timeout_text(d, a), timeout_text(d, b));
    diff_field(d, "hardware watchdog", hardware_text(d, d->a), hardware_text(d, d->b));
}

static struct btl_str trust_flag(const struct diff *d, const struct btlm_trust *trust,
                                 uint32_t flag)
{
    return diff_text(d, (trust->flags & flag) != 0 ? "yes" : "no");
}

static struct btl_str trust_number(const struct diff *d, uint64_t number)
{
    return memory_text(d->host->arena, "%lu", number);
}

// The event log is not compared: it has a time, a random number or a serial number of each machine
// and boot. An older manifest without the table says nothing about it.
void diff_trust(struct diff *d)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {{"Secure Boot", BTLM_TRUST_SECURE_BOOT},
                 {"setup mode", BTLM_TRUST_SETUP_MODE},
                 {"shim", BTLM_TRUST_SHIM},
                 {"shim is off", BTLM_TRUST_SHIM_OFF},
                 {"seals enforced", BTLM_TRUST_ENFORCED}};
    const struct btlm_trust *a = btl_manifest_trust(d->a), *b = btl_manifest_trust(d->b);
    d->heading = "Trust";
    if (a == NULL || b == NULL)
        return;
    for (size_t i = 0; i < BTL_COUNT(flags); i++)
        diff_field(d, flags[i].name, trust_flag(d, a, flags[i].flag),
                   trust_flag(d, b, flags[i].flag));
    diff_field(d, "seal", diff_hash(d, a->seal_sha256), diff_hash(d, b->seal_sha256));
    diff_field(d, "level of the seal", trust_number(d, a->seal_level),
               trust_number(d, b->seal_level));
    diff_field(d, "revoked below", trust_number(d, a->level), trust_number(d, b->level));
    diff_field(d, "TPM", diff_text(d, btlm_tpm_name(a->tpm)), diff_text(d, btlm_tpm_name(b->tpm)));
    diff_field(d, "active banks", trust_number(d, a->banks), trust_number(d, b->banks));
}
