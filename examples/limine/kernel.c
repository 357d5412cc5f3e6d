// SPDX-License-Identifier: BSD-2-Clause
// A kernel of the Limine boot protocol: it prints what the loader answers. The same file boots
// under BTL and under Limine. Under BTL it also starts the modules of phase 1.
#include <btl/format.h>
#include <btl/limine.h>
#include <btl/load.h>

#include "protocol.h"

BTL_VERSION("1.0");
BTL_PROVIDES("kernel:1.0"); // modules need it: BTL_NEEDS("kernel:1.0")
BTL_EXPORT(kprintf);        // modules may call it

void kmain(void);

static const struct internal_module notes = {"notes.txt", "of the kernel", 0};
static const struct internal_module *const internal[] = {&notes};

// One object, so that the markers surround the requests. The loader writes to it.
__attribute__((used, section(".requests"))) static volatile struct {
    uint64_t start[4], base_revision[3];
    REQUEST(loader_info) loader;
    REQUEST(text) command_line;
    REQUEST(number) firmware;
    REQUEST(nothing, uint64_t size;) stack_size;
    REQUEST(number) hhdm;
    REQUEST(framebuffers) framebuffers;
    REQUEST(number, uint64_t mode, max, min;) paging_mode;
    REQUEST(processors, uint64_t flags;) processors;
    REQUEST(memory_map) memory_map;
    REQUEST(nothing, void (*entry)(void);) entry_point;
    REQUEST(kernel_file) kernel_file;
    REQUEST(modules, uint64_t count; const struct internal_module *const *list;) modules;
    REQUEST(number) rsdp;
    REQUEST(two_numbers) smbios;
    REQUEST(number) system_table;
    REQUEST(efi_map) efi_map;
    REQUEST(number) date;
    REQUEST(two_numbers) kernel_address;
    REQUEST(times) times;
    struct btl_limine_manifest_request manifest;
    uint64_t end[2];
} requests = {
    .start = START_MARKER,
    .base_revision = BASE_REVISION(2),
    .loader.id = ID(0xf55038d8e2a1202f, 0x279426fcf5f59740),
    .command_line.id = ID(0x4b161536e598651e, 0xb390ad4a2f1f303a),
    .firmware.id = ID(0x8c2f75d90bef28a8, 0x7045a4688eac00c3),
    .stack_size = {.id = ID(0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d), .size = 256 << 10},
    .hhdm.id = ID(0x48dcf1cb8ad2b852, 0x63984e959a98244b),
    .framebuffers.id = ID(0x9d5827dcd881dd75, 0xa3148604f6fab11b),
    .paging_mode = {.id = ID(0x95c1a0edab0944cb, 0xa4e5cb3842f7488a), .revision = 1, .max = 1},
    .processors.id = ID(0x95a67b819a1b857e, 0xa0b61b723b6a73e0),
    .memory_map.id = ID(0x67cf3d9d378a806f, 0xe304acdfc50c3c62),
    .entry_point = {.id = ID(0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a), .entry = kmain},
    .kernel_file.id = ID(0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69),
    .modules = {.id = ID(0x3e7e279702be32af, 0xca1c4f3bd1280cee),
                .revision = 1,
                .count = 1,
                .list = internal},
    .rsdp.id = ID(0xc5e77b6b397e7b43, 0x27637845accdcf3c),
    .smbios.id = ID(0x9e9046f11e095391, 0xaa4a520fefbde5ee),
    .system_table.id = ID(0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc),
    .efi_map.id = ID(0x7df62a431d6872d5, 0xa4fcdfb3e57306c8),
    .date.id = ID(0x502746e184c088aa, 0xfbc5ec83e6327893),
    .kernel_address.id = ID(0x71ba76863cc55f63, 0xb2644a48c516a487),
    .times.id = ID(0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17),
    .manifest.id = BTL_LIMINE_MANIFEST_REQUEST,
    .end = END_MARKER,
};

static void serial_put(struct btl_out *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t status = 0;
        while (!(status & 0x20)) // the transmitter is empty
            __asm__ volatile("inb %w1, %b0" : "=a"(status) : "Nd"(0x3fd));
        __asm__ volatile("outb %b0, %w1" : : "a"(text[i]), "Nd"(0x3f8));
    }
}

static struct btl_out serial = {.put = serial_put};

void kprintf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    btl_vformat(&serial, format, args);
    va_end(args);
}

// ------------------------------------------------------------------------------- the machine's
// state

