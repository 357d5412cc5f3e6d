// SPDX-License-Identifier: BSD-2-Clause
#include "boot_fixture.h"

#include <btl/module.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest/manifest_kinds.h"

// Modules of every state: ring is pulled into phase 1 by early; disk and hello are staged; spare is
// ready; broken has no file, so that lost fails too; quiet is off, so that shy fails.
static const char conf[] = "# the boot of the tests\n"
                           "kernel_options=\"console=com1\"\n"
                           "ring_load=\"YES\"\n"
                           "ring_phase=\"BOOT2\"\n"
                           "early_load=\"YES\"\n"
                           "early_phase=\"BOOT1\"\n"
                           "early_flags=\"buffer=64k\"\n"
                           "disk_load=\"YES\"\n"
                           "disk_phase=\"BOOT2\"\n"
                           "disk_required=\"YES\"\n"
                           "disk.depth=\"32\"\n"
                           "disk.model=\"it's \\\"fast\\\"\"\n"
                           "hello_load=\"YES\"\n"
                           "spare_load=\"YES\"\n"
                           "spare_phase=\"AUTO\"\n"
                           "broken_load=\"YES\"\n"
                           "lost_load=\"YES\"\n"
                           "quiet_load=\"NO\"\n"
                           "shy_load=\"YES\"\n"
                           "hello_on_error=\"fallback\"\n"
                           "spare_on_error=\"ignore\"\n"
                           "early_on_error=\"halt\"\n";

static const struct {
    const char *name;
    const char *metadata[8];
    const char *calls; // a function outside that it calls
} modules[] = {
    {"ring",
     {"version=1.2", "description=a ring buffer", "phases=BOOT1,BOOT2,RUN", "interface=kernel:1.0",
      "provides=ring:1.1", "export=ring_entry"},
     "kprintf"},
    {"early", {"phases=BOOT1", "depends=ring", "interface=ring:1.0"}, "ring_entry"},
    {"disk",
     {"version=0.9", "phases=BOOT2", "type=wsio_class", "majors=char:-1,block:8",
      "parm=depth:entries in the queue", "parmtype=depth:int", "parm=model:its name",
      "parmtype=model:string"},
     NULL},
    {"hello", {"description=says hello"}, NULL},
    {"spare", {"phases=RUN"}, NULL},
    {"lost", {"depends=broken"}, NULL},
    {"shy", {"depends=quiet"}, NULL},
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "boot_fixture: %s failed\n", what);
    abort();
}

static void build_module(struct elf_builder *b, size_t index)
{
    static const uint8_t code[64] = {0xe8}; // call
    char text[64];
    const char *name = modules[index].name;
    eb_begin(b, ELF_REL, ELF_MACHINE_X86_64);
    uint32_t section = eb_section(b, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR,
                                  16, code, sizeof(code));
    uint32_t wrapper =
        eb_section(b, BTL_WRAPPER_SECTION, ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 8, NULL,
                   sizeof(struct btl_wrapper));
    eb_section(b, ".bss", ELF_SHT_NOBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 32, NULL, 4000);
    eb_section(b, ".comment", ELF_SHT_PROGBITS, 0, 1, "not loaded", 10);
    snprintf(text, sizeof(text), "%s_local", name);
    eb_symbol(b, text, EB_LOCAL(ELF_STT_FUNC), section, 32, 16);
    snprintf(text, sizeof(text), "%s_entry", name);
    eb_symbol(b, text, EB_GLOBAL(ELF_STT_FUNC), section, 0, 32);
    eb_symbol(b, "btl_wrapper", EB_GLOBAL(ELF_STT_OBJECT), wrapper, 0, sizeof(struct btl_wrapper));
    if (modules[index].calls != NULL) {
        uint32_t called =
            eb_symbol(b, modules[index].calls, EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
        eb_rela(b, section, 1, called, 4 /* R_X86_64_PLT32 */, -4);
    }
    snprintf(text, sizeof(text), "name=%s", name);
    eb_modinfo(b, text);
    for (size_t i = 0; i < 8 && modules[index].metadata[i] != NULL; i++)
        eb_modinfo(b, modules[index].metadata[i]);
}

static void build_kernel(struct elf_builder *b)
{
    static const uint8_t code[256] = {0xf4};
    eb_begin(b, ELF_EXEC, ELF_MACHINE_X86_64);
    b->entry = BOOT_KERNEL_BASE + 0x40;
    uint32_t text = eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, BOOT_KERNEL_BASE, code,
                               sizeof(code), 0x2000, 4096);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_W, BOOT_KERNEL_BASE + 0x2000, code, 16, 0x1000,
               4096);
    uint32_t section = eb_section_of_segment(b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, text);
    // Out of order; entry has no size, as in assembly; kprintf has a second name.
    eb_symbol(b, "kprintf", EB_GLOBAL(ELF_STT_FUNC), section, BOOT_KERNEL_BASE + 0x80, 32);
    eb_symbol(b, "kmain", EB_GLOBAL(ELF_STT_FUNC), section, BOOT_KERNEL_BASE + 0x60, 16);
    eb_symbol(b, "entry", EB_GLOBAL(ELF_STT_FUNC), section, BOOT_KERNEL_BASE + 0x40, 0);
    eb_symbol(b, "kprintf_alias", EB_GLOBAL(ELF_STT_FUNC), section, BOOT_KERNEL_BASE + 0x80, 0);
    eb_symbol(b, "_etext", EB_GLOBAL(ELF_STT_NOTYPE), section, BOOT_KERNEL_BASE + 0x100, 0);
    eb_modinfo(b, "name=kernel");
    eb_modinfo(b, "version=0.1");
    eb_modinfo(b, "provides=kernel:1.0");
    eb_modinfo(b, "export=kprintf");
}

