// SPDX-License-Identifier: BSD-2-Clause
// Open devices: one handle each, which holds the driver's module.
#include "device/devsw.h"

#include "base/lock.h"

#include <btl/kernel.h>
#include <btl/modinfo.h>

struct btl_device {
    struct btl_device *next;
    struct module *module;
    enum btl_device_kind kind;
    uint32_t major, minor;
};

static struct btl_device *opened;

static const struct btl_device_class *device_class_of(const struct btl_device *device)
{
    return device->module->image->linked.wrapper->type_data;
}

static void device_holder(const struct btl_device *device, char text[static 48])
{
    btl_format_to(text, 48, "an open device (%s %u:%u)", btl_device_kind_name(device->kind),
                  device->major, device->minor);
}

static bool device_same(const struct btl_device *a, const struct btl_device *b)
{
    return a->kind == b->kind && a->major == b->major && a->minor == b->minor;
}

uint32_t devsw_open_count(enum btl_device_kind kind, uint32_t major)
{
    uint32_t count = 0;

    for (const struct btl_device *at = opened; at != NULL; at = at->next)
        count += at->kind == kind && at->major == major;
    return count;
}

// Hold the module before its open function is called, which may load other modules.
static int device_hold_and_open(struct btl_device *device)
{
    char text[48];
    int error;

    device_holder(device, text);
    error = hold_add(device->module, text);
    if (error != 0)
        return error;
    if (device_class_of(device)->open != NULL)
        error = device_class_of(device)->open(device->minor);
    if (error != 0)
        hold_drop(device->module, text);
    return error;
}

int device_open(int kind, uint32_t major, uint32_t minor, struct btl_device **ret_device)
{
    struct btl_device *device;
    uint32_t id;
    int error;

    handler_forbid("device_open", __builtin_return_address(0));
    if (kind < 0 || kind >= BTL_DEVICE_KINDS)
        return BTL_EINVAL;
    id = devsw_owner((enum btl_device_kind)kind, major);
    if (id == BTL_NONE)
        return BTL_ENODEV;
    error = module_autoload(id);
    if (error != 0)
        return error;
    device = kmem_alloc(sizeof(*device));
    if (device == NULL)
        return BTL_ENOMEM;
    *device = (struct btl_device){opened, module_get(id), (enum btl_device_kind)kind, major, minor};
    error = device_hold_and_open(device);
    if (error != 0) {
        kmem_free(device);
        return error;
    }
    device->next = opened;
    opened = device;
    *ret_device = device;
    return 0;
}

static bool device_unlink(struct btl_device *device)
{
    bool last = true;

    for (struct btl_device **at = &opened; *at != NULL;) {
        if (*at == device) {
            *at = device->next;
        } else {
            last &= !device_same(*at, device);
            at = &(*at)->next;
        }
    }
    return last;
}

void device_close(struct btl_device *device)
{
    char text[48];

    handler_forbid("device_close", __builtin_return_address(0));
    if (device_unlink(device) && device_class_of(device)->close != NULL)
        device_class_of(device)->close(device->minor);
    device_holder(device, text);
    hold_drop(device->module, text);
    kmem_free(device);
}

int64_t device_read(struct btl_device *device, void *buffer, size_t size, uint64_t offset)
{
    const struct btl_device_class *class = device_class_of(device);

    handler_forbid("device_read", __builtin_return_address(0));
    return class->read != NULL ? class->read(device->minor, buffer, size, offset) : BTL_ENOSYS;
}

int64_t device_write(struct btl_device *device, const void *buffer, size_t size, uint64_t offset)
{
    const struct btl_device_class *class = device_class_of(device);

    handler_forbid("device_write", __builtin_return_address(0));
    return class->write != NULL ? class->write(device->minor, buffer, size, offset) : BTL_ENOSYS;
}

int device_ioctl(struct btl_device *device, uint32_t request, void *argument)
{
    const struct btl_device_class *class = device_class_of(device);

    handler_forbid("device_ioctl", __builtin_return_address(0));
    return class->ioctl != NULL ? class->ioctl(device->minor, request, argument) : BTL_ENOSYS;
}
