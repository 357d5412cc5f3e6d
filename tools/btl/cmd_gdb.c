// SPDX-License-Identifier: BSD-2-Clause
// btl gdb: commands for gdb that load the symbols of kernel, phase-1 modules and loader at their
// final addresses. `make debug` gets them from here too (tools/gdb/btl.py).
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <btl/kernel_image.h>

#include "files.h"
#include "manifest/find.h"
#include "report.h"

struct wish {
    struct host *host;
    const struct btl_manifest *manifest;
    const char *loader, *kernel, *modules; // files and directory; NULL: not wanted
};

// gdb splits its commands at blanks; names out of a manifest may be anything.
static bool is_plain(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c <= ' ' || c > '~' || strchr("\"'\\#", c) != NULL)
            return false;
    }
    return text.len > 0;
}

// A path as gdb reads it.
static struct btl_str quoted(struct host *host, const char *path)
{
    struct btl_str text = btl_str_of(path);
    char *out = MEMORY_ARRAY(host->arena, char, 2 * text.len + 1), *to = out;
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\"'\\", text.at[i]) != NULL)
            *to++ = '\\';
        *to++ = text.at[i];
    }
    return (struct btl_str){out, (size_t)(to - out)};
}

// NAME.ko.debug is preferred to NAME.ko, which has no line numbers. NULL: neither is there.
static const char *module_file(const struct wish *wish, const struct btlm_module *module)
{
    static const char *const endings[] = {".ko.debug", ".ko"};
    struct btl_str name = btl_manifest_str(wish->manifest, module->name);
    for (size_t i = 0; i < BTL_COUNT(endings); i++) {
        const char *path =
            memory_text(wish->host->arena, "%s/%pS%s", wish->modules, &name, endings[i]).at;
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static void print_sections(const struct wish *wish, const struct btlm_module *module,
                           struct btl_out *out)
{
    for (uint32_t i = 0; i < module->section_count; i++) {
        const struct btlm_section *section =
            btl_manifest_entry(wish->manifest, BTLM_SECTIONS, (uint64_t)module->first_section + i);
        struct btl_str name = btl_manifest_str(wish->manifest, section->name);
        if (section->size > 0 && is_plain(name))
            btl_format(out, " -s %pS 0x%lx", &name, section->address);
    }
}

static void module_symbols(const struct wish *wish, const struct btlm_module *module,
                           struct btl_out *out)
{
    struct host *host = wish->host;
    struct btl_str name = btl_manifest_str(wish->manifest, module->name);
    bool usable = is_plain(name) && memchr(name.at, '/', name.len) == NULL;
    const char *path = usable ? module_file(wish, module) : NULL;
    if (path == NULL) {
        struct btl_str missing = memory_text(host->arena, "%s/%pS.ko", wish->modules, &name);
        files_report(host, (struct btl_place){.file = missing, .module = name}, ENOENT);
        return;
    }
    struct btl_str file = quoted(host, path);
    btl_format(out, "add-symbol-file %pS", &file);
    print_sections(wish, module, out);
    btl_format(out, "\n");
}

// The kernel was moved from where it was linked by as much as this.
static void kernel_symbols(const struct wish *wish, struct btl_out *out)
{
    struct host *host = wish->host;
    struct btl_place place = {.file = btl_str_of(wish->kernel)};
    struct btl_bytes bytes;
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    if (!files_read(host, wish->kernel, &bytes) ||
        !btl_elf_open(bytes, BTL_ELF_KERNEL, 0, place, &elf, &host->diags) ||
        !btl_kernel_open(&elf, host->arena, &kernel, &host->diags))
        return;
    struct btl_str file = quoted(host, wish->kernel);
    btl_format(out, "add-symbol-file %pS -o 0x%lx\n", &file,
               (btl_manifest_kernel(wish->manifest)->virtual_base - kernel.link_base));
}

// The manifest does not say where the firmware put the loader: its code is to be looked for here.
static void loader_ranges(const struct wish *wish, struct btl_out *out)
{
    for (uint64_t i = 0; i < btl_manifest_count(wish->manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(wish->manifest, BTLM_MEMORY, i);
        if (range->type == BTLM_MEM_LOADER || range->type == BTLM_MEM_BOOT_SERVICES)
            btl_format(out, "# loader may lie in 0x%lx 0x%lx\n", range->start, range->size);
    }
}

// Code before the first relocated field is enough, and the same wherever it lies.
#define LOADER_CODE 256

// Where the loader's .text was put, in a dump of physical memory. False: it is not in there.
static bool find_loader(const struct found_manifest *found, const uint8_t *code, uint64_t *ret_at)
{
    const struct btl_manifest *manifest = &found->manifest;
    if (found->offset != manifest->header->physical)
        return false;
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if ((range->type != BTLM_MEM_LOADER && range->type != BTLM_MEM_BOOT_SERVICES) ||
            !btl_in_range(range->start, range->size, found->file.size))
            continue;
        const uint8_t *at = memmem(found->file.at + range->start, range->size, code, LOADER_CODE);
        if (at == NULL)
            continue;
        *ret_at = (uint64_t)(at - found->file.at);
        return true;
    }
    return false;
}

static void loader_symbols(const struct wish *wish, const struct found_manifest *found,
                           struct btl_out *out)
{
    struct host *host = wish->host;
    struct btl_place place = {.file = btl_str_of(wish->loader)};
    struct btl_bytes bytes;
    struct btl_elf elf;
    uint64_t at;
    if (!files_read(host, wish->loader, &bytes) ||
        !btl_elf_open(bytes, BTL_ELF_KERNEL, 0, place, &elf, &host->diags))
        return;
    uint32_t text = btl_elf_find_section(&elf, BTL_STR(".text"));
    if (text == BTL_NONE || btl_elf_section_bytes(&elf, text).size < LOADER_CODE ||
        !find_loader(found, btl_elf_section_bytes(&elf, text).at, &at)) {
        loader_ranges(wish, out);
        return;
    }
    struct btl_str file = quoted(host, wish->loader);
    btl_format(out, "add-symbol-file %pS -o 0x%lx\n", &file, (at - elf.sections[text].addr));
}

static int print_commands(const struct wish *wish, const struct found_manifest *found)
{
    struct btl_out out = out_to(stdout);
    if (wish->kernel != NULL)
        kernel_symbols(wish, &out);
    for (uint64_t i = 0;
         wish->modules != NULL && i < btl_manifest_count(wish->manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(wish->manifest, i);
        if (module->state == BTLM_LINKED)
            module_symbols(wish, module, &out);
    }
    if (wish->loader != NULL)
        loader_symbols(wish, found, &out);
    return EXIT_GOOD; // what was reported makes it an error
}

static int run(struct host *host, int argc, char **argv)
{
    enum { LOADER = 0x200, KERNEL, MODULES };
    static const struct option words[] = {MANIFEST_WORDS,
                                          {"loader", required_argument, NULL, LOADER},
                                          {"kernel", required_argument, NULL, KERNEL},
                                          {"modules", required_argument, NULL, MODULES},
                                          {0}};
    struct manifest_source source = {.host = host, .at = UINT64_MAX};
    struct wish wish = {.host = host};
    struct found_manifest found;
    int option;
    bool good;
    while ((option = next_option(host, argc, argv, MANIFEST_LETTERS, words)) != -1) {
        if (option == '?')
            return EXIT_ERRORS;
        if (manifest_option(&source, option, &good)) {
            if (!good)
                return EXIT_ERRORS;
        } else if (option == LOADER)
            wish.loader = optarg;
        else if (option == KERNEL)
            wish.kernel = optarg;
        else
            wish.modules = optarg;
    }
    if (argc - optind != 1)
        return usage_error(host, "the symbols of one boot are loaded; name its manifest");
    if (wish.loader == NULL && wish.kernel == NULL && wish.modules == NULL)
        return usage_error(host, "whose symbols? name --kernel, --modules or --loader");
    source.path = argv[optind];
    if (!manifest_find(&source, &found))
        return EXIT_ERRORS;
    wish.manifest = &found.manifest;
    return print_commands(&wish, &found);
}

const struct command cmd_gdb = {
    .name = "gdb",
    .synopsis = "[-p PATH] [--at OFFSET] [--kernel FILE] [--modules DIR] [--loader FILE] MANIFEST",
    .summary = "prints gdb commands that load the symbols of a boot at their final addresses",
    .help = MANIFEST_HELP
    "      --kernel FILE       the kernel, with its symbols\n"
    "      --modules DIR       where NAME.ko.debug or NAME.ko of each phase-1 module lie\n"
    "      --loader FILE       loader.elf. Where the firmware put it is found in a dump of "
    "physical\n"
    "                          memory; else the ranges in which it may lie are printed as "
    "comments\n\n"
    "Example: btl gdb --kernel kernel.elf --modules modules ram.dump >symbols.gdb\n"
    "         gdb -x symbols.gdb\n",
    .run = run,
};