static void open_kernel(struct boot_fixture *boot)
{
    struct btl_place place = {.file = BTL_STR("/kernel/kernel.elf")};
    build_kernel(&boot->kernel_file);
    must(btl_elf_open(eb_finish(&boot->kernel_file), BTL_ELF_KERNEL, 0, place, &boot->kernel_elf,
                      &boot->diags),
         "opening the kernel");
    must(btl_modinfo_read(&boot->kernel_elf, &boot->memory.arena, &boot->kernel_info, &boot->diags),
         "reading the kernel's metadata");
    must(btl_kernel_open(&boot->kernel_elf, &boot->memory.arena, &boot->kernel, &boot->diags),
         "reading the kernel's segments");
    uint8_t *memory = btl_alloc(&boot->memory.arena, boot->kernel.size, 4096);
    must(btl_kernel_load(&boot->kernel, BOOT_KERNEL_BASE, memory, &boot->diags),
         "loading the kernel");
    must(btl_symtab_init(&boot->symtab, 0, &boot->memory.arena) &&
             btl_kernel_export(&boot->kernel, &boot->kernel_info, BTL_KERNEL, &boot->symtab,
                               &boot->diags),
         "exporting the kernel's symbols");
}

// Index in `modules` of a planned one, or the number of modules when it has no file.
static size_t file_of(const struct boot_fixture *boot, uint32_t planned)
{
    size_t i = 0;
    while (i < BTL_COUNT(modules) &&
           !btl_str_equal(boot->plan.modules[planned].name, btl_str_of(modules[i].name)))
        i++;
    return i;
}

static void give(struct boot_fixture *boot, uint32_t planned)
{
    size_t i = file_of(boot, planned);
    if (i == BTL_COUNT(modules)) {
        btl_plan_fail(&boot->plan, planned, NULL);
        return;
    }
    struct btl_place place = {.file = boot->plan.modules[planned].path,
                              .module = boot->plan.modules[planned].name};
    build_module(&boot->file[i], i);
    must(btl_elf_open(eb_finish(&boot->file[i]), BTL_ELF_MODULE, ELF_MACHINE_X86_64, place,
                      &boot->elf[i], &boot->diags) &&
             btl_modinfo_read(&boot->elf[i], &boot->memory.arena, &boot->info[i], &boot->diags),
         "reading a module");
    btl_plan_give(&boot->plan, planned, &boot->info[i]);
}

static void plan(struct boot_fixture *boot)
{
    uint32_t wanted;
    must(btl_config_parse(BTL_STR("loader.conf"), btl_str_of(conf), &boot->memory.arena,
                          &boot->config, &boot->diags),
         "parsing loader.conf");
    must(btl_plan_begin(&boot->plan, &boot->config, &boot->kernel_info, &boot->memory.arena,
                        &boot->diags),
         "planning");
    while ((wanted = btl_plan_next_wanted(&boot->plan)) != BTL_NONE)
        give(boot, wanted);
    must(!btl_plan_order(&boot->plan), "failing to plan what cannot be");
    btl_plan_compact(&boot->plan);
    must(boot->plan.module_count <= BOOT_MODULES_MAX, "having room for the modules");
}

static void link_module(struct boot_fixture *boot, uint32_t planned, uint64_t base)
{
    size_t i = file_of(boot, planned);
    struct btl_image *image = &boot->image[planned];
    struct btl_scope scope;
    must(btl_image_layout(&boot->elf[i], &boot->memory.arena, image, &boot->diags), "layout");
    uint8_t *memory = btl_alloc(&boot->memory.arena, image->size, 4096);
    must(btl_image_place(image, base, memory), "placing");
    btl_image_copy(image);
    btl_plan_scope(&boot->plan, planned, &boot->symtab, &scope);
    must(btl_image_resolve(image, &scope, &boot->diags) &&
             btl_image_relocate(image, &boot->diags) &&
             btl_image_export(image, &boot->info[i], planned, &scope, &boot->symtab, &boot->diags),
         "linking");
    boot->results[planned].image = image;
}

