// SPDX-License-Identifier: BSD-2-Clause
// The responses to a Limine kernel, in one block of memory. The same code measures the block and
// writes it. What is known only when boot services have ended has its place reserved here.
#include "limine_block.h"

#include <btl/mem.h>

struct writer {
    const struct btl_limine_facts *facts;
    const struct btl_limine_requests *requests;
    struct btl_limine_answers *answers;
};

// Lead the request to its response.
static void respond(struct writer *writer, enum btl_limine_feature feature, uint64_t response)
{
    uint64_t address = limine_block_address(writer->answers, response);
    uint64_t at = writer->requests->at[feature] + offsetof(struct btl_limine_request, response);
    if (writer->answers->memory != NULL)
        memcpy(writer->requests->memory + at, &address, sizeof(address));
}

static void respond_value(struct writer *writer, enum btl_limine_feature feature, uint64_t value)
{
    struct btl_limine_value_response response = {.value = value};
    respond(writer, feature, limine_block_add(writer->answers, &response, sizeof(response)));
}

static uint64_t respond_pair(struct writer *writer, enum btl_limine_feature feature, uint64_t first,
                             uint64_t second)
{
    struct btl_limine_pair_response response = {.value = {first, second}};
    uint64_t offset = limine_block_add(writer->answers, &response, sizeof(response));
    respond(writer, feature, offset);
    return offset;
}

static void respond_empty(struct writer *writer, enum btl_limine_feature feature)
{
    struct btl_limine_empty_response response = {0};
    respond(writer, feature, limine_block_add(writer->answers, &response, sizeof(response)));
}

static uint64_t add_text_address(struct writer *writer, struct btl_str text)
{
    return limine_block_address(writer->answers, limine_block_add_text(writer->answers, text));
}

// Return the address of a table of the firmware: physical for a kernel of base revision 3.
static uint64_t table_address(const struct writer *writer, uint64_t physical)
{
    if (physical == 0 || writer->requests->revision >= 3)
        return physical;
    return writer->facts->direct_map + physical;
}

static void answer_loader(struct writer *writer)
{
    uint64_t name = add_text_address(writer, BTL_STR("BTL"));
    respond_pair(writer, BTL_LIMINE_LOADER, name, add_text_address(writer, writer->facts->version));
}

static void answer_command_line(struct writer *writer)
{
    respond_value(writer, BTL_LIMINE_COMMAND_LINE,
                  add_text_address(writer, writer->facts->command_line));
}

static void answer_firmware(struct writer *writer)
{
    respond_value(writer, BTL_LIMINE_FIRMWARE, BTL_LIMINE_FIRMWARE_EFI64);
}

static void answer_stack_size(struct writer *writer)
{
    respond_empty(writer, BTL_LIMINE_STACK_SIZE);
}

static void answer_hhdm(struct writer *writer)
{
    respond_value(writer, BTL_LIMINE_HHDM, writer->facts->direct_map);
}

// The only mode is the one that the firmware has set.
static uint64_t add_video_mode(struct writer *writer, const struct btl_limine_framebuffer *buffer)
{
    struct btl_limine_video_mode mode = {
        .pitch = buffer->pitch,
        .width = buffer->width,
        .height = buffer->height,
        .bits = buffer->bits,
        .model = buffer->model,
        .red_size = buffer->red_size,
        .red_shift = buffer->red_shift,
        .green_size = buffer->green_size,
        .green_shift = buffer->green_shift,
        .blue_size = buffer->blue_size,
        .blue_shift = buffer->blue_shift,
    };
    uint64_t offset = limine_block_add(writer->answers, &mode, sizeof(mode));
    return limine_block_add_pointers(writer->answers, offset, sizeof(mode), 1);
}

static void answer_framebuffer(struct writer *writer)
{
    const struct btl_limine_facts *facts = writer->facts;
    if (facts->format == 0)
        return;
    struct btl_limine_framebuffer buffer = {
        .address = facts->direct_map + facts->framebuffer,
        .width = facts->width,
        .height = facts->height,
        .pitch = facts->stride * 4ull,
        .bits = 32,
        .model = 1,
        .red_size = 8,
        .red_shift = facts->format == 1 ? 0 : 16,
        .green_size = 8,
        .green_shift = 8,
        .blue_size = 8,
        .blue_shift = facts->format == 1 ? 16 : 0,
        .mode_count = 1,
    };
    buffer.modes = limine_block_address(writer->answers, add_video_mode(writer, &buffer));
    uint64_t offset = limine_block_add(writer->answers, &buffer, sizeof(buffer));
    struct btl_limine_list_response response = {.revision = 1, .count = 1};
    response.entries = limine_block_address(
        writer->answers, limine_block_add_pointers(writer->answers, offset, sizeof(buffer), 1));
    respond(writer, BTL_LIMINE_FRAMEBUFFER,
            limine_block_add(writer->answers, &response, sizeof(response)));
}

