// SPDX-License-Identifier: BSD-2-Clause
// Entries of the Boot Loader Specification, as the text of a loader.conf.
#include <btl/bls.h>
#include <btl/config.h>
#include <btl/mem.h>

#define BLS_TRIES_MAX 99 // of boot_tries

// The entry while it is read. Each text is built in memory of the entry's own size, which is
// enough: what is added to a value is shorter than the word before it.
struct bls_reader {
    struct btl_place place;
    struct btl_diags *diags;
    struct btl_str title, version;
    struct btl_str kernel; // of `linux`, `uki` or `efi`
    bool is_efi;
    struct btl_buffer initrd, options;
    bool failed;
};

bool btl_bls_is_entry(struct btl_str path)
{
    struct btl_str directory = BTL_STR(BTL_BLS_DIRECTORY "/"), suffix = BTL_STR(".conf");
    return path.len > directory.len + suffix.len &&
           btl_str_equal_nocase(btl_str_first(path, directory.len), directory) &&
           btl_str_equal_nocase(btl_str_after(path, path.len - suffix.len), suffix);
}

bool btl_bls_tries(struct btl_str path, uint32_t *ret_left)
{
    struct btl_str name = btl_base_name(path), left, done;
    uint64_t number, ignored;
    size_t plus = btl_str_find_last(name, '+'), dot = btl_str_find_last(name, '.');
    if (plus == name.len || dot == name.len || dot < plus)
        return false;
    struct btl_str counter = {name.at + plus + 1, dot - plus - 1};
    bool split = btl_str_split(counter, '-', &left, &done);
    if (!btl_parse_number(split ? left : counter, &number) ||
        (split && !btl_parse_number(done, &ignored)))
        return false;
    *ret_left = number > BLS_TRIES_MAX ? BLS_TRIES_MAX : (uint32_t)number;
    return true;
}

// ------------------------------------------------------------------------------------- the reader

