// SPDX-License-Identifier: BSD-2-Clause
// One boot of generated modules by the whole loader on the tests' mock firmware, for a profiler:
//     bench_loader COUNT PHASE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "mock.h"

static char *loader_print(const char *format, unsigned number)
{
    char *text = malloc(64);
    snprintf(text, 64, format, number);
    return text;
}

static void loader_add(struct mock *mock, const struct generated *boot)
{
    static const char more[] = "kernel=\"/kernel.elf\"\nquiet=\"YES\"\nautoboot_delay=\"0\"\n";
    char *conf = malloc(boot->conf.len + sizeof(more));
    memcpy(conf, boot->conf.at, boot->conf.len);
    memcpy(conf + boot->conf.len, more, sizeof(more));
    mock_add_text(mock, "/loader.conf", conf);
    mock_add(mock, "/kernel.elf", boot->kernel.at, boot->kernel.size);
    for (uint32_t i = 0; i < boot->count; i++)
        mock_add(mock, loader_print("/modules/m%05u.ko", i), boot->modules[i].at,
                 boot->modules[i].size);
    mock->disk = (struct mock_disk){.bits = 16, .clusters = 60000, .cluster_size = 1024};
    mock_disk_make(mock);
}

int main(int argc, char **argv)
{
    struct generated boot;
    if (argc != 3) {
        fputs("usage: bench_loader COUNT PHASE\n", stderr);
        return 2;
    }
    generate_padded(&boot, (uint32_t)strtoul(argv[1], NULL, 10), 3 << 10, argv[2]);
    struct mock *mock = mock_begin();
    loader_add(mock, &boot);
    mock_run(mock);
    if (!mock->handed_off)
        fputs(mock->console, stderr);
    return mock->handed_off ? 0 : 1;
}
