// SPDX-License-Identifier: BSD-2-Clause
// The commands `device` and `stream`, which list drivers and call them.
#include "monitor/commands.h"

#include "device/devsw.h"
#include "device/intfc.h"

#include <btl/kernel.h>
#include <btl/modinfo.h>
#include <btl/stream.h>

#define OPEN_MAX   8 // devices opened with `device open`
#define BUFFER_MAX 256

static struct {
    const struct module *module; // NULL: free
    struct btl_device *device;
} opened[OPEN_MAX];

static bool device_report_error(const char *what, int64_t error)
{
    if (error >= 0)
        return false;
    kprintf("%s: error %d (%s)\n", what, (int)error, btl_error_text((int)error));
    return true;
}

static void device_list(void)
{
    kprintf("%-5s %5s  %-20s %s\n", "kind", "major", "driver", "open");
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++)
        for (uint32_t major = 0; major < BTL_MAJORS_MAX; major++) {
            uint32_t id = devsw_owner((enum btl_device_kind)kind, major);
            struct btl_str name = id != BTL_NONE ? module_name(module_get(id)) : BTL_STR("");
            if (id != BTL_NONE)
                kprintf("%-5s %5u  %-20pS %u%s\n", btl_device_kind_name((enum btl_device_kind)kind),
                        major, &name, devsw_open_count((enum btl_device_kind)kind, major),
                        module_get(id)->state == MODULE_LOADED ? "" : " (not loaded)");
        }
    for (uint32_t id = 0; id < module_count(); id++) {
        struct btl_str name = module_name(module_get(id));
        if (intfc_count(module_get(id)) > 0)
            kprintf("pci          %-20pS %u attached\n", &name, intfc_count(module_get(id)));
    }
}

// "edu/1": return the minor, and the driver in `ret_driver`, cut off after `size` bytes.
static uint32_t device_split_minor(const char *text, char *ret_driver, size_t size)
{
    struct btl_str driver = btl_str_of(text), minor;
    uint64_t number = 0;

    if (btl_str_split(btl_str_of(text), '/', &driver, &minor) &&
        (!btl_parse_number(minor, &number) || number > UINT32_MAX))
        number = UINT32_MAX;
    btl_format_to(ret_driver, size, "%pS", &driver);
    return (uint32_t)number;
}

// Open a device by the name of its driver, or by a major such as "char:3".
static bool device_open_text(const char *text, struct btl_device **ret_device)
{
    char driver[64];
    uint32_t minor = device_split_minor(text, driver, sizeof(driver));
    struct btl_str str = btl_str_of(driver), prefix = BTL_STR("char:");
    int kind = BTL_DEVICE_CHAR, major;
    uint64_t number;

    if (btl_str_begins(str, prefix)) {
        bool valid = btl_parse_number(btl_str_after(str, prefix.len), &number);
        major = valid && number < BTL_MAJORS_MAX ? (int)number : BTL_ENODEV;
    } else {
        major = device_major(driver, kind);
        if (major < 0)
            major = device_major(driver, kind = BTL_DEVICE_BLOCK);
    }
    if (major == BTL_ENOENT || major == BTL_ENODEV) {
        kprintf("%s: error %d (%s); the command device lists the drivers and their majors\n", text,
                major, btl_error_text(major));
        return false;
    }
    return !device_report_error(text, major) &&
           !device_report_error(text, device_open(kind, (uint32_t)major, minor, ret_device));
}

static void device_keep_open(const char *name)
{
    uint32_t id, slot = 0;

    while (slot < OPEN_MAX && opened[slot].module != NULL)
        slot++;
    if (slot == OPEN_MAX) {
        kprintf("device: %d are open (OPEN_MAX); close one\n", OPEN_MAX);
        return;
    }
    if (!module_find(btl_str_of(name), &id)) {
        kprintf("device: open takes the name of a module, which lsmod lists\n");
        return;
    }
    if (!device_open_text(name, &opened[slot].device))
        return;
    opened[slot].module = module_get(id);
    kprintf("%s is open\n", name);
}

