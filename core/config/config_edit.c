// SPDX-License-Identifier: BSD-2-Clause
// loader.conf as text that is edited in place. The parser gives the offsets.
#include <btl/config_edit.h>

#include <btl/mem.h>

bool btl_config_read(struct btl_arena *arena, struct btl_str text, struct btl_config *ret_config)
{
    struct btl_diags ignored = {.arena = arena};
    btl_config_parse(BTL_STR(""), text, arena, ret_config, &ignored);
    for (const struct btl_diag *diag = ignored.first; diag != NULL; diag = diag->next) {
        if (diag->code == BTL_NO_MEMORY)
            return false;
    }
    return ignored.lost == 0;
}

static const struct btl_str no_text = {NULL, 0};

// text[0, begin) + middle + text[end, …)
static struct btl_str splice_text(struct btl_arena *arena, struct btl_str text, size_t begin,
                                  size_t end, struct btl_str middle)
{
    const struct btl_str parts[] = {{text.at, begin}, middle, {text.at + end, text.len - end}};
    return middle.at == NULL ? no_text : btl_str_join(arena, parts, BTL_COUNT(parts));
}

struct btl_str btl_config_quoted(struct btl_arena *arena, struct btl_str value)
{
    size_t size = 2 * value.len + sizeof("\"\"");
    char *at = btl_alloc(arena, size, 1);
    if (at == NULL)
        return no_text;
    struct btl_buffer quoted = btl_buffer(at, size);
    btl_config_quote(value, &quoted.out);
    return btl_buffer_text(&quoted);
}

// The last assignment, or NULL.
static const struct btl_setting *find_setting(const struct btl_config *config, struct btl_str key)
{
    for (size_t i = config->setting_count; i > 0; i--) {
        if (btl_str_equal(config->settings[i - 1].key, key))
            return &config->settings[i - 1];
    }
    return NULL;
}

bool btl_config_value(const struct btl_config *config, struct btl_str key,
                      struct btl_str *ret_value)
{
    const struct btl_setting *setting = find_setting(config, key);
    if (setting != NULL)
        *ret_value = setting->value;
    return setting != NULL;
}

// ------------------------------------------------------------------------------------------- lines

// A line that begins with a word, as an assignment does, good or bad; or with '#' and a word.
struct conf_line {
    struct btl_str key;
    size_t offset; // of the key
    bool equals, comment;
    size_t next;
};

static size_t skip_blanks(struct btl_str text, size_t at)
{
    while (at < text.len && (text.at[at] == ' ' || text.at[at] == '\t'))
        at++;
    return at;
}

// The end of the line's text: before its \n, or \r\n.
static size_t conf_line_end(struct btl_str text, size_t at)
{
    while (at < text.len && text.at[at] != '\n')
        at++;
    return at > 0 && at < text.len && text.at[at - 1] == '\r' ? at - 1 : at;
}

static size_t word_end(struct btl_str text, size_t at)
{
    while (at < text.len && (btl_is_name_character(text.at[at]) || text.at[at] == '.'))
        at++;
    return at;
}

// The offset behind the line.
static size_t next_line_offset(struct btl_str text, size_t at)
{
    size_t newline = at + btl_str_find(btl_str_after(text, at), '\n');
    return newline + (newline < text.len);
}

static bool conf_next_line(struct btl_str text, struct conf_line *line)
{
    size_t at = line->next;
    if (at >= text.len)
        return false;
    if (at == 0 && btl_str_begins(text, BTL_STR("\xef\xbb\xbf")))
        at = 3;
    at = skip_blanks(text, at);
    line->comment = at < text.len && text.at[at] == '#';
    line->offset = line->comment ? skip_blanks(text, at + 1) : at;
    size_t end = word_end(text, line->offset), after = skip_blanks(text, end);
    line->key = (struct btl_str){text.at + line->offset, end - line->offset};
    line->equals = after < text.len && text.at[after] == '=';
    line->next = next_line_offset(text, at);
    return true;
}

// The offset of the value: after key, blanks, '=', blanks.
static size_t value_offset(struct btl_str text, size_t offset)
{
    offset = skip_blanks(text, word_end(text, offset));
    return offset < text.len && text.at[offset] == '=' ? skip_blanks(text, offset + 1) : offset;
}

