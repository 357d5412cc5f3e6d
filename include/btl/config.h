// SPDX-License-Identifier: BSD-2-Clause
// loader.conf, parsed. The syntax is that of FreeBSD's loader.conf(5): key="value" lines, #
// comments, \ escapes, the last assignment wins.
#ifndef BTL_CONFIG_H
#define BTL_CONFIG_H

#include <btl/diag.h>
#include <btl/kernel_kind.h>
#include <btl/on_error.h>
#include <btl/phases.h>
#include <btl/str.h>

BTL_BEGIN_DECLS

#define BTL_CONFIG_MAX (16u << 20) // bytes; a larger file is refused with conf-too-large

// One assignment as it stands in the text. `offset` and `length` say which bytes of the text it
// takes, from the key to the end of the value with its quotes, for editors that change it in place.
// Columns count characters of UTF-8, a tab is one.
struct btl_setting {
    struct btl_str key;
    struct btl_str value; // unescaped; points into the text where nothing had to be unescaped
    uint32_t line;        // 1-based, of the key
    uint32_t column;      // 1-based, of the key
    uint32_t value_column;
    uint32_t offset, length; // bytes
    bool overridden;         // a later line assigns the same key
    uint8_t key_id;          // the key, parsed: enum config_key
    uint8_t module_len;      // bytes of `key` that name a module; 0: a key of the whole boot
};

struct btl_tunable_setting {
    struct btl_str name; // without "module."
    const struct btl_setting *setting;
};

// A file for the kernel as it is: file_NAME.
struct btl_raw_file_setting {
    struct btl_str name; // without "file_"
    const struct btl_setting *setting;
};

// The settings of one module. NULL: loader.conf has no such line.
struct btl_module_config {
    struct btl_str name;
    const struct btl_setting *load;             // NAME_load
    const struct btl_setting *phase;            // NAME_phase
    const struct btl_setting *path;             // NAME_name
    const struct btl_setting *sha256;           // NAME_sha256, the hash that its file must have
    const struct btl_setting *flags;            // NAME_flags
    const struct btl_setting *required;         // NAME_required
    const struct btl_setting *on_error_setting; // NAME_on_error
    const struct btl_setting *kernel;           // NAME_kernel, a condition on the kernel's version
    const struct btl_setting *arch;             // NAME_arch, a condition on the machine
    const struct btl_setting *first;            // the first line that mentions the module
    struct btl_tunable_setting *tunables;       // in the order of the file, last assignment of each
    size_t tunable_count;
    bool load_yes, load_no; // both false: there is no such line
    bool required_yes;
    bool serial;                // NAME_serial: a Linux module that is loaded with no other one
    enum btl_on_error on_error; // NAME_on_error; else REQUIRED when required_yes; else WARN
    bool blacklisted;           // named in module_blacklist
    bool left_out;              // of a safe boot, unless another one depends on it
    bool phase_given;           // then:
    enum btl_phase configured;  // NAME_phase
};

enum btl_stop_action { BTL_STOP_WAIT, BTL_STOP_RESET };

// Which files the loader keeps in memory for the kernel: those of INIT and AUTO modules as well, or
// those of BOOT2 alone. AUTO: as btl_attempt_stage() (attempt.h) judges.
enum btl_stage { BTL_STAGE_AUTO, BTL_STAGE_ALL, BTL_STAGE_BOOT };

// Of which files the loader computes the SHA-256: of all, or of those for which btl_attempt_hash()
// (attempt.h) needs it. AUTO: of all if the processor has instructions for it.
enum btl_hashing { BTL_HASH_AUTO, BTL_HASH_ALL, BTL_HASH_NEEDED };
// Where no seal is enforced: is a file that does not fit the configuration's seal refused?
enum btl_sealing { BTL_SEAL_WARN, BTL_SEAL_STRICT };

// Is the boot measured into a TPM? AUTO: if the machine has one. REQUIRED: otherwise it is refused.
enum btl_tpm_use { BTL_TPM_USE_AUTO, BTL_TPM_USE_NO, BTL_TPM_USE_REQUIRED };

// Does the loader read files past the firmware's file system where it can, or never?
enum btl_reading { BTL_VOLUME_AUTO, BTL_VOLUME_FIRMWARE };

// Which files a kernel may register as modules while it runs: those of the boot volume in the
// directories of module_path, none, or any.
enum btl_registering { BTL_REGISTER_PATH, BTL_REGISTER_BOOT, BTL_REGISTER_ANY };

