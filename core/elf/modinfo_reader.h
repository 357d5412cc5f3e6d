// SPDX-License-Identifier: BSD-2-Clause
// What the steps of reading metadata share: modinfo.c finds and splits the section, modinfo_keys.c
// knows what each key takes, modinfo_exports.c looks the exports up.
#ifndef BTL_CORE_MODINFO_READER_H
#define BTL_CORE_MODINFO_READER_H

#include <btl/modinfo.h>

#include <btl/names.h>

#define MODINFO_KEYS_MAX 20

struct modinfo_reader {
    const struct btl_elf *elf;
    struct btl_arena *arena;
    struct btl_diags *diags;
    struct btl_modinfo info;         // handed out at the end
    uint32_t seen[MODINFO_KEYS_MAX]; // pass 1: items of each key, so that each array is made once
    bool taken[MODINFO_KEYS_MAX];    // pass 2: a key that may stand once has been read
    struct btl_names parm_names;     // number = index into info.parms
};

#define modinfo_report(reader, code, ...)                                                          \
    btl_report((reader)->diags, code, (reader)->elf->place, __VA_ARGS__)

// Pass 1: counts one "key=value" string. Says nothing about it.
void modinfo_count(struct modinfo_reader *reader, struct btl_str entry);
// Between the passes. False: no memory.
bool modinfo_allocate(struct modinfo_reader *reader);
// Pass 2: reads one string and reports what is wrong with it.
void modinfo_parse_entry(struct modinfo_reader *reader, struct btl_str entry);
// After pass 2: is there a name=, good or bad?
bool modinfo_has_name(const struct modinfo_reader *reader);
// Between the passes and after: is it a module of Linux?
bool modinfo_is_of_linux(const struct modinfo_reader *reader);
// After pass 2: check `majors` against the type.
void modinfo_check_majors(struct modinfo_reader *reader);

#endif
