// SPDX-License-Identifier: BSD-2-Clause
// btl modinfo: the metadata of a module, printed as modinfo(8) does, then what BTL derives from the
// file.
#include <string.h>
#include <unistd.h>

#include <btl/hash.h>
#include <btl/link.h>
#include <btl/tunable.h>

#include "complete.h"
#include "files.h"
#include "report.h"
#include "signature.h"

#define NAME_WIDTH 15   // of a field, without the colon
#define TYPES_MAX  2048 // above the relocation types of every machine

struct printer {
    struct host *host;
    struct btl_out out;
    struct btl_elf elf;
    const char *only;      // -F: the field to print, its values without the name
    const char *completes; // a word: the names of fields are offered for it, and nothing is printed
    bool printed;          // a file; an empty line precedes the next one
};

static void print_field(struct printer *printer, struct btl_str name, struct btl_str value)
{
    struct btl_str safe = report_safe_lines(printer->host->arena, value);
    struct btl_str safe_name = report_safe(printer->host->arena, name);
    if (printer->completes != NULL) {
        complete_offer(printer->completes, safe_name, NULL);
        return;
    }
    if (printer->only != NULL) {
        if (btl_str_equal(name, btl_str_of(printer->only)))
            btl_format(&printer->out, "%pS\n", &safe);
        return;
    }
    // Longer names are padded too, as modinfo(8) does.
    int padding =
        name.len < NAME_WIDTH ? (int)(NAME_WIDTH - name.len) : (int)(name.len - NAME_WIDTH);
    btl_format(&printer->out, "%pS:%*s%pS\n", &safe_name, padding, "", &safe);
}

#define FIELD(printer, name, ...)                                                                  \
    print_field((printer), BTL_STR(name), memory_text((printer)->host->arena, __VA_ARGS__))

// ------------------------------------------------------------------------- as modinfo(8)

// Split "key=value"; without '=' all of it is the key.
static void split_entry(struct btl_str entry, struct btl_str *ret_key, struct btl_str *ret_value)
{
    if (!btl_str_split(entry, '=', ret_key, ret_value)) {
        *ret_key = entry;
        *ret_value = BTL_STR("");
    }
}

static bool is_parm(struct btl_str key)
{
    return btl_str_equal(key, BTL_STR("parm")) || btl_str_equal(key, BTL_STR("parmtype"));
}

// Print what is not a tunable, in the order of the file.
static void print_strings(struct printer *printer, struct btl_bytes bytes)
{
    struct btl_str entry, key, value;
    while (btl_modinfo_next(&bytes, &entry)) {
        split_entry(entry, &key, &value);
        if (!is_parm(key))
            print_field(printer, key, value);
    }
}

struct parm {
    struct btl_str name, text, type;
    bool has_text, has_type;
};

static struct parm *find_parm(struct btl_symtab *names, struct parm *parms, size_t *count,
                              struct btl_str name)
{
    const struct btl_export *found = btl_symtab_find(names, name);
    if (found != NULL)
        return &parms[found->value];
    btl_symtab_add(names, name, *count, 0, NULL);
    parms[*count].name = name;
    return &parms[(*count)++];
}

static void print_parm(struct printer *printer, const struct parm *parm)
{
    if (parm->has_text && parm->has_type)
        FIELD(printer, "parm", "%pS:%pS (%pS)", &parm->name, &parm->text, &parm->type);
    else
        FIELD(printer, "parm", "%pS:%pS", &parm->name, parm->has_text ? &parm->text : &parm->type);
}

// Print the tunables, text and type joined; the last one first, as modinfo(8) does.
static void print_parms(struct printer *printer, struct btl_bytes bytes)
{
    struct btl_arena *arena = printer->host->arena;
    struct btl_str entry, key, value, name, text;
    struct btl_symtab names;
    struct btl_bytes rest = bytes;
    size_t max = 0, count = 0;
    while (btl_modinfo_next(&rest, &entry))
        max++;
    struct parm *parms = MEMORY_ARRAY(arena, struct parm, max);
    if (!btl_symtab_init(&names, 16, arena))
        return;
    while (btl_modinfo_next(&bytes, &entry)) {
        split_entry(entry, &key, &value);
        if (!is_parm(key) || !btl_str_split(value, ':', &name, &text))
            continue;
        struct parm *parm = find_parm(&names, parms, &count, name);
        bool is_type = key.len > strlen("parm");
        *(is_type ? &parm->type : &parm->text) = text;
        *(is_type ? &parm->has_type : &parm->has_text) = true;
    }
    while (count > 0)
        print_parm(printer, &parms[--count]);
}

