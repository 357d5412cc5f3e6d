// SPDX-License-Identifier: BSD-2-Clause
#include "monitor/selftest.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "base/symbols.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "intr/intr.h"
#include "vm/kmem.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"
#include "vm/window.h"

#include <btl/kernel.h>

#define DETAIL(out, ...) btl_format(out, __VA_ARGS__)

static bool check_manifest(struct btl_out *detail)
{
    DETAIL(detail, "bytes=%lu", handoff_manifest()->header->total_size);
    return handoff_still_valid();
}

struct mappings {
    uint64_t count, write_exec, low;
};

static void count_mapping(void *context, uint64_t virtual, uint64_t size, uint32_t flags)
{
    struct mappings *mappings = context;

    mappings->count++;
    mappings->write_exec += (flags & BTL_PERM_WRITE) && (flags & BTL_PERM_EXEC);
    mappings->low += virtual < boot_system()->direct_map && virtual < boot_system()->window;
}

// No mapping is both writable and executable, and none is left of the loader's identity map.
static bool check_mappings(struct btl_out *detail)
{
    struct mappings mappings = {0};

    arch_walk(vm_space(), count_mapping, &mappings);
    DETAIL(detail, "mappings=%lu writable_executable=%lu identity=%lu", mappings.count,
           mappings.write_exec, mappings.low);
    return mappings.count > 0 && mappings.write_exec == 0 && mappings.low == 0;
}

// Every read-only page of a range of the window must be read-only in the direct map too.
static bool alias_is_read_only(uint64_t address, uint64_t size, uint64_t *ret_pages)
{
    uint64_t physical, again;
    uint32_t flags;

    for (uint64_t at = address; at < address + size; at += BTL_PAGE_SIZE) {
        if (!space_translate(vm_space(), at, &physical, &flags) || (flags & BTL_PERM_WRITE))
            return false;
        if (!space_translate(vm_space(), (uint64_t)(uintptr_t)phys_to_virt(physical), &again,
                             &flags) ||
            again != physical || (flags & (BTL_PERM_WRITE | BTL_PERM_EXEC)))
            return false;
        ++*ret_pages;
    }
    return true;
}

static bool check_read_only(struct btl_out *detail)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t pages = 0;
    bool good = true;

    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_SEGMENTS); i++) {
        const struct btlm_segment *segment = btl_manifest_entry(manifest, BTLM_SEGMENTS, i);
        if (!(segment->perm & BTL_PERM_WRITE))
            good &= alias_is_read_only(segment->address, segment->size, &pages);
    }
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module_image *image = module_get(id)->image;
        for (int kind = 0; image != NULL && kind < BTL_SEGS; kind++)
            if (!(image->linked.segment[kind].perm & BTL_PERM_WRITE))
                good &= alias_is_read_only(image->linked.base + image->linked.segment[kind].offset,
                                           image->linked.segment[kind].size, &pages);
    }
    DETAIL(detail, "read_only_pages=%lu", pages);
    return good && pages > 0;
}

// After the last phase a module is loaded, failed with a reason, off, or registered: AUTO modules,
// and those unloaded since. An id may be free again.
static bool state_is_final(const struct module *module)
{
    switch (module->state) {
    case MODULE_LOADED:
        return module->image != NULL;
    case MODULE_REGISTERED:
        return module->image == NULL &&
               (module->entry->phase == BTL_PHASE_AUTO || module->unloads > 0);
    case MODULE_FAILED:
        return module->image == NULL && module->reason != NULL;
    case MODULE_OFF:
    case MODULE_GONE:
        return module->image == NULL;
    default:
        return false;
    }
}

static bool check_module_states(struct btl_out *detail)
{
    uint32_t odd = 0;

    for (uint32_t id = 0; id < module_count(); id++) {
        struct btl_str name = module_name(module_get(id));
        if (state_is_final(module_get(id)))
            continue;
        odd++;
        DETAIL(detail, "%pS=%s ", &name, module_state_name(module_get(id)->state));
    }
    DETAIL(detail, "modules=%u unexpected=%u", module_count(), odd);
    return odd == 0;
}

static bool check_accounts(struct btl_out *detail)
{
    uint64_t pages, mapped;
    bool good = vm_accounts_balance(&pages, &mapped);

    DETAIL(detail, "by_owner=%lu in_memory_map=%lu", pages, mapped);
    return good;
}

static uint64_t page_count(uint64_t size)
{
    return (size + BTL_PAGE_SIZE - 1) / BTL_PAGE_SIZE;
}

