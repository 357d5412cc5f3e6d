// SPDX-License-Identifier: BSD-2-Clause
// Compare the files of a volume with those that were booted.
#include "cmd.h"

#include <string.h>

#include <btl/hash.h>

#include "words.h"
#include "report.h"
#include "volume/volume.h"

struct verify {
    struct host *host;
    struct btl_out *out;
    struct volume volume;
    bool all;
    uint32_t same, different, unread, unhashed, failed;
};

// False: the file does not exist, or cannot be read; reported.
static bool verify_read(struct verify *v, struct btl_str path, struct btl_bytes *ret_bytes)
{
    struct btl_file_problem problem;
    struct btl_str name = volume_name(&v->volume, report_safe(v->host->arena, path));
    if (volume_read(&v->volume, path, UINT64_MAX, ret_bytes, &problem))
        return true;
    if (problem.code == BTL_FILE_NOT_FOUND) {
        btl_format(v->out, "%pS: missing\n", &name);
        v->different++;
    } else {
        btl_file_report(&v->host->diags, (struct btl_place){.file = name}, &problem);
        v->failed++;
    }
    return false;
}

static void verify_same(struct verify *v, struct btl_str name)
{
    v->same++;
    if (v->all)
        btl_format(v->out, "%pS: the same\n", &name);
}

// Without a hash only the size can be compared.
static void verify_size(struct verify *v, struct btl_str name, uint64_t size, uint64_t now)
{
    if (size == now) {
        v->unhashed++;
        if (v->all)
            btl_format(v->out, "%pS: the same size, not hashed at that boot\n", &name);
        return;
    }
    v->different++;
    btl_format(v->out, "%pS: differs\n  booted  %10lu bytes\n  now     %10lu bytes\n", &name, size,
               now);
}

static void verify_file(struct verify *v, struct btlm_str str, uint64_t size,
                        const uint8_t sha256[static 32], const struct btl_manifest *manifest)
{
    struct btl_arena *arena = v->host->arena;
    struct btl_str path = report_safe(arena, btl_manifest_str(manifest, str));
    struct btl_str name = volume_name(&v->volume, path);
    char booted[BTL_SHA256_TEXT], now[BTL_SHA256_TEXT];
    struct btl_bytes bytes;
    uint8_t digest[32];
    if (!verify_read(v, btl_manifest_str(manifest, str), &bytes))
        return;
    if (!btlm_is_hashed(sha256)) {
        verify_size(v, name, size, bytes.size);
        return;
    }
    btl_sha256(bytes, digest);
    if (memcmp(digest, sha256, sizeof(digest)) == 0) {
        verify_same(v, name);
        return;
    }
    v->different++;
    btl_format(v->out,
               "%pS: differs\n  booted  %10lu bytes  SHA-256 %s\n"
               "  now     %10lu bytes  SHA-256 %s\n",
               &name, size, btl_sha256_text(sha256, booted), bytes.size,
               btl_sha256_text(digest, now));
}

static uint32_t line_at_offset(struct btl_bytes bytes, size_t offset)
{
    uint32_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += bytes.at[i] == '\n';
    return line;
}

// After a change in the menu the booted text has lines that are in no file; then compare the hash.
static bool changed_in_menu(const struct btl_manifest *manifest)
{
    const struct btlm_boot *boot = btl_manifest_boot(manifest);
    return boot != NULL && (boot->flags & BTLM_BOOT_CHANGED) != 0;
}

static void verify_config(struct verify *v, const struct btl_manifest *manifest)
{
    const struct btlm_boot *boot = btl_manifest_boot(manifest);
    if (changed_in_menu(manifest)) {
        verify_file(v, boot->path, btl_manifest_text(manifest, BTLM_CONFIG).len, boot->sha256,
                    manifest);
        return;
    }
    struct btl_str path = btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path);
    struct btl_str booted = btl_manifest_text(manifest, BTLM_CONFIG);
    struct btl_bytes now;
    if (!verify_read(v, path, &now))
        return;
    struct btl_str name = volume_name(&v->volume, report_safe(v->host->arena, path));
    size_t same = 0;
    while (same < now.size && same < booted.len && now.at[same] == (uint8_t)booted.at[same])
        same++;
    if (same == now.size && same == booted.len) {
        verify_same(v, name);
        return;
    }
    v->different++;
    btl_format(v->out,
               "%pS: differs, first in line %u\n  booted  %10lu bytes\n"
               "  now     %10lu bytes\n",
               &name, line_at_offset(now, same), booted.len, now.size);
}

static void verify_files(struct verify *v, const struct btl_manifest *manifest)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_FILES); i++) {
        const struct btlm_file *file = btl_manifest_entry(manifest, BTLM_FILES, i);
        verify_file(v, file->path, file->size, file->sha256, manifest);
    }
}

static void verify_modules(struct verify *v, const struct btl_manifest *manifest)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(manifest, i);
        if (words_file_was_read(module))
            verify_file(v, module->path, module->file_size, module->sha256, manifest);
        else
            v->unread++;
    }
}

bool manifest_verify(struct host *host, const struct found_manifest *found, const char *volume,
                     bool all, struct btl_out *out)
{
    const struct btl_manifest *manifest = &found->manifest;
    const struct btlm_kernel *kernel = btl_manifest_kernel(manifest);
    struct verify v = {.host = host, .out = out, .all = all};
    if (!volume_open(host, volume, &v.volume))
        return false;
    verify_config(&v, manifest);
    verify_file(&v, kernel->path, kernel->file_size, kernel->sha256, manifest);
    verify_files(&v, manifest);
    verify_modules(&v, manifest);
    volume_close(&v.volume);
    struct btl_str same = memory_count(host->arena, v.same, "file");
    btl_format(out, "%pS %s booted, %u %s not", &same,
               v.same == 1 ? "is as it was" : "are as they were", v.different,
               v.different == 1 ? "is" : "are");
    if (v.unhashed > 0)
        btl_format(out, "; %u %s not hashed at that boot: only the size was compared", v.unhashed,
                   v.unhashed == 1 ? "was" : "were");
    if (v.unread > 0)
        btl_format(out, "; %u %s not read at that boot", v.unread, v.unread == 1 ? "was" : "were");
    btl_format(out, "\n");
    return v.different == 0 && v.failed == 0;
}