static void answer_paging_mode(struct writer *writer)
{
    respond_value(writer, BTL_LIMINE_PAGING_MODE, writer->facts->paging_mode);
}

// All processors are listed; btl_limine_answer_mp() leaves those that have started.
static void answer_mp(struct writer *writer)
{
    const struct btl_limine_facts *facts = writer->facts;
    struct btl_limine_answers *answers = writer->answers;
    uint64_t size = sizeof(struct btl_limine_cpu);
    if (facts->processor_count == 0)
        return;
    answers->cpu_count = facts->processor_count;
    answers->cpus = limine_block_reserve(answers, size * facts->processor_count);
    for (uint32_t i = 0; i < facts->processor_count; i++) {
        struct btl_limine_cpu cpu = {.processor_id = facts->processors[i].processor_id,
                                     .lapic_id = facts->processors[i].lapic_id};
        limine_block_write(answers, answers->cpus + i * size, &cpu, size);
    }
    struct btl_limine_mp_response response = {.bsp_lapic_id = facts->processors[0].lapic_id,
                                              .cpu_count = 1};
    answers->cpu_pointers =
        limine_block_add_pointers(answers, answers->cpus, size, facts->processor_count);
    response.cpus = limine_block_address(answers, answers->cpu_pointers);
    answers->mp = limine_block_add(answers, &response, sizeof(response));
    respond(writer, BTL_LIMINE_MP, answers->mp);
}

static void answer_memory_map(struct writer *writer)
{
    struct btl_limine_answers *answers = writer->answers;
    uint64_t capacity = writer->facts->memory_capacity + 1; // and the framebuffer
    uint64_t size = sizeof(struct btl_limine_memory);
    struct btl_limine_list_response response = {0};
    answers->memory_capacity = capacity;
    answers->memory_entries = limine_block_reserve(answers, capacity * size);
    response.entries = limine_block_address(
        answers, limine_block_add_pointers(answers, answers->memory_entries, size, capacity));
    answers->memory_map = limine_block_add(answers, &response, sizeof(response));
    respond(writer, BTL_LIMINE_MEMORY_MAP, answers->memory_map);
}

static void answer_entry_point(struct writer *writer)
{
    respond_empty(writer, BTL_LIMINE_ENTRY_POINT);
}

static void answer_kernel_file(struct writer *writer)
{
    uint64_t file =
        limine_block_add_file(writer->answers, writer->facts, &writer->facts->kernel_file);
    respond_value(writer, BTL_LIMINE_KERNEL_FILE, limine_block_address(writer->answers, file));
}

static void answer_modules(struct writer *writer)
{
    const struct btl_limine_facts *facts = writer->facts;
    struct btl_limine_answers *answers = writer->answers;
    if (facts->module_count == 0)
        return;
    uint64_t pointers = limine_block_reserve(answers, facts->module_count * sizeof(uint64_t));
    for (uint32_t i = 0; i < facts->module_count; i++)
        limine_block_write_word(
            answers, pointers + i * sizeof(uint64_t),
            limine_block_address(answers,
                                 limine_block_add_file(answers, facts, &facts->modules[i])));
    struct btl_limine_list_response response = {.revision = 1,
                                                .count = facts->module_count,
                                                .entries = limine_block_address(answers, pointers)};
    respond(writer, BTL_LIMINE_MODULES, limine_block_add(answers, &response, sizeof(response)));
}

static void answer_rsdp(struct writer *writer)
{
    if (writer->facts->rsdp != 0)
        respond_value(writer, BTL_LIMINE_RSDP, table_address(writer, writer->facts->rsdp));
}

static void answer_smbios(struct writer *writer)
{
    const struct btl_limine_facts *facts = writer->facts;
    if (facts->smbios != 0 || facts->smbios3 != 0)
        respond_pair(writer, BTL_LIMINE_SMBIOS, table_address(writer, facts->smbios),
                     table_address(writer, facts->smbios3));
}

