// SPDX-License-Identifier: BSD-2-Clause
// A firmware in a host process: memory, files, console and clock that a test can look into and make
// fail. Its physical memory lies at low addresses of the process, so that, as under UEFI, a
// physical address is a pointer.
#ifndef MOCK_H
#define MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <btl/memmap.h>

#include "firmware.h"

#define MOCK_MEMORY_START 0x10000000ull
#define MOCK_MEMORY_SIZE  (96ull << 20)
#define MOCK_PAGES        (MOCK_MEMORY_SIZE / BTL_PAGE_SIZE)
#define MOCK_STRIDE       48 // larger than the structure, as with real firmware

// Services that can be made to fail, at the n-th call.
enum mock_service {
    MOCK_ALLOCATE,
    MOCK_MEMORY_MAP,
    MOCK_OPEN_VOLUME,
    MOCK_OPEN,
    MOCK_INFO,
    MOCK_READ,
    MOCK_RANDOM,
    MOCK_EXIT,
    MOCK_CREATE,
    MOCK_WRITE,
    MOCK_FLUSH,
    MOCK_RENAME,
    MOCK_REMOVE,
    MOCK_SERVICES
};

struct mock_file {
    const char *path; // NULL: the slot is free
    const void *bytes;
    uint64_t size;
    // How it is defective.
    fw_status open_status, info_status, read_status;
    bool directory;
    uint64_t short_by;   // so many bytes less are read
    uint64_t said_size;  // the size that info gives, when not 0
    uint64_t size_later; // the size that info gives after the read, when not 0
    uint32_t opened, reads, open_now;
    // Of a file that the loader created: its bytes, and its path, are the mock's then.
    bool created, flushed;
};

#define MOCK_FILES 64

struct mock {
    struct firmware firmware; // first
    struct fw_facts facts;
    struct volume volume;
    struct mock_file files[MOCK_FILES];

    // Memory: per page the EFI type, 7 is free.
    uint8_t type[MOCK_PAGES];
    uint64_t taken_pages, peak_pages, page_limit;
    uint64_t key;

    // Failing.
    uint32_t calls[MOCK_SERVICES];
    enum mock_service fail_service;
    uint32_t fail_at; // 1-based; 0: none
    fw_status fail_status;
    uint32_t stale_keys; // so many times exit_boot_services calls the key stale
    void (*change_map)(struct mock *mock, struct fw_memory_map *map); // a hostile answer
    uint32_t
        map_room; // so many bytes more are asked for at each call of memory_map (a growing map)

    // Writing.
    fw_status write_status; // of every call that would change the volume
    uint64_t write_limit;   // so many bytes of one file are written
    uint32_t restless;      // so many files that are closed after writing leave another memory map

    // What happened.
    char console[1u << 20];
    size_t console_len;
    uint64_t ticks, rate, stalled;
    bool watchdog_off, exit_tried, exited, reset, key_waited;
    uint32_t key_seconds;
    const char *keys; // are pressed, one at each wait; NULL: none
    uint32_t volumes_open;
    uint32_t violations; // calls that the specification forbids at that time
    bool handed_off;
    struct handoff handoff;
};

// A machine with memory, without files. One at a time.
struct mock *mock_begin(void);
// Checks that no call broke the specification, that nothing is open, and, unless the kernel has the
// machine, that all memory was given back.
void mock_end(struct mock *mock);

struct mock_file *mock_add(struct mock *mock, const char *path, const void *bytes, uint64_t size);
struct mock_file *mock_add_text(struct mock *mock, const char *path, const char *text);
// Adds a file that the build made (tests/mock/fixtures/).
struct mock_file *mock_add_fixture(struct mock *mock, const char *path, const char *fixture);
struct mock_file *mock_file(struct mock *mock, const char *path);
bool mock_has_file(const struct mock *mock, const char *path);
// Load options: ASCII text as UTF-16.
void mock_options(struct mock *mock, const char *text);

// loader.conf, kernel and modules of the ordinary boot (see fixtures/).
void mock_add_ordinary(struct mock *mock);

// Between the parts of the mock: counts a call, says whether it is the one that fails; the volume's
// table.
bool mock_fails(struct mock *mock, enum mock_service service);
void mock_volume(struct volume *ret);
void mock_forget(struct mock_file *file);

bool mock_said(const struct mock *mock, const char *text);
uint32_t mock_count(const struct mock *mock, const char *text);

// The manifest that the kernel got, opened by the reader. Fails the test when it is not sound.
void mock_manifest(const struct mock *mock, struct btl_manifest *ret_manifest);
const struct btlm_module *mock_module(const struct btl_manifest *manifest, const char *name);

// Fails the test unless run() ended with an error that was said: the code in brackets, the cause,
// and a wait for a key. Then frees the mock.
void mock_expect_stop(struct mock *mock, const char *code);
// Fails the test unless run() came back with `status`, all memory given back, without having touched
// boot services.
void mock_expect_return(struct mock *mock, fw_status status);
// Opens a file that the loader saved. Fails the test when it is not a sound manifest.
void mock_saved_manifest(struct mock *mock, const char *path, struct btl_manifest *ret_manifest);
// Fails the test unless the kernel got the machine, and `code` (NULL: none) was said.
void mock_expect_boot(struct mock *mock, const char *code);

#endif
