// SPDX-License-Identifier: BSD-2-Clause
// What kernels that are EFI programs, and their user space, learn in volatile variables: those of
// systemd's Boot Loader Interface (systemd.io/BOOT_LOADER_INTERFACE), and the log, which a BTL
// kernel has in its manifest. Without them the kernel boots as before, so failures are in the log
// only.
#include "boot.h"

#include <btl/format.h>
#include <btl/utf16.h>

#include <btl/mem.h>

// 4a67b082-0a4c-41cf-b6c7-440b29bb8c4f in the memory layout of EFI_GUID.
#define INTERFACE_GUID                                                                             \
    {                                                                                              \
        0x82, 0xb0, 0x67, 0x4a, 0x4c, 0x0a, 0xcf, 0x41, 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c,  \
            0x4f                                                                                   \
    }
#define TEXT_MAX    256         // bytes of one text
#define LOG_TOLD    (16u << 10) // bytes of the log's end; less, where the firmware takes less
#define LOG_MINIMUM (1u << 10)

enum interface_variable {
    LOADER_INFO,
    LOADER_FIRMWARE_INFO,
    LOADER_FIRMWARE_TYPE,
    LOADER_IMAGE,
    LOADER_PARTITION,
    LOADER_FEATURES,
    LOADER_TIME_INIT,
    LOADER_TIME_EXEC,
    LOADER_ENTRIES,
    LOADER_ENTRY_SELECTED,
    INTERFACE_VARIABLES
};

static const char *const interface_names[INTERFACE_VARIABLES] = {
    [LOADER_INFO] = "LoaderInfo",
    [LOADER_FIRMWARE_INFO] = "LoaderFirmwareInfo",
    [LOADER_FIRMWARE_TYPE] = "LoaderFirmwareType",
    [LOADER_IMAGE] = "LoaderImageIdentifier",
    [LOADER_PARTITION] = "LoaderDevicePartUUID",
    [LOADER_FEATURES] = "LoaderFeatures",
    [LOADER_TIME_INIT] = "LoaderTimeInitUSec",
    [LOADER_TIME_EXEC] = "LoaderTimeExecUSec",
    [LOADER_ENTRIES] = "LoaderEntries",
    [LOADER_ENTRY_SELECTED] = "LoaderEntrySelected",
};

static fw_status interface_set(struct boot *boot, enum interface_variable variable,
                               const void *data, uint64_t size)
{
    struct fw_variable which = {
        .guid = INTERFACE_GUID, .name = interface_names[variable], .transient = true};
    return boot->fw->variable_set(boot->fw, &which, data, size);
}

static void interface_put(struct boot *boot, enum interface_variable variable, const void *data,
                          uint64_t size)
{
    fw_status status = interface_set(boot, variable, data, size);
    struct btl_str text = fw_status_name(status);
    if (status != FW_SUCCESS)
        log_only(&boot->log, BTL_LOG_DEBUG, "%s: not written (%pS)", interface_names[variable],
                 &text);
}

// Write a text as UTF-16 with a NUL. An empty text is not written.
static void interface_put_text(struct boot *boot, enum interface_variable variable,
                               struct btl_str text)
{
    uint16_t units[TEXT_MAX];
    size_t index = 0, count = btl_utf8_to_ucs2(text, &index, units, TEXT_MAX - 1);
    units[count] = 0;
    if (text.len > 0)
        interface_put(boot, variable, units, 2 * (count + 1));
}

// Write the time of a value of the counter, which begins when the machine is switched on.
static void interface_put_time(struct boot *boot, enum interface_variable variable, uint64_t ticks)
{
    uint64_t rate = boot->clock.rate;
    char text[24];
    if (rate == 0)
        return;
    uint64_t us = ticks / rate * 1000000 + ticks % rate * 1000000 / rate;
    size_t len = btl_format_to(text, sizeof(text), "%lu", us);
    interface_put_text(boot, variable, (struct btl_str){text, len});
}

// ---------------------------------------------------------------------------------------- entries

// May this be the name of an entry? systemd takes letters, digits, '+', '-', '_' and '.'.
static bool interface_is_entry(struct btl_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '+' || c == '-' || c == '_' || c == '.';
        if (!plain)
            return false;
    }
    return name.len > 0 && name.len < TEXT_MAX;
}

