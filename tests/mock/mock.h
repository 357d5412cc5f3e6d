// SPDX-License-Identifier: BSD-2-Clause
// A firmware in a host process: memory, files, variables, screen, keys and clock that a test can
// look into and make fail. Its physical memory lies at low addresses of the process, so that, as
// under UEFI, a physical address is a pointer.
#ifndef MOCK_H
#define MOCK_H

#include "test_case.h"

#include <setjmp.h>

#include <btl/fadt.h>
#include <btl/memmap.h>

#include "firmware.h"
#include "x86_64/vectors.h"

#define MOCK_MEMORY_START 0x10000000ull
#define MOCK_MEMORY_SIZE  (96ull << 20)
#define MOCK_PAGES        (MOCK_MEMORY_SIZE / BTL_PAGE_SIZE)
#define MOCK_STRIDE       48            // larger than the structure, as with real firmware
#define MOCK_HERTZ        3000000000ull // ticks a second

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
    MOCK_LIST,
    MOCK_VARIABLE_GET,
    MOCK_VARIABLE_SET,
    MOCK_TRANSIENT_SET, // variable_set of a transient variable
    MOCK_REGISTER_READ,
    MOCK_REGISTER_WRITE,
    MOCK_SETUP,
    MOCK_SHELL,
    MOCK_LOAD_IMAGE,
    MOCK_OFFER_INITRD,
    MOCK_VERIFY_IMAGE,
    MOCK_TPM_FIND,
    MOCK_TPM_EXTEND,
    MOCK_TPM_LOG,
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
    uint64_t position, read_bytes; // start of the next read; bytes of all reads
    // Of a file that the loader created: its bytes, and its path, are the mock's then.
    bool created, flushed;
    bool trusted; // verify_image() permits these bytes
};

// What cpu_control_registers() returns, and how often it was called.
extern struct control_registers mock_control;
extern int mock_control_reads;

#ifndef MOCK_FILES
#define MOCK_FILES 64
#endif

// Listed, and not there when it is opened.
struct mock_ghost {
    const char *directory, *name; // "/modules", "gone.ko"
    uint64_t size;
    bool is_directory;
    uint32_t times; // so often more is it listed
};

#define MOCK_VARIABLE_MAX 4096
#define MOCK_VARIABLES    32
#define MOCK_NON_VOLATILE 1u // in the attributes of a variable
#define MOCK_RUNTIME      4u

struct mock_variable {
    uint8_t guid[16];
    char name[32]; // "": the slot is free
    uint8_t bytes[MOCK_VARIABLE_MAX];
    uint64_t size;
    uint32_t attributes;
    uint64_t said_size; // if not 0, the wrong size that variable_get reports
    uint32_t writes;    // in this boot: each change, deletions too
    uint32_t idle;      // of these, writes of identical content
};

#define MOCK_ROWS    64
#define MOCK_COLUMNS 160

struct mock_cell {
    uint32_t character; // 0: nothing was written here
    enum fw_style style;
};

struct mock_screen {
    struct mock_cell cell[MOCK_ROWS][MOCK_COLUMNS]; // of these facts.console_rows, console_columns
    uint32_t row, column;
    enum fw_style style;
    bool cursor_hidden;
    uint32_t clears, scrolls; // scrolls: since it was cleared
};

#define MOCK_TIMER 0x608 // the port of ACPI's timer

// The hardware watchdogs and ACPI's timer (mock_devices.c), and ACPI's tables.
struct mock_devices {
    bool tco, esb;     // in this machine
    bool tco_disabled; // by the firmware
    bool tco_smi;      // the firmware gets the TCO's SMI
    bool strapped;     // the board forbids the TCO's reset
    bool stuck;        // control registers do not change
    uint32_t gcs, tco_control, tco_timer;
    uint32_t esb_command, esb_config, esb_lock, esb_unlocked, esb_timer[2];
    uint32_t reloads;
    struct btl_bytes fadt;
    uint64_t timer_stands; // ACPI's timer counts no further; 0: it counts on
    uint32_t timer_mask;
    const uint8_t *acpi; // memory at acpi_at; NULL: none
    uint64_t acpi_at, acpi_size;
};

#define MOCK_TPM_EVENTS 32
#define MOCK_TPM_TEXT   4096

// The TPM (mock_tpm.c).
struct mock_tpm {
    uint32_t banks;     // that are active; 0: there is no TPM
    const uint8_t *log; // NULL: the firmware keeps none
    uint64_t log_last;  // offset of its last entry
    bool log_truncated;
    uint32_t log_room; // events for which the log has space; 0: for any number
    struct mock_tpm_event {
        uint32_t pcr;
        char text[MOCK_TPM_TEXT];
    } events[MOCK_TPM_EVENTS];
    uint32_t count;
};

