// SPDX-License-Identifier: BSD-2-Clause
// Construction of the manifest from the results of the earlier steps.
#include "boot.h"

#include <btl/mem.h>

static bool manifest_collect_results(struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    boot->res.results =
        BTL_NEW_ARRAY(boot->attempt.arena, struct btl_module_result, plan->module_count);
    if (boot->res.results == NULL)
        return false;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_attempt_module *module = boot->attempt.modules[i];
        struct btl_module_result *result = &boot->res.results[i];
        bool staged = btl_attempt_is_staged(&boot->attempt, i);
        if (module->file != NULL) {
            memcpy(result->sha256, module->file->sha256, sizeof(result->sha256));
            result->hashed = module->file->hashed;
            result->file_size = module->file->bytes.size;
        }
        result->elf = module->opened ? &module->elf : NULL;
        result->image = module->linked ? &module->image : NULL;
        result->staged_physical = staged ? file_of(module->file)->physical : 0;
        result->staged_size = staged ? file_of(module->file)->size : 0;
    }
    return true;
}

static bool manifest_collect_files(struct boot *boot)
{
    const struct btl_attempt *attempt = &boot->attempt;
    boot->res.files =
        BTL_NEW_ARRAY(attempt->arena, struct btl_manifest_file, attempt->raw_file_count);
    for (uint32_t i = 0; boot->res.files != NULL && i < attempt->raw_file_count; i++) {
        const struct btl_boot_file *from = attempt->raw_files[i].file;
        struct btl_manifest_file *file = &boot->res.files[i];
        *file = (struct btl_manifest_file){
            .facts = {.size = from->bytes.size, .physical = file_of(from)->physical},
            .name = attempt->raw_files[i].name,
            .path = from->path};
        if (from->hashed)
            memcpy(file->facts.sha256, from->sha256, sizeof(file->facts.sha256));
    }
    return boot->res.files != NULL;
}

static void manifest_fill_machine(const struct boot *boot, struct btlm_system *system)
{
    const struct fw_facts *facts = &boot->facts;
    system->firmware_revision = facts->firmware_revision;
    system->uefi_revision = facts->uefi_revision;
    system->machine = boot->core.machine->number;
    system->required_failure = (uint16_t)boot->attempt.config.required_failure;
    system->seed_size = boot->seeded ? sizeof(system->seed) : 0;
    memcpy(system->seed, boot->seed, sizeof(system->seed));
    system->efi_system_table = facts->system_table;
    system->acpi_rsdp = facts->acpi_rsdp;
    system->smbios = facts->smbios;
    system->smbios3 = facts->smbios3;
    if (facts->framebuffer.format != 0) {
        system->framebuffer = facts->framebuffer.address;
        system->framebuffer_size = facts->framebuffer.size;
        system->framebuffer_width = facts->framebuffer.width;
        system->framebuffer_height = facts->framebuffer.height;
        system->framebuffer_stride = facts->framebuffer.stride;
        system->framebuffer_format = facts->framebuffer.format;
    }
    if (!btlm_framebuffer_holds(system)) // inconsistent: no framebuffer
        system->framebuffer = system->framebuffer_format = 0;
    system->ticks_per_second = clock_rate(&boot->clock);
    system->ticks_at_zero = boot->clock.zero;
}

static void manifest_fill_space(const struct boot *boot, struct btlm_system *system)
{
    if (btl_kernel_kind_is_image(boot->attempt.kernel.kind))
        return; // the program has the firmware's address space
    system->direct_map = boot->core.machine->direct_map;
    system->direct_map_size = boot->res.paging.physical_end;
    system->window = boot->core.machine->window;
    system->window_size = boot->core.machine->window_size;
    system->modules_virtual = boot->attempt.phase1.address;
    system->modules_physical = boot->attempt.phase1.physical;
    system->modules_size = boot->attempt.phase1.size;
    system->early_virtual = boot->attempt.early.address;
    system->early_physical = boot->attempt.early.physical;
    system->early_size = boot->attempt.early.size;
    system->stack_virtual = boot->attempt.stack.address;
    system->stack_physical = boot->attempt.stack.physical;
    system->stack_size = boot->attempt.stack.size;
    system->page_table_root = boot->res.paging.root;
}

