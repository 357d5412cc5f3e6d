// SPDX-License-Identifier: BSD-2-Clause
// Check, copy and relocate the kernel's segments.
#include "kernel_gate.h"
#include <btl/aslr.h>
#include <btl/mem.h>

static uint64_t page_start(uint64_t address)
{
    return address & ~(uint64_t)(BTL_PAGE_SIZE - 1);
}

// Empty PT_LOAD segments are ignored.
static bool segment_is_loaded(const struct elf64_segment *segment)
{
    return segment->type == ELF_PT_LOAD && segment->memsz != 0;
}

static uint8_t segment_flags_perm(uint32_t flags)
{
    return (uint8_t)(BTL_PERM_READ | (flags & ELF_PF_W ? BTL_PERM_WRITE : 0) |
                     (flags & ELF_PF_X ? BTL_PERM_EXEC : 0));
}

// Check kind, alignment and permissions of one program header.
static bool check_kernel_segment(const struct btl_kernel_image *kernel, uint32_t index,
                                 struct btl_diags *diags)
{
    const struct elf64_segment *segment = &kernel->elf->segments[index];
    uint32_t before = diags->errors;
    if (segment->type == ELF_PT_INTERP)
        kernel_report(kernel, diags, BTL_KERNEL_INTERPRETER, BTL_DEC(index));
    if (segment->type == ELF_PT_TLS && segment->memsz != 0)
        kernel_report(kernel, diags, BTL_KERNEL_TLS, BTL_DEC(index));
    if (!segment_is_loaded(segment))
        return diags->errors == before;
    if (segment->align != 0 &&
        (!btl_is_power_of_two(segment->align) || segment->align > BTL_ELF_ALIGN_MAX))
        kernel_report(kernel, diags, BTL_KERNEL_SEGMENT_ALIGN, BTL_DEC(index),
                      BTL_DEC(segment->align), BTL_DEC(BTL_ELF_ALIGN_MAX));
    if ((segment->flags & ELF_PF_W) && (segment->flags & ELF_PF_X))
        kernel_report(kernel, diags, BTL_KERNEL_SEGMENT_WX, BTL_DEC(index),
                      BTL_HEX(segment->vaddr));
    return diags->errors == before;
}

// Check that two segments share no page unless their permissions are equal.
static bool check_shared_page(const struct btl_kernel_image *kernel, uint32_t below, uint32_t index,
                              struct btl_diags *diags)
{
    const struct elf64_segment *lower = &kernel->elf->segments[below];
    const struct elf64_segment *segment = &kernel->elf->segments[index];
    uint64_t last = lower->vaddr + lower->memsz - 1;
    if (page_start(segment->vaddr) > last ||
        segment_flags_perm(lower->flags) == segment_flags_perm(segment->flags))
        return true;
    kernel_report(kernel, diags, BTL_KERNEL_SEGMENT_SHARED_PAGE, BTL_DEC(index),
                  BTL_HEX(segment->vaddr), BTL_DEC(below));
    return false;
}

// Check all program headers. Fill in segment_count and align; *ret_first and *ret_last are the
// lowest and the highest segment.
static bool check_kernel_segments(struct btl_kernel_image *kernel, uint32_t *ret_first,
                                  uint32_t *ret_last, struct btl_diags *diags)
{
    uint32_t first = BTL_NONE, last = BTL_NONE;
    bool good = true;
    kernel->align = BTL_PAGE_SIZE;
    for (uint32_t i = 0; i < kernel->elf->segment_count; i++) {
        const struct elf64_segment *segment = &kernel->elf->segments[i];
        good = check_kernel_segment(kernel, i, diags) && good;
        if (!segment_is_loaded(segment))
            continue;
        if (last != BTL_NONE)
            good = check_shared_page(kernel, last, i, diags) && good;
        if (segment->align > kernel->align)
            kernel->align = segment->align;
        first = first == BTL_NONE ? i : first;
        last = i;
        kernel->segment_count++;
    }
    if (first == BTL_NONE)
        kernel_report(kernel, diags, BTL_KERNEL_EMPTY);
    *ret_first = first;
    *ret_last = last;
    return good && first != BTL_NONE;
}

