// SPDX-License-Identifier: BSD-2-Clause
// The client of 9P against a server that breaks the rules.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include <btl/kernel.h>
#include <btl/str.h>

#include "hostfs/ninep.h"
#include "ninep_server.h"

// The replies to one read of /dir/mine.ko: version, attach; to find: walk, walk, getattr, clunk; to
// read: walk, walk, getattr, lopen, read, getattr, clunk.
#define REPLIES 13

static struct ninep client;
static uint8_t request[NINEP_REQUEST_MAX];
static uint8_t buffer[SERVER_BIG];

// The client may not read behind the reply: its memory has the reply's size.
static const char *exchange(struct ninep *to, uint32_t size, uint32_t *ret_size)
{
    static uint8_t reply[NINEP_REPLY_MAX + 64];
    *ret_size = server_answer(to->request, size, reply, NINEP_REPLY_MAX);
    if (*ret_size > NINEP_REPLY_MAX)
        return "the device writes too much";
    free(to->reply);
    to->reply = malloc(*ret_size > 0 ? *ret_size : 1);
    memcpy(to->reply, reply, *ret_size);
    return NULL;
}

static int begin(void **state)
{
    server_begin();
    memset(buffer, 0xee, sizeof(buffer));
    free(client.reply);
    client = (struct ninep){.exchange = exchange, .request = request};
    return 0;
}

static int end(void **state)
{
    if (client.broken == NULL)
        assert_null(server.file); // no fid is left
    free(client.reply);
    client.reply = NULL;
    return 0;
}

static int find(const char *path, struct ninep_file *ret)
{
    return ninep_find(&client, btl_str_of(path), ret);
}

// Find a file and read all of it.
static int read_whole(const char *path)
{
    struct ninep_file file;
    int error = find(path, &file);
    if (error == 0 && file.size > sizeof(buffer))
        return BTL_ENOMEM;
    return error != 0 ? error : ninep_read(&client, btl_str_of(path), &file, buffer, file.size);
}

EACH_TEST(begin, end)

TEST(test_every_byte_is_read)
{
    assert_true(ninep_begin(&client));
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    assert_int_equal(server.replies, REPLIES);
    assert_memory_equal(buffer, "contents\xee", 9);
    assert_int_equal(read_whole("//dir//mine.ko"), 0);
    assert_int_equal(read_whole("/big.ko"), 0);
    assert_memory_equal(buffer, server.files[2].bytes, SERVER_BIG);
    server.short_reads = 777;
    memset(buffer, 0xee, sizeof(buffer));
    assert_int_equal(read_whole("/big.ko"), 0);
    assert_memory_equal(buffer, server.files[2].bytes, SERVER_BIG);
}

TEST(test_largest_and_least_messages)
{
    static const uint32_t good[] = {4096, NINEP_REPLY_MAX}, bad[] = {0, 4095, NINEP_REPLY_MAX + 1};
    for (size_t i = 0; i < BTL_COUNT(good); i++) {
        server.max = good[i];
        assert_true(ninep_begin(&client));
        assert_int_equal(read_whole("/big.ko"), 0);
        assert_memory_equal(buffer, server.files[2].bytes, SERVER_BIG);
    }
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        server.max = bad[i];
        assert_false(ninep_begin(&client));
        assert_string_equal(client.broken, "it wants messages of a size that was not offered");
    }
}

TEST(test_part_of_a_file)
{
    struct ninep_file file;
    assert_true(ninep_begin(&client));
    assert_int_equal(find("/dir/mine.ko", &file), 0);
    assert_int_equal(file.size, 8);
    assert_int_equal(ninep_read(&client, BTL_STR("/dir/mine.ko"), &file, buffer, 3), 0);
    assert_memory_equal(buffer, "con\xee", 4);
    assert_int_equal(ninep_read(&client, BTL_STR("/dir/mine.ko"), &file, buffer, 9), BTL_EINVAL);
}

TEST(test_empty_file)
{
    server.files[0].size = 0;
    assert_true(ninep_begin(&client));
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    assert_int_equal(buffer[0], 0xee);
}

