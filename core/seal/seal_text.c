// SPDX-License-Identifier: BSD-2-Clause
// The reader of the list in a seal. There is one form of each list: fixed order, single blanks,
// each line ends with a newline. The reader stops at the first fault.
#include "seal_format.h"

#include <btl/hash.h>

// `line` and `word` are set by seal_take_line(): the line without its first word.
struct seal_reader {
    struct btl_str rest, line, word;
    struct btl_place place;
    const struct btl_machine *machine;
    struct btl_diags *diags;
    struct btl_seal seal;
    struct btl_seal_line *lines; // those of `seal`
    size_t capacity;
};

#define seal_fail(reader, code, ...)                                                               \
    (btl_report((reader)->diags, (code), (reader)->place, __VA_ARGS__), false)

// Remove the text up to the next blank, and the blank, from *rest.
static struct btl_str seal_take_word(struct btl_str *rest)
{
    size_t end = btl_str_find(*rest, ' ');
    struct btl_str word = btl_str_first(*rest, end);
    *rest = btl_str_after(*rest, end < rest->len ? end + 1 : end);
    return word;
}

static bool seal_take_whole_line(struct seal_reader *reader)
{
    size_t end = btl_str_find(reader->rest, '\n');
    reader->place.line += reader->rest.len > 0;
    if (end == reader->rest.len)
        return seal_fail(reader, BTL_SEAL_CUT);
    reader->line = btl_str_first(reader->rest, end);
    reader->rest = btl_str_after(reader->rest, end + 1);
    return true;
}

static bool seal_take_line(struct seal_reader *reader)
{
    if (!seal_take_whole_line(reader))
        return false;
    reader->word = seal_take_word(&reader->line);
    return true;
}

static bool seal_fail_word(struct seal_reader *reader, struct btl_str wanted)
{
    return seal_fail(reader, BTL_SEAL_WORD, BTL_ARG(wanted), BTL_ARG(reader->word));
}

// Take a line, which must begin with `word`.
static bool seal_take_line_of(struct seal_reader *reader, struct btl_str word)
{
    if (!seal_take_line(reader))
        return false;
    return btl_str_equal(reader->word, word) || seal_fail_word(reader, word);
}

// Read a number in its only form: digits, without a zero before them.
static bool seal_read_number(struct seal_reader *reader, struct btl_str text, uint64_t max,
                             uint64_t *ret_number)
{
    uint64_t number;
    if (!btl_parse_number(text, &number) || number > max || (text.len > 1 && text.at[0] == '0'))
        return seal_fail(reader, BTL_SEAL_NUMBER, BTL_ARG(text), BTL_DEC(max));
    *ret_number = number;
    return true;
}

static bool seal_read_first_line(struct seal_reader *reader)
{
    if (!seal_take_whole_line(reader))
        return false;
    return btl_str_equal(reader->line, SEAL_FIRST_LINE) ||
           seal_fail(reader, BTL_SEAL_VERSION, BTL_ARG(SEAL_FIRST_LINE), BTL_ARG(reader->line));
}

static bool seal_read_arch(struct seal_reader *reader)
{
    char buffer[SEAL_MACHINE_NAME_SIZE];
    if (!seal_take_line_of(reader, BTL_STR("arch")))
        return false;
    if (btl_str_equal(reader->line, btl_str_of(seal_machine_name(reader->machine, buffer))))
        return true;
    return seal_fail(reader, BTL_SEAL_ARCH, BTL_ARG(reader->line),
                     BTL_ARG_Z(reader->machine->name));
}

static bool seal_read_levels(struct seal_reader *reader)
{
    struct btl_seal *seal = &reader->seal;
    if (!seal_take_line_of(reader, BTL_STR("level")) ||
        !seal_read_number(reader, reader->line, BTL_SEAL_LEVEL_MAX, &seal->level) ||
        !seal_take_line_of(reader, BTL_STR("revoke")) ||
        !seal_read_number(reader, reader->line, BTL_SEAL_LEVEL_MAX, &seal->revoke))
        return false;
    return seal->revoke <= seal->level ||
           seal_fail(reader, BTL_SEAL_REVOKE, BTL_DEC(seal->revoke), BTL_DEC(seal->level));
}

// Read the line `allow`: one to three words in their order.
static bool seal_read_allow(struct seal_reader *reader)
{
    struct btl_str whole = reader->line, rest = whole;
    uint32_t from = 0;
    do {
        struct btl_str word = seal_take_word(&rest);
        while (from < BTL_SEAL_ALLOWS && !btl_str_equal(word, seal_allows[from]))
            from++;
        if (from == BTL_SEAL_ALLOWS)
            return seal_fail(reader, BTL_SEAL_ALLOW, BTL_ARG(whole));
        reader->seal.allow |= 1u << from++;
    } while (rest.len > 0);
    return !btl_str_ends(whole, BTL_STR(" ")) || seal_fail(reader, BTL_SEAL_ALLOW, BTL_ARG(whole));
}

