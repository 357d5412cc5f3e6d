// SPDX-License-Identifier: BSD-2-Clause
// A modern virtio device on PCI (VIRTIO 1.1, 4.1): found through its capabilities, with one queue.
#ifndef BTL_MODULES_VIRTIO_DEVICE_H
#define BTL_MODULES_VIRTIO_DEVICE_H

#include "pci.h"
#include "virtio/queue.h"

#define VIRTIO_F_VERSION_1 (1ull << 32)

// Registers in the address space, mapped.
struct virtio_region {
    uint8_t *at;
    uint32_t size;
    void *mapping; // what map_device() gave, and for how many bytes
    size_t mapped;
};

struct virtio_device {
    const struct pci_function *function;
    struct virtio_region common, notify, config; // config.size 0: it has none
    uint32_t notify_multiplier;
    uint8_t *notify_at; // of queue 0
    uint64_t features;  // both sides agreed on
};

// Maps the registers and resets the device. 0, BTL_ENODEV when it is no modern device, or
// BTL_ENOMEM; *ret_reason then says what is wrong.
int virtio_open(struct virtio_device *device, const struct pci_function *function,
                const char **ret_reason);
// Resets the device and unmaps. False: it does not stop; memory it was given must not be used
// again.
bool virtio_close(struct virtio_device *device);
// Takes what it offers of `wanted`, and VIRTIO_F_VERSION_1, which must be there.
int virtio_negotiate(struct virtio_device *device, uint64_t wanted, const char **ret_reason);
// Gives queue 0 its memory and lets the device run. At least `min_size` descriptors.
int virtio_start(struct virtio_device *device, struct virtq *queue, struct virtq_memory *memory,
                 uint64_t physical, uint16_t min_size, const char **ret_reason);
void virtio_notify(const struct virtio_device *device);
// Stops the device. False: it does not.
bool virtio_reset(const struct virtio_device *device);
// `count` words of its configuration from byte `offset` on, a multiple of 4; all of one generation.
// False: it has not so many, or does not come to rest.
bool virtio_config(const struct virtio_device *device, uint32_t offset, uint32_t *ret,
                   uint32_t count);

#endif
