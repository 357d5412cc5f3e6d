// SPDX-License-Identifier: BSD-2-Clause
// Handlers, timeouts, locks and waiting, with the interrupts of host.c.
#include "world.h"

#include <string.h>

#include "base/arch.h"
#include "base/lock.h"
#include "intr/intr.h"
#include "vm/dma.h"
#include "vm/kmem.h"

#define HANDLERS 4

// A handler's record; `does` is what it does.
struct record {
    int calls;
    bool claims;
    void (*does)(struct record *record);
    struct btl_intr *intr;
    int released;
};

static struct record records[HANDLERS];
static struct btl_lock lock = BTL_LOCK("mine"), other = BTL_LOCK("other");
static struct btl_timeout timeouts[4];
static char order[32];

static bool handle(void *argument)
{
    struct record *record = argument;

    assert_non_null(handler_running());
    assert_false(host_interrupts.on);
    record->calls++;
    if (record->does != NULL)
        record->does(record);
    return record->claims;
}

static void released(void *device)
{
    struct record *record = device;

    assert_null(handler_running());
    record->released++;
}

static int attach(struct record *record, enum btl_intr_kind kind, uint32_t line)
{
    const struct btl_intr_source source = {
        .kind = kind, .line = line, .release = released, .device = record};

    return intr_attach(&source, handle, record, &record->intr);
}

// An interrupt arrives: the processor switches interrupts off.
static void arrive(uint32_t slot)
{
    bool on = arch_interrupts_off();

    intr_dispatch(slot);
    arch_interrupts_restore(on);
}

// The slot of a message.
static uint32_t slot_of(const struct record *record)
{
    uint64_t address;
    uint32_t data;

    assert_true(intr_message(record->intr, &address, &data));
    assert_int_equal(address, 0xfee00000);
    return data;
}

static int begin(void **state)
{
    host_memory(64);
    world_begin("");
    world_seal();
    host_clear();
    memset(records, 0, sizeof(records));
    memset(timeouts, 0, sizeof(timeouts));
    memset(order, 0, sizeof(order));
    lock = (struct btl_lock)BTL_LOCK("mine");
    host_interrupts = (struct host_interrupts){.present = true};
    interrupts_start();
    return 0;
}

static int end(void **state)
{
    handler_abandon();
    for (size_t i = 0; i < HANDLERS; i++)
        intr_detach(records[i].intr);
    timeouts_forget(BTL_STR("test"), 0, UINT64_MAX);
    assert_int_equal(kmem_stats().bytes, 0);
    host_memory_end();
    return 0;
}

EACH_TEST(begin, end)

// --- handlers

TEST(interrupts_are_on_after_the_start)
{
    assert_true(host_interrupts.on && interrupts_started());
    assert_contains(host_printed(), "interrupts: of the host\n");
}

TEST(a_machine_without_interrupts)
{
    host_clear();
    host_interrupts = (struct host_interrupts){.present = false};
    interrupts_start();
    assert_false(host_interrupts.on || interrupts_started());
    assert_contains(host_printed(), "none that this kernel can use (of the host); drivers poll");
    assert_int_equal(attach(&records[0], BTL_INTR_ISA, 1), BTL_ENOSYS);
}

TEST(a_message_reaches_its_handler)
{
    records[0].claims = true;
    records[1].claims = true;
    assert_int_equal(attach(&records[0], BTL_INTR_MESSAGE, 0), 0);
    assert_int_equal(attach(&records[1], BTL_INTR_MESSAGE, 0), 0);
    assert_int_not_equal(slot_of(&records[0]), slot_of(&records[1]));
    arrive(slot_of(&records[1]));
    assert_int_equal(records[0].calls, 0);
    assert_int_equal(records[1].calls, 1);
    assert_null(handler_running());
    assert_true(host_interrupts.on);
}

