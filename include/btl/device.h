// SPDX-License-Identifier: BSD-2-Clause
// The device switch, and the type data of wsio_class modules: character and block drivers.
//
//     static const struct btl_device_class null_class = {.read = null_read, .write = null_write};
//     BTL_MODULE("null", .load = …, .unload = …, .type_data = &null_class);
//     BTL_TYPE("wsio_class");
//     BTL_MAJORS("char:3");        "block:-1": the kernel chooses; "char:-1,block:31": both
//
// The majors are in the metadata. The kernel assigns them when it registers the module: fixed ones
// first. A module whose fixed major belongs to another module is not registered.
#ifndef BTL_DEVICE_H
#define BTL_DEVICE_H

#include <btl/types.h>

enum btl_device_kind { BTL_DEVICE_CHAR, BTL_DEVICE_BLOCK, BTL_DEVICE_KINDS };

#define BTL_MAJORS_MAX    256 // majors of a kind: 0 … 255
#define BTL_MAJOR_DYNAMIC (-1)
#define BTL_MAJOR_NONE    (-2)

// Each function has the minor as an argument, and returns an error of btl/kernel.h on failure. If a
// function is NULL, open and close succeed, and the others return BTL_ENOSYS.
struct btl_device_class {
    int (*open)(uint32_t minor);
    int (*close)(uint32_t minor); // when its last handle is closed; an error is ignored
    // Return the number of bytes, 0 at the end of the device.
    int64_t (*read)(uint32_t minor, void *buffer, size_t size, uint64_t offset);
    int64_t (*write)(uint32_t minor, const void *buffer, size_t size, uint64_t offset);
    int (*ioctl)(uint32_t minor, uint32_t request, void *argument);
};

struct btl_device; // an open device; kernel_exports.def has its functions

#define BTL_MAJORS(text) BTL_MODINFO("majors", text)

#endif
