// SPDX-License-Identifier: BSD-2-Clause
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include <btl/format.h>
#include <btl/module.h>

#include "virtio/mmio.h"

extern const struct btl_wrapper btl_wrapper; // of the driver

struct test_device device;
static uint8_t registers[REGISTERS];

enum { AT_COMMON = 0, AT_CONFIG = 0x1000, AT_NOTIFY = 0x2000, AT_ISR = 0x3000 };

static uint32_t disk_serve(uint16_t head, uint8_t status);

void device_begin(void)
{
    memset(&device, 0, sizeof(device));
    device.id = 0x1042;
    device.offered = 1ull << 32 | 1 << 6 | 1 << 5;
    device.capacity = DISK_SIZE / 512;
    device.block_size = 512;
    device.queues = 1;
    device.queue_size = 256;
    device.multiplier = 4;
    device.common_length = 56;
    device.config_length = 60;
    device.bar = 4;
    device.bar_size = REGISTERS;
    device.bus_master = false;
    device.serve = disk_serve;
    for (size_t i = 0; i < DISK_SIZE; i++)
        device.disk[i] = (uint8_t)(i * 7 + i / 512);
}

int driver_load(void)
{
    return btl_wrapper.load(&(struct btl_load_args){.name = "virtio_blk", .flags = "", .phase = 1});
}

int driver_unload(void)
{
    return btl_wrapper.unload();
}

bool said(const char *text)
{
    return strstr(device.console, text) != NULL;
}

void device_end(void)
{
    assert_null(device.added);
    assert_int_equal(device.maps, 0);
    assert_int_equal(device.pages, 0);
    assert_int_equal(device.memory, 0);
    assert_null(device.handler);
}

// ---------------------------------------------------------------------------------------- requests

struct virtq_memory *device_queue(void)
{
    return (struct virtq_memory *)(uintptr_t)device.queue_address[0];
}

// Serve a request by the rules.
static uint32_t disk_serve(uint16_t head, uint8_t status)
{
    const struct virtq_descriptor *at = &device_queue()->descriptor[head];
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header;
    assert_int_equal(at[0].size, sizeof(header));
    assert_int_equal(at[0].flags, 1); // next
    memcpy(&header, (void *)(uintptr_t)at[0].physical, sizeof(header));
    const struct virtq_descriptor *data = &device_queue()->descriptor[at[0].next];
    const struct virtq_descriptor *last = &device_queue()->descriptor[data->next];
    assert_int_equal(header.type, 0);
    assert_int_equal(data->flags, 3); // next, the device writes
    assert_int_equal(last->flags, 2);
    assert_int_equal(last->size, 1);
    assert_true(header.sector * 512 + data->size <= DISK_SIZE);
    memcpy((void *)(uintptr_t)data->physical, device.disk + header.sector * 512, data->size);
    *(uint8_t *)(uintptr_t)last->physical = status;
    return data->size + 1;
}

static void answer(uint32_t id, uint32_t written, uint16_t steps)
{
    struct virtq_used *used = &device_queue()->used;
    used->ring[used->index % device.queue_size] = (struct virtq_used_element){id, written};
    used->index = (uint16_t)(used->index + steps);
}

static void misbehave(enum misdeed misdeed, uint16_t head)
{
    switch (misdeed) {
    case SILENT:
        return;
    case INDEX_JUMPS:
        return answer(head, device.serve(head, 0), 3);
    case INDEX_BACK:
        return answer(head, device.serve(head, 0), UINT16_MAX);
    case WRONG_ID:
        return answer(head + 1u, device.serve(head, 0), 1);
    case HUGE_ID:
        return answer(UINT32_MAX, device.serve(head, 0), 1);
    case WRITES_TOO_MUCH:
        return answer(head, device.serve(head, 0) + 1, 1);
    case WRITES_LESS:
        return answer(head, device.serve(head, 0) / 2, 1);
    case WRITES_NOTHING:
        return answer(head, 0, 1);
    case NO_STATUS:
        return answer(head, device.serve(head, 0xff), 1);
    case READ_ERROR:
        return answer(head, device.serve(head, 1), 1);
    case UNSUPPORTED:
        return answer(head, device.serve(head, 2), 1);
    case ODD_STATUS:
        return answer(head, device.serve(head, 77), 1);
    case NEEDS_RESET:
        device.status |= 64;
        return;
    default:
        return answer(head, device.serve(head, 0), 1);
    }
}

// Let the driver know, if it wants that.
static void interrupt(void)
{
    bool message = device.intr_kind == PCI_INTR_MSIX && device.vector == 0;
    if (device.handler == NULL || device.interrupts_lost ||
        (device_queue()->available.flags & 1) != 0 ||
        (device.intr_kind == PCI_INTR_MSIX && !message))
        return;
    device.isr = 1;
    device.handled += device.handler(device.handler_argument);
    // A line that the driver leaves raised interrupts for ever.
    assert_true(message || device.isr == 0);
}

