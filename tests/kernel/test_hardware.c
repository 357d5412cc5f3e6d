// SPDX-License-Identifier: BSD-2-Clause
// The hardware watchdog that the loader has armed is stopped by the write that the manifest names.
#include "world.h"

#include <string.h>

#include "failure/hardware.h"

static void start(const struct btlm_boot *watchdog)
{
    world_begin("");
    world_boot(0);
    world.boot.watchdog = watchdog->watchdog;
    world.boot.watchdog_space = watchdog->watchdog_space;
    world.boot.watchdog_width = watchdog->watchdog_width;
    world.boot.watchdog_address = watchdog->watchdog_address;
    world.boot.watchdog_mask = watchdog->watchdog_mask;
    world.boot.watchdog_value = watchdog->watchdog_value;
    world_seal();
    host_clear();
    memset(host_ports, 0x33, sizeof(host_ports));
}

TEST(test_a_port)
{
    start(&(struct btlm_boot){.watchdog = 60,
                              .watchdog_space = BTLM_SPACE_IO,
                              .watchdog_width = 2,
                              .watchdog_address = 0x668,
                              .watchdog_mask = 0x0800,
                              .watchdog_value = 0x0800});
    hardware_watchdog_stop();
    assert_int_equal(port_in32(0x668), 0x33333b33);
    assert_contains(host_printed(), "watchdog (60 s) is stopped");
}

TEST(test_a_register_of_a_pci_device)
{
    start(&(struct btlm_boot){.watchdog = 8,
                              .watchdog_space = BTLM_SPACE_PCI,
                              .watchdog_width = 1,
                              .watchdog_address = 2u << 20 | 5u << 15 | 3u << 12 | 0x62,
                              .watchdog_mask = 0x03,
                              .watchdog_value = 0});
    hardware_watchdog_stop();
    assert_int_equal(port_in32(0xcf8), 0x80000000 | 2 << 16 | 5 << 11 | 3 << 8 | 0x60);
    assert_int_equal(port_in32(0xcfc), 0x33303333);
}

TEST(test_memory_is_not_mapped_yet)
{
    start(&(struct btlm_boot){.watchdog = 30,
                              .watchdog_space = BTLM_SPACE_MEMORY,
                              .watchdog_width = 4,
                              .watchdog_address = 0xfed00000});
    hardware_watchdog_stop();
    assert_contains(host_printed(), "[run-watchdog-stays]");
}

TEST(test_no_watchdog)
{
    start(&(struct btlm_boot){.watchdog = 0});
    hardware_watchdog_stop();
    assert_string_equal(host_printed(), "");
    assert_int_equal(port_in32(0xcf8), 0x33333333);
}
