// SPDX-License-Identifier: BSD-2-Clause
#include "hostfs/ninep.h"

#include <btl/kernel.h>
#include <btl/str.h>

// The requests; a reply has the number of its request plus 1.
enum {
    RLERROR = 7,
    TLOPEN = 12,
    TGETATTR = 24,
    TVERSION = 100,
    TATTACH = 104,
    TWALK = 110,
    TREAD = 116,
    TCLUNK = 120
};
enum { NO_TAG = 0xffff, TAG = 1 };                 // one request is pending at a time
enum { FID_ROOT = 0, FID_FILE = 1 };               // this client's names of open things
enum { QID_DIRECTORY = 0x80, QID_SYMLINK = 0x02 }; // of a qid's type
enum { ATTRIBUTES_BASIC = 0x7ff };                 // mode, size and times among them
enum { MODE_TYPE = 0170000, MODE_FILE = 0100000, MODE_DIRECTORY = 0040000 };
enum { HOST_ENOENT = 2, HOST_ENOTDIR = 20, HOST_EISDIR = 21, HOST_ENAMETOOLONG = 36 };

#define NO_FID      UINT32_MAX
#define MAX_MIN     4096u // least size of messages that a server may want
#define QID_SIZE    13u
#define READ_HEADER 11u // bytes of a reply before the data
#define VERSION     "9P2000.L"

// ---------------------------------------------------------------------------------- messages

// A request being written. All fit: a name is part of a path, which has at most BTL_PATH_MAX bytes.
struct message {
    struct ninep *server;
    uint32_t size;
    uint8_t type;
    uint16_t tag;
};

static void message_put(struct message *message, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        message->server->request[message->size++] = (uint8_t)(value >> (8 * i));
}

static void message_put_text(struct message *message, struct btl_str text)
{
    message_put(message, text.len, 2);
    for (size_t i = 0; i < text.len; i++)
        message_put(message, (uint8_t)text.at[i], 1);
}

static struct message message_begin(struct ninep *server, uint8_t type)
{
    struct message message = {server, 4, type, type == TVERSION ? NO_TAG : TAG};
    message_put(&message, type, 1);
    message_put(&message, message.tag, 2);
    return message;
}

// A reply being read.
struct reply {
    const uint8_t *at;
    uint32_t left;
    bool bad; // it ended too early
};

static void reply_skip(struct reply *reply, uint32_t bytes)
{
    reply->bad = reply->bad || bytes > reply->left;
    bytes = reply->bad ? reply->left : bytes;
    reply->at += bytes;
    reply->left -= bytes;
}

