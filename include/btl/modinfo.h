// SPDX-License-Identifier: BSD-2-Clause
// The metadata of a module or kernel: the key=value strings of its .modinfo section.
// Keys of Linux: name version description author license depends parm parmtype alias vermagic
// softdep. Keys of BTL: phases type majors interface provides export export_phase later stub. One
// of each at most: name version phases type majors. Of description author license the first counts,
// as modules made of many files repeat them. The others may stand as often as needed; depends is a
// list separated by commas. A module with vermagic and without phases is a module of Linux: it
// supports BOOT2 and RUN, and its parmtype may be repeated. The section must be constant bytes: not
// writable, without relocations, and without control characters (description author license parm,
// and keys of others, may have tabs and line ends).
#ifndef BTL_MODINFO_H
#define BTL_MODINFO_H

#include <btl/device.h>
#include <btl/elf.h>
#include <btl/phases.h>

BTL_BEGIN_DECLS

// interface=NAME:MAJOR.MINOR. A provider serves a need when the name and the major number are
// equal and its minor number is not below the needed one.
struct btl_interface {
    struct btl_str name;
    uint32_t major, minor;
};

// export_phase=SYMBOL:PHASE, of a kernel: modules may use its export from that phase on.
struct btl_export_phase {
    struct btl_str symbol;
    uint8_t from; // one BTL_SUPPORTS_ bit
};

struct btl_parm {
    struct btl_str name, type, description;
};

// A module that is linked into the file of a kernel. Its metadata are in section .modinfo.NAME.
struct btl_static_module {
    struct btl_str name;
    uint32_t section;
};

struct btl_modinfo {
    struct btl_str name, version, description, author, license;
    struct btl_str vermagic;   // version and options of the Linux kernel that it is built for
    bool of_linux;             // a module of Linux, whose kernel links it
    uint8_t supported;         // BTL_SUPPORTS_ mask; BTL_SUPPORTS_RUN when `phases` is absent
    enum btl_module_type type; // BTL_TYPE_MISC when absent
    // Of a wsio_class module, by kind: 0 to BTL_MAJORS_MAX - 1, BTL_MAJOR_DYNAMIC or, for at most
    // one kind, BTL_MAJOR_NONE. Of the other types BTL_MAJOR_NONE.
    int16_t majors[BTL_DEVICE_KINDS];
    struct btl_str *depends;
    size_t depend_count;
    struct btl_interface *needs;
    size_t need_count;
    struct btl_interface *provides;
    size_t provide_count;
    struct btl_str *exports; // names of symbols that others may use
    size_t export_count;
    struct btl_export_phase *export_phases;
    size_t export_phase_count;
    struct btl_str *later; // exports of the kernel that the module uses only when they are there
    size_t later_count;
    struct btl_parm *parms; // tunables: parm=NAME:text, parmtype=NAME:type
    size_t parm_count;
    struct btl_str *stubs;
    size_t stub_count;
    struct btl_str *aliases; // devices that it drives
    size_t alias_count;
    struct btl_str *softdeps; // of a module of Linux: "pre: a b post: c"
    size_t softdep_count;
    const struct btl_linux_kernel *linux_kernel; // of a Linux kernel (linux_kernel.h); else NULL
    struct btl_static_module *statics; // of a kernel: its static modules, in the order of the file
    size_t static_count;
};

// A device by its ids, as Linux writes it; '*' in an alias= stands for anything:
// "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00" is vendor, device, subsystem's vendor and
// device, class, subclass, programming interface.
bool btl_alias_match(struct btl_str pattern, struct btl_str text);

// Read the section of a checked file. Strings point into the file. Report every malformed string;
// ignore unknown keys (Linux has many). For a module, `name` must be there and
// every export must be a defined global symbol that is loaded; for a kernel all is optional.
bool btl_modinfo_read(const struct btl_elf *elf, struct btl_arena *arena,
                      struct btl_modinfo *ret_info, struct btl_diags *diags);

// Read the metadata of a static module of a checked kernel: as btl_modinfo_read() does for a
// module.
bool btl_modinfo_read_static(const struct btl_elf *kernel, const struct btl_static_module *module,
                             struct btl_arena *arena, struct btl_modinfo *ret_info,
                             struct btl_diags *diags);

// Take the next "key=value" of a .modinfo section; *rest moves past it. For programs that show all
// strings. Linkers pad with NULs between strings.
bool btl_modinfo_next(struct btl_bytes *rest, struct btl_str *ret_entry);

// Find the symbol of each export, in the order of info->exports: ret_symbols[export_count] are
// indexes of the symbol table. Hashed: one pass over the symbol table. False, reported: an export
// is no defined global symbol of the file.
bool btl_modinfo_exports(const struct btl_elf *elf, const struct btl_modinfo *info,
                         struct btl_arena *arena, uint32_t *ret_symbols, struct btl_diags *diags);

// Parse "kernel:1.2". False: the text has another form.
bool btl_interface_parse(struct btl_str text, struct btl_interface *ret);

const char *btl_device_kind_name(enum btl_device_kind kind); // "char" "block"
// Write majors as `majors=` has them: "char:3", "block:-1", "char:3,block:-1"; without majors "".
// Return the length without the NUL.
size_t btl_majors_text(const int16_t majors[BTL_AT_LEAST(BTL_DEVICE_KINDS)],
                       char text[BTL_AT_LEAST(32)]);
// Parse such a text. False: it has another form, names a kind twice or none, or a number is too
// large; *ret_majors is then unchanged.
bool btl_majors_parse(struct btl_str text, int16_t ret_majors[BTL_AT_LEAST(BTL_DEVICE_KINDS)]);

BTL_END_DECLS

#endif