static uint64_t read_msr(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static void show_state(const char *what)
{
    uint64_t cs, ss, ds, fs, cr0, cr4, flags;
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } gdt;

    __asm__ volatile("mov %%cs, %0\n mov %%ss, %1\n mov %%ds, %2\n mov %%fs, %3"
                     : "=r"(cs), "=r"(ss), "=r"(ds), "=r"(fs));
    __asm__ volatile("mov %%cr0, %0\n mov %%cr4, %1\n pushfq\n pop %2"
                     : "=r"(cr0), "=r"(cr4), "=r"(flags));
    __asm__ volatile("sgdt %0" : "=m"(gdt));
    const uint64_t *entry = (const uint64_t *)gdt.base;
    kprintf("%s: cs %lx, ss %lx, ds %lx, fs %lx, interrupts %s, write protect %s, NX %s, pat "
            "%lx\n",
            what, cs, ss, ds, fs, flags & 0x200 ? "on" : "off", cr0 & 0x10000 ? "on" : "off",
            read_msr(0xc0000080) & 0x800 ? "on" : "off", read_msr(0x277) & 0xffffffffffff);
    kprintf("%s: %s, gdt", what, cr4 & 0x1000 ? "5 levels" : "4 levels");
    for (int i = 0; i < 7; i++) // without the accessed bit
        kprintf(" %lx", entry[i] & ~(1ul << 40));
    kprintf("\n");
}

// --------------------------------------------------------------------------------------- the
// answers

static uint64_t base_revision(void)
{
    uint64_t loaded = requests.base_revision[1];

    if (loaded != BASE_REVISION_1)
        return loaded;
    return requests.base_revision[2] == 0 ? 2 : 0; // an older loader does not say
}

static uint64_t direct_map(void)
{
    return requests.hhdm.response != NULL ? requests.hhdm.response->value : 0;
}

static void show_text(const char *name, const struct text *response)
{
    kprintf("%s: %s\n", name, response != NULL ? response->value : "no answer");
}

static void show_number(const char *name, const struct number *response)
{
    if (response == NULL)
        kprintf("%s: no answer\n", name);
    else
        kprintf("%s: 0x%lx\n", name, response->value);
}

// Print a table of the firmware with the first bytes, where it is in the direct map.
static void show_table(const char *name, uint64_t address)
{
    struct btl_str start = {(const char *)address, 5};

    if (address != 0 && base_revision() >= 3)
        kprintf("%s: physical 0x%lx\n", name, address);
    else if (address != 0)
        kprintf("%s: 0x%lx \"%pS\"\n", name, address - direct_map(), &start);
    else
        kprintf("%s: none\n", name);
}

static void show_framebuffers(const struct framebuffers *response)
{
    for (uint64_t i = 0; response != NULL && i < response->count; i++) {
        const struct framebuffer *screen = response->list[i];
        volatile uint32_t *pixel = screen->address;
        pixel[0] = 0x123456;
        kprintf("framebuffer: 0x%lx, %lu x %lu, pitch %lu, %u bits, red %u blue %u, pixel %x\n",
                (uint64_t)screen->address - direct_map(), screen->width, screen->height,
                screen->pitch, screen->bits, screen->red_shift, screen->blue_shift,
                pixel[0] & 0xffffff);
    }
    if (response == NULL)
        kprintf("framebuffer: no answer\n");
}

static void show_memory_map(const struct memory_map *response)
{
    for (uint64_t i = 0; response != NULL && i < response->count; i++)
        kprintf("memory: 0x%lx 0x%lx %lu\n", response->list[i]->base,
                response->list[i]->base + response->list[i]->length, response->list[i]->type);
}

static void show_file(const char *name, const struct file *file)
{
    struct btl_str start = {file->address, file->size < 16 ? file->size : 16};

    for (size_t i = 0; i < start.len; i++) {
        if (start.at[i] < ' ')
            start.len = i;
    }
    kprintf("%s: %s \"%s\", %lu bytes, partition %u, \"%pS\"\n", name, file->path, file->string,
            file->size, file->partition, &start);
}

// Does the kernel lie where the loader says?
static void show_address(const struct two_numbers *response)
{
    const uint64_t *there = (const uint64_t *)(direct_map() + response->first);

    kprintf("kernel: at 0x%lx, %s\n", response->second,
            *there == *(const uint64_t *)response->second ? "the same bytes in the direct map"
                                                          : "other bytes in the direct map");
}