TEST(an_interrupt_of_the_isa_bus_has_one_handler)
{
    uint64_t address;
    uint32_t data;

    assert_int_equal(attach(&records[0], BTL_INTR_ISA, 4), 0);
    assert_int_equal(host_interrupts.lines, 1 << 4);
    assert_string_equal(intr_name(records[0].intr), "line 4");
    assert_false(intr_message(records[0].intr, &address, &data));
    assert_int_equal(attach(&records[1], BTL_INTR_ISA, 4), BTL_EBUSY);
    assert_int_equal(attach(&records[1], BTL_INTR_PCI, 4), BTL_EBUSY);
    intr_detach(records[0].intr);
    records[0].intr = NULL;
    assert_int_equal(host_interrupts.lines, 0);
    assert_int_equal(attach(&records[1], BTL_INTR_PCI, 4), 0);
    assert_int_equal(attach(&records[0], BTL_INTR_ISA, 4), BTL_EBUSY);
}

TEST(a_line_is_shared)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(attach(&records[i], BTL_INTR_PCI, 11), 0);
    records[1].claims = true;
    arrive(0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(records[i].calls, 1); // a line may have been raised by several
    intr_detach(records[1].intr);
    records[1].intr = NULL;
    assert_int_equal(records[1].released, 1);
    assert_int_equal(host_interrupts.lines, 1 << 11); // the others need it
    arrive(0);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(records[2].calls, 2);
}

TEST(what_cannot_be_attached)
{
    const struct btl_intr_source none = {.kind = (enum btl_intr_kind)9};

    host_interrupts.missing = 1 << 3;
    assert_int_equal(attach(&records[0], BTL_INTR_ISA, 3), BTL_ENODEV);
    assert_int_equal(intr_attach(&none, handle, NULL, &records[0].intr), BTL_EINVAL);
    assert_int_equal(
        intr_attach(&(struct btl_intr_source){.line = 1}, NULL, NULL, &records[0].intr),
        BTL_EINVAL);
    host_fail_alloc(0);
    assert_int_equal(attach(&records[0], BTL_INTR_ISA, 1), BTL_ENOMEM);
    host_fail_no_alloc();
    assert_null(records[0].intr);
    intr_detach(NULL);
}

TEST(all_slots_are_in_use)
{
    static struct record many[ARCH_INTR_SLOTS + 1];

    for (int i = 0; i < ARCH_INTR_SLOTS; i++)
        assert_int_equal(attach(&many[i], BTL_INTR_MESSAGE, 0), 0);
    assert_int_equal(attach(&many[ARCH_INTR_SLOTS], BTL_INTR_MESSAGE, 0), BTL_ENOMEM);
    for (int i = 0; i < ARCH_INTR_SLOTS; i++)
        intr_detach(many[i].intr);
    arrive(5);
    intr_print();
    assert_contains(host_printed(), "1 without a handler");
}

static void detach_self(struct record *record)
{
    intr_detach(record->intr);
    record->intr = NULL;
    assert_int_equal(record->released, 0); // later, outside of handlers
}

TEST(a_handler_that_detaches_itself)
{
    records[0] = (struct record){.claims = true, .does = detach_self};
    assert_int_equal(attach(&records[0], BTL_INTR_PCI, 10), 0);
    arrive(0);
    arrive(0);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(host_interrupts.lines, 0);
    assert_int_equal(records[0].released, 0);
    handlers_finish();
    assert_int_equal(records[0].released, 1);
}

static void detach_next(struct record *record)
{
    intr_detach(records[1].intr);
    records[1].intr = NULL;
}

TEST(a_handler_that_detaches_the_next_of_its_line)
{
    records[0] = (struct record){.claims = true, .does = detach_next};
    assert_int_equal(attach(&records[0], BTL_INTR_PCI, 10), 0);
    assert_int_equal(attach(&records[1], BTL_INTR_PCI, 10), 0);
    arrive(0);
    assert_int_equal(records[1].calls, 0);
    assert_int_equal(host_interrupts.lines, 1 << 10);
    records[0].does = NULL;
    // Attaching frees it first.
    assert_int_equal(attach(&records[2], BTL_INTR_PCI, 10), 0);
    assert_int_equal(records[1].released, 1);
}

