// SPDX-License-Identifier: BSD-2-Clause
// What the steps of an attempt take from each other.
#ifndef BTL_CORE_ATTEMPT_PRIVATE_H
#define BTL_CORE_ATTEMPT_PRIVATE_H

#include <btl/attempt.h>

#define WINDOW_STEP (2ull << 20) // bytes between ranges of the window (btl/boot.h)

// Find the configuration to boot when this attempt fails: attempt->fallback.
void btl_attempt_find_fallback(struct btl_attempt *attempt);

// Read the configuration's seal, and verify it where seals are enforced. False: reported, and the
// configuration is not parsed.
bool attempt_open_seal(struct btl_attempt *attempt);
// Report what is wrong with a seal that is not enforced. False: loader.conf demands a seal.
bool attempt_judge_seal(struct btl_attempt *attempt);
// Read a file for this attempt. Every step reads its files here, because here they are compared
// with the seal. NULL: *ret_problem is the reason.
const struct btl_boot_file *attempt_read_file(struct btl_attempt *attempt, struct btl_str path,
                                              uint64_t max, struct btl_file_problem *ret_problem);

// Has the file the hash of the pin? NULL: there is no pin. False: reported.
bool attempt_check_pin(struct btl_attempt *attempt, const struct btl_setting *pin,
                       const struct btl_boot_file *file, struct btl_place file_place);

// Fill in what the plan knows of a Linux kernel. True for every other kernel.
bool attempt_open_linux(struct btl_attempt *attempt);
// Return the seconds after which a Linux system is reset that does not serve the watchdog; 0: none.
uint32_t attempt_linux_watchdog(const struct btl_attempt *attempt);
// Warn of /btl/init without an initrd.
void attempt_check_initrd(struct btl_attempt *attempt);
// Switch modules off whose condition (NAME_kernel, NAME_arch) is not met.
void attempt_judge_conditions(struct btl_attempt *attempt);

// Find the directories of module_path that exist: config.search_path. False: no memory.
bool attempt_find_directories(struct btl_attempt *attempt);

// Find the requests of a placed Limine kernel, and read its internal modules: kernel.limine.
bool attempt_open_limine(struct btl_attempt *attempt);

// Read the files beside the kernel: its initrds and the files file_NAME.
bool attempt_read_files(struct btl_attempt *attempt);

// Random addresses, if the configuration wants them: choose the numbers, or report why there are
// none. The kernel is open.
void attempt_begin_aslr(struct btl_attempt *attempt);
// Leave a random gap, a multiple of `align`, before the next range of the window, which has `size`
// bytes, unless the window is too small.
void attempt_random_gap(struct btl_attempt *attempt, uint64_t size, uint64_t align);

// Allocate cleared memory and map it at the next free address of the window, after a gap of `guard`
// bytes. `what` names the range in messages.
bool btl_attempt_alloc_window(struct btl_attempt *attempt, uint64_t size, uint64_t guard,
                              enum btlm_memory_type purpose, const char *what,
                              struct btl_window_range *ret_range);

static inline struct btl_str attempt_name(const struct btl_attempt *attempt, struct btl_str path)
{
    return attempt->boot->driver->name(attempt->boot->owner, path);
}

static inline uint32_t attempt_event_begin(const struct btl_attempt *attempt,
                                           enum btlm_event_kind kind, uint32_t module)
{
    return attempt->boot->driver->event_begin(attempt->boot->owner, kind, module);
}

static inline uint64_t attempt_event_end(const struct btl_attempt *attempt, uint32_t event,
                                         uint64_t bytes)
{
    return attempt->boot->driver->event_end(attempt->boot->owner, event, bytes);
}

// Note the read of a file, and return its duration in nanoseconds.
static inline uint64_t attempt_event_read(const struct btl_attempt *attempt,
                                          enum btlm_event_kind kind, uint32_t module,
                                          const struct btl_boot_file *file)
{
    attempt->boot->driver->event_read(attempt->boot->owner, kind, module, file);
    return file->read_end - file->read_start;
}

static inline void attempt_done(const struct btl_attempt *attempt, uint32_t module,
                                enum btl_boot_outcome outcome, uint64_t time)
{
    attempt->boot->driver->done(attempt->boot->owner, module, outcome, time);
}

#endif
