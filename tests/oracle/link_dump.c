// SPDX-License-Identifier: BSD-2-Clause
// Links objects with core/ for given addresses and writes what came out, for oracle.py:
//
//     link_dump BASE SYMBOLS IMAGE MAP OBJECT...
//
// SYMBOLS has lines "HEX NAME"; every global symbol that an object defines is visible to the others
// too. IMAGE holds the byte of address A at A - BASE. MAP has lines
// "section MODULE INDEX ADDRESS", "common MODULE ADDRESS NAME", "got MODULE ADDRESS COUNT",
// "plt MODULE ADDRESS SIZE", "opd MODULE ADDRESS SIZE", "data MODULE ADDRESS" (of the segment),
// "export MODULE VALUE NAME".
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/link.h>

#define MODULES_MAX 16

struct module {
    struct btl_elf elf;
    struct btl_image image;
};

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "link_dump: %s: %s\n", name, what);
    exit(2);
}

static bool grow(struct btl_arena *arena, size_t bytes)
{
    size_t size = bytes < 1 << 20 ? 1 << 20 : bytes;
    arena->at = malloc(size);
    arena->end = arena->at + size;
    return arena->at != NULL;
}

static void put_stderr(struct btl_out *out, const char *text, size_t len)
{
    fwrite(text, 1, len, stderr);
}

static void report(const struct btl_diags *diags)
{
    struct btl_out out = {.put = put_stderr};
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        btl_diag_print(&out, diag);
        btl_format(&out, "\n");
    }
    exit(1);
}

static struct btl_bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail("cannot be read", path);
    size_t size = (size_t)ftell(file);
    uint8_t *at = malloc(size + 1);
    rewind(file);
    if (at == NULL || fread(at, 1, size, file) != size)
        fail("cannot be read", path);
    at[size] = '\0';
    fclose(file);
    return (struct btl_bytes){at, size};
}

static void read_symbols(const char *path, struct btl_symtab *table)
{
    char *at = (char *)read_file(path).at;
    for (char *line = strtok(at, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *name;
        uint64_t value = strtoull(line, &name, 16);
        if (*name != ' ' || !btl_symtab_add(table, btl_str_of(name + 1), value, BTL_KERNEL, NULL))
            fail("bad symbol line", line);
    }
}

// Before resolving, so that the objects may use each other in circles.
static void add_globals(const struct module *module, struct btl_symtab *table, uint32_t owner)
{
    for (uint32_t i = 1; i < module->elf.symbol_count; i++) {
        const struct elf64_symbol *symbol = &module->elf.symbols[i];
        uint16_t special;
        uint32_t section = btl_elf_symbol_section(&module->elf, i, &special);
        if (ELF64_SYMBOL_BIND(symbol->info) == ELF_STB_LOCAL || section == ELF_SHN_UNDEF ||
            module->image.section_offset[section] == BTL_NO_OFFSET)
            continue;
        uint64_t value = btl_image_export_value(&module->image, i);
        if (!btl_symtab_add(table, btl_elf_symbol_name(&module->elf, i), value, owner, NULL))
            fail("defined twice", btl_elf_symbol_name(&module->elf, i).at);
    }
}

static void write_map(FILE *map, const struct module *module, unsigned number)
{
    const struct btl_image *image = &module->image;
    for (uint32_t i = 0; i < module->elf.section_count; i++)
        if (image->section_offset[i] != BTL_NO_OFFSET)
            fprintf(map, "section %u %u %" PRIx64 "\n", number, i,
                    image->base + image->section_offset[i]);
    for (uint32_t i = 1; image->common_offset != NULL && i < module->elf.symbol_count; i++)
        if (module->elf.symbols[i].section == ELF_SHN_COMMON)
            fprintf(map, "common %u %" PRIx64 " %s\n", number, image->value[i],
                    btl_elf_symbol_name(&module->elf, i).at);
    fprintf(map, "got %u %" PRIx64 " %u\n", number, image->base + image->got_offset,
            image->got_count);
    fprintf(map, "plt %u %" PRIx64 " %" PRIu64 "\n", number, image->base + image->plt_offset,
            image->plt_size);
    fprintf(map, "opd %u %" PRIx64 " %" PRIu64 "\n", number, image->base + image->opd_offset,
            image->opd_size);
    fprintf(map, "data %u %" PRIx64 "\n", number,
            image->base + image->segment[BTL_SEG_DATA].offset);
}

static void write_exports(FILE *map, const struct btl_symtab *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->exports[i].owner != BTL_KERNEL)
            fprintf(map, "export %u %" PRIx64 " %s\n", table->exports[i].owner,
                    table->exports[i].value, table->exports[i].name.at);
}

int main(int argc, char **argv)
{
    static struct module modules[MODULES_MAX];
    struct btl_arena arena = {.grow = grow};
    struct btl_diags diags = {.arena = &arena};
    struct btl_symtab table;
    int count = argc - 5;
    if (count < 1 || count > MODULES_MAX || !btl_symtab_init(&table, 0, &arena))
        fail("BASE SYMBOLS IMAGE MAP OBJECT...", "usage");
    uint64_t base = strtoull(argv[1], NULL, 0), size = 0;
    read_symbols(argv[2], &table);

    for (int i = 0; i < count; i++) {
        struct module *module = &modules[i];
        struct btl_place place = {.file = btl_str_of(argv[5 + i])};
        if (!btl_elf_open(read_file(argv[5 + i]), BTL_ELF_MODULE, 0, place, &module->elf, &diags) ||
            !btl_image_layout(&module->elf, &arena, &module->image, &diags))
            report(&diags);
        if (!btl_round_up(size, module->image.align, &size) ||
            !btl_image_place(&module->image, base + size, NULL))
            fail("cannot be placed", argv[5 + i]);
        size += module->image.size;
        add_globals(module, &table, (uint32_t)i);
    }

    uint8_t *memory = calloc(1, size + 1);
    FILE *image = fopen(argv[3], "wb"), *map = fopen(argv[4], "w");
    if (memory == NULL || image == NULL || map == NULL)
        fail("cannot be written", argv[3]);
    struct btl_scope scope = {.symtab = &table};
    for (int i = 0; i < count; i++) {
        struct btl_image *at = &modules[i].image;
        if (!btl_image_place(at, at->base, memory + (at->base - base)))
            fail("cannot be placed", argv[5 + i]);
        btl_image_copy(at);
        if (!btl_image_resolve(at, &scope, &diags) || !btl_image_relocate(at, &diags))
            report(&diags);
        write_map(map, &modules[i], (unsigned)i);
    }
    write_exports(map, &table);
    if (fwrite(memory, 1, size, image) != size || fclose(image) != 0 || fclose(map) != 0)
        fail("cannot be written", argv[3]);
    return 0;
}
