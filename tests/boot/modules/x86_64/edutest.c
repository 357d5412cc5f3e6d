// SPDX-License-Identifier: BSD-2-Clause
// QEMU's device "edu", for interrupts, timeouts, locks and DMA, well used and misused. The flags of
// the load function, or the monitor's command, say how.
#include <btl/module.h>

#include "pci.h"
#include "pciids.h"

enum { BAR_SIZE = 0x100000 };
enum { IDENTITY = 0, RAISED = 0x24, RAISE = 0x60, ACKNOWLEDGE = 0x64 };
enum { DMA_FROM = 0x80, DMA_TO = 0x88, DMA_SIZE = 0x90, DMA_COMMAND = 0x98 };
enum { DMA_START = 1, DMA_TO_MEMORY = 2, DMA_INTERRUPT = 4 };
enum { DEVICE_BUFFER = 0x40000, BELOW = 1 << 28 };

static const struct pci_function *edu;
static volatile uint32_t *registers;
static struct btl_intr *intr;
static struct btl_lock lock = BTL_LOCK("edutest"), second = BTL_LOCK("second");
static struct btl_timeout timeout;
static volatile uint32_t count, wanted;
static uint32_t stepped;
static const char *mode = "";
static bool leaves;
static volatile uint32_t *volatile nowhere;

static bool is(const char *word)
{
    size_t at = 0;

    while (mode[at] != '\0' && mode[at] == word[at])
        at++;
    return mode[at] == word[at];
}

// A stub in a handler must not load its module.
BTL_STUB("pciids", const char *, pci_vendor_name, (uint16_t vendor), (vendor),
         btl_error == BTL_EBUSY ? "busy" : NULL);

static bool edutest_interrupt(void *argument)
{
    uint32_t raised = registers[RAISED / 4];

    if (raised == 0 || is("deaf"))
        return false;
    registers[ACKNOWLEDGE / 4] = raised;
    count++;
    while (is("hang"))
        ;
    if (is("fault"))
        *nowhere = 1;
    if (is("alloc"))
        kmem_free(kmem_alloc(16));
    if (is("keeps"))
        lock_acquire(&lock);
    if (is("says"))
        kprintf("edutest: said in a handler\n");
    if (is("loads"))
        kprintf("edutest: the name is %s\n", pci_vendor_name(0x8086));
    if (is("ends"))
        intr_detach(intr);
    return true;
}

// Raise the interrupt and wait for it, at most a second. False: it did not come.
static bool edutest_raise(void)
{
    uint64_t start = time_ticks();
    uint32_t before = count;

    registers[RAISE / 4] = 1;
    lock_acquire(&lock);
    while (count == before && time_ticks() - start < time_ticks_per_second())
        lock_wait(&lock, 100000);
    lock_release(&lock);
    return count != before;
}

static void edutest_step(void *argument)
{
    if (count == stepped) { // the last one was handled
        stepped++;
        registers[RAISE / 4] = 1;
    }
    if (stepped < wanted)
        timeout_add(&timeout, 200, edutest_step, NULL);
}

static void edutest_misuse(void *argument)
{
    kmem_free(kmem_alloc(16));
}

static void edutest_dma(void)
{
    uint64_t physical;
    uint64_t *memory = dma_alloc(100, BELOW, &physical);

    if (memory == NULL || dma_address(memory, 100) != physical || physical >= BELOW) {
        kprintf("edutest: no memory for DMA\n");
        return;
    }
    memory[0] = 0x1122334455667788;
    registers[DMA_FROM / 4] = (uint32_t)physical;
    registers[DMA_TO / 4] = DEVICE_BUFFER;
    registers[DMA_SIZE / 4] = 8;
    registers[DMA_COMMAND / 4] = DMA_START;
    while ((registers[DMA_COMMAND / 4] & DMA_START) != 0)
        ;
    registers[DMA_FROM / 4] = DEVICE_BUFFER;
    registers[DMA_TO / 4] = (uint32_t)physical + 16;
    registers[DMA_COMMAND / 4] = DMA_START | DMA_TO_MEMORY;
    while ((registers[DMA_COMMAND / 4] & DMA_START) != 0)
        ;
    kprintf("edutest: DMA %s\n", memory[2] == memory[0] ? "good" : "bad");
    if (!leaves)
        dma_free(memory);
}

static void edutest_attach(unsigned kinds)
{
    int error = pci_intr_attach(edu, kinds, edutest_interrupt, NULL, &intr);

    kprintf("edutest: attached by %s, error %d\n", error == 0 ? intr_name(intr) : "nothing",
            -error);
}

static void edutest_run(int argc, char **argv)
{
    mode = argc > 1 ? argv[1] : "";
    if (is("raise")) {
        kprintf("edutest: %s\n", edutest_raise() ? "it came" : "it did not come");
    } else if (is("flood")) {
        count = stepped = 0;
        wanted = 10000;
        timeout_add(&timeout, 200, edutest_step, NULL);
    } else if (is("count")) {
        kprintf("edutest: %u of %u\n", count, stepped);
    } else if (is("dma")) {
        edutest_dma();
    } else if (is("leave")) {
        leaves = true;
        edutest_dma();
        timeout_add(&timeout, 3600000000, edutest_step, NULL);
    } else if (is("twice")) {
        lock_acquire(&lock);
        lock_acquire(&lock);
    } else if (is("free")) {
        lock_release(&lock);
    } else if (is("both")) {
        lock_acquire(&second);
        lock_acquire(&lock);
        lock_wait(&lock, 1000);
    } else if (is("late")) {
        timeout_add(&timeout, 1000, edutest_misuse, NULL);
    } else if (is("detach")) {
        intr_detach(intr);
    } else if (is("line") || is("msi")) {
        edutest_attach(is("line") ? PCI_INTR_LINE : PCI_INTR_ANY);
    } else {
        mode = argv[1];
        kprintf("edutest: %s: %s\n", mode, edutest_raise() ? "it came" : "it did not come");
    }
    mode = "";
}

static int edutest_load(const struct btl_load_args *args)
{
    uint64_t address, size;

    edu = pci_find(0x1234, 0x11e8, NULL);
    if (edu == NULL || !pci_memory_bar(edu, 0, &address, &size) || size != BAR_SIZE)
        return BTL_ENODEV;
    pci_enable(edu, true);
    registers = map_device(address, BAR_SIZE);
    if (registers == NULL)
        return BTL_ENOMEM;
    if (args->flags[0] == 'f') { // fails, and has undone nothing
        edutest_attach(PCI_INTR_ANY);
        timeout_add(&timeout, 3600000000, edutest_step, NULL);
        lock_acquire(&lock);
        return BTL_EIO;
    }
    if (args->flags[0] == 'h') { // its handler does not return
        edutest_attach(PCI_INTR_ANY);
        mode = "hang";
        edutest_raise();
    }
    if (args->flags[0] == 'c')
        __asm__ volatile("cli");
    return monitor_add("edutest", "uses the device edu", edutest_run);
}

static int edutest_unload(void)
{
    monitor_remove("edutest");
    if (leaves)
        return 0;
    timeout_cancel(&timeout);
    intr_detach(intr);
    unmap_device((void *)(uintptr_t)registers, BAR_SIZE);
    return 0;
}

BTL_MODULE("edutest", .load = edutest_load, .unload = edutest_unload);
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
BTL_NEEDS("pci:1.2");
BTL_DEPENDS("pci");
