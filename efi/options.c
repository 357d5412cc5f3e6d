// SPDX-License-Identifier: BSD-2-Clause
// Load options: what is to be done, with which loader.conf. From the UEFI shell they are the whole
// command line, from a boot entry what was written behind the path; some firmwares put binary data
// there, which is ignored.
#include "loader.h"
#include "text.h"

#define OPTIONS_MAX 8192 // bytes of UTF-16

static const char help[] =
    "BTL " LOADER_VERSION " loads a kernel and its modules as loader.conf says, and starts it.\n"
    "usage: " LOADER_NAME " [-b] [-h] [-i] [-n] [-s] [-v] [-c FILE] [-m FILE] [FILE]\n"
    "  -b       one screenful at a time\n"
    "  -c FILE  the loader.conf to use, as does FILE alone; default: " BTL_CONFIG_DEFAULT "\n"
    "           (a one-shot boot that was asked for comes first)\n"
    "  -h       this text\n"
    "  -i       open the menu\n"
    "  -m FILE  save the boot manifest, as does manifest_save in loader.conf\n"
    "  -n       dry run: read, plan and link everything, print what the kernel\n"
    "           would get, start nothing, change nothing but the FILE of -m; the\n"
    "           status is an error where it could not boot\n"
    "  -s       safe boot: only the modules that must not be missing, no tunables\n"
    "  -v       say more\n"
    "FILE is a path on the volume that the loader was started from. Example:\n"
    "  FS0:\\EFI\\BOOT\\" LOADER_NAME " -n -b -c \\btl\\new.conf -m \\btl\\dry.bin\n";

#define PLACE ((struct btl_place){.file = BTL_STR("load options")})

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

// The next word of *rest, "in quotes" or not; false at the end.
static bool next_word(struct btl_str *rest, struct btl_str *ret_word)
{
    size_t start = 0;
    while (start < rest->len && is_space(rest->at[start]))
        start++;
    bool quoted = start < rest->len && rest->at[start] == '"';
    start += quoted;
    size_t end = start;
    while (end < rest->len && (quoted ? rest->at[end] != '"' : !is_space(rest->at[end])))
        end++;
    bool found = quoted || end > start;
    *ret_word = (struct btl_str){rest->at + start, end - start};
    size_t used = end < rest->len && quoted ? end + 1 : end;
    *rest = (struct btl_str){rest->at + used, rest->len - used};
    return found;
}

static bool is_program(struct btl_str word)
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

static bool is_text(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t)text.at[i] < ' ' && text.at[i] != '\t')
            return false;
    }
    return true;
}

// "fs0:\btl\loader.conf" as a path of the volume: "/btl/loader.conf".
static struct btl_str volume_path(struct loader *loader, struct btl_str word)
{
    size_t start = 0;
    for (size_t i = 0; i < word.len && word.at[i] != '\\' && word.at[i] != '/'; i++) {
        if (word.at[i] == ':')
            start = i + 1;
    }
    bool rooted = start < word.len && (word.at[start] == '\\' || word.at[start] == '/');
    size_t len = word.len - start + !rooted;
    char *path = btl_alloc(&loader->lasting, len, 1);
    if (path == NULL)
        return (struct btl_str){NULL, 0};
    path[0] = '/';
    for (size_t i = start; i < word.len; i++)
        path[i - start + !rooted] = word.at[i] == '\\' ? '/' : word.at[i];
    return (struct btl_str){path, len};
}

// The configuration: a path as a record can hold it, or none. False: no memory.
static bool take_config(struct loader *loader, struct btl_str path)
{
    if (path.at == NULL)
        return false;
    if (btl_is_path(path))
        loader->options.config = path;
    else
        btl_report(&loader->diags, BTL_OPTION_PATH, PLACE, BTL_ARG(path), BTL_DEC(BTL_PATH_MAX));
    return true;
}

// What stands behind an option. False: nothing does.
static bool option_file(struct loader *loader, const char *option, const char *example,
                        struct btl_str *rest, struct btl_str *ret_path)
{
    struct btl_str word;
    if (next_word(rest, &word)) {
        *ret_path = volume_path(loader, word);
        return ret_path->at != NULL;
    }
    btl_report(&loader->diags, BTL_OPTION_NO_FILE, PLACE, BTL_ARG_Z(option), BTL_ARG_Z(example));
    return true;
}

// One word of the options, and what belongs to it. False: no memory.
static bool take(struct loader *loader, struct btl_str word, struct btl_str *rest)
{
    struct options *options = &loader->options;
    bool is_file = word.len > 0 && word.at[0] != '-';
    if (btl_str_equal(word, BTL_STR("-b"))) {
        options->pages = true;
    } else if (btl_str_equal(word, BTL_STR("-c"))) {
        struct btl_str path = {.len = 0};
        return option_file(loader, "-c", "/btl/loader.conf", rest, &path) &&
               (path.len == 0 || take_config(loader, path));
    } else if (btl_str_equal(word, BTL_STR("-h"))) {
        options->help = true;
    } else if (btl_str_equal(word, BTL_STR("-i"))) {
        options->menu = true;
    } else if (btl_str_equal(word, BTL_STR("-m"))) {
        return option_file(loader, "-m", "/btl/dry.bin", rest, &options->save);
    } else if (btl_str_equal(word, BTL_STR("-n"))) {
        options->dry_run = true;
    } else if (btl_str_equal(word, BTL_STR("-s"))) {
        options->safe = true;
    } else if (btl_str_equal(word, BTL_STR("-v"))) {
        options->verbose = true;
    } else if (is_file && options->config.len == 0) {
        return take_config(loader, volume_path(loader, word));
    } else {
        btl_report(&loader->diags, BTL_OPTION_UNKNOWN, PLACE, BTL_ARG(word));
    }
    return true;
}

static bool parse(struct loader *loader, struct btl_str rest)
{
    struct btl_str word;
    for (bool first = true; next_word(&rest, &word); first = false) {
        bool program = first && (loader->facts.options_name_program || is_program(word));
        if (!program && !take(loader, word, &rest))
            return out_of_memory(loader, "reading the load options");
    }
    return true;
}

static bool read_text(struct loader *loader)
{
    uint32_t size = loader->facts.load_options_size;
    if (size == 0 || loader->facts.load_options == NULL)
        return true;
    if (size > OPTIONS_MAX || size % 2 != 0) {
        btl_report(&loader->diags, BTL_OPTION_NOT_TEXT, PLACE);
        return true;
    }
    char *text = btl_alloc(&loader->lasting, 2 * size, 1); // three bytes for two at most
    if (text == NULL)
        return out_of_memory(loader, "reading the load options");
    struct btl_str options = {text,
                              utf16_to_utf8(loader->facts.load_options, size / 2, text, 2 * size)};
    if (is_text(options))
        return parse(loader, options);
    btl_report(&loader->diags, BTL_OPTION_NOT_TEXT, PLACE);
    return true;
}

bool options_read(struct loader *loader)
{
    struct options *options = &loader->options;
    if (!read_text(loader))
        return false;
    if (options->pages)
        console_page(&loader->log.console, loader->facts.console_rows,
                     loader->facts.console_columns);
    if (options->help) {
        btl_format(&loader->log.console.out, "%s", help);
        loader->outcome = OUTCOME_DONE;
        return false;
    }
    loader->in_menu = options->menu && !options->dry_run; // who asks for it is there
    if (options->verbose)
        log_show(&loader->log, LOG_VERBOSE);
    return true;
}
