// SPDX-License-Identifier: BSD-2-Clause
// The smallest kernel of BTL's protocol: it prints the boot manifest on the serial line.
#include <btl/format.h>
#include <btl/manifest.h>
#include <btl/module.h>

BTL_VERSION("1.0");

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

// The state at entry is the state after a call: the entry point is a C function.
void _start(const void *at);
void _start(const void *at)
{
    static uint8_t memory[16384];
    struct btl_arena arena = {.at = memory, .end = memory + sizeof(memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_bytes bytes = {at, ((const struct btlm_header *)at)->total_size};
    struct btl_manifest manifest;

    if (btl_manifest_open(bytes, (struct btl_place){.file = BTL_STR("manifest")}, &manifest,
                          &diags))
        btl_manifest_print(&manifest, 0, &serial);
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next) {
        btl_diag_print(&serial, diag);
        btl_format(&serial, "\n");
    }
    btl_format(&serial, "the kernel has come to its end\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}