// Print numbers as modinfo(8) does: 20 in a line, the next line below the first.
static void print_hex(struct printer *printer, struct btl_str name, struct btl_bytes bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    struct memory_buffer text;
    memory_buffer_begin(&text, printer->host->arena, 4 * bytes.size + 16);
    for (size_t i = 0; i < bytes.size; i++) {
        bool last = i + 1 == bytes.size;
        btl_format(&text.out, "%c%c%s%s", digits[bytes.at[i] >> 4], digits[bytes.at[i] & 15],
                   last ? "" : ":", !last && (i + 1) % 20 == 0 ? "\n\t\t" : "");
    }
    print_field(printer, name, memory_buffer_text(&text));
}

static void print_signature(struct printer *printer)
{
    struct signature signature;
    if (!signature_find(printer->elf.file, &signature))
        return;
    FIELD(printer, "sig_id", "%s", signature.kind);
    print_field(printer, BTL_STR("signer"), signature.signer);
    print_hex(printer, BTL_STR("sig_key"), signature.key);
    FIELD(printer, "sig_hashalgo", "%s", signature.hash != NULL ? signature.hash : "unknown");
    print_hex(printer, BTL_STR("signature"), signature.signature);
}

static void print_filename(struct printer *printer, const char *path)
{
    char directory[4096];
    if (path[0] == '/' || getcwd(directory, sizeof(directory)) == NULL)
        FIELD(printer, "filename", "%s", path);
    else
        FIELD(printer, "filename", "%s/%s", directory, path);
}

// ------------------------------------------------------------------------------- BTL's own fields

static void print_file_hash(struct printer *printer)
{
    uint8_t digest[32];
    char text[BTL_SHA256_TEXT];
    btl_sha256(printer->elf.file, digest);
    FIELD(printer, "sha256", "%s", btl_sha256_text(digest, text));
}

// Print type, range and default of the tunables that the module declares, as the kernel checks
// them.
static void print_tunables(struct printer *printer, const struct btl_modinfo *info)
{
    struct btl_arena *arena = printer->host->arena;
    for (size_t i = 0; i < info->parm_count; i++) {
        struct btl_file_tunable found;
        struct memory_buffer rule;
        char value[256];
        if (!btl_tunable_find(&printer->elf, info->parms[i].name, &found))
            continue;
        memory_buffer_begin(&rule, arena, 64);
        btl_tunable_print(&found.tunable, &rule.out);
        if (!btl_tunable_default(&printer->elf, &found, value, sizeof(value)))
            value[0] = '\0';
        struct btl_str text = memory_buffer_text(&rule);
        FIELD(printer, "tunable", "%pS: %pS, default \"%s\"", &info->parms[i].name, &text, value);
    }
}

static void print_btl_metadata(struct printer *printer)
{
    struct btl_modinfo info;
    char phases[16];
    if (!btl_modinfo_read(&printer->elf, printer->host->arena, &info, &printer->host->diags))
        return;
    size_t len = btl_supported_text(info.supported, phases);
    FIELD(printer, "module type", "%s", btl_type_name(info.type));
    FIELD(printer, "supports", "%pS", &(struct btl_str){phases, len});
    for (size_t i = 0; i < info.depend_count; i++)
        print_field(printer, BTL_STR("depends on"), info.depends[i]);
    for (size_t i = 0; i < info.export_count; i++)
        print_field(printer, BTL_STR("exports"), info.exports[i]);
    print_tunables(printer, &info);
}

static void print_needs(struct printer *printer)
{
    const struct btl_elf *elf = &printer->elf;
    for (uint32_t i = 1; i < elf->symbol_count; i++) {
        uint16_t special = 0;
        struct btl_str name = btl_elf_symbol_name(elf, i);
        bool weak = ELF64_SYMBOL_BIND(elf->symbols[i].info) == ELF_STB_WEAK;
        if (btl_elf_symbol_section(elf, i, &special) == ELF_SHN_UNDEF && special == 0 &&
            name.len > 0)
            FIELD(printer, "needs", "%pS%s", &name, weak ? " (weak)" : "");
    }
}

static void print_image_size(struct printer *printer)
{
    struct btl_image image;
    if (!btl_image_layout(&printer->elf, printer->host->arena, &image, &printer->host->diags))
        return;
    FIELD(printer, "memory", "%pB: text %pB, constants %pB, data %pB (bss %pB)",
          BTL_BYTES(image.size), BTL_BYTES(image.segment[BTL_SEG_TEXT].size),
          BTL_BYTES(image.segment[BTL_SEG_RODATA].size),
          BTL_BYTES(image.segment[BTL_SEG_DATA].size), BTL_BYTES(image.bss_size));
}