static void answer_requests(void)
{
    const struct virtq_available *available = &device_queue()->available;
    bool any = device.available != available->index;
    assert_true(device.enabled && (device.status & 4) != 0);
    while (device.available != available->index) {
        uint16_t head = available->ring[device.available++ % device.queue_size];
        bool now = device.requests++ >= device.from_request;
        misbehave(now ? device.misdeed : GOOD, head);
    }
    if (any)
        interrupt();
}

static void notified(void)
{
    if (!device.late)
        answer_requests();
}

// --------------------------------------------------------------------------------------- registers

static uint64_t config_field(uint32_t offset)
{
    uint32_t value = 0;
    if (device.serve == disk_serve) {
        memcpy(device.config, &device.capacity, 8);
        memcpy(device.config + 8, &device.size_max, 4);
        memcpy(device.config + 20, &device.block_size, 4);
    }
    assert_true(offset + 4 <= sizeof(device.config));
    memcpy(&value, device.config + offset, 4);
    return value;
}

static uint64_t register_read(uint32_t offset)
{
    uint64_t features = device.no_version ? device.offered & UINT32_MAX : device.offered;
    switch (offset) {
    case 4:
        return device.device_select == 0 ? features & UINT32_MAX : features >> 32;
    case 18:
        return device.queues;
    case 20:
        return device.never_resets ? device.status | 1 : device.status;
    case 21:
        return device.restless ? device.generation++ : device.generation;
    case 24:
        return device.queue_size;
    case 26:
        return device.vector;
    case 30:
        return device.notify_offset;
    default:
        return 0;
    }
}

static void write_status(uint8_t value)
{
    device.status = value;
    if (value == 0) {
        device.enabled = false;
        device.available = 0;
    }
    if ((value & 8) != 0 && device.refuses_features)
        device.status &= (uint8_t)~8;
    if ((value & 4) != 0 && device.fails_at_start)
        device.status |= 64;
}

static void register_write(uint32_t offset, uint64_t value)
{
    if (offset == 0)
        device.device_select = (uint32_t)value;
    else if (offset == 8)
        device.driver_select = (uint32_t)value;
    else if (offset == 12)
        device.accepted |= value << (device.driver_select == 0 ? 0 : 32);
    else if (offset == 20)
        write_status((uint8_t)value);
    else if (offset == 24)
        device.queue_size = (uint16_t)value;
    else if (offset == 26)
        device.vector = device.refuses_vectors ? 0xffff : (uint16_t)value;
    else if (offset == 28)
        device.enabled = value == 1;
    else if (offset >= 32 && offset < 56)
        memcpy((uint8_t *)device.queue_address + (offset - 32), &value, 4);
}

static uint32_t offset_of(const void *at, uint32_t width)
{
    uint64_t offset = (uint64_t)((const uint8_t *)at - registers);
    assert_true(device.maps > 0 && offset + width <= REGISTERS);
    assert_int_equal(offset % width, 0); // accesses have the width of the field (4.1.3.1)
    return (uint32_t)offset;
}

static uint64_t read_at(const void *at, uint32_t width)
{
    uint32_t offset = offset_of(at, width);
    if (offset == AT_ISR) {
        uint8_t isr = device.isr;
        device.isr = 0;
        return isr;
    }
    return offset >= AT_CONFIG && offset < AT_NOTIFY ? config_field(offset - AT_CONFIG)
                                                     : register_read(offset);
}

static void write_at(void *at, uint64_t value, uint32_t width)
{
    uint32_t offset = offset_of(at, width);
    if (offset >= AT_NOTIFY)
        notified();
    else
        register_write(offset, value);
}

uint8_t mmio_read8(const void *at)
{
    return (uint8_t)read_at(at, 1);
}
uint16_t mmio_read16(const void *at)
{
    return (uint16_t)read_at(at, 2);
}
uint32_t mmio_read32(const void *at)
{
    return (uint32_t)read_at(at, 4);
}
void mmio_write8(void *at, uint8_t value)
{
    write_at(at, value, 1);
}
void mmio_write16(void *at, uint16_t value)
{
    write_at(at, value, 2);
}
void mmio_write32(void *at, uint32_t value)
{
    write_at(at, value, 4);
}

// ------------------------------------------------------------------------------- the module pci

static const struct pci_function function = {.vendor = 0x1af4, .device = 3};

const struct pci_function *pci_find(uint16_t vendor, uint16_t id, const struct pci_function *after)
{
    return !device.absent && after == NULL && id == device.id ? &function : NULL;
}

