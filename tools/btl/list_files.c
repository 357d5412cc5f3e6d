// SPDX-License-Identifier: BSD-2-Clause
#include "list_files.h"

#include <stdlib.h>

#include "json.h"
#include "report.h"

#define FILES_JSON_VERSION 1
#define FILE_SUFFIX        ".ko"

struct listed_file {
    struct btl_str path;
    uint64_t size; // bytes
    bool good;     // its metadata can be read; then:
    struct btl_modinfo info;
    const struct btl_diag *problem; // else: the first error
    uint32_t used;                  // by this module of the plan, or BTL_NONE
    struct btl_str why;
};

struct listing_files {
    struct boot *boot;
    struct listed_file *files;
    size_t count, capacity;
    struct btl_symtab used;    // by volume_path_key(); the value is the module's index in the plan
    struct btl_symtab planned; // by name; the same
    struct btl_symtab configured; // by name; the value is an index into config.modules
};

// ----------------------------------------------------------------------------------- why, why not

static uint32_t listed_find(const struct btl_symtab *table, struct btl_str name)
{
    const struct btl_export *found = btl_symtab_find(table, name);
    return found == NULL ? BTL_NONE : (uint32_t)found->value;
}

// The file that the plan has for a module, on the volume; empty: none was read.
static struct btl_str listed_planned_path(const struct boot *boot, uint32_t index)
{
    const struct btl_attempt *attempt = &boot->attempt;
    const struct btl_attempt_module *module =
        index < attempt->module_capacity ? attempt->modules[index] : NULL;
    return module != NULL && module->file != NULL ? module->path : BTL_STR("");
}

// Fill the tables.
static void list_index(struct listing_files *list)
{
    struct boot *boot = list->boot;
    const struct btl_plan *plan = &boot->attempt.plan;
    const struct btl_config *config = &boot->attempt.config;
    memory_require(btl_symtab_init(&list->used, 16, boot->host->arena) &&
                   btl_symtab_init(&list->planned, 16, boot->host->arena) &&
                   btl_symtab_init(&list->configured, 16, boot->host->arena));
    for (uint32_t i = 0; i < plan->module_count; i++) {
        struct btl_str path = listed_planned_path(boot, i);
        btl_symtab_add(&list->planned, plan->modules[i].name, i, 0, NULL);
        if (path.len > 0)
            btl_symtab_add(&list->used, volume_path_key(&boot->volume, path), i, 0, NULL);
    }
    for (size_t i = 0; i < config->module_count; i++)
        btl_symtab_add(&list->configured, config->modules[i].name, i, 0, NULL);
}

static struct btl_str listed_why_not(const struct listing_files *list,
                                     const struct listed_file *file)
{
    const struct boot *boot = list->boot;
    struct btl_arena *arena = boot->host->arena;
    char text[2048];
    if (!file->good && file->problem == NULL)
        return BTL_STR("damaged");
    if (!file->good) {
        struct btl_str sentence = report_sentence(file->problem, text, sizeof(text));
        return memory_text(arena, "damaged: %pS [%s]", &sentence,
                           btl_code_name(file->problem->code));
    }
    const struct btl_str *name = &file->info.name;
    uint32_t index = listed_find(&list->configured, *name);
    uint32_t planned = listed_find(&list->planned, *name);
    const struct btl_module_config *config =
        index == BTL_NONE ? NULL : &boot->attempt.config.modules[index];
    struct btl_str other = planned == BTL_NONE ? BTL_STR("") : listed_planned_path(boot, planned);
    if (other.len > 0)
        return memory_text(arena, "another file of %pS is used: %pS", name, &other);
    if (config == NULL)
        return memory_text(arena, "loader.conf does not mention %pS", name);
    if (config->blacklisted)
        return memory_text(arena, "%pS is in module_blacklist", name);
    if (config->load_no)
        return memory_text(arena, "%pS_load=\"NO\" in line %u", name, config->load->line);
    if (config->path != NULL &&
        !volume_is_same_path(&boot->volume, config->path->value, file->path))
        return memory_text(arena, "%pS_name in line %u names another file", name,
                           config->path->line);
    return config->load_yes ? memory_text(arena, "the name %pS does not find the file", name)
                            : memory_text(arena, "no line switches %pS on", name);
}

// -------------------------------------------------------------------------------------- the files

static bool listed_open(struct boot *boot, struct btl_bytes bytes, struct listed_file *file)
{
    struct btl_diags diags = {.arena = boot->host->arena};
    struct btl_place place = {.file = volume_name(&boot->volume, file->path)};
    struct btl_elf elf;
    bool good = btl_elf_open(bytes, BTL_ELF_MODULE, boot->machine->number, place, &elf, &diags) &&
                btl_modinfo_read(&elf, boot->host->arena, &file->info, &diags);
    file->problem = diags.first;
    return good;
}

