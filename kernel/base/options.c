// SPDX-License-Identifier: BSD-2-Clause
// The words of kernel_options.
#include "base/handoff.h"

#include <btl/kernel.h>

struct options options = {.serial = true, .screen = true};

static const struct {
    struct btl_str word;
    bool *option;
} words[] = {
    {BTL_STR("autotest"), &options.autotest},     {BTL_STR("report"), &options.report},
    {BTL_STR("boot-ok"), &options.boot_ok},       {BTL_STR("console=com1"), &options.serial},
    {BTL_STR("console=screen"), &options.screen},
};

static void option_parse(struct btl_str word, bool *console_named)
{
    for (size_t i = 0; i < BTL_COUNT(words); i++) {
        if (!btl_str_equal(word, words[i].word))
            continue;
        if (btl_str_begins(word, BTL_STR("console=")) && !*console_named) {
            *console_named = true;
            options.serial = options.screen = false;
        }
        *words[i].option = true;
        return;
    }
    kprintf("kernel_options: unknown word \"%pS\"; known are", &word);
    for (size_t i = 0; i < BTL_COUNT(words); i++)
        kprintf(" %pS", &words[i].word);
    kprintf("\n");
}

void options_parse(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_str text = btl_manifest_str(manifest, btl_manifest_system(manifest)->kernel_options);
    bool console_named = false;
    size_t at = 0;

    while (at < text.len) {
        size_t start = at;
        while (at < text.len && text.at[at] != ' ' && text.at[at] != '\t')
            at++;
        if (at > start)
            option_parse((struct btl_str){text.at + start, at - start}, &console_named);
        else
            at++;
    }
}
