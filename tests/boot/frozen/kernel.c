// SPDX-License-Identifier: BSD-2-Clause
// A kernel of protocol 1.0 for x86-64: it knows the headers of this folder, and nothing of core/.
// It reads the manifest as docs/boot-protocol.md of that commit says: tables by their kind, entries
// by their entry_size. Each line that it prints begins with "frozen".
#include <btl/boot.h>
#include <btl/kernel.h>
#include <btl/manifest.h>
#include <btl/module.h>

BTL_MODINFO("version", "frozen");
BTL_PROVIDES("kernel:1.0");
BTL_EXPORT(kprintf);

void entry(const void *manifest);

// Compilers insert calls of it.
void *memset(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile char *)to)[i] = (char)byte;
    return to;
}

// ------------------------------------------------------------------------------- the serial port

static uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
    return value;
}

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static void put(char letter)
{
    while (!(in8(0x3fd) & 0x20)) {
    }
    out8(0x3f8, (uint8_t)letter);
}

static void put_number(uint64_t number, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    while (count > 0)
        put(digits[--count]);
}

// Formats: %s %d %u %lu %lx, and %S for a struct btl_str.
void kvprintf(const char *format, va_list args)
{
    for (; *format != 0; format++) {
        if (*format == '\n')
            put('\r');
        if (*format != '%') {
            put(*format);
            continue;
        }
        format++;
        if (*format == 's') {
            for (const char *text = va_arg(args, const char *); *text != 0; text++)
                put(*text);
        } else if (*format == 'S') {
            const struct btl_str *str = va_arg(args, const struct btl_str *);
            for (size_t i = 0; i < str->len; i++)
                put(str->at[i]);
        } else if (*format == 'd' || *format == 'u') {
            put_number(va_arg(args, unsigned), 10);
        } else {
            format++; // after the l
            put_number(va_arg(args, uint64_t), *format == 'x' ? 16 : 10);
        }
    }
}

void kprintf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    kvprintf(format, args);
    va_end(args);
}

// End QEMU: its status is 33 after a good boot, else 35. Other machines stop.
static _Noreturn void stop(bool good)
{
    kprintf("frozen: end %s\n", good ? "ok" : "failed");
    out8(0xf4, good ? 16 : 17);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    kprintf("frozen: not as 1.0 has it: %s\n", what);
    stop(false);
}

// ---------------------------------------------------------------------------------- the manifest

static const struct btlm_header *header;

// The table of a kind; one that is absent has no entries.
static struct btlm_table table_of(enum btlm_kind kind)
{
    const struct btlm_table *directory = (const void *)((const char *)header + header->directory);

    for (uint32_t i = 0; i < header->table_count; i++)
        if (directory[i].kind == kind)
            return directory[i];
    return (struct btlm_table){.kind = kind};
}

static const void *entry_of(enum btlm_kind kind, uint64_t index, size_t known_size)
{
    struct btlm_table table = table_of(kind);

    require(index < table.count, "the index of an entry");
    require(table.entry_size >= known_size, "the size of an entry");
    return (const char *)header + table.offset + index * table.entry_size;
}
#define ENTRY(kind, type, index) ((const struct type *)entry_of(kind, index, sizeof(struct type)))

static struct btl_str text_of(struct btlm_str str)
{
    struct btlm_table table = table_of(BTLM_STRINGS);

    require(btl_in_range(str.offset, str.length, table.count), "a string");
    return (struct btl_str){(const char *)header + table.offset + str.offset, str.length};
}

