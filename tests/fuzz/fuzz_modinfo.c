// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as the .modinfo of an otherwise valid module. Every returned string is read.
#include <stdlib.h>
#include <string.h>

#include "modinfo_samples.h"

static volatile uint64_t sink;

// Check that a string of the metadata lies in its section.
static void walk(struct btl_bytes section, struct btl_str text)
{
    uint64_t sum = 0;
    if (text.len == 0)
        return;
    if ((const uint8_t *)text.at < section.at ||
        (const uint8_t *)text.at + text.len > section.at + section.size)
        abort();
    for (size_t i = 0; i < text.len; i++)
        sum += (uint8_t)text.at[i];
    sink = sum;
}

static void walk_all(struct btl_bytes section, const struct btl_str *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        walk(section, texts[i]);
}

static void walk_info(struct btl_bytes section, const struct btl_modinfo *info)
{
    const struct btl_str texts[] = {info->name, info->version, info->description, info->author,
                                    info->license};
    walk_all(section, texts, BTL_COUNT(texts));
    walk_all(section, info->depends, info->depend_count);
    walk_all(section, info->exports, info->export_count);
    walk_all(section, info->stubs, info->stub_count);
    for (size_t i = 0; i < info->need_count; i++)
        walk(section, info->needs[i].name);
    for (size_t i = 0; i < info->provide_count; i++)
        walk(section, info->provides[i].name);
    for (size_t i = 0; i < info->parm_count; i++) {
        walk(section, info->parms[i].name);
        walk(section, info->parms[i].type);
        walk(section, info->parms[i].description);
    }
    if (info->name.len == 0 || info->supported == 0 || info->type >= BTL_TYPES)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct modinfo_sample s;
    modinfo_sample(&s, (const char *)data, size, NULL);
    if (s.good != (s.diags.errors == 0))
        abort();
    if (s.good)
        walk_info((struct btl_bytes){eb_bytes_at(&s.builder, s.builder.modinfo), size}, &s.info);
    else
        test_diags_text(&s.memory, &s.diags);
    modinfo_sample_end(&s);
    return 0;
}
