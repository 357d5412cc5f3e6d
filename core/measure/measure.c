// SPDX-License-Identifier: BSD-2-Clause
// The events of a measured boot.
#include <btl/format.h>
#include <btl/measure.h>
#include <btl/mem.h>

#include "../base/sort.h"

// ---------------------------------------------------------------------------------------- the list

static int measure_compare(const void *a, const void *b, void *context)
{
    const struct btl_measure_file *x = a, *y = b;
    size_t len = x->path.len < y->path.len ? x->path.len : y->path.len;
    int order = len > 0 ? memcmp(x->path.at, y->path.at, len) : 0;
    if (order == 0)
        order = (x->path.len > y->path.len) - (x->path.len < y->path.len);
    return order != 0 ? order : memcmp(x->sha256, y->sha256, 32);
}

static size_t measure_write_list(const struct btl_measure_file *files, size_t count,
                                 struct btl_out *out)
{
    char hex[BTL_SHA256_TEXT];
    size_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && measure_compare(&files[i - 1], &files[i], NULL) == 0)
            continue;
        btl_format(out, "%s %pS\n", btl_sha256_text(files[i].sha256, hex), &files[i].path);
        lines++;
    }
    return lines;
}

struct btl_str btl_measure_list(const struct btl_measure_file *files, size_t count,
                                struct btl_arena *arena, size_t *ret_lines)
{
    struct btl_measure_file *sorted = BTL_NEW_ARRAY(arena, struct btl_measure_file, count);
    if (sorted == NULL)
        return (struct btl_str){NULL, 0};
    if (count > 0)
        memcpy(sorted, files, count * sizeof(*sorted));
    btl_sort(sorted, count, sizeof(*sorted), measure_compare, NULL);
    struct btl_buffer sized = btl_buffer(NULL, 0);
    measure_write_list(sorted, count, &sized.out);
    char *text = btl_alloc(arena, sized.len + 1, 1);
    if (text == NULL)
        return (struct btl_str){NULL, 0};
    struct btl_buffer written = btl_buffer(text, sized.len + 1);
    *ret_lines = measure_write_list(sorted, count, &written.out);
    return btl_buffer_text(&written);
}

// --------------------------------------------------------------------------------------- the texts

// An event that is written twice: to size its text, and into memory of that size.
struct measure_text {
    const struct btl_measure_input *input;
    struct btl_str list; // of the event `files`
    size_t lines;
};

static void measure_put_digest(struct btl_out *out, const char *event, const uint8_t *sha256)
{
    char hex[BTL_SHA256_TEXT];
    btl_format(out, "btl %s sha256=%s", event, btl_sha256_text(sha256, hex));
}

static struct btl_bytes measure_bytes(struct btl_str text)
{
    return (struct btl_bytes){(const uint8_t *)text.at, text.len};
}

static void measure_put_config(const struct measure_text *text, struct btl_out *out)
{
    measure_put_digest(out, "config", text->input->config_sha256);
    btl_format(out, " size=%lu", text->input->config_size);
}

static void measure_put_options(const struct measure_text *text, struct btl_out *out)
{
    struct btl_str options = text->input->options;
    uint8_t digest[32];
    // Only a text without escapes: an escaped text can be equal to another one.
    if (options.len <= BTL_MEASURE_OPTIONS_MAX &&
        btl_escaped_width(options, options.len) == options.len) {
        btl_format(out, "btl options text=%pS", &options);
        return;
    }
    btl_sha256(measure_bytes(options), digest);
    measure_put_digest(out, "options", digest);
    btl_format(out, " size=%zu", options.len);
}

static void measure_put_how(const struct measure_text *text, struct btl_out *out)
{
    const struct btl_measure_input *input = text->input;
    btl_format(out, "btl how=%s,safe=%d,changed=%d", btlm_how_name(input->how), input->safe,
               input->changed);
}

static void measure_put_kernel(const struct measure_text *text, struct btl_out *out)
{
    struct btl_str path = text->input->kernel.path;
    measure_put_digest(out, "kernel", text->input->kernel.sha256);
    btl_format(out, " path=");
    btl_put_escaped(out, path, path.len);
}

static void measure_put_files(const struct measure_text *text, struct btl_out *out)
{
    uint8_t digest[32];
    btl_sha256(measure_bytes(text->list), digest);
    measure_put_digest(out, "files", digest);
    btl_format(out, " count=%zu", text->lines);
}

static void measure_put_end(const struct measure_text *text, struct btl_out *out)
{
    btl_format(out, "btl end");
}

static const struct {
    uint32_t pcr;
    const char *name;
    void (*put)(const struct measure_text *text, struct btl_out *out);
} measure_kinds[BTL_MEASURE_EVENTS] = {
    {BTL_MEASURE_BOOT, "config", measure_put_config},
    {BTL_MEASURE_BOOT, "options", measure_put_options},
    {BTL_MEASURE_BOOT, "how", measure_put_how},
    {BTL_MEASURE_FILES, "kernel", measure_put_kernel},
    {BTL_MEASURE_FILES, "files", measure_put_files},
    {BTL_MEASURE_FILES, "end", measure_put_end},
};

static bool measure_make_event(const struct measure_text *text, size_t index,
                               struct btl_arena *arena, struct btl_measure_event *ret_event)
{
    struct btl_buffer sized = btl_buffer(NULL, 0);
    measure_kinds[index].put(text, &sized.out);
    char *memory = btl_alloc(arena, sized.len + 1, 1);
    if (memory == NULL)
        return false;
    struct btl_buffer written = btl_buffer(memory, sized.len + 1);
    measure_kinds[index].put(text, &written.out);
    *ret_event = (struct btl_measure_event){.pcr = measure_kinds[index].pcr,
                                            .name = btl_str_of(measure_kinds[index].name),
                                            .data = btl_buffer_text(&written)};
    btl_sha256(measure_bytes(ret_event->data), ret_event->sha256);
    return true;
}

bool btl_measure_events(const struct btl_measure_input *input, struct btl_arena *arena,
                        struct btl_measure_event events[BTL_AT_LEAST(BTL_MEASURE_EVENTS)])
{
    struct measure_text text = {.input = input};
    text.list = btl_measure_list(input->files, input->file_count, arena, &text.lines);
    bool good = text.list.at != NULL;
    for (size_t i = 0; i < BTL_MEASURE_EVENTS && good; i++)
        good = measure_make_event(&text, i, arena, &events[i]);
    return good;
}

void btl_measure_extend(uint8_t pcr[BTL_AT_LEAST(32)], const uint8_t digest[BTL_AT_LEAST(32)])
{
    uint8_t both[64];
    memcpy(both, pcr, 32);
    memcpy(both + 32, digest, 32);
    btl_sha256((struct btl_bytes){both, sizeof(both)}, pcr);
}
