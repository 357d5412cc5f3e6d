// SPDX-License-Identifier: BSD-2-Clause
// btl gdb: print commands for gdb that load the symbols of kernel, phase-1 modules and loader at
// their final addresses. `make debug` uses them too (tools/gdb/btl.py).
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <btl/kernel_image.h>

#include "files.h"
#include "manifest/find.h"
#include "report.h"

struct gdb_request {
    struct host *host;
    const struct btl_manifest *manifest;
    const char *loader, *kernel, *modules; // files and directory, or NULL
};

// gdb splits its commands at blanks; the names in a manifest may have any characters.
static bool gdb_is_plain_name(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c <= ' ' || c > '~' || strchr("\"'\\#", c) != NULL)
            return false;
    }
    return text.len > 0;
}

// Quote a path for gdb.
static struct btl_str gdb_quote(struct host *host, const char *path)
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

// NAME.ko.debug is preferred to NAME.ko, which has no line numbers. NULL: neither exists.
static const char *gdb_module_file(const struct gdb_request *request,
                                   const struct btlm_module *module)
{
    static const char *const endings[] = {".ko.debug", ".ko"};
    struct btl_str name = btl_manifest_str(request->manifest, module->name);
    for (size_t i = 0; i < BTL_COUNT(endings); i++) {
        const char *path =
            memory_text(request->host->arena, "%s/%pS%s", request->modules, &name, endings[i]).at;
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static void gdb_print_sections(const struct gdb_request *request, const struct btlm_module *module,
                               struct btl_out *out)
{
    for (uint32_t i = 0; i < module->section_count; i++) {
        const struct btlm_section *section = btl_manifest_entry(
            request->manifest, BTLM_SECTIONS, (uint64_t)module->first_section + i);
        struct btl_str name = btl_manifest_str(request->manifest, section->name);
        if (section->size > 0 && gdb_is_plain_name(name))
            btl_format(out, " -s %pS 0x%lx", &name, section->address);
    }
}

static void gdb_print_module(const struct gdb_request *request, const struct btlm_module *module,
                             struct btl_out *out)
{
    struct host *host = request->host;
    struct btl_str name = btl_manifest_str(request->manifest, module->name);
    bool usable = gdb_is_plain_name(name) && memchr(name.at, '/', name.len) == NULL;
    struct btl_str missing = memory_text(host->arena, "%s/%pS.ko", request->modules, &name);
    struct btl_place place = {.file = missing, .module = name};
    const char *path = usable ? gdb_module_file(request, module) : NULL;
    if (!usable)
        files_report(host, place, ENOENT);
    else if (path == NULL)
        btl_report(&host->diags, BTL_HOST_GDB_NO_MODULE, place, BTL_ARG(name),
                   BTL_ARG_Z(request->modules));
    if (path == NULL)
        return;
    struct btl_str file = gdb_quote(host, path);
    btl_format(out, "add-symbol-file %pS", &file);
    gdb_print_sections(request, module, out);
    btl_format(out, "\n");
}

// The offset is that of the kernel's address from its link address.
static void gdb_print_kernel(const struct gdb_request *request, struct btl_out *out)
{
    struct host *host = request->host;
    struct btl_place place = {.file = btl_str_of(request->kernel)};
    struct btl_bytes bytes;
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    if (!files_read(host, request->kernel, &bytes) ||
        !btl_elf_open(bytes, BTL_ELF_KERNEL, 0, place, &elf, &host->diags) ||
        !btl_kernel_open(&elf, host->arena, &kernel, &host->diags))
        return;
    struct btl_str file = gdb_quote(host, request->kernel);
    btl_format(out, "add-symbol-file %pS -o 0x%lx\n", &file,
               (btl_manifest_kernel(request->manifest)->virtual_base - kernel.link_base));
}

// The manifest does not contain the loader's address: print the ranges to search.
static void gdb_print_loader_ranges(const struct gdb_request *request, struct btl_out *out)
{
    for (uint64_t i = 0; i < btl_manifest_count(request->manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(request->manifest, BTLM_MEMORY, i);
        if (range->type == BTLM_MEM_LOADER || range->type == BTLM_MEM_BOOT_SERVICES)
            btl_format(out, "# loader may lie in 0x%lx 0x%lx\n", range->start, range->size);
    }
}

// Bytes of code to search for: those before the first relocated field are the same at any address.
#define LOADER_CODE 256

// Find the loader's .text in a dump of physical memory.
static bool gdb_find_loader(const struct found_manifest *found, const uint8_t *code,
                            uint64_t *ret_address)
{
    const struct btl_manifest *manifest = &found->manifest;
    if (found->offset != manifest->header->physical)
        return false;
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if ((range->type != BTLM_MEM_LOADER && range->type != BTLM_MEM_BOOT_SERVICES) ||
            !btl_in_range(range->start, range->size, found->file.size))
            continue;
        const uint8_t *hit = memmem(found->file.at + range->start, range->size, code, LOADER_CODE);
        if (hit == NULL)
            continue;
        *ret_address = (uint64_t)(hit - found->file.at);
        return true;
    }
    return false;
}

static void gdb_print_loader(const struct gdb_request *request, const struct found_manifest *found,
                             struct btl_out *out)
{
    struct host *host = request->host;
    struct btl_place place = {.file = btl_str_of(request->loader)};
    struct btl_bytes bytes;
    struct btl_elf elf;
    uint64_t address;
    if (!files_read(host, request->loader, &bytes) ||
        !btl_elf_open(bytes, BTL_ELF_KERNEL, 0, place, &elf, &host->diags))
        return;
    uint32_t text = btl_elf_find_section(&elf, BTL_STR(".text"));
    if (text == BTL_NONE || btl_elf_section_bytes(&elf, text).size < LOADER_CODE ||
        !gdb_find_loader(found, btl_elf_section_bytes(&elf, text).at, &address)) {
        gdb_print_loader_ranges(request, out);
        return;
    }
    struct btl_str file = gdb_quote(host, request->loader);
    btl_format(out, "add-symbol-file %pS -o 0x%lx\n", &file, (address - elf.sections[text].addr));
}

static int gdb_print_commands(const struct gdb_request *request, const struct found_manifest *found)
{
    struct btl_out out = out_to(stdout);
    if (request->kernel != NULL)
        gdb_print_kernel(request, &out);
    for (uint64_t i = 0;
         request->modules != NULL && i < btl_manifest_count(request->manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(request->manifest, i);
        if (module->state == BTLM_LINKED)
            gdb_print_module(request, module, &out);
    }
    if (request->loader != NULL)
        gdb_print_loader(request, found, &out);
    return EXIT_GOOD; // EXIT_ERRORS when an error was reported
}

static int gdb_command(struct host *host, int argc, char **argv)
{
    struct manifest_source source = {.host = host};
    struct gdb_request request = {.host = host};
    struct found_manifest found;
    const struct command_option options[] = {MANIFEST_OPTIONS(&source),
                                             {.word = "loader", .value = &request.loader},
                                             {.word = "kernel", .value = &request.kernel},
                                             {.word = "modules", .value = &request.modules},
                                             {0}};
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (argc - optind != 1)
        return usage_error(host, "the manifest is missing, or there is more than one");
    if (request.loader == NULL && request.kernel == NULL && request.modules == NULL)
        return usage_error(host, "name --kernel, --modules or --loader");
    source.path = argv[optind];
    if (request.modules != NULL && !files_require_directory(host, btl_str_of(request.modules)))
        return EXIT_ERRORS;
    if (!manifest_find(&source, &found))
        return EXIT_ERRORS;
    request.manifest = &found.manifest;
    return gdb_print_commands(&request, &found);
}

const struct command cmd_gdb = {
    .name = "gdb",
    .synopsis = "[-p PATH] [--at OFFSET] [--efivars DIR|FILE] [--kernel FILE] [--modules DIR]\n"
                "               [--loader FILE] MANIFEST",
    .summary = "prints gdb commands that load the symbols of a boot at their final addresses",
    .help = MANIFEST_HELP
    "      --kernel FILE       the kernel, with its symbols\n"
    "      --modules DIR       the directory of NAME.ko.debug or NAME.ko of each phase-1 module\n"
    "      --loader FILE       loader.elf; its address is found in a dump of physical memory,\n"
    "                          otherwise the ranges that may contain it are printed as comments\n\n"
    "Example: btl gdb --kernel kernel.elf --modules modules ram.dump >symbols.gdb\n"
    "         gdb -x symbols.gdb\n",
    .run = gdb_command,
};
