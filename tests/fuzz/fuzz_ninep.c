// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as the replies of a 9P server: a file is found and read. Each reply is a byte that says
// which parts of its header are made right, a length, and bytes.
#include <stdlib.h>
#include <string.h>

#include <btl/kernel.h>
#include <btl/str.h>

#include "hostfs/ninep.h"

enum { RIGHT_SIZE = 1, RIGHT_TYPE = 2, RIGHT_TAG = 4 };

struct replies {
    const uint8_t *at;
    size_t left;
};

static uint8_t replies_take(struct replies *replies)
{
    return replies->left > 0 ? (replies->left--, *replies->at++) : 0;
}

static void make_right(const struct ninep *server, uint8_t right, uint32_t size)
{
    uint8_t type = (uint8_t)(server->request[4] + 1), *reply = server->reply;
    if ((right & RIGHT_SIZE) != 0 && size >= 4)
        memcpy(reply, &size, 4);
    if ((right & RIGHT_TYPE) != 0 && size >= 5)
        reply[4] = type;
    if ((right & RIGHT_TAG) != 0 && size >= 7)
        memcpy(reply + 5, server->request + 5, 2);
}

// The reply has memory of its size, so that the sanitizer sees each byte that is read behind it.
static const char *exchange(struct ninep *server, uint32_t size, uint32_t *ret_size)
{
    struct replies *replies = server->owner;
    uint32_t named;
    if (replies->left == 0)
        return "no more replies";
    memcpy(&named, server->request, 4);
    if (named != size || size > NINEP_REQUEST_MAX)
        abort();
    uint8_t right = replies_take(replies);
    size_t got = replies_take(replies);
    got = got < replies->left ? got : replies->left;
    free(server->reply);
    server->reply = malloc(got + (got == 0));
    memcpy(server->reply, replies->at, got);
    replies->at += got;
    replies->left -= got;
    make_right(server, right, (uint32_t)got);
    *ret_size = (uint32_t)got;
    return NULL;
}

static void read_file(struct ninep *server, struct btl_str path)
{
    struct ninep_file file;
    int error = ninep_find(server, path, &file);
    if (error != 0) {
        if (error != BTL_ENOENT && error != BTL_EINVAL && (error != BTL_EIO || !server->reason))
            abort();
        return;
    }
    uint64_t size = file.size < 4096 ? file.size : 4096;
    uint8_t *buffer = malloc(size + (size == 0));
    ninep_read(server, path, &file, buffer, size);
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t request[NINEP_REQUEST_MAX];
    struct replies replies = {data, size};
    struct ninep server = {.exchange = exchange, .request = request, .owner = &replies};
    if (ninep_begin(&server))
        for (int i = 0; i < 4; i++)
            read_file(&server, BTL_STR("/dir/mine.ko"));
    else if (server.broken == NULL)
        abort();
    free(server.reply);
    return 0;
}
