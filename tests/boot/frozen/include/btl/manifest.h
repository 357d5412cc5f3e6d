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
// Little-endian. Offsets from the start of the manifest, never pointers: it stays valid when it is
// moved, mapped elsewhere or saved to a file. Strings are (offset, length) into the STRINGS table,
// not NUL-terminated. An absent index is BTL_NONE.
//
// Versions: a reader refuses another MAJOR. A MINOR adds tables, adds fields at the end of entries
// (entry_size grows, by multiples of 8, of 4 for uint32_t) or adds values to the enums that say so;
// a reader skips tables it does not know and ignores the bytes of an entry past those it knows.
#ifndef BTL_MANIFEST_H
#define BTL_MANIFEST_H

#include <btl/diag.h>
#include <btl/phases.h>

#define BTLM_MAGIC "BTLMANIF"
#define BTLM_MAJOR 1
#define BTLM_MINOR 0
#define BTLM_SIZE_MAX (1ull << 30)
#define BTLM_SEED_MAX 64 // bytes of random seed

struct btlm_header {
    char magic[8];
    uint16_t major, minor;
    uint32_t header_size; // sizeof(struct btlm_header) of the writer
    uint64_t total_size;  // bytes, with the header
    uint32_t checksum;    // CRC-32 of total_size bytes with this field 0
    uint32_t table_count;
    uint64_t directory;   // offset of the first struct btlm_table
    uint64_t physical;    // address at which the loader put it
};
_Static_assert(sizeof(struct btlm_header) == 48, "wire");

enum btlm_kind {
    BTLM_STRINGS = 1,   // char
    BTLM_SYSTEM,        // struct btlm_system, exactly one
    BTLM_KERNEL_IMAGE,  // struct btlm_kernel, exactly one
    BTLM_SEGMENTS,      // struct btlm_segment, of the kernel
    BTLM_MODULES,       // struct btlm_module; index = module id
    BTLM_SECTIONS,      // struct btlm_section, of linked modules
    BTLM_DEPENDS,       // uint32_t, module indices
    BTLM_INTERFACES,    // struct btlm_interface
    BTLM_EXPORTS,       // struct btlm_export, kernel's first
    BTLM_TUNABLES,      // struct btlm_tunable, settings from loader.conf
    BTLM_ORDER,         // uint32_t, module indices in loading order, all phases
    BTLM_MEMORY,        // struct btlm_memory, ascending, not overlapping
    BTLM_DIAGNOSTICS,   // struct btlm_diagnostic, in the order of reporting
    BTLM_EVENTS,        // struct btlm_event, ascending by start
    BTLM_SYMBOLS,       // struct btlm_symbol: functions, for backtraces; ascending by address
    BTLM_LOG,           // char, the loader's log as printed
    BTLM_CONFIG,        // char, the configuration text as read
    BTLM_KINDS
};

struct btlm_table {
    uint32_t kind;       // enum btlm_kind
    uint32_t entry_size; // bytes
    uint64_t offset;     // multiple of 8
    uint64_t count;      // entries
};
_Static_assert(sizeof(struct btlm_table) == 24, "wire");

struct btlm_str {
    uint32_t offset, length; // bytes in STRINGS
};

// Facts about machine, firmware and address space. Physical addresses; 0: not there.
struct btlm_system {
    struct btlm_str loader_version;
    struct btlm_str firmware_vendor;
    struct btlm_str config_path;
    struct btlm_str kernel_options;
    uint32_t firmware_revision, uefi_revision;
    uint16_t machine; // e_machine
    uint16_t required_failure; // enum btl_stop_action
    uint32_t seed_size;        // bytes of seed that are random; 0: no source was found
    uint8_t seed[BTLM_SEED_MAX];
    uint64_t efi_system_table, acpi_rsdp, smbios, smbios3;
    uint64_t framebuffer; // address
    uint64_t framebuffer_size;
    uint32_t framebuffer_width, framebuffer_height, framebuffer_stride; // pixels, pixels per line
    uint32_t framebuffer_format; // 0 none, 1 RGBX, 2 BGRX (8 bits each, EFI_GRAPHICS_PIXEL_FORMAT);
                                 // a minor version may add others
    // Address space at entry (docs/boot-protocol.md).
    uint64_t direct_map, direct_map_size;     // virtual base of physical 0; bytes
    uint64_t window, window_size;             // kernel and module window, virtual
    uint64_t modules_virtual, modules_physical, modules_size; // phase-1 images
    uint64_t early_virtual, early_physical, early_size;       // early allocator's arena
    uint64_t stack_virtual, stack_physical, stack_size;       // guard page lies below it
    uint64_t page_table_root;                 // physical
    uint64_t ticks_per_second;                // of the time stamp counter; 0: unknown
    uint64_t ticks_at_zero;                   // counter value at event time 0
};
_Static_assert(sizeof(struct btlm_system) == 304, "wire");