// Four capabilities, at 0x40, 0x60, 0x80 and 0xa0.
uint8_t pci_capability(const struct pci_function *at, uint8_t id, uint8_t after)
{
    if (device.no_caps)
        return 0;
    if (device.caps_circle && after == 0xa0)
        return 0x40;
    return after == 0 ? 0x40 : after < 0xa0 ? (uint8_t)(after + 0x20) : 0;
}

uint32_t pci_read32(const struct pci_function *at, uint8_t offset)
{
    static const uint32_t type[] = {1, 4, 2, 3},
                          place[] = {AT_COMMON, AT_CONFIG, AT_NOTIFY, AT_ISR};
    unsigned cap = (offset - 0x40u) / 0x20;
    assert_true(offset >= 0x40 && cap < 4);
    switch (offset % 0x20) {
    case 0:
        return 9 | type[cap] << 24;
    case 4:
        return device.bar;
    case 8:
        return place[cap] + (cap == 0 ? device.common_offset : 0);
    case 12:
        return cap == 0 ? device.common_length : cap == 1 ? device.config_length : 0x1000;
    default:
        return device.multiplier;
    }
}

bool pci_memory_bar(const struct pci_function *at, unsigned bar, uint64_t *ret_address,
                    uint64_t *ret_size)
{
    *ret_address = (uintptr_t)registers;
    *ret_size = device.bar_size;
    return bar < 6;
}

void pci_enable(const struct pci_function *at, bool on)
{
    device.bus_master = on;
}

int pci_intr_attach(const struct pci_function *at, unsigned kinds, btl_intr_handler *handler,
                    void *argument, struct btl_intr **ret_intr)
{
    static struct btl_lock attached; // a place in memory
    if (device.intr_kind == 0)
        return BTL_ENOSYS;
    if ((kinds & device.intr_kind) == 0)
        return BTL_ENODEV;
    device.handler = handler;
    device.handler_argument = argument;
    *ret_intr = (struct btl_intr *)(void *)&attached;
    return 0;
}

unsigned pci_intr_kind(const struct pci_function *at)
{
    return device.handler != NULL ? device.intr_kind : 0;
}

// ----------------------------------------------------------------------------------- the kernel

static bool locked;

void intr_detach(struct btl_intr *intr)
{
    if (intr != NULL)
        device.handler = NULL;
}

const char *intr_name(const struct btl_intr *intr)
{
    return device.intr_kind == PCI_INTR_MSIX ? "MSI-X of 00:03.0" : "line 11 of 00:03.0";
}

void lock_acquire(struct btl_lock *lock)
{
    assert_false(locked);
    locked = true;
}

void lock_release(struct btl_lock *lock)
{
    assert_true(locked);
    locked = false;
}

void lock_wait(struct btl_lock *lock, uint64_t microseconds)
{
    assert_true(locked);
    device.waits++;
    locked = false;
    if (device.late)
        answer_requests();
    locked = true;
}

int block_add(struct block_device *block)
{
    assert_null(device.added);
    device.added = block;
    return 0;
}

void block_remove(struct block_device *block)
{
    assert_ptr_equal(device.added, block);
    device.added = NULL;
}

void *map_device(uint64_t physical, size_t size)
{
    assert_true(physical - (uintptr_t)registers + size <= REGISTERS);
    device.maps++;
    return (void *)(uintptr_t)physical;
}

void unmap_device(void *mapping, size_t size)
{
    device.maps--;
}

void *kmem_alloc(size_t size)
{
    device.memory++;
    return calloc(1, size);
}

void kmem_free(void *memory)
{
    device.memory -= memory != NULL;
    free(memory);
}

uint64_t page_alloc(size_t count)
{
    void *pages = aligned_alloc(BTL_PAGE_SIZE, count * BTL_PAGE_SIZE);
    memset(pages, 0, count * BTL_PAGE_SIZE);
    device.pages += count;
    return (uintptr_t)pages;
}

void page_free(uint64_t physical, size_t count)
{
    assert_false(device.bus_master && device.status != 0 && device.enabled);
    device.pages -= count;
    free((void *)(uintptr_t)physical);
}

void *phys_to_virt(uint64_t physical)
{
    return (void *)(uintptr_t)physical;
}

// Each read of the clock takes a second.
uint64_t time_ticks(void)
{
    return device.ticks++;
}

uint64_t time_ticks_per_second(void)
{
    return 1;
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    device.console_len += btl_vformat_to(device.console + device.console_len,
                                         sizeof(device.console) - device.console_len, format, args);
    va_end(args);
    assert_true(device.console_len < sizeof(device.console));
}
