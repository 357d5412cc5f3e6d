// SPDX-License-Identifier: BSD-2-Clause
// Handlers of interrupts. Each slot has a source and a list of handlers: of a line of PCI several,
// else one. Handlers are added and removed with interrupts off. A handler that is detached by a
// handler stays in its list until intr_reap(), and is not called.
#include "intr/intr.h"

#include "base/arch.h"
#include "base/lock.h"
#include "base/symbols.h"

#include <btl/kernel.h>

#define NAME_MAX 48

struct btl_intr {
    struct btl_intr *next;
    struct handler handler;
    struct intr_slot *slot;
    bool (*function)(void *argument);
    void *argument;
    void (*release)(void *device);
    void *device;
    uint64_t claimed;
    bool detached;
    char name[NAME_MAX];
};

struct intr_slot {
    struct btl_intr *first; // NULL: the slot is free
    enum btl_intr_kind kind;
    uint32_t line;
    uint32_t unclaimed; // in a row
    bool off;           // the line was switched off
};

static struct intr_slot slots[ARCH_INTR_SLOTS];
static struct btl_lock lock = BTL_LOCK("interrupts");
static uint64_t claimed, stray; // stray: without a handler
static bool started, reaping;

void interrupts_start(void)
{
    char text[120];
    struct btl_buffer description = btl_buffer(text, sizeof(text));

    started = arch_interrupts_start(&description.out);
    if (started)
        kprintf("interrupts: %s\n", text);
    else
        kprintf("interrupts: none that this kernel can use (%s); drivers poll, and timeouts run "
                "while the kernel waits\n",
                text);
    arch_interrupts_restore(started);
}

bool interrupts_started(void)
{
    return started;
}

static bool slot_is_line(const struct intr_slot *slot)
{
    return slot->kind != BTL_INTR_MESSAGE;
}

static uint32_t slot_number(const struct intr_slot *slot)
{
    return (uint32_t)(slot - slots);
}

// The slot of a line that is in use, or a free one; NULL: all are in use.
static struct intr_slot *slot_find(const struct btl_intr_source *source)
{
    struct intr_slot *unused = NULL;

    for (uint32_t i = 0; i < ARCH_INTR_SLOTS; i++) {
        if (slots[i].first == NULL)
            unused = unused == NULL ? &slots[i] : unused;
        else if (source->kind != BTL_INTR_MESSAGE && slot_is_line(&slots[i]) &&
                 slots[i].line == source->line)
            return &slots[i];
    }
    return unused;
}

// Prepare the slot for one handler more. 0 or an error.
static int slot_open(struct intr_slot *slot, const struct btl_intr_source *source)
{
    if (slot->first != NULL)
        return slot->kind == BTL_INTR_PCI && source->kind == BTL_INTR_PCI ? 0 : BTL_EBUSY;
    if (source->kind != BTL_INTR_MESSAGE &&
        !arch_line_route(source->line, source->kind == BTL_INTR_PCI, slot_number(slot)))
        return BTL_ENODEV;
    *slot = (struct intr_slot){.kind = source->kind, .line = source->line};
    return 0;
}

static struct btl_intr *intr_new(const struct btl_intr_source *source,
                                 bool (*function)(void *argument), void *argument)
{
    struct btl_intr *intr = kmem_alloc(sizeof(*intr));

    if (intr == NULL)
        return NULL;
    *intr = (struct btl_intr){
        .function = function,
        .argument = argument,
        .release = source->release,
        .device = source->device,
        .handler = {.kind = "an interrupt handler", .function = (const void *)(uintptr_t)function}};
    intr->handler.name = intr->name;
    if (source->name != NULL)
        btl_format_to(intr->name, NAME_MAX, "%s", source->name);
    else
        btl_format_to(intr->name, NAME_MAX, "line %u", source->line);
    return intr;
}

// Add the handler at the end of the list, and let the line interrupt.
static void intr_link(struct intr_slot *slot, struct btl_intr *intr)
{
    struct btl_intr **at = &slot->first;

    while (*at != NULL)
        at = &(*at)->next;
    *at = intr;
    intr->slot = slot;
    slot->unclaimed = 0;
    slot->off = false;
    if (slot_is_line(slot))
        arch_line_switch(slot->line, true);
}

int intr_attach(const struct btl_intr_source *source, bool (*handler)(void *argument),
                void *argument, struct btl_intr **ret_intr)
{
    struct intr_slot *slot;
    struct btl_intr *intr;
    int error;

    handler_forbid("intr_attach", __builtin_return_address(0));
    if (!started)
        return BTL_ENOSYS;
    if (handler == NULL || source->kind > BTL_INTR_MESSAGE)
        return BTL_EINVAL;
    intr_reap();
    slot = slot_find(source);
    intr = slot != NULL ? intr_new(source, handler, argument) : NULL;
    if (intr == NULL)
        return BTL_ENOMEM;
    lock_acquire(&lock);
    error = slot_open(slot, source);
    if (error == 0)
        intr_link(slot, intr);
    lock_release(&lock);
    if (error != 0) {
        kmem_free(intr);
        return error;
    }
    *ret_intr = intr;
    return 0;
}

