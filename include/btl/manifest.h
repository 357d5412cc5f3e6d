// SPDX-License-Identifier: BSD-2-Clause
// The boot manifest: the one structure the loader hands the kernel (docs/boot-protocol.md).
//
//   +--------------------+ 0
//   | struct btlm_header |
//   +--------------------+ header.directory
//   | struct btlm_table  | x header.table_count
//   +--------------------+ each table[i].offset, aligned to 8
//   | entries            | table[i].count x table[i].entry_size
//   | …                  |
//   +--------------------+ header.total_size
//
// All numbers are little-endian. The manifest holds offsets from its start and no pointers, so it
// can be moved, mapped elsewhere and saved to a file. A string is (offset, length) in the STRINGS
// table, without a NUL. An absent index is BTL_NONE.
//
// Versions: a reader rejects another MAJOR. A MINOR adds tables, fields at the end of entries
// (entry_size grows by multiples of 8, of 4 for uint32_t), or values of the enums that allow it. A
// reader skips unknown tables, and ignores the bytes of an entry after the last known field.
#ifndef BTL_MANIFEST_H
#define BTL_MANIFEST_H

#include <btl/device.h>
#include <btl/diag.h>
#include <btl/on_error.h>
#include <btl/phases.h>

BTL_BEGIN_DECLS

#define BTLM_MAGIC "BTLMANIF"
#define BTLM_MAJOR 1
// 1.1: table VOLUME; 1.2: table BOOT, BTLM_ON_ERROR(); 1.3: kinds of volume; 1.4: majors of
// modules; 1.5: kinds of event, BTLM_BOOT_SAVED; 1.6: BTLM_BUILT_IN, BTLM_BOOT_APPLIED;
// 1.7: the hardware watchdog in BOOT, kinds of kernel, table FILES; 1.8: BTLM_BOOT_ASLR, tables
// TRUST and EVENT_LOG
#define BTLM_MINOR    8
#define BTLM_SIZE_MAX (1ull << 30)
#define BTLM_SEED_MAX 64 // bytes of random seed

struct btlm_header {
    char magic[8];
    uint16_t major, minor;
    uint32_t header_size; // sizeof(struct btlm_header) of the writer
    uint64_t total_size;  // bytes, with the header
    uint32_t checksum;    // CRC-32 of total_size bytes, with 0 in this field
    uint32_t table_count;
    uint64_t directory; // offset of the first struct btlm_table
    uint64_t physical;  // address of the manifest at entry
};
BTL_STATIC_ASSERT(sizeof(struct btlm_header) == 48, "wire");

enum btlm_kind {
    BTLM_STRINGS = 1,  // char
    BTLM_SYSTEM,       // struct btlm_system, exactly one
    BTLM_KERNEL_IMAGE, // struct btlm_kernel, exactly one
    BTLM_SEGMENTS,     // struct btlm_segment, of the kernel
    BTLM_MODULES,      // struct btlm_module; index = module id
    BTLM_SECTIONS,     // struct btlm_section, of linked modules
    BTLM_DEPENDS,      // uint32_t, module indices
    BTLM_INTERFACES,   // struct btlm_interface
    BTLM_EXPORTS,      // struct btlm_export, kernel's first
    BTLM_TUNABLES,     // struct btlm_tunable, settings from loader.conf
    BTLM_ORDER,        // uint32_t, module indices in loading order, all phases
    BTLM_MEMORY,       // struct btlm_memory, ascending, not overlapping
    BTLM_DIAGNOSTICS,  // struct btlm_diagnostic, in the order of reporting
    BTLM_EVENTS,       // struct btlm_event, ascending by start
    BTLM_SYMBOLS,      // struct btlm_symbol: functions, for backtraces; ascending by address
    BTLM_LOG,          // char: the log of the loader
    BTLM_CONFIG,       // char: the text of the configuration
    BTLM_VOLUME,       // struct btlm_volume: the boot volume, one or none (since 1.1)
    BTLM_BOOT,         // struct btlm_boot: the choice of a configuration, one or none (since 1.2)
    BTLM_FILES,        // struct btlm_file: files for the kernel as they are (since 1.7)
    BTLM_TRUST,        // struct btlm_trust: Secure Boot and TPM, one or none (since 1.8)
    BTLM_EVENT_LOG,    // char: the TPM's event log, as the firmware keeps it (since 1.8)
    BTLM_KINDS
};