static void list_add_file(struct listing_files *list, struct btl_str path)
{
    struct boot *boot = list->boot;
    struct listed_file file = {.path = path};
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (!volume_read(&boot->volume, path, BTL_ELF_FILE_MAX, &bytes, &problem)) {
        btl_file_report(&boot->host->diags,
                        (struct btl_place){.file = volume_name(&boot->volume, path)}, &problem);
        return;
    }
    file.size = bytes.size;
    file.good = listed_open(boot, bytes, &file);
    file.used = listed_find(&list->used, volume_path_key(&boot->volume, path));
    file.why = file.used != BTL_NONE ? list_reason(boot, file.used) : listed_why_not(list, &file);
    MEMORY_RESERVE(boot->host->arena, list->files, list->count, 1, list->capacity);
    list->files[list->count++] = file;
}

static int compare_names(const void *a, const void *b)
{
    return btl_str_compare(*(const struct btl_str *)a, *(const struct btl_str *)b);
}

static void list_add_directory(struct listing_files *list, struct btl_str directory)
{
    struct btl_str *names;
    size_t count = volume_names(&list->boot->volume, directory, &names);
    directory = btl_directory_prefix(directory);
    if (count > 0)
        qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 0; i < count; i++) {
        if (btl_str_ends(names[i], BTL_STR(FILE_SUFFIX)))
            list_add_file(list,
                          memory_text(list->boot->host->arena, "%pS/%pS", &directory, &names[i]));
    }
}

// Does an earlier part of module_path name the same directory?
static bool is_repeated(const struct boot *boot, struct btl_str before, struct btl_str directory)
{
    struct btl_str other;
    while (btl_take_part(&before, ';', &other)) {
        if (btl_str_equal(volume_path_key(&boot->volume, other),
                          volume_path_key(&boot->volume, directory)))
            return true;
    }
    return false;
}

static void list_add_directories(struct listing_files *list)
{
    struct btl_str whole = list->boot->attempt.config.module_path, rest = whole, directory;
    while (btl_take_part(&rest, ';', &directory)) {
        struct btl_str before = {whole.at, (size_t)(directory.at - whole.at)};
        if (!is_repeated(list->boot, before, directory))
            list_add_directory(list, directory);
    }
}

// ------------------------------------------------------------------------------------- the output

static void list_print_files(struct btl_out *out, const struct listing_files *list)
{
    btl_format(out, "%-40s  %-10s  %-15s  %10s  %-4s  %s\n", "FILE", "VERSION", "PHASES", "SIZE",
               "USED", "WHY");
    for (size_t i = 0; i < list->count; i++) {
        const struct listed_file *file = &list->files[i];
        struct btl_arena *arena = list->boot->host->arena;
        char phases[16] = "-", size[24];
        if (file->good)
            btl_supported_text(file->info.supported, phases);
        btl_format_to(size, sizeof(size), "%pB", &file->size);
        struct btl_str path = report_safe(arena, file->path), why = report_safe(arena, file->why);
        bool known = file->good && file->info.version.len > 0;
        struct btl_str version = known ? report_safe(arena, file->info.version) : BTL_STR("-");
        btl_format(out, "%-40pS  %-10pS  %-15s  %10s  %-4s  %pS\n", &path, &version, phases, size,
                   file->used != BTL_NONE ? "yes" : "no", &why);
    }
}

static void list_json_phases(struct json *json, uint8_t supported)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } phases[] = {
        {BTL_SUPPORTS_BOOT1, "BOOT1"}, {BTL_SUPPORTS_BOOT2, "BOOT2"}, {BTL_SUPPORTS_RUN, "RUN"}};
    json_begin(json, "phases", '[');
    for (size_t i = 0; i < BTL_COUNT(phases); i++) {
        if ((supported & phases[i].bit) != 0)
            json_word(json, NULL, phases[i].name);
    }
    json_end(json, ']');
}

static void list_json_file(struct json *json, const struct listed_file *file)
{
    json_begin_line(json, NULL, '{');
    json_text(json, "file", file->path);
    json_number(json, "file_size", file->size);
    if (file->good) {
        json_text(json, "name", file->info.name);
        json_text(json, "version", file->info.version);
        list_json_phases(json, file->info.supported);
    } else {
        json_null(json, "name");
        json_null(json, "version");
        json_null(json, "phases");
    }
    json_bool(json, "used", file->used != BTL_NONE);
    json_text(json, "why", file->why);
    json_end(json, '}');
}

static void list_json_files(struct btl_out *out, const struct listing_files *list)
{
    struct json json = {.out = out};
    json_begin(&json, NULL, '{');
    json_number(&json, "version", FILES_JSON_VERSION);
    json_text(&json, "config", list->boot->attempt.config.file);
    json_word(&json, "machine", list->boot->machine->name);
    json_begin(&json, "files", '[');
    for (size_t i = 0; i < list->count; i++)
        list_json_file(&json, &list->files[i]);
    json_end(&json, ']');
    json_end(&json, '}');
    btl_format(out, "\n");
}

void list_files(struct boot *boot, bool json)
{
    struct listing_files list = {.boot = boot};
    struct btl_out out = out_to(stdout);
    list_index(&list);
    list_add_directories(&list);
    if (json)
        list_json_files(&out, &list);
    else
        list_print_files(&out, &list);
}