static void print_relocations(struct printer *printer)
{
    const struct btl_elf *elf = &printer->elf;
    uint64_t counts[TYPES_MAX] = {0}, others = 0, total = 0;
    for (uint32_t i = 1; i < elf->section_count; i++) {
        const struct elf64_section *section = &elf->sections[i];
        if (section->type != ELF_SHT_RELA || !(elf->sections[section->info].flags & ELF_SHF_ALLOC))
            continue;
        struct btl_bytes bytes = btl_elf_section_bytes(elf, i);
        const struct elf64_rela *entries = (const void *)bytes.at;
        for (uint64_t k = 0; k < bytes.size / sizeof(*entries); k++) {
            uint32_t type = ELF64_RELA_TYPE(entries[k].info);
            (*(type < TYPES_MAX ? &counts[type] : &others))++;
            total++;
        }
    }
    FIELD(printer, "relocations", "%lu", total);
    for (uint32_t type = 0; type < TYPES_MAX; type++) {
        const char *name = btl_reloc_name(elf->machine, type);
        if (counts[type] != 0)
            FIELD(printer, "relocation", "%s %lu",
                  name != NULL ? name : memory_text(printer->host->arena, "type %u", type).at,
                  counts[type]);
    }
    if (others != 0)
        FIELD(printer, "relocation", "unknown types %lu", others);
}

// Print the metadata of a kernel's static modules. Its image is one: their parts have no sizes.
static void print_static_modules(struct printer *printer, const char *path, struct btl_place place,
                                 struct btl_bytes bytes)
{
    struct host *host = printer->host;
    struct btl_modinfo kernel;
    if (!btl_elf_open(bytes, BTL_ELF_KERNEL, 0, place, &printer->elf, &host->diags) ||
        !btl_modinfo_read(&printer->elf, host->arena, &kernel, &host->diags))
        return;
    for (size_t i = 0; i < kernel.static_count; i++) {
        struct btl_bytes strings = btl_elf_section_bytes(&printer->elf, kernel.statics[i].section);
        if (printer->printed && printer->only == NULL)
            btl_format(&printer->out, "\n");
        printer->printed = true;
        print_filename(printer, path);
        FIELD(printer, "built into", "the kernel");
        print_strings(printer, strings);
        print_parms(printer, strings);
    }
}

static void print_file(struct printer *printer, const char *path)
{
    struct host *host = printer->host;
    struct btl_place place = {.file = btl_str_of(path)};
    struct btl_bytes bytes, strings = {0};
    if (!files_read(host, path, &bytes))
        return;
    const struct elf64_header *header = (const void *)bytes.at;
    if (bytes.size >= sizeof(*header) && (header->type == ELF_EXEC || header->type == ELF_DYN)) {
        print_static_modules(printer, path, place, bytes);
        return;
    }
    if (!btl_elf_open(bytes, BTL_ELF_MODULE, 0, place, &printer->elf, &host->diags))
        return;
    uint32_t section = btl_elf_find_section(&printer->elf, BTL_STR(".modinfo"));
    if (section != BTL_NONE)
        strings = btl_elf_section_bytes(&printer->elf, section);
    if (printer->printed && printer->only == NULL)
        btl_format(&printer->out, "\n");
    printer->printed = true;
    print_filename(printer, path);
    print_strings(printer, strings);
    print_signature(printer);
    print_parms(printer, strings);
    if (printer->only == NULL && printer->completes == NULL)
        btl_format(&printer->out, "\n");
    FIELD(printer, "machine", "%s", btl_machine_name(printer->elf.machine));
    FIELD(printer, "size", "%pB", BTL_BYTES(bytes.size));
    print_file_hash(printer);
    print_btl_metadata(printer);
    print_image_size(printer);
    print_needs(printer);
    print_relocations(printer);
}

void modinfo_offer_fields(struct host *host, const char *path, const char *word)
{
    struct printer printer = {.host = host, .out = out_to(stdout), .completes = word};
    print_file(&printer, path);
}

static int modinfo_command(struct host *host, int argc, char **argv)
{
    struct printer printer = {.host = host, .out = out_to(stdout)};
    const struct command_option options[] = {
        {.word = "field", .letter = 'F', .value = &printer.only}, {0}};
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (optind == argc)
        return usage_error(host, "the module's file is missing");
    for (int i = optind; i < argc; i++) {
        print_file(&printer, argv[i]);
        report_all(host);
    }
    return EXIT_GOOD;
}

const struct command cmd_modinfo = {
    .name = "modinfo",
    .synopsis = "[-F FIELD] FILE ...",
    .summary = "shows the metadata of modules, what they export and need, and their relocations",
    .help = "  -F, --field FIELD       print only the values of this field, one per line\n"
            "The first part is what modinfo(8) prints; BTL's own fields follow. Of a kernel,\n"
            "the metadata of its static modules.\n\n"
            "Example: btl modinfo build/x86_64/modules/hello.ko\n"
            "         btl modinfo -F needs build/x86_64/modules/hello.ko\n",
    .run = modinfo_command,
};