// Write the names of all configurations, each with a NUL. The volume is open.
static void interface_put_entries(struct boot *boot)
{
    struct btl_arena *arena = boot->attempt.arena;
    struct btl_str *paths;
    uint32_t count;
    size_t used = 0, room = 0;
    if (boot->volume == NULL || !configurations_list(boot, arena, &paths, &count))
        return;
    for (uint32_t i = 0; i < count; i++)
        room += btl_base_name(paths[i]).len + 1;
    uint16_t *units = BTL_NEW_ARRAY(arena, uint16_t, room + 1);
    for (uint32_t i = 0; i < count && units != NULL; i++) {
        struct btl_str name = btl_base_name(paths[i]);
        for (size_t at = 0; interface_is_entry(name) && at <= name.len; at++)
            units[used++] = at < name.len ? (uint8_t)name.at[at] : 0;
    }
    if (used > 0)
        interface_put(boot, LOADER_ENTRIES, units, 2 * used);
}

// -------------------------------------------------------------------------------------- the steps

static void interface_put_firmware(struct boot *boot)
{
    char text[TEXT_MAX], uefi[24];
    uint32_t revision = boot->facts.firmware_revision;
    size_t len = btl_format_to(text, sizeof(text), "%pS %u.%02u", &boot->facts.vendor,
                               revision >> 16, revision & 0xffff);
    interface_put_text(boot, LOADER_FIRMWARE_INFO, (struct btl_str){text, len});
    len = btl_format_to(text, sizeof(text), "UEFI %s",
                        btlm_uefi_text(boot->facts.uefi_revision, uefi));
    interface_put_text(boot, LOADER_FIRMWARE_TYPE, (struct btl_str){text, len});
}

static void interface_put_partition(struct boot *boot)
{
    char guid[40];
    if (boot->facts.volume.known && boot->facts.volume.kind == BTLM_VOLUME_GPT)
        interface_put_text(boot, LOADER_PARTITION,
                           btl_str_of(btlm_guid_text(boot->facts.volume.guid, guid)));
}

static bool interface_is_wanted(const struct boot *boot)
{
    return btl_kernel_kind_is_image(boot->attempt.kernel.kind) && !boot->options.dry_run &&
           !boot->preview;
}

bool interface_tell(struct boot *boot)
{
    // None of systemd's features: configurations, trials and the menu are BTL's own.
    static const uint64_t features = 0;
    struct btl_str selected = btl_base_name(boot->core.choice.path);
    if (!interface_is_wanted(boot))
        return true;
    boot->interface_told = true;
    interface_put_text(boot, LOADER_INFO, BTL_STR("BTL " LOADER_VERSION));
    interface_put_firmware(boot);
    interface_put_text(boot, LOADER_IMAGE, boot->facts.loader_file);
    interface_put_partition(boot);
    interface_put(boot, LOADER_FEATURES, &features, sizeof(features));
    interface_put_entries(boot);
    if (interface_is_entry(selected))
        interface_put_text(boot, LOADER_ENTRY_SELECTED, selected);
    interface_put_time(boot, LOADER_TIME_INIT, boot->clock.zero);
    return true;
}

// Return the end of the log, of whole lines.
static struct btl_str interface_log_end(const struct log *log, size_t max)
{
    size_t begin = log->len > max ? log->len - max : 0;
    while (begin > 0 && begin < log->len && log->text[begin - 1] != '\n')
        begin++;
    return (struct btl_str){log->text + begin, log->len - begin};
}

// Write the log, which has ended; then the time. Nothing is reported from here on.
bool interface_tell_log(struct boot *boot)
{
    struct fw_variable which = {
        .guid = BTL_VARIABLE_GUID, .name = BTL_LOG_VARIABLE, .transient = true};
    fw_status status = FW_OUT_OF_RESOURCES;
    if (!interface_is_wanted(boot))
        return true;
    for (size_t max = LOG_TOLD; status != FW_SUCCESS && max >= LOG_MINIMUM; max /= 2) {
        struct btl_str end = interface_log_end(&boot->log, max);
        status = boot->fw->variable_set(boot->fw, &which, end.at, end.len);
    }
    interface_put_time(boot, LOADER_TIME_EXEC, boot->fw->ticks(boot->fw));
    return true;
}

void interface_forget(struct boot *boot)
{
    struct fw_variable log = {
        .guid = BTL_VARIABLE_GUID, .name = BTL_LOG_VARIABLE, .transient = true};
    if (!boot->interface_told || boot->half_shut_down)
        return;
    for (int variable = 0; variable < INTERFACE_VARIABLES; variable++)
        interface_set(boot, variable, NULL, 0);
    boot->fw->variable_set(boot->fw, &log, NULL, 0);
    boot->interface_told = false;
}