struct btlm_table {
    uint32_t kind;       // enum btlm_kind
    uint32_t entry_size; // bytes
    uint64_t offset;     // multiple of 8
    uint64_t count;      // entries
};
BTL_STATIC_ASSERT(sizeof(struct btlm_table) == 24, "wire");

struct btlm_str {
    uint32_t offset, length; // bytes in STRINGS
};

// Facts about machine, firmware and address space. Addresses are physical unless a comment says
// otherwise; 0: absent.
struct btlm_system {
    struct btlm_str loader_version;
    struct btlm_str firmware_vendor;
    struct btlm_str config_path;
    struct btlm_str kernel_options;
    uint32_t firmware_revision, uefi_revision;
    uint16_t machine;          // e_machine
    uint16_t required_failure; // enum btl_stop_action
    uint32_t seed_size;        // random bytes in `seed`; 0: the machine has no source of them
    uint8_t seed[BTLM_SEED_MAX];
    uint64_t efi_system_table, acpi_rsdp, smbios, smbios3;
    uint64_t framebuffer; // address
    uint64_t framebuffer_size;
    uint32_t framebuffer_width, framebuffer_height, framebuffer_stride; // pixels, pixels per line
    uint32_t framebuffer_format; // 0 none, 1 RGBX, 2 BGRX (8 bits each, EFI_GRAPHICS_PIXEL_FORMAT);
                                 // a minor version may add others
    // Address space at entry (docs/boot-protocol.md).
    uint64_t direct_map, direct_map_size;                     // virtual base of physical 0; bytes
    uint64_t window, window_size;                             // kernel and module window, virtual
    uint64_t modules_virtual, modules_physical, modules_size; // phase-1 images
    uint64_t early_virtual, early_physical, early_size;       // early allocator's arena
    uint64_t stack_virtual, stack_physical, stack_size;       // above an unmapped guard page
    uint64_t page_table_root;                                 // physical
    uint64_t ticks_per_second; // of the time stamp counter; 0: unknown
    uint64_t ticks_at_zero;    // value of the counter at event time 0
};
BTL_STATIC_ASSERT(sizeof(struct btlm_system) == 304, "wire");

// Is the framebuffer large enough for its lines? True without a framebuffer.
static inline bool btlm_framebuffer_holds(const struct btlm_system *system)
{
    uint64_t pixels = (uint64_t)system->framebuffer_stride * system->framebuffer_height, end;
    return system->framebuffer == 0 ||
           (system->framebuffer_width <= system->framebuffer_stride &&
            pixels <= system->framebuffer_size / 4 &&
            btl_add(system->framebuffer, system->framebuffer_size, &end));
}

struct btlm_kernel {
    struct btlm_str path, version;
    uint8_t sha256[32]; // of the file; all zero when the loader has not hashed it (since 1.7)
    uint64_t file_size;
    uint64_t virtual_base, physical_base, size; // of the image in memory
    uint64_t entry;                             // virtual
    uint32_t kind; // enum btl_kernel_kind (since 1.7): read it with btl_manifest_kernel_kind()
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_kernel) == 96, "wire");

// A file that loader.conf names with file_NAME. Its memory is of type STAGED.
struct btlm_file {
    struct btlm_str name, path; // NAME; on the boot volume
    uint8_t sha256[32];         // all zero when the loader has not hashed it
    uint64_t size;              // bytes
    uint64_t physical;          // a page; 0: not in memory
};
BTL_STATIC_ASSERT(sizeof(struct btlm_file) == 64, "wire");

enum btlm_volume_kind { // a minor version may add others
    BTLM_VOLUME_UNKNOWN,
    BTLM_VOLUME_GPT,  // `guid` identifies a GPT partition
    BTLM_VOLUME_MBR,  // `guid` is btl_mbr_guid() (btl/partitions.h) of a partition (since 1.3)
    BTLM_VOLUME_DISK, // a whole disk, without partitions (since 1.3)
};

