// SPDX-License-Identifier: BSD-2-Clause
// The manifest, from everything the steps before have made.
#include "loader.h"

#include <btl/mem.h>

static bool collect_results(struct loader *loader)
{
    const struct btl_plan *plan = &loader->plan;
    loader->results = BTL_NEW_ARRAY(&loader->arena, struct btl_module_result, plan->module_count);
    if (loader->results == NULL)
        return false;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct module *module = loader->modules[i];
        struct btl_module_result *result = &loader->results[i];
        bool staged = module_is_staged(loader, i);
        if (module->file != NULL) {
            memcpy(result->sha256, module->file->sha256, sizeof(result->sha256));
            result->file_size = module->file->bytes.size;
        }
        result->elf = module->opened ? &module->elf : NULL;
        result->image = module->linked ? &module->image : NULL;
        result->staged_physical = staged ? module->file->physical : 0;
        result->staged_size = staged ? module->file->size : 0;
    }
    return true;
}

static void fill_machine(const struct loader *loader, struct btlm_system *system)
{
    const struct fw_facts *facts = &loader->facts;
    system->firmware_revision = facts->firmware_revision;
    system->uefi_revision = facts->uefi_revision;
    system->machine = paging_layout.machine;
    system->required_failure = (uint16_t)loader->config.required_failure;
    system->seed_size = loader->seeded ? sizeof(system->seed) : 0;
    memcpy(system->seed, loader->seed, sizeof(system->seed));
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
    if (!btlm_framebuffer_holds(system)) // a wrong answer costs the screen, not the boot
        system->framebuffer = system->framebuffer_format = 0;
    system->ticks_per_second = loader->clock.rate;
    system->ticks_at_zero = loader->clock.zero;
}

static void fill_space(const struct loader *loader, struct btlm_system *system)
{
    system->direct_map = paging_layout.direct_map;
    system->direct_map_size = loader->paging.physical_end;
    system->window = paging_layout.window;
    system->window_size = paging_layout.window_size;
    system->modules_virtual = loader->phase1.address;
    system->modules_physical = loader->phase1.physical;
    system->modules_size = loader->phase1.size;
    system->early_virtual = loader->early.address;
    system->early_physical = loader->early.physical;
    system->early_size = loader->early.size;
    system->stack_virtual = loader->stack.address;
    system->stack_physical = loader->stack.physical;
    system->stack_size = loader->stack.size;
    system->page_table_root = loader->paging.root;
}

static void fill_volume(struct loader *loader, struct btl_manifest_input *input)
{
    const struct fw_volume *volume = &loader->facts.volume;
    input->volume_controller = btl_str_of(volume->controller);
    if (!volume->known)
        return;
    loader->volume_record = (struct btlm_volume){
        .kind = volume->gpt ? BTLM_VOLUME_GPT : BTLM_VOLUME_UNKNOWN,
        .partition = volume->partition,
        .start_block = volume->start_block,
        .block_count = volume->block_count,
    };
    memcpy(loader->volume_record.guid, volume->guid, sizeof(volume->guid));
    input->volume = &loader->volume_record;
}

static void fill_boot(struct loader *loader, struct btl_manifest_input *input)
{
    const struct choice *choice = &loader->choice;
    struct btl_manifest_boot *boot = &loader->boot_record;
    *boot = (struct btl_manifest_boot){.path = choice->path,
                                       .title = loader->config.title,
                                       .wanted = choice->path,
                                       .facts.how = choice->how};
    if (choice->how == BTLM_HOW_FALLBACK) {
        boot->wanted = choice->wanted;
        boot->reason = choice->reason;
    }
    if (loader->config_file != NULL)
        memcpy(boot->facts.sha256, loader->config_file->sha256, sizeof(boot->facts.sha256));
    trial_describe(loader, &boot->facts);
    input->boot = boot;
}

static void fill(struct loader *loader, struct btl_manifest_input *input)
{
    const struct kernel *kernel = &loader->kernel;
    *input = (struct btl_manifest_input){
        .loader_version = BTL_STR(LOADER_VERSION),
        .firmware_vendor = loader->facts.vendor,
        .config = &loader->config,
        .plan = &loader->plan,
        .results = loader->results,
        .kernel_path = loader->config.kernel,
        .kernel = &kernel->image,
        .kernel_info = &kernel->info,
        .kernel_file_size = kernel->file->bytes.size,
        .kernel_physical = kernel->physical,
        .symtab = &loader->symtab,
        .diags = &loader->diags,
        .log = {loader->log.text, loader->log.len},
        .events = loader->timeline.events,
        .event_count = loader->timeline.count,
        .memory_capacity = memory_map_capacity(&loader->memory_map),
    };
    memcpy(input->kernel_sha256, kernel->file->sha256, sizeof(input->kernel_sha256));
    fill_machine(loader, &input->system);
    fill_space(loader, &input->system);
    fill_volume(loader, input);
    fill_boot(loader, input);
}

// Where the time goes after this step is in the manifest too, filled in by btl_manifest_seal(). Not
// when it is saved, or shown: what is told then cannot know its own future.
static void begin_exit(struct loader *loader)
{
    if (loader->save_path.len == 0 && !loader->options.dry_run)
        event_begin(&loader->timeline, BTLM_EVENT_EXIT, BTL_NONE);
}

static bool write(struct loader *loader)
{
    struct btl_manifest_input input;
    uint8_t *memory = (uint8_t *)(uintptr_t)loader->manifest.physical;
    fill(loader, &input);
    input.physical = loader->manifest.physical;
    uint64_t size = btl_manifest_write(&input, &loader->arena, memory, loader->manifest.size);
    loader->manifest_map_count = 0;
    loader->manifest_sealed = false;
    return size != 0 && size <= loader->manifest.size;
}

// What a manifest that cannot be saved grows by: the warning, once as it is and once in the log. It
// shows two paths at most, of each 1,024 bytes as four characters (core/base/diag.c).
#define SAVE_ROOM 20480

bool manifest_write(struct loader *loader)
{
    struct btl_manifest_input input;
    uint64_t room = loader->save_path.len > 0 ? SAVE_ROOM : 0;
    uint32_t event = event_begin(&loader->timeline, BTLM_EVENT_MANIFEST, BTL_NONE);
    // Buffers for the last memory map: the first one was asked for before the page tables.
    memory_map_attributes(&loader->memory_map, loader->facts.memory_attributes);
    if (!memory_map_reserve(&loader->memory_map, &loader->pages) || !collect_results(loader))
        return out_of_memory(loader, "writing the manifest");
    begin_exit(loader);
    fill(loader, &input);
    uint64_t size = btl_manifest_write(&input, &loader->arena, NULL, 0);
    if (size == 0 || !pages_take_clear(&loader->pages, size + room, BTLM_MEM_MANIFEST,
                                       &loader->manifest.physical))
        return out_of_memory(loader, "writing the manifest");
    event_end(&loader->timeline, event, size);
    loader->manifest.size = size + room;
    loader->manifest.address = paging_layout.direct_map + loader->manifest.physical;
    return write(loader) || out_of_memory(loader, "writing the manifest");
}

bool manifest_write_again(struct loader *loader)
{
    loader->save_path.len = 0; // that is over
    begin_exit(loader);
    return write(loader) || out_of_memory(loader, "writing the manifest again");
}
