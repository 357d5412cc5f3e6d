// SPDX-License-Identifier: BSD-2-Clause
#include "modinfo_samples.h"

#include <stdlib.h>

static void read_sample(struct modinfo_sample *s, const char *strings, size_t size,
                        void (*spoil)(struct elf_builder *b))
{
    struct btl_elf elf;
    s->diags = (struct btl_diags){.arena = &s->memory.arena};
    s->info = (struct btl_modinfo){0};
    sample_module(&s->builder);
    eb_modinfo_reset(&s->builder);
    eb_modinfo_bytes(&s->builder, strings, size);
    struct btl_bytes file = eb_finish(&s->builder);
    if (spoil != NULL)
        spoil(&s->builder);
    if (!btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &s->diags))
        abort();
    s->good = btl_modinfo_read(&elf, &s->memory.arena, &s->info, &s->diags);
}

void modinfo_sample(struct modinfo_sample *s, const char *strings, size_t size,
                    void (*spoil)(struct elf_builder *b))
{
    test_memory_begin(&s->memory);
    read_sample(s, strings, size, spoil);
}

void modinfo_sample_limited(struct modinfo_sample *s, const char *strings, size_t size,
                            size_t allocations)
{
    test_memory_begin_limited(&s->memory, allocations);
    read_sample(s, strings, size, NULL);
}

void modinfo_sample_end(struct modinfo_sample *s)
{
    eb_end(&s->builder);
    test_memory_end(&s->memory);
}
