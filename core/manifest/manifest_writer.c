// SPDX-License-Identifier: BSD-2-Clause
// Write the manifest. writer_put_all() measures if it has no memory.
#include "manifest_draft.h"
#include "manifest_kinds.h"
#include <btl/mem.h>

#define DIRECTORY_SIZE ((BTLM_KINDS - 1) * sizeof(struct btlm_table)) // kind 0 is none

static void writer_put_text(struct writer *writer, enum btlm_kind kind, struct btl_str text)
{
    writer_begin_table(writer, kind);
    writer_put_bytes(writer, text.at, text.len);
    writer->current->count = text.len;
}

static void writer_put_system(struct writer *writer)
{
    const struct btl_manifest_input *input = writer->draft->input;
    struct btlm_system system = input->system;
    system.loader_version = writer_string(writer, input->loader_version);
    system.firmware_vendor = writer_string(writer, input->firmware_vendor);
    system.config_path = writer_string(writer, input->config->file);
    system.kernel_options = writer_string(writer, input->config->kernel_options);
    writer_begin_table(writer, BTLM_SYSTEM);
    writer_put_entry(writer, &system);
}

static void writer_put_volume(struct writer *writer)
{
    const struct btl_manifest_input *input = writer->draft->input;
    writer_begin_table(writer, BTLM_VOLUME);
    if (input->volume == NULL)
        return;
    struct btlm_volume volume = *input->volume;
    volume.controller = writer_string(writer, input->volume_controller);
    writer_put_entry(writer, &volume);
}

static void writer_put_boot(struct writer *writer)
{
    const struct btl_manifest_boot *input = writer->draft->input->boot;
    writer_begin_table(writer, BTLM_BOOT);
    if (input == NULL)
        return;
    struct btlm_boot boot = input->facts;
    boot.path = writer_string(writer, input->path);
    boot.title = writer_string(writer, input->title);
    boot.wanted = writer_string(writer, input->wanted);
    boot.reason = writer_string(writer, input->reason);
    writer_put_entry(writer, &boot);
}

static void writer_put_trust(struct writer *writer)
{
    writer_begin_table(writer, BTLM_TRUST);
    if (writer->draft->input->trust != NULL)
        writer_put_entry(writer, writer->draft->input->trust);
}

static void writer_put_kernel(struct writer *writer)
{
    const struct btl_manifest_input *input = writer->draft->input;
    const struct btl_kernel_image *image = input->kernel;
    struct btlm_kernel kernel = {.path = writer_string(writer, input->kernel_path),
                                 .file_size = input->kernel_file_size,
                                 .virtual_base = image->base,
                                 .physical_base = input->kernel_physical,
                                 .size = image->size,
                                 .kind = input->kernel_kind,
                                 .entry = image->entry - image->link_base + image->base};
    if (input->kernel_info != NULL)
        kernel.version = writer_string(writer, input->kernel_info->version);
    memcpy(kernel.sha256, input->kernel_sha256, sizeof(kernel.sha256));
    writer_begin_table(writer, BTLM_KERNEL_IMAGE);
    writer_put_entry(writer, &kernel);
    writer_begin_table(writer, BTLM_SEGMENTS);
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct btl_kernel_segment *segment = &image->segments[i];
        writer_put_entry(writer, &(struct btlm_segment){.address = image->base + segment->offset,
                                                        .size = segment->size,
                                                        .perm = segment->perm});
    }
}

static void writer_put_files(struct writer *writer)
{
    const struct btl_manifest_input *input = writer->draft->input;
    writer_begin_table(writer, BTLM_FILES);
    for (uint32_t i = 0; i < input->file_count; i++) {
        struct btlm_file file = input->files[i].facts;
        file.name = writer_string(writer, input->files[i].name);
        file.path = writer_string(writer, input->files[i].path);
        writer_put_entry(writer, &file);
    }
}

static void writer_put_order(struct writer *writer)
{
    const struct btl_plan *plan = writer->draft->input->plan;
    writer_begin_table(writer, BTLM_ORDER);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        enum btl_verdict verdict = plan->modules[plan->order[i]].verdict;
        if (verdict != BTL_FAILED && verdict != BTL_OFF) // the order still has failed modules
            writer_put_entry(writer, &plan->order[i]);
    }
}

static void writer_put_diagnostics(struct writer *writer)
{
    writer_begin_table(writer, BTLM_DIAGNOSTICS);
    for (uint32_t i = 0; i < writer->draft->diagnostic_count; i++) {
        const struct draft_diagnostic *from = &writer->draft->diagnostics[i];
        enum btl_code code = from->diag->code;
        struct btlm_diagnostic diagnostic = {.severity = btl_code_severity(code),
                                             .module = from->module};
        diagnostic.code = writer_string(writer, btl_str_of(btl_code_name(code)));
        diagnostic.text = writer_string(writer, from->text);
        writer_put_entry(writer, &diagnostic);
    }
}