// The end of an assignment that the parser rejects: that of its value, or of the line.
static size_t bad_value_end(struct btl_str text, size_t offset)
{
    size_t at = value_offset(text, offset), end = conf_line_end(text, at);
    if (at < end && text.at[at] == '"') {
        at++;
        while (at < end && text.at[at] != '"')
            at += text.at[at] == '\\' && at + 1 < end ? 2 : 1;
        at += at < end;
    } else {
        at = word_end(text, at);
    }
    size_t rest = skip_blanks(text, at);
    return rest >= end || text.at[rest] == '#' ? at : end;
}

// The end of the assignment in a line; *ret_good: the parser accepts it.
static size_t assignment_end(const struct btl_config *config, struct btl_str text,
                             const struct conf_line *line, bool *ret_good)
{
    for (size_t i = 0; i < config->setting_count; i++) {
        const struct btl_setting *setting = &config->settings[i];
        *ret_good = setting->offset == line->offset;
        if (*ret_good)
            return setting->offset + setting->length;
    }
    *ret_good = false;
    return bad_value_end(text, line->offset);
}

static const struct btl_module_config *find_module_config(const struct btl_config *config,
                                                          struct btl_str name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (btl_str_equal(config->modules[i].name, name))
            return &config->modules[i];
    }
    return NULL;
}

// The last line that sets something of the module, or NULL.
static const struct btl_setting *last_setting(const struct btl_module_config *module)
{
    const struct btl_setting *settings[] = {
        module->load,     module->phase,           module->path, module->sha256, module->flags,
        module->required, module->on_error_setting};
    const struct btl_setting *last = NULL;
    for (size_t i = 0; i < BTL_COUNT(settings) + module->tunable_count; i++) {
        const struct btl_setting *setting = i < BTL_COUNT(settings)
                                                ? settings[i]
                                                : module->tunables[i - BTL_COUNT(settings)].setting;
        if (setting != NULL && (last == NULL || setting->offset > last->offset))
            last = setting;
    }
    return last;
}

// The offset behind the comment that has the key in place of an assignment, and behind the lines
// that go on with that comment; 0: there is none.
static size_t commented_key_offset(struct btl_str text, struct btl_str key)
{
    struct conf_line line = {.next = 0};
    bool found = false;
    while (!found && conf_next_line(text, &line))
        found = line.comment && line.equals && btl_str_equal(line.key, key);
    size_t end = line.next, at = end;
    while (found && (at = skip_blanks(text, end)) > end && at < text.len && text.at[at] == '#') {
        line = (struct conf_line){.next = end};
        conf_next_line(text, &line);
        end = line.next;
    }
    return found ? end : 0;
}

// The offset of a new line: at a comment with the key, or behind the last setting of the module, or
// at the end of the text.
static size_t new_line_offset(const struct btl_config *config, struct btl_str text,
                              struct btl_str name, struct btl_str key)
{
    const struct btl_module_config *module = find_module_config(config, name);
    const struct btl_setting *last = module != NULL ? last_setting(module) : NULL;
    size_t commented = commented_key_offset(text, key);
    if (commented > 0)
        return commented;
    return last != NULL ? next_line_offset(text, last->offset) : text.len;
}

static struct btl_str conf_insert(struct btl_arena *arena, struct btl_str text, size_t offset,
                                  struct btl_str key, struct btl_str quoted)
{
    // The new line ends as the line before it does, or as the first line.
    size_t first = btl_str_find(text, '\n');
    size_t end = offset > 0 && text.at[offset - 1] == '\n' ? offset - 1
                 : first < text.len                        ? first
                                                           : 0;
    bool returns = end > 0 && text.at[end - 1] == '\r';
    struct btl_str newline = returns ? BTL_STR("\r\n") : BTL_STR("\n");
    char before = offset > 0 ? text.at[offset - 1] : '\n';
    struct btl_str finish = before == '\n'   ? BTL_STR("")
                            : before == '\r' ? BTL_STR("\n") // a line end that was cut
                                             : newline;
    const struct btl_str parts[] = {finish, key, BTL_STR("="), quoted, newline};
    return splice_text(arena, text, offset, offset, btl_str_join(arena, parts, BTL_COUNT(parts)));
}

