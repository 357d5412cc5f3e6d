// SPDX-License-Identifier: BSD-2-Clause
// What is known of the files to come, and the line that says how far they are.
#include "boot.h"

#include <btl/mem.h>

#define SECOND        1000000000ull // nanoseconds
#define FIRST_AFTER   SECOND        // a boot that is faster shows nothing
#define REWRITE_EVERY (SECOND / 10)
#define LINE_EVERY    (5 * SECOND)
#define FILES_MAX     16384 // of one directory; more are not looked at
#define BAR           20
#define LINE_MAX      160
#define COLUMNS_LEAST 40

void progress_begin(struct boot *boot)
{
    boot->progress = (struct progress){.begun = clock_now(&boot->clock)};
}

// --------------------------------------------------------------------------------- what is to come

struct listing {
    struct btl_arena *arena;
    struct listed {
        struct btl_str name;
        uint64_t size;
        struct listed *next;
    } * first;
    uint32_t count;
};

// "NAME.ko" -> "NAME"; empty: it is not called so.
static struct btl_str progress_module_name(struct btl_str name)
{
    static const char suffix[] = ".ko";
    size_t len = sizeof(suffix) - 1;
    if (name.len <= len || memcmp(name.at + name.len - len, suffix, len) != 0)
        return (struct btl_str){NULL, 0};
    return (struct btl_str){name.at, name.len - len};
}

static bool visit(void *context, struct btl_str name, const struct volume_info *info)
{
    struct listing *listing = context;
    struct btl_str module = progress_module_name(name);
    if (module.len == 0 || info->directory)
        return true;
    struct listed *listed = BTL_NEW(listing->arena, struct listed);
    if (listed == NULL || listing->count == FILES_MAX)
        return false;
    *listed = (struct listed){btl_str_copy(listing->arena, module), info->size, listing->first};
    if (listed->name.at == NULL)
        return false;
    listing->first = listed;
    listing->count++;
    return true;
}

static void list_directories(struct boot *boot, struct listing *listing)
{
    struct btl_str rest = boot->attempt.config.module_path;
    while (rest.len > 0) {
        size_t end = 0;
        while (end < rest.len && rest.at[end] != ';')
            end++;
        struct btl_str directory = {rest.at, end};
        if (end > 0)
            boot->volume->list(boot->volume, directory, visit, listing);
        end += end < rest.len;
        rest = (struct btl_str){rest.at + end, rest.len - end};
    }
}

static struct progress_file *find(struct progress *progress, struct btl_str name)
{
    uint32_t number = progress->files == NULL ? BTL_NONE : btl_names_find(&progress->names, name);
    return number == BTL_NONE ? NULL : &progress->files[number];
}

static void want(struct progress *progress, struct btl_str name)
{
    struct progress_file *file = find(progress, name);
    if (file == NULL || file->counted)
        return;
    file->counted = true;
    progress->total += file->size;
}

// Before there is a plan: what the configuration names. Dependencies come later.
static void want_configured(struct boot *boot)
{
    const struct btl_config *config = &boot->attempt.config;
    for (size_t i = 0; i < config->module_count; i++) {
        if (config->modules[i].load_yes && !config->modules[i].blacklisted)
            want(&boot->progress, config->modules[i].name);
    }
}

void progress_plan(struct boot *boot, uint32_t first)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    if (!boot->progress.listed)
        return;
    for (uint32_t i = first; i < plan->module_count; i++) {
        bool read = i < boot->attempt.module_capacity && boot->attempt.modules[i] != NULL;
        if (!read && plan->modules[i].verdict != BTL_OFF)
            want(&boot->progress, plan->modules[i].name);
    }
}

// One look at each directory, once it is clear that this boot takes its time. Without memory for it
// the total is only that of the files that were opened.
static void look(struct boot *boot)
{
    struct progress *progress = &boot->progress;
    struct listing listing = {.arena = boot->attempt.arena};
    progress->listed = true;
    list_directories(boot, &listing);
    struct progress_file *files =
        BTL_NEW_ARRAY(boot->attempt.arena, struct progress_file, listing.count);
    if (files == NULL || !btl_names_init(&progress->names, listing.count, boot->attempt.arena))
        return;
    // The last directory was listed last and stands first: the first one that has a name wins.
    for (const struct listed *file = listing.first; file != NULL; file = file->next)
        files[btl_names_number(&progress->names, file->name)].size = file->size;
    progress->files = files;
    if (boot->attempt.plan.module_count > 0)
        progress_plan(boot, 0);
    else
        want_configured(boot);
}

