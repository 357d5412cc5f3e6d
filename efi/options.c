// SPDX-License-Identifier: BSD-2-Clause
// Load options: which loader.conf. From the UEFI shell they are the whole command line, from a boot
// entry what was written behind the path; some firmwares put binary data there, which is ignored.
//
//     BOOTX64.EFI -c FILE      BOOTX64.EFI FILE
#include "loader.h"
#include "text.h"

#define DEFAULT_CONFIG "/loader.conf"
#define OPTIONS_MAX    8192 // bytes of UTF-16

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
    char *path = btl_alloc(&loader->arena, len, 1);
    if (path == NULL)
        return (struct btl_str){NULL, 0};
    path[0] = '/';
    for (size_t i = start; i < word.len; i++)
        path[i - start + !rooted] = word.at[i] == '\\' ? '/' : word.at[i];
    return (struct btl_str){path, len};
}

static bool parse(struct loader *loader, struct btl_str rest)
{
    struct btl_place place = {.file = BTL_STR("load options")};
    struct btl_str word, path = {NULL, 0};
    for (bool first = true; next_word(&rest, &word); first = false) {
        if (first && (loader->facts.options_name_program || is_program(word)))
            continue;
        bool option = btl_str_equal(word, BTL_STR("-c"));
        if (option && !next_word(&rest, &word)) {
            btl_report(&loader->diags, BTL_OPTION_NO_FILE, place);
        } else if (option || (path.len == 0 && word.len > 0 && word.at[0] != '-')) {
            path = volume_path(loader, word);
            if (path.at == NULL)
                return out_of_memory(loader, "reading the load options");
        } else {
            btl_report(&loader->diags, BTL_OPTION_UNKNOWN, place, BTL_ARG(word));
        }
    }
    if (path.len > 0)
        loader->config_path = path;
    return true;
}

bool options_read(struct loader *loader)
{
    struct btl_place place = {.file = BTL_STR("load options")};
    loader->config_path = BTL_STR(DEFAULT_CONFIG);
    uint32_t size = loader->facts.load_options_size;
    if (size == 0 || loader->facts.load_options == NULL)
        return true;
    if (size > OPTIONS_MAX || size % 2 != 0) {
        btl_report(&loader->diags, BTL_OPTION_NOT_TEXT, place);
        return true;
    }
    char *text = btl_alloc(&loader->arena, 2 * size, 1); // three bytes for two at most
    if (text == NULL)
        return out_of_memory(loader, "reading the load options");
    struct btl_str options = {text,
                              utf16_to_utf8(loader->facts.load_options, size / 2, text, 2 * size)};
    if (is_text(options))
        return parse(loader, options);
    btl_report(&loader->diags, BTL_OPTION_NOT_TEXT, place);
    return true;
}
