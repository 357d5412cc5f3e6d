// SPDX-License-Identifier: BSD-2-Clause
// A seal: a signed list of hashes for one configuration, in a PE file beside the configuration. The
// file is verified as an EFI program before this code reads it; here, only its form is checked.
//
//     BTL-SEAL 1
//     arch x86_64
//     level 7                        of this seal
//     revoke 5                       seals below level 5 are refused from now on
//     allow safe menu shell          absent: nothing
//     config SHA256 SIZE /loader.conf
//     kernel SHA256 SIZE /kernel/kernel.elf
//     file SHA256 SIZE /modules/block.ko       any number, ascending by path
//     end 3                          lines with a hash
#ifndef BTL_SEAL_H
#define BTL_SEAL_H

#include <btl/diag.h>
#include <btl/machine.h>

BTL_BEGIN_DECLS

#define BTL_SEAL_SUFFIX    ".seal"      // "/loader.conf.seal" is the seal of "/loader.conf"
#define BTL_SEAL_MAX       (8u << 20)   // bytes of the file
#define BTL_SEAL_LEVEL_MAX UINT32_MAX   // of `level` and `revoke`
#define BTL_SEAL_SIZE_MAX  (1ull << 40) // bytes of a file that is listed

enum btl_seal_kind { BTL_SEAL_CONFIG, BTL_SEAL_KERNEL, BTL_SEAL_FILE };
#define BTL_SEAL_KINDS (BTL_SEAL_FILE + 1)

// What a locked loader still permits.
enum btl_seal_allow {
    BTL_SEAL_ALLOW_SAFE = 1,
    BTL_SEAL_ALLOW_MENU = 2,
    BTL_SEAL_ALLOW_SHELL = 4,
};
#define BTL_SEAL_ALLOWS 3

struct btl_seal_line {
    enum btl_seal_kind kind;
    uint8_t sha256[32];
    uint64_t size;
    struct btl_str path;
};

// A checked seal. lines[0] is the configuration, lines[1] the kernel; the files behind them are in
// ascending order, without regard to the case of ASCII letters. Paths borrow from the file.
struct btl_seal {
    const struct btl_machine *machine;
    uint64_t level, revoke; // revoke <= level
    uint32_t allow;         // enum btl_seal_allow
    const struct btl_seal_line *lines;
    uint32_t count;
    uint8_t sha256[32]; // of the whole file
    bool is_signed;     // it has a certificate table, which is not verified here:
    struct btl_bytes certificates;
};

// Open the envelope (a PE file for `machine`) and the list in it. Report what is wrong. A loader
// that trusts the list has verified the signature of the whole file before.
bool btl_seal_open(struct btl_bytes file, struct btl_place place, const struct btl_machine *machine,
                   struct btl_arena *arena, struct btl_seal *ret_seal, struct btl_diags *diags);
// Read the list alone, without an envelope. seal.machine is `machine`; sha256, is_signed and
// certificates are unset.
bool btl_seal_read(struct btl_str text, struct btl_place place, const struct btl_machine *machine,
                   struct btl_arena *arena, struct btl_seal *ret_seal, struct btl_diags *diags);

// Return the words of the list. `bit`: one of enum btl_seal_allow. btl_seal_allow_of: 0, if the
// word is none.
struct btl_str btl_seal_kind_name(enum btl_seal_kind kind);
struct btl_str btl_seal_allow_name(uint32_t bit);
uint32_t btl_seal_allow_of(struct btl_str word);

// Compare two paths as the boot volume does: without regard to the case of ASCII letters. The
// result is that of memcmp.
int btl_seal_compare_paths(struct btl_str a, struct btl_str b);
// Return the line of a path; NULL: the path is not listed.
const struct btl_seal_line *btl_seal_find(const struct btl_seal *seal, struct btl_str path);

enum btl_seal_verdict {
    BTL_SEAL_VERDICT_FITS,
    BTL_SEAL_VERDICT_NOT_LISTED,
    BTL_SEAL_VERDICT_SIZE_DIFFERS,
    BTL_SEAL_VERDICT_HASH_DIFFERS,
};
// Say whether a file is the one that the seal lists under that path.
enum btl_seal_verdict btl_seal_judge(const struct btl_seal *seal, struct btl_str path,
                                     uint64_t size, const uint8_t sha256[BTL_AT_LEAST(32)]);

// Write the list. seal->lines must be in the order that the reader demands.
void btl_seal_print(const struct btl_seal *seal, struct btl_out *out);
// Return the whole file, without a signature: the same seal gives the same bytes. Its size is a
// multiple of 512. `at` is NULL: no memory.
struct btl_bytes btl_seal_write(const struct btl_seal *seal, struct btl_arena *arena);

BTL_END_DECLS

#endif
