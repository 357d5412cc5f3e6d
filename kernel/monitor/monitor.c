// SPDX-License-Identifier: BSD-2-Clause
#include "monitor/monitor.h"

#include "console/command.h"
#include "console/lineedit.h"
#include "console/print.h"
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

#define WORDS_MAX 16

void monitor_help(void)
{
    const struct command *command;

    for (uint32_t i = 0; (command = command_get(i)) != NULL; i++)
        kprintf("  %-10s %-10s %s\n", command->name,
                command->arguments != NULL ? command->arguments : "", command->help);
}

static void monitor_run_command(const struct command *command, int count, char **words)
{
    log_pause(command->shows);
    command->run(count, words);
    log_pause(false);
}

static void monitor_run_line(struct line *line)
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
    command = command_find(words[0]);
    if (command == NULL)
        kprintf("%s: no such command; help lists them\n", words[0]);
    else if (count > 1 && command->arguments != NULL && command->arguments[0] == '\0')
        kprintf("%s: it takes no words; \"%s\" is one too many\n", words[0], words[1]);
    else
        monitor_run_command(command, count, words);
}

#define POLL_MICROSECONDS 20000 // of inputs without an interrupt

static int monitor_wait_for_key(void)
{
    static struct btl_lock lock = BTL_LOCK("monitor");
    int c;

    lock_acquire(&lock);
    while ((c = console_read()) < 0)
        lock_wait(&lock, POLL_MICROSECONDS);
    lock_release(&lock);
    return c;
}

// The first word is a command, the others are names of modules.
static bool monitor_candidate(uint32_t index, bool first_word, struct btl_str *ret_word)
{
    const struct command *command = first_word ? command_get(index) : NULL;

    if (first_word ? command == NULL : index >= module_count())
        return false;
    *ret_word = first_word ? btl_str_of(command->name) : module_name(module_get(index));
    return true;
}

void monitor_run(const char *prompt)
{
    static struct history history;
    static struct line line = {.history = &history, .candidate = monitor_candidate};
    struct btl_out echo = console_echo();

    line.prompt = prompt;
    for (;;) {
        enum line_event event;

        btl_format(&echo, "%s", prompt);
        line_clear(&line);
        while ((event = line_feed(&line, monitor_wait_for_key(), &echo)) == LINE_MORE)
            ;
        if (event == LINE_DONE)
            monitor_run_line(&line);
    }
}
