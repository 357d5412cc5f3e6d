// SPDX-License-Identifier: BSD-2-Clause
// Streams: a driver at the bottom, modules pushed on it, a head at the top. Messages go down from
// the head and up from the driver, through every element between; the type data of streams_drv and
// streams_mod modules.
//
//     stream_write()   stream_read()       head
//          | down           ^ up
//          v                |              streams_mod, pushed last
//          v                |              streams_mod, pushed first
//          v                |              streams_drv
#ifndef BTL_STREAM_H
#define BTL_STREAM_H

#include <btl/types.h>

#define BTL_STREAM_MODULES_MAX 8           // pushed on one stream
#define BTL_MESSAGE_MAX        (64u << 10) // bytes
#define BTL_STREAM_QUEUE_MAX   64          // messages that wait at the head

struct btl_message {
    struct btl_message *next; // available to the owner of the message
    size_t size;
    uint8_t data[];
};

struct btl_stream_element;
struct btl_stream; // kernel_exports.def has its functions

// One element in one stream.
struct btl_queue {
    void *owner; // the element's own
    const struct btl_stream_element *element;
    struct btl_queue *above, *below; // above NULL: the head; below NULL: none
    struct btl_stream *stream;
    uint32_t module;
};

// `down` and `up` own the message: they pass it on with stream_put_down() or stream_put_up(), or
// free it with message_free(). The sender gets their result.
struct btl_stream_element {
    int (*open)(struct btl_queue *queue);   // may be NULL
    void (*close)(struct btl_queue *queue); // may be NULL
    int (*down)(struct btl_queue *queue, struct btl_message *message);
    int (*up)(struct btl_queue *queue, struct btl_message *message); // NULL in a driver
};

#endif
