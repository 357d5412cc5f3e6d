// SPDX-License-Identifier: BSD-2-Clause
// Measured boot: the events that the loader adds to the registers (PCR) 8 and 9 of a TPM before it
// starts a kernel (docs/measured-boot.md). The number of events is constant.
//
//     PCR  event    the text that is logged and hashed
//     8    config   btl config sha256=HEX size=N
//     8    options  btl options text=TEXT          or  btl options sha256=HEX size=N
//     8    how      btl how=normal,safe=0,changed=0
//     9    kernel   btl kernel sha256=HEX path=PATH
//     9    files    btl files sha256=HEX count=N
//     9    end      btl end
//
// The text is ASCII without a NUL, and each bank of the TPM is extended with its own hash of the
// text. So the log alone shows that the text is true, for any hash.
#ifndef BTL_MEASURE_H
#define BTL_MEASURE_H

#include <btl/arena.h>
#include <btl/hash.h>
#include <btl/manifest.h>

BTL_BEGIN_DECLS

#define BTL_MEASURE_EVENTS 6
#define BTL_MEASURE_BOOT   8u // the PCR of configuration, options and choice
#define BTL_MEASURE_FILES  9u // the PCR of kernel and files

#define BTL_MEASURE_OPTIONS_MAX 512 // characters of options, printable ASCII, logged as text

// A file, and the SHA-256 of its content.
struct btl_measure_file {
    struct btl_str path; // on the boot volume
    const uint8_t *sha256;
};

struct btl_measure_input {
    const uint8_t *config_sha256; // of the text of the configuration as used (struct btl_config)
    uint64_t config_size;         // bytes of that text
    struct btl_str options;       // of the loader, as text (struct btl_load_options)
    enum btlm_boot_how how;
    bool safe, changed; // a safe boot; changed in the menu for this boot
    struct btl_measure_file kernel;
    // Every other file that the kernel gets or may load, in any order. A path may occur twice.
    const struct btl_measure_file *files;
    size_t file_count;
};

struct btl_measure_event {
    uint32_t pcr;
    struct btl_str name;
    struct btl_str data; // the text
    uint8_t sha256[32];  // of the text: what extends the PCR of the SHA-256 bank
};

// Make the events, in the order of measuring. Strings are in the arena. False: no memory.
bool btl_measure_events(const struct btl_measure_input *input, struct btl_arena *arena,
                        struct btl_measure_event events[BTL_AT_LEAST(BTL_MEASURE_EVENTS)]);

// Return the text that the SHA-256 of the event `files` covers: a line "HEX PATH\n" for each path,
// ascending by the bytes of the path. `at` is NULL: no memory.
struct btl_str btl_measure_list(const struct btl_measure_file *files, size_t count,
                                struct btl_arena *arena, size_t *ret_lines);

// Return the size of a firmware's event log (TCG PC Client Platform Firmware Profile, "crypto
// agile") up to the end of its last entry, at offset `last`; 0: the entries do not lead there.
// Reads no byte that the entries before it have not announced.
uint64_t btl_measure_log_size(struct btl_bytes memory, uint64_t last);

// Extend a PCR of the SHA-256 bank, as the TPM does.
void btl_measure_extend(uint8_t pcr[BTL_AT_LEAST(32)], const uint8_t digest[BTL_AT_LEAST(32)]);

BTL_END_DECLS

#endif
