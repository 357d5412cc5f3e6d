// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as the loaded image of a Limine kernel: found, checked and answered. The first 16 bytes
// are offset and size of a section .limine_reqs.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include <btl/limine_kernel.h>

#define BASE 0xffffffff80000000ull

static void check_wishes(const struct btl_kernel_image *kernel,
                         const struct btl_limine_requests *requests, struct test_memory *memory,
                         struct btl_diags *diags)
{
    struct btl_limine_wishes wishes;
    struct btl_limine_internal module;
    if (!btl_limine_check(kernel, requests, BTL_LIMINE_4_LEVELS, &wishes, diags))
        return;
    if (wishes.entry - kernel->base >= kernel->size || wishes.stack_size % BTL_PAGE_SIZE != 0 ||
        wishes.stack_size > BTL_LIMINE_STACK_MAX)
        abort();
    for (uint32_t i = 0; i < wishes.internal_count; i++) {
        if (btl_limine_internal(requests, i, &module, diags))
            btl_limine_path(BTL_STR("/boot/kernel"), module.path, &memory->arena);
    }
}

// The block has exactly the size that was measured.
static void answer(const struct btl_limine_requests *requests)
{
    static const struct btl_limine_processor processors[] = {{0, 0}, {1, 1}};
    static const struct btl_limine_module module = {0x1000, 1, {"/a", 2}, {"b", 1}};
    static const struct btlm_memory map[] = {{.size = BTL_PAGE_SIZE}};
    struct btl_limine_facts facts = {.version = BTL_STR("1"),
                                     .command_line = BTL_STR("x"),
                                     .format = 1,
                                     .framebuffer_size = 1,
                                     .modules = &module,
                                     .module_count = 1,
                                     .memory_capacity = 1,
                                     .processors = processors,
                                     .processor_count = 2};
    struct btl_limine_answers answers = {0};
    btl_limine_answer(&facts, requests, &answers);
    answers = (struct btl_limine_answers){.memory = malloc(answers.used), .size = answers.used};
    btl_limine_answer(&facts, requests, &answers);
    const bool started[] = {true, false};
    btl_limine_answer_mp(&answers, started, false);
    btl_limine_answer_manifest(&answers, 1, 2);
    btl_limine_answer_efi_map(&answers, 1, 2, 3);
    if (answers.used != answers.size || !btl_limine_answer_memory(&answers, map, 1))
        abort();
    free(answers.memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char names[] = "\0" BTL_LIMINE_LIST;
    struct elf64_section sections[2] = {{0}};
    if (size < 24)
        return 0;
    memcpy(&sections[1].addr, data, 8);
    memcpy(&sections[1].size, data + 8, 8);
    sections[1].addr += BASE;
    sections[1].name = 1;
    size -= 16;
    uint64_t length = size & ~7ull; // an image is whole pages: at least whole words
    struct btl_elf elf = {.sections = sections,
                          .section_count = sections[1].size != 0 ? 2 : 0,
                          .section_names = {names, sizeof(names)}};
    struct btl_kernel_segment segment = {
        .size = length, .file_size = length, .perm = BTL_PERM_EXEC};
    struct btl_kernel_image kernel = {.elf = &elf,
                                      .link_base = BASE,
                                      .base = BASE,
                                      .entry = BASE,
                                      .size = length,
                                      .segments = &segment,
                                      .segment_count = 1,
                                      .memory = malloc(length)};
    struct test_memory memory;
    struct btl_limine_requests requests;
    memcpy(kernel.memory, data + 16, length);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    if (btl_limine_find(&kernel, &requests, &diags)) {
        check_wishes(&kernel, &requests, &memory, &diags);
        answer(&requests);
    }
    test_memory_end(&memory);
    free(kernel.memory);
    return 0;
}