static void manifest_fill_volume(struct boot *boot, struct btl_manifest_input *input)
{
    const struct fw_volume *volume = &boot->facts.volume;
    input->volume_controller = btl_str_of(volume->controller);
    if (!volume->known)
        return;
    boot->res.volume_record = (struct btlm_volume){
        .kind = volume->kind,
        .partition = volume->partition,
        .start_block = volume->start_block,
        .block_count = volume->block_count,
    };
    memcpy(boot->res.volume_record.guid, volume->guid, sizeof(volume->guid));
    input->volume = &boot->res.volume_record;
}

static void manifest_fill_boot(struct boot *boot, struct btl_manifest_input *input)
{
    const struct btl_choice *choice = &boot->core.choice;
    struct btl_manifest_boot *record = &boot->res.boot_record;
    *record = (struct btl_manifest_boot){.path = choice->path,
                                         .title = boot->attempt.config.title,
                                         .wanted = choice->path,
                                         .facts.how = choice->how};
    if (choice->how == BTLM_HOW_FALLBACK) {
        record->wanted = choice->wanted;
        record->reason = choice->reason;
    }
    if (boot->attempt.config_file != NULL)
        memcpy(record->facts.sha256, boot->attempt.config_file->sha256,
               sizeof(record->facts.sha256));
    trial_describe(boot, &record->facts);
    input->boot = record;
}

static void manifest_fill(struct boot *boot, struct btl_manifest_input *input)
{
    const struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    *input = (struct btl_manifest_input){
        .loader_version = BTL_STR(LOADER_VERSION),
        .firmware_vendor = boot->facts.vendor,
        .config = &boot->attempt.config,
        .plan = &boot->attempt.plan,
        .results = boot->res.results,
        .kernel_path = boot->attempt.config.kernel,
        .kernel = &kernel->image,
        .kernel_info = &kernel->info,
        .kernel_physical = kernel->physical,
        .kernel_kind = kernel->kind,
        .files = boot->res.files,
        .file_count = boot->res.files != NULL ? boot->attempt.raw_file_count : 0,
        .symtab = &boot->attempt.symtab,
        .diags = boot->attempt.diags,
        .log = {boot->log.text, boot->log.len},
        .events = boot->timeline.events,
        .event_count = boot->timeline.count,
        .memory_capacity = memory_map_capacity(&boot->res.memory_map),
    };
    if (kernel->file != NULL) {
        input->kernel_file_size = kernel->file->bytes.size;
        if (kernel->file->hashed)
            memcpy(input->kernel_sha256, kernel->file->sha256, sizeof(input->kernel_sha256));
    }
    manifest_fill_machine(boot, &input->system);
    manifest_fill_space(boot, &input->system);
    manifest_fill_volume(boot, input);
    manifest_fill_boot(boot, input);
    trust_describe(boot);
    input->trust = &boot->res.trust;
    input->event_log = boot->res.event_log;
}

// Begin the event that btl_manifest_seal() ends. A manifest that is only shown has none; one that
// is saved cannot include the exit.
static void manifest_begin_last(struct boot *boot)
{
    bool saved = boot->res.save_path.len > 0;
    boot->res.last_event = BTL_NONE;
    if (saved || (!boot->options.dry_run && !boot->preview))
        boot->res.last_event =
            event_begin(&boot->timeline, saved ? BTLM_EVENT_SAVED : BTLM_EVENT_EXIT, BTL_NONE);
}

// Growth of a manifest that could not be saved: the warning, as a diagnostic and in the log. It
// shows at most two paths, of each 1,024 bytes as four characters (core/base/diag.c).
#define SAVE_RESERVE 20480

// An EFI program does not know that the manifest is to be kept: its memory is loader data.
static enum btlm_memory_type manifest_purpose(const struct boot *boot)
{
    return btl_kernel_kind_is_image(boot->attempt.kernel.kind) ? BTLM_MEM_LOADER
                                                               : BTLM_MEM_MANIFEST;
}

