// SPDX-License-Identifier: BSD-2-Clause
#include "base/images.h"

static struct module_image *images;

void images_init(void)
{
    images = NULL;
}

struct module_image *images_first(void)
{
    return images;
}

__attribute__((noinline)) void debug_image_changed(const struct module_image *image, bool present)
{
    __asm__ volatile("" : : "r"(image), "r"(present) : "memory"); // keeps the arguments
}

void images_add(struct module_image *image)
{
    image->next = images;
    images = image;
    debug_image_changed(image, true);
}

void images_remove(struct module_image *image)
{
    struct module_image **link = &images;

    while (*link != image)
        link = &(*link)->next;
    *link = image->next;
    debug_image_changed(image, false);
}

struct module_image *image_find(uint64_t address)
{
    struct module_image *image = images;

    while (image != NULL && !image_covers(image, address))
        image = image->next;
    return image;
}

bool image_covers(const struct module_image *image, uint64_t address)
{
    if (image->fixed == NULL)
        return address - image->linked.base < image->linked.size;
    for (int kind = 0; kind < BTL_SEGS; kind++)
        if (address >= image->fixed->part[kind].start && address < image->fixed->part[kind].end)
            return true;
    return false;
}

bool image_visit(const struct module_image *image,
                 bool (*visit)(struct btl_str module, uint64_t start, uint64_t end))
{
    bool found = false;

    if (image->fixed == NULL)
        return visit(image->module, image->linked.base, image->linked.base + image->linked.size);
    for (int kind = 0; kind < BTL_SEGS; kind++)
        found =
            visit(image->module, image->fixed->part[kind].start, image->fixed->part[kind].end) ||
            found;
    return found;
}

bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm)
{
    struct btl_linked linked = btl_module_image_linked(&image->linked);

    return btl_linked_holds(&linked, address, size, perm);
}

bool image_holds_constant(const struct module_image *image, uint64_t address, uint64_t size)
{
    struct btl_linked linked = btl_module_image_linked(&image->linked);

    return btl_linked_holds_constant(&linked, address, size);
}

bool image_holds_function(const struct module_image *image, uint64_t pointer)
{
    struct btl_linked linked = btl_module_image_linked(&image->linked);

    return btl_linked_holds_function(&linked, pointer);
}
