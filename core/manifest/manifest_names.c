// SPDX-License-Identifier: BSD-2-Clause
// Names and texts of the manifest's values.
#include "manifest_kinds.h"

#include <btl/link.h>

#define KIND(kind, name, type) GREW(kind, name, type, sizeof(type))
#define ONE(kind, name, type)                                                                      \
    [BTLM_##kind] = {name, sizeof(type), sizeof(type), _Alignof(type), true}
#define GREW(kind, name, type, first)                                                              \
    [BTLM_##kind] = {name, sizeof(type), first, _Alignof(type), false}

const struct btlm_kind_info btlm_kinds[BTLM_KINDS] = {
    KIND(STRINGS, "strings", char),
    ONE(SYSTEM, "system", struct btlm_system),
    [BTLM_KERNEL_IMAGE] = {"kernel", sizeof(struct btlm_kernel), offsetof(struct btlm_kernel, kind),
                           _Alignof(struct btlm_kernel), true},
    KIND(SEGMENTS, "segments", struct btlm_segment),
    GREW(MODULES, "modules", struct btlm_module, offsetof(struct btlm_module, majors)),
    KIND(SECTIONS, "sections", struct btlm_section),
    KIND(DEPENDS, "depends", uint32_t),
    KIND(INTERFACES, "interfaces", struct btlm_interface),
    KIND(EXPORTS, "exports", struct btlm_export),
    KIND(TUNABLES, "tunables", struct btlm_tunable),
    KIND(ORDER, "order", uint32_t),
    KIND(MEMORY, "memory", struct btlm_memory),
    KIND(DIAGNOSTICS, "diagnostics", struct btlm_diagnostic),
    KIND(EVENTS, "timeline", struct btlm_event),
    KIND(SYMBOLS, "symbols", struct btlm_symbol),
    KIND(LOG, "log", char),
    KIND(CONFIG, "config", char),
    KIND(VOLUME, "volume", struct btlm_volume),
    GREW(BOOT, "boot", struct btlm_boot, offsetof(struct btlm_boot, watchdog_space)),
    KIND(FILES, "files", struct btlm_file),
    KIND(TRUST, "trust", struct btlm_trust),
    KIND(EVENT_LOG, "event-log", char),
};

static const char *const states[BTLM_STATES] = {
    [BTLM_LINKED] = "linked", [BTLM_STAGED] = "staged", [BTLM_REGISTERED] = "registered",
    [BTLM_OFF] = "off",       [BTLM_FAILED] = "failed",
};

static const char *const memory_types[BTLM_MEM_TYPES] = {
    [BTLM_MEM_USABLE] = "usable",
    [BTLM_MEM_BOOT_SERVICES] = "boot services",
    [BTLM_MEM_LOADER] = "loader",
    [BTLM_MEM_STAGED] = "staged",
    [BTLM_MEM_KERNEL] = "kernel",
    [BTLM_MEM_MODULES] = "modules",
    [BTLM_MEM_EARLY] = "early",
    [BTLM_MEM_MANIFEST] = "manifest",
    [BTLM_MEM_ACPI_RECLAIM] = "ACPI reclaim",
    [BTLM_MEM_ACPI_NVS] = "ACPI NVS",
    [BTLM_MEM_RUNTIME_CODE] = "runtime code",
    [BTLM_MEM_RUNTIME_DATA] = "runtime data",
    [BTLM_MEM_MMIO] = "MMIO",
    [BTLM_MEM_PERSISTENT] = "persistent",
    [BTLM_MEM_RESERVED] = "reserved",
    [BTLM_MEM_BAD] = "bad",
};

static const char *const events[BTLM_EVENTS_KINDS] = {
    [BTLM_EVENT_LOADER] = "loader",
    [BTLM_EVENT_CONFIG] = "config",
    [BTLM_EVENT_KERNEL_READ] = "kernel read",
    [BTLM_EVENT_KERNEL_PLACED] = "kernel placed",
    [BTLM_EVENT_MODULE_READ] = "module read",
    [BTLM_EVENT_PLAN] = "plan",
    [BTLM_EVENT_MODULE_LINKED] = "module linked",
    [BTLM_EVENT_MANIFEST] = "manifest",
    [BTLM_EVENT_EXIT] = "exit firmware",
    [BTLM_EVENT_PHASE1] = "phase 1",
    [BTLM_EVENT_VM] = "VM",
    [BTLM_EVENT_PHASE2] = "phase 2",
    [BTLM_EVENT_INIT] = "init",
    [BTLM_EVENT_MODULE_LOADED] = "module loaded",
    [BTLM_EVENT_START] = "start",
    [BTLM_EVENT_KERNEL_CHECKED] = "kernel checked",
    [BTLM_EVENT_MODULES_READ] = "modules read",
    [BTLM_EVENT_COUNTDOWN] = "countdown",
    [BTLM_EVENT_MENU] = "menu",
    [BTLM_EVENT_MODULES_LINKED] = "modules linked",
    [BTLM_EVENT_STAGED] = "files staged",
    [BTLM_EVENT_SPACE] = "page tables",
    [BTLM_EVENT_TRIAL] = "try counted",
    [BTLM_EVENT_CLOSED] = "volume closed",
    [BTLM_EVENT_SAVED] = "saved",
    [BTLM_EVENT_TERMINAL] = "terminal",
    [BTLM_EVENT_NEXT] = "next attempt",
};

static const char *const boot_hows[] = {
    [BTLM_HOW_NORMAL] = "normal",     [BTLM_HOW_OPTION] = "option",
    [BTLM_HOW_ONE_SHOT] = "one-shot", [BTLM_HOW_FALLBACK] = "fallback",
    [BTLM_HOW_MENU] = "menu",
};

static const char *const tpms[] = {
    [BTLM_TPM_NONE] = "none",
    [BTLM_TPM_UNUSED] = "not used",
    [BTLM_TPM_MEASURED] = "measured",
    [BTLM_TPM_INCOMPLETE] = "incomplete",
};

static const char *manifest_name_of(const char *const *names, size_t count, size_t index)
{
    return index < count ? names[index] : "?";
}

const char *btlm_state_name(enum btlm_state state)
{
    return manifest_name_of(states, BTL_COUNT(states), state);
}

const char *btlm_memory_name(enum btlm_memory_type type)
{
    return manifest_name_of(memory_types, BTL_COUNT(memory_types), type);
}

const char *btlm_event_name(enum btlm_event_kind kind)
{
    return manifest_name_of(events, BTL_COUNT(events), kind);
}

const char *btlm_tpm_name(enum btlm_tpm tpm)
{
    return manifest_name_of(tpms, BTL_COUNT(tpms), tpm);
}

const char *btlm_how_name(enum btlm_boot_how how)
{
    return manifest_name_of(boot_hows, BTL_COUNT(boot_hows), how);
}

const char *btlm_perm_text(uint32_t perm, char text[static 4])
{
    text[0] = perm & BTL_PERM_READ ? 'r' : '-';
    text[1] = perm & BTL_PERM_WRITE ? 'w' : '-';
    text[2] = perm & BTL_PERM_EXEC ? 'x' : '-';
    text[3] = '\0';
    return text;
}

// The minor number has two decimal digits: 70 means .7, 31 means .3.1.
const char *btlm_uefi_text(uint32_t revision, char text[static 24])
{
    uint32_t minor = revision & 0xffff;
    size_t len = btl_format_to(text, 24, "%u.%u", revision >> 16, minor / 10);
    if (minor % 10 != 0)
        btl_format_to(text + len, 24 - len, ".%u", minor % 10);
    return text;
}

// The first three parts of a GUID are numbers, little-endian on the disk.
const char *btlm_guid_text(const uint8_t guid[static 16], char text[static 40])
{
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    size_t len = 0;
    for (size_t i = 0; i < sizeof(order); i++)
        len += btl_format_to(text + len, 40 - len, "%s%02x",
                             i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", guid[order[i]]);
    return text;
}

const char *btl_manifest_section_name(enum btlm_kind kind)
{
    return btlm_kinds[kind].name;
}

uint32_t btl_manifest_section_of(struct btl_str name)
{
    for (uint32_t kind = BTLM_SYSTEM; kind < BTLM_KINDS; kind++) {
        if (btl_str_equal(name, btl_str_of(btlm_kinds[kind].name)))
            return 1u << kind;
    }
    return 0;
}