// Check the size of the image. Fill in link_base and size.
static bool measure_kernel(struct btl_kernel_image *kernel, uint32_t first, uint32_t last,
                           struct btl_diags *diags)
{
    const struct elf64_segment *segments = kernel->elf->segments;
    uint64_t end = segments[last].vaddr + segments[last].memsz, size;
    kernel->link_base = page_start(segments[first].vaddr);
    if (btl_round_up(end - kernel->link_base, BTL_PAGE_SIZE, &size) &&
        size <= BTL_KERNEL_IMAGE_MAX) {
        kernel->size = size;
        return true;
    }
    kernel_report(kernel, diags, BTL_KERNEL_TOO_LARGE, BTL_HEX(segments[first].vaddr), BTL_HEX(end),
                  BTL_SIZE(BTL_KERNEL_IMAGE_MAX));
    return false;
}

static bool check_kernel_entry(const struct btl_kernel_image *kernel, struct btl_diags *diags)
{
    for (uint32_t i = 0; i < kernel->elf->segment_count; i++) {
        const struct elf64_segment *segment = &kernel->elf->segments[i];
        if (segment_is_loaded(segment) && (segment->flags & ELF_PF_X) &&
            kernel->entry >= segment->vaddr && kernel->entry - segment->vaddr < segment->memsz)
            return true;
    }
    kernel_report(kernel, diags, BTL_KERNEL_ENTRY, BTL_HEX(kernel->entry));
    return false;
}

// Fill in segments; link_base must be known.
static bool list_kernel_segments(struct btl_kernel_image *kernel, struct btl_arena *arena,
                                 struct btl_diags *diags)
{
    kernel->segments = BTL_NEW_ARRAY(arena, struct btl_kernel_segment, kernel->segment_count);
    if (kernel->segments == NULL) {
        kernel_report(kernel, diags, BTL_NO_MEMORY, BTL_ARG_Z("opening the kernel"));
        return false;
    }
    struct btl_kernel_segment *to = kernel->segments;
    for (uint32_t i = 0; i < kernel->elf->segment_count; i++) {
        const struct elf64_segment *segment = &kernel->elf->segments[i];
        if (!segment_is_loaded(segment))
            continue;
        *to++ = (struct btl_kernel_segment){
            .offset = segment->vaddr - kernel->link_base,
            .size = segment->memsz,
            .file_offset = segment->offset,
            .file_size = segment->filesz,
            .perm = segment_flags_perm(segment->flags),
        };
    }
    return true;
}

bool btl_kernel_open(const struct btl_elf *elf, struct btl_arena *arena,
                     struct btl_kernel_image *ret_kernel, struct btl_diags *diags)
{
    struct btl_kernel_image kernel = {.elf = elf, .entry = elf->entry};
    uint32_t first, last;
    bool good = check_kernel_segments(&kernel, &first, &last, diags);
    good = check_kernel_entry(&kernel, diags) && good;
    if (kernel.segment_count == 0 || !measure_kernel(&kernel, first, last, diags))
        return false;
    if (!list_kernel_segments(&kernel, arena, diags))
        return false;
    good = kernel_check_dynamic(&kernel, diags) && good;
    if (good)
        *ret_kernel = kernel;
    return good;
}

