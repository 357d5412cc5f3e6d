// SPDX-License-Identifier: BSD-2-Clause
// Every module, linked as the loader (efi/phase1.c) or the kernel (kernel/dlkm/link.c) would, in
// the order of the plan; the bytes are thrown away.
#include "boot.h"

#include <sys/mman.h>

#include <btl/boot.h>
#include <btl/wrapper.h>

#define WINDOW_STEP (2ull << 20) // btl/boot.h
#define WINDOW_END  (BTL_X86_64_WINDOW + BTL_X86_64_WINDOW_SIZE)

struct linker {
    struct boot *boot;
    uint64_t next; // next free address
};

static bool place(struct linker *linker, struct btl_image *image)
{
    uint64_t base, end;
    if (!btl_round_up(linker->next, image->align, &base) || !btl_add(base, image->size, &end) ||
        end > WINDOW_END) {
        // A dry run needs an address in the window, not one of its own.
        linker->next = linker->boot->phase1_base;
        if (!btl_round_up(linker->next, image->align, &base) || !btl_add(base, image->size, &end))
            return false;
    }
    void *memory = mmap(NULL, image->size + BTL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    linker->next = end;
    return btl_image_place(image, base, memory);
}

// What the kernel looks at before it calls the load function.
static bool check_wrapper(const struct boot_module *module, struct btl_str name,
                          struct btl_diags *diags)
{
    struct btl_linked linked = btl_image_linked(&module->image);
    return btl_wrapper_check(
        &linked, btl_image_section_address(&module->image, BTL_STR(BTL_WRAPPER_SECTION)),
        (struct btl_place){.file = module->file, .module = name}, diags);
}

static bool link_module(struct linker *linker, uint32_t index)
{
    struct boot *boot = linker->boot;
    struct btl_diags *diags = &boot->host->diags;
    struct boot_module *module = &boot->modules[index];
    struct btl_image *image = &module->image;
    struct btl_scope scope;
    if (!btl_image_layout(&module->elf, boot->host->arena, image, diags))
        return false;
    if (!place(linker, image)) {
        btl_report(diags, BTL_NO_MEMORY, module->elf.place, BTL_ARG_Z("linking"));
        return false;
    }
    btl_plan_scope(&boot->plan, index, &boot->symtab, &scope);
    btl_image_copy(image);
    bool good = btl_image_resolve(image, &scope, diags) && btl_image_relocate(image, diags) &&
                check_wrapper(module, boot->plan.modules[index].name, diags) &&
                btl_image_export(image, module->info, index, &scope, &boot->symtab, diags);
    munmap(image->memory, image->size + BTL_PAGE_SIZE);
    image->memory = NULL;
    return good;
}

void boot_link(struct boot *boot)
{
    struct btl_diags *diags = &boot->host->diags;
    struct btl_plan *plan = &boot->plan;
    struct linker linker = {.boot = boot};
    if (!boot->kernel_good || !btl_symtab_init(&boot->symtab, 1024, boot->host->arena))
        return;
    boot->kernel.base = boot->kernel_base;
    if (boot->export_kernel != NULL
            ? !boot->export_kernel(boot)
            : !btl_kernel_export(&boot->kernel, &boot->kernel_info, &boot->symtab, diags))
        return;
    btl_round_up(boot->kernel_base + boot->kernel.size, WINDOW_STEP, &linker.next);
    boot->phase1_base = linker.next;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        const struct btl_diag *before = diags->last;
        if (plan->modules[index].verdict != BTL_LOAD && plan->modules[index].verdict != BTL_READY)
            continue; // a dependency failed just now
        boot->modules[index].linked = link_module(&linker, index);
        if (!boot->modules[index].linked)
            btl_plan_fail(plan, index, boot_first_since(boot, before));
        else if (plan->modules[index].phase == BTL_PHASE_BOOT1)
            boot->phase1_size = linker.next - boot->phase1_base;
    }
    btl_plan_compact(plan);
    boot_check_required(boot);
}

// What the loader has to find room for in the window, in its order (efi/run.c).
static void measure_window(struct boot *boot)
{
    const struct {
        const char *what;
        uint64_t size;
    } parts[] = {{"phase-1 modules", boot->phase1_size},
                 {"the early arena", BTL_BOOT_EARLY_SIZE},
                 {"the stack", BTL_PAGE_SIZE + BTL_BOOT_STACK_SIZE}};
    uint64_t next = boot->phase1_base;
    for (size_t i = 0; i < BTL_COUNT(parts); i++) {
        uint64_t left = next < WINDOW_END ? WINDOW_END - next : 0;
        if (parts[i].size > left) {
            btl_report(&boot->host->diags, BTL_BOOT_WINDOW_FULL, (struct btl_place){0},
                       BTL_ARG_Z(parts[i].what), BTL_SIZE(parts[i].size), BTL_SIZE(left));
            return;
        }
        btl_round_up(next + parts[i].size, WINDOW_STEP, &next);
    }
}

// Files are read whole and stay until the kernel runs, phase-1 images and the kernel lie beside
// them.
static void measure_memory(struct boot *boot)
{
    uint64_t bytes = boot->kernel_bytes.size + boot->kernel.size + boot->phase1_size +
                     BTL_BOOT_EARLY_SIZE + BTL_BOOT_STACK_SIZE + boot->text.len;
    for (uint32_t i = 0; i < boot->plan.module_count; i++)
        bytes += boot->modules[i].bytes.size;
    boot->bytes = bytes;
    if (boot->memory != 0 && bytes > boot->memory)
        btl_report(&boot->host->diags, BTL_HOST_MEMORY,
                   ((struct btl_place){.file = boot->config.file}), BTL_SIZE(bytes),
                   BTL_SIZE(boot->memory));
}

void boot_measure(struct boot *boot)
{
    if (boot->kernel_good && boot->kernel_elf.machine == ELF_MACHINE_X86_64)
        measure_window(boot);
    measure_memory(boot);
}