// The volume from which the firmware started the loader. Every path begins at its root, and the
// files of REGISTERED modules are on it.
struct btlm_volume {
    uint32_t kind;      // enum btlm_volume_kind
    uint32_t partition; // number in the table; 0: unknown, or there is none
    uint8_t guid[16];   // as on the disk
    uint64_t start_block, block_count;
    struct btlm_str controller; // of the disk, as in alias= (modinfo.h); may be empty
};
BTL_STATIC_ASSERT(sizeof(struct btlm_volume) == 48, "wire");

enum btlm_boot_how {   // a minor version may add others
    BTLM_HOW_NORMAL,   // /loader.conf
    BTLM_HOW_OPTION,   // the path was an option of the loader
    BTLM_HOW_ONE_SHOT, // next-conf: for this boot only
    BTLM_HOW_MENU,     // chosen in the menu
    BTLM_HOW_FALLBACK, // booted instead of `wanted`
};

enum {                       // btlm_boot.flags
    BTLM_BOOT_SAFE = 1,      // a safe boot (btl_config_safe)
    BTLM_BOOT_CHANGED = 2,   // changed in the menu for this boot: CONFIG ends with the changes
    BTLM_BOOT_TRIAL = 4,     // on trial; this boot has used up a try: tries, tries_left
    BTLM_BOOT_GOOD = 8,      // the last good configuration
    BTLM_BOOT_FALLBACK = 16, // a configuration to fall back to exists
    BTLM_BOOT_FAILED = 32,   // the loader gave this boot up: no kernel has seen this manifest
    BTLM_BOOT_SAVED = 64,    // the manifest is saved: the kernel writes BtlRun (btl/run_record.h)
    BTLM_BOOT_APPLIED = 128, // the loader has changed `wanted` as BtlPending said (btl/pending.h)
    BTLM_BOOT_SEALED = 256,  // a seal lists each file: the kernel uses no other ones (since 1.7)
    BTLM_BOOT_ASLR = 512,    // addresses in the window are random, out of the seed (since 1.8)
};

enum btlm_space {      // a minor version may add others
    BTLM_SPACE_PCI,    // configuration space: bus << 20 | device << 15 | function << 12 | offset
    BTLM_SPACE_IO,     // an I/O port
    BTLM_SPACE_MEMORY, // physical
};

// The configuration that was booted, and why the loader chose it (docs/boot-state.md).
struct btlm_boot {
    struct btlm_str path, title; // of the configuration that was booted
    struct btlm_str wanted;      // path of the loader's first choice; `path` unless it fell back
    struct btlm_str reason;      // of the failure (BTLM_BOOT_FAILED) or fallback; else empty
    uint8_t sha256[32];          // of the configuration's text on the volume
    uint32_t how;                // enum btlm_boot_how
    uint32_t flags;              // BTLM_BOOT_
    uint32_t tries, tries_left;  // of a trial; else 0
    uint32_t timeout;            // seconds until the kernel gives the boot up; 0: no watchdog
    // Since 1.7; read it with btl_manifest_watchdog(). The machine's own watchdog, which the loader
    // has armed: seconds from then until the reset; 0: none. One write stops it: of watchdog_value
    // into the bits of watchdog_mask.
    uint32_t watchdog;
    uint32_t watchdog_space, watchdog_width; // enum btlm_space; bytes
    uint64_t watchdog_address;
    uint32_t watchdog_mask, watchdog_value;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_boot) == 112, "wire");

enum { // btlm_trust.flags
    BTLM_TRUST_SECURE_BOOT = 1,
    BTLM_TRUST_SETUP_MODE = 2,
    BTLM_TRUST_SHIM = 4,
    BTLM_TRUST_SHIM_OFF = 8,  // shim verifies nothing (MokSBState)
    BTLM_TRUST_ENFORCED = 16, // only files that a verified seal lists were used
    BTLM_TRUST_LOG_FULL = 32, // EVENT_LOG lacks events, so it does not replay to the registers
};

enum btlm_tpm {         // a minor version may add others
    BTLM_TPM_NONE,      // no active TPM, or the firmware does not tell
    BTLM_TPM_UNUSED,    // nothing of this boot was measured: tpm="no", or a dry run
    BTLM_TPM_MEASURED,  // the six events of docs/measured-boot.md
    BTLM_TPM_INCOMPLETE // an event failed, so the register 9 lacks the event `end`
};

