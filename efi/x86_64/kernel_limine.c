// SPDX-License-Identifier: BSD-2-Clause
// Kernels of the Limine protocol: placed and linked like BTL's, with the protocol's address space
// and responses, and with other processors started.
#include "boot.h"
#include "x86_64/limine.h"

static bool limine_place(struct boot *boot)
{
    boot->core.paging_mode =
        boot->facts.cpu.five_levels ? BTL_LIMINE_5_LEVELS : BTL_LIMINE_4_LEVELS;
    return btl_attempt_place_kernel(&boot->attempt);
}

static bool limine_link(struct boot *boot)
{
    return btl_attempt_link(&boot->attempt);
}

// End boot services, and write the responses that depend on the last memory map.
static bool limine_finish(struct boot *boot)
{
    const struct btl_limine_answers *answers = &boot->res.limine.answers;
    const struct memory_map *map = &boot->res.memory_map;
    if (!boot_services_exit(boot))
        return false;
    btl_limine_answer_manifest(answers, boot->res.manifest.physical, boot->res.manifest.size);
    btl_limine_answer_efi_map(answers, (uintptr_t)map->firmware.descriptors, map->firmware.size,
                              map->firmware.stride);
    btl_limine_answer_memory(answers, map->built, map->built_count); // has space for all entries
    return true;
}

static bool limine_start_kernel(struct boot *boot)
{
    struct limine_start *start = &boot->res.limine;
    const struct btl_limine_wishes *wishes = &boot->attempt.kernel.limine->wishes;
    start->processors.page_table_root = boot->res.paging.root;
    start->processors.cpus = start->answers.physical + start->answers.cpus;
    boot->fw->start_processors(boot->fw, &start->processors);
    btl_limine_answer_mp(&start->answers, start->processors.started, start->processors.x2apic);
    uint64_t ticks = boot->fw->ticks(boot->fw);
    if (boot->clock.rate != 0)
        btl_limine_answer_performance(&start->answers, ticks / (boot->clock.rate / 1000000 + 1));
    const struct handoff handoff = {
        .page_table_root = boot->res.paging.root,
        .entry = wishes->entry,
        .manifest = boot->res.manifest.address,
        .stack_top = boot->attempt.stack.address + boot->attempt.stack.size,
        .code = boot->res.code_page,
    };
    boot->fw->hand_off(boot->fw, &handoff);
    return true;
}

const struct kernel_kind kernel_kind_limine = {
    .place = limine_place,
    .link = limine_link,
    .space = limine_space,
    .finish = limine_finish,
    .start = limine_start_kernel,
};
