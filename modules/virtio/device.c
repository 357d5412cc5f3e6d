// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/device.h"

#include "virtio/mmio.h"

#include <btl/kernel.h>

enum { CAPABILITY_VENDOR = 9 };
// struct virtio_pci_cap (4.1.4)
enum { CAP_TYPE = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_LENGTH = 12, CAP_MULTIPLIER = 16 };
enum { TYPE_COMMON = 1, TYPE_NOTIFY = 2, TYPE_ISR = 3, TYPE_DEVICE = 4 };

// struct virtio_pci_common_cfg (4.1.4.3)
enum {
    COMMON_DEVICE_SELECT = 0,
    COMMON_DEVICE_FEATURE = 4,
    COMMON_DRIVER_SELECT = 8,
    COMMON_DRIVER_FEATURE = 12,
    COMMON_CONFIG_VECTOR = 16,
    COMMON_QUEUES = 18,
    COMMON_STATUS = 20,
    COMMON_GENERATION = 21,
    COMMON_QUEUE_SELECT = 22,
    COMMON_QUEUE_SIZE = 24,
    COMMON_QUEUE_VECTOR = 26,
    COMMON_QUEUE_ENABLE = 28,
    COMMON_QUEUE_NOTIFY = 30,
    COMMON_QUEUE_DESCRIPTOR = 32,
    COMMON_QUEUE_DRIVER = 40,
    COMMON_QUEUE_DEVICE = 48,
    COMMON_SIZE = 56
};
enum {
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    STATUS_NEEDS_RESET = 64,
    STATUS_FAILED = 128
};

#define NO_VECTOR        0xffff
#define RECHECK          10000      // microseconds without an interrupt, which may have got lost
#define REGION_MAX       (1u << 20) // maximum bytes of mapped registers
#define RESET_POLLS      1000000
#define CONFIG_ATTEMPTS  16
#define CAPABILITIES_MAX 48 // as many as fit
#define WAIT_SECONDS     10
#define WAIT_POLLS       (1ull << 32) // if the rate of the clock is unknown

static uint8_t virtio_status(const struct virtio_device *device)
{
    return mmio_read8(device->common.at + COMMON_STATUS);
}

static void virtio_add_status(const struct virtio_device *device, uint8_t bits)
{
    mmio_write8(device->common.at + COMMON_STATUS, (uint8_t)(virtio_status(device) | bits));
}

// Write the halves separately, the low one first (4.1.3.1).
static void virtio_write64(uint8_t *at, uint64_t value)
{
    mmio_write32(at, (uint32_t)value);
    mmio_write32(at + 4, (uint32_t)(value >> 32));
}

// Map the registers that the capability at `cap` describes. False: their place is not valid.
static bool virtio_map(const struct pci_function *function, uint8_t cap, struct virtio_region *ret)
{
    uint32_t offset = pci_read32(function, (uint8_t)(cap + CAP_OFFSET));
    uint32_t length = pci_read32(function, (uint8_t)(cap + CAP_LENGTH));
    uint8_t bar = (uint8_t)pci_read32(function, (uint8_t)(cap + CAP_BAR));
    uint64_t address, size;
    if (!pci_memory_bar(function, bar, &address, &size) || !btl_in_range(offset, length, size) ||
        !btl_add(address, size, &size))
        return false;
    length = length < REGION_MAX ? length : REGION_MAX;
    void *at = length > 0 ? map_device(address + offset, length) : NULL;
    if (at == NULL)
        return false;
    *ret = (struct virtio_region){.at = at, .size = length, .mapping = at, .mapped = length};
    return true;
}

// Map the registers of the first capability of a type, which the device prefers (4.1.4.1).
static void virtio_use_capability(struct virtio_device *device, uint8_t cap)
{
    const struct pci_function *function = device->function;
    uint8_t type = (uint8_t)(pci_read32(function, cap) >> (8 * CAP_TYPE));
    struct virtio_region *region = type == TYPE_COMMON   ? &device->common
                                   : type == TYPE_NOTIFY ? &device->notify
                                   : type == TYPE_ISR    ? &device->isr
                                   : type == TYPE_DEVICE ? &device->config
                                                         : NULL;
    if (region == NULL || region->size != 0 || !virtio_map(function, cap, region))
        return;
    if (type == TYPE_NOTIFY)
        device->notify_multiplier = pci_read32(function, (uint8_t)(cap + CAP_MULTIPLIER));
}

static void virtio_unmap(struct virtio_region *region)
{
    if (region->mapping != NULL)
        unmap_device(region->mapping, region->mapped);
    *region = (struct virtio_region){0};
}

static void virtio_unmap_all(struct virtio_device *device)
{
    virtio_unmap(&device->common);
    virtio_unmap(&device->notify);
    virtio_unmap(&device->config);
    virtio_unmap(&device->isr);
}

