// SPDX-License-Identifier: BSD-2-Clause
// MAP.json of `btl link`: the address of each section. Addresses are strings in hexadecimal, since
// many readers of JSON keep numbers in 53 bits; sizes are numbers. Each thread writes the objects
// of its own modules.
#include "json.h"
#include "job.h"

// Usual lengths of an object and of a section; more is possible.
#define OBJECT_TEXT  384u
#define SECTION_TEXT 136u

static void map_put_sections(struct json *json, const struct btl_image *image)
{
    json_begin(json, "sections", '[');
    for (uint32_t i = 0; i < image->elf->section_count; i++) {
        const struct elf64_section *section = &image->elf->sections[i];
        if (image->section_offset[i] == BTL_NO_OFFSET)
            continue;
        json_begin_line(json, NULL, '{');
        json_number(json, "index", i);
        json_text(json, "name", btl_elf_section_name(image->elf, i));
        json_number(json, "flags", section->flags);
        json_hex(json, "addr", image->base + image->section_offset[i]);
        json_number(json, "size", section->size);
        json_number(json, "align", section->align);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void map_put_range(struct json *json, const char *name, const struct btl_image *image,
                          uint64_t offset, uint64_t size)
{
    if (size == 0) {
        json_null(json, name);
        return;
    }
    json_begin_line(json, name, '{');
    json_hex(json, "addr", image->base + offset);
    json_number(json, "size", size);
    json_end(json, '}');
}

// Common symbols lie in no section, so that the map lists them by themselves.
static void map_put_commons(struct json *json, const struct btl_image *image)
{
    const struct btl_elf *elf = image->elf;
    json_begin(json, "common", '[');
    for (uint32_t i = 1; i < elf->symbol_count; i++) {
        uint16_t special;
        btl_elf_symbol_section(elf, i, &special);
        if (special != ELF_SHN_COMMON)
            continue;
        json_begin_line(json, NULL, '{');
        json_number(json, "symbol", i);
        json_text(json, "name", btl_elf_symbol_name(elf, i));
        json_hex(json, "addr", image->base + image->common_offset[i]);
        json_number(json, "size", elf->symbols[i].size);
        json_end(json, '}');
    }
    json_end(json, ']');
}

struct btl_str link_map_object(const struct link_module *module, struct btl_arena *arena)
{
    const struct btl_image *image = &module->image;
    struct memory_buffer text;
    struct json json = {.out = &text.out, .depth = 2};
    memory_buffer_begin(&text, arena, OBJECT_TEXT + image->order_count * (size_t)SECTION_TEXT);
    json_begin(&json, NULL, '{');
    json_word(&json, "file", module->path);
    json_text(&json, "name", module->name);
    map_put_sections(&json, image);
    map_put_range(&json, "got", image, image->got_offset, image->got_count * sizeof(uint64_t));
    map_put_range(&json, "plt", image, image->plt_offset, image->plt_size);
    if (image->opd_size != 0)
        map_put_range(&json, "opd", image, image->opd_offset, image->opd_size);
    if (image->common_offset != NULL)
        map_put_commons(&json, image);
    json_end(&json, '}');
    return memory_buffer_text(&text);
}

bool link_write_map(struct link_job *job)
{
    struct host *host = job->host;
    struct btl_str head = memory_text(
        host->arena,
        "{\n  \"arch\": \"%s\",\n  \"base\": \"0x%lx\",\n  \"size\": %lu,\n  \"modules\": [",
        btl_machine_name(job->modules[0].elf.machine), job->base, job->size);
    bool good = output_put(host, &job->map, head);
    for (uint32_t i = 0; good && i < job->count; i++)
        good = (i == 0 || output_put(host, &job->map, BTL_STR(","))) &&
               output_put(host, &job->map, job->modules[i].map);
    return good && output_put(host, &job->map, BTL_STR("\n  ]\n}\n"));
}