// A hash has lower-case digits, so that there is one text of a list.
static bool seal_read_hash(struct seal_reader *reader, struct btl_str text, uint8_t ret[32])
{
    bool good = btl_sha256_of(text, ret);
    for (size_t i = 0; good && i < text.len; i++)
        good = text.at[i] == btl_lower(text.at[i]);
    return good || seal_fail(reader, BTL_SEAL_HASH, BTL_ARG(text));
}

// Check the path: sound, and behind the path of the file before it. Nothing is listed twice.
static bool seal_check_path(struct seal_reader *reader, const struct btl_seal_line *line)
{
    const struct btl_seal *seal = &reader->seal;
    if (!btl_is_path(line->path))
        return seal_fail(reader, BTL_SEAL_PATH, BTL_ARG(line->path));
    for (uint32_t i = 0; i < seal->count && i < BTL_SEAL_FILE; i++) {
        if (btl_seal_compare_paths(seal->lines[i].path, line->path) == 0)
            return seal_fail(reader, BTL_SEAL_TWICE, BTL_ARG(line->path));
    }
    if (seal->count <= BTL_SEAL_FILE)
        return true;
    int order = btl_seal_compare_paths(line->path, seal->lines[seal->count - 1].path);
    if (order == 0)
        return seal_fail(reader, BTL_SEAL_TWICE, BTL_ARG(line->path));
    return order > 0 || seal_fail(reader, BTL_SEAL_ORDER, BTL_ARG(line->path),
                                  BTL_ARG(seal->lines[seal->count - 1].path));
}

// Read "SHA256 SIZE PATH", the rest of a line. A path may have blanks.
static bool seal_read_entry(struct seal_reader *reader, enum btl_seal_kind kind)
{
    struct btl_seal_line line = {.kind = kind};
    struct btl_str hash = seal_take_word(&reader->line), size = seal_take_word(&reader->line);
    line.path = reader->line;
    if (!seal_read_hash(reader, hash, line.sha256) ||
        !seal_read_number(reader, size, BTL_SEAL_SIZE_MAX, &line.size) ||
        !seal_check_path(reader, &line))
        return false;
    BTL_ASSERT(reader->seal.count < reader->capacity);
    reader->lines[reader->seal.count++] = line;
    return true;
}

static bool seal_read_files(struct seal_reader *reader)
{
    while (btl_str_equal(reader->word, seal_kinds[BTL_SEAL_FILE])) {
        if (!seal_read_entry(reader, BTL_SEAL_FILE) || !seal_take_line(reader))
            return false;
    }
    return true;
}

// Read the lines from `allow` to the last file.
static bool seal_read_lines(struct seal_reader *reader)
{
    if (!seal_take_line(reader))
        return false;
    if (btl_str_equal(reader->word, BTL_STR("allow")) &&
        (!seal_read_allow(reader) || !seal_take_line(reader)))
        return false;
    for (int kind = BTL_SEAL_CONFIG; kind < BTL_SEAL_FILE; kind++) {
        if (!btl_str_equal(reader->word, seal_kinds[kind]))
            return seal_fail_word(reader, seal_kinds[kind]);
        if (!seal_read_entry(reader, (enum btl_seal_kind)kind) || !seal_take_line(reader))
            return false;
    }
    return seal_read_files(reader);
}

static bool seal_read_end(struct seal_reader *reader)
{
    uint64_t count;
    if (!btl_str_equal(reader->word, BTL_STR("end")))
        return seal_fail_word(reader, BTL_STR("file or end"));
    if (!seal_read_number(reader, reader->line, UINT32_MAX, &count))
        return false;
    if (count != reader->seal.count)
        return seal_fail(reader, BTL_SEAL_COUNT, BTL_DEC(count), BTL_DEC(reader->seal.count));
    return reader->rest.len == 0 ||
           seal_fail(reader, BTL_SEAL_BEHIND_END, BTL_DEC(reader->rest.len));
}

bool btl_seal_read(struct btl_str text, struct btl_place place, const struct btl_machine *machine,
                   struct btl_arena *arena, struct btl_seal *ret_seal, struct btl_diags *diags)
{
    struct seal_reader reader = {.rest = text,
                                 .place = place,
                                 .machine = machine,
                                 .diags = diags,
                                 .seal.machine = machine,
                                 .capacity = text.len / SEAL_LINE_MIN};
    reader.place.line = 0;
    reader.lines = BTL_NEW_ARRAY(arena, struct btl_seal_line, reader.capacity);
    reader.seal.lines = reader.lines;
    if (reader.lines == NULL)
        return seal_fail(&reader, BTL_NO_MEMORY, BTL_ARG_Z("reading a seal"));
    if (!seal_read_first_line(&reader) || !seal_read_arch(&reader) || !seal_read_levels(&reader) ||
        !seal_read_lines(&reader) || !seal_read_end(&reader))
        return false;
    *ret_seal = reader.seal;
    return true;
}
