// SPDX-License-Identifier: BSD-2-Clause
// A host program on libbtl: it lists the modules that a boot has refused, from a saved manifest.
#include <stdio.h>
#include <stdlib.h>

#include <btl/manifest.h>

// The arena's first chunk is its only one: a manifest that is good needs no memory.
static char memory[1 << 20];

static void put(struct btl_out *out, const char *text, size_t len)
{
    fwrite(text, 1, len, stderr);
}

static struct btl_bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct btl_bytes bytes = {NULL, 0};
    uint8_t *at = malloc(BTLM_SIZE_MAX); // aligned, as btl_manifest_open() asks

    if (file == NULL || at == NULL) {
        perror(path);
        exit(2);
    }
    bytes.size = fread(at, 1, BTLM_SIZE_MAX, file);
    bytes.at = at;
    fclose(file);
    return bytes;
}

static int print_failed(const struct btl_manifest *manifest)
{
    int failed = 0;

    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(manifest, i);
        const struct btlm_diagnostic *reason;
        struct btl_str name = btl_manifest_str(manifest, module->name), text;

        if (module->state != BTLM_FAILED || module->reason == BTL_NONE)
            continue;
        reason = btl_manifest_entry(manifest, BTLM_DIAGNOSTICS, module->reason);
        text = btl_manifest_str(manifest, reason->text);
        printf("%.*s\t%.*s\n", (int)name.len, name.at, (int)text.len, text.at);
        failed = 1;
    }
    return failed;
}

int main(int argc, char **argv)
{
    struct btl_arena arena = {.at = (uint8_t *)memory, .end = (uint8_t *)memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_out out = {.put = put};
    struct btl_manifest manifest;

    if (argc != 2) {
        fprintf(stderr, "usage: failed MANIFEST\n");
        return 2;
    }
    if (btl_manifest_open(read_file(argv[1]), (struct btl_place){.file = btl_str_of(argv[1])},
                          &manifest, &diags))
        return print_failed(&manifest);
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next) {
        btl_diag_print(&out, diag);
        fputc('\n', stderr);
    }
    return 2;
}
