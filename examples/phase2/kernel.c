// SPDX-License-Identifier: BSD-2-Clause
// A kernel that starts the modules of phase 1, and links and starts those of the later phases. It
// extends the loader's page tables, and uses only memory that is free at once.
#include <btl/format.h>
#include <btl/load.h>
#include <btl/mem.h>

BTL_VERSION("1.0");
BTL_PROVIDES("kernel:1.0"); // modules need it: BTL_NEEDS("kernel:1.0")
BTL_EXPORT(kprintf);        // modules may call it

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

// --- memory

enum { PRESENT = 1, WRITABLE = 2, HUGE_PAGES = 0x200000 }; // of an entry of a page table
#define NO_EXECUTE (1ull << 63)
#define ADDRESS    0x000ffffffffff000ull

static const struct btlm_system *boot;
static uint64_t free_page, free_end; // physical
static uint64_t free_window;         // virtual: where the next image lies
static int levels = 4;               // of the page tables

static void memory_init(const struct btl_manifest *manifest)
{
    uint64_t cr4;

    boot = btl_manifest_system(manifest);
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        if (range->type != BTLM_MEM_USABLE || range->size <= free_end - free_page ||
            range->start + range->size > boot->direct_map_size)
            continue;
        free_page = range->start;
        free_end = range->start + range->size;
    }
    free_window = (boot->stack_virtual + boot->stack_size + HUGE_PAGES - 1) & -(uint64_t)HUGE_PAGES;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    levels += cr4 >> 12 & 1; // LA57
}

static void *memory_at(uint64_t physical)
{
    return (void *)(boot->direct_map + physical);
}

// Take whole pages, which are zero; 0: no memory.
static uint64_t memory_take(uint64_t size)
{
    uint64_t at = free_page;

    if (size > free_end - free_page)
        return 0;
    free_page += size;
    memset(memory_at(at), 0, size);
    return at;
}

static bool arena_grow(struct btl_arena *arena, size_t bytes)
{
    uint64_t size = (bytes + 0xffff) & ~0xffffull, physical = memory_take(size);

    if (physical == 0)
        return false;
    arena->at = memory_at(physical);
    arena->end = arena->at + size;
    return true;
}

// Return the entry of a page table for an address; NULL: no memory for the tables above it.
static uint64_t *table_entry(uint64_t address)
{
    uint64_t *table = memory_at(boot->page_table_root);

    for (int level = levels - 1; level > 0; level--) {
        uint64_t *entry = &table[address >> (12 + 9 * level) & 511];
        if (!(*entry & PRESENT) && (*entry = memory_take(4096)) == 0)
            return NULL;
        *entry |= WRITABLE | PRESENT;
        table = memory_at(*entry & ADDRESS);
    }
    return &table[address >> 12 & 511];
}

// Map pages; `physical` 0: those that are mapped there, with other bits.
static bool map(uint64_t start, uint64_t size, uint64_t physical, uint64_t bits)
{
    for (uint64_t at = 0; at < size; at += 4096) {
        uint64_t *entry = table_entry(start + at);
        if (entry == NULL)
            return false;
        *entry = (physical != 0 ? physical + at : *entry & ADDRESS) | bits;
        __asm__ volatile("invlpg (%0)" : : "r"(start + at) : "memory");
    }
    return true;
}

static bool image_alloc(struct btl_linker *linker, uint64_t size, uint64_t align,
                        uint64_t *ret_base)
{
    uint64_t base = (free_window + align - 1) & -align, physical;

    if (base > boot->window + boot->window_size || size > boot->window + boot->window_size - base)
        return false;
    physical = memory_take(size);
    free_window = *ret_base = base;
    free_window += size;
    return physical != 0 && map(base, size, physical, NO_EXECUTE | WRITABLE | PRESENT);
}

static void image_free(struct btl_linker *linker, uint64_t base, uint64_t size)
{
    map(base, size, 0, 0); // unmapped; this kernel does not use the pages again
}

static bool image_seal(struct btl_linker *linker, const struct btl_module_image *image)
{
    for (int kind = 0; kind < BTL_SEGS; kind++) {
        const struct btl_segment *segment = &image->segment[kind];
        map(image->base + segment->offset, segment->size, 0,
            PRESENT | (segment->perm & BTL_PERM_WRITE ? WRITABLE : 0) |
                (segment->perm & BTL_PERM_EXEC ? 0 : NO_EXECUTE));
    }
    return true;
}

static const struct btl_linker_ops image_ops = {
    .alloc = image_alloc, .free = image_free, .seal = image_seal};

// --- modules

// The loader has linked the image of a module of phase 1. Later this kernel links the file, which
// the loader has put into memory (stage="all" in loader.conf: the kernel reads no disk).
static bool load(struct btl_linker *linker, uint32_t id, struct btl_diags *diags)
{
    const struct btlm_module *module = btl_manifest_module(linker->manifest, id);
    struct btl_bytes file = {memory_at(module->staged_physical), module->file_size};
    struct btl_module_image image;
    struct btl_start start = {.manifest = linker->manifest,
                              .index = id,
                              .image = &image,
                              .phase = module->phase,
                              .arena = diags->arena};

    if (module->state == BTLM_LINKED)
        return btl_module_adopt(linker->manifest, id, &image, diags) &&
               btl_module_start(&start, diags) == BTL_STARTED && btl_linker_publish(linker, id);
    if (!btl_module_link(linker, id, file, diags->arena, &image, diags))
        return false;
    if (btl_module_start(&start, diags) == BTL_STARTED)
        return true;
    btl_linker_forget(linker, id);
    image_free(linker, image.base, image.size);
    return false;
}

// The order of the manifest has the modules of all phases, dependencies first. AUTO is on demand.
static void load_modules(const struct btl_manifest *manifest, struct btl_diags *diags)
{
    bool *loaded = BTL_NEW_ARRAY(diags->arena, bool, btl_manifest_count(manifest, BTLM_MODULES));
    struct btl_linker linker = {0};

    if (loaded == NULL || !btl_linker_init(&linker, manifest, &image_ops, diags->arena)) {
        kprintf("out of memory\n");
        return;
    }
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_ORDER); i++) {
        uint32_t id = *(const uint32_t *)btl_manifest_entry(manifest, BTLM_ORDER, i);
        const struct btlm_module *module = btl_manifest_module(manifest, id);
        struct btl_str name = btl_manifest_str(manifest, module->name);

        if (module->phase == BTL_PHASE_AUTO ||
            (module->state != BTLM_LINKED && module->state != BTLM_STAGED))
            continue;
        loaded[id] =
            btl_module_dependencies_loaded(manifest, id, loaded, diags) && load(&linker, id, diags);
        kprintf("%s %pS: %s\n", btl_phase_name(module->phase), &name,
                loaded[id] ? "loaded" : "not loaded");
    }
}

// The state at entry is the state after a call: the entry point is a C function.
void _start(const void *at);
void _start(const void *at)
{
    static uint8_t memory[16384];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory), .grow = arena_grow};
    struct btl_diags diags = {.arena = &arena};
    struct btl_bytes bytes = {at, ((const struct btlm_header *)at)->total_size};
    struct btl_manifest manifest;

    if (btl_manifest_open(bytes, (struct btl_place){.file = BTL_STR("manifest")}, &manifest,
                          &diags)) {
        memory_init(&manifest);
        load_modules(&manifest, &diags);
    }
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next) {
        btl_diag_print(&serial, diag);
        kprintf("\n");
    }
    kprintf("the kernel has come to its end\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}
