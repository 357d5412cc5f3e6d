// SPDX-License-Identifier: BSD-2-Clause
// What the steps of `btl link` share. The steps in order, and their files:
//
//   threads.c   one step for every module, on all threads
//   input.c     map and open each file, lay it out, note what it exports   parallel
//   cmd_link.c  give each module its address
//   symbols.c   one table: exports of all modules, and the symbols file
//   image.c     copy, resolve and relocate each module, into OUT           parallel
//   map.c       each module's object in MAP.json                           parallel
//   output.c    both files, under their names when all is well
//   stats.c     --stats
#ifndef BTL_HOST_LINK_JOB_H
#define BTL_HOST_LINK_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include <btl/link.h>

#include "host.h"
#include "output.h"

// A defined symbol that other modules may use.
struct link_export {
    struct btl_str name;
    uint32_t symbol; // index in the module's symbol table
};

// One file of the command line.
struct link_module {
    const char *path;
    struct btl_str name;
    int read_error, write_error; // errno, or 0
    struct btl_elf elf;
    struct btl_image image;
    struct btl_diags diags;
    bool sound;    // opened and laid out
    bool is_btl;   // has a wrapper structure: uses only what its declared dependencies export
    bool declared; // `exports` are of export= metadata; false: of EXPORT_SYMBOL
    struct link_export *exports;
    uint32_t export_count;
    const struct btl_str *depends; // of a BTL module
    size_t depend_count;
    uint32_t namesake;  // index of the first module of this name
    struct btl_str map; // its object in MAP.json
};

enum link_pass {
    LINK_READ,
    LINK_OPEN,
    LINK_LAYOUT,
    LINK_SYMBOLS,
    LINK_COPY,
    LINK_RESOLVE,
    LINK_RELOCATE,
    LINK_WRITE,
    LINK_MAP,
    LINK_PASSES
};

struct link_job;

// A thread, its memory and its clocks.
struct link_thread {
    struct link_job *job;
    struct memory memory;
    double seconds[LINK_PASSES];
    uint64_t file_bytes, symbols, contents, relocations; // files read, symbols resolved,
                                                         // bytes copied, relocations applied
    uint8_t *buffer;                                     // of one image
    uint64_t buffer_size;
    uint32_t current; // index of the BTL module that is being linked
    uint32_t *used;   // per module: the module (index + 1) of which it is a dependency
    pthread_t handle;
};

typedef void link_step(struct link_thread *thread, struct link_module *module);

struct link_job {
    struct host *host;
    const char *symbols_path, *image_path, *map_path;
    bool stats;
    uint64_t base, size; // of OUT
    struct link_module *modules;
    uint32_t count;
    struct link_thread *threads;
    uint32_t thread_count;
    link_step *step;                 // of the threads
    atomic_uint next;                // index of the next module
    struct btl_symtab symtab, names; // names: of modules; the owner is the first of that name
    struct output image, map;
};

// Run one step for every module, with all threads. The reports and tables of a module go into the
// arena of its thread.
void link_each(struct link_job *job, link_step *step);
// Move the reports of a module to those of the program.
void link_collect(struct link_job *job, struct link_module *module);
// Seconds of a monotonic clock.
double link_clock(void);
// Add the time since `start` to `pass`; return the time now.
double link_lap(struct link_thread *thread, enum link_pass pass, double start);

link_step link_input;
// Find the exports and the dependencies of a module. False: reported.
bool link_find_exports(struct link_module *module, struct btl_arena *arena);
// Make the tables of symbols and of names.
bool link_symbols(struct link_job *job);
// Parse an address in hexadecimal, with or without 0x.
bool link_address(struct btl_str text, uint64_t *ret_address);
link_step link_write_image;
struct btl_str link_map_object(const struct link_module *module, struct btl_arena *arena);
bool link_write_map(struct link_job *job);
void link_print_stats(const struct link_job *job, double seconds);

#endif
