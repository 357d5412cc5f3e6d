// SPDX-License-Identifier: BSD-2-Clause
// A block device in memory; its minor is always 0. Size and write protection are tunables; the
// protection may change while the module is loaded.
#include <btl/device.h>
#include <btl/module.h>

#define KIB 1024u

static uint8_t *memory;
static uint32_t opens;

#define TUNABLES(x)                                                                                \
    BTL_TUNABLE_INT(x, kib, 64, 1, 16384, "size in KiB")                                           \
    BTL_TUNABLE_BOOL_RUNTIME(x, readonly, false, readonly_changed, "refuses writes")
BTL_TUNABLE_LIST(TUNABLES);

static size_t ramdisk_size(void)
{
    return (size_t)kib * KIB;
}

// Reject a change while the device is open.
static int readonly_changed(const struct btl_tunable *tunable, const void *value)
{
    return opens > 0 ? BTL_EBUSY : 0;
}

static int ramdisk_open(uint32_t minor)
{
    if (minor != 0)
        return BTL_ENODEV;
    opens++;
    return 0;
}

static int ramdisk_close(uint32_t minor)
{
    opens = 0;
    return 0;
}

static size_t ramdisk_clip(size_t size, uint64_t offset)
{
    if (offset >= ramdisk_size())
        return 0;
    return size < ramdisk_size() - offset ? size : ramdisk_size() - (size_t)offset;
}

static int64_t ramdisk_read(uint32_t minor, void *buffer, size_t size, uint64_t offset)
{
    size = ramdisk_clip(size, offset);
    memcpy(buffer, memory + (size > 0 ? offset : 0), size);
    return (int64_t)size;
}

static int64_t ramdisk_write(uint32_t minor, const void *buffer, size_t size, uint64_t offset)
{
    if (readonly)
        return BTL_EINVAL;
    size = ramdisk_clip(size, offset);
    memcpy(memory + (size > 0 ? offset : 0), buffer, size);
    return (int64_t)size;
}

static int ramdisk_load(const struct btl_load_args *args)
{
    memory = kmem_alloc(ramdisk_size());
    if (memory == NULL) {
        kprintf("ramdisk: no memory for %lu KiB; set ramdisk.kib\n", kib);
        return BTL_ENOMEM;
    }
    return 0;
}

static int ramdisk_unload(void)
{
    kmem_free(memory);
    return 0;
}

static const struct btl_device_class ramdisk_class = {
    .open = ramdisk_open, .close = ramdisk_close, .read = ramdisk_read, .write = ramdisk_write};

BTL_MODULE("ramdisk", .load = ramdisk_load, .unload = ramdisk_unload, .type_data = &ramdisk_class,
           BTL_TUNABLES(btl_tunables));
BTL_VERSION("1.0");
BTL_DESCRIPTION("block device in memory");
BTL_LICENSE("BSD-2-Clause");
BTL_TYPE("wsio_class");
BTL_MAJORS("block:-1");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.1");
