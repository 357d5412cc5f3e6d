// SPDX-License-Identifier: BSD-2-Clause
// Small objects: a page holds objects of one class (16, 32, … 2048 bytes); the free ones form a
// list of indices stored in them. Pages with free objects are in the list of their class. An empty
// page is freed at once. Large objects: contiguous pages, whose number is kept with the first
// frame.
#include "vm/kmem.h"

#include "base/lock.h"
#include "vm/early.h"
#include "vm/page.h"

#include <btl/kernel.h>

#define SMALLEST    16u
#define CLASSES     8 // 16 << 7 = 2048
#define CLASS_LARGE 0xff
#define CLASS_TAIL  0xfe // further pages of a large allocation
#define NO_OBJECT   UINT16_MAX

static bool ready;
static uint32_t partial[CLASSES]; // frame of the first page with free objects, or BTL_NONE
static struct kmem_stats stats;

void kmem_init(void)
{
    for (int class = 0; class < CLASSES; class ++)
        partial[class] = BTL_NONE;
    stats = (struct kmem_stats){0};
    ready = true;
}

struct kmem_stats kmem_stats(void)
{
    return stats;
}

static size_t kmem_class_size(int class)
{
    return (size_t)SMALLEST << class;
}

static int kmem_class_for(size_t size)
{
    int class = 0;

    while (kmem_class_size(class) < size)
        class ++;
    return class;
}

static struct pfdat *kmem_frame(uint32_t frame)
{
    return pfdat_of((uint64_t)frame * BTL_PAGE_SIZE);
}

static uint16_t *kmem_object(uint32_t frame, int class, uint16_t object)
{
    uint8_t *page = phys_to_virt((uint64_t)frame * BTL_PAGE_SIZE);

    return (uint16_t *)(void *)(page + object * kmem_class_size(class));
}

static void kmem_list_add(int class, uint32_t frame)
{
    struct pfdat *pf = kmem_frame(frame);

    pf->link.prev = BTL_NONE;
    pf->link.next = partial[class];
    if (pf->link.next != BTL_NONE)
        kmem_frame(pf->link.next)->link.prev = frame;
    partial[class] = frame;
}

static void kmem_list_remove(int class, uint32_t frame)
{
    struct pfdat *pf = kmem_frame(frame);

    if (pf->link.prev != BTL_NONE)
        kmem_frame(pf->link.prev)->link.next = pf->link.next;
    else
        partial[class] = pf->link.next;
    if (pf->link.next != BTL_NONE)
        kmem_frame(pf->link.next)->link.prev = pf->link.prev;
}

// Add a page of one class, with all objects free.
static bool kmem_add_page(int class)
{
    uint64_t physical;
    uint16_t count = (uint16_t)(BTL_PAGE_SIZE / kmem_class_size(class));
    struct pfdat *pf;

    if (!pages_alloc_raw(1, PF_KMEM, &physical))
        return false;
    pf = pfdat_of(physical);
    pf->kmem_class = (uint8_t) class;
    pf->used = 0;
    pf->free = 0;
    for (uint16_t i = 0; i < count; i++)
        *kmem_object((uint32_t)(physical / BTL_PAGE_SIZE), class, i) =
            i + 1 < count ? i + 1 : NO_OBJECT;
    kmem_list_add(class, (uint32_t)(physical / BTL_PAGE_SIZE));
    return true;
}

static void *kmem_alloc_small(int class)
{
    struct pfdat *pf;
    uint16_t *object;
    uint32_t frame;

    if (partial[class] == BTL_NONE && !kmem_add_page(class))
        return NULL;
    frame = partial[class];
    pf = kmem_frame(frame);
    object = kmem_object(frame, class, pf->free);
    pf->free = *object;
    pf->used++;
    if (pf->free == NO_OBJECT)
        kmem_list_remove(class, frame);
    stats.bytes += kmem_class_size(class);
    return memset(object, 0, kmem_class_size(class));
}

static void *kmem_alloc_large(size_t size)
{
    uint64_t physical, count = (size + BTL_PAGE_SIZE - 1) / BTL_PAGE_SIZE;

    if (size > SIZE_MAX - BTL_PAGE_SIZE || !pages_alloc(count, PF_KMEM, &physical))
        return NULL;
    for (uint64_t i = 0; i < count; i++)
        pfdat_of(physical + i * BTL_PAGE_SIZE)->kmem_class = i == 0 ? CLASS_LARGE : CLASS_TAIL;
    pfdat_of(physical)->link.next = (uint32_t)count;
    stats.bytes += count * BTL_PAGE_SIZE;
    return phys_to_virt(physical);
}

void *kmem_alloc(size_t size)
{
    void *memory;

    handler_forbid("kmem_alloc", __builtin_return_address(0));
    if (!ready)
        return early_alloc(size, __builtin_return_address(0));
    if (size <= kmem_class_size(CLASSES - 1))
        memory = kmem_alloc_small(kmem_class_for(size));
    else
        memory = kmem_alloc_large(size);
    stats.allocations += memory != NULL;
    return memory;
}

static void kmem_free_large(struct pfdat *pf, uint64_t physical)
{
    uint64_t count = pf->link.next;

    stats.bytes -= count * BTL_PAGE_SIZE;
    pages_free(physical, count, PF_KMEM);
}

static void kmem_free_small(struct pfdat *pf, uint64_t physical)
{
    uint32_t frame = (uint32_t)(physical / BTL_PAGE_SIZE);
    int class = pf->kmem_class;
    uint16_t object = (uint16_t)(physical % BTL_PAGE_SIZE / kmem_class_size(class));

    *kmem_object(frame, class, object) = pf->free;
    if (pf->free == NO_OBJECT)
        kmem_list_add(class, frame);
    pf->free = object;
    pf->used--;
    stats.bytes -= kmem_class_size(class);
    if (pf->used > 0)
        return;
    kmem_list_remove(class, frame);
    pages_free((uint64_t)frame * BTL_PAGE_SIZE, 1, PF_KMEM);
}

// Does `physical` start an allocation of kmem?
static bool kmem_is_allocation(const struct pfdat *pf, uint64_t physical)
{
    if (pf == NULL || pf->owner != PF_KMEM)
        return false;
    if (pf->kmem_class == CLASS_LARGE)
        return physical % BTL_PAGE_SIZE == 0;
    return pf->kmem_class < CLASSES && physical % kmem_class_size(pf->kmem_class) == 0 &&
           pf->used > 0;
}

void kmem_free(void *memory)
{
    uint64_t physical = (uint64_t)(uintptr_t)memory - (uint64_t)(uintptr_t)phys_to_virt(0);
    struct pfdat *pf;

    handler_forbid("kmem_free", __builtin_return_address(0));
    if (memory == NULL)
        return;
    if (early_owns(memory)) {
        early_free(memory);
        return;
    }
    pf = ready ? pfdat_of(physical) : NULL;
    if (!kmem_is_allocation(pf, physical))
        kpanic("kmem_free: %p was not allocated by kmem_alloc", memory);
    stats.frees++;
    if (pf->kmem_class == CLASS_LARGE)
        kmem_free_large(pf, physical);
    else
        kmem_free_small(pf, physical);
}
