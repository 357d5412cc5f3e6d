// SPDX-License-Identifier: BSD-2-Clause
#include "console/command.h"

#include <btl/kernel.h>

struct added_command {
    struct command command;
    struct added_command *next;
};
static struct added_command *added_commands; // the newest first

const struct command *command_get(uint32_t index)
{
    const struct added_command *added = added_commands;

    if (index < kernel_command_count)
        return &kernel_commands[index];
    for (index -= (uint32_t)kernel_command_count; added != NULL && index > 0; index--)
        added = added->next;
    return added != NULL ? &added->command : NULL;
}

const struct command *command_find(const char *name)
{
    const struct command *command;

    for (uint32_t i = 0; (command = command_get(i)) != NULL; i++)
        if (btl_str_equal(btl_str_of(name), btl_str_of(command->name)))
            break;
    return command;
}

int monitor_add_with(const char *name, const char *arguments, const char *help,
                     void (*command)(int argc, char **argv))
{
    struct added_command *added;

    if (name == NULL || name[0] == '\0' || command == NULL)
        return BTL_EINVAL;
    if (command_find(name) != NULL)
        return BTL_EEXIST;
    added = kmem_alloc(sizeof(*added));
    if (added == NULL)
        return BTL_ENOMEM;
    *added = (struct added_command){.command = {.name = name,
                                                .arguments = arguments,
                                                .help = help != NULL ? help : "",
                                                .run = command},
                                    .next = added_commands};
    added_commands = added;
    return 0;
}

int monitor_add(const char *name, const char *help, void (*command)(int argc, char **argv))
{
    return monitor_add_with(name, NULL, help, command);
}

static void command_drop(struct added_command **link)
{
    struct added_command *added = *link;

    *link = added->next;
    kmem_free(added);
}

void monitor_remove(const char *name)
{
    struct added_command **link = &added_commands;

    while (*link != NULL && !btl_str_equal(btl_str_of(name), btl_str_of((*link)->command.name)))
        link = &(*link)->next;
    if (*link != NULL)
        command_drop(link);
}

static bool command_is_in(const struct command *command, uint64_t start, uint64_t end)
{
    uint64_t size = end - start;

    return (uint64_t)(uintptr_t)command->run - start < size ||
           (uint64_t)(uintptr_t)command->name - start < size ||
           (uint64_t)(uintptr_t)command->arguments - start < size ||
           (uint64_t)(uintptr_t)command->help - start < size;
}

bool command_forget(uint64_t start, uint64_t end)
{
    bool found = false;

    for (struct added_command **link = &added_commands; *link != NULL;) {
        if (command_is_in(&(*link)->command, start, end)) {
            command_drop(link);
            found = true;
        } else {
            link = &(*link)->next;
        }
    }
    return found;
}
