// SPDX-License-Identifier: BSD-2-Clause
// What the host tools share: whole files in memory, an arena on malloc, text to a stream.
#ifndef BTL_TOOLS_HOST_H
#define BTL_TOOLS_HOST_H

#include <stdio.h>
#include <stdlib.h>

#include <btl/arena.h>
#include <btl/diag.h>

static inline bool host_grow(struct btl_arena *arena, size_t bytes)
{
    size_t size = bytes > 1u << 20 ? bytes : 1u << 20;
    arena->at = malloc(size);
    arena->end = arena->at == NULL ? NULL : arena->at + size;
    return arena->at != NULL;
}

// The bytes of a file, aligned for any use; at is NULL when it cannot be read.
static inline struct btl_bytes host_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    uint8_t *bytes = size < 0 ? NULL : malloc((size_t)size + 1);
    if (bytes != NULL) {
        rewind(file);
        if (fread(bytes, 1, (size_t)size, file) != (size_t)size) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return (struct btl_bytes){bytes, bytes == NULL ? 0 : (size_t)size};
}

static inline void host_put(struct btl_out *out, const char *text, size_t len)
{
    fwrite(text, 1, len, out->owner);
}

// Prints every diagnostic, one a line, to stderr.
static inline void host_print(const struct btl_diags *diags)
{
    struct btl_out out = {.put = host_put, .owner = stderr};
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        btl_diag_print(&out, diag);
        btl_format(&out, "\n");
    }
}

#endif