struct btlm_kernel {
    struct btlm_str path, version;
    uint8_t sha256[32];
    uint64_t file_size;
    uint64_t virtual_base, physical_base, size; // of the image in memory
    uint64_t entry;                             // virtual
};
_Static_assert(sizeof(struct btlm_kernel) == 88, "wire");

struct btlm_segment {
    uint64_t address, size; // virtual; bytes
    uint32_t perm;          // BTL_PERM_ mask
    uint32_t reserved;
};
_Static_assert(sizeof(struct btlm_segment) == 24, "wire");

enum btlm_state {
    BTLM_LINKED,     // phase-1 image in memory, load function not called yet
    BTLM_STAGED,     // file in memory, for the kernel to link
    BTLM_REGISTERED, // known, no file staged (AUTO from disk)
    BTLM_OFF,
    BTLM_FAILED,     // `reason`
    BTLM_STATES
};

enum { // btlm_module.flags
    BTLM_REQUIRED = 1,   // NAME_required="YES"
    BTLM_CONFIGURED = 2, // loader.conf mentions it
    BTLM_METADATA = 4    // the file's metadata was read; else name and path alone are known
};

struct btlm_module {
    struct btlm_str name, path, version, description;
    struct btlm_str arguments;                             // NAME_flags
    uint8_t type, supported, configured, phase;            // enums of phases.h
    uint8_t registered;                                    // enum btl_phase
    uint8_t state;                                         // enum btlm_state
    uint16_t flags;
    uint32_t pulled_by;                                    // module that pulled it into `phase`
    uint32_t reason;                                       // index in DIAGNOSTICS
    uint8_t sha256[32];                                    // of the file; 0 when it was not read
    uint64_t file_size;
    uint64_t address, size, bss_size;                      // linked image, virtual
    uint64_t text_size, rodata_size;                       // of it: text R-X, then constants R--,
                                                           // then data RW-; whole pages
    uint64_t wrapper;                                      // address of its struct btl_wrapper
    uint64_t staged_physical, staged_size;                 // file, page-aligned
    // Its entries in the tables of that name. They follow each other in the order of the modules: no
    // entry belongs to two. What belongs to the kernel comes before.
    uint32_t first_section, section_count;
    uint32_t first_depend, depend_count;
    uint32_t first_interface, interface_count;
    uint32_t first_export, export_count;
    uint32_t first_tunable, tunable_count;
};
_Static_assert(sizeof(struct btlm_module) == 200, "wire");

struct btlm_section {
    struct btlm_str name;
    uint64_t address, size; // virtual
    uint32_t perm;          // BTL_PERM_ mask
    uint32_t index;         // in the ELF file
};
_Static_assert(sizeof(struct btlm_section) == 32, "wire");

struct btlm_interface {
    struct btlm_str name;
    uint32_t owner;    // module, or BTL_KERNEL (symtab.h)
    uint32_t provided; // 1: provides, 0: needs
    uint32_t major, minor;
};
_Static_assert(sizeof(struct btlm_interface) == 24, "wire");

struct btlm_export {
    struct btlm_str name;
    uint64_t value;
    uint32_t owner; // module, or BTL_KERNEL
    uint32_t reserved;
};
_Static_assert(sizeof(struct btlm_export) == 24, "wire");

struct btlm_tunable {
    struct btlm_str name, value;
    uint32_t line, column; // of the value in loader.conf
};
_Static_assert(sizeof(struct btlm_tunable) == 24, "wire");

// Who owns a range of memory at entry. The kernel may use USABLE at once, BOOT_SERVICES and LOADER
// after it has left the loader's page tables and stack and copied what it wants, STAGED after it
// has linked, ACPI_RECLAIM after it has read the tables. KERNEL, MODULES, EARLY and MANIFEST are its
// own, to keep or to give up in parts. The others it never uses.
enum btlm_memory_type {
    BTLM_MEM_USABLE,
    BTLM_MEM_BOOT_SERVICES,
    BTLM_MEM_LOADER,      // page tables, stack, the loader itself
    BTLM_MEM_STAGED,
    BTLM_MEM_KERNEL,
    BTLM_MEM_MODULES,     // phase-1 images
    BTLM_MEM_EARLY,       // early allocator's arena
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
    uint32_t efi_type;    // EFI_MEMORY_TYPE it came from
    uint64_t attributes;  // EFI_MEMORY_ attribute bits
};
_Static_assert(sizeof(struct btlm_memory) == 32, "wire");

struct btlm_diagnostic {
    struct btlm_str code, text; // text: the whole line as btl_diag_print() gives it
    uint32_t severity;          // enum btl_severity
    uint32_t module;            // or BTL_NONE
};
_Static_assert(sizeof(struct btlm_diagnostic) == 24, "wire");