// --------------------------------------------------------------------------------------- the line

struct line {
    char text[LINE_MAX];
    size_t len, columns;
};

// As much as fits. Never in the last column: it would wrap.
static void put_line(struct btl_out *out, const char *text, size_t len)
{
    struct line *line = out->owner;
    for (size_t i = 0; i < len && line->len + 1 < line->columns; i++)
        line->text[line->len++] = text[i];
}

static void put_mib(struct btl_out *out, uint64_t bytes)
{
    uint64_t whole = bytes / (1u << 20), tenths = bytes % (1u << 20) * 10 / (1u << 20);
    btl_format(out, "%lu.%lu", whole, tenths);
}

static void put_bar(struct btl_out *out, uint64_t done, uint64_t all)
{
    char bar[BAR + 1];
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i < done * BAR / all ? '#' : '-';
    bar[BAR] = '\0';
    btl_format(out, "[%s] %3lu%%  ", bar, (done * 100 / all));
}

// Of a long path the end says more. Characters count, so that each is one column.
static void put_path(struct line *line, struct btl_out *out, struct btl_str path)
{
    size_t columns = line->columns - 1 - line->len;
    size_t begin = path.len > columns ? path.len - columns : 0;
    for (size_t i = begin; i < path.len; i++) {
        char c = path.at[i] >= ' ' && path.at[i] <= '~' ? path.at[i] : '?';
        if (((uint8_t)path.at[i] & 0xc0) != 0x80) // not inside a character of UTF-8
            btl_format(out, "%c", i - begin < 3 && begin > 0 ? '.' : c);
    }
}

// "[#####-----]  52%  31.4 of 60.2 MiB  12.1 MiB/s  /modules/x.ko"
static void format(const struct boot *boot, uint64_t now, struct line *line)
{
    const struct progress *progress = &boot->progress;
    struct btl_out out = {.put = put_line, .owner = line};
    uint64_t total = progress->total > progress->read ? progress->total : progress->read;
    uint64_t kib = total / 1024 > 0 ? total / 1024 : 1;
    uint64_t ms = (now - progress->begun) / 1000000 + 1, rate;
    size_t columns = boot->facts.console_columns;
    line->len = 0;
    line->columns = columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns;
    line->columns = line->columns < LINE_MAX ? line->columns : LINE_MAX;
    put_bar(&out, progress->read / 1024 < kib ? progress->read / 1024 : kib, kib);
    put_mib(&out, progress->read);
    btl_format(&out, " of ");
    put_mib(&out, total);
    btl_format(&out, " MiB  ");
    put_mib(&out, btl_mul(progress->read, 1000, &rate) ? rate / ms : 0);
    btl_format(&out, " MiB/s  ");
    put_path(line, &out, progress->path);
}

static void show(struct boot *boot)
{
    struct progress *progress = &boot->progress;
    uint64_t now = clock_now(&boot->clock);
    bool wanted = !progress->ended && !boot->log.held && boot->log.shown >= LOG_NORMAL;
    if (!wanted || now - progress->begun < FIRST_AFTER)
        return;
    if (!progress->listed)
        look(boot);
    bool rewrites = terminal_of(boot) != FW_TERMINAL_SILENT;
    if (progress->visible && now - progress->shown < (rewrites ? REWRITE_EVERY : LINE_EVERY))
        return;
    struct line line;
    format(boot, now, &line);
    struct btl_str text = {line.text, line.len};
    if (rewrites)
        status_line(&boot->log.console, text);
    else
        console_print(&boot->log.console, "%pS", &text);
    progress->visible = true;
    progress->shown = now;
}

void progress_file(struct boot *boot, struct btl_str path, uint64_t size)
{
    struct progress *progress = &boot->progress;
    size_t begin = path.len;
    while (begin > 0 && path.at[begin - 1] != '/')
        begin--;
    struct btl_str name = progress_module_name((struct btl_str){path.at + begin, path.len - begin});
    struct progress_file *file = find(progress, name);
    if (file == NULL || !file->counted)
        progress->total += size;
    if (file != NULL)
        file->counted = true;
    progress->path = path;
    show(boot);
}

void progress_read(struct boot *boot, uint64_t bytes)
{
    boot->progress.read += bytes;
    show(boot);
}

void progress_end(struct boot *boot)
{
    boot->progress.ended = true;
    status_line(&boot->log.console, BTL_STR(""));
}