// What the loader knew of Secure Boot, and what it did with a TPM.
struct btlm_trust {
    uint8_t seal_sha256[32]; // of the seal's file; all zero: the configuration has none
    uint64_t seal_level;     // of a seal that fits the configuration; else 0
    uint64_t level;          // seals below it are revoked on this machine
    uint32_t flags;          // BTLM_TRUST_
    uint32_t tpm;            // enum btlm_tpm
    uint32_t banks;          // active: bits of EFI_TCG2_EVENT_ALGORITHM_BITMAP, 2 for SHA-256
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_trust) == 64, "wire");

struct btlm_segment {
    uint64_t address, size; // virtual; bytes
    uint32_t perm;          // BTL_PERM_ mask
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_segment) == 24, "wire");

enum btlm_state {
    BTLM_LINKED,     // phase-1 image in memory; its load function has not run
    BTLM_STAGED,     // file in memory, for the kernel to link
    BTLM_REGISTERED, // known, without a staged file: the kernel loads it from the volume
    BTLM_OFF,
    BTLM_FAILED, // see btlm_module.reason
    BTLM_STATES
};

enum {                   // btlm_module.flags
    BTLM_REQUIRED = 1,   // BTLM_ON_ERROR() is HALT or REQUIRED
    BTLM_CONFIGURED = 2, // loader.conf mentions the module
    BTLM_METADATA = 4,   // the file's metadata was read; else only name and path are known
    BTLM_BUILT_IN = 8, // in the kernel's file, which `path` names; REGISTERED, and its exports are
                       // in the kernel's image (since 1.6)
    BTLM_NOT_HASHED = 128, // the file was read, but its SHA-256 is open: `sha256` is all zero
                           // (since 1.7)
};

// What the failure of the module means: enum btl_on_error, in bits 4 to 6 of btlm_module.flags.
// Versions before 1.2 have BTLM_REQUIRED only. A minor version may add levels;
// btl_on_error_action() takes unknown ones for "warn".
#define BTLM_ON_ERROR_SHIFT 4
#define BTLM_ON_ERROR(flags)                                                                       \
    ((enum btl_on_error)(((flags) & (BTLM_REQUIRED | 7u << BTLM_ON_ERROR_SHIFT)) == BTLM_REQUIRED  \
                             ? BTL_ON_ERROR_REQUIRED                                               \
                             : ((flags) >> BTLM_ON_ERROR_SHIFT & 7u)))

struct btlm_module {
    struct btlm_str name, path, version, description;
    struct btlm_str arguments;                  // NAME_flags
    uint8_t type, supported, configured, phase; // enums of phases.h
    uint8_t registered;                         // enum btl_phase
    uint8_t state;                              // enum btlm_state
    uint16_t flags;
    uint32_t pulled_by; // module that needs this one in `phase`
    uint32_t reason;    // index in DIAGNOSTICS
    uint8_t sha256[32]; // of the file; all zero when the loader has not read or not hashed it
    uint64_t file_size;
    uint64_t address, size, bss_size;      // linked image, virtual
    uint64_t text_size, rodata_size;       // parts of the image: text R-X, then constants R--,
                                           // then data RW-; whole pages
    uint64_t wrapper;                      // address of the struct btl_wrapper
    uint64_t staged_physical, staged_size; // file, page-aligned
    // The module's entries in the tables of these names. Each table has the kernel's entries first,
    // then those of each module in the order of MODULES. No entry belongs to two modules.
    uint32_t first_section, section_count;
    uint32_t first_depend, depend_count;
    uint32_t first_interface, interface_count;
    uint32_t first_export, export_count;
    uint32_t first_tunable, tunable_count;
    // Since 1.4; read them with btl_manifest_major(). Majors that a wsio_class module asks for, by
    // kind: 0 to BTL_MAJORS_MAX - 1, BTL_MAJOR_DYNAMIC or BTL_MAJOR_NONE.
    int16_t majors[BTL_DEVICE_KINDS];
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_module) == 208, "wire");

struct btlm_section {
    struct btlm_str name;
    uint64_t address, size; // virtual
    uint32_t perm;          // BTL_PERM_ mask
    uint32_t index;         // in the ELF file
};
BTL_STATIC_ASSERT(sizeof(struct btlm_section) == 32, "wire");

