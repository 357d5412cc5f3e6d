// SPDX-License-Identifier: BSD-2-Clause
// A kernel that starts the modules of phase 1, which the loader has linked.
#include <btl/format.h>
#include <btl/load.h>

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

static bool start(const struct btl_manifest *manifest, uint32_t id, struct btl_diags *diags)
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

static void start_phase1(const struct btl_manifest *manifest, struct btl_diags *diags)
{
    bool *loaded = BTL_NEW_ARRAY(diags->arena, bool, btl_manifest_count(manifest, BTLM_MODULES));

    for (uint64_t i = 0; loaded != NULL && i < btl_manifest_count(manifest, BTLM_ORDER); i++) {
        uint32_t id = *(const uint32_t *)btl_manifest_entry(manifest, BTLM_ORDER, i);
        const struct btlm_module *module = btl_manifest_module(manifest, id);
        struct btl_str name = btl_manifest_str(manifest, module->name);

        if (module->state != BTLM_LINKED)
            continue;
        loaded[id] = btl_module_dependencies_loaded(manifest, id, loaded, diags) &&
                     start(manifest, id, diags);
        kprintf("%pS: %s\n", &name, loaded[id] ? "loaded" : "not loaded");
    }
}

// The state at entry is the state after a call: the entry point is a C function.
void _start(const void *at);
void _start(const void *at)
{
    static uint8_t memory[65536];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_bytes bytes = {at, ((const struct btlm_header *)at)->total_size};
    struct btl_manifest manifest;

    if (btl_manifest_open(bytes, (struct btl_place){.file = BTL_STR("manifest")}, &manifest,
                          &diags))
        start_phase1(&manifest, &diags);
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next) {
        btl_diag_print(&serial, diag);
        kprintf("\n");
    }
    kprintf("the kernel has come to its end\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}
