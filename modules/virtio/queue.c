// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/queue.h"

#include <btl/kernel.h>

enum { FLAG_NEXT = 1, FLAG_WRITE = 2 }; // of a descriptor
enum { FLAG_NO_INTERRUPT = 1 };         // of the available ring

void virtq_init(struct virtq *queue, struct virtq_memory *memory, uint16_t size)
{
    memset(memory, 0, sizeof(*memory));
    memory->available.flags = FLAG_NO_INTERRUPT;
    *queue = (struct virtq){.memory = memory, .size = size};
}

void virtq_interrupt(struct virtq *queue)
{
    queue->memory->available.flags = 0;
}

bool virtq_put(struct virtq *queue, const struct virtq_piece *pieces, uint16_t count)
{
    struct virtq_available *available = &queue->memory->available;
    if (queue->broken || queue->waiting || count == 0 || count > queue->size)
        return false;
    queue->writable = 0;
    for (uint16_t i = 0; i < count; i++) {
        uint16_t flags = i + 1 < count ? FLAG_NEXT : 0;
        if (pieces[i].device_writes) {
            flags |= FLAG_WRITE;
            queue->writable += pieces[i].size;
        }
        queue->memory->descriptor[i] =
            (struct virtq_descriptor){pieces[i].physical, pieces[i].size, flags, (uint16_t)(i + 1)};
    }
    available->ring[queue->seen & (queue->size - 1)] = 0; // the chain begins at descriptor 0
    // Publish the chain before the index, and the index before the notification.
    __atomic_store_n(&available->index, (uint16_t)(queue->seen + 1), __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    queue->waiting = true;
    return true;
}

enum virtq_answer virtq_poll(struct virtq *queue, uint32_t *ret_written)
{
    const struct virtq_used *used = &queue->memory->used;
    if (queue->broken || !queue->waiting)
        return VIRTQ_BROKEN;
    uint16_t index = __atomic_load_n(&used->index, __ATOMIC_ACQUIRE);
    if (index == queue->seen)
        return VIRTQ_PENDING;
    const struct virtq_used_element *element = &used->ring[queue->seen & (queue->size - 1)];
    uint32_t id = __atomic_load_n(&element->id, __ATOMIC_RELAXED);
    uint32_t written = __atomic_load_n(&element->written, __ATOMIC_RELAXED);
    queue->waiting = false;
    // One request is pending: there must be one answer, to this request, and it must fit.
    if (index != (uint16_t)(queue->seen + 1) || id != 0 || written > queue->writable) {
        queue->broken = true;
        return VIRTQ_BROKEN;
    }
    queue->seen = index;
    *ret_written = written;
    return VIRTQ_DONE;
}
