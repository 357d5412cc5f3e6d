// SPDX-License-Identifier: BSD-2-Clause
// Files in memory.
#include "init.h"

#include "calls.h"

long file_read_all(const char *path, void *to, size_t max)
{
    size_t size = 0;
    long file = call_open(path, INIT_READ), got = 1;
    if (file < 0)
        return file;
    while (got > 0 && size < max) {
        got = call_read((int)file, (char *)to + size, max - size);
        if (got > 0)
            size += (size_t)got;
    }
    call_close((int)file);
    return got < 0 ? got : (long)size;
}