static void load(struct boot_fixture *boot)
{
    uint64_t base = BOOT_MODULE_BASE, staging = 0x7d000000;
    for (uint32_t i = 0; i < boot->plan.module_count; i++) {
        size_t file = file_of(boot, i);
        if (file == BTL_COUNT(modules) || boot->plan.modules[i].info == NULL)
            continue;
        boot->results[i].elf = &boot->elf[file];
        boot->results[i].file_size = 1500 * (file + 1);
        memset(boot->results[i].sha256, 0x10 + (int)file, 32);
        boot->results[i].hashed = true;
    }
    for (uint32_t i = 0; i < boot->plan.order_count; i++) {
        uint32_t planned = boot->plan.order[i];
        const struct btl_planned *module = &boot->plan.modules[planned];
        if (module->verdict != BTL_LOAD)
            continue;
        if (module->phase == BTL_PHASE_BOOT1) {
            link_module(boot, planned, base);
            base += boot->image[planned].size;
        } else {
            boot->results[planned].staged_physical = staging;
            boot->results[planned].staged_size = 8192;
            staging += 8192;
        }
    }
}

// Given out of order, as they end.
static uint64_t add_events(struct boot_fixture *boot)
{
    const struct btlm_event events[] = {
        {5000000, 250000000, BTLM_EVENT_KERNEL_READ, BTL_NONE, 1 << 20},
        {1000000, 1500250, BTLM_EVENT_CONFIG, BTL_NONE, sizeof(conf) - 1},
        {260000000, 260000999, BTLM_EVENT_MODULE_READ, boot_index(boot, "ring"), 2048},
        {261000000, 261000007, BTLM_EVENT_PLAN, BTL_NONE, 0},
        {262000000, 1262000000, BTLM_EVENT_MODULE_LINKED, boot_index(boot, "early"), 12288},
        {0, 0, BTLM_EVENT_EXIT, BTL_NONE, 0},
        {0, 0, BTLM_EVENT_LOADER, BTL_NONE, 0},
    };
    memcpy(boot->events, events, sizeof(events));
    return BTL_COUNT(events);
}

static struct btlm_system machine(void)
{
    struct btlm_system system = {
        .firmware_revision = 0x10000,
        .uefi_revision = 2 << 16 | 70,
        .machine = ELF_MACHINE_X86_64,
        .required_failure = BTL_STOP_RESET,
        .seed_size = 32,
        .efi_system_table = 0x7f9ee018,
        .acpi_rsdp = 0x7f77e014,
        .smbios3 = 0x7f5fe000,
        .framebuffer = 0x80000000,
        .framebuffer_size = 1280 * 800 * 4,
        .framebuffer_width = 1280,
        .framebuffer_height = 800,
        .framebuffer_stride = 1280,
        .framebuffer_format = 2,
        .direct_map = 0xffff800000000000,
        .direct_map_size = 4ull << 30,
        .window = BOOT_KERNEL_BASE,
        .window_size = 0x7fe00000,
        .modules_virtual = BOOT_MODULE_BASE,
        .modules_physical = 0x7c000000,
        .modules_size = 2 << 20,
        .early_virtual = 0xffffffff80600000,
        .early_physical = 0x7c400000,
        .early_size = 1 << 20,
        .stack_virtual = 0xffffffff80801000,
        .stack_physical = 0x7c600000,
        .stack_size = 64 << 10,
        .page_table_root = 0x7c800000,
        .ticks_per_second = 2400000000,
        .ticks_at_zero = 123456789,
    };
    memset(system.seed, 0xc3, 32);
    return system;
}

