// SPDX-License-Identifier: BSD-2-Clause
// Interrupts of PCI functions (PCI Local Bus 3.0, 6.8): messages, which the function writes to an
// address that the kernel gives, or its line. The number of the line is the firmware's, in the
// register "interrupt line": the kernel cannot read ACPI's routing table, which is a program.
#include <btl/kernel.h>

#include "pci.h"
#include "pci/config.h"

#define LINE_MAX 254 // 255: not connected

// The first register of both capabilities has their control word in its upper half.
enum { MSI_ON = 1 << 16, MSI_64 = 1 << 23, MSI_COUNT = 7 << 20 };
enum { MSI_ADDRESS = 4, MSI_ADDRESS_HIGH = 8, MSI_DATA = 8, MSI_DATA_64 = 12 };
enum { MSIX_ON = 1u << 31, MSIX_MASKED = 1 << 30 };
enum { MSIX_TABLE = 4, MSIX_BAR = 7 };
enum { ENTRY_ADDRESS = 0, ENTRY_ADDRESS_HIGH = 1, ENTRY_DATA = 2, ENTRY_CONTROL = 3, ENTRY = 4 };

struct pci_interrupt {
    struct pci_interrupt *next;
    const struct pci_function *at;
    unsigned kind;
    uint8_t cap;
    volatile uint32_t *entry; // of MSI-X
};

static struct pci_interrupt *interrupts;

static struct pci_interrupt *interrupt_find(const struct pci_function *at)
{
    struct pci_interrupt *interrupt = interrupts;
    while (interrupt != NULL && interrupt->at != at)
        interrupt = interrupt->next;
    return interrupt;
}

unsigned pci_intr_kind(const struct pci_function *at)
{
    const struct pci_interrupt *interrupt = interrupt_find(at);
    return interrupt != NULL ? interrupt->kind : 0;
}

static void interrupt_drop(struct pci_interrupt *interrupt)
{
    struct pci_interrupt **link = &interrupts;
    while (*link != interrupt)
        link = &(*link)->next;
    *link = interrupt->next;
    if (interrupt->entry != NULL)
        unmap_device((void *)(uintptr_t)interrupt->entry, ENTRY * sizeof(uint32_t));
    kmem_free(interrupt);
}

static void pci_change(const struct pci_function *at, uint8_t offset, uint32_t clear, uint32_t set)
{
    pci_write32(at, offset, (pci_read32(at, offset) & ~clear) | set);
}

// Switch the line of the function on or off; status bits are left as they are.
static void line_enable(const struct pci_function *at, bool on)
{
    pci_change(at, OFFSET_COMMAND, 0xffff0000u | COMMAND_NO_LINE, on ? 0 : COMMAND_NO_LINE);
}

static void messages_off(const struct pci_function *at)
{
    uint8_t msi = pci_capability(at, CAPABILITY_MSI, 0);
    uint8_t msix = pci_capability(at, CAPABILITY_MSIX, 0);
    if (msi != 0)
        pci_change(at, msi, MSI_ON, 0);
    if (msix != 0)
        pci_change(at, msix, MSIX_ON, 0);
}

// The function interrupts no more, when its handler is detached.
static void interrupt_release(void *device)
{
    struct pci_interrupt *interrupt = device;
    messages_off(interrupt->at);
    line_enable(interrupt->at, false);
    interrupt_drop(interrupt);
}

// Find the kind's capability, and map the table's entry of MSI-X. False: it has none.
static bool interrupt_prepare(struct pci_interrupt *interrupt)
{
    const struct pci_function *at = interrupt->at;
    uint64_t address, size;
    if (interrupt->kind == PCI_INTR_LINE) {
        uint32_t line = pci_read32(at, OFFSET_INTERRUPT);
        return (line >> 8 & 0xff) != 0 && (line & 0xff) != 0 && (line & 0xff) <= LINE_MAX;
    }
    interrupt->cap =
        pci_capability(at, interrupt->kind == PCI_INTR_MSI ? CAPABILITY_MSI : CAPABILITY_MSIX, 0);
    if (interrupt->cap == 0 || interrupt->kind == PCI_INTR_MSI)
        return interrupt->cap != 0 && interrupt->cap <= 0x100 - MSI_DATA_64 - 4;
    uint32_t table = pci_read32(at, (uint8_t)(interrupt->cap + MSIX_TABLE));
    if (!pci_memory_bar(at, table & MSIX_BAR, &address, &size) ||
        !btl_in_range(table & ~(uint32_t)MSIX_BAR, ENTRY * sizeof(uint32_t), size))
        return false;
    interrupt->entry =
        map_device(address + (table & ~(uint32_t)MSIX_BAR), ENTRY * sizeof(uint32_t));
    return interrupt->entry != NULL;
}

