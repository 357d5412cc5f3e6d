// SPDX-License-Identifier: BSD-2-Clause
// Modules of one shape, so that the cost of one depends on the number of modules only.
//
// Module i depends on i / 2, i / 3 and i % 16: chains that deepen with the logarithm of the count,
// and sixteen libraries that a sixteenth of all modules need each.
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/module.h>

#include "elf_builder.h"

#define KERNEL_BASE 0xffffffff80000000ull

enum { R_64 = 1, R_PC32 = 2, R_PLT32 = 4 }; // R_X86_64_…

static void *require_memory(void *memory)
{
    if (memory == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static void *generated_keep(struct generated *boot, const void *bytes, size_t size)
{
    void *block = require_memory(malloc(size + 1));
    memcpy(block, bytes, size);
    boot->blocks[boot->block_count++] = block;
    return block;
}

static struct btl_bytes generated_finish(struct generated *boot, struct elf_builder *b)
{
    struct btl_bytes file = eb_finish(b);
    file.at = generated_keep(boot, file.at, file.size);
    eb_end(b);
    return file;
}

// The dependencies of module `index`: each once, and not itself. Return their number.
static unsigned dependencies_of(uint32_t index, uint32_t ret[GEN_DEPENDENCIES])
{
    const uint32_t wanted[GEN_DEPENDENCIES] = {index / 2, index / 3, index % 16};
    unsigned count = 0;
    for (unsigned i = 0; i < GEN_DEPENDENCIES; i++) {
        bool again = wanted[i] >= index;
        for (unsigned j = 0; j < count; j++)
            again |= ret[j] == wanted[i];
        if (!again)
            ret[count++] = wanted[i];
    }
    return count;
}

static void add_metadata(struct elf_builder *b, uint32_t index)
{
    uint32_t dependencies[GEN_DEPENDENCIES];
    unsigned count = dependencies_of(index, dependencies);
    char text[128];
    int len = snprintf(text, sizeof(text), "depends=");
    for (unsigned i = 0; i < count; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%sm%05u", i > 0 ? "," : "",
                        dependencies[i]);
    if (count > 0)
        eb_modinfo(b, text);
    snprintf(text, sizeof(text), "name=m%05u", index);
    eb_modinfo(b, text);
    eb_modinfo(b, "version=1.0");
    eb_modinfo(b, "description=one of many");
    eb_modinfo(b, "license=BSD-2-Clause");
    eb_modinfo(b, "phases=BOOT1,BOOT2,RUN");
    eb_modinfo(b, "interface=kernel:1.0");
    for (unsigned i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "interface=m%05u:1.0", dependencies[i]);
        eb_modinfo(b, text);
    }
    snprintf(text, sizeof(text), "provides=m%05u:1.1", index);
    eb_modinfo(b, text);
    for (unsigned i = 0; i < GEN_EXPORTS; i++) {
        snprintf(text, sizeof(text), "export=m%05u_%u", index, i);
        eb_modinfo(b, text);
    }
    eb_modinfo(b, "parm=depth:entries in the queue");
    eb_modinfo(b, "parmtype=depth:int");
}

// Calls to other modules and within the text, and pointers to the text in the data.
static void add_relocations(struct elf_builder *b, uint32_t index, uint32_t text, uint32_t data,
                            const uint32_t own[GEN_EXPORTS])
{
    uint32_t dependencies[GEN_DEPENDENCIES];
    unsigned count = dependencies_of(index, dependencies);
    uint64_t offset = 0;
    char name[32];
    for (unsigned i = 0; i < GEN_CALLS_OUT; i++, offset += 8) {
        snprintf(name, sizeof(name), "kernel_%u", (index + i * 5) % GEN_KERNEL_EXPORTS);
        uint32_t symbol = eb_symbol(b, name, EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
        eb_rela(b, text, offset, symbol, R_PLT32, -4);
    }
    for (unsigned i = 0; i < count; i++, offset += 8) {
        snprintf(name, sizeof(name), "m%05u_%u", dependencies[i], index % GEN_EXPORTS);
        uint32_t symbol = eb_symbol(b, name, EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
        eb_rela(b, text, offset, symbol, R_PLT32, -4);
    }
    for (unsigned i = 0; i < GEN_CALLS_IN; i++, offset += 8)
        eb_rela(b, text, offset, own[i % GEN_EXPORTS], R_PC32, -4);
    for (unsigned i = 0; i < GEN_POINTERS; i++)
        eb_rela(b, data, i * 8, own[i % GEN_EXPORTS], R_64, 0);
}

// `padding`: additional bytes of constants.
static struct btl_bytes make_module(struct generated *boot, uint32_t index, size_t padding)
{
    static const uint8_t bytes[1024] = {0x90};
    static const uint32_t head[64 / 4] = {BTL_MODULE_ABI, sizeof(struct btl_wrapper)};
    struct elf_builder b;
    uint32_t own[GEN_EXPORTS];
    char name[32];
    eb_begin(&b, ELF_REL, ELF_MACHINE_X86_64);
    uint32_t text = eb_section(&b, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 16,
                               bytes, sizeof(bytes));
    eb_section(&b, ".rodata", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 16, bytes, 512);
    if (padding > 0)
        eb_section(&b, ".rodata.padding", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 16, NULL, padding);
    uint32_t data =
        eb_section(&b, ".data", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 16, bytes, 256);
    uint32_t wrapper = eb_section(&b, ".btl.module", ELF_SHT_PROGBITS,
                                  ELF_SHF_ALLOC | ELF_SHF_WRITE, 8, head, sizeof(head));
    eb_section(&b, ".bss", ELF_SHT_NOBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 32, NULL, 512);
    for (unsigned i = 0; i < GEN_EXPORTS; i++) {
        snprintf(name, sizeof(name), "m%05u_%u", index, i);
        own[i] = eb_symbol(&b, name, EB_GLOBAL(ELF_STT_FUNC), text, i * 64, 64);
    }
    eb_symbol(&b, "btl_wrapper", EB_GLOBAL(ELF_STT_OBJECT), wrapper, 0, 64);
    eb_rela(&b, wrapper, offsetof(struct btl_wrapper, load), own[0], R_64, 0);
    add_relocations(&b, index, text, data, own);
    add_metadata(&b, index);
    return generated_finish(boot, &b);
}

static struct btl_bytes make_kernel(struct generated *boot)
{
    static const uint8_t code[64 * GEN_KERNEL_EXPORTS] = {0xf4};
    struct elf_builder b;
    char text[32];
    eb_begin(&b, ELF_EXEC, ELF_MACHINE_X86_64);
    b.entry = KERNEL_BASE;
    uint32_t segment = eb_segment(&b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, KERNEL_BASE, code,
                                  sizeof(code), sizeof(code), 4096);
    uint32_t section =
        eb_section_of_segment(&b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, segment);
    eb_modinfo(&b, "name=kernel");
    eb_modinfo(&b, "provides=kernel:1.0");
    for (unsigned i = 0; i < GEN_KERNEL_EXPORTS; i++) {
        snprintf(text, sizeof(text), "kernel_%u", i);
        eb_symbol(&b, text, EB_GLOBAL(ELF_STT_FUNC), section, KERNEL_BASE + i * 64, 64);
        snprintf(text, sizeof(text), "export=kernel_%u", i);
        eb_modinfo(&b, text);
    }
    return generated_finish(boot, &b);
}

static struct btl_str make_conf(struct generated *boot, const char *phase)
{
    static const char *const phases[] = {"BOOT1", "BOOT2", "INIT", "AUTO"};
    enum { LINES_MAX = 128 }; // bytes of the lines of one module
    char *conf = require_memory(malloc((size_t)boot->count * LINES_MAX + 1));
    size_t len = 0;
    for (uint32_t i = 0; i < boot->count; i++)
        len += (size_t)sprintf(conf + len,
                               "m%05u_load=\"YES\"\nm%05u_phase=\"%s\"\nm%05u.depth=\"8\"\n", i, i,
                               phase != NULL ? phase : phases[i / 7 % 4], i);
    struct btl_str text = {generated_keep(boot, conf, len), len};
    free(conf);
    return text;
}

void generate(struct generated *ret_boot, uint32_t count)
{
    generate_padded(ret_boot, count, 0, NULL);
}

void generate_padded(struct generated *ret_boot, uint32_t count, size_t padding, const char *phase)
{
    *ret_boot = (struct generated){.count = count};
    ret_boot->blocks = require_memory(calloc((size_t)count + 2, sizeof(*ret_boot->blocks)));
    ret_boot->modules = require_memory(calloc(count, sizeof(*ret_boot->modules)));
    ret_boot->conf = make_conf(ret_boot, phase);
    ret_boot->kernel = make_kernel(ret_boot);
    for (uint32_t i = 0; i < count; i++)
        ret_boot->modules[i] = make_module(ret_boot, i, padding);
}

void generated_free(struct generated *boot)
{
    for (size_t i = 0; i < boot->block_count; i++)
        free(boot->blocks[i]);
    free(boot->blocks);
    free(boot->modules);
}
