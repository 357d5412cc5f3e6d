// SPDX-License-Identifier: BSD-2-Clause
// Write the modules and the loader.conf of a boot to a directory:
//     bench_files DIR COUNT [PADDING [PHASE]]
// PADDING: additional bytes of constants in each module; PHASE: of all modules.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

static void write_file(const char *directory, const char *name, const void *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0)
        return;
    perror(path);
    exit(1);
}

int main(int argc, char **argv)
{
    struct generated boot;
    char name[32];
    if (argc < 3 || argc > 5) {
        fputs("usage: bench_files DIR COUNT [PADDING [PHASE]]\n", stderr);
        return 2;
    }
    generate_padded(&boot, (uint32_t)strtoul(argv[2], NULL, 10),
                    argc > 3 ? strtoul(argv[3], NULL, 10) : 0, argc > 4 ? argv[4] : NULL);
    write_file(argv[1], "loader.conf", boot.conf.at, boot.conf.len);
    for (uint32_t i = 0; i < boot.count; i++) {
        snprintf(name, sizeof(name), "m%05u.ko", i);
        write_file(argv[1], name, boot.modules[i].at, boot.modules[i].size);
    }
    generated_free(&boot);
    return 0;
}
