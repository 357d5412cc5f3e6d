// SPDX-License-Identifier: BSD-2-Clause
#include "ninep_server.h"

#include "test_case.h"

#include <string.h>

#include "hostfs/ninep.h"

struct test_server server;

static uint8_t big[SERVER_BIG];
static const struct server_file root = {.path = "", .mode = 0040755, .id = 1};

void server_begin(void)
{
    memset(&server, 0, sizeof(server));
    if (big[1] == 0) // once: some tests begin very often
        for (size_t i = 0; i < sizeof(big); i++)
            big[i] = (uint8_t)(i * 13 + i / 251);
    server.max = 8192;
    server.version = "9P2000.L";
    server.files[0] = (struct server_file){
        "dir/mine.ko", 0100644, 0, (const uint8_t *)"contents", 8, 0x1234567890, 1700000000, 5};
    server.files[1] = (struct server_file){.path = "dir", .mode = 0040755, .id = 3};
    server.files[2] = (struct server_file){"big.ko", 0100600, 0, big, SERVER_BIG, 4, 1, 2};
    server.files[3] = (struct server_file){.path = "link", .mode = 0120777, .id = 5};
}

// ---------------------------------------------------------------------------------- messages

static const uint8_t *from, *from_end;
static uint8_t *to;

static uint64_t get(int bytes)
{
    uint64_t value = 0;
    assert_true(from_end - from >= bytes);
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)*from++ << (8 * i);
    return value;
}

static void get_text(char *text, size_t max)
{
    size_t len = get(2);
    assert_true(len < max && (size_t)(from_end - from) >= len);
    memcpy(text, from, len);
    text[len] = '\0';
    from += len;
}

static void put(uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *to++ = (uint8_t)(value >> (8 * i));
}

static void put_qid(const struct server_file *file)
{
    put((file->mode & 0170000) == 0040000 ? 0x80 : (file->mode & 0170000) == 0120000 ? 2 : 0, 1);
    put(file->seconds, 4);
    put(file->id, 8);
}

// ---------------------------------------------------------------------------------- requests

static uint32_t answer_version(void)
{
    char version[32];
    assert_int_equal(get(4), NINEP_REPLY_MAX);
    get_text(version, sizeof(version));
    assert_string_equal(version, "9P2000.L");
    server.file = NULL;
    put(server.max, 4);
    put(strlen(server.version), 2);
    memcpy(to, server.version, strlen(server.version));
    to += strlen(server.version);
    return 0;
}

static uint32_t answer_attach(void)
{
    char text[32];
    assert_int_equal(get(4), 0);
    assert_int_equal(get(4), UINT32_MAX);
    get_text(text, sizeof(text));
    get_text(text, sizeof(text));
    get(4);
    put_qid(server.root_is_file ? &server.files[0] : &root);
    return 0;
}

static const struct server_file *find(const struct server_file *directory, const char *name)
{
    char path[512];
    size_t len = strlen(directory->path);
    assert_null(strchr(name, '/'));
    assert_true(name[0] != '\0' && len + strlen(name) + 2 < sizeof(path));
    memcpy(path, directory->path, len + 1);
    if (len > 0)
        path[len++] = '/';
    memcpy(path + len, name, strlen(name) + 1);
    for (int i = 0; i < SERVER_FILES; i++)
        if (server.files[i].path != NULL && strcmp(server.files[i].path, path) == 0)
            return &server.files[i];
    return NULL;
}

// From the root to the second fid, which is not in use, or from the second fid.
static uint32_t answer_walk(void)
{
    char name[300];
    uint64_t at = get(4);
    assert_int_equal(get(4), 1);
    assert_int_equal(get(2), 1);
    get_text(name, sizeof(name));
    assert_true(at == 0 ? server.file == NULL : at == 1 && server.file != NULL && !server.open);
    const struct server_file *directory = at == 0 ? &root : server.file;
    if ((directory->mode & 0170000) != 0040000)
        return 20;
    const struct server_file *file = find(directory, name);
    if (file == NULL)
        return 2;
    server.file = file;
    put(1, 2);
    put_qid(file);
    return 0;
}

static void require_fid(bool open)
{
    assert_int_equal(get(4), 1);
    assert_non_null(server.file);
    assert_int_equal(server.open, open);
}

static uint32_t answer_getattr(void)
{
    require_fid(server.open);
    assert_int_equal(get(8), 0x7ff);
    put(0x7ff, 8);
    put_qid(server.file);
    put(server.file->mode, 4);
    put(0, 8); // owners
    put(1, 8); // links
    put(0, 8);
    put(server.file->size, 8);
    put(4096, 8);
    put((server.file->size + 511) / 512, 8);
    put(77, 8); // access
    put(77, 8);
    put(server.file->seconds, 8);
    put(server.file->nanoseconds, 8);
    for (int i = 0; i < 6; i++)
        put(0, 8);
    return 0;
}

static uint32_t answer_lopen(void)
{
    require_fid(false);
    assert_int_equal(get(4), 0);
    if (server.file->refuses != 0)
        return server.file->refuses;
    server.open = true;
    put_qid(server.file);
    put(0, 4);
    return 0;
}

static uint32_t answer_read(void)
{
    require_fid(true);
    uint64_t offset = get(8), count = get(4);
    assert_true(count > 0 && count + 11 <= server.max);
    if (server.before_read != NULL)
        server.before_read();
    uint64_t left = offset < server.file->size ? server.file->size - offset : 0;
    count = count < left ? count : left;
    if (server.short_reads != 0 && count > server.short_reads)
        count = server.short_reads;
    put(count, 4);
    if (count > 0)
        memcpy(to, server.file->bytes + offset, count);
    to += count;
    return 0;
}

static uint32_t answer_clunk(void)
{
    require_fid(server.open);
    server.file = NULL;
    server.open = false;
    return 0;
}

static uint32_t answer_by_type(uint64_t type)
{
    switch (type) {
    case 12:
        return answer_lopen();
    case 24:
        return answer_getattr();
    case 100:
        return answer_version();
    case 104:
        return answer_attach();
    case 110:
        return answer_walk();
    case 116:
        return answer_read();
    case 120:
        return answer_clunk();
    default:
        fail_msg("a request of type %u", (unsigned)type);
        return 0;
    }
}

uint32_t server_answer(const uint8_t *request, uint32_t size, uint8_t *reply, uint32_t reply_max)
{
    assert_int_equal(reply_max, NINEP_REPLY_MAX);
    from = request;
    from_end = request + size;
    assert_int_equal(get(4), size);
    uint64_t type = get(1), tag = get(2);
    assert_int_equal(tag == 0xffff, type == 100);
    to = reply + 7;
    uint32_t error = answer_by_type(type);
    assert_ptr_equal(from, from_end);
    if (error != 0) {
        to = reply + 7;
        put(error, 4);
    }
    uint32_t got = (uint32_t)(to - reply);
    to = reply;
    put(got, 4);
    put(error != 0 ? 7 : type + 1, 1);
    put(tag, 2);
    int number = server.replies++;
    return server.lie != NULL ? server.lie(number, reply, got) : got;
}
