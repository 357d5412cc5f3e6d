// SPDX-License-Identifier: BSD-2-Clause
// A modern virtio device on PCI (VIRTIO 1.1, 4.1): found through its capabilities, with one queue.
#ifndef BTL_MODULES_VIRTIO_DEVICE_H
#define BTL_MODULES_VIRTIO_DEVICE_H

#include "pci.h"
#include "virtio/queue.h"

// VIRTIO 1.2, chapter 6. The last two are about what the device is behind: the addresses that it
// gets are those of the platform (no module programs an IOMMU), and the queue has real barriers.
#define VIRTIO_F_VERSION_1       (1ull << 32)
#define VIRTIO_F_ACCESS_PLATFORM (1ull << 33)
#define VIRTIO_F_ORDER_PLATFORM  (1ull << 36)

// Registers in the address space, mapped.
struct virtio_region {
    uint8_t *at;
    uint32_t size;
    void *mapping; // result of map_device(), and its bytes
    size_t mapped;
};

struct virtio_device {
    const struct pci_function *function;
    struct virtio_region common, notify, config, isr; // config and isr: size 0: none
    uint32_t notify_multiplier;
    uint8_t *notify_at;    // of queue 0
    uint64_t features;     // negotiated
    struct btl_intr *intr; // NULL: it is polled
    struct btl_lock lock;  // of the wait for its interrupt
};

// Map the registers and reset the device. 0, BTL_ENODEV: not a modern device, or BTL_ENOMEM;
// *ret_reason says what is wrong.
int virtio_open(struct virtio_device *device, const struct pci_function *function,
                const char **ret_reason);
// Reset the device and unmap it. False: the device does not stop; its memory must not be reused.
bool virtio_close(struct virtio_device *device);
// Accept the features of `wanted` that the device offers, those above, which it may insist on, and
// VIRTIO_F_VERSION_1, which it must offer.
int virtio_negotiate(struct virtio_device *device, uint64_t wanted, const char **ret_reason);
// Set queue 0 up, with at least `min_size` descriptors, and start the device.
int virtio_start(struct virtio_device *device, struct virtq *queue, struct virtq_memory *memory,
                 uint64_t physical, uint16_t min_size, const char **ret_reason);
// Return how the device reports the end of a request, for a message: "MSI-X of 00:03.0", "polled".
const char *virtio_reports_by(const struct virtio_device *device);
// Put a request, notify the device, and wait for the answer. NULL, or what the device did wrong:
// then the caller stops the device.
const char *virtio_request(struct virtio_device *device, struct virtq *queue,
                           const struct virtq_piece *pieces, uint16_t count, uint32_t *ret_written);
// Stop the device. False: it does not stop.
bool virtio_reset(const struct virtio_device *device);
// Read `count` words of the configuration from byte `offset` on, a multiple of 4, all of one
// generation. False: the configuration is too small, or keeps changing.
bool virtio_config(const struct virtio_device *device, uint32_t offset, uint32_t *ret,
                   uint32_t count);
// The same for bytes.
bool virtio_config_bytes(const struct virtio_device *device, uint32_t offset, uint8_t *ret,
                         uint32_t count);

#endif
