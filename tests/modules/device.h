// SPDX-License-Identifier: BSD-2-Clause
// A virtio device in a host process, and the kernel functions that its driver calls: a disk, unless
// a test makes another device of it. The device keeps the rules of VIRTIO 1.1, except those that a
// test breaks. Its memory is memory of the process, so the address sanitizer reports wrong accesses
// of the driver.
#ifndef TEST_MODULES_DEVICE_H
#define TEST_MODULES_DEVICE_H

#include "test_case.h"

#include "block.h"
#include "pci.h"
#include "virtio/queue.h"

#define DISK_SIZE (1u << 20)
#define REGISTERS 0x4000 // bytes of its BAR

// How the device breaks the rules for a request.
enum misdeed {
    GOOD,
    SILENT,          // no answer
    INDEX_JUMPS,     // the used index moves by 3
    INDEX_BACK,      // the used index moves by -1
    WRONG_ID,        // the answer is for another chain
    HUGE_ID,         // the answer is for no descriptor
    WRITES_TOO_MUCH, // reports more bytes than fit
    WRITES_LESS,     // reports success, and wrote half
    WRITES_NOTHING,
    NO_STATUS,   // answers without a status byte
    READ_ERROR,  // honest: VIRTIO_BLK_S_IOERR
    UNSUPPORTED, // honest
    ODD_STATUS,
    NEEDS_RESET, // no answer, and reports an error
    MISDEEDS
};

struct test_device {
    // Set by the test.
    bool absent;
    uint16_t id;
    uint64_t offered; // features
    uint64_t capacity;
    uint32_t block_size, size_max;
    uint16_t queues, queue_size, notify_offset;
    uint32_t multiplier, common_offset, common_length, config_length;
    uint8_t bar;
    uint64_t bar_size;
    bool no_version, no_caps, caps_circle, refuses_features, never_resets, restless;
    bool fails_at_start;
    unsigned intr_kind;   // by which it interrupts: PCI_INTR_MSIX, PCI_INTR_LINE; 0: by none
    bool refuses_vectors; // of MSI-X
    bool late;            // answers while the driver waits
    bool interrupts_lost; // interrupts are lost
    enum misdeed misdeed;
    int from_request; // the misdeed begins at this request, from 0
    // Answer the chain from descriptor `head`; return the number of written bytes. A disk answers
    // with `status`.
    uint32_t (*serve)(uint16_t head, uint8_t status);
    uint8_t config[64]; // of another device than a disk

    // Set by driver and device.
    uint8_t disk[DISK_SIZE];
    uint8_t status, generation;
    uint64_t accepted;
    uint32_t device_select, driver_select;
    uint64_t queue_address[3];
    bool enabled;
    uint16_t available;
    int requests;
    uint32_t maps;  // mapped registers
    uint64_t pages; // allocated pages
    size_t memory;  // kmem allocations
    bool bus_master;
    char console[1 << 16];
    size_t console_len;
    struct block_device *added; // added by the driver
    uint64_t ticks;
    btl_intr_handler *handler;
    void *handler_argument;
    uint32_t waits;   // for an interrupt
    uint32_t handled; // interrupts that the driver has claimed
    uint16_t vector;  // of the queue
    uint8_t isr;
};
extern struct test_device device;

void device_begin(void); // an ordinary disk
struct virtq_memory *device_queue(void);
// Load the driver. Return 0 or its error.
int driver_load(void);
int driver_unload(void);
bool said(const char *text);
// Fail the test if anything is still allocated.
void device_end(void);

#endif