static void show_answers(void)
{
    uint64_t stack = (uint64_t)__builtin_frame_address(0) - direct_map();

    kprintf("base revision: %lu, third word %lu\n", base_revision(), requests.base_revision[2]);
    kprintf("loader: %s %s\n", requests.loader.response->name, requests.loader.response->version);
    show_text("command line", requests.command_line.response);
    show_number("firmware", requests.firmware.response);
    kprintf("stack: %s, in the direct map: %s\n",
            requests.stack_size.response != NULL ? "256 KiB" : "no answer",
            stack < 1ull << 46 ? "yes" : "no");
    show_number("hhdm", requests.hhdm.response);
    show_framebuffers(requests.framebuffers.response);
    show_number("paging mode", requests.paging_mode.response);
    show_memory_map(requests.memory_map.response);
    kprintf("entry point: %s\n",
            requests.entry_point.response != NULL ? "requested" : "of the file");
    show_file("kernel file", requests.kernel_file.response->file);
    for (uint64_t i = 0; requests.modules.response != NULL && i < requests.modules.response->count;
         i++)
        show_file("module", requests.modules.response->list[i]);
    show_table("rsdp", requests.rsdp.response->value);
    show_table("smbios", requests.smbios.response->first);
    show_table("smbios3", requests.smbios.response->second);
    show_table("system table", requests.system_table.response->value);
    kprintf("efi map: %lu entries of %lu bytes, version %lu\n",
            requests.efi_map.response->size / requests.efi_map.response->stride,
            requests.efi_map.response->stride, requests.efi_map.response->version);
    kprintf("date: %ld\n", requests.date.response->value);
    show_address(requests.kernel_address.response);
    if (requests.times.response != NULL)
        kprintf("times: %lu to %lu us\n", requests.times.response->loader,
                requests.times.response->kernel);
}

// ---------------------------------------------------------------------------- the other processors

// Runs on another processor, on its own stack.
static void processor_main(struct processor *self)
{
    uint32_t eax = 1, ebx, ecx = 0, edx;

    show_state("processor");
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    self->argument = ebx >> 24;
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void start_processors(const struct processors *response)
{
    if (response == NULL) {
        kprintf("processors: no answer\n");
        return;
    }
    kprintf("processors: %lu, the first has id %u, flags %u\n", response->count,
            response->boot_lapic_id, response->flags);
    for (uint64_t i = 0; i < response->count; i++) {
        struct processor *processor = response->list[i];
        if (processor->lapic_id == response->boot_lapic_id)
            continue;
        processor->argument = ~0ull;
        processor->start = processor_main;
        while (processor->argument == ~0ull)
            __asm__ volatile("pause");
        kprintf("processor %u: id %u, says %lu\n", processor->processor_id, processor->lapic_id,
                processor->argument);
    }
}

// ------------------------------------------------------------------------------- the modules of
// BTL

static bool start_module(const struct btl_manifest *manifest, uint32_t id, struct btl_diags *diags)
{
    struct btl_module_image image;

    return btl_module_adopt(manifest, id, &image, diags) &&
           btl_module_start(&(struct btl_start){.manifest = manifest,
                                                .index = id,
                                                .image = &image,
                                                .phase = BTL_PHASE_BOOT1,
                                                .arena = diags->arena},
                            diags) == BTL_STARTED;
}

static void start_modules(const struct btl_manifest *manifest, struct btl_diags *diags)
{
    bool *loaded = BTL_NEW_ARRAY(diags->arena, bool, btl_manifest_count(manifest, BTLM_MODULES));

    for (uint64_t i = 0; loaded != NULL && i < btl_manifest_count(manifest, BTLM_ORDER); i++) {
        uint32_t id = *(const uint32_t *)btl_manifest_entry(manifest, BTLM_ORDER, i);
        const struct btlm_module *module = btl_manifest_module(manifest, id);
        struct btl_str name = btl_manifest_str(manifest, module->name);

        if (module->state != BTLM_LINKED)
            continue;
        loaded[id] = btl_module_dependencies_loaded(manifest, id, loaded, diags) &&
                     start_module(manifest, id, diags);
        kprintf("%pS: %s\n", &name, loaded[id] ? "loaded" : "not loaded");
    }
}

static void use_manifest(const struct btl_limine_manifest_response *response)
{
    static uint8_t memory[65536];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_manifest manifest;

    if (response == NULL) {
        kprintf("manifest: none, the loader is not BTL\n");
        return;
    }
    struct btl_bytes bytes = {response->manifest, response->size};
    if (btl_manifest_open(bytes, (struct btl_place){.file = BTL_STR("manifest")}, &manifest,
                          &diags)) {
        kprintf("manifest: %lu modules\n", btl_manifest_count(&manifest, BTLM_MODULES));
        start_modules(&manifest, &diags);
    }
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next) {
        btl_diag_print(&serial, diag);
        kprintf("\n");
    }
}

// The entry point of the request. The one of the file is never reached.
void kmain(void)
{
    show_state("state");
    show_answers();
    start_processors(requests.processors.response);
    use_manifest(requests.manifest.response);
    kprintf("the kernel has come to its end\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}

void _start(void);
void _start(void)
{
    kprintf("the loader ignored the entry point request\n");
    kmain();
}
