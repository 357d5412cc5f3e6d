// SPDX-License-Identifier: BSD-2-Clause
// Backtraces: from frame to frame of the register stack, by the unwind tables. Only tables, known
// stacks and saved registers are read.
#include "arch/ia64/unwind.h"

#include "arch/ia64/cpu.h"
#include "arch/ia64/traps.h"
#include "base/arch.h"
#include "base/handoff.h"
#include "base/images.h"

#include <btl/boot.h>
#include <btl/kernel.h>

#define FRAMES_MAX 1000 // a broken chain ends

#define CFM_SOF(cfm) ((int64_t)((cfm)&0x7f))
#define CFM_SOL(cfm) ((int64_t)((cfm) >> 7 & 0x7f))

// From the linker script.
extern const uint8_t kernel_start[], kernel_unwind[], kernel_unwind_end[];
extern uint8_t trap_stack[], trap_backing_store[];

const bool arch_function_descriptors = true;
const struct btl_str arch_unwind_section = BTL_STR(".IA_64.unwind");

// An active call: `ip` is in it, its r32 was or will be at `base` of the backing store.
struct frame {
    uint64_t ip, cfm, base, sp;
    const struct arch_registers *registers; // of the innermost one, when it was interrupted
};

// Offsets count from `base`. The information of a function is a header and so many words.
struct table_entry {
    uint64_t start, end, info;
};

struct table {
    uint64_t base;
    const struct table_entry *entries;
    size_t count;
};

#define INFO_WORDS 0xffffffffull

// Every 64th word of the backing store holds NaT bits.
static uint64_t skip_registers(uint64_t base, int64_t count)
{
    int64_t delta = (int64_t)(base >> 3 & 0x3f) + count;

    if (count < 0)
        delta -= 0x3e;
    return base + (uint64_t)((count + delta / 0x3f) * 8);
}

static bool address_is_in(uint64_t address, uint64_t start, uint64_t size)
{
    return address % 8 == 0 && address >= start && address - start < size;
}

// Read a word of one of the two kinds of stacks: the loader's, or that of the handlers.
static bool unwind_read_stack(unsigned kind, uint64_t address, uint64_t *ret)
{
    struct arch_range boot;
    uint64_t own = (uint64_t)(kind == 0 ? trap_stack : trap_backing_store);

    if (!address_is_in(address, own, TRAP_STACK_SIZE) &&
        !(handoff_ready() && arch_boot_stack(kind, &boot) &&
          address_is_in(address, boot.virtual, boot.size)))
        return false;
    *ret = *(const uint64_t *)address;
    return true;
}

// Read a word of the backing store. On an interruption, ivt.S has written registers of the register
// stack elsewhere.
static bool unwind_read_backing_store(const struct arch_registers *r, uint64_t address,
                                      uint64_t *ret)
{
    if (r != NULL && address >= r->bspstore && address < r->bsp)
        address += r->moved_to - r->bspstore;
    return unwind_read_stack(1, address, ret);
}

bool frame_register(const struct arch_registers *r, uint64_t index, uint64_t *ret_value)
{
    uint64_t base = skip_registers(r->bsp, -CFM_SOF(r->ifs));

    return unwind_read_backing_store(r, skip_registers(base, (int64_t)index), ret_value);
}

static bool unwind_find_table(uint64_t ip, struct table *ret)
{
    const struct btlm_kernel *kernel;
    const struct module_image *image;

    if (!handoff_ready())
        return false;
    kernel = btl_manifest_kernel(handoff_manifest());
    if (ip - kernel->virtual_base < kernel->size) {
        *ret = (struct table){(uint64_t)kernel_start, (const void *)kernel_unwind,
                              (size_t)(kernel_unwind_end - kernel_unwind) /
                                  sizeof(struct table_entry)};
        return true;
    }
    image = image_find(ip);
    if (image == NULL || image->unwind % 8 != 0 ||
        !image_holds(image, image->unwind, image->unwind_size, BTL_PERM_READ))
        return false;
    *ret = (struct table){image->linked.base, (const void *)image->unwind,
                          image->unwind_size / sizeof(struct table_entry)};
    return true;
}

// Can memory with unwind information be read? It is in an image; a module's tables may have any
// value.
static bool unwind_can_read(uint64_t address, uint64_t size)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());
    const struct module_image *image = image_find(address);

    if (address % 8 != 0)
        return false;
    if (image != NULL)
        return image_holds(image, address, size, BTL_PERM_READ);
    return btl_in_range(address - kernel->virtual_base, size, kernel->size);
}