// The blocks of the volume (mock_disk.c): none, unless the test calls mock_disk_make().
struct mock_disk {
    uint8_t *bytes;
    uint64_t size;
    uint32_t block_size, cluster_size, clusters, bits; // 0: the usual
    uint32_t align;                                    // of buffers
    bool scattered;                                    // no file has two clusters side by side
    uint64_t request_max;                              // a larger one is refused; 0: none
    fw_status refusal;
    uint32_t fail_from, fail_count; // the requests that fail, from 1 on
    fw_status fail_status;
    uint32_t requests; // so far
    uint64_t largest;  // bytes
};

struct mock {
    struct firmware firmware; // first
    struct fw_facts facts;
    struct volume volume;
    struct mock_file files[MOCK_FILES];
    struct mock_disk disk;
    struct mock_file open_directory; // any directory that holds a file

    // Memory: per page the EFI type, 7 is free.
    uint8_t type[MOCK_PAGES];
    uint64_t taken_pages, peak_pages, page_limit;
    uint64_t key;

    // Failing.
    uint32_t calls[MOCK_SERVICES];
    enum mock_service fail_service;
    uint32_t fail_at; // 1-based; 0: none
    fw_status fail_status;
    uint32_t cut_at,
        changes; // the power fails at that change of files or variables; 0: it does not
    jmp_buf power;
    uint32_t stale_keys; // so many times exit_boot_services calls the key stale
    void (*change_map)(struct mock *mock, struct fw_memory_map *map); // a hostile answer
    uint32_t map_room; // growth of the map at each call of memory_map, bytes

    // Writing.
    fw_status write_status;  // of every call that would change the volume
    fw_status rename_status; // of every rename
    uint64_t write_limit;    // so many bytes of one file are written
    uint32_t restless;       // so many files that are closed after writing leave another memory map

    uint64_t call_us,
        line_us;        // so long takes each call of the volume, and each write to the console
    uint32_t vanish_at; // from this call on nothing of the volume answers; 0: it stays
    uint32_t volume_calls;
    const struct mock_ghost *ghosts; // up to one without a name

    // Variables, and the firmware's programs.
    struct mock_variable variables[MOCK_VARIABLES];
    uint64_t variable_room;     // bytes that all may take, with their names
    fw_status variable_status;  // of every call that would change one
    bool deletes_nothing;       // and says that it did
    fw_status variables_status; // of every call
    struct mock_devices devices;
    struct mock_tpm tpm;
    bool has_setup, entered_setup, has_shell;
    uint32_t shell_runs;
    void (*in_shell)(struct mock *mock); // the user's actions in the shell

    // Keys: a script of characters and names in braces, see mock_key_next(). `keys` are pressed one
    // at each wait, `typed` lie there from the start and are what forget_keys forgets. NULL: none.
    const char *keys, *typed;
    void (*at_key)(struct mock *mock, fw_key key); // before the loader gets it
    bool key_waited;
    uint32_t key_ms;                // of the last wait
    uint64_t waited_ms, idle_waits; // time that passed without a key; such waits since the last one

    // Results.
    char console[4u << 20]; // all that was written
    size_t console_len;
    struct mock_screen screen;
    enum fw_terminal terminal;
    struct fw_size terminal_size;
    uint32_t terminal_asked;
    uint64_t ticks, rate, stalled;
    bool ran, exit_tried, exited, reset; // ran: the loader, not a part of it
    uint32_t watchdog, watchdog_resets;  // seconds, 0: off; so often has it reset the machine
    uint64_t watchdog_due;               // in ticks
    fw_status watchdog_status;           // of every call
    enum fw_reset reset_how;
    bool reads_again; // a test that lets the loader read a file twice
    // Programs (mock_image.c). Without `returns`, a program that is started never comes back:
    // mock_run() ends.
    bool returns;
    struct fw_exit program_exit;            // with which it comes back
    void (*in_program)(struct mock *mock);  // its actions
    uint32_t programs_loaded, programs_run; // loaded: and not unloaded
    bool program_started, initrd_offered;   // started: it has the machine
    struct btl_bytes program;               // its bytes, as they were loaded
    char program_path[256], program_options[512];
    uint8_t *initrd; // as a program reads it; the mock's
    uint64_t initrd_size;
    jmp_buf program_end;
    uint32_t volumes_open;
    uint32_t violations; // calls that the specification forbids at that time
    uint64_t code_page;  // where the hand-off code runs in place; 0: it is copied
    bool handed_off;
    struct handoff handoff;

    // For kernels of the Limine protocol.
    struct btl_limine_date date;
    struct btl_bytes madt;
    struct processors processors; // as given to start_processors
};

// A machine with memory, without files. One at a time.
struct mock *mock_begin(void);
// Checks that no call broke the specification, that nothing is open, and, unless the kernel has the
// machine, that all memory was given back.
void mock_end(struct mock *mock);

// The next boot of the same machine: its files and variables, everything else as mock_begin() left
// it. Checks what mock_end() does.
void mock_reboot(struct mock *mock);

// Boots; at the n-th change of files or variables, before it is done, the power fails. False: it
// failed, and the machine is as mock_reboot() leaves it; a file that was not flushed has lost half
// of its bytes.
bool mock_run_until(struct mock *mock, uint32_t change);

