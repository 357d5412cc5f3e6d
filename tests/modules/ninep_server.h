// SPDX-License-Identifier: BSD-2-Clause
// A server of 9P2000.L in a host process, for some files in memory. It fails the test if a request
// breaks the protocol, and answers by the rules, except where a test breaks them.
#ifndef TEST_MODULES_NINEP_SERVER_H
#define TEST_MODULES_NINEP_SERVER_H

#include <btl/types.h>

#define SERVER_FILES 4
#define SERVER_BIG   200000u // bytes of the file big.ko

struct server_file {
    const char *path;       // below the root, "dir/mine.ko"; NULL: none
    uint32_t mode, refuses; // refuses: the error number of opening it, or 0
    const uint8_t *bytes;
    uint64_t size, id, seconds, nanoseconds;
};

struct test_server {
    // Set by the test.
    struct server_file files[SERVER_FILES];
    uint32_t max;        // bytes of a message, as the server wants it
    const char *version; // of the protocol
    bool root_is_file;
    uint32_t short_reads; // at most this many bytes each; 0: as many as requested
    // Called for each reply that is ready, and returns its size; NULL: none.
    uint32_t (*lie)(int number, uint8_t *reply, uint32_t size);
    // Called before each read of a file.
    void (*before_read)(void);

    // Set by the server.
    int replies;
    const struct server_file *file; // of the client's second fid; NULL: it is not in use
    bool open;
};
extern struct test_server server;

void server_begin(void); // dir/mine.ko, dir, big.ko, link
// Answer a request; return the number of bytes of the reply.
uint32_t server_answer(const uint8_t *request, uint32_t size, uint8_t *reply, uint32_t reply_max);

#endif