static bool unwind_find_info(uint64_t ip, struct btl_bytes *ret_info, uint64_t *ret_start)
{
    struct table table;

    if (!unwind_find_table(ip, &table))
        return false;
    for (size_t i = 0; i < table.count; i++) {
        const struct table_entry *entry = &table.entries[i];
        uint64_t info = table.base + entry->info, size;
        if (ip - table.base < entry->start || ip - table.base >= entry->end)
            continue;
        if (!unwind_can_read(info, 8))
            return false;
        size = (*(const uint64_t *)info & INFO_WORDS) * 8;
        if (!unwind_can_read(info + 8, size))
            return false;
        *ret_info = (struct btl_bytes){(const uint8_t *)info + 8, size};
        *ret_start = table.base + entry->start;
        return true;
    }
    return false;
}

// Read a general register. Those below r32 are known only for the interrupted function.
static bool unwind_general(const struct frame *frame, const struct arch_registers *r,
                           int64_t number, uint64_t *ret)
{
    if (number >= 32)
        return number - 32 < CFM_SOF(frame->cfm) &&
               unwind_read_backing_store(r, skip_registers(frame->base, number - 32), ret);
    if (frame->registers == NULL || number < 1)
        return false;
    *ret = frame->registers->r1_to_r31[number - 1];
    return true;
}

static bool unwind_read_place(const struct frame *frame, const struct arch_registers *r,
                              const struct unwind_place *place, uint64_t psp, uint64_t *ret)
{
    switch (place->where) {
    case UNWIND_GR:
        return unwind_general(frame, r, place->value, ret);
    case UNWIND_BR:
        if (frame->registers == NULL || place->value > 7)
            return false;
        *ret = frame->registers->b[place->value];
        return true;
    case UNWIND_PSPREL:
        return unwind_read_stack(0, psp + (uint64_t)place->value, ret);
    case UNWIND_SPREL:
        return unwind_read_stack(0, frame->sp + (uint64_t)place->value, ret);
    case UNWIND_SIZE:
        *ret = frame->sp + (uint64_t)place->value;
        return true;
    default:
        return false;
    }
}

// Step to the caller. An interrupted function without tables is taken for a leaf.
static bool unwind_step(struct frame *frame, const struct arch_registers *r)
{
    struct unwind_state state = {{0}, {0}, {0}};
    uint64_t returning = frame->registers == NULL, start, psp = frame->sp;
    uint64_t rp = r != NULL ? r->b[0] : 0, pfs = r != NULL ? r->pfs : 0;
    struct btl_bytes info;

    // A return address may be the first one after its function; the call was in the bundle before.
    if (unwind_find_info(frame->ip - returning, &info, &start)) {
        uint64_t at = frame->ip - start, slot = at / 16 * 3 + (returning ? 0 : at % 16);
        if (!unwind_read(info, slot, &state))
            return false;
    } else if (returning) {
        return false;
    }
    if (state.psp.where != UNWIND_UNSAVED && !unwind_read_place(frame, r, &state.psp, 0, &psp))
        psp = 0;
    if (state.rp.where == UNWIND_UNSAVED ? returning
                                         : !unwind_read_place(frame, r, &state.rp, psp, &rp))
        return false;
    if (state.pfs.where == UNWIND_UNSAVED ? returning
                                          : !unwind_read_place(frame, r, &state.pfs, psp, &pfs))
        return false;
    *frame = (struct frame){
        .ip = rp, .cfm = pfs, .base = skip_registers(frame->base, -CFM_SOL(pfs)), .sp = psp};
    return rp != 0;
}

void arch_backtrace(const struct arch_registers *registers,
                    bool (*visit)(void *context, uint64_t address), void *context)
{
    struct frame frame;

    if (registers != NULL) {
        frame = (struct frame){.ip = registers->ip + (registers->psr >> 41 & 3),
                               .cfm = registers->ifs,
                               .base = skip_registers(registers->bsp, -CFM_SOF(registers->ifs)),
                               .sp = registers->r1_to_r31[12 - 1],
                               .registers = registers};
    } else {
        struct unwind_caller caller;
        unwind_capture(&caller);
        frame = (struct frame){.ip = caller.ip,
                               .cfm = caller.pfs,
                               .base = skip_registers(caller.bsp, -CFM_SOL(caller.pfs)),
                               .sp = caller.sp};
        if (!unwind_step(&frame, NULL)) // this function itself is not shown
            return;
    }
    for (int count = 0; count < FRAMES_MAX; count++) {
        // A branch to an invalid address has a caller too, in the branch register.
        if (!visit(context, frame.ip & ~15ull) || !unwind_step(&frame, registers))
            return;
    }
}
