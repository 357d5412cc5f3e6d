// SPDX-License-Identifier: BSD-2-Clause
// What a Limine kernel requests for itself: entry point, stack, paging mode, processors, modules.
#include <btl/limine_kernel.h>
#include <btl/mem.h>

// The argument of a request, or `fallback`.
static uint64_t wish(const struct btl_limine_requests *requests, enum btl_limine_feature feature,
                     uint32_t argument, uint64_t fallback)
{
    return requests->there[feature] ? requests->request[feature].argument[argument] : fallback;
}

static bool is_executable(const struct btl_kernel_image *kernel, uint64_t address)
{
    uint64_t at = address - kernel->base;
    for (uint32_t i = 0; i < kernel->segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->segments[i];
        if ((segment->perm & BTL_PERM_EXEC) != 0 && at >= segment->offset &&
            at - segment->offset < segment->size)
            return true;
    }
    return false;
}

static bool check_entry(const struct btl_kernel_image *kernel,
                        const struct btl_limine_requests *requests,
                        struct btl_limine_wishes *wishes, struct btl_diags *diags)
{
    uint64_t linked = kernel->entry - kernel->link_base + kernel->base;
    wishes->entry = wish(requests, BTL_LIMINE_ENTRY_POINT, 0, linked);
    if (is_executable(kernel, wishes->entry))
        return true;
    btl_report(diags, BTL_LIMINE_ENTRY, requests->place, BTL_HEX(wishes->entry));
    return false;
}

static bool check_stack(const struct btl_limine_requests *requests,
                        struct btl_limine_wishes *wishes, struct btl_diags *diags)
{
    uint64_t size = wish(requests, BTL_LIMINE_STACK_SIZE, 0, BTL_LIMINE_STACK_MIN);
    if (size > BTL_LIMINE_STACK_MAX) {
        btl_report(diags, BTL_LIMINE_STACK, requests->place, BTL_HEX(size),
                   BTL_SIZE(BTL_LIMINE_STACK_MAX));
        return false;
    }
    if (size < BTL_LIMINE_STACK_MIN)
        size = BTL_LIMINE_STACK_MIN;
    btl_round_up(size, BTL_PAGE_SIZE, &wishes->stack_size);
    return true;
}

// The machine has one mode: the firmware's. A request of revision 0 has no limit but its mode.
static bool check_paging(const struct btl_limine_requests *requests,
                         enum btl_limine_paging_mode mode, struct btl_limine_wishes *wishes,
                         struct btl_diags *diags)
{
    bool limits = requests->there[BTL_LIMINE_PAGING_MODE] &&
                  requests->request[BTL_LIMINE_PAGING_MODE].revision > 0;
    uint64_t wanted = wish(requests, BTL_LIMINE_PAGING_MODE, 0, BTL_LIMINE_4_LEVELS);
    uint64_t max = limits ? wish(requests, BTL_LIMINE_PAGING_MODE, 1, 0) : wanted;
    uint64_t min = limits ? wish(requests, BTL_LIMINE_PAGING_MODE, 2, 0) : BTL_LIMINE_4_LEVELS;
    wishes->paging_mode = mode;
    if (min <= (uint64_t)mode && (uint64_t)mode <= max)
        return true;
    btl_report(diags, BTL_LIMINE_PAGING, requests->place, BTL_DEC(min), BTL_DEC(max),
               BTL_DEC(mode + 4u));
    return false;
}

static bool check_internal(const struct btl_limine_requests *requests,
                           struct btl_limine_wishes *wishes, struct btl_diags *diags)
{
    uint64_t count = wish(requests, BTL_LIMINE_MODULES, 0, 0);
    uint64_t table = wish(requests, BTL_LIMINE_MODULES, 1, 0) - requests->base;
    wishes->internal_count = 0;
    if (count > BTL_LIMINE_MODULES_MAX) {
        btl_report(diags, BTL_LIMINE_MODULES_MANY, requests->place, BTL_DEC(count),
                   BTL_DEC(BTL_LIMINE_MODULES_MAX));
        return false;
    }
    if (count > 0 && !btl_in_range(table, count * sizeof(uint64_t), requests->size)) {
        btl_report(diags, BTL_LIMINE_MODULE_TABLE, requests->place,
                   BTL_HEX(table + requests->base));
        return false;
    }
    wishes->internal_count = (uint32_t)count;
    return true;
}

bool btl_limine_check(const struct btl_kernel_image *kernel,
                      const struct btl_limine_requests *requests, enum btl_limine_paging_mode mode,
                      struct btl_limine_wishes *ret_wishes, struct btl_diags *diags)
{
    *ret_wishes = (struct btl_limine_wishes){
        .mp = requests->there[BTL_LIMINE_MP],
        .x2apic = (wish(requests, BTL_LIMINE_MP, 0, 0) & BTL_LIMINE_X2APIC) != 0,
    };
    bool good = check_entry(kernel, requests, ret_wishes, diags);
    good = check_stack(requests, ret_wishes, diags) && good;
    good = check_paging(requests, mode, ret_wishes, diags) && good;
    return check_internal(requests, ret_wishes, diags) && good;
}

bool btl_limine_internal(const struct btl_limine_requests *requests, uint32_t index,
                         struct btl_limine_internal *ret_module, struct btl_diags *diags)
{
    struct btl_limine_internal_module module;
    uint64_t address, at = wish(requests, BTL_LIMINE_MODULES, 1, 0) - requests->base;
    memcpy(&address, requests->memory + at + index * sizeof(address), sizeof(address));
    at = address - requests->base;
    if (!btl_in_range(at, sizeof(module), requests->size)) {
        btl_report(diags, BTL_LIMINE_MODULE_TABLE, requests->place, BTL_HEX(address));
        return false;
    }
    memcpy(&module, requests->memory + at, sizeof(module));
    *ret_module = (struct btl_limine_internal){
        .string = BTL_STR(""), .required = (module.flags & BTL_LIMINE_MODULE_REQUIRED) != 0};
    if (!btl_limine_text(requests, module.path, &ret_module->path) ||
        (module.string != 0 && !btl_limine_text(requests, module.string, &ret_module->string))) {
        btl_report(diags, BTL_LIMINE_MODULE_TEXT, requests->place, BTL_DEC(index),
                   BTL_DEC(BTL_PATH_MAX));
        return false;
    }
    if ((module.flags & BTL_LIMINE_MODULE_COMPRESSED) != 0) {
        btl_report(diags, BTL_LIMINE_COMPRESSED, requests->place, BTL_ARG(ret_module->path));
        return false;
    }
    return true;
}

struct btl_str btl_limine_path(struct btl_str kernel, struct btl_str path, struct btl_arena *arena)
{
    bool root = btl_str_begins(path, BTL_STR("/"));
    struct btl_str directory = btl_str_without_last(kernel, btl_base_name(kernel).len);
    while (btl_str_begins(path, BTL_STR("./")))
        path = btl_str_after(path, 2);
    const struct btl_str parts[] = {root ? BTL_STR("") : directory, path};
    return btl_str_join(arena, parts, BTL_COUNT(parts));
}
