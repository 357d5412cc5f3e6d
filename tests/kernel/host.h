// SPDX-License-Identifier: BSD-2-Clause
// The machine under the kernel, on the host: physical memory is a block of host memory, the console
// a buffer, a panic a jump back into the test.
#ifndef TEST_KERNEL_HOST_H
#define TEST_KERNEL_HOST_H

#include "test_case.h"

#include <btl/kernel.h>

// Make physical memory of that many pages from address 0 on, all free except frame 0.
void host_memory(uint64_t pages);
void host_memory_end(void);

// Output since host_clear().
const char *host_printed(void);
void host_clear(void);

// Let only allocation number `nth` from now on fail (0: the next one).
void host_fail_alloc(uint64_t nth);
void host_fail_allocs(void); // all, until host_fail_no_alloc()
void host_fail_no_alloc(void);
bool host_alloc_failed(void); // since host_fail_alloc()

// Run a statement that must panic with a message that contains the text.
extern jmp_buf host_panic_jump;
extern bool host_panic_expected;
const char *host_panic_text(void);
#define assert_panics(statement, part)                                                             \
    do {                                                                                           \
        host_panic_expected = true;                                                                \
        if (setjmp(host_panic_jump) == 0) {                                                        \
            statement;                                                                             \
            fail_msg("did not panic: %s", #statement);                                             \
        }                                                                                          \
        host_panic_expected = false;                                                               \
        assert_contains(host_panic_text(), part);                                                  \
    } while (0)

// The processor's interrupts and the controllers, as the kernel has set them.
extern struct host_interrupts {
    bool present; // arch_interrupts_start() finds some
    bool on;
    uint64_t timer;        // ticks that arch_timer_set() was called with last; 0: not called
    uint32_t lines;        // bit n: line n is on
    uint32_t missing;      // bit n: there is no line n
    void (*arrives)(void); // called while the processor waits
} host_interrupts;

// The I/O ports: bytes that hold what was written last.
extern uint8_t host_ports[65536];

void assert_contains(const char *text, const char *part);

#endif
