// SPDX-License-Identifier: BSD-2-Clause
// The step that arms the machine's own watchdog, with watchdog="SECONDS". It resets the machine if
// the kernel hangs before a driver of its own has taken the watchdog over.
#include "boot.h"

// In this order: a device that was added on purpose; what the firmware describes; the chipset's.
static const struct watchdog_driver *const drivers[] = {&i6300esb_driver, &wdat_driver,
                                                        &tco_driver};

static void hardware_report_fault(struct boot *boot, const struct watchdog_driver *driver,
                                  const char *fault)
{
    btl_report(boot->attempt.diags, BTL_WATCHDOG_UNUSABLE, (struct btl_place){0},
               BTL_ARG_Z(driver->name), BTL_ARG_Z(fault));
}

// Find a watchdog that can do the time. False: there is none, reported.
static bool hardware_find(struct boot *boot, uint32_t seconds)
{
    struct hardware *hardware = &boot->hardware;
    bool any = false;
    for (size_t i = 0; i < BTL_COUNT(drivers); i++) {
        struct watchdog_device *device = &hardware->device;
        *device = (struct watchdog_device){.fw = boot->fw, .acpi_rsdp = boot->facts.acpi_rsdp};
        if (!drivers[i]->find(device))
            continue;
        any = true;
        if (device->fault != NULL)
            hardware_report_fault(boot, drivers[i], device->fault);
        else if (seconds < device->seconds_min || seconds > device->seconds_max)
            btl_report(boot->attempt.diags, BTL_WATCHDOG_TIME, (struct btl_place){0},
                       BTL_ARG_Z(drivers[i]->name), BTL_DEC(device->seconds_min),
                       BTL_DEC(device->seconds_max), BTL_DEC(seconds));
        else {
            hardware->driver = drivers[i];
            return true;
        }
    }
    if (!any)
        btl_report(boot->attempt.diags, BTL_WATCHDOG_NONE, (struct btl_place){0});
    return false;
}

// False never: without its watchdog, the machine boots as without the key.
bool hardware_arm(struct boot *boot)
{
    struct hardware *hardware = &boot->hardware;
    uint32_t seconds = boot->attempt.config.watchdog;
    hardware->driver = NULL;
    hardware->armed = false;
    if (seconds == 0 || !hardware_find(boot, seconds) || boot->options.dry_run || boot->preview)
        return true;
    if (!hardware->driver->arm(&hardware->device, seconds)) {
        const char *fault = hardware->device.fault;
        hardware_report_fault(boot, hardware->driver, fault != NULL ? fault : "it does not start");
        hardware->driver->disarm(&hardware->device);
        hardware->driver = NULL;
        return true;
    }
    hardware->armed = true;
    log_line(&boot->log, BTL_LOG_INFO, "watchdog: the %s resets the machine in %u s",
             hardware->driver->name, seconds);
    return true;
}

void hardware_disarm(struct boot *boot)
{
    struct hardware *hardware = &boot->hardware;
    bool armed = hardware->armed && !boot->half_shut_down;
    hardware->armed = false;
    if (!armed || hardware->driver->disarm(&hardware->device))
        return;
    btl_report(boot->attempt.diags, BTL_WATCHDOG_STAYS, (struct btl_place){0},
               BTL_ARG_Z(hardware->driver->name), BTL_DEC(boot->attempt.config.watchdog));
    say_diags(boot);
}

void hardware_describe(const struct boot *boot, struct btlm_boot *record)
{
    const struct hardware *hardware = &boot->hardware;
    if (hardware->driver == NULL)
        return;
    const struct watchdog_stop *stop = &hardware->device.stop;
    record->watchdog = boot->attempt.config.watchdog;
    record->watchdog_space = stop->space;
    record->watchdog_width = stop->width;
    record->watchdog_address = stop->address;
    record->watchdog_mask = stop->mask;
    record->watchdog_value = stop->value;
}