TEST(a_line_that_no_driver_claims_is_switched_off)
{
    assert_int_equal(attach(&records[0], BTL_INTR_PCI, 10), 0);
    for (int i = 0; i < BTL_INTR_UNCLAIMED_MAX - 1; i++)
        arrive(0);
    records[0].claims = true;
    arrive(0); // it starts from the beginning
    records[0].claims = false;
    for (int i = 0; i < BTL_INTR_UNCLAIMED_MAX - 1; i++)
        arrive(0);
    assert_int_equal(host_interrupts.lines, 1 << 10);
    host_clear();
    arrive(0);
    assert_int_equal(host_interrupts.lines, 0);
    assert_contains(host_printed(), "line 10 has interrupted 1000 times in a row");
    host_clear();
    arrive(0);
    assert_string_equal(host_printed(), ""); // said once
    intr_print();
    assert_contains(host_printed(), "switched off");
    assert_int_equal(attach(&records[1], BTL_INTR_PCI, 10), 0);
    assert_int_equal(host_interrupts.lines, 1 << 10);
}

TEST(a_message_that_no_driver_claims_is_left_alone)
{
    assert_int_equal(attach(&records[0], BTL_INTR_MESSAGE, 0), 0);
    for (int i = 0; i < 2 * BTL_INTR_UNCLAIMED_MAX; i++)
        arrive(slot_of(&records[0]));
    assert_int_equal(records[0].calls, 2 * BTL_INTR_UNCLAIMED_MAX);
}

// The handler lies in the "module" [handle, handle + 1).
TEST(handlers_of_a_module_that_goes)
{
    uint64_t at = (uint64_t)(uintptr_t)handle;

    assert_int_equal(attach(&records[0], BTL_INTR_PCI, 10), 0);
    assert_int_equal(attach(&records[1], BTL_INTR_MESSAGE, 0), 0);
    host_clear();
    intr_forget(BTL_STR("mine"), at + 1, at + 100);
    assert_string_equal(host_printed(), "");
    intr_forget(BTL_STR("mine"), at, at + 1);
    assert_contains(host_printed(),
                    "mine: did not detach its interrupt handler (line 10); detached now\n");
    assert_true(records[0].released == 1 && records[1].released == 1);
    records[0].intr = records[1].intr = NULL;
    assert_int_equal(host_interrupts.lines, 0);
}

// --- timeouts

#define LETTER(c) ((void *)(uintptr_t)(c))

static void note(void *argument)
{
    size_t len = strlen(order);

    assert_non_null(handler_running());
    order[len] = (char)(uintptr_t)argument;
}

static void again(void *argument)
{
    note(LETTER('r'));
    if (strlen(order) < 5)
        assert_int_equal(timeout_add(&timeouts[0], 0, again, NULL), 0);
}

static void cancel_second(void *argument)
{
    note(LETTER('c'));
    assert_true(timeout_cancel(&timeouts[1]));
}

// Let the timer interrupt for so many calls; each look at the clock takes a thousandth of a second.
static void run_for(int times)
{
    for (int i = 0; i < times; i++) {
        bool on = arch_interrupts_off();
        timeouts_run();
        arch_interrupts_restore(on);
    }
}

TEST(timeouts_come_in_their_order)
{
    assert_int_equal(timeout_add(&timeouts[0], 300000, note, LETTER('3')), 0);
    assert_int_equal(timeout_add(&timeouts[1], 100000, note, LETTER('1')), 0);
    assert_int_equal(timeout_add(&timeouts[2], 200000, note, LETTER('2')), 0);
    assert_true(host_interrupts.timer > 0 && host_interrupts.timer <= 100000);
    run_for(20);
    assert_string_equal(order, ""); // not before they are due
    run_for(1000);
    assert_string_equal(order, "123");
    assert_false(timeouts[0].pending);
    assert_false(timeout_cancel(&timeouts[0]));
}

TEST(timeouts_that_are_due_together_come_as_they_were_added)
{
    for (int i = 0; i < 4; i++)
        assert_int_equal(timeout_add(&timeouts[i], 0, note, LETTER("abcd"[i])), 0);
    run_for(20);
    assert_string_equal(order, "abcd");
}

TEST(timeouts_that_are_due_at_the_same_time_keep_their_order)
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(timeout_add(&timeouts[i], UINT64_MAX, note, LETTER('x')), 0);
    assert_int_equal(timeouts[0].due, timeouts[1].due);
    assert_ptr_equal(timeouts[0].next, &timeouts[1]);
}