// The view of the menu: the whole screen, or plain lines. AUTO: the screen, where there is one.
enum btl_menu_style { BTL_MENU_AUTO, BTL_MENU_SCREEN, BTL_MENU_LINE };

struct btl_config {
    struct btl_str file; // path of the configuration, for messages
    struct btl_str text; // the whole text, borrowed

    struct btl_str kernel;                   // default "/kernel/kernel.elf"
    const struct btl_setting *kernel_sha256; // the hash that its file must have; NULL: any
    enum btl_kernel_kind kernel_type;        // valid when `kernel_type_setting`
    struct btl_str kernel_options;           // default ""
    struct btl_str initrd;                   // default ""; paths separated by ';'
    struct btl_str module_path;              // default "/modules"; directories separated by ';'
    struct btl_str search_path;              // those that exist; no bytes: module_path
    struct btl_str title;     // the name of the configuration in the menu; empty: none
    uint32_t autoboot_delay;  // seconds; default 0
    uint32_t boot_tries;      // 0: the configuration is not on trial
    bool boot_timeout_given;  // then:
    uint32_t boot_timeout;    // seconds, 0: no watchdog
    uint32_t watchdog;        // seconds for the machine's watchdog; 0: it stays as it is
    uint32_t early_size;      // bytes of memory for phase 1; 0: BTL_BOOT_EARLY_SIZE
    enum btl_menu_style menu; // default "auto"
    bool verbose, quiet;
    bool aslr;                             // random addresses of kernel and modules
    bool manifest_save;                    // the loader saves the manifest (btl/boot.h says where)
    enum btl_stop_action required_failure; // of a required module that fails; default "stop"
    enum btl_stage stage;                  // default "auto"
    enum btl_hashing hash;                 // default "auto"
    enum btl_sealing seal;                 // default "warn"
    enum btl_tpm_use tpm;                  // default "auto"
    enum btl_reading volume;               // default "auto"
    enum btl_registering module_register;  // default "path"
    const struct btl_setting *kernel_setting, *module_path_setting; // NULL: the default
    const struct btl_setting *kernel_type_setting; // NULL: the kind follows from the content
    const struct btl_setting *initrd_setting;      // NULL: none
    const struct btl_setting *aslr_setting;        // NULL: no

    struct btl_setting *settings; // every assignment, in the order of the text
    size_t setting_count;
    struct btl_raw_file_setting *raw_files; // in the order of the file, last assignment of each
    size_t raw_file_count;
    struct btl_module_config *modules; // in the order of first mention
    size_t module_count;
};

// Parse `text`. Report and drop every line in error. The other lines take effect, so ret_config is
// always usable. False: there was an error, or no memory (then everything has its default). The
// text must outlive the configuration.
bool btl_config_parse(struct btl_str file, struct btl_str text, struct btl_arena *arena,
                      struct btl_config *ret_config, struct btl_diags *diags);

// Prepare a safe boot. Of the modules that are switched on, those of the levels fallback, halt and
// required stay so, with their dependencies. No tunable is set. The settings stay as they are.
void btl_config_safe(struct btl_config *config);

// Write KEY="VALUE" and a newline, so that btl_config_parse() reads them as they are. False, and
// nothing written: the key has other characters than letters, digits, '_', '-' and '.', or the
// value has control characters.
bool btl_config_line(struct btl_str key, struct btl_str value, struct btl_out *out);
// Write the value alone, in quotes. Control characters stay in the value.
void btl_config_quote(struct btl_str value, struct btl_out *out);

// Is this a key, known or of a tunable? *ret_module: the module that it begins with; empty: a key
// of the whole boot, or none.
bool btl_config_key(struct btl_str key, struct btl_str *ret_module);

// For programs that offer words: return key `index` of the whole boot, or what follows "MODULE_" in
// a key of a module; and word `index` of the values of a key, as in loader.conf. After the last
// one, and for values that are no words, `at` is NULL.
struct btl_str btl_config_key_name(bool of_module, size_t index);
struct btl_str btl_config_value_word(struct btl_str key, size_t index);

// Is `digest` the SHA-256 that the setting demands of a file? False: reported, for `file.module`
// with the name `file.file`.
bool btl_config_check_pin(const struct btl_config *config, const struct btl_setting *pin,
                          struct btl_place file, const uint8_t digest[BTL_AT_LEAST(32)],
                          struct btl_diags *diags);

// Return the place of a setting, for messages; of NULL, the file alone.
struct btl_place btl_setting_place(const struct btl_config *config,
                                   const struct btl_setting *setting, struct btl_str module);

BTL_END_DECLS

#endif