static bool bls_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct btl_str bls_trim(struct btl_str text)
{
    while (text.len > 0 && bls_is_blank(text.at[0]))
        text = btl_str_after(text, 1);
    while (text.len > 0 && bls_is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

// A line is a key and, behind blanks, its value.
static struct btl_str bls_take_key(struct btl_str line, struct btl_str *ret_value)
{
    size_t len = 0;
    while (len < line.len && !bls_is_blank(line.at[len]))
        len++;
    *ret_value = bls_trim(btl_str_after(line, len));
    return btl_str_first(line, len);
}

static bool bls_is_text(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (((uint8_t)text.at[i] < ' ' && text.at[i] != '\t') || text.at[i] == 0x7f)
            return false;
    }
    return true;
}

// Is this the path of a file, with or without the '/' at its beginning?
static bool bls_check_path(struct bls_reader *reader, struct btl_str path)
{
    bool absolute = path.len > 0 && path.at[0] == '/';
    char whole[BTL_PATH_MAX + 1] = "/";
    bool good = path.len > 0 && path.len < BTL_PATH_MAX && btl_str_find(path, ';') == path.len;
    if (good) {
        memcpy(whole + !absolute, path.at, path.len);
        good = btl_is_path((struct btl_str){whole, path.len + !absolute});
    }
    if (!good) {
        btl_report(reader->diags, BTL_BLS_BAD_PATH, reader->place, BTL_ARG(path));
        reader->failed = true;
    }
    return good;
}

static void bls_add(struct btl_buffer *list, const char *separator, const char *before,
                    struct btl_str value)
{
    btl_format(&list->out, "%s%s%pS", list->len > 0 ? separator : "", before, &value);
}

static void bls_read_line(struct bls_reader *reader, struct btl_str line)
{
    struct btl_str value, key = bls_take_key(line, &value);
    bool is_efi = btl_str_equal(key, BTL_STR("efi"));
    if (!bls_is_text(value)) {
        btl_report(reader->diags, BTL_BLS_CONTROL, reader->place, BTL_ARG(key));
        reader->failed = true;
    } else if (btl_str_equal(key, BTL_STR("title"))) {
        reader->title = value;
    } else if (btl_str_equal(key, BTL_STR("version"))) {
        reader->version = value;
    } else if (btl_str_equal(key, BTL_STR("options"))) {
        bls_add(&reader->options, " ", "", value);
    } else if (btl_str_equal(key, BTL_STR("initrd"))) {
        if (bls_check_path(reader, value))
            bls_add(&reader->initrd, ";", value.at[0] == '/' ? "" : "/", value);
    } else if (is_efi || btl_str_equal(key, BTL_STR("linux")) ||
               btl_str_equal(key, BTL_STR("uki"))) {
        if (bls_check_path(reader, value)) {
            reader->kernel = value;
            reader->is_efi = is_efi;
        }
    }
}

static void bls_read_lines(struct bls_reader *reader, struct btl_str text)
{
    struct btl_str line;
    while (btl_take_line(&text, &line)) {
        reader->place.line++;
        line = bls_trim(line);
        if (line.len > 0 && line.at[0] != '#')
            bls_read_line(reader, line);
    }
    reader->place.line = 0;
    if (reader->kernel.len == 0 && !reader->failed) {
        btl_report(reader->diags, BTL_BLS_NO_KERNEL, reader->place);
        reader->failed = true;
    }
}

// ------------------------------------------------------------------------------------- the writer

static void bls_write(const struct bls_reader *reader, uint32_t tries, struct btl_out *out)
{
    struct btl_str initrd = btl_buffer_text(&reader->initrd);
    struct btl_str options = btl_buffer_text(&reader->options);
    struct btl_str title = reader->title.len > 0 ? reader->title : reader->version;
    char path[BTL_PATH_MAX + 1];
    size_t len = btl_format_to(path, sizeof(path), "%s%pS", reader->kernel.at[0] == '/' ? "" : "/",
                               &reader->kernel);
    btl_config_line(BTL_STR("kernel"), (struct btl_str){path, len}, out);
    if (reader->is_efi)
        btl_format(out, "kernel_type=\"efi\"\n");
    if (initrd.len > 0)
        btl_config_line(BTL_STR("initrd"), initrd, out);
    if (options.len > 0)
        btl_config_line(BTL_STR("kernel_options"), options, out);
    if (title.len > 0)
        btl_config_line(BTL_STR("title"), title, out);
    if (tries > 0)
        btl_format(out, "boot_tries=\"%u\"\n", tries);
}

// Write the text twice: to measure it, and into memory of that size.
static bool bls_make_text(const struct bls_reader *reader, uint32_t tries, struct btl_arena *arena,
                          struct btl_str *ret_text)
{
    struct btl_buffer measured = btl_buffer(NULL, 0);
    bls_write(reader, tries, &measured.out);
    char *bytes = btl_alloc(arena, measured.len + 1, 1);
    if (bytes == NULL)
        return false;
    struct btl_buffer written = btl_buffer(bytes, measured.len + 1);
    bls_write(reader, tries, &written.out);
    *ret_text = btl_buffer_text(&written);
    return true;
}

bool btl_bls_translate(struct btl_str path, struct btl_str file, struct btl_str text,
                       struct btl_arena *arena, struct btl_str *ret_text, struct btl_diags *diags)
{
    struct bls_reader reader = {.place = {.file = file}, .diags = diags};
    uint32_t tries = 0;
    *ret_text = text;
    if (!btl_bls_is_entry(path))
        return true;
    *ret_text = BTL_STR("");
    if (text.len > BTL_BLS_MAX) {
        btl_report(diags, BTL_BLS_TOO_LARGE, reader.place, BTL_SIZE(text.len),
                   BTL_SIZE(BTL_BLS_MAX));
        return false;
    }
    // A line of the entry has its key and a blank; each value takes one separator and one '/'.
    char *initrd = btl_alloc(arena, text.len + 1, 1), *options = btl_alloc(arena, text.len + 1, 1);
    if (initrd == NULL || options == NULL) {
        btl_report(diags, BTL_NO_MEMORY, reader.place, BTL_ARG(BTL_STR("reading the entry")));
        return false;
    }
    reader.initrd = btl_buffer(initrd, text.len + 1);
    reader.options = btl_buffer(options, text.len + 1);
    bls_read_lines(&reader, text);
    if (btl_bls_tries(path, &tries) && tries == 0)
        btl_report(diags, BTL_BLS_TRIES, reader.place);
    if (reader.failed || bls_make_text(&reader, tries, arena, ret_text))
        return !reader.failed;
    btl_report(diags, BTL_NO_MEMORY, reader.place, BTL_ARG(BTL_STR("reading the entry")));
    return false;
}