TEST(a_timeout_is_pending_once)
{
    assert_int_equal(timeout_add(&timeouts[0], 1000, note, LETTER('x')), 0);
    assert_int_equal(timeout_add(&timeouts[0], 1000, note, LETTER('x')), BTL_EBUSY);
    assert_true(timeout_cancel(&timeouts[0]));
    assert_false(timeout_cancel(&timeouts[0]));
    run_for(100);
    assert_string_equal(order, "");
    assert_int_equal(timeout_add(&timeouts[0], 1000, NULL, NULL), BTL_EINVAL);
    assert_int_equal(timeout_add(NULL, 1000, note, NULL), BTL_EINVAL);
    assert_int_equal(timeout_add(&timeouts[0], UINT64_MAX, note, LETTER('x')), 0); // in a long time
    run_for(100);
    assert_string_equal(order, "");
}

TEST(a_timeout_that_adds_itself_does_not_run_for_ever)
{
    assert_int_equal(timeout_add(&timeouts[0], 0, again, NULL), 0);
    run_for(1);
    assert_int_equal(strlen(order), 1);
    run_for(20);
    assert_string_equal(order, "rrrrr");
}

TEST(a_timeout_that_cancels_another)
{
    assert_int_equal(timeout_add(&timeouts[0], 0, cancel_second, NULL), 0);
    assert_int_equal(timeout_add(&timeouts[1], 0, note, LETTER('x')), 0);
    assert_int_equal(timeout_add(&timeouts[2], 0, note, LETTER('y')), 0);
    run_for(20);
    assert_string_equal(order, "cy");
}

TEST(timeouts_of_a_module_that_goes)
{
    uint64_t function = (uint64_t)(uintptr_t)note, variable = (uint64_t)(uintptr_t)&timeouts[1];

    for (int i = 0; i < 2; i++)
        assert_int_equal(timeout_add(&timeouts[i], 0, i == 0 ? note : again, LETTER('x')), 0);
    host_clear();
    timeouts_forget(BTL_STR("mine"), function + 1, function + 2);
    assert_string_equal(host_printed(), "");
    timeouts_forget(BTL_STR("mine"), function, function + 1);
    assert_contains(host_printed(), "mine: did not cancel 1 of its timeouts; cancelled now\n");
    timeouts_forget(BTL_STR("mine"), variable, variable + 1);
    run_for(20);
    assert_string_equal(order, "");
    timeouts_print();
    assert_contains(host_printed(), "0 timeouts are pending");
}

// --- locks

TEST(locks_switch_interrupts_off)
{
    lock_acquire(&lock);
    assert_false(host_interrupts.on);
    lock_acquire(&other);
    lock_release(&lock); // in any order
    assert_false(host_interrupts.on);
    lock_release(&other);
    assert_true(host_interrupts.on);
}

TEST(misuse_of_a_lock)
{
    lock_acquire(&lock);
    assert_panics(lock_acquire(&lock), "an unknown caller acquires the lock \"mine\", which an "
                                       "unknown caller holds (0x");
    assert_panics(lock_release(&other), "releases the lock \"other\", which is not held");
    lock_acquire(&other);
    assert_panics(lock_wait(&lock, 1), "waits with the lock \"mine\"");
    lock_release(&other);
    lock_release(&lock);
    assert_panics(lock_wait(&lock, 1), "waits with the lock \"mine\"");
}

static void keep_lock(struct record *record)
{
    lock_acquire(&lock);
}

TEST(a_handler_that_keeps_a_lock)
{
    records[0].does = keep_lock;
    assert_int_equal(attach(&records[0], BTL_INTR_MESSAGE, 0), 0);
    assert_panics(arrive(slot_of(&records[0])),
                  "an interrupt handler of an unknown caller has returned with the lock \"mine\"");
}

static void allocate(struct record *record)
{
    kmem_free(kmem_alloc(1));
}

static void attach_another(struct record *record)
{
    attach(&records[1], BTL_INTR_MESSAGE, 0);
}

