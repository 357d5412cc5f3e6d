// SPDX-License-Identifier: BSD-2-Clause
// A library module: other modules are linked against it.
#include <btl/module.h>

#include "ring.h"

struct ring {
    uint64_t end; // bytes ever put
    size_t size;  // a power of two
    char bytes[];
};

struct ring *ring_new(size_t size)
{
    if (!btl_is_power_of_two(size))
        return NULL;
    struct ring *ring = kmem_alloc(sizeof(*ring) + size);
    if (ring != NULL)
        ring->size = size;
    return ring;
}

void ring_free(struct ring *ring)
{
    kmem_free(ring);
}

void ring_put(struct ring *ring, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ring->bytes[ring->end++ & (ring->size - 1)] = bytes[i];
}

uint64_t ring_start(const struct ring *ring)
{
    return ring->end > ring->size ? ring->end - ring->size : 0;
}

uint64_t ring_end(const struct ring *ring)
{
    return ring->end;
}

size_t ring_read(const struct ring *ring, uint64_t position, char *buffer, size_t size)
{
    size_t count = 0;
    if (position < ring_start(ring))
        position = ring_start(ring);
    while (count < size && position < ring->end)
        buffer[count++] = ring->bytes[position++ & (ring->size - 1)];
    return count;
}

// Test that text which wraps comes out in order, before other modules rely on the ring.
static int ring_load(const struct btl_load_args *args)
{
    char text[8];
    struct ring *ring = ring_new(8);
    if (ring == NULL)
        return BTL_ENOMEM;
    ring_put(ring, "0123456789", 10);
    size_t count = ring_read(ring, 0, text, sizeof(text));
    ring_free(ring);
    return count == 8 && memcmp(text, "23456789", 8) == 0 ? 0 : BTL_EIO;
}

static int ring_unload(void)
{
    return 0;
}

BTL_MODULE("ring", .load = ring_load, .unload = ring_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("library: byte ring that keeps the newest bytes");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");
BTL_PROVIDES("ring:1.0");
BTL_EXPORT(ring_new);
BTL_EXPORT(ring_free);
BTL_EXPORT(ring_put);
BTL_EXPORT(ring_start);
BTL_EXPORT(ring_end);
BTL_EXPORT(ring_read);
