// SPDX-License-Identifier: BSD-2-Clause
// What an event is about, for people. The data of an event is not trusted: most of it is not what
// was hashed.
#include <btl/mem.h>
#include <btl/tcg_log.h>
#include <btl/utf8.h>

static const struct {
    uint32_t type;
    const char *name;
} tcg_types[] = {
    {0x0, "EV_PREBOOT_CERT"},
    {0x1, "EV_POST_CODE"},
    {BTL_TCG_NO_ACTION, "EV_NO_ACTION"},
    {BTL_TCG_SEPARATOR, "EV_SEPARATOR"},
    {0x5, "EV_ACTION"},
    {0x6, "EV_EVENT_TAG"},
    {0x7, "EV_S_CRTM_CONTENTS"},
    {0x8, "EV_S_CRTM_VERSION"},
    {0x9, "EV_CPU_MICROCODE"},
    {0xa, "EV_PLATFORM_CONFIG_FLAGS"},
    {0xb, "EV_TABLE_OF_DEVICES"},
    {0xc, "EV_COMPACT_HASH"},
    {BTL_TCG_IPL, "EV_IPL"},
    {0xe, "EV_IPL_PARTITION_DATA"},
    {0xf, "EV_NONHOST_CODE"},
    {0x10, "EV_NONHOST_CONFIG"},
    {0x11, "EV_NONHOST_INFO"},
    {0x12, "EV_OMIT_BOOT_DEVICE_EVENTS"},
    {BTL_TCG_VARIABLE, "EV_EFI_VARIABLE_DRIVER_CONFIG"},
    {BTL_TCG_BOOT, "EV_EFI_VARIABLE_BOOT"},
    {BTL_TCG_APPLICATION, "EV_EFI_BOOT_SERVICES_APPLICATION"},
    {BTL_TCG_BOOT_DRIVER, "EV_EFI_BOOT_SERVICES_DRIVER"},
    {BTL_TCG_RUN_DRIVER, "EV_EFI_RUNTIME_SERVICES_DRIVER"},
    {0x80000006, "EV_EFI_GPT_EVENT"},
    {BTL_TCG_ACTION, "EV_EFI_ACTION"},
    {0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB"},
    {0x80000009, "EV_EFI_HANDOFF_TABLES"},
    {0x8000000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2"},
    {0x8000000b, "EV_EFI_HANDOFF_TABLES2"},
    {BTL_TCG_BOOT2, "EV_EFI_VARIABLE_BOOT2"},
    {0x80000010, "EV_EFI_HCRTM_EVENT"},
    {BTL_TCG_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY"},
    {0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB"},
    {0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG"},
};

const char *btl_tcg_type_name(uint32_t type)
{
    for (size_t i = 0; i < BTL_COUNT(tcg_types); i++) {
        if (tcg_types[i].type == type)
            return tcg_types[i].name;
    }
    return NULL;
}

static struct btl_bytes tcg_after(struct btl_bytes bytes, size_t count)
{
    return (struct btl_bytes){bytes.at + count, bytes.size - count};
}

// Convert UTF-16, up to a NUL.
static struct btl_str tcg_utf16(struct btl_bytes bytes, struct btl_arena *arena)
{
    size_t units = bytes.size / 2, len = 0;
    char *text = BTL_NEW_ARRAY(arena, char, units *BTL_UTF8_MAX + 1);
    for (size_t index = 0; text != NULL && index < units;) {
        uint32_t point = btl_utf16_next(bytes.at, units, &index);
        if (point == 0)
            break;
        len += btl_utf8_put(point, text + len);
    }
    return (struct btl_str){text, len};
}

#define TCG_VARIABLE_NAME   16 // in UEFI_VARIABLE_DATA: lengths of name (in units) and data
#define TCG_VARIABLE_HEADER 32

// Return the name in UEFI_VARIABLE_DATA.
static struct btl_str tcg_variable_name(struct btl_bytes data, struct btl_arena *arena)
{
    uint64_t units, size;
    if (data.size < TCG_VARIABLE_HEADER)
        return BTL_STR("");
    memcpy(&units, data.at + TCG_VARIABLE_NAME, sizeof(units));
    struct btl_bytes name = tcg_after(data, TCG_VARIABLE_HEADER);
    if (!btl_mul(units, 2, &size) || size > name.size)
        return BTL_STR("");
    name.size = size;
    return tcg_utf16(name, arena);
}

#define TCG_IMAGE_HEADER 32 // of UEFI_IMAGE_LOAD_EVENT; the last 8 bytes: size of the device path
#define TCG_NODE_HEADER  4  // of a device path: type, subtype, size

// Return the last file that the device path in UEFI_IMAGE_LOAD_EVENT names.
static struct btl_str tcg_image_file(struct btl_bytes data, struct btl_arena *arena)
{
    struct btl_bytes file = {NULL, 0};
    uint64_t size;
    if (data.size < TCG_IMAGE_HEADER)
        return BTL_STR("");
    memcpy(&size, data.at + TCG_IMAGE_HEADER - sizeof(size), sizeof(size));
    struct btl_bytes path = tcg_after(data, TCG_IMAGE_HEADER);
    if (size < path.size)
        path.size = size;
    while (path.size >= TCG_NODE_HEADER) {
        size_t node = path.at[2] | (size_t)path.at[3] << 8;
        if (node < TCG_NODE_HEADER || node > path.size)
            break;
        if (path.at[0] == 4 && path.at[1] == 4) // media, file (UEFI 2.10, 10.3.5.4)
            file = (struct btl_bytes){path.at + TCG_NODE_HEADER, node - TCG_NODE_HEADER};
        path = tcg_after(path, node);
    }
    return file.size > 0 ? tcg_utf16(file, arena) : BTL_STR("");
}

struct btl_str btl_tcg_event_text(const struct btl_tcg_event *event, struct btl_arena *arena)
{
    struct btl_str text = {(const char *)event->data.at, event->data.size};
    switch (event->type) {
    case BTL_TCG_ACTION:
    case BTL_TCG_IPL:
        return btl_str_first(text, btl_str_find(text, '\0'));
    case BTL_TCG_VARIABLE:
    case BTL_TCG_BOOT:
    case BTL_TCG_BOOT2:
    case BTL_TCG_AUTHORITY:
        return tcg_variable_name(event->data, arena);
    case BTL_TCG_APPLICATION:
    case BTL_TCG_BOOT_DRIVER:
    case BTL_TCG_RUN_DRIVER:
        return tcg_image_file(event->data, arena);
    default:
        return BTL_STR("");
    }
}