// Find the last assignment of a key: a good one, or a bad one where there is no good one.
static bool last_assignment(const struct btl_config *config, struct btl_str text,
                            struct btl_str key, size_t *ret_begin, size_t *ret_end)
{
    struct conf_line line = {.next = 0};
    bool found = false, found_good = false, good;
    while (conf_next_line(text, &line)) {
        if (line.comment || !btl_str_equal(line.key, key))
            continue;
        size_t end = assignment_end(config, text, &line, &good);
        if (good < found_good)
            continue;
        *ret_begin = line.offset;
        *ret_end = end;
        found = true;
        found_good = good;
    }
    return found;
}

// The bytes to remove with an assignment: its line, or, if a comment follows, everything up to the
// comment.
static void assignment_extent(struct btl_str text, size_t *begin, size_t *end)
{
    *end = skip_blanks(text, *end);
    if (*end < text.len && text.at[*end] == '#')
        return;
    while (*begin > 0 && (text.at[*begin - 1] == ' ' || text.at[*begin - 1] == '\t'))
        --*begin;
    while (*end < text.len && text.at[*end] != '\n')
        ++*end;
    *end += *end < text.len;
}

// Remove the assignments of a key; `bad_only`: those that the parser rejects. The one at offset
// `keep` stays.
static struct btl_str conf_remove(struct btl_arena *arena, struct btl_str text, struct btl_str key,
                                  bool bad_only, size_t keep)
{
    struct btl_config config;
    struct conf_line line = {.next = 0};
    size_t from = 0;
    bool good;
    char *at = btl_config_read(arena, text, &config) ? btl_alloc(arena, text.len + 1, 1) : NULL;
    if (at == NULL)
        return no_text;
    struct btl_buffer kept = btl_buffer(at, text.len + 1);
    while (conf_next_line(text, &line)) {
        if (line.comment || !btl_str_equal(line.key, key))
            continue;
        size_t begin = line.offset, end = assignment_end(&config, text, &line, &good);
        if ((good && bad_only) || line.offset == keep)
            continue;
        assignment_extent(text, &begin, &end);
        btl_format(&kept.out, "%pS", &(struct btl_str){text.at + from, begin - from});
        from = end;
    }
    btl_format(&kept.out, "%pS", &(struct btl_str){text.at + from, text.len - from});
    return btl_buffer_text(&kept);
}

// KEY="VALUE" in place of the assignment of text[begin, end), with its blanks.
static struct btl_str replace_assignment(struct btl_arena *arena, struct btl_str text, size_t begin,
                                         size_t end, struct btl_str quoted)
{
    struct btl_str key = {text.at + begin, value_offset(text, begin) - begin};
    bool equals = btl_str_find(key, '=') < key.len;
    const struct btl_str parts[] = {key, equals ? BTL_STR("") : BTL_STR("="), quoted};
    return splice_text(arena, text, begin, end, btl_str_join(arena, parts, BTL_COUNT(parts)));
}

struct btl_str btl_config_set(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                              struct btl_str key, struct btl_str value)
{
    struct btl_config config;
    struct btl_str quoted = btl_config_quoted(arena, value);
    size_t begin = 0, end;
    if (quoted.at == NULL || !btl_config_read(arena, text, &config))
        return no_text;
    const struct btl_setting *setting = find_setting(&config, key);
    if (!last_assignment(&config, text, key, &begin, &end))
        return conf_insert(arena, text, new_line_offset(&config, text, module, key), key, quoted);
    if (setting == NULL || !btl_str_equal(setting->value, value))
        text = replace_assignment(arena, text, begin, end, quoted);
    return text.at == NULL ? no_text : conf_remove(arena, text, key, true, begin);
}

struct btl_str btl_config_unset(struct btl_arena *arena, struct btl_str text, struct btl_str key)
{
    return conf_remove(arena, text, key, false, SIZE_MAX);
}

bool btl_config_module_keys(struct btl_arena *arena, struct btl_str text, struct btl_str module,
                            struct btl_str **ret_keys, size_t *ret_count)
{
    struct conf_line line = {.next = 0};
    struct btl_str other;
    size_t capacity = 0;
    *ret_keys = NULL;
    *ret_count = 0;
    while (conf_next_line(text, &line)) {
        if (line.comment || !btl_config_key(line.key, &other) || !btl_str_equal(other, module))
            continue;
        if (!BTL_RESERVE(arena, *ret_keys, *ret_count, 1, capacity))
            return false;
        (*ret_keys)[(*ret_count)++] = line.key;
    }
    return true;
}
