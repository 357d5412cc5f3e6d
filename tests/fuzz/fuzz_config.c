// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a loader.conf. Invariants: nothing outside the text is read; each setting is at its
// line and column of the text; the settings, written again, parse to the same settings without an
// error; without memory everything has its default.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include "parsed_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

// Return the offset in the text of a one-based line and column.
static size_t find_place(struct btl_str text, uint32_t line, uint32_t column)
{
    size_t at = text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (uint32_t i = 1; i < line; i++)
        at = (size_t)((char *)memchr(text.at + at, '\n', text.len - at) - text.at) + 1;
    for (uint32_t i = 1; i < column; i++)
        at++; // only blanks, of one byte each, precede a key
    return at;
}

static void check_setting(const struct btl_config *config, const struct btl_setting *setting)
{
    struct btl_str text = config->text, key = setting->key;
    require(btl_in_range(setting->offset, setting->length, text.len));
    require(key.at == text.at + setting->offset && key.len > 0 && key.len < setting->length);
    require(memchr(key.at, '\n', setting->length) == NULL);
    require(find_place(text, setting->line, setting->column) == setting->offset);
    require(setting->value_column > setting->column);
    require(setting->value.len < setting->length);
}

static void check_module(const struct btl_module_config *module)
{
    const struct btl_setting *of[] = {module->load,  module->phase,    module->path,
                                      module->flags, module->required, module->on_error_setting};
    require(module->name.len >= 1 && module->name.len <= 63 && module->first != NULL);
    require(module->load_yes + module->load_no == (module->load != NULL));
    require(module->phase_given == (module->phase != NULL));
    require(module->on_error_setting != NULL ||
            module->on_error == (module->required_yes ? BTL_ON_ERROR_REQUIRED : BTL_ON_ERROR_WARN));
    require(module->on_error_setting == NULL || module->on_error < BTL_ON_ERROR_REQUIRED);
    for (size_t i = 0; i < BTL_COUNT(of); i++)
        require(of[i] == NULL || (!of[i]->overridden && of[i]->line >= module->first->line));
    for (size_t i = 0; i < module->tunable_count; i++) {
        const struct btl_tunable_setting *tunable = &module->tunables[i];
        require(!tunable->setting->overridden && tunable->name.len > 0);
        require(tunable->name.len + 1 + module->name.len == tunable->setting->key.len);
    }
}

static void check_config(const struct parsed *parsed)
{
    const struct btl_config *config = &parsed->config;
    for (size_t i = 0; i < config->setting_count; i++) {
        check_setting(config, &config->settings[i]);
        require(i == 0 || config->settings[i].line > config->settings[i - 1].line);
    }
    for (size_t i = 0; i < config->module_count; i++)
        check_module(&config->modules[i]);
    require(config->kernel.at[0] == '/' && config->module_path.at[0] == '/');
    require(config->autoboot_delay <= 3600 && config->boot_timeout <= 3600);
    require(config->early_size == 0 || config->early_size >= (64u << 10));
    require(config->early_size <= (256u << 20));
    require(config->boot_tries <= 99 && (config->boot_timeout_given || config->boot_timeout == 0));
    require(config->menu <= BTL_MENU_LINE);
    require(parsed->good == (parsed->diags.errors == 0));
}

struct written {
    char *text;
    size_t len;
};

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct written *written = out->owner;
    require(len > 0);
    memcpy(written->text + written->len, text, len);
    written->len += len;
}

// Write KEY="VALUE" for every setting, one per line.
static struct btl_str write_settings(const struct btl_config *config)
{
    size_t most = 0;
    for (size_t i = 0; i < config->setting_count; i++)
        most += config->settings[i].key.len + 2 * config->settings[i].value.len + 4;
    struct written written = {.text = malloc(most + 1)};
    struct btl_out out = {.put = put, .owner = &written};
    for (size_t i = 0; i < config->setting_count; i++)
        require(btl_config_line(config->settings[i].key, config->settings[i].value, &out));
    return (struct btl_str){written.text, written.len};
}

static void require_equal(const struct btl_config *a, const struct btl_config *b)
{
    require(a->setting_count == b->setting_count && a->module_count == b->module_count);
    for (size_t i = 0; i < a->setting_count; i++) {
        require(btl_str_equal(a->settings[i].key, b->settings[i].key));
        require(btl_str_equal(a->settings[i].value, b->settings[i].value));
        require(a->settings[i].overridden == b->settings[i].overridden);
    }
    for (size_t i = 0; i < a->module_count; i++) {
        const struct btl_module_config *x = &a->modules[i], *y = &b->modules[i];
        require(btl_str_equal(x->name, y->name) && x->tunable_count == y->tunable_count);
        require(x->load_yes == y->load_yes && x->blacklisted == y->blacklisted);
        require(x->configured == y->configured && x->on_error == y->on_error);
    }
    require(btl_str_equal(a->kernel, b->kernel) && a->quiet == b->quiet);
    require(btl_str_equal(a->title, b->title) && a->boot_tries == b->boot_tries);
}

// Check that the settings of a safe boot are a subset.
static void check_safe(struct btl_config *config)
{
    size_t count = config->module_count;
    btl_config_safe(config);
    require(config->module_count == count);
    for (size_t i = 0; i < count; i++) {
        const struct btl_module_config *module = &config->modules[i];
        require(module->tunable_count == 0);
        require(!module->load_yes || module->on_error == BTL_ON_ERROR_FALLBACK ||
                module->on_error == BTL_ON_ERROR_HALT || module->on_error == BTL_ON_ERROR_REQUIRED);
        check_module(module);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct btl_str text = {(const char *)data, size};
    struct parsed parsed, again, starved;
    parse(&parsed, text);
    check_config(&parsed);
    test_diags_text(&parsed.memory, &parsed.diags);
    struct btl_str written = write_settings(&parsed.config);
    parse(&again, written);
    require(again.good);
    require_equal(&parsed.config, &again.config);
    check_safe(&again.config);
    parse_limited(&starved, text, size % 12);
    check_config(&starved);
    parse_end(&starved);
    parse_end(&again);
    parse_end(&parsed);
    free((char *)written.at);
    return 0;
}
