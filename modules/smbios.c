// SPDX-License-Identifier: BSD-2-Clause
// The name of the machine: the system information structure of SMBIOS (DSP0134), found through the
// manifest. The firmware's tables are not trusted: every step is checked against their size.
#include <btl/manifest.h>
#include <btl/module.h>

enum { TYPE_SYSTEM = 1, TYPE_END = 127 };
enum { STRING_VENDOR = 4, STRING_PRODUCT = 5, STRING_VERSION = 6 }; // offsets in TYPE_SYSTEM

// Size of the entry points (5.2.2, 5.2.1), and offset of their length.
enum { ENTRY_3_SIZE = 24, ENTRY_3_LENGTH = 6, ENTRY_SIZE = 30, ENTRY_LENGTH = 5 };

static char machine[128];

static uint64_t smbios_field(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, at, size);
    return value;
}

static bool smbios_sum_is_zero(const uint8_t *at, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += at[i];
    return sum == 0;
}

static struct btl_bytes smbios_table(uint64_t physical, uint64_t size)
{
    const uint8_t *at = firmware_table(physical, size);
    return (struct btl_bytes){at, at != NULL ? size : 0};
}

// Return the entry point if it has at least `size` bytes and its checksum is right, else NULL.
static const uint8_t *smbios_entry_point(uint64_t physical, size_t size, struct btl_str anchor,
                                         size_t length)
{
    const uint8_t *entry = firmware_table(physical, size);
    if (entry == NULL || memcmp(entry, anchor.at, anchor.len) != 0 || entry[length] < size ||
        firmware_table(physical, entry[length]) == NULL ||
        !smbios_sum_is_zero(entry, entry[length]))
        return NULL;
    return entry;
}

// Return the structure table of the 64-bit entry point, else of the 32-bit one.
static struct btl_bytes smbios_structures(const struct btlm_system *system)
{
    const uint8_t *entry =
        smbios_entry_point(system->smbios3, ENTRY_3_SIZE, BTL_STR("_SM3_"), ENTRY_3_LENGTH);
    if (entry != NULL)
        return smbios_table(smbios_field(entry + 16, 8), smbios_field(entry + 12, 4));
    entry = smbios_entry_point(system->smbios, ENTRY_SIZE, BTL_STR("_SM_"), ENTRY_LENGTH);
    if (entry != NULL)
        return smbios_table(smbios_field(entry + 24, 4), smbios_field(entry + 22, 2));
    return (struct btl_bytes){NULL, 0};
}

// Return the end of the strings after a structure's `length` bytes: two zero bytes end them.
static size_t structure_end(struct btl_bytes table, size_t at, size_t length)
{
    for (size_t end = at + length; end + 2 <= table.size; end++)
        if (table.at[end] == 0 && table.at[end + 1] == 0)
            return end + 2;
    return table.size;
}

// Return the first structure of `type`, strings included; size 0: none.
static struct btl_bytes smbios_find(struct btl_bytes table, uint8_t type)
{
    size_t at = 0;
    while (at + 4 <= table.size && table.at[at] != TYPE_END) {
        size_t length = table.at[at + 1];
        if (length < 4 || at + length > table.size)
            break;
        size_t end = structure_end(table, at, length);
        if (table.at[at] == type)
            return (struct btl_bytes){table.at + at, end - at};
        at = end;
    }
    return (struct btl_bytes){NULL, 0};
}

// Return the string whose number, from 1, is the byte at `field`; 0 is none.
static struct btl_str smbios_string(struct btl_bytes structure, size_t field)
{
    size_t length = structure.at[1], at = length, number = field < length ? structure.at[field] : 0;
    while (number > 1 && at < structure.size)
        if (structure.at[at++] == 0)
            number--;
    size_t end = at;
    while (end < structure.size && structure.at[end] != 0)
        end++;
    return number == 0 ? BTL_STR("?") : (struct btl_str){(const char *)structure.at + at, end - at};
}

static void smbios_print(int argc, char **argv)
{
    kprintf("%s\n", machine);
}

static int smbios_load(const struct btl_load_args *args)
{
    struct btl_bytes system = smbios_find(smbios_structures(boot_system()), TYPE_SYSTEM);
    if (system.size == 0) {
        kprintf("smbios: the firmware has no table with a system name\n");
        return BTL_ENODEV;
    }
    struct btl_str vendor = smbios_string(system, STRING_VENDOR);
    struct btl_str product = smbios_string(system, STRING_PRODUCT);
    struct btl_str version = smbios_string(system, STRING_VERSION);
    btl_format_to(machine, sizeof(machine), "%pS %pS (%pS)", &vendor, &product, &version);
    kprintf("smbios: %s\n", machine);
    return monitor_add_with("machine", "", "which machine this is", smbios_print);
}

static int smbios_unload(void)
{
    monitor_remove("machine");
    return 0;
}

BTL_MODULE("smbios", .load = smbios_load, .unload = smbios_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("names the machine");
BTL_LICENSE("BSD-2-Clause");
BTL_NEEDS("kernel:1.4");
