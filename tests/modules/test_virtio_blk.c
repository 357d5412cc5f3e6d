// SPDX-License-Identifier: BSD-2-Clause
// The driver of virtio disks against a device that breaks the rules.
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include <btl/kernel.h>

static uint8_t buffer[DISK_SIZE];

static bool read_disk(uint64_t offset, uint64_t size)
{
    memset(buffer, 0xee, sizeof(buffer));
    return device.added->blocks.read(&device.added->blocks, offset, buffer, size);
}

static int begin(void **state)
{
    device_begin();
    return 0;
}

static void loaded(void)
{
    assert_int_equal(driver_load(), 0);
    assert_non_null(device.added);
}

static void end(void)
{
    assert_int_equal(driver_unload(), 0);
    assert_int_equal(device.status, 0);
    assert_false(device.bus_master);
    device_end();
}

static void refused(const char *reason)
{
    assert_int_equal(driver_load(), BTL_ENODEV);
    assert_true(said(reason));
    assert_false(device.bus_master);
    device_end();
}

EACH_TEST(begin, NULL)

TEST(test_every_byte_is_read)
{
    loaded();
    assert_int_equal(device.accepted, 1ull << 32 | 1 << 6);
    assert_int_equal(device.added->blocks.size, DISK_SIZE);
    assert_true(read_disk(0, DISK_SIZE));
    assert_memory_equal(buffer, device.disk, DISK_SIZE);
    assert_int_equal(device.requests, DISK_SIZE / (64 << 10));
    assert_true(read_disk(512 * 5, 512 * 3));
    assert_memory_equal(buffer, device.disk + 512 * 5, 512 * 3);
    assert_int_equal(buffer[512 * 3], 0xee);
    end();
}

// The 16-bit indices of the rings wrap.
TEST(test_indices_wrap)
{
    device.queue_size = 4;
    loaded();
    for (uint32_t i = 0; i < 70000; i++) {
        uint64_t offset = i % (DISK_SIZE / 512) * 512;
        assert_true(read_disk(offset, 512));
        assert_memory_equal(buffer, device.disk + offset, 512);
        buffer[0] ^= 1;
    }
    assert_int_equal(device.requests, 70000);
    end();
}

TEST(test_transitional_device)
{
    device.id = 0x1001;
    loaded();
    end();
}

// It waits for the interrupt of each request, and finds an answer whose interrupt got lost.
TEST(test_interrupts)
{
    static const unsigned kinds[] = {PCI_INTR_MSIX, PCI_INTR_LINE};
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        device_begin();
        device.intr_kind = kinds[i];
        device.late = true;
        loaded();
        assert_true(said(kinds[i] == PCI_INTR_MSIX ? "MSI-X of 00:03.0" : "line 11 of 00:03.0"));
        assert_true(read_disk(0, DISK_SIZE));
        assert_memory_equal(buffer, device.disk, DISK_SIZE);
        assert_int_equal(device.waits, device.requests);
        assert_int_equal(device.handled, device.requests);
        device.interrupts_lost = true;
        assert_true(read_disk(0, 512));
        end();
    }
}

TEST(test_without_interrupts_it_polls)
{
    loaded();
    assert_true(said("polled"));
    assert_true(read_disk(0, 512));
    assert_int_equal(device.waits, 0);
    end();
}

TEST(test_a_device_that_refuses_its_vector_is_polled)
{
    device.intr_kind = PCI_INTR_MSIX;
    device.refuses_vectors = true;
    loaded();
    assert_true(said("polled"));
    assert_null(device.handler);
    assert_true(read_disk(0, DISK_SIZE));
    assert_int_equal(device.handled, 0);
    end();
}

// The line belongs to other devices too.
TEST(test_an_interrupt_of_another_device)
{
    device.intr_kind = PCI_INTR_LINE;
    loaded();
    assert_true(read_disk(0, 512));
    assert_false(device.handler(device.handler_argument));
    end();
}

TEST(test_no_device)
{
    device.absent = true;
    refused("no virtio disk found");
}

TEST(test_largest_request_is_kept)
{
    device.offered |= 1 << 1;
    device.size_max = 1500;
    loaded();
    assert_true(read_disk(0, 4096));
    assert_memory_equal(buffer, device.disk, 4096);
    assert_int_equal(device.requests, 4); // of 1,024
    end();
}

// After each of these the device is stopped, and later reads fail at once.
TEST(test_lies_about_a_request_stop_the_device)
{
    static const enum misdeed lies[] = {SILENT,          INDEX_JUMPS, INDEX_BACK,     WRONG_ID,
                                        HUGE_ID,         WRITES_LESS, WRITES_NOTHING, NO_STATUS,
                                        WRITES_TOO_MUCH, NEEDS_RESET};
    for (size_t i = 0; i < BTL_COUNT(lies); i++) {
        device_begin();
        device.misdeed = lies[i];
        device.from_request = 1;
        loaded();
        assert_true(read_disk(0, 64 << 10));
        assert_false(read_disk(0, 512));
        assert_true(said("it is not used any more"));
        assert_int_equal(device.status, 0);
        int requests = device.requests;
        assert_false(read_disk(0, 512));
        assert_int_equal(device.requests, requests);
        end();
    }
}

