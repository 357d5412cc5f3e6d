// SPDX-License-Identifier: BSD-2-Clause
#include "base/handoff.h"

#include "base/arch.h"

#include <btl/boot.h>
#include <btl/kernel.h>

static struct btl_manifest manifest;
static bool ready;

bool handoff_ready(void)
{
    return ready;
}

const struct btl_manifest *handoff_manifest(void)
{
    return &manifest;
}

// Memory of diagnostics about the manifest: no allocator runs before it is checked.
static uint8_t diag_memory[8192] __attribute__((aligned(16)));

static _Noreturn void handoff_reject(const struct btl_diags *diags)
{
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        char text[512];
        struct btl_buffer buffer = btl_buffer(text, sizeof(text));
        btl_diag_print(&buffer.out, diag);
        kprintf("%s\n", text);
    }
    kprintf("The boot manifest is not usable: loader and kernel do not match, or memory was "
            "overwritten.\nStopped.\n");
    arch_debug_exit(false);
    arch_halt();
}

static bool handoff_check(struct btl_bytes bytes, struct btl_manifest *ret, struct btl_diags *diags)
{
    struct btl_place place = {.file = BTL_STR("manifest")};

    return btl_manifest_open(bytes, place, ret, diags);
}

// The loader passes an address without a size. Return as many bytes as the header claims, or the
// header alone when it is invalid.
static struct btl_bytes handoff_claimed_bytes(const struct btlm_header *header)
{
    bool plausible = memcmp(header->magic, BTLM_MAGIC, sizeof(header->magic)) == 0 &&
                     header->total_size >= sizeof(*header) && header->total_size <= BTLM_SIZE_MAX;

    return (struct btl_bytes){(const uint8_t *)header,
                              plausible ? header->total_size : sizeof(*header)};
}

bool handoff_peek(const void *address, struct btl_manifest *ret)
{
    struct btl_arena arena = {.at = diag_memory, .end = diag_memory + sizeof(diag_memory)};
    struct btl_diags diags = {.arena = &arena};

    return address != NULL && (uintptr_t)address % 8 == 0 &&
           handoff_check(handoff_claimed_bytes(address), ret, &diags);
}

// Check what the kernel relies on and the manifest's reader does not check.
static void handoff_check_system(const struct btlm_system *system)
{
    if (system->direct_map + system->direct_map_size <= system->direct_map)
        kpanic("the manifest names no direct map");
    if (system->early_size == 0 || system->stack_size == 0)
        kpanic("the manifest names no early arena or no stack");
}

void handoff_adopt(const void *address)
{
    struct btl_arena arena = {.at = diag_memory, .end = diag_memory + sizeof(diag_memory)};
    struct btl_diags diags = {.arena = &arena};

    if (address == NULL || (uintptr_t)address % 8 != 0)
        kpanic("the loader gave no manifest (%p)", address);
    if (!handoff_check(handoff_claimed_bytes(address), &manifest, &diags))
        handoff_reject(&diags);
    handoff_check_system(btl_manifest_system(&manifest));
    ready = true;
}

bool handoff_still_valid(void)
{
    struct btl_arena arena = {.at = diag_memory, .end = diag_memory + sizeof(diag_memory)};
    struct btl_diags diags = {.arena = &arena};
    struct btl_manifest again;

    return handoff_check(manifest.bytes, &again, &diags);
}

const void *boot_manifest(size_t *ret_size)
{
    *ret_size = manifest.header->total_size;
    return manifest.header;
}

const struct btlm_system *boot_system(void)
{
    return btl_manifest_system(&manifest);
}

void *phys_to_virt(uint64_t physical)
{
    uint64_t base = ready ? btl_manifest_system(&manifest)->direct_map : 0;

    return (void *)(uintptr_t)(base + physical);
}

uint64_t time_ticks_per_second(void)
{
    return btl_manifest_system(&manifest)->ticks_per_second;
}
