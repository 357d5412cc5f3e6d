// SPDX-License-Identifier: BSD-2-Clause
#include "base/images.h"

#include "base/arch.h"

static struct module_image *images;

void images_init(void)
{
    images = NULL;
}

struct module_image *images_first(void)
{
    return images;
}

void images_add(struct module_image *image)
{
    image->next = images;
    images = image;
}

void images_remove(struct module_image *image)
{
    struct module_image **link = &images;

    while (*link != image)
        link = &(*link)->next;
    *link = image->next;
}

struct module_image *image_find(uint64_t address)
{
    struct module_image *image = images;

    while (image != NULL && address - image->base >= image->size)
        image = image->next;
    return image;
}

// An image lies where it is linked for.
struct btl_linked image_linked(const struct module_image *image)
{
    return (struct btl_linked){.base = image->base,
                               .memory = (const uint8_t *)(uintptr_t)image->base,
                               .segment = image->segment,
                               .function_descriptors = arch_descriptor_size > 0};
}

bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm)
{
    struct btl_linked linked = image_linked(image);

    return btl_linked_holds(&linked, address, size, perm);
}

bool image_holds_constant(const struct module_image *image, uint64_t address, uint64_t size)
{
    struct btl_linked linked = image_linked(image);

    return btl_linked_holds_constant(&linked, address, size);
}

bool image_holds_function(const struct module_image *image, uint64_t pointer)
{
    struct btl_linked linked = image_linked(image);

    return btl_linked_holds_function(&linked, pointer);
}