struct btlm_interface {
    struct btlm_str name;
    uint32_t owner;    // module, or BTL_KERNEL (symtab.h)
    uint32_t provided; // 1: provides, 0: needs
    uint32_t major, minor;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_interface) == 24, "wire");

struct btlm_export {
    struct btlm_str name;
    uint64_t value;
    uint32_t owner; // module, or BTL_KERNEL
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_export) == 24, "wire");

struct btlm_tunable {
    struct btlm_str name, value;
    uint32_t line, column; // of the value in loader.conf
};
BTL_STATIC_ASSERT(sizeof(struct btlm_tunable) == 24, "wire");

// The owner of a range of memory at entry. The kernel may use USABLE at once; BOOT_SERVICES and
// LOADER when it has left the loader's page tables and stack and has copied what it needs; STAGED
// when it has linked the files; ACPI_RECLAIM when it has read the tables. KERNEL, MODULES, EARLY
// and MANIFEST belong to the kernel, which may free parts of them. The kernel never uses the
// others.
enum btlm_memory_type {
    BTLM_MEM_USABLE,
    BTLM_MEM_BOOT_SERVICES,
    BTLM_MEM_LOADER, // page tables, stack, the loader itself
    BTLM_MEM_STAGED,
    BTLM_MEM_KERNEL,
    BTLM_MEM_MODULES, // phase-1 images
    BTLM_MEM_EARLY,   // early allocator's arena
    BTLM_MEM_MANIFEST,
    BTLM_MEM_ACPI_RECLAIM,
    BTLM_MEM_ACPI_NVS,
    BTLM_MEM_RUNTIME_CODE,
    BTLM_MEM_RUNTIME_DATA,
    BTLM_MEM_MMIO,
    BTLM_MEM_PERSISTENT,
    BTLM_MEM_RESERVED,
    BTLM_MEM_BAD,
    BTLM_MEM_TYPES
};

struct btlm_memory {
    uint64_t start, size; // physical, bytes, multiples of the page size
    uint32_t type;        // enum btlm_memory_type
    uint32_t efi_type;    // EFI_MEMORY_TYPE of the range
    uint64_t attributes;  // EFI_MEMORY_ attribute bits
};
BTL_STATIC_ASSERT(sizeof(struct btlm_memory) == 32, "wire");

// Bits of `attributes` that say how the range can be cached (UEFI 2.10, 7.2.3).
#define BTLM_CACHE_TYPES 0x1full // EFI_MEMORY_UC, WC, WT, WB, UCE
#define BTLM_WRITE_BACK  0x08ull

// Is the range mapped write-back? Otherwise it is mapped uncached, in every mapping. Memory whose
// attributes name no way of caching counts as ordinary memory.
static inline bool btlm_is_write_back(const struct btlm_memory *range)
{
    return range->type != BTLM_MEM_MMIO && ((range->attributes & BTLM_WRITE_BACK) != 0 ||
                                            (range->attributes & BTLM_CACHE_TYPES) == 0);
}

struct btlm_diagnostic {
    struct btlm_str code, text; // text: the whole line of btl_diag_print()
    uint32_t severity;          // enum btl_severity
    uint32_t module;            // or BTL_NONE
};
BTL_STATIC_ASSERT(sizeof(struct btlm_diagnostic) == 24, "wire");