// A capability ends inside the 256 bytes of the configuration space.
static bool virtio_capability_fits(uint8_t cap)
{
    return cap <= 0x100 - CAP_MULTIPLIER - 4;
}

int virtio_open(struct virtio_device *device, const struct pci_function *function,
                const char **ret_reason)
{
    *device = (struct virtio_device){.function = function, .lock = BTL_LOCK("virtio")};
    pci_enable(function, true);
    uint8_t cap = 0;
    // pci_capability() continues from `cap` each time; a circle would never end.
    for (int i = 0;
         i < CAPABILITIES_MAX && (cap = pci_capability(function, CAPABILITY_VENDOR, cap)) != 0; i++)
        if (virtio_capability_fits(cap))
            virtio_use_capability(device, cap);
    *ret_reason = "it has no mappable registers of virtio 1.0 or later";
    if (device->common.size >= COMMON_SIZE && device->notify.size >= 2) {
        *ret_reason = "it does not reset";
        if (virtio_reset(device)) {
            virtio_add_status(device, STATUS_ACKNOWLEDGE);
            virtio_add_status(device, STATUS_DRIVER);
            return 0;
        }
    }
    virtio_unmap_all(device);
    pci_enable(function, false);
    return BTL_ENODEV;
}

bool virtio_reset(const struct virtio_device *device)
{
    mmio_write8(device->common.at + COMMON_STATUS, 0);
    for (uint32_t i = 0; i < RESET_POLLS; i++)
        if (virtio_status(device) == 0)
            return true;
    return false;
}

bool virtio_close(struct virtio_device *device)
{
    bool stopped = virtio_reset(device);
    intr_detach(device->intr);
    device->intr = NULL;
    pci_enable(device->function, false);
    virtio_unmap_all(device);
    return stopped;
}

// Is the device present and without an error? An unplugged device reads as all ones.
static bool virtio_is_alive(const struct virtio_device *device)
{
    return (virtio_status(device) & (STATUS_NEEDS_RESET | STATUS_FAILED)) == 0;
}

static uint32_t virtio_offered_half(const struct virtio_device *device, uint32_t half)
{
    mmio_write32(device->common.at + COMMON_DEVICE_SELECT, half);
    return mmio_read32(device->common.at + COMMON_DEVICE_FEATURE);
}

static void virtio_accept_half(const struct virtio_device *device, uint32_t half, uint32_t features)
{
    mmio_write32(device->common.at + COMMON_DRIVER_SELECT, half);
    mmio_write32(device->common.at + COMMON_DRIVER_FEATURE, features);
}

int virtio_negotiate(struct virtio_device *device, uint64_t wanted, const char **ret_reason)
{
    uint64_t offered = virtio_offered_half(device, 0) | (uint64_t)virtio_offered_half(device, 1)
                                                            << 32;
    *ret_reason = "it does not offer virtio 1.0";
    if ((offered & VIRTIO_F_VERSION_1) == 0)
        return BTL_ENODEV;
    device->features = offered & (wanted | VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM |
                                  VIRTIO_F_ORDER_PLATFORM);
    virtio_accept_half(device, 0, (uint32_t)device->features);
    virtio_accept_half(device, 1, (uint32_t)(device->features >> 32));
    virtio_add_status(device, STATUS_FEATURES_OK);
    *ret_reason = "it rejects the features that this driver accepts";
    return (virtio_status(device) & STATUS_FEATURES_OK) != 0 ? 0 : BTL_ENODEV;
}

// Reading the register of a line ends its interrupt; a message needs nothing. Either ends a wait.
static bool virtio_interrupted(void *argument)
{
    const struct virtio_device *device = argument;
    return pci_intr_kind(device->function) != PCI_INTR_LINE || mmio_read8(device->isr.at) != 0;
}

// Let queue 0 interrupt, by a message or, without one, by the line. Without either it is polled.
static void virtio_use_interrupt(struct virtio_device *device, struct virtq *queue)
{
    uint8_t *common = device->common.at;
    unsigned kinds = PCI_INTR_MSIX | (device->isr.size > 0 ? PCI_INTR_LINE : 0);
    if (pci_intr_attach(device->function, kinds, virtio_interrupted, device, &device->intr) != 0)
        return;
    if (pci_intr_kind(device->function) == PCI_INTR_MSIX) {
        mmio_write16(common + COMMON_CONFIG_VECTOR, NO_VECTOR);
        mmio_write16(common + COMMON_QUEUE_VECTOR, 0);
        if (mmio_read16(common + COMMON_QUEUE_VECTOR) == NO_VECTOR) {
            intr_detach(device->intr);
            device->intr = NULL;
            return;
        }
    }
    virtq_interrupt(queue);
}

const char *virtio_reports_by(const struct virtio_device *device)
{
    return device->intr != NULL ? intr_name(device->intr) : "polled";
}