// Runs the loader. Returns also when a program has got the machine (FW_SUCCESS).
fw_status mock_run(struct mock *mock);

struct mock_file *mock_add(struct mock *mock, const char *path, const void *bytes, uint64_t size);
struct mock_file *mock_add_text(struct mock *mock, const char *path, const char *text);
// Adds a file that the build made (tests/mock/fixtures/).
struct mock_file *mock_add_fixture(struct mock *mock, const char *path, const char *fixture);
struct mock_file *mock_file(struct mock *mock, const char *path);
bool mock_has_file(const struct mock *mock, const char *path);
// Load options: ASCII text as UTF-16.
void mock_options(struct mock *mock, const char *text);

// Put all files on the blocks of a disk, whose shape mock->disk has.
void mock_disk_make(struct mock *mock);
// Return the offset of bytes on the disk; set the entry of a cluster in its allocation table.
uint64_t mock_disk_find(const struct mock *mock, const void *bytes, uint64_t size);
void mock_disk_mark(struct mock *mock, uint32_t cluster, uint32_t value);
void mock_disk_table(struct volume *ret);
void mock_disk_end(struct mock *mock);

// loader.conf, kernel and modules of the ordinary boot (see fixtures/).
void mock_add_ordinary(struct mock *mock);

// A variable of BTL's own GUID, NULL when there is none; one that is given, with the right
// attributes.
struct mock_variable *mock_variable(struct mock *mock, const char *name);
struct mock_variable *mock_variable_put(struct mock *mock, const char *name, const void *bytes,
                                        uint64_t size);
// The same for another owner's variable, with attributes.
struct mock_variable *mock_variable_of(struct mock *mock, const uint8_t guid[16], const char *name,
                                       const void *bytes, uint64_t size, uint32_t attributes);

// The content of the screen. Rows have no trailing spaces.
struct btl_str mock_row(const struct mock *mock, uint32_t row);
bool mock_shows(const struct mock *mock, const char *text);
// The style of the first character of a text on the screen. Fails the test when it is not there.
enum fw_style mock_style(const struct mock *mock, const char *text);

// The next key of a script, *script moved behind it; 0 at its end, and for {wait}. Names: {up}
// {down} {left} {right} {home} {end} {pageup} {pagedown} {insert} {delete} {escape} {f1} to {f12}
// {enter} {backspace} {tab} {other} {open} (a brace). What is asked of the screen before the next
// key: {see TEXT} fails the test when it does not show TEXT, {not TEXT} when it does.
fw_key mock_key_next(const struct mock *mock, const char **script);

// Between the parts of the mock: counts a call, says whether it is the one that fails; the parts'
// tables; what they check at the end of a boot.
bool mock_fails(struct mock *mock, enum mock_service service);
void mock_watchdog_check(struct mock *mock);
void mock_volume(struct volume *ret);
void mock_console(struct firmware *ret);
void mock_variables(struct firmware *ret);
void mock_images(struct firmware *ret);
void mock_images_check(struct mock *mock);
void mock_variables_check(struct mock *mock);
void mock_devices(struct firmware *ret);
void mock_tpm(struct firmware *ret);
void mock_devices_begin(struct mock *mock);
void mock_forget(struct mock_file *file);

bool mock_said(const struct mock *mock, const char *text);
uint32_t mock_count(const struct mock *mock, const char *text);

// The manifest that the kernel got, opened by the reader. Fails the test when it is not sound.
void mock_manifest(const struct mock *mock, struct btl_manifest *ret_manifest);
const struct btlm_module *mock_module(const struct btl_manifest *manifest, const char *name);
void mock_expect_text(const struct btl_manifest *manifest, struct btlm_str str,
                      const char *expected);

// The seconds after which a running watchdog resets the machine; 0: it does not run.
uint32_t mock_tco_seconds(const struct mock *mock);
uint32_t mock_esb_seconds(const struct mock *mock);

// Has the loader called cache_sync_code() for this range since mock_forget_synced()?
bool mock_synced(uint64_t start, uint64_t size);
void mock_forget_synced(void);

// Fails the test unless run() ended with an error that was said: the code in brackets, the cause,
// and a wait for a key. Then frees the mock.
void mock_expect_stop(struct mock *mock, const char *code);
// Fails the test unless run() came back with `status`, all memory given back, without having
// touched boot services.
void mock_expect_return(struct mock *mock, fw_status status);
// Opens a file that the loader saved. Fails the test when it is not a sound manifest.
void mock_saved_manifest(struct mock *mock, const char *path, struct btl_manifest *ret_manifest);
// Fails the test unless it is the manifest that the kernel got, without the random seed.
void mock_expect_same(const struct btl_manifest *saved, const struct btl_manifest *kernels);
// Fails the test unless the kernel got the machine, and `code` (NULL: none; "": any, or none) was
// said.
void mock_expect_boot(struct mock *mock, const char *code);

#endif