static void device_close_kept(const char *name)
{
    for (uint32_t slot = 0; slot < OPEN_MAX; slot++) {
        if (opened[slot].module == NULL ||
            !btl_str_equal(module_name(opened[slot].module), btl_str_of(name)))
            continue;
        device_close(opened[slot].device);
        opened[slot].module = NULL;
        kprintf("%s is closed\n", name);
        return;
    }
    kprintf("device: %s is not open here\n", name);
}

static void device_print_bytes(const char *name)
{
    char buffer[BUFFER_MAX];
    struct btl_device *device;
    int64_t count;

    if (!device_open_text(name, &device))
        return;
    count = device_read(device, buffer, 16, 0);
    device_close(device);
    if (device_report_error(name, count))
        return;
    kprintf("%d bytes:", (int)count);
    for (int64_t i = 0; i < count; i++)
        kprintf(" %02x", (uint8_t)buffer[i]);
    kprintf("\n");
}

static void device_write_text(const char *name, const char *text)
{
    struct btl_device *device;
    int64_t count;

    if (!device_open_text(name, &device))
        return;
    count = device_write(device, text, btl_str_of(text).len, 0);
    device_close(device);
    if (!device_report_error(name, count))
        kprintf("%d bytes written\n", (int)count);
}

static void device_print_ioctl(const char *name)
{
    struct btl_device *device;
    uint64_t answer = 0;
    int error;

    if (!device_open_text(name, &device))
        return;
    error = device_ioctl(device, 0, &answer);
    device_close(device);
    if (!device_report_error(name, error))
        kprintf("answer %lu\n", answer);
}

void device_run(int argc, char **argv)
{
    struct btl_str action = argc >= 3 ? btl_str_of(argv[1]) : BTL_STR("");

    if (argc == 1)
        device_list();
    else if (argc == 3 && btl_str_equal(action, BTL_STR("open")))
        device_keep_open(argv[2]);
    else if (argc == 3 && btl_str_equal(action, BTL_STR("close")))
        device_close_kept(argv[2]);
    else if (argc == 3 && btl_str_equal(action, BTL_STR("read")))
        device_print_bytes(argv[2]);
    else if (argc == 4 && btl_str_equal(action, BTL_STR("write")))
        device_write_text(argv[2], argv[3]);
    else if (argc == 3 && btl_str_equal(action, BTL_STR("ioctl")))
        device_print_ioctl(argv[2]);
    else
        kprintf("usage: device                      majors, their drivers, devices of drivers\n"
                "       device open|close DRIVER    keeps it open\n"
                "       device read|ioctl DRIVER    16 bytes; request 0\n"
                "       device write DRIVER TEXT\n"
                "DRIVER is the name of a module, or char:MAJOR; DRIVER/1 has minor 1\n");
}

static void stream_exchange(struct btl_stream *stream, const char *text)
{
    char buffer[BUFFER_MAX];
    int64_t count = stream_write(stream, text, btl_str_of(text).len);

    if (device_report_error("stream", count))
        return;
    while ((count = stream_read(stream, buffer, sizeof(buffer))) > 0)
        kprintf("read: \"%.*s\"\n", (int)count, buffer);
}

void stream_run(int argc, char **argv)
{
    struct btl_stream *stream;
    bool good = true;

    if (argc < 3) {
        kprintf(
            "usage: stream DRIVER [MODULE...] TEXT    pushes the modules in this order, writes, "
            "reads\n");
        return;
    }
    if (device_report_error(argv[1], stream_open(argv[1], &stream)))
        return;
    for (int i = 2; good && i < argc - 1; i++)
        good = !device_report_error(argv[i], stream_push(stream, argv[i]));
    if (good)
        stream_exchange(stream, argv[argc - 1]);
    stream_close(stream);
}
