// SPDX-License-Identifier: BSD-2-Clause
// Parser of load options. From the UEFI shell they are the whole command line; from a boot entry,
// its optional data. Some firmware passes binary data, which is ignored.
#include <btl/load_options.h>

#include <btl/config.h>
#include <btl/utf16.h>
#include <btl/utf8.h>

#define OPTIONS_MAX     8192    // bytes of UTF-16
#define BYTE_ORDER_MARK 0xfeffu // editors begin a file with it

#define PLACE ((struct btl_place){.file = BTL_STR("options")})

struct option_parser {
    struct btl_load_options *options;
    struct btl_arena *arena;
    struct btl_diags *diags;
};

static bool is_option_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n'; // a text file ends its lines
}

// Parse the next word of *rest, "in quotes" or not. False at the end.
static bool parse_option_word(struct btl_str *rest, struct btl_str *ret_word)
{
    size_t start = 0;
    while (start < rest->len && is_option_space(rest->at[start]))
        start++;
    bool quoted = start < rest->len && rest->at[start] == '"';
    start += quoted;
    size_t end = start;
    while (end < rest->len && (quoted ? rest->at[end] != '"' : !is_option_space(rest->at[end])))
        end++;
    bool found = quoted || end > start;
    *ret_word = (struct btl_str){rest->at + start, end - start};
    size_t used = end < rest->len && quoted ? end + 1 : end;
    *rest = (struct btl_str){rest->at + used, rest->len - used};
    return found;
}

static bool is_program_name(struct btl_str word)
{
    static const char suffix[] = ".efi";
    if (word.len < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        char c = word.at[word.len - 4 + i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != suffix[i])
            return false;
    }
    return true;
}

static bool options_are_text(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t)text.at[i] < ' ' && !is_option_space(text.at[i]))
            return false;
    }
    return true;
}

// Do the options begin with ASCII? Any two bytes are valid UTF-16, so this tells text from binary
// data.
static bool options_begin_as_text(struct btl_str text)
{
    size_t start = 0;
    while (start < text.len && is_option_space(text.at[start]))
        start++;
    return start == text.len || (uint8_t)text.at[start] < 0x80;
}

// Convert "fs0:\btl\loader.conf" to a path of the volume: "/btl/loader.conf".
static struct btl_str option_path(struct option_parser *job, struct btl_str word)
{
    size_t start = 0;
    for (size_t i = 0; i < word.len && word.at[i] != '\\' && word.at[i] != '/'; i++) {
        if (word.at[i] == ':')
            start = i + 1;
    }
    bool rooted = start < word.len && (word.at[start] == '\\' || word.at[start] == '/');
    size_t len = word.len - start + !rooted;
    char *path = btl_alloc(job->arena, len, 1);
    if (path == NULL)
        return (struct btl_str){NULL, 0};
    path[0] = '/';
    for (size_t i = start; i < word.len; i++)
        path[i - start + !rooted] = word.at[i] == '\\' ? '/' : word.at[i];
    return (struct btl_str){path, len};
}

// Set the configuration, if a record can hold its path. False: no memory.
static bool parse_config_option(struct option_parser *job, struct btl_str path)
{
    if (path.at == NULL)
        return false;
    if (btl_is_path(path))
        job->options->config = path;
    else
        btl_report(job->diags, BTL_OPTION_PATH, PLACE, BTL_ARG(path), BTL_DEC(BTL_PATH_MAX));
    return true;
}

// Parse the file argument of an option. A missing one is reported. False: no memory.
static bool parse_option_file(struct option_parser *job, const char *option, const char *example,
                              struct btl_str *rest, struct btl_str *ret_path)
{
    struct btl_str word;
    if (parse_option_word(rest, &word)) {
        *ret_path = option_path(job, word);
        return ret_path->at != NULL;
    }
    btl_report(job->diags, BTL_OPTION_NO_FILE, PLACE, BTL_ARG_Z(option), BTL_ARG_Z(example));
    return true;
}

// Return the flag of an option letter. NULL: unknown, or an option with an argument.
static bool *option_switch(struct btl_load_options *options, char letter)
{
    switch (letter) {
    case 'b':
        return &options->pages;
    case 'h':
        return &options->help;
    case 'i':
        return &options->menu;
    case 'n':
        return &options->dry_run;
    case 's':
        return &options->safe;
    case 'v':
        return &options->verbose;
    default:
        return NULL;
    }
}