// No memory of the loader is left. Staged files are those that were not released. Images
// are those of loaded modules (and in the phase-1 arena, the gaps that align them).
static bool check_given_back(struct btl_out *detail)
{
    uint64_t staged = 0, linked = 0, in_arena = 0, failed = 0;

    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        if (!module->file_released)
            staged += page_count(module->entry->staged_size);
        if (module->state == MODULE_FAILED && module->entry->state == BTLM_LINKED)
            failed += page_count(module->entry->size);
        if (module->image != NULL && module->image->fixed == NULL)
            *(module->image->by_loader ? &in_arena : &linked) +=
                page_count(module->image->linked.size);
    }
    DETAIL(detail, "loader=%lu staged=%lu/%lu linked=%lu/%lu phase1=%lu/%lu",
           pages_owned(PF_LOADER), pages_owned(PF_STAGED), staged, pages_owned(PF_MODULE), linked,
           pages_owned(PF_BOOT_MODULE), in_arena);
    return pages_owned(PF_LOADER) == 0 && pages_owned(PF_STAGED) == staged &&
           pages_owned(PF_MODULE) == linked &&
           pages_owned(PF_BOOT_MODULE) + failed <= page_count(boot_system()->modules_size);
}

#define ROUNDS 64

// Allocate sizes from 1 byte to some pages and free all: the totals must be the same as before.
static bool check_heap(struct btl_out *detail)
{
    static void *memory[ROUNDS];
    struct kmem_stats before = kmem_stats();
    uint64_t free_before = pages_owned(PF_FREE), page = page_alloc(3);
    bool good = page != 0;

    for (size_t i = 0; i < ROUNDS; i++) {
        memory[i] = kmem_alloc(i * i * 3 + 1);
        good &= memory[i] != NULL && (uintptr_t)memory[i] % 16 == 0;
        if (memory[i] != NULL)
            memset(memory[i], (int)i, i * i * 3 + 1);
    }
    for (size_t i = 0; i < ROUNDS; i++) {
        good &= memory[i] == NULL || *(uint8_t *)memory[i] == i;
        kmem_free(memory[i]);
    }
    if (page != 0)
        page_free(page, 3);
    DETAIL(detail, "free_pages=%lu after=%lu bytes=%lu after=%lu", free_before,
           pages_owned(PF_FREE), before.bytes, kmem_stats().bytes);
    return good && pages_owned(PF_FREE) == free_before && kmem_stats().bytes == before.bytes &&
           pages_verify();
}

// Call a function as a module does, through the address in the table of exports.
static bool check_export(struct btl_out *detail)
{
    typedef size_t format_to(char *buffer, size_t size, const char *format, ...);
    const struct btl_export *export = btl_symtab_find(exports_table(), BTL_STR("btl_format_to"));
    char text[16] = "";
    size_t length;

    DETAIL(detail, "exports=%u", exports_table()->count);
    if (export == NULL || export->owner != BTL_KERNEL)
        return false;
    length = ((format_to *)(uintptr_t) export->value)(text, sizeof(text), "%x-%s", 0xb71u, "ok");
    return length == 6 && memcmp(text, "b71-ok", 7) == 0;
}

static bool find_self(void *context, uint64_t address)
{
    struct symbol symbol = symbol_find(address, true);

    *(bool *)context |= btl_str_equal(symbol.name, BTL_STR("selftest_run"));
    return true;
}

static bool check_backtrace(struct btl_out *detail)
{
    uint64_t self = arch_function_entry((uint64_t)(uintptr_t)selftest_run);
    struct symbol symbol = symbol_find(self + 1, false);
    bool found = false;

    arch_backtrace(NULL, find_self, &found);
    DETAIL(detail, "symbol=%pS+%lu in_backtrace=%s", &symbol.name, symbol.offset,
           found ? "yes" : "no");
    return found && btl_str_equal(symbol.name, BTL_STR("selftest_run")) && symbol.offset == 1;
}

// The load function of each loaded module must have a name and belong to that module.
static bool check_module_symbols(struct btl_out *detail)
{
    uint32_t checked = 0, wrong = 0;

    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        struct symbol symbol;
        uint64_t load;
        if (module->image == NULL)
            continue;
        load = (uint64_t)(uintptr_t)module->image->linked.wrapper->load;
        symbol = symbol_find(arch_function_entry(load), false);
        checked++;
        wrong += symbol.name.len == 0 || symbol.offset != 0 ||
                 !btl_str_equal(symbol.owner, module_name(module));
    }
    DETAIL(detail, "load_functions=%u unnamed=%u", checked, wrong);
    return wrong == 0;
}

#define CYCLES 300

