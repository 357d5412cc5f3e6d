// SPDX-License-Identifier: BSD-2-Clause
#include "failure/hardware.h"

#include "base/handoff.h"
#include "console/say.h"

#include <btl/kernel.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u

static uint32_t port_in(uint16_t port, uint32_t width)
{
    return width == 1 ? port_in8(port) : width == 2 ? port_in16(port) : port_in32(port);
}

static void port_out(uint16_t port, uint32_t width, uint32_t value)
{
    if (width == 1)
        port_out8(port, (uint8_t)value);
    else if (width == 2)
        port_out16(port, (uint16_t)value);
    else
        port_out32(port, value);
}

static void port_change(uint16_t port, const struct btl_watchdog *watchdog)
{
    uint32_t found = port_in(port, watchdog->width);

    port_out(port, watchdog->width, (found & ~watchdog->mask) | watchdog->value);
}

void hardware_watchdog_stop(void)
{
    struct btl_watchdog watchdog;

    if (!handoff_ready() || !btl_manifest_watchdog(handoff_manifest(), &watchdog))
        return;
    if (watchdog.space == BTLM_SPACE_IO)
        port_change((uint16_t)watchdog.address, &watchdog);
    else if (watchdog.space == BTLM_SPACE_PCI && (watchdog.address & 0xfff) < 0x100) {
        // Bus, device, function and register.
        uint32_t place = (uint32_t)(watchdog.address >> 12 << 8 | (watchdog.address & 0xfc));
        port_out32(CONFIG_ADDRESS, CONFIG_ENABLE | place);
        port_change((uint16_t)(CONFIG_DATA + (watchdog.address & 3)), &watchdog);
    } else {
        kernel_say(BTL_RUN_WATCHDOG_STAYS, BTL_DEC(watchdog.seconds));
        return;
    }
    kprintf("watchdog: the machine's own watchdog (%u s) is stopped\n", watchdog.seconds);
}