int virtio_start(struct virtio_device *device, struct virtq *queue, struct virtq_memory *memory,
                 uint64_t physical, uint16_t min_size, const char **ret_reason)
{
    uint8_t *common = device->common.at;
    *ret_reason = "it has no queue";
    if (mmio_read16(common + COMMON_QUEUES) == 0)
        return BTL_ENODEV;
    mmio_write16(common + COMMON_QUEUE_SELECT, 0);
    uint16_t size = mmio_read16(common + COMMON_QUEUE_SIZE);
    *ret_reason = "the size of its queue is not a power of two, or too small";
    if (!btl_is_power_of_two(size) || size < min_size)
        return BTL_ENODEV;
    size = size < VIRTQ_SIZE_MAX ? size : VIRTQ_SIZE_MAX;
    uint64_t notify =
        (uint64_t)mmio_read16(common + COMMON_QUEUE_NOTIFY) * device->notify_multiplier;
    *ret_reason = "its notification register lies outside its registers";
    if (!btl_in_range(notify, 2, device->notify.size) || notify % 2 != 0)
        return BTL_ENODEV;
    device->notify_at = device->notify.at + notify;
    virtq_init(queue, memory, size);
    mmio_write16(common + COMMON_QUEUE_SIZE, size);
    virtio_write64(common + COMMON_QUEUE_DESCRIPTOR,
                   physical + offsetof(struct virtq_memory, descriptor));
    virtio_write64(common + COMMON_QUEUE_DRIVER,
                   physical + offsetof(struct virtq_memory, available));
    virtio_write64(common + COMMON_QUEUE_DEVICE, physical + offsetof(struct virtq_memory, used));
    virtio_use_interrupt(device, queue);
    mmio_write16(common + COMMON_QUEUE_ENABLE, 1);
    virtio_add_status(device, STATUS_DRIVER_OK);
    *ret_reason = "it failed when it was started";
    return virtio_is_alive(device) ? 0 : BTL_ENODEV;
}

// Look for the answer; if there is none, wait for an interrupt.
static enum virtq_answer virtio_look(struct virtio_device *device, struct virtq *queue,
                                     uint32_t *ret_written)
{
    lock_acquire(&device->lock);
    enum virtq_answer answer = virtq_poll(queue, ret_written);
    if (answer == VIRTQ_PENDING && device->intr != NULL)
        lock_wait(&device->lock, RECHECK);
    lock_release(&device->lock);
    return answer;
}

// Wait for the answer to the pending request.
static enum virtq_answer virtio_wait(struct virtio_device *device, struct virtq *queue,
                                     uint32_t *ret_written)
{
    uint64_t limit = time_ticks_per_second() * WAIT_SECONDS, start = time_ticks();
    enum virtq_answer answer;
    for (uint64_t polls = 0;; polls++) {
        answer = virtio_look(device, queue, ret_written);
        bool late = limit > 0 ? time_ticks() - start > limit : polls > WAIT_POLLS;
        if (answer != VIRTQ_PENDING || late)
            return answer;
    }
}

const char *virtio_request(struct virtio_device *device, struct virtq *queue,
                           const struct virtq_piece *pieces, uint16_t count, uint32_t *ret_written)
{
    if (!virtq_put(queue, pieces, count))
        return "its queue takes no request";
    mmio_write16(device->notify_at, 0); // the number of the queue
    switch (virtio_wait(device, queue, ret_written)) {
    case VIRTQ_PENDING:
        return "it does not answer";
    case VIRTQ_BROKEN:
        return "its answer does not match the request";
    case VIRTQ_DONE:
        break;
    }
    return NULL;
}

// Read `count` fields of `width` bytes, 1 or 4: a field must be read whole (4.1.3.1).
static bool virtio_config_read(const struct virtio_device *device, uint32_t offset, uint8_t *ret,
                               uint32_t width, uint32_t count)
{
    if (!btl_in_range(offset, (uint64_t)width * count, device->config.size))
        return false;
    for (int attempt = 0; attempt < CONFIG_ATTEMPTS; attempt++) {
        uint8_t before = mmio_read8(device->common.at + COMMON_GENERATION);
        for (uint32_t i = 0; i < count; i++) {
            const uint8_t *at = device->config.at + offset + width * i;
            uint32_t field = width == 1 ? mmio_read8(at) : mmio_read32(at);
            memcpy(ret + width * i, &field, width);
        }
        if (mmio_read8(device->common.at + COMMON_GENERATION) == before)
            return true;
    }
    return false;
}

bool virtio_config(const struct virtio_device *device, uint32_t offset, uint32_t *ret,
                   uint32_t count)
{
    return virtio_config_read(device, offset, (uint8_t *)ret, sizeof(*ret), count);
}

bool virtio_config_bytes(const struct virtio_device *device, uint32_t offset, uint8_t *ret,
                         uint32_t count)
{
    return virtio_config_read(device, offset, ret, sizeof(*ret), count);
}
