// SPDX-License-Identifier: BSD-2-Clause
// The configuration space of a PCI function (PCI Local Bus 3.0, chapter 6).
#ifndef BTL_MODULES_PCI_CONFIG_H
#define BTL_MODULES_PCI_CONFIG_H

enum {
    OFFSET_ID = 0,
    OFFSET_COMMAND = 4, // status in the upper half
    OFFSET_CLASS = 8,
    OFFSET_HEADER = 12,
    OFFSET_BARS = 16,
    OFFSET_BUSES = 24,
    OFFSET_CAPABILITIES = 52,
    OFFSET_INTERRUPT = 60, // line, pin
};
enum { COMMAND_MEMORY = 2, COMMAND_MASTER = 4, COMMAND_NO_LINE = 1 << 10 };
enum { CAPABILITY_MSI = 5, CAPABILITY_MSIX = 17 };

#endif