// Take a number of at most 8 bytes.
static uint64_t reply_take(struct reply *reply, uint32_t bytes)
{
    const uint8_t *at = reply->at;
    uint64_t value = 0;
    reply_skip(reply, bytes);
    for (uint32_t i = 0; i < bytes && !reply->bad; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static int ninep_fail(struct ninep *server, const char *reason)
{
    server->reason = reason;
    server->host_error = 0;
    return BTL_EIO;
}

static int ninep_break(struct ninep *server, const char *reason)
{
    server->broken = reason;
    return ninep_fail(server, reason);
}

static int reply_end(struct ninep *server, const struct reply *reply)
{
    return reply->bad || reply->left > 0 ? ninep_break(server, "a reply has the wrong length") : 0;
}

// The server's system has refused a request.
static int reply_error(struct ninep *server, struct reply *reply)
{
    uint32_t error = (uint32_t)reply_take(reply, 4);
    if (reply_end(server, reply) != 0)
        return BTL_EIO;
    switch (error) {
    case HOST_ENOENT:
    case HOST_ENOTDIR:
    case HOST_ENAMETOOLONG:
        return BTL_ENOENT;
    case HOST_EISDIR:
        return BTL_EINVAL;
    default:
        ninep_fail(server, "the host refuses");
        server->host_error = error;
        return BTL_EIO;
    }
}

// Send a request. 0: *ret is the rest of the reply, behind its header.
static int message_send(struct message *message, struct reply *ret)
{
    struct ninep *server = message->server;
    uint32_t size = message->size, got = 0;
    if (server->broken != NULL)
        return ninep_fail(server, server->broken);
    message->size = 0;
    message_put(message, size, 4);
    const char *failed = server->exchange(server, size, &got);
    if (failed != NULL)
        return ninep_break(server, failed);
    *ret = (struct reply){server->reply, got, false};
    uint64_t said = reply_take(ret, 4), type = reply_take(ret, 1), tag = reply_take(ret, 2);
    if (ret->bad || said != got || got > server->max)
        return ninep_break(server, "a reply has the wrong length");
    if (tag != message->tag)
        return ninep_break(server, "a reply is to another request");
    if (type == RLERROR)
        return reply_error(server, ret);
    return type == message->type + 1u ? 0 : ninep_break(server, "a reply is of the wrong type");
}

// ---------------------------------------------------------------------------------- requests

static bool reply_is_version(struct reply *reply)
{
    uint64_t len = reply_take(reply, 2);
    if (len != sizeof(VERSION) - 1 || len != reply->left ||
        memcmp(reply->at, VERSION, sizeof(VERSION) - 1) != 0)
        return false;
    reply->left = 0;
    return true;
}

static bool ninep_negotiate(struct ninep *server)
{
    struct message message = message_begin(server, TVERSION);
    struct reply reply;
    server->max = NINEP_REPLY_MAX;
    message_put(&message, NINEP_REPLY_MAX, 4);
    message_put_text(&message, BTL_STR(VERSION));
    if (message_send(&message, &reply) != 0)
        return false;
    uint64_t max = reply_take(&reply, 4);
    if (!reply_is_version(&reply))
        ninep_break(server, "it does not speak " VERSION);
    else if (max < MAX_MIN || max > NINEP_REPLY_MAX)
        ninep_break(server, "it wants messages of a size that was not offered");
    server->max = (uint32_t)max;
    return server->broken == NULL;
}

static bool ninep_attach(struct ninep *server)
{
    struct message message = message_begin(server, TATTACH);
    struct reply reply;
    message_put(&message, FID_ROOT, 4);
    message_put(&message, NO_FID, 4);
    message_put_text(&message, BTL_STR(""));
    message_put_text(&message, BTL_STR(""));
    message_put(&message, UINT32_MAX, 4); // of no user
    if (message_send(&message, &reply) != 0)
        return false;
    uint64_t type = reply_take(&reply, 1);
    reply_skip(&reply, QID_SIZE - 1);
    if (reply_end(server, &reply) == 0 && (type & QID_DIRECTORY) == 0)
        ninep_break(server, "what it exports is no directory");
    return server->broken == NULL;
}

bool ninep_begin(struct ninep *server)
{
    server->broken = NULL;
    if (ninep_negotiate(server) && ninep_attach(server))
        return true;
    if (server->broken == NULL) // the host refuses
        ninep_break(server, "the host does not give its directory");
    return false;
}

static void ninep_close(struct ninep *server)
{
    struct message message = message_begin(server, TCLUNK);
    struct reply reply;
    message_put(&message, FID_FILE, 4);
    if (message_send(&message, &reply) == 0)
        reply_end(server, &reply);
}

// Go from an open directory to one of its entries, which becomes FID_FILE.
static int ninep_walk(struct ninep *server, uint32_t from, struct btl_str name)
{
    struct message message = message_begin(server, TWALK);
    struct reply reply;
    message_put(&message, from, 4);
    message_put(&message, FID_FILE, 4);
    message_put(&message, 1, 2);
    message_put_text(&message, name);
    int error = message_send(&message, &reply);
    if (error != 0)
        return error;
    uint64_t count = reply_take(&reply, 2);
    reply_skip(&reply, QID_SIZE);
    error = reply_end(server, &reply);
    return error == 0 && count != 1 ? ninep_break(server, "it has not gone to the file") : error;
}

// The attributes of a file. BTL_EINVAL: it is a directory.
static int ninep_stat(struct ninep *server, struct ninep_file *ret)
{
    struct message message = message_begin(server, TGETATTR);
    struct reply reply;
    struct ninep_file file;
    message_put(&message, FID_FILE, 4);
    message_put(&message, ATTRIBUTES_BASIC, 8);
    int error = message_send(&message, &reply);
    if (error != 0)
        return error;
    uint64_t valid = reply_take(&reply, 8);
    reply_skip(&reply, 5); // type and version
    file.id = reply_take(&reply, 8);
    uint64_t mode = reply_take(&reply, 4);
    reply_skip(&reply, 24); // owners, links, device
    file.size = reply_take(&reply, 8);
    reply_skip(&reply, 32); // blocks, time of access
    file.seconds = reply_take(&reply, 8);
    file.nanoseconds = reply_take(&reply, 8);
    reply_skip(&reply, 48); // other times, generation, version
    if (reply_end(server, &reply) != 0)
        return BTL_EIO;
    if ((valid & ATTRIBUTES_BASIC) != ATTRIBUTES_BASIC)
        return ninep_break(server, "it does not give the attributes of a file");
    if ((mode & MODE_TYPE) == MODE_DIRECTORY)
        return BTL_EINVAL;
    if ((mode & MODE_TYPE) != MODE_FILE)
        return ninep_fail(server, "it is no file: a symbolic link, a device, or a socket");
    *ret = file;
    return 0;
}

// Make FID_FILE the file at a path. After an error there is no FID_FILE.
static int ninep_open(struct ninep *server, struct btl_str path, struct ninep_file *ret)
{
    uint32_t from = FID_ROOT;
    struct btl_str name;
    int error = btl_is_path(path) ? 0 : BTL_EINVAL;
    while (error == 0 && btl_take_part(&path, '/', &name)) {
        error = ninep_walk(server, from, name);
        if (error == 0)
            from = FID_FILE;
    }
    if (error == 0)
        error = from == FID_FILE ? ninep_stat(server, ret) : BTL_EINVAL;
    if (error != 0 && from == FID_FILE)
        ninep_close(server);
    return error;
}

int ninep_find(struct ninep *server, struct btl_str path, struct ninep_file *ret_file)
{
    int error = ninep_open(server, path, ret_file);
    if (error == 0)
        ninep_close(server);
    return error;
}

static int ninep_open_to_read(struct ninep *server)
{
    struct message message = message_begin(server, TLOPEN);
    struct reply reply;
    message_put(&message, FID_FILE, 4);
    message_put(&message, 0, 4); // to read
    int error = message_send(&message, &reply);
    if (error != 0)
        return error;
    reply_skip(&reply, QID_SIZE);
    reply_skip(&reply, 4); // a size of reads that the server prefers
    return reply_end(server, &reply);
}

// Read at most `size` bytes; return their number, or an error, which is negative.
static int64_t ninep_read_part(struct ninep *server, uint64_t offset, uint8_t *to, uint64_t size)
{
    struct message message = message_begin(server, TREAD);
    struct reply reply;
    uint64_t count = server->max - READ_HEADER;
    count = size < count ? size : count;
    message_put(&message, FID_FILE, 4);
    message_put(&message, offset, 8);
    message_put(&message, count, 4);
    int error = message_send(&message, &reply);
    if (error != 0)
        return error;
    uint64_t got = reply_take(&reply, 4);
    if (reply.bad || got != reply.left || got > count)
        return ninep_break(server, "a reply has the wrong length");
    memcpy(to, reply.at, got);
    return (int64_t)got;
}

static int ninep_read_all(struct ninep *server, uint8_t *to, uint64_t size)
{
    for (uint64_t done = 0; done < size;) {
        int64_t got = ninep_read_part(server, done, to + done, size - done);
        if (got < 0)
            return (int)got;
        if (got == 0)
            return ninep_fail(server, "the file has become shorter");
        done += (uint64_t)got;
    }
    return 0;
}

static int file_require_same(struct ninep *server, const struct ninep_file *a,
                             const struct ninep_file *b)
{
    bool same = a->id == b->id && a->size == b->size && a->seconds == b->seconds &&
                a->nanoseconds == b->nanoseconds;
    return same ? 0 : ninep_fail(server, "the file has changed while it was read; try again");
}

static int ninep_read_open(struct ninep *server, const struct ninep_file *file, uint8_t *buffer,
                           uint64_t size)
{
    struct ninep_file after;
    int error = ninep_open_to_read(server);
    if (error == 0)
        error = ninep_read_all(server, buffer, size);
    if (error == 0)
        error = ninep_stat(server, &after);
    return error != 0 ? error : file_require_same(server, file, &after);
}

int ninep_read(struct ninep *server, struct btl_str path, const struct ninep_file *file,
               void *buffer, uint64_t size)
{
    struct ninep_file now;
    if (size > file->size)
        return BTL_EINVAL;
    int error = ninep_open(server, path, &now);
    if (error != 0)
        return error;
    error = file_require_same(server, file, &now);
    if (error == 0)
        error = ninep_read_open(server, file, buffer, size);
    ninep_close(server);
    return error;
}
