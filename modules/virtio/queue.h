// SPDX-License-Identifier: BSD-2-Clause
// A split virtqueue (VIRTIO 1.1, 2.6) with one pending request at a time. The caller notifies the
// device of a request.
//
// Everything that the device writes is read once, checked, and then used; an invalid answer breaks
// the queue for good.
#ifndef BTL_MODULES_VIRTIO_QUEUE_H
#define BTL_MODULES_VIRTIO_QUEUE_H

#include <btl/types.h>

#define VIRTQ_SIZE_MAX 16 // descriptors; a power of two

struct virtq_descriptor {
    uint64_t physical;
    uint32_t size;
    uint16_t flags, next;
};
_Static_assert(sizeof(struct virtq_descriptor) == 16, "wire");

struct virtq_available { // by the driver
    uint16_t flags, index, ring[VIRTQ_SIZE_MAX];
};

struct virtq_used_element {
    uint32_t id, written;
};

struct virtq_used { // by the device
    uint16_t flags, index;
    struct virtq_used_element ring[VIRTQ_SIZE_MAX];
};

// As both sides see it.
struct virtq_memory {
    struct virtq_descriptor descriptor[VIRTQ_SIZE_MAX];
    struct virtq_available available;
    struct virtq_used used __attribute__((aligned(8)));
};

struct virtq {
    struct virtq_memory *memory;
    uint16_t size;     // descriptors: a power of two, at most VIRTQ_SIZE_MAX
    uint16_t seen;     // used.index of the last answer
    uint64_t writable; // bytes that the device may write for the pending request
    bool waiting, broken;
};

struct virtq_piece {
    uint64_t physical;
    uint32_t size;
    bool device_writes; // all such pieces come after the others
};

enum virtq_answer { VIRTQ_PENDING, VIRTQ_DONE, VIRTQ_BROKEN };

// Clear `memory`, which the device may use from now on.
void virtq_init(struct virtq *queue, struct virtq_memory *memory, uint16_t size);
// Let the device interrupt after each request; without this it does not.
void virtq_interrupt(struct virtq *queue);
// Put a request. False: the queue is broken or has a pending request, or there are more pieces than
// descriptors.
bool virtq_put(struct virtq *queue, const struct virtq_piece *pieces, uint16_t count);
// Return the state of the request. VIRTQ_DONE: *ret_written is the device's count of bytes.
enum virtq_answer virtq_poll(struct virtq *queue, uint32_t *ret_written);

#endif
