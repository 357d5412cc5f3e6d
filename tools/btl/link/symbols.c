// SPDX-License-Identifier: BSD-2-Clause
// `btl link`: the table of symbols. The value of a name is that of its first definition in this
// order:
//
//  1. what modules declare with export= metadata, which is all that the loader knows
//  2. lines of the symbols file, global ones (System.map: the kernel)
//  3. what Linux modules export with EXPORT_SYMBOL()
//  4. lines of the symbols file, local ones (type in lower case)
//
// Within each of these the first file, and the first line, wins.
#include <string.h>

#include "files.h"
#include "job.h"

struct symbol_line {
    uint64_t address;
    char type;
    struct btl_str name;
};

struct symbol_lines {
    struct symbol_line *lines;
    size_t count, capacity;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// The next word of *line; empty at its end.
static struct btl_str next_symbol_word(struct btl_str *line)
{
    size_t start = 0;
    while (start < line->len && is_blank(line->at[start]))
        start++;
    size_t end = start;
    while (end < line->len && !is_blank(line->at[end]))
        end++;
    struct btl_str word = {line->at + start, end - start};
    *line = (struct btl_str){line->at + end, line->len - end};
    return word;
}

bool link_address(struct btl_str text, uint64_t *ret_address)
{
    uint64_t address = 0;
    size_t start = text.len > 2 && text.at[0] == '0' && (text.at[1] | 0x20) == 'x' ? 2 : 0;
    if (text.len == start || text.len - start > 16)
        return false;
    for (size_t i = start; i < text.len; i++) {
        char c = text.at[i], low = (char)(c | 0x20);
        if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f'))
            return false;
        address = address << 4 | (uint64_t)(c <= '9' ? c - '0' : low - 'a' + 10);
    }
    *ret_address = address;
    return true;
}

// False: not of the form ADDRESS TYPE NAME.
static bool parse_symbol_line(struct btl_str text, struct symbol_line *ret_line)
{
    struct symbol_line line;
    struct btl_str address = next_symbol_word(&text), type = next_symbol_word(&text);
    line.name = next_symbol_word(&text);
    if (!link_address(address, &line.address) || type.len != 1 || line.name.len == 0 ||
        next_symbol_word(&text).len != 0)
        return false;
    line.type = type.at[0];
    *ret_line = line;
    return true;
}

// Report the first malformed line; *bad counts them.
static void report_symbol_line(struct link_job *job, struct btl_str line, uint32_t number,
                               uint64_t *bad)
{
    struct btl_place place = {.file = btl_str_of(job->symbols_path), .line = number};
    if ((*bad)++ == 0)
        btl_report(&job->host->diags, BTL_HOST_SYMBOLS_LINE, place, BTL_ARG(line));
}

// Parse all lines of the symbols file that are not empty, and report that some are malformed.
static struct symbol_lines parse_symbol_lines(struct link_job *job, struct btl_str text)
{
    struct symbol_lines symbols = {0};
    struct btl_str line;
    uint64_t bad = 0;
    for (uint32_t number = 1; btl_take_line(&text, &line); number++) {
        struct btl_str words = line;
        if (next_symbol_word(&words).len == 0)
            continue;
        MEMORY_RESERVE(job->host->arena, symbols.lines, symbols.count, 1, symbols.capacity);
        if (parse_symbol_line(line, &symbols.lines[symbols.count])) {
            symbols.count++;
            continue;
        }
        report_symbol_line(job, line, number, &bad);
    }
    if (bad > 1)
        btl_report(&job->host->diags, BTL_HOST_SYMBOLS_MORE,
                   ((struct btl_place){.file = btl_str_of(job->symbols_path)}),
                   BTL_ARG(memory_count(job->host->arena, bad - 1, "more line")));
    return symbols;
}

// Types of nm(1): lower-case letters are local symbols, except these.
static bool is_local_type(char type)
{
    return type >= 'a' && type <= 'z' && strchr("uvw", type) == NULL;
}

// Return the owner of the name if it exists already; BTL_NONE when it was added, or when there is
// no memory (reported).
static uint32_t add_symbol(struct link_job *job, struct btl_str name, uint64_t value,
                           uint32_t owner)
{
    uint32_t other;
    if (btl_symtab_add(&job->symtab, name, value, owner, &other) || other != BTL_NONE)
        return other;
    btl_report(&job->host->diags, BTL_NO_MEMORY, ((struct btl_place){.file = BTL_STR("btl")}),
               BTL_ARG_Z("making the table of symbols"));
    return BTL_NONE;
}

static void add_symbol_lines(struct link_job *job, const struct symbol_lines *symbols, bool local)
{
    for (size_t i = 0; i < symbols->count; i++) {
        const struct symbol_line *line = &symbols->lines[i];
        if (is_local_type(line->type) == local)
            add_symbol(job, line->name, line->address, BTL_KERNEL);
    }
}

// Two BTL modules that export the same name cannot both be loaded. Linux modules that do are often
// alternatives of each other: the first one wins.
static void report_duplicate_export(struct link_job *job, const struct link_module *module,
                                    struct btl_str name, uint32_t other)
{
    struct btl_place place = {.file = btl_str_of(module->path)};
    if (other == BTL_NONE || other == BTL_KERNEL)
        return;
    if (module->declared)
        btl_report(&job->host->diags, BTL_LINK_DUPLICATE_EXPORT, place, BTL_ARG(name),
                   BTL_ARG(job->modules[other].name), BTL_ARG(module->name));
    else
        btl_report(&job->host->diags, BTL_HOST_LINK_EXPORT, place, BTL_ARG(name),
                   BTL_ARG_Z(job->modules[other].path));
}

static void add_module_exports(struct link_job *job, bool declared)
{
    for (uint32_t i = 0; i < job->count; i++) {
        const struct link_module *module = &job->modules[i];
        for (uint32_t k = 0; module->declared == declared && k < module->export_count; k++) {
            uint64_t value = btl_image_export_value(&module->image, module->exports[k].symbol);
            report_duplicate_export(job, module, module->exports[k].name,
                                    add_symbol(job, module->exports[k].name, value, i));
        }
    }
}

static void add_module_names(struct link_job *job)
{
    for (uint32_t i = 0; i < job->count; i++) {
        uint32_t other;
        btl_symtab_add(&job->names, job->modules[i].name, 0, i, &other);
        job->modules[i].namesake = other == BTL_NONE ? i : other;
    }
}

bool link_symbols(struct link_job *job)
{
    struct btl_bytes file = {0};
    struct btl_arena *arena = job->host->arena;
    uint32_t errors = job->host->diags.errors;
    if (job->symbols_path != NULL && !files_read(job->host, job->symbols_path, &file))
        return false;
    if (!btl_symtab_init(&job->symtab, 1u << 15, arena) ||
        !btl_symtab_init(&job->names, job->count, arena)) {
        btl_report(&job->host->diags, BTL_NO_MEMORY, ((struct btl_place){.file = BTL_STR("btl")}),
                   BTL_ARG_Z("making the table of symbols"));
        return false;
    }
    struct symbol_lines symbols =
        parse_symbol_lines(job, (struct btl_str){(const char *)file.at, file.size});
    add_module_names(job);
    add_module_exports(job, true);
    add_symbol_lines(job, &symbols, false);
    add_module_exports(job, false);
    add_symbol_lines(job, &symbols, true);
    return job->host->diags.errors == errors;
}