// Check that the kernel can run at `base`.
static bool check_kernel_base(const struct btl_kernel_image *kernel, uint64_t base,
                              struct btl_diags *diags)
{
    const char *reason = "cannot be moved";
    uint64_t end;
    if (kernel->movable)
        reason =
            btl_add(base, kernel->size, &end) ? "must keep its alignment" : "must end below 2^64";
    if (base == kernel->link_base || (kernel->movable && btl_add(base, kernel->size, &end) &&
                                      (base - kernel->link_base) % kernel->align == 0))
        return true;
    kernel_report(kernel, diags, BTL_KERNEL_BASE, BTL_HEX(base), BTL_HEX(kernel->link_base),
                  BTL_ARG_Z(reason));
    return false;
}

// Write memory[0, size) in ascending order, each byte once.
static void copy_kernel_segments(struct btl_kernel_image *kernel)
{
    const uint8_t *file = kernel->elf->file.at;
    uint64_t done = 0;
    for (uint32_t i = 0; i < kernel->segment_count; i++) {
        const struct btl_kernel_segment *segment = &kernel->segments[i];
        memset(kernel->memory + done, 0, segment->offset - done);
        if (segment->file_size != 0)
            memcpy(kernel->memory + segment->offset, file + segment->file_offset,
                   segment->file_size);
        done = segment->offset + segment->file_size;
    }
    memset(kernel->memory + done, 0, kernel->size - done);
}

// Choose an offset from the lowest possible base. `left`: bytes from there to the window's end.
static uint64_t random_offset(const struct btl_kernel_image *kernel, uint64_t left, uint64_t random)
{
    uint64_t space = (left - kernel->size) / 2;
    if (space > BTL_ASLR_KERNEL_SPACE)
        space = BTL_ASLR_KERNEL_SPACE;
    return btl_aslr_offset(random, space, kernel->align);
}

bool btl_kernel_choose_base(const struct btl_kernel_image *kernel, uint64_t window,
                            uint64_t window_size, const uint64_t *random, uint64_t *ret_base,
                            struct btl_diags *diags)
{
    uint64_t base = kernel->link_base;
    bool inside = base >= window && btl_in_range(base - window, kernel->size, window_size);
    if (kernel->movable && (!inside || random != NULL) &&
        btl_add(window, (kernel->link_base - window) & (kernel->align - 1), &base))
        inside = btl_in_range(base - window, kernel->size, window_size);
    if (inside)
        *ret_base = base + (kernel->movable && random != NULL
                                ? random_offset(kernel, window_size - (base - window), *random)
                                : 0);
    else
        kernel_report(kernel, diags, BTL_BOOT_KERNEL_WINDOW, BTL_HEX(kernel->link_base),
                      BTL_SIZE(kernel->size), BTL_HEX(window), BTL_HEX(window + window_size));
    return inside;
}

// Apply all relocations: *place = addend + (base - link_base).
static bool relocate_kernel(struct btl_kernel_image *kernel, struct btl_diags *diags)
{
    uint64_t moved = kernel->base - kernel->link_base;
    bool good = true;
    for (uint64_t i = 0; i < kernel->rela_count; i++) {
        struct elf64_rela rela;
        memcpy(&rela, kernel->elf->file.at + kernel->rela_file_offset + i * sizeof(rela),
               sizeof(rela));
        uint64_t offset = rela.offset - kernel->link_base;
        uint64_t value = (uint64_t)rela.addend + moved;
        if (btl_in_range(offset, sizeof(value), kernel->size)) {
            memcpy(kernel->memory + offset, &value, sizeof(value));
            continue;
        }
        kernel_report(kernel, diags, BTL_KERNEL_RELOCATION_PLACE, BTL_DEC(i), BTL_HEX(rela.offset),
                      BTL_HEX(kernel->size), BTL_HEX(kernel->link_base));
        good = false;
    }
    return good;
}

bool btl_kernel_load(struct btl_kernel_image *kernel, uint64_t base, uint8_t *memory,
                     struct btl_diags *diags)
{
    if (!check_kernel_base(kernel, base, diags))
        return false;
    kernel->base = base;
    kernel->memory = memory;
    copy_kernel_segments(kernel);
    return relocate_kernel(kernel, diags);
}
