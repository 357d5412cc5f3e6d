// SPDX-License-Identifier: BSD-2-Clause
// The facts for the responses to a Limine kernel.
#include "boot.h"
#include "x86_64/limine.h"

static struct btl_limine_module limine_file(const struct btl_boot_file *file, struct btl_str path,
                                            struct btl_str string)
{
    return (struct btl_limine_module){file_of(file)->physical, file->bytes.size, path, string};
}

// The kernel's own modules, then file_NAME, then staged modules. NULL: no memory.
static struct btl_limine_module *limine_list_modules(struct boot *boot, uint32_t *ret_count)
{
    const struct btl_attempt *attempt = &boot->attempt;
    const struct btl_attempt_limine *limine = attempt->kernel.limine;
    uint64_t max =
        (uint64_t)limine->internal_count + attempt->raw_file_count + attempt->plan.module_count;
    struct btl_limine_module *list = BTL_NEW_ARRAY(attempt->arena, struct btl_limine_module, max);
    uint32_t count = 0;
    if (list == NULL)
        return NULL;
    for (uint32_t i = 0; i < limine->internal_count; i++) {
        const struct btl_attempt_limine_file *file = &limine->internal[i];
        list[count++] = limine_file(file->file, file->path, file->string);
        files_stage(boot, file->file);
    }
    for (uint32_t i = 0; i < attempt->raw_file_count; i++) {
        const struct btl_attempt_raw_file *raw = &attempt->raw_files[i];
        list[count++] = limine_file(raw->file, raw->file->path, raw->name);
        files_stage(boot, raw->file);
    }
    for (uint32_t i = 0; i < attempt->plan.module_count; i++) {
        const struct btl_attempt_module *module = attempt->modules[i];
        if (btl_attempt_is_staged(attempt, i))
            list[count++] = limine_file(module->file, module->path, attempt->plan.modules[i].name);
    }
    *ret_count = count;
    return list;
}

static void limine_fill_machine(struct boot *boot, struct btl_limine_facts *facts)
{
    const struct fw_facts *machine = &boot->facts;
    const struct fw_framebuffer *screen = &machine->framebuffer;
    struct btl_limine_date date;
    facts->paging_mode = boot->core.paging_mode;
    facts->framebuffer = screen->address;
    facts->framebuffer_size = screen->size;
    facts->width = screen->width;
    facts->height = screen->height;
    facts->stride = screen->stride;
    facts->format = screen->format;
    facts->rsdp = machine->acpi_rsdp;
    facts->smbios = machine->smbios;
    facts->smbios3 = machine->smbios3;
    facts->system_table = machine->system_table;
    facts->dated = boot->fw->date(boot->fw, &date) && btl_limine_seconds(&date, &facts->date);
    if (boot->clock.rate != 0)
        facts->loader_microseconds = boot->clock.zero / (boot->clock.rate / 1000000 + 1);
}

// The volume's place on its disk; the rest of the record is not used.
static struct btlm_volume limine_volume(const struct boot *boot)
{
    const struct fw_volume *volume = &boot->facts.volume;
    struct btlm_volume record = {.kind = volume->known ? volume->kind : BTLM_VOLUME_UNKNOWN,
                                 .partition = volume->partition};
    for (size_t i = 0; i < sizeof(record.guid); i++)
        record.guid[i] = volume->guid[i];
    return record;
}

static bool limine_write_answers(struct boot *boot, const struct btl_limine_facts *facts)
{
    const struct btl_limine_requests *requests = &boot->attempt.kernel.limine->requests;
    struct btl_limine_answers *answers = &boot->res.limine.answers;
    uint64_t physical;
    *answers = (struct btl_limine_answers){0};
    btl_limine_answer(facts, requests, answers);
    uint64_t size = answers->used;
    if (!pages_allocate_clear(&boot->res.pages, size, BTLM_MEM_LOADER, &physical))
        return false;
    *answers = (struct btl_limine_answers){
        .memory = (uint8_t *)(uintptr_t)physical, .physical = physical, .size = size};
    btl_limine_answer(facts, requests, answers);
    return true;
}

bool limine_answer(struct boot *boot)
{
    const struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    const struct btl_limine_machine *machine = &boot->res.limine.machine;
    struct btlm_volume volume = limine_volume(boot);
    struct btl_limine_facts facts = {
        .direct_map = boot->core.machine->direct_map,
        .version = BTL_STR(LOADER_VERSION),
        .command_line = boot->attempt.config.kernel_options,
        .kernel_physical = kernel->physical,
        .kernel_base = kernel->image.base,
        .kernel_file = limine_file(kernel->file, boot->attempt.config.kernel,
                                   boot->attempt.config.kernel_options),
        .volume = &volume,
        .memory_capacity = boot->res.memory_map.built_capacity,
        .processors = machine->processors,
        .processor_count = machine->processor_count,
    };
    facts.modules = limine_list_modules(boot, &facts.module_count);
    limine_fill_machine(boot, &facts);
    return facts.modules != NULL && limine_write_answers(boot, &facts);
}
