// SPDX-License-Identifier: BSD-2-Clause
#include "monitor.h"

#include "arch.h"
#include "dlkm/dlkm.h"
#include "console/lineedit.h"
#include "console/print.h"

#include <btl/kernel.h>

#define WORDS_MAX 16

// Commands that modules added, newest first.
struct added {
    struct command command;
    struct added *next;
};
static struct added *added;

static const struct command *find(const char *name)
{
    struct btl_str wanted = btl_str_of(name);

    for (size_t i = 0; i < kernel_command_count; i++)
        if (btl_str_equal(wanted, btl_str_of(kernel_commands[i].name)))
            return &kernel_commands[i];
    for (const struct added *at = added; at != NULL; at = at->next)
        if (btl_str_equal(wanted, btl_str_of(at->command.name)))
            return &at->command;
    return NULL;
}

int monitor_add(const char *name, const char *help, void (*command)(int argc, char **argv))
{
    struct added *entry;

    if (name == NULL || name[0] == '\0' || command == NULL)
        return BTL_EINVAL;
    if (find(name) != NULL)
        return BTL_EEXIST;
    entry = kmem_alloc(sizeof(*entry));
    if (entry == NULL)
        return BTL_ENOMEM;
    *entry = (struct added){{name, "", help != NULL ? help : "", command}, added};
    added = entry;
    return 0;
}

void monitor_remove(const char *name)
{
    for (struct added **at = &added; *at != NULL; at = &(*at)->next) {
        struct added *entry = *at;
        if (!btl_str_equal(btl_str_of(name), btl_str_of(entry->command.name)))
            continue;
        *at = entry->next;
        kmem_free(entry);
        return;
    }
}

static bool lies_in(const struct command *command, uint64_t start, uint64_t end)
{
    uint64_t size = end - start;

    return (uint64_t)(uintptr_t)command->run - start < size ||
           (uint64_t)(uintptr_t)command->name - start < size ||
           (uint64_t)(uintptr_t)command->help - start < size;
}

bool monitor_forget(uint64_t start, uint64_t end)
{
    bool any = false;

    for (struct added **at = &added; *at != NULL;) {
        struct added *entry = *at;
        if (!lies_in(&entry->command, start, end)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        kmem_free(entry);
        any = true;
    }
    return any;
}

static void print_help(const struct command *command)
{
    kprintf("  %-10s %-10s %s\n", command->name, command->arguments, command->help);
}

void monitor_help(void)
{
    for (size_t i = 0; i < kernel_command_count; i++)
        print_help(&kernel_commands[i]);
    for (const struct added *at = added; at != NULL; at = at->next)
        print_help(&at->command);
}

static void run_line(struct line *line)
{
    char *words[WORDS_MAX + 1];
    const struct command *command;
    int count;

    if (!line_split(line->text, words, WORDS_MAX, &count)) {
        kprintf("more than %d words; shorten the command\n", WORDS_MAX);
        return;
    }
    if (count == 0)
        return;
    words[count] = NULL;
    command = find(words[0]);
    if (command == NULL)
        kprintf("%s: no such command; help lists them\n", words[0]);
    else
        command->run(count, words);
}

static int wait_for_key(void)
{
    int c;

    while ((c = console_read()) < 0)
        arch_pause();
    return c;
}

// Commands, the kernel's first; behind a command the names of modules.
static bool candidate(uint32_t index, bool first_word, struct btl_str *ret_word)
{
    const struct added *at = added;

    if (!first_word) {
        if (index >= module_count())
            return false;
        *ret_word = module_name(module_get(index));
        return true;
    }
    if (index < kernel_command_count) {
        *ret_word = btl_str_of(kernel_commands[index].name);
        return true;
    }
    for (index -= (uint32_t)kernel_command_count; at != NULL && index > 0; index--)
        at = at->next;
    if (at == NULL)
        return false;
    *ret_word = btl_str_of(at->command.name);
    return true;
}

void monitor_run(const char *prompt)
{
    static struct history history;
    static struct line line = {.history = &history, .candidate = candidate};
    struct btl_out echo = console_out();

    line.prompt = prompt;
    for (;;) {
        enum line_event event;

        kprintf("%s", prompt);
        line_clear(&line);
        while ((event = line_feed(&line, wait_for_key(), &echo)) == LINE_MORE)
            ;
        if (event == LINE_DONE)
            run_line(&line);
    }
}