static void writer_put_events(struct writer *writer)
{
    writer_begin_table(writer, BTLM_EVENTS);
    for (uint64_t i = 0; i < writer->draft->input->event_count; i++)
        writer_put_entry(writer, &writer->draft->events[i]);
}

static void writer_put_symbols(struct writer *writer)
{
    writer_begin_table(writer, BTLM_SYMBOLS);
    for (uint32_t i = 0; i < writer->draft->function_count; i++) {
        const struct draft_function *from = &writer->draft->functions[i];
        writer_put_entry(writer, &(struct btlm_symbol){.address = from->address,
                                                       .size = from->size,
                                                       .name = writer_string(writer, from->name),
                                                       .owner = from->owner});
    }
}

// After all tables that have strings.
static void writer_put_strings(struct writer *writer)
{
    const struct btl_manifest_draft *draft = writer->draft;
    writer_begin_table(writer, BTLM_STRINGS);
    for (uint32_t i = 0; i < draft->string_count; i++)
        writer_put_bytes(writer, draft->strings.name[i].at, draft->strings.name[i].len);
    writer->current->count = draft->strings_size;
}

// The last table: its memory ends with the manifest (btl_manifest_seal).
static void writer_put_memory(struct writer *writer)
{
    writer_begin_table(writer, BTLM_MEMORY);
    writer_put_zeros(writer, writer->draft->input->memory_capacity * sizeof(struct btlm_memory));
}

static void writer_put_header(struct writer *writer)
{
    struct btlm_header header = {.magic = BTLM_MAGIC,
                                 .major = BTLM_MAJOR,
                                 .minor = BTLM_MINOR,
                                 .header_size = sizeof(header),
                                 .total_size = writer->size,
                                 .table_count = BTLM_KINDS - 1,
                                 .directory = sizeof(header),
                                 .physical = writer->draft->input->physical};
    writer->size = 0;
    writer_put_bytes(writer, &header, sizeof(header));
    writer_put_bytes(writer, &writer->table[1], DIRECTORY_SIZE);
}

static uint64_t writer_put_all(struct btl_manifest_draft *draft, uint8_t *memory)
{
    struct writer writer = {.draft = draft, .memory = memory};
    writer_put_zeros(&writer, sizeof(struct btlm_header) + DIRECTORY_SIZE);
    writer_put_system(&writer);
    writer_put_volume(&writer);
    writer_put_boot(&writer);
    writer_put_trust(&writer);
    writer_put_kernel(&writer);
    writer_put_files(&writer);
    writer_modules(&writer);
    writer_put_order(&writer);
    writer_put_diagnostics(&writer);
    writer_put_events(&writer);
    writer_put_symbols(&writer);
    writer_put_strings(&writer);
    writer_put_text(&writer, BTLM_LOG, draft->input->log);
    writer_put_text(&writer, BTLM_CONFIG, draft->input->config->text);
    writer_put_text(&writer, BTLM_EVENT_LOG, draft->input->event_log);
    writer_put_memory(&writer);
    uint64_t size = writer.size;
    writer_put_header(&writer); // now the directory is complete
    return size;
}

struct btl_manifest_draft *btl_manifest_measure(const struct btl_manifest_input *input,
                                                struct btl_arena *arena, uint64_t *ret_size)
{
    struct btl_manifest_draft *draft = BTL_NEW(arena, struct btl_manifest_draft);
    if (draft == NULL || input->memory_capacity > BTLM_SIZE_MAX / sizeof(struct btlm_memory) ||
        !draft_begin(draft, input, arena))
        return NULL;
    *ret_size = writer_put_all(draft, NULL);
    return *ret_size <= BTLM_SIZE_MAX ? draft : NULL;
}

void btl_manifest_put(struct btl_manifest_draft *draft, uint8_t *memory)
{
    draft_sort_events(draft);
    writer_put_all(draft, memory);
}

uint64_t btl_manifest_write(const struct btl_manifest_input *input, struct btl_arena *arena,
                            uint8_t *memory, uint64_t size)
{
    uint64_t needed;
    struct btl_manifest_draft *draft = btl_manifest_measure(input, arena, &needed);
    if (draft == NULL)
        return 0;
    if (memory != NULL && size >= needed)
        btl_manifest_put(draft, memory);
    return needed;
}