enum btlm_event_kind { // a minor version may add others
    BTLM_EVENT_LOADER, // the whole loader, until hand-off
    BTLM_EVENT_CONFIG, // loader.conf read and parsed
    BTLM_EVENT_KERNEL_READ,
    BTLM_EVENT_KERNEL_PLACED, // copied and relocated
    BTLM_EVENT_MODULE_READ,
    BTLM_EVENT_PLAN,
    BTLM_EVENT_MODULE_LINKED, // laid out, copied, resolved, relocated
    BTLM_EVENT_MANIFEST,
    BTLM_EVENT_EXIT,   // GetMemoryMap and ExitBootServices
    BTLM_EVENT_PHASE1, // from here to MODULE_LOADED: in the kernel's own list only
    BTLM_EVENT_VM,
    BTLM_EVENT_PHASE2,
    BTLM_EVENT_INIT,
    BTLM_EVENT_MODULE_LOADED,  // its load function
    BTLM_EVENT_START,          // the following since 1.5. Load options, boot volume, boot state
    BTLM_EVENT_KERNEL_CHECKED, // the file's headers, metadata and segments
    BTLM_EVENT_MODULES_READ,   // all modules: read and checked; contains their MODULE_READ
    BTLM_EVENT_COUNTDOWN,      // waiting for a key: before the boot, or after a failure
    BTLM_EVENT_MENU,           // the menu is open: waiting for a person
    BTLM_EVENT_MODULES_LINKED, // all modules; contains their MODULE_LINKED
    BTLM_EVENT_STAGED,         // the choice of the files for the kernel, the table on the console
    BTLM_EVENT_SPACE,          // page tables
    BTLM_EVENT_TRIAL,          // the try is counted in a variable
    BTLM_EVENT_CLOSED,         // the volume is closed, the log ends
    BTLM_EVENT_SAVED,          // in a saved manifest: writes before the last one
    BTLM_EVENT_TERMINAL,       // the query of the terminal's size, perhaps without an answer
    BTLM_EVENT_NEXT,           // an attempt has ended, the next one is chosen
    BTLM_EVENTS_KINDS
};

// Does the machine wait for a person during this event?
static inline bool btlm_event_waits(uint32_t kind)
{
    return kind == BTLM_EVENT_COUNTDOWN || kind == BTLM_EVENT_MENU;
}

struct btlm_event {
    // Nanoseconds since the loader started. A file that is read once for several attempts has the
    // time of that read.
    uint64_t start, end;
    uint32_t kind;   // enum btlm_event_kind
    uint32_t module; // or BTL_NONE
    uint64_t bytes;  // read or written; 0: the event has no such number
};
BTL_STATIC_ASSERT(sizeof(struct btlm_event) == 32, "wire");

struct btlm_symbol {
    uint64_t address, size;
    struct btlm_str name;
    uint32_t owner; // module, or BTL_KERNEL
    uint32_t reserved;
};
BTL_STATIC_ASSERT(sizeof(struct btlm_symbol) == 32, "wire");

// ---------------------------------------------------------------------------------- the reader

// A checked manifest: every table lies inside it, every index and string of every entry is in
// range, every enum is known except those that a minor version may extend, no memory is writable
// and executable, memory and symbols ascend, and the framebuffer is large enough. The accessors
// rely on these checks; manifest_fields.def in core/manifest/ lists them, field by field.
struct btl_manifest {
    struct btl_bytes bytes;
    const struct btlm_header *header;
    struct btlm_table table[BTLM_KINDS]; // by kind; absent tables have count 0
};

// Check a manifest. `bytes` is aligned to 8, must stay in place, and may be longer than the
// manifest. Report every error of the first of these stages that has one: header, directory,
// entries. The arena is used for diagnostics only. Linear.
bool btl_manifest_open(struct btl_bytes bytes, struct btl_place place,
                       struct btl_manifest *ret_manifest, struct btl_diags *diags);

uint64_t btl_manifest_count(const struct btl_manifest *manifest, enum btlm_kind kind);
// Return entry `index` of a table; `index` must be below the count.
const void *btl_manifest_entry(const struct btl_manifest *manifest, enum btlm_kind kind,
                               uint64_t index);
struct btl_str btl_manifest_str(const struct btl_manifest *manifest, struct btlm_str str);
struct btl_str btl_manifest_text(const struct btl_manifest *manifest,
                                 enum btlm_kind kind); // LOG, CONFIG, EVENT_LOG

static inline const struct btlm_system *btl_manifest_system(const struct btl_manifest *m)
{
    return (const struct btlm_system *)btl_manifest_entry(m, BTLM_SYSTEM, 0);
}
static inline const struct btlm_kernel *btl_manifest_kernel(const struct btl_manifest *m)
{
    return (const struct btlm_kernel *)btl_manifest_entry(m, BTLM_KERNEL_IMAGE, 0);
}
// Return NULL if the manifest has none.
static inline const struct btlm_volume *btl_manifest_volume(const struct btl_manifest *m)
{
    return btl_manifest_count(m, BTLM_VOLUME) > 0
               ? (const struct btlm_volume *)btl_manifest_entry(m, BTLM_VOLUME, 0)
               : 0;
}
// Is this SHA-256 of a file known? All zero: it is open.
bool btlm_is_hashed(const uint8_t sha256[BTL_AT_LEAST(32)]);
// The hardware watchdog that the loader has armed.
struct btl_watchdog {
    uint32_t seconds;
    uint32_t space, width; // of the register that stops it: enum btlm_space; bytes
    uint64_t address;
    uint32_t mask, value; // write `value` into the bits of `mask`
};
// False: there is none, or the loader does not tell (before 1.7); *ret_watchdog is then empty.
bool btl_manifest_watchdog(const struct btl_manifest *manifest, struct btl_watchdog *ret_watchdog);