// A reported error fails one read: the next may succeed.
TEST(test_read_errors_are_passed_on)
{
    static const enum misdeed errors[] = {READ_ERROR, UNSUPPORTED, ODD_STATUS};
    for (size_t i = 0; i < BTL_COUNT(errors); i++) {
        device_begin();
        device.misdeed = errors[i];
        loaded();
        assert_false(read_disk(512, 512));
        assert_true(said("512 bytes at 0x200"));
        device.misdeed = GOOD;
        assert_true(read_disk(512, 512));
        assert_memory_equal(buffer, device.disk + 512, 512);
        end();
    }
}

TEST(test_error_in_the_middle_of_a_read)
{
    device.misdeed = READ_ERROR;
    device.from_request = 2;
    loaded();
    assert_false(read_disk(0, DISK_SIZE));
    assert_int_equal(device.requests, 3);
    end();
}

TEST(test_devices_that_cannot_be_used)
{
    device.no_version = true;
    refused("it does not offer virtio 1.0");
    device_begin();
    device.refuses_features = true;
    refused("it rejects the features");
    device_begin();
    device.no_caps = true;
    refused("no mappable registers of virtio 1.0");
    device_begin();
    device.fails_at_start = true;
    refused("it failed when it was started");
    device_begin();
    device.queues = 0;
    refused("it has no queue");
}

TEST(test_registers_that_lie_elsewhere)
{
    device.bar_size = 0x1000; // configuration and notification are past its end
    refused("no mappable registers of virtio 1.0");
    device_begin();
    device.common_offset = UINT32_MAX;
    refused("no mappable registers of virtio 1.0");
    device_begin();
    device.common_length = 55;
    refused("no mappable registers of virtio 1.0");
    device_begin();
    device.bar = 6;
    refused("no mappable registers of virtio 1.0");
    device_begin();
    device.notify_offset = UINT16_MAX;
    refused("outside its registers");
    device_begin();
    device.multiplier = 1;
    device.notify_offset = 1;
    refused("outside its registers");
    device_begin();
    device.config_length = 4;
    refused("its configuration has no valid size");
}

TEST(test_circle_of_capabilities_ends)
{
    device.caps_circle = true;
    loaded();
    end();
}

TEST(test_queue_sizes)
{
    static const uint16_t bad[] = {0, 1, 2, 3, 100, 65535};
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        device_begin();
        device.queue_size = bad[i];
        refused("the size of its queue");
    }
    device_begin();
    device.queue_size = 32768;
    loaded();
    assert_int_equal(device.queue_size, VIRTQ_SIZE_MAX);
    end();
}

TEST(test_sizes_that_cannot_be)
{
    device.capacity = 0;
    refused("its configuration has no valid size");
    device_begin();
    device.capacity = UINT64_MAX;
    refused("its configuration has no valid size");
    device_begin();
    device.offered |= 1 << 1;
    device.size_max = 511;
    refused("its configuration has no valid size");
    device_begin();
    device.restless = true; // its configuration changes all the time
    refused("its configuration has no valid size");
    static const uint32_t blocks[] = {0, 1, 256, 513, 8192, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(blocks); i++) {
        device_begin();
        device.block_size = blocks[i];
        loaded();
        assert_int_equal(device.added->blocks.block_size, 512);
        end();
    }
}

// A device that has the pages' address may still write to them: they are not reused.
TEST(test_device_that_does_not_stop_keeps_its_pages)
{
    loaded();
    uint64_t pages = device.pages;
    device.never_resets = true;
    struct block_device *block = device.added;
    assert_int_equal(driver_unload(), 0);
    assert_null(device.added);
    assert_non_null(block);
    assert_int_equal(device.maps, 0);
    assert_int_equal(device.memory, 0);
    assert_int_equal(device.pages, pages);
    free((void *)(uintptr_t)device.queue_address[0]); // for the sanitizer
}

TEST(test_device_that_does_not_reset)
{
    device.never_resets = true;
    refused("it does not reset");
}

// Any misdeed at any time, in any kind of device: every read returns the disk's bytes or fails.
TEST(test_random_devices)
{
    srand(1);
    for (int round = 0; round < 3000; round++) {
        device_begin();
        device.misdeed = (enum misdeed)(rand() % MISDEEDS);
        device.from_request = rand() % 6;
        device.queue_size = (uint16_t)(rand() % 4 == 0 ? rand() : 1 << rand() % 16);
        device.offered |= (uint64_t)(rand() & 0xff);
        device.size_max = (uint32_t)(rand() % 5000);
        device.notify_offset = (uint16_t)(rand() % 1100);
        device.config_length = (uint32_t)(rand() % 64);
        if (driver_load() != 0) {
            device_end();
            continue;
        }
        for (int i = 0; i < 8; i++) {
            uint64_t offset = (uint64_t)(rand() % 1000) * 512,
                     size = (uint64_t)(rand() % 300) * 512;
            if (read_disk(offset, size))
                assert_memory_equal(buffer, device.disk + offset, size);
        }
        end();
    }
}