enum btlm_event_kind { // a minor version may add others
    BTLM_EVENT_LOADER,        // the loader as a whole, until hand-off
    BTLM_EVENT_CONFIG,        // loader.conf read and parsed
    BTLM_EVENT_KERNEL_READ,
    BTLM_EVENT_KERNEL_PLACED, // copied and relocated
    BTLM_EVENT_MODULE_READ,
    BTLM_EVENT_PLAN,
    BTLM_EVENT_MODULE_LINKED, // laid out, copied, resolved, relocated
    BTLM_EVENT_MANIFEST,
    BTLM_EVENT_EXIT,          // GetMemoryMap and ExitBootServices
    BTLM_EVENT_PHASE1,        // from here on written by a kernel, in a copy of its own
    BTLM_EVENT_VM,
    BTLM_EVENT_PHASE2,
    BTLM_EVENT_INIT,
    BTLM_EVENT_MODULE_LOADED, // its load function
    BTLM_EVENTS_KINDS
};

struct btlm_event {
    uint64_t start, end; // nanoseconds since the loader started
    uint32_t kind;       // enum btlm_event_kind
    uint32_t module;     // or BTL_NONE
    uint64_t bytes;      // read or written, 0 when that says nothing
};
_Static_assert(sizeof(struct btlm_event) == 32, "wire");

struct btlm_symbol {
    uint64_t address, size;
    struct btlm_str name;
    uint32_t owner; // module, or BTL_KERNEL
    uint32_t reserved;
};
_Static_assert(sizeof(struct btlm_symbol) == 32, "wire");

// ---------------------------------------------------------------------------------- the reader

// A checked manifest: every table lies inside, every index and string of every entry is in range,
// every enum is known but those that a minor version may add to, no memory is writable and
// executable, memory and symbols ascend, the framebuffer holds its lines. No accessor checks again.
// core/manifest_check.c lists the checks, field by field.
struct btl_manifest {
    struct btl_bytes bytes;
    const struct btlm_header *header;
    struct btlm_table table[BTLM_KINDS]; // by kind; absent tables have count 0
};

// `bytes` may be longer than the manifest. Aligned to 8; must stay in place. Reports everything that
// is wrong, stage by stage: header, directory, entries. Allocates diagnostics alone. Linear.
bool btl_manifest_open(struct btl_bytes bytes, struct btl_place place,
                       struct btl_manifest *ret_manifest, struct btl_diags *diags);

uint64_t btl_manifest_count(const struct btl_manifest *manifest, enum btlm_kind kind);
// Entry `index` (below the count) of a table.
const void *btl_manifest_entry(const struct btl_manifest *manifest, enum btlm_kind kind,
                               uint64_t index);
struct btl_str btl_manifest_str(const struct btl_manifest *manifest, struct btlm_str str);
struct btl_str btl_manifest_text(const struct btl_manifest *manifest, enum btlm_kind kind); // LOG, CONFIG

static inline const struct btlm_system *btl_manifest_system(const struct btl_manifest *m)
{
    return btl_manifest_entry(m, BTLM_SYSTEM, 0);
}
static inline const struct btlm_kernel *btl_manifest_kernel(const struct btl_manifest *m)
{
    return btl_manifest_entry(m, BTLM_KERNEL_IMAGE, 0);
}
static inline const struct btlm_module *btl_manifest_module(const struct btl_manifest *m, uint64_t i)
{
    return btl_manifest_entry(m, BTLM_MODULES, i);
}

// The function that holds `address`, or NULL. Binary search: of functions that overlap, only the one
// that begins last is looked at. *ret_offset is written on success.
const struct btlm_symbol *btl_manifest_find_symbol(const struct btl_manifest *manifest,
                                                   uint64_t address, uint64_t *ret_offset);

const char *btlm_state_name(enum btlm_state state);
const char *btlm_memory_name(enum btlm_memory_type type);
const char *btlm_event_name(enum btlm_event_kind kind);

// ------------------------------------------------------------------------------------ the text

// The sections of the manifest as a person reads them; `what` is a mask of 1u << kind, 0 for all.
// The same text on every side: firmware, monitor and host. Lines fit 80 columns where names allow.
// If `what` names other tables too, the functions of BTLM_SYMBOLS are only counted.
void btl_manifest_print(const struct btl_manifest *manifest, uint32_t what, struct btl_out *out);
// All about one module.
void btl_manifest_print_module(const struct btl_manifest *manifest, uint64_t index,
                               struct btl_out *out);
// "memory" -> 1u << BTLM_MEMORY, for commands; 0 when unknown. "timeline" are the events, "kernel" the
// kernel's image, the others are called as their tables.
uint32_t btl_manifest_section_of(struct btl_str name);

#endif