static bool slot_is_served(const struct intr_slot *slot)
{
    for (const struct btl_intr *intr = slot->first; intr != NULL; intr = intr->next)
        if (!intr->detached)
            return true;
    return false;
}

// The handler is not called any more. A line without handlers is switched off.
static void intr_end(struct btl_intr *intr)
{
    intr->detached = true;
    if (slot_is_line(intr->slot) && !slot_is_served(intr->slot))
        arch_line_switch(intr->slot->line, false);
}

// Take a detached handler out of its list. NULL: there is none.
static struct btl_intr *intr_take_detached(void)
{
    for (uint32_t i = 0; i < ARCH_INTR_SLOTS; i++) {
        for (struct btl_intr **at = &slots[i].first; *at != NULL; at = &(*at)->next) {
            struct btl_intr *intr = *at;
            if (!intr->detached)
                continue;
            *at = intr->next;
            return intr;
        }
    }
    return NULL;
}

// The device is silenced before its slot can get another handler.
void intr_reap(void)
{
    struct btl_intr *intr;

    if (reaping)
        return; // a release function waits
    reaping = true;
    for (;;) {
        lock_acquire(&lock);
        intr = intr_take_detached();
        lock_release(&lock);
        if (intr == NULL)
            break;
        if (intr->release != NULL)
            intr->release(intr->device);
        kmem_free(intr);
    }
    reaping = false;
}

void intr_detach(struct btl_intr *intr)
{
    if (intr == NULL)
        return;
    lock_acquire(&lock);
    intr_end(intr);
    lock_release(&lock);
    if (handler_running() == NULL)
        intr_reap();
}

const char *intr_name(const struct btl_intr *intr)
{
    return intr->name;
}

bool intr_message(const struct btl_intr *intr, uint64_t *ret_address, uint32_t *ret_data)
{
    if (intr->slot->kind != BTL_INTR_MESSAGE)
        return false;
    arch_message(slot_number(intr->slot), ret_address, ret_data);
    return true;
}

static bool intr_call(struct btl_intr *intr)
{
    bool mine;

    if (intr->detached)
        return false;
    handler_begin(&intr->handler);
    mine = intr->function(intr->argument);
    handler_end();
    intr->claimed += mine;
    return mine;
}

static void slot_print_drivers(const struct intr_slot *slot)
{
    const char *before = "";

    for (const struct btl_intr *intr = slot->first; intr != NULL; intr = intr->next) {
        struct btl_str name = symbol_owner((uint64_t)(uintptr_t)intr->function);
        kprintf("%s%pS", before, &name);
        before = ", ";
    }
}

// An interrupt that no driver claims comes again at once: without this the machine would hang.
static void slot_count_unclaimed(struct intr_slot *slot)
{
    static const struct handler self = {.kind = "an interrupt handler"};

    if (++slot->unclaimed < BTL_INTR_UNCLAIMED_MAX || slot->off || !slot_is_line(slot))
        return;
    slot->off = true;
    arch_line_switch(slot->line, false);
    handler_begin(&self); // so that the message waits for the line that was interrupted
    kprintf("interrupts: line %u has interrupted %u times in a row, and no driver claims it; it is "
            "off now, and its drivers may be slow: ",
            slot->line, BTL_INTR_UNCLAIMED_MAX);
    slot_print_drivers(slot);
    kprintf("\n");
    handler_end();
}

void intr_dispatch(uint32_t number)
{
    struct intr_slot *slot = &slots[number];
    bool any = false;

    if (slot->first == NULL) {
        stray++;
        return;
    }
    for (struct btl_intr *intr = slot->first; intr != NULL; intr = intr->next)
        any = intr_call(intr) || any;
    claimed += any;
    if (any)
        slot->unclaimed = 0;
    else
        slot_count_unclaimed(slot);
}

static bool intr_is_in(const struct btl_intr *intr, uint64_t start, uint64_t end)
{
    return !intr->detached && (uint64_t)(uintptr_t)intr->function - start < end - start;
}

void intr_forget(struct btl_str module, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < ARCH_INTR_SLOTS; i++) {
        for (struct btl_intr *intr = slots[i].first; intr != NULL; intr = intr->next) {
            if (!intr_is_in(intr, start, end))
                continue;
            kprintf("%pS: did not detach its interrupt handler (%s); detached now\n", &module,
                    intr->name);
            lock_acquire(&lock);
            intr_end(intr);
            lock_release(&lock);
        }
    }
    intr_reap();
}

uint64_t intr_claimed(void)
{
    return claimed;
}

void intr_print(void)
{
    kprintf("%-24s %-14s %10s\n", "Source", "Driver", "Interrupts");
    for (uint32_t i = 0; i < ARCH_INTR_SLOTS; i++) {
        for (const struct btl_intr *intr = slots[i].first; intr != NULL; intr = intr->next) {
            struct btl_str name = symbol_owner((uint64_t)(uintptr_t)intr->function);
            kprintf("%-24s %-14pS %10lu%s\n", intr->name, &name, intr->claimed,
                    slots[i].off ? "  switched off" : "");
        }
    }
    kprintf("%lu without a handler%s\n", stray, started ? "" : "; this machine has no interrupts");
}
