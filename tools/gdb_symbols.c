// SPDX-License-Identifier: BSD-2-Clause
// From a saved manifest to gdb commands that load the symbols of the kernel and of every phase-1
// module at its final address:
//
//     gdb_symbols MANIFEST KERNEL.elf DIRECTORY-OF-MODULES
//
// NAME.ko.debug in the directory is preferred to NAME.ko, which has no line numbers.
#include <btl/kernel_image.h>
#include <btl/manifest.h>

#include "host.h"

static bool exists(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file != NULL)
        fclose(file);
    return file != NULL;
}

static void module_symbols(const struct btl_manifest *manifest, const struct btlm_module *module,
                           const char *directory)
{
    struct btl_str name = btl_manifest_str(manifest, module->name);
    char path[4096];
    btl_format_to(path, sizeof(path), "%s/%S.ko.debug", directory, &name);
    if (!exists(path))
        btl_format_to(path, sizeof(path), "%s/%S.ko", directory, &name);
    printf("add-symbol-file %s", path);
    for (uint32_t i = 0; i < module->section_count; i++) {
        const struct btlm_section *section =
            btl_manifest_entry(manifest, BTLM_SECTIONS, module->first_section + i);
        struct btl_str text = btl_manifest_str(manifest, section->name);
        if (section->size > 0 && text.len > 0)
            printf(" -s %.*s 0x%llx", (int)text.len, text.at, (unsigned long long)section->address);
    }
    printf("\n");
}

// How far the kernel was moved from where it was linked.
static uint64_t kernel_offset(const struct btl_manifest *manifest, const char *path,
                              struct btl_diags *diags)
{
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    struct btl_place place = {.file = btl_str_of(path)};
    struct btl_bytes file = host_read(path);
    if (file.at == NULL || !btl_elf_open(file, BTL_ELF_KERNEL, 0, place, &elf, diags) ||
        !btl_kernel_open(&elf, diags->arena, &kernel, diags))
        return 0;
    return btl_manifest_kernel(manifest)->virtual_base - kernel.link_base;
}

// Where the loader itself is to be looked for: the manifest does not say where the firmware put it.
static void loader_memory(const struct btl_manifest *manifest)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (range->type == BTLM_MEM_LOADER || range->type == BTLM_MEM_BOOT_SERVICES)
            printf("# loader may lie in 0x%llx 0x%llx\n", (unsigned long long)range->start,
                   (unsigned long long)range->size);
    }
}

int main(int argc, char **argv)
{
    struct btl_arena arena = {.grow = host_grow};
    struct btl_diags diags = {.arena = &arena};
    struct btl_manifest manifest;
    if (argc != 4) {
        fprintf(stderr, "usage: %s MANIFEST KERNEL.elf DIRECTORY\n", argv[0]);
        return 2;
    }
    struct btl_place place = {.file = btl_str_of(argv[1])};
    if (!btl_manifest_open(host_read(argv[1]), place, &manifest, &diags)) {
        host_print(&diags);
        return 1;
    }
    printf("add-symbol-file %s -o 0x%llx\n", argv[2],
           (unsigned long long)kernel_offset(&manifest, argv[2], &diags));
    for (uint64_t i = 0; i < btl_manifest_count(&manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(&manifest, i);
        if (module->state == BTLM_LINKED)
            module_symbols(&manifest, module, argv[3]);
    }
    loader_memory(&manifest);
    host_print(&diags);
    return diags.errors == 0 ? 0 : 1;
}