// Parse "-n", or several switches in one word: "-nb". False: not all of them are switches, and none
// was set.
static bool parse_switches(struct btl_load_options *options, struct btl_str word)
{
    if (word.len < 2 || word.at[0] != '-')
        return false;
    for (size_t i = 1; i < word.len; i++) {
        if (option_switch(options, word.at[i]) == NULL)
            return false;
    }
    for (size_t i = 1; i < word.len; i++)
        *option_switch(options, word.at[i]) = true;
    return true;
}

// Parse an option and its argument. False: no memory.
static bool parse_option(struct option_parser *job, struct btl_str word, struct btl_str *rest)
{
    struct btl_load_options *options = job->options;
    bool is_file = word.len > 0 && word.at[0] != '-';
    if (parse_switches(options, word))
        return true;
    if (btl_str_equal(word, BTL_STR("-c"))) {
        struct btl_str path = {.len = 0};
        return parse_option_file(job, "-c", "/btl/loader.conf", rest, &path) &&
               (path.len == 0 || parse_config_option(job, path));
    }
    if (btl_str_equal(word, BTL_STR("-m")))
        return parse_option_file(job, "-m", "/btl/dry.bin", rest, &options->save);
    if (is_file && options->config.len == 0)
        return parse_config_option(job, option_path(job, word));
    btl_report(job->diags, BTL_OPTION_UNKNOWN, PLACE, BTL_ARG(word));
    return true;
}

// Can the first word of a boot entry's options be an option, or the path of a configuration? A path
// has a directory, a volume or a suffix before any '='. Das U-Boot passes the command line of its
// own kernel instead: "root=/dev/sda1 ro".
static bool is_word_of_loader(struct btl_str word)
{
    bool ours = word.len == 0 || word.at[0] == '-';
    for (size_t i = 0; i < word.len && word.at[i] != '=' && !ours; i++) {
        char c = word.at[i];
        ours = c == '/' || c == '\\' || c == ':' || c == '.';
    }
    return ours;
}

// Skip the loader's name, if the options begin with it.
static struct btl_str skip_program_name(struct btl_str text, bool names_program)
{
    struct btl_str rest = text, word;
    return parse_option_word(&rest, &word) && (names_program || is_program_name(word)) ? rest
                                                                                       : text;
}

static struct btl_str trim_options(struct btl_str text)
{
    while (text.len > 0 && is_option_space(text.at[0]))
        text = (struct btl_str){text.at + 1, text.len - 1};
    while (text.len > 0 && is_option_space(text.at[text.len - 1]))
        text.len--;
    return text;
}

static bool parse_option_words(struct option_parser *job, struct btl_str rest, bool names_program)
{
    struct btl_str word;
    rest = skip_program_name(rest, names_program);
    job->options->text = trim_options(rest);
    for (bool first = !names_program; parse_option_word(&rest, &word); first = false) {
        if (first && !is_word_of_loader(word)) {
            btl_report(job->diags, BTL_OPTION_FOREIGN, PLACE, BTL_ARG(word));
            job->options->text = BTL_STR("");
            return true;
        }
        if (!parse_option(job, word, &rest))
            return false;
    }
    return true;
}

// Convert the options to UTF-8, without a byte order mark. False: no memory.
static bool options_to_utf8(struct btl_bytes bytes, struct btl_arena *arena,
                            struct btl_str *ret_text)
{
    size_t count = bytes.size / 2, mark = 0;
    if (btl_utf16_next(bytes.at, count, &mark) != BYTE_ORDER_MARK)
        mark = 0;
    size_t size = 3 * (count - mark); // at most three bytes of UTF-8 for a unit of UTF-16
    char *at = btl_alloc(arena, size, 1);
    if (at == NULL)
        return false;
    size_t len = btl_utf16_to_utf8((const char *)bytes.at + 2 * mark, count - mark, at, size);
    *ret_text = (struct btl_str){at, len};
    return true;
}

bool btl_load_options_parse(struct btl_bytes bytes, bool names_program, struct btl_arena *arena,
                            struct btl_diags *diags, struct btl_load_options *ret_options)
{
    struct option_parser job = {ret_options, arena, diags};
    *ret_options = (struct btl_load_options){.config = {NULL, 0}};
    if (bytes.size == 0 || bytes.at == NULL)
        return true;
    if (bytes.size > OPTIONS_MAX || bytes.size % 2 != 0) {
        btl_report(diags, BTL_OPTION_NOT_TEXT, PLACE);
        return true;
    }
    struct btl_str text;
    if (!options_to_utf8(bytes, arena, &text))
        return false;
    if (options_are_text(text) && (names_program || options_begin_as_text(text)))
        return parse_option_words(&job, text, names_program);
    btl_report(diags, BTL_OPTION_NOT_TEXT, PLACE);
    return true;
}