TEST(test_paths)
{
    static const struct {
        const char *path;
        int error;
    } cases[] = {{"/nosuch", BTL_ENOENT},
                 {"/dir/nosuch", BTL_ENOENT},
                 {"/dir/mine.ko/below", BTL_ENOENT},
                 {"/dir", BTL_EINVAL},
                 {"/", BTL_EINVAL},
                 {"", BTL_EINVAL},
                 {"dir/mine.ko", BTL_EINVAL},
                 {"/dir/../dir/mine.ko", BTL_EINVAL},
                 {"/..", BTL_EINVAL},
                 {"/dir/\x01", BTL_EINVAL}};
    struct ninep_file file;
    char path[400];
    assert_true(ninep_begin(&client));
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        assert_int_equal(find(cases[i].path, &file), cases[i].error);
        assert_null(server.file);
    }
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    assert_int_equal(ninep_find(&client, (struct btl_str){path, BTL_PATH_MAX}, &file), BTL_ENOENT);
    assert_int_equal(ninep_find(&client, (struct btl_str){path, BTL_PATH_MAX + 1}, &file),
                     BTL_EINVAL);
    assert_int_equal(find("/dir/mine.ko", &file), 0);
}

TEST(test_what_is_no_file)
{
    struct ninep_file file;
    assert_true(ninep_begin(&client));
    assert_int_equal(find("/link", &file), BTL_EIO);
    assert_non_null(strstr(client.reason, "a symbolic link"));
    assert_null(client.broken);
    assert_int_equal(find("/dir/mine.ko", &file), 0);
}

TEST(test_host_refuses)
{
    struct ninep_file file;
    server.files[0].refuses = 13;
    assert_true(ninep_begin(&client));
    assert_int_equal(read_whole("/dir/mine.ko"), BTL_EIO);
    assert_string_equal(client.reason, "the host refuses");
    assert_int_equal(client.host_error, 13);
    assert_int_equal(find("/big.ko", &file), 0);
}

// --- files that change

static void grow(void)
{
    server.files[0].size = 7;
    server.files[0].nanoseconds++;
}

static void replace(void)
{
    server.files[0].id++;
}

TEST(test_each_open_sees_the_present_file)
{
    assert_true(ninep_begin(&client));
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    server.files[0].bytes = (const uint8_t *)"CONTENTS, new";
    server.files[0].size = 13;
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
    assert_memory_equal(buffer, "CONTENTS, new\xee", 14);
}

TEST(test_file_that_changes_before_it_is_read)
{
    struct ninep_file file;
    static void (*const changes[])(void) = {grow, replace};
    assert_true(ninep_begin(&client));
    for (size_t i = 0; i < BTL_COUNT(changes); i++) {
        server_begin();
        assert_int_equal(find("/dir/mine.ko", &file), 0);
        changes[i]();
        assert_int_equal(ninep_read(&client, BTL_STR("/dir/mine.ko"), &file, buffer, 8), BTL_EIO);
        assert_non_null(strstr(client.reason, "has changed"));
        assert_int_equal(buffer[0], 0xee);
    }
    server.files[0].path = NULL;
    assert_int_equal(ninep_read(&client, BTL_STR("/dir/mine.ko"), &file, buffer, 8), BTL_ENOENT);
}

TEST(test_file_that_changes_while_it_is_read)
{
    assert_true(ninep_begin(&client));
    server.before_read = grow;
    assert_int_equal(read_whole("/dir/mine.ko"), BTL_EIO);
    assert_non_null(strstr(client.reason, "shorter"));
    server_begin();
    server.before_read = replace;
    assert_int_equal(read_whole("/dir/mine.ko"), BTL_EIO);
    assert_non_null(strstr(client.reason, "has changed"));
    server.before_read = NULL;
    assert_int_equal(read_whole("/dir/mine.ko"), 0);
}

// --- a server that lies

static int lie_at;
static uint32_t lie_offset;
static uint8_t lie_value;

static void expect_broken(void)
{
    if (ninep_begin(&client))
        assert_true(read_whole("/dir/mine.ko") == BTL_EIO || lie_at == REPLIES - 1 || lie_at == 5);
    assert_non_null(client.broken);
    int replies = server.replies;
    struct ninep_file file;
    assert_int_equal(find("/dir/mine.ko", &file), BTL_EIO); // at once
    assert_int_equal(server.replies, replies);
}

static uint32_t cut(int number, uint8_t *reply, uint32_t size)
{
    if (number != lie_at || lie_offset >= size)
        return size;
    reply[0] = (uint8_t)lie_offset; // the header agrees
    return lie_offset;
}

// Cut every reply at every byte: no cut reply is taken.
TEST(test_replies_that_end_too_early)
{
    for (lie_at = 0; lie_at < REPLIES; lie_at++)
        for (lie_offset = 0;; lie_offset++) {
            begin(NULL);
            server.lie = cut;
            if (ninep_begin(&client) && read_whole("/dir/mine.ko") == 0 && client.broken == NULL) {
                end(NULL);
                break; // nothing was cut
            }
            begin(NULL);
            server.lie = cut;
            expect_broken();
            end(NULL);
        }
}