static void wait_in_handler(struct record *record)
{
    lock_acquire(&lock);
    lock_wait(&lock, 1);
}

static void allocate_for_dma(struct record *record)
{
    uint64_t physical;

    dma_alloc(1, UINT64_MAX, &physical);
}

TEST(what_a_handler_must_not_call)
{
    static const struct {
        void (*does)(struct record *record);
        const char *says;
    } cases[] = {{allocate, "kmem_alloc() called by an unknown caller in an interrupt handler"},
                 {attach_another, "intr_attach() called by"},
                 {wait_in_handler, "lock_wait() called by"},
                 {allocate_for_dma, "dma_alloc() called by"}};

    assert_int_equal(attach(&records[0], BTL_INTR_MESSAGE, 0), 0);
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        records[0].does = cases[i].does;
        assert_panics(arrive(slot_of(&records[0])), cases[i].says);
        assert_non_null(handler_abandon()); // as the panic does
        assert_null(handler_abandon());
    }
}

TEST(what_a_load_function_leaves)
{
    lock_acquire(&lock);
    lock_acquire(&other);
    host_clear();
    locks_forget(BTL_STR("mine"), "load", true);
    assert_contains(host_printed(), "mine: its load function has returned with the lock \"mine\" "
                                    "held; released now\n");
    assert_contains(host_printed(), "with the lock \"other\" held");
    assert_true(host_interrupts.on && lock.holder == NULL && other.holder == NULL);
    host_clear();
    locks_forget(BTL_STR("mine"), "load", true);
    assert_string_equal(host_printed(), "");
    host_interrupts.on = false;
    locks_forget(BTL_STR("mine"), "unload", true);
    assert_contains(host_printed(), "mine: its unload function has returned with interrupts off");
    assert_true(host_interrupts.on);
    host_clear();
    host_interrupts.on = false; // as in phase 1
    locks_forget(BTL_STR("mine"), "load", false);
    assert_false(host_interrupts.on);
    assert_string_equal(host_printed(), "");
}

TEST(locks_of_a_module_that_goes)
{
    uint64_t at = (uint64_t)(uintptr_t)&other;

    lock_acquire(&lock);
    lock_acquire(&other);
    host_clear();
    locks_forget_image(BTL_STR("mine"), at, at + sizeof(other));
    assert_contains(host_printed(), "mine: did not release the lock \"other\"; released now\n");
    assert_false(host_interrupts.on);
    lock_release(&lock);
    assert_true(host_interrupts.on);
    lock_acquire(&other);
    locks_forget_image(BTL_STR("mine"), at, at + sizeof(other));
    assert_true(host_interrupts.on);
}

// --- waiting

static void interrupt_with_lock(struct record *record)
{
    lock_acquire(&other);
    lock_release(&other);
}

static void device_interrupts(void)
{
    arrive(slot_of(&records[0]));
}

// The handler's own lock must not change what the wait knows about interrupts.
TEST(a_wait_ends_with_interrupts_as_before)
{
    records[0] = (struct record){.claims = true, .does = interrupt_with_lock};
    assert_int_equal(attach(&records[0], BTL_INTR_MESSAGE, 0), 0);
    host_interrupts.arrives = device_interrupts;
    lock_acquire(&lock);
    for (int i = 0; i < 3; i++)
        lock_wait(&lock, 1000);
    assert_true(records[0].calls >= 3);
    assert_false(host_interrupts.on);
    assert_true(lock.holder != NULL);
    lock_release(&lock);
    assert_true(host_interrupts.on);
    assert_false(timeout_cancel(&timeouts[0]));
    timeouts_print();
    assert_contains(host_printed(), "0 timeouts are pending"); // the limit of the wait
}

TEST(a_wait_polls_where_there_are_no_interrupts)
{
    host_interrupts = (struct host_interrupts){.present = false};
    interrupts_start();
    assert_int_equal(timeout_add(&timeouts[0], 1000, note, LETTER('p')), 0);
    lock_acquire(&lock);
    for (int i = 0; i < 100 && order[0] == '\0'; i++)
        lock_wait(&lock, 1000);
    lock_release(&lock);
    assert_string_equal(order, "p");
    assert_false(host_interrupts.on);
}