// CRC-32 of ISO 3309, with 0 in the header's own field.
static uint32_t checksum(void)
{
    uint32_t sum = 0xffffffff;

    for (uint64_t i = 0; i < header->total_size; i++) {
        size_t field = offsetof(struct btlm_header, checksum);
        sum ^= i - field < sizeof(header->checksum) ? 0 : ((const uint8_t *)header)[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum;
}

static void check_header(void)
{
    static const char magic[] = BTLM_MAGIC;

    for (size_t i = 0; i < sizeof(header->magic); i++)
        require(header->magic[i] == magic[i], "the magic of the manifest");
    require(header->major == BTLM_MAJOR, "the major version");
    require(header->header_size >= sizeof(*header), "the size of the header");
    require(checksum() == header->checksum, "the checksum");
    kprintf("frozen: manifest %u.%u, %lu bytes, %u tables\n", header->major, header->minor,
            header->total_size, header->table_count);
    for (enum btlm_kind kind = BTLM_STRINGS; kind < BTLM_KINDS; kind++) {
        struct btlm_table table = table_of(kind);
        require(table.kind == kind && table.offset % 8 == 0, "a table");
        require(btl_in_range(table.offset, table.count * table.entry_size, header->total_size),
                "the place of a table");
    }
}

// --------------------------------------------------------------------------- the state at entry

static void check_state(const struct btlm_system *system, uint64_t flags, uint64_t stack)
{
    const char *early = (const char *)system->early_virtual;
    uint64_t cr0, cr3;

    __asm__ volatile("mov %%cr0, %0; mov %%cr3, %1" : "=r"(cr0), "=r"(cr3));
    require((flags & 0x200) == 0, "interrupts are off");
    require((cr0 & 0x10000) != 0, "write protection is on");
    require((cr3 & ~0xfffull) == system->page_table_root, "the page tables");
    require(system->direct_map == BTL_X86_64_DIRECT_MAP, "the direct map");
    require(system->window == BTL_X86_64_WINDOW && system->window_size == BTL_X86_64_WINDOW_SIZE,
            "the window");
    require((uint64_t)header == system->direct_map + header->physical, "the manifest's address");
    require(system->stack_size == BTL_BOOT_STACK_SIZE &&
                stack - system->stack_virtual < system->stack_size,
            "the stack");
    require(system->early_size >= BTL_BOOT_EARLY_SIZE, "the early arena");
    for (uint64_t i = 0; i < system->early_size; i++)
        require(early[i] == 0, "the early arena is zero");
    require(*(const volatile uint8_t *)(system->direct_map + system->early_physical) == 0,
            "the early arena in the direct map");
    kprintf("frozen: state ok\n");
}

// ----------------------------------------------------------------------------------- its tables

static void print_system(const struct btlm_system *system)
{
    const struct btlm_kernel *kernel = ENTRY(BTLM_KERNEL_IMAGE, btlm_kernel, 0);
    struct btl_str version = text_of(system->loader_version), config = text_of(system->config_path);
    struct btl_str options = text_of(system->kernel_options), path = text_of(kernel->path);

    kprintf("frozen: loader %S, machine %d, configuration %S, options %S\n", &version,
            system->machine, &config, &options);
    kprintf("frozen: kernel %S, %lu bytes, entry 0x%lx\n", &path, kernel->file_size, kernel->entry);
    require(kernel->entry == (uint64_t)entry, "the entry point");
}

static void print_module(const struct btlm_module *module)
{
    static const char *const states[] = {"linked", "staged", "registered", "off", "failed"};
    static const char *const phases[] = {"BOOT1", "BOOT2", "INIT", "AUTO"};
    struct btl_str name = text_of(module->name), path = text_of(module->path);

    require(module->state < BTL_COUNT(states) && module->phase < BTL_COUNT(phases), "a module");
    kprintf("frozen: module %S %s %s %S 0x%lx %lu\n", &name, states[module->state],
            phases[module->phase], &path, module->address, module->size);
    for (uint32_t i = 0; i < module->depend_count; i++) {
        const uint32_t *id = entry_of(BTLM_DEPENDS, module->first_depend + i, sizeof(*id));
        struct btl_str needed = text_of(ENTRY(BTLM_MODULES, btlm_module, *id)->name);
        kprintf("frozen: depends %S %S\n", &name, &needed);
    }
}

static void print_memory(void)
{
    uint64_t pages[BTLM_MEM_TYPES] = {0}, end = 0;

    for (uint64_t i = 0; i < table_of(BTLM_MEMORY).count; i++) {
        const struct btlm_memory *range = ENTRY(BTLM_MEMORY, btlm_memory, i);
        require(range->start >= end, "the memory map ascends");
        require(range->type < BTLM_MEM_TYPES, "the type of memory");
        pages[range->type] += range->size / BTL_PAGE_SIZE;
        end = range->start + range->size;
    }
    kprintf("frozen: memory %lu ranges", table_of(BTLM_MEMORY).count);
    for (int type = 0; type < BTLM_MEM_TYPES; type++)
        kprintf(" %lu", pages[type]);
    kprintf("\n");
}

// ------------------------------------------------------------------------------------ the modules

static bool equal(struct btl_str text, const char *name)
{
    for (size_t i = 0; i < text.len; i++)
        if (name[i] == 0 || name[i] != text.at[i])
            return false;
    return name[text.len] == 0;
}

// Tunables of strings and of decimal numbers.
static void store(const struct btl_tunable *tunable, struct btl_str value)
{
    int64_t number = 0;

    if (tunable->type == BTL_TUNABLE_STRING) {
        require(value.len < (uint64_t)tunable->max, "the length of a tunable");
        for (size_t i = 0; i < value.len; i++)
            ((char *)tunable->storage)[i] = value.at[i];
        ((char *)tunable->storage)[value.len] = 0;
        return;
    }
    for (size_t i = 0; i < value.len; i++)
        number = 10 * number + value.at[i] - '0';
    *(int64_t *)tunable->storage = number;
}

static void store_tunables(const struct btlm_module *module, const struct btl_wrapper *wrapper)
{
    for (uint32_t i = 0; i < module->tunable_count; i++) {
        const struct btlm_tunable *set =
            ENTRY(BTLM_TUNABLES, btlm_tunable, module->first_tunable + i);
        for (uint64_t k = 0; k < wrapper->tunable_count; k++)
            if (equal(text_of(set->name), wrapper->tunables[k].name))
                store(&wrapper->tunables[k], text_of(set->value));
    }
}

// A copy with a NUL, valid until the next start.
static const char *terminated(char buffer[static 64], struct btl_str text)
{
    require(text.len < 64, "the length of a text");
    for (size_t i = 0; i < text.len; i++)
        buffer[i] = text.at[i];
    buffer[text.len] = 0;
    return buffer;
}

static void start(const struct btlm_module *module)
{
    static char name[64], flags[64];
    const struct btl_wrapper *wrapper = (const void *)module->wrapper;
    struct btl_load_args args = {terminated(name, text_of(module->name)),
                                 terminated(flags, text_of(module->arguments)), module->phase};

    require(module->wrapper - module->address < module->size, "the address of a wrapper");
    require(wrapper->abi == BTL_MODULE_ABI && wrapper->size == sizeof(*wrapper), "a wrapper");
    store_tunables(module, wrapper);
    kprintf("frozen: load %s %d\n", name, wrapper->load(&args));
}

static void start_in_order(void)
{
    for (uint64_t i = 0; i < table_of(BTLM_ORDER).count; i++) {
        const uint32_t *id = entry_of(BTLM_ORDER, i, sizeof(*id));
        const struct btlm_module *module = ENTRY(BTLM_MODULES, btlm_module, *id);
        struct btl_str name = text_of(module->name);
        kprintf("frozen: order %S\n", &name);
        if (module->state == BTLM_LINKED)
            start(module);
    }
}

void entry(const void *manifest)
{
    const struct btlm_system *system;
    uint64_t flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    header = manifest;
    check_header();
    system = ENTRY(BTLM_SYSTEM, btlm_system, 0);
    check_state(system, flags, (uint64_t)__builtin_frame_address(0));
    print_system(system);
    for (uint64_t i = 0; i < table_of(BTLM_MODULES).count; i++)
        print_module(ENTRY(BTLM_MODULES, btlm_module, i));
    print_memory();
    start_in_order();
    stop(true);
}