// Find the last module in a state, of a type that prints nothing when it is loaded and unloaded,
// without users, whose file can be read again.
static struct module *find_quiet(enum module_state state)
{
    for (uint32_t id = module_count(); id-- > 0;) {
        struct module *module = module_get(id);
        if (module->state == state && !module_is_static(module) &&
            (module->image == NULL || !module->image->by_loader) && module->dependents == 0 &&
            module_hold_count(module) == 0 && source_lasts(module) &&
            (module->entry->type == BTL_TYPE_WSIO_CLASS ||
             module->entry->type == BTL_TYPE_STREAMS_DRV ||
             module->entry->type == BTL_TYPE_STREAMS_MOD))
            return module;
    }
    return NULL;
}

static bool load_cycle(const struct module *module, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++)
        if (module_unload(module_id(module)) != 0 || module_load_by_hand(module_id(module)) != 0)
            return false;
    return true;
}

// Unload and load a module repeatedly: pages, heap, window and exports must be the same as before.
// The first time does not count: the reader of its file may cache something. If no loaded module
// qualifies, an AUTO module is loaded for this.
static bool check_cycles(struct btl_out *detail)
{
    const struct module *module = find_quiet(MODULE_LOADED);
    uint64_t pages, bytes, window;
    bool good = true, loaded = module != NULL;
    uint32_t exports;
    struct btl_str name;

    if (!loaded)
        module = find_quiet(MODULE_REGISTERED);
    if (module == NULL) {
        DETAIL(detail, "cycles=0 module=none");
        return true;
    }
    if (!loaded)
        good = module_load_by_hand(module_id(module)) == 0;
    exports = exports_table()->count;
    good = good && load_cycle(module, 1);
    pages = pages_owned(PF_FREE);
    bytes = kmem_stats().bytes;
    window = window_free_bytes();
    good = good && load_cycle(module, CYCLES);
    name = module_name(module);
    DETAIL(detail, "module=%pS cycles=%u free_pages=%lu/%lu bytes=%lu/%lu exports=%u/%u", &name,
           CYCLES, pages_owned(PF_FREE), pages, kmem_stats().bytes, bytes, exports_table()->count,
           exports);
    good = good && pages_owned(PF_FREE) == pages && kmem_stats().bytes == bytes &&
           window_free_bytes() == window && exports_table()->count == exports;
    return good && (loaded || module_unload(module_id(module)) == 0);
}

#define CHECK_MICROSECONDS 5000

static void timeout_came(void *argument)
{
    *(volatile uint64_t *)argument = time_ticks();
}

// A timeout comes when it is due and not before, by an interrupt where there are any.
static bool check_timeout(struct btl_out *detail)
{
    static struct btl_timeout timeout;
    static struct btl_lock lock = BTL_LOCK("selftest");
    volatile uint64_t came = 0;
    uint64_t rate = time_ticks_per_second(), start = time_ticks(), passed;

    if (timeout_add(&timeout, CHECK_MICROSECONDS, timeout_came, (void *)(uintptr_t)&came) != 0)
        return rate == 0;
    lock_acquire(&lock);
    while (came == 0 && time_ticks() - start < rate * 5)
        lock_wait(&lock, 1000000);
    lock_release(&lock);
    timeout_cancel(&timeout);
    passed = came != 0 ? (came - start) * 1000 / (rate / 1000) : 0;
    DETAIL(detail, "wanted=%u us came=%lu us interrupts=%s handled=%lu", CHECK_MICROSECONDS, passed,
           interrupts_started() ? "yes" : "no", intr_claimed());
    return passed >= CHECK_MICROSECONDS;
}

static const struct {
    const char *name;
    bool (*run)(struct btl_out *detail);
} checks[] = {
    {"manifest", check_manifest},      {"write-xor-execute", check_mappings},
    {"read-only", check_read_only},    {"module-states", check_module_states},
    {"page-accounts", check_accounts}, {"given-back", check_given_back},
    {"heap-balance", check_heap},      {"export-call", check_export},
    {"backtrace", check_backtrace},    {"module-symbols", check_module_symbols},
    {"load-cycles", check_cycles},     {"timeout", check_timeout},
};

uint32_t selftest_run(void)
{
    uint32_t failed = 0;

    for (size_t i = 0; i < BTL_COUNT(checks); i++) {
        char text[200];
        struct btl_buffer detail = btl_buffer(text, sizeof(text));
        bool good = checks[i].run(&detail.out);

        failed += !good;
        kprintf("BTL-REPORT check %s %s %s\n", checks[i].name, good ? "ok" : "failed", text);
    }
    return failed;
}