void boot_begin(struct boot_fixture *boot)
{
    memset(boot, 0, sizeof(*boot));
    test_memory_begin(&boot->memory);
    boot->diags.arena = &boot->memory.arena;
    open_kernel(boot);
    plan(boot);
    load(boot);
    static const struct btlm_trust trust = {
        .seal_sha256 = {0x5e, 0xa1},
        .seal_level = 7,
        .level = 5,
        .flags =
            BTLM_TRUST_SECURE_BOOT | BTLM_TRUST_SHIM | BTLM_TRUST_ENFORCED | BTLM_TRUST_LOG_FULL,
        .tpm = BTLM_TPM_MEASURED,
        .banks = 6,
    };
    static const struct btlm_volume volume = {
        .kind = BTLM_VOLUME_GPT,
        .partition = 1,
        .guid = {0x01, 0x00, 0x10, 0xb7, 0x02, 0x00, 0x03, 0x40, 0x80, 0x04, 5, 6, 7, 8, 9, 10},
        .start_block = 2048,
        .block_count = 69632,
    };
    static const struct btl_manifest_boot how = {
        .facts = {.sha256 = {0xab, 0xcd},
                  .how = BTLM_HOW_FALLBACK,
                  .flags =
                      BTLM_BOOT_SAFE | BTLM_BOOT_CHANGED | BTLM_BOOT_TRIAL | BTLM_BOOT_FALLBACK,
                  .tries = 3,
                  .tries_left = 2,
                  .timeout = 60},
        .path = {"/loader.conf.prev", 17},
        .title = {"Before the new disk", 19},
        .wanted = {"/loader.conf", 12},
        .reason = {"each of its 3 tries was used", 28},
    };
    boot->input = (struct btl_manifest_input){
        .system = machine(),
        .loader_version = BTL_STR("BTL 0.1"),
        .firmware_vendor = BTL_STR("Firm\x1b ware"),
        .volume = &volume,
        .volume_controller = BTL_STR("pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00"),
        .boot = &how,
        .trust = &trust,
        .event_log = BTL_STR("\1\2\3 event log"),
        .config = &boot->config,
        .plan = &boot->plan,
        .results = boot->results,
        .kernel_path = BTL_STR("/kernel/kernel.elf"),
        .kernel = &boot->kernel,
        .kernel_info = &boot->kernel_info,
        .kernel_file_size = 1 << 20,
        .kernel_physical = 0x7b000000,
        .symtab = &boot->symtab,
        .diags = &boot->diags,
        .log = BTL_STR("BTL 0.1\r\n\tring: 12 KiB \x1b[1mlinked\xff\r\ndone"),
        .events = boot->events,
        .event_count = add_events(boot),
        .memory_capacity = 8,
        .physical = BOOT_PHYSICAL,
    };
    memset(boot->input.kernel_sha256, 0x5a, 32);
}

void boot_end(struct boot_fixture *boot)
{
    eb_end(&boot->kernel_file);
    for (size_t i = 0; i < BTL_COUNT(modules); i++)
        eb_end(&boot->file[i]);
    test_memory_end(&boot->memory);
}

uint32_t boot_index(const struct boot_fixture *boot, const char *name)
{
    for (uint32_t i = 0; i < boot->plan.module_count; i++) {
        if (btl_str_equal(boot->plan.modules[i].name, btl_str_of(name)))
            return i;
    }
    must(false, name);
    return BTL_NONE;
}

// The memory map and the seal.
static void seal(uint8_t *manifest)
{
    static const struct btlm_memory map[] = {
        {0, 0x9f000, BTLM_MEM_USABLE, 7, 0xf},
        {0x100000, 0x7af00000, BTLM_MEM_USABLE, 7, 0xf},
        {0x7b000000, 0x3000, BTLM_MEM_KERNEL, 0, 0xf},
        {0x7e000000, 0x4000, BTLM_MEM_MANIFEST, 0, 0xf},
        {0x7f000000, 0x10000, BTLM_MEM_RUNTIME_CODE, 5, 0x800000000000000f},
        {0xfd00000000, 0x300000000, BTLM_MEM_MMIO, 11, 1},
    };
    memcpy(btl_manifest_memory(manifest), map, sizeof(map));
    btl_manifest_seal(manifest, BTL_COUNT(map), BOOT_EXIT_START, BOOT_END);
}

struct btl_bytes boot_write(struct boot_fixture *boot)
{
    uint64_t size = btl_manifest_write(&boot->input, &boot->memory.arena, NULL, 0);
    must(size != 0, "measuring");
    uint8_t *zeros = calloc(1, size);
    struct btl_bytes bytes = test_block(&boot->memory, zeros, size);
    free(zeros);
    must(btl_manifest_write(&boot->input, &boot->memory.arena, (uint8_t *)bytes.at, size) == size,
         "writing");
    seal((uint8_t *)bytes.at);
    return bytes;
}

struct btlm_header *boot_header(uint8_t *manifest)
{
    return (void *)manifest;
}

void boot_reseal(uint8_t *manifest)
{
    struct btlm_header *header = boot_header(manifest);
    header->checksum = btlm_checksum((struct btl_bytes){manifest, header->total_size});
}

struct btlm_table *boot_table(uint8_t *manifest, enum btlm_kind kind)
{
    const struct btlm_header *header = boot_header(manifest);
    struct btlm_table *table = (void *)(manifest + header->directory);
    while (table->kind != (uint32_t)kind)
        table++;
    return table;
}
