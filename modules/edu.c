// SPDX-License-Identifier: BSD-2-Clause
// QEMU's teaching device `edu` as a character device: the driver of docs/writing-modules.md.
// Minor 0 computes factorials: write a number, read the result. Minor 1 is the register by which
// the device shows that it lives: write a number, read its complement.
#include <btl/device.h>
#include <btl/intr.h>
#include <btl/module.h>

#include "pci.h"

#define VENDOR     0x1234
#define ID         0x11e8
#define BAR_SIZE   0x100u
#define POLL_US    1000 // a wait ends earlier with every interrupt
#define NUMBER_MAX 12   // 12! is the last one in 32 bits

enum {
    REG_ID = 0x00,
    REG_LIVE = 0x04,
    REG_FACTORIAL = 0x08,
    REG_STATUS = 0x20,
    REG_INTR_STATUS = 0x24,
    REG_INTR_ACK = 0x64
};
enum { STATUS_COMPUTING = 0x01, STATUS_INTERRUPT = 0x80 };
enum { MINOR_FACTORIAL, MINOR_LIVE, MINORS };

#define TUNABLES(x)                                                                                \
    BTL_TUNABLE_INT(x, wait_ms, 1000, 1, 60000, "how long a computation may take, milliseconds")   \
    BTL_TUNABLE_INT_RUNTIME(x, limit, NUMBER_MAX, 1, NUMBER_MAX, limit_changed, "largest number")
BTL_TUNABLE_LIST(TUNABLES);

static const struct pci_function *function;
static volatile uint32_t *registers;
static struct btl_intr *intr; // NULL: this machine has no interrupts, so the driver polls
static bool in_use[MINORS];

// What the handlers change.
static struct btl_lock lock = BTL_LOCK("edu");
static struct btl_timeout timeout;
static bool done, expired;
static uint64_t interrupts;

static uint32_t edu_get(unsigned offset)
{
    return registers[offset / 4];
}

static void edu_put(unsigned offset, uint32_t value)
{
    registers[offset / 4] = value;
}

static bool edu_interrupt(void *argument)
{
    uint32_t status = edu_get(REG_INTR_STATUS);
    if (status == 0)
        return false; // another device of the same line
    edu_put(REG_INTR_ACK, status);
    lock_acquire(&lock);
    interrupts++;
    done = true;
    lock_release(&lock);
    return true;
}

static void edu_expired(void *argument)
{
    lock_acquire(&lock);
    expired = true;
    lock_release(&lock);
}

static bool edu_is_done(void)
{
    return intr != NULL ? done : (edu_get(REG_STATUS) & STATUS_COMPUTING) == 0;
}

static int edu_compute(uint32_t number)
{
    lock_acquire(&lock);
    done = expired = false;
    int error = timeout_add(&timeout, (uint64_t)wait_ms * 1000, edu_expired, NULL);
    if (error == 0) {
        edu_put(REG_STATUS, intr != NULL ? STATUS_INTERRUPT : 0);
        edu_put(REG_FACTORIAL, number);
        while (!edu_is_done() && !expired)
            lock_wait(&lock, POLL_US);
        timeout_cancel(&timeout);
        error = edu_is_done() ? 0 : BTL_EIO;
    }
    lock_release(&lock);
    return error;
}

// A tunable that may refuse: while the device is open, its user relies on the limit.
static int limit_changed(const struct btl_tunable *tunable, const void *value)
{
    return in_use[MINOR_FACTORIAL] ? BTL_EBUSY : 0;
}

// Called for every handle.
static int edu_open(uint32_t minor)
{
    if (minor >= MINORS)
        return BTL_ENODEV;
    in_use[minor] = true;
    return 0;
}

// Called for the last handle of a minor.
static int edu_close(uint32_t minor)
{
    in_use[minor] = false;
    return 0;
}

// The number as text, from the register of the minor.
static int64_t edu_read(uint32_t minor, void *buffer, size_t size, uint64_t offset)
{
    char text[16];
    size_t len = btl_format_to(text, sizeof(text), "%u",
                               edu_get(minor == MINOR_LIVE ? REG_LIVE : REG_FACTORIAL));
    if (offset >= len)
        return 0;
    len -= (size_t)offset;
    memcpy(buffer, text + offset, len < size ? len : size);
    return (int64_t)(len < size ? len : size);
}

// False: it is no decimal number of 32 bits.
static bool edu_parse(const char *text, size_t size, uint32_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || number > UINT32_MAX / 10)
            return false;
        number = 10 * number + (uint64_t)(text[i] - '0');
    }
    *ret_number = (uint32_t)number;
    return size > 0 && number <= UINT32_MAX;
}

static int64_t edu_write(uint32_t minor, const void *buffer, size_t size, uint64_t offset)
{
    uint32_t number;
    if (!edu_parse(buffer, size, &number))
        return BTL_EINVAL;
    if (minor == MINOR_LIVE) {
        edu_put(REG_LIVE, number);
        return (int64_t)size;
    }
    if (number > limit)
        return BTL_EINVAL;
    int error = edu_compute(number);
    return error != 0 ? error : (int64_t)size;
}

// Request 0: return the number of interrupts in a uint64_t.
static int edu_ioctl(uint32_t minor, uint32_t request, void *argument)
{
    if (request != 0 || argument == NULL)
        return BTL_EINVAL;
    lock_acquire(&lock);
    memcpy(argument, &interrupts, sizeof(interrupts));
    lock_release(&lock);
    return 0;
}

static int edu_map(void)
{
    uint64_t address, size;
    if (!pci_memory_bar(function, 0, &address, &size) || size < BAR_SIZE)
        return BTL_ENODEV;
    registers = map_device(address, BAR_SIZE);
    return registers != NULL ? 0 : BTL_ENOMEM;
}

static void edu_stop(void)
{
    intr_detach(intr);
    intr = NULL;
    pci_enable(function, false);
    unmap_device((void *)(uintptr_t)registers, BAR_SIZE);
}

static int edu_load(const struct btl_load_args *args)
{
    function = pci_find(VENDOR, ID, NULL);
    if (function == NULL)
        return BTL_ENODEV;
    int error = edu_map();
    if (error != 0)
        return error;
    pci_enable(function, true);
    error = (edu_get(REG_ID) & 0xff) == 0xed
                ? pci_intr_attach(function, PCI_INTR_ANY, edu_interrupt, NULL, &intr)
                : BTL_ENODEV;
    if (error != 0 && error != BTL_ENOSYS) {
        edu_stop();
        return error;
    }
    kprintf("edu: %02x:%02x.%x: %s, numbers up to %ld\n", function->bus, function->device,
            function->function, intr != NULL ? intr_name(intr) : "polled", limit);
    return 0;
}

static int edu_unload(void)
{
    edu_stop();
    return 0;
}

static const struct btl_device_class edu_class = {
    .open = edu_open, .close = edu_close, .read = edu_read, .write = edu_write, .ioctl = edu_ioctl};

BTL_MODULE("edu", .load = edu_load, .unload = edu_unload, .type_data = &edu_class,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("QEMU's teaching device");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("wsio_class");
BTL_MAJORS("char:-1");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
BTL_NEEDS("pci:1.2");
BTL_DEPENDS("pci");