// Return NULL if the manifest has none.
static inline const struct btlm_boot *btl_manifest_boot(const struct btl_manifest *m)
{
    return btl_manifest_count(m, BTLM_BOOT) > 0
               ? (const struct btlm_boot *)btl_manifest_entry(m, BTLM_BOOT, 0)
               : 0;
}
// Return NULL if the manifest has none.
static inline const struct btlm_trust *btl_manifest_trust(const struct btl_manifest *m)
{
    return btl_manifest_count(m, BTLM_TRUST) > 0
               ? (const struct btlm_trust *)btl_manifest_entry(m, BTLM_TRUST, 0)
               : 0;
}
static inline const struct btlm_module *btl_manifest_module(const struct btl_manifest *m,
                                                            uint64_t i)
{
    return (const struct btlm_module *)btl_manifest_entry(m, BTLM_MODULES, i);
}

// Return the kind of the kernel: an enum btl_kernel_kind, or a higher number of a later version. A
// manifest before 1.7 is of a kernel of BTL's protocol.
uint32_t btl_manifest_kernel_kind(const struct btl_manifest *manifest);
// Return the file of that name (file_NAME); NULL: there is none.
const struct btlm_file *btl_manifest_find_file(const struct btl_manifest *manifest,
                                               struct btl_str name);

// Does the manifest say which majors modules ask for? One before 1.4 does not.
bool btl_manifest_has_majors(const struct btl_manifest *manifest);
// Return the major of that kind which the module asks for; BTL_MAJOR_NONE if the manifest does not
// say.
int16_t btl_manifest_major(const struct btl_manifest *manifest, const struct btlm_module *module,
                           enum btl_device_kind kind);

// Return the function that holds `address`, or NULL. The search is binary: of overlapping functions
// only the one that begins last is considered.
const struct btlm_symbol *btl_manifest_find_symbol(const struct btl_manifest *manifest,
                                                   uint64_t address, uint64_t *ret_offset);

const char *btlm_state_name(enum btlm_state state);
const char *btlm_memory_name(enum btlm_memory_type type);
const char *btlm_event_name(enum btlm_event_kind kind);
const char *btlm_how_name(enum btlm_boot_how how);                          // "one-shot"
const char *btlm_tpm_name(enum btlm_tpm tpm);                               // "measured"
const char *btlm_perm_text(uint32_t perm, char text[BTL_AT_LEAST(4)]);      // "r-x"
const char *btlm_uefi_text(uint32_t revision, char text[BTL_AT_LEAST(24)]); // "2.7", "2.3.1"
const char *btlm_guid_text(const uint8_t guid[BTL_AT_LEAST(16)],
                           char text[BTL_AT_LEAST(40)]); // "c12a7328-..."

// ------------------------------------------------------------------------------------ the text

// Print sections of the manifest for people; `what` is a mask of 1u << kind, 0 for all. Loader,
// kernel and host print the same text. Lines fit 80 columns unless a name is too long. If `what`
// names other tables too, the functions of BTLM_SYMBOLS are only counted.
void btl_manifest_print(const struct btl_manifest *manifest, uint32_t what, struct btl_out *out);
// Print everything about one module.
void btl_manifest_print_module(const struct btl_manifest *manifest, uint64_t index,
                               struct btl_out *out);
// Return the name by which commands call a section: "memory"; "timeline" for the events, "kernel"
// for the kernel's image. The first section is BTLM_SYSTEM; BTLM_STRINGS is none.
const char *btl_manifest_section_name(enum btlm_kind kind);
// Return the mask of the section of that name: 1u << BTLM_MEMORY for "memory"; 0: no section.
uint32_t btl_manifest_section_of(struct btl_str name);

BTL_END_DECLS

#endif