static void answer_system_table(struct writer *writer)
{
    respond_value(writer, BTL_LIMINE_SYSTEM_TABLE,
                  table_address(writer, writer->facts->system_table));
}

static void answer_efi_map(struct writer *writer)
{
    struct btl_limine_efi_map_response response = {0};
    writer->answers->efi_map = limine_block_add(writer->answers, &response, sizeof(response));
    respond(writer, BTL_LIMINE_EFI_MAP, writer->answers->efi_map);
}

static void answer_date(struct writer *writer)
{
    if (writer->facts->dated)
        respond_value(writer, BTL_LIMINE_DATE, (uint64_t)writer->facts->date);
}

static void answer_kernel_address(struct writer *writer)
{
    respond_pair(writer, BTL_LIMINE_KERNEL_ADDRESS, writer->facts->kernel_physical,
                 writer->facts->kernel_base);
}

static void answer_performance(struct writer *writer)
{
    struct btl_limine_performance_response response = {.loader =
                                                           writer->facts->loader_microseconds};
    writer->answers->performance = limine_block_add(writer->answers, &response, sizeof(response));
    respond(writer, BTL_LIMINE_PERFORMANCE, writer->answers->performance);
}

static void answer_manifest(struct writer *writer)
{
    writer->answers->manifest = respond_pair(writer, BTL_LIMINE_MANIFEST, 0, 0);
}

static void (*const answer[BTL_LIMINE_FEATURES])(struct writer *) = {
    [BTL_LIMINE_LOADER] = answer_loader,
    [BTL_LIMINE_COMMAND_LINE] = answer_command_line,
    [BTL_LIMINE_FIRMWARE] = answer_firmware,
    [BTL_LIMINE_STACK_SIZE] = answer_stack_size,
    [BTL_LIMINE_HHDM] = answer_hhdm,
    [BTL_LIMINE_FRAMEBUFFER] = answer_framebuffer,
    [BTL_LIMINE_PAGING_MODE] = answer_paging_mode,
    [BTL_LIMINE_MP] = answer_mp,
    [BTL_LIMINE_MEMORY_MAP] = answer_memory_map,
    [BTL_LIMINE_ENTRY_POINT] = answer_entry_point,
    [BTL_LIMINE_KERNEL_FILE] = answer_kernel_file,
    [BTL_LIMINE_MODULES] = answer_modules,
    [BTL_LIMINE_RSDP] = answer_rsdp,
    [BTL_LIMINE_SMBIOS] = answer_smbios,
    [BTL_LIMINE_SYSTEM_TABLE] = answer_system_table,
    [BTL_LIMINE_EFI_MAP] = answer_efi_map,
    [BTL_LIMINE_DATE] = answer_date,
    [BTL_LIMINE_KERNEL_ADDRESS] = answer_kernel_address,
    [BTL_LIMINE_PERFORMANCE] = answer_performance,
    [BTL_LIMINE_MANIFEST] = answer_manifest,
};

// Say which base revision the kernel got.
static void answer_tag(const struct btl_limine_requests *requests)
{
    uint64_t revision = requests->revision, supported = 0;
    if (!requests->tagged)
        return;
    memcpy(requests->memory + requests->tag + 8, &revision, sizeof(revision));
    if (requests->requested <= BTL_LIMINE_REVISION_MAX)
        memcpy(requests->memory + requests->tag + 16, &supported, sizeof(supported));
}

void btl_limine_answer(const struct btl_limine_facts *facts,
                       const struct btl_limine_requests *requests,
                       struct btl_limine_answers *answers)
{
    struct writer writer = {facts, requests, answers};
    answers->used = 8; // offset 0: not requested
    answers->direct_map = facts->direct_map;
    answers->revision = requests->revision;
    if (facts->format != 0) {
        uint64_t start = facts->framebuffer & ~(uint64_t)(BTL_PAGE_SIZE - 1), end;
        if (btl_add(facts->framebuffer, facts->framebuffer_size, &end) &&
            btl_round_up(end, BTL_PAGE_SIZE, &end)) {
            answers->framebuffer = start;
            answers->framebuffer_size = end - start;
        }
    }
    for (size_t i = 0; i < BTL_LIMINE_FEATURES; i++) {
        if (requests->there[i])
            answer[i](&writer);
    }
    if (answers->memory != NULL)
        answer_tag(requests);
}