static uint32_t lengthen(int number, uint8_t *reply, uint32_t size)
{
    if (number != lie_at)
        return size;
    reply[size] = 0;
    reply[0] = (uint8_t)(reply[0] + lie_value);
    return size + 1;
}

// With and without a header that agrees.
TEST(test_replies_that_are_too_long)
{
    for (lie_value = 0; lie_value < 2; lie_value++)
        for (lie_at = 0; lie_at < REPLIES; lie_at++) {
            begin(NULL);
            server.lie = lengthen;
            expect_broken();
            end(NULL);
        }
}

static uint32_t overwrite(int number, uint8_t *reply, uint32_t size)
{
    if (number == lie_at && lie_offset < size)
        reply[lie_offset] = lie_value;
    return size;
}

// The header of each reply: size, type, tag.
TEST(test_wrong_headers)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
    for (lie_at = 0; lie_at < REPLIES; lie_at++)
        for (lie_offset = 0; lie_offset < 7; lie_offset++)
            for (size_t i = 0; i < BTL_COUNT(values); i++) {
                begin(NULL);
                server.lie = overwrite;
                lie_value = values[i];
                bool good = ninep_begin(&client) && read_whole("/dir/mine.ko") == 0;
                assert_true(client.broken != NULL || good);
                end(NULL);
            }
}

// Any byte of any reply: the client fails, or reads as many bytes as the file has.
TEST(test_any_byte_may_be_wrong)
{
    for (lie_at = 0; lie_at < REPLIES; lie_at++)
        for (lie_offset = 0; lie_offset < 160; lie_offset++)
            for (int value = 0; value < 256; value += 5) {
                begin(NULL);
                server.lie = overwrite;
                lie_value = (uint8_t)value;
                if (ninep_begin(&client))
                    read_whole("/dir/mine.ko");
                assert_int_equal(buffer[8], 0xee);
                end(NULL);
            }
}

static uint32_t give_more(int number, uint8_t *reply, uint32_t size)
{
    if (number != 10)
        return size;
    memset(reply + size, 'x', 8);
    reply[0] = (uint8_t)(size + 8);
    reply[7] = 16; // bytes of data
    return size + 8;
}

TEST(test_more_bytes_than_were_asked_for)
{
    server.lie = give_more;
    lie_at = 10;
    expect_broken();
    assert_int_equal(buffer[8], 0xee);
}

static uint32_t go_nowhere(int number, uint8_t *reply, uint32_t size)
{
    if (number != 2)
        return size;
    reply[7] = 0;
    return size;
}

TEST(test_walk_that_goes_nowhere)
{
    server.lie = go_nowhere;
    lie_at = 2;
    expect_broken();
    assert_string_equal(client.broken, "it has not gone to the file");
}

static uint32_t hide_attributes(int number, uint8_t *reply, uint32_t size)
{
    if (number == 4)
        reply[7] = 0;
    return size;
}

TEST(test_attributes_that_are_not_given)
{
    server.lie = hide_attributes;
    lie_at = 4;
    expect_broken();
    assert_string_equal(client.broken, "it does not give the attributes of a file");
}

TEST(test_other_protocols)
{
    static const char *const versions[] = {"9P2000", "9P2000.u", "unknown", "", "9P2000.LL"};
    for (size_t i = 0; i < BTL_COUNT(versions); i++) {
        server.version = versions[i];
        assert_false(ninep_begin(&client));
        assert_string_equal(client.broken, "it does not speak 9P2000.L");
    }
    server.version = "9P2000.L";
    server.root_is_file = true;
    assert_false(ninep_begin(&client));
    assert_string_equal(client.broken, "what it exports is no directory");
}

static uint32_t refuse(int number, uint8_t *reply, uint32_t size)
{
    static const uint8_t error[] = {11, 0, 0, 0, 7, 1, 0, 1, 0, 0, 0};
    if (number != lie_at)
        return size;
    uint8_t tag[] = {reply[5], reply[6]};
    memcpy(reply, error, sizeof(error));
    memcpy(reply + 5, tag, 2);
    return sizeof(error);
}

// A server may refuse any request.
TEST(test_every_request_may_be_refused)
{
    for (lie_at = 0; lie_at < REPLIES; lie_at++) {
        begin(NULL);
        server.lie = refuse;
        bool begun = ninep_begin(&client);
        assert_int_equal(begun, lie_at >= 2);
        int error = begun ? read_whole("/dir/mine.ko") : BTL_EIO;
        assert_int_equal(error, lie_at == 5 || lie_at == REPLIES - 1 ? 0 : BTL_EIO);
        assert_int_equal(client.broken != NULL, lie_at < 2);
        server.file = NULL; // a clunk that was refused
        end(NULL);
    }
}