bool manifest_write(struct boot *boot)
{
    struct btl_manifest_input input;
    uint64_t size, reserve = boot->res.save_path.len > 0 ? SAVE_RESERVE : 0;
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_MANIFEST, BTL_NONE);
    // Buffers for the final memory map: the first were allocated before the page tables.
    memory_map_attributes(&boot->res.memory_map, boot->facts.memory_attributes);
    if (!memory_map_reserve(&boot->res.memory_map, &boot->res.pages) ||
        !manifest_collect_results(boot) || !manifest_collect_files(boot))
        return btl_attempt_no_memory(&boot->attempt, "writing the manifest");
    manifest_begin_last(boot);
    manifest_fill(boot, &input);
    struct btl_manifest_draft *draft = btl_manifest_measure(&input, boot->attempt.arena, &size);
    if (draft == NULL ||
        !pages_allocate_clear(&boot->res.pages, size + reserve, manifest_purpose(boot),
                              &boot->res.manifest.physical))
        return btl_attempt_no_memory(&boot->attempt, "writing the manifest");
    event_end(&boot->timeline, event, size);
    boot->res.manifest.size = size + reserve;
    boot->res.manifest.address = boot->core.machine->direct_map + boot->res.manifest.physical;
    input.physical = boot->res.manifest.physical;
    btl_manifest_put(draft, (uint8_t *)(uintptr_t)boot->res.manifest.physical);
    boot->res.manifest_map_count = 0;
    boot->res.manifest_sealed = false;
    return true;
}

static bool manifest_write_now(struct boot *boot)
{
    struct btl_manifest_input input;
    uint8_t *memory = (uint8_t *)(uintptr_t)boot->res.manifest.physical;
    manifest_fill(boot, &input);
    input.physical = boot->res.manifest.physical;
    uint64_t size =
        btl_manifest_write(&input, boot->attempt.arena, memory, boot->res.manifest.size);
    boot->res.manifest_map_count = 0;
    boot->res.manifest_sealed = false;
    return size != 0 && size <= boot->res.manifest.size;
}

bool manifest_write_again(struct boot *boot)
{
    boot->res.save_path.len = 0; // saving is finished
    event_end(&boot->timeline, boot->res.last_event, 0);
    manifest_begin_last(boot);
    return manifest_write_now(boot) ||
           btl_attempt_no_memory(&boot->attempt, "writing the manifest again");
}

// Fill in what is known of a boot that has failed. The seed stays secret: no kernel gets it.
static void manifest_fill_failed(struct boot *boot, struct btl_manifest_input *input)
{
    static const struct btl_plan no_plan;
    manifest_fill(boot, input);
    input->memory_capacity = 0;
    input->system.seed_size = 0;
    memset(input->system.seed, 0, sizeof(input->system.seed));
    if (!boot->attempt.planned)
        input->plan = &no_plan;
    boot->res.boot_record.facts.flags |= BTLM_BOOT_FAILED;
    boot->res.boot_record.reason = btl_attempt_reason(&boot->attempt, boot->attempt.arena);
}

bool manifest_write_failed(struct boot *boot, struct btl_bytes *ret_bytes)
{
    struct btl_manifest_input input;
    struct btl_arena *arena = boot->attempt.arena;
    btl_attempt_hash(&boot->attempt);
    if (boot->attempt.planned && !manifest_collect_results(boot))
        return false;
    manifest_fill_failed(boot, &input);
    uint64_t size;
    struct btl_manifest_draft *draft = btl_manifest_measure(&input, arena, &size);
    uint8_t *memory = draft != NULL ? btl_alloc(arena, size, 8) : NULL;
    if (memory == NULL)
        return false;
    btl_manifest_put(draft, memory);
    uint64_t now = clock_now(&boot->clock);
    btl_manifest_seal(memory, 0, now, now);
    *ret_bytes = (struct btl_bytes){memory, size};
    return true;
}