static void msi_start(const struct pci_interrupt *interrupt, uint64_t address, uint32_t data)
{
    const struct pci_function *at = interrupt->at;
    bool wide = (pci_read32(at, interrupt->cap) & MSI_64) != 0;
    pci_write32(at, (uint8_t)(interrupt->cap + MSI_ADDRESS), (uint32_t)address);
    if (wide)
        pci_write32(at, (uint8_t)(interrupt->cap + MSI_ADDRESS_HIGH), (uint32_t)(address >> 32));
    pci_change(at, (uint8_t)(interrupt->cap + (wide ? MSI_DATA_64 : MSI_DATA)), 0xffff, data);
    pci_change(at, interrupt->cap, MSI_COUNT, MSI_ON);
}

// Masked as a whole while the entry is written.
static void msix_start(const struct pci_interrupt *interrupt, uint64_t address, uint32_t data)
{
    pci_change(interrupt->at, interrupt->cap, 0, MSIX_ON | MSIX_MASKED);
    interrupt->entry[ENTRY_ADDRESS] = (uint32_t)address;
    interrupt->entry[ENTRY_ADDRESS_HIGH] = (uint32_t)(address >> 32);
    interrupt->entry[ENTRY_DATA] = data;
    interrupt->entry[ENTRY_CONTROL] = 0;
    pci_change(interrupt->at, interrupt->cap, MSIX_MASKED, MSIX_ON);
}

static void interrupt_start(const struct pci_interrupt *interrupt, const struct btl_intr *intr)
{
    uint64_t address;
    uint32_t data;
    messages_off(interrupt->at);
    line_enable(interrupt->at, interrupt->kind == PCI_INTR_LINE);
    if (!intr_message(intr, &address, &data))
        return;
    if (interrupt->kind == PCI_INTR_MSI)
        msi_start(interrupt, address, data);
    else
        msix_start(interrupt, address, data);
}

static int interrupt_attach(struct pci_interrupt *interrupt, btl_intr_handler *handler,
                            void *argument, struct btl_intr **ret_intr)
{
    const struct pci_function *at = interrupt->at;
    struct btl_intr_source source = {
        .kind = BTL_INTR_MESSAGE, .release = interrupt_release, .device = interrupt};
    char name[32], kind[16];
    if (interrupt->kind == PCI_INTR_LINE) {
        source.kind = BTL_INTR_PCI;
        source.line = pci_read32(at, OFFSET_INTERRUPT) & 0xff;
        btl_format_to(kind, sizeof(kind), "line %u", source.line);
    } else {
        btl_format_to(kind, sizeof(kind), interrupt->kind == PCI_INTR_MSI ? "MSI" : "MSI-X");
    }
    btl_format_to(name, sizeof(name), "%s of %02x:%02x.%x", kind, at->bus, at->device,
                  at->function);
    source.name = name;
    int error = intr_attach(&source, handler, argument, ret_intr);
    if (error == 0)
        interrupt_start(interrupt, *ret_intr);
    return error;
}

// Try one kind. BTL_ENODEV: the function has none.
static int interrupt_try(const struct pci_function *at, unsigned kind, btl_intr_handler *handler,
                         void *argument, struct btl_intr **ret_intr)
{
    struct pci_interrupt *interrupt = kmem_alloc(sizeof(*interrupt));
    if (interrupt == NULL)
        return BTL_ENOMEM;
    *interrupt = (struct pci_interrupt){.next = interrupts, .at = at, .kind = kind};
    interrupts = interrupt;
    int error = interrupt_prepare(interrupt)
                    ? interrupt_attach(interrupt, handler, argument, ret_intr)
                    : BTL_ENODEV;
    if (error != 0)
        interrupt_drop(interrupt);
    return error;
}

int pci_intr_attach(const struct pci_function *at, unsigned kinds, btl_intr_handler *handler,
                    void *argument, struct btl_intr **ret_intr)
{
    if (interrupt_find(at) != NULL)
        return BTL_EBUSY;
    for (unsigned kind = PCI_INTR_MSIX; kind <= PCI_INTR_LINE; kind <<= 1) {
        int error =
            (kinds & kind) != 0 ? interrupt_try(at, kind, handler, argument, ret_intr) : BTL_ENODEV;
        if (error != BTL_ENODEV)
            return error;
    }
    return BTL_ENODEV;
}
