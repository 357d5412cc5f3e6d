// SPDX-License-Identifier: BSD-2-Clause
// The command line of a Linux kernel.
#include <btl/format.h>
#include <btl/linux_command.h>

static char linux_letter(char c)
{
    return c == '-' ? '_' : c;
}

bool btl_linux_names_equal(struct btl_str a, struct btl_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (linux_letter(a.at[i]) != linux_letter(b.at[i]))
            return false;
    return true;
}

static bool command_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// Take the next parameter. *rest keeps the blank behind it.
static bool command_take_option(struct btl_str *rest, struct btl_str *ret_option)
{
    size_t begin = 0;
    bool quoted = false;
    while (begin < rest->len && command_is_blank(rest->at[begin]))
        begin++;
    size_t end = begin;
    while (end < rest->len && (quoted || !command_is_blank(rest->at[end])))
        quoted ^= rest->at[end++] == '"';
    *ret_option = btl_str_first(btl_str_after(*rest, begin), end - begin);
    *rest = btl_str_after(*rest, end);
    return ret_option->len > 0;
}

// Return the part of the options before "--".
static struct btl_str command_kernel_part(struct btl_str options)
{
    struct btl_str rest = options, option;
    while (command_take_option(&rest, &option))
        if (btl_str_equal(option, BTL_STR("--")))
            return btl_str_first(options, (size_t)(option.at - options.at));
    return options;
}

static struct btl_str command_unquote(struct btl_str text)
{
    if (text.len > 0 && text.at[0] == '"')
        text = btl_str_after(text, 1);
    if (text.len > 0 && text.at[text.len - 1] == '"')
        text = btl_str_without_last(text, 1);
    return text;
}

bool btl_linux_option(struct btl_str options, struct btl_str name, struct btl_str *ret_value)
{
    struct btl_str rest = command_kernel_part(options), option, own, value;
    bool found = false;
    while (command_take_option(&rest, &option)) {
        if (!btl_str_split(command_unquote(option), '=', &own, &value) ||
            !btl_linux_names_equal(own, name))
            continue;
        *ret_value = command_unquote(value);
        found = true;
    }
    return found;
}

static void command_add_blacklist(const struct btl_linux_command *command, struct btl_out *out)
{
    struct btl_str own;
    bool more = btl_linux_option(command->options, BTL_STR("module_blacklist"), &own);
    btl_format(out, " module_blacklist=");
    if (more && own.len > 0)
        btl_format(out, "%pS,", &own);
    for (size_t i = 0; i < command->blacklist.len; i++)
        btl_format(out, "%c", linux_letter(command->blacklist.at[i]));
}

static void command_write(const struct btl_linux_command *command, struct btl_out *out)
{
    struct btl_str own, kernel = command_kernel_part(command->options),
                        init = btl_str_after(command->options, kernel.len);
    while (kernel.len > 0 && command_is_blank(kernel.at[kernel.len - 1]))
        kernel = btl_str_without_last(kernel, 1);
    btl_format(out, "%pS", &kernel);
    if (command->init)
        btl_format(out, " rdinit=" BTL_LINUX_INIT);
    if (command->panic != 0 && !btl_linux_option(command->options, BTL_STR("panic"), &own))
        btl_format(out, " panic=%u", command->panic);
    if (command->blacklist.len > 0)
        command_add_blacklist(command, out);
    if (init.len > 0)
        btl_format(out, " %pS", &init);
}

struct btl_str btl_linux_command_text(const struct btl_linux_command *command,
                                      struct btl_arena *arena)
{
    struct btl_buffer measured = btl_buffer(NULL, 0);
    command_write(command, &measured.out);
    char *text = btl_alloc(arena, measured.len + 1, 1);
    if (text == NULL)
        return (struct btl_str){NULL, 0};
    struct btl_buffer written = btl_buffer(text, measured.len + 1);
    command_write(command, &written.out);
    struct btl_str result = {text, written.len};
    return result.len > 0 && text[0] == ' ' ? btl_str_after(result, 1) : result;
}
