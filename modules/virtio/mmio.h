// SPDX-License-Identifier: BSD-2-Clause
// Registers of a device: each access happens once, with the width in its name. Tests replace this
// file by their own device.
#ifndef BTL_MODULES_VIRTIO_MMIO_H
#define BTL_MODULES_VIRTIO_MMIO_H

#include <btl/types.h>

#define MMIO_ACCESS(bits)                                                                          \
    static inline uint##bits##_t mmio_read##bits(const void *at)                                   \
    {                                                                                              \
        return *(const volatile uint##bits##_t *)at;                                               \
    }                                                                                              \
    static inline void mmio_write##bits(void *at, uint##bits##_t value)                            \
    {                                                                                              \
        *(volatile uint##bits##_t *)at = value;                                                    \
    }

MMIO_ACCESS(8)
MMIO_ACCESS(16)
MMIO_ACCESS(32)

#endif
