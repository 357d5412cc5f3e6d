// SPDX-License-Identifier: BSD-2-Clause
// The block of responses.
#include "limine_block.h"

#include <btl/mem.h>

uint64_t limine_block_reserve(struct btl_limine_answers *answers, uint64_t size)
{
    uint64_t offset = (answers->used + 7) & ~7ull;
    answers->used = offset + size;
    return offset;
}

void limine_block_write(const struct btl_limine_answers *answers, uint64_t offset, const void *from,
                        uint64_t size)
{
    if (answers->memory != NULL && size > 0 && btl_in_range(offset, size, answers->size))
        memcpy(answers->memory + offset, from, size);
}

void limine_block_write_word(const struct btl_limine_answers *answers, uint64_t offset,
                             uint64_t word)
{
    limine_block_write(answers, offset, &word, sizeof(word));
}

uint64_t limine_block_add(struct btl_limine_answers *answers, const void *from, uint64_t size)
{
    uint64_t offset = limine_block_reserve(answers, size);
    limine_block_write(answers, offset, from, size);
    return offset;
}

uint64_t limine_block_add_text(struct btl_limine_answers *answers, struct btl_str text)
{
    uint64_t offset = limine_block_reserve(answers, text.len + 1);
    limine_block_write(answers, offset, text.at, text.len);
    limine_block_write(answers, offset + text.len, "", 1);
    return offset;
}

uint64_t limine_block_address(const struct btl_limine_answers *answers, uint64_t offset)
{
    return answers->direct_map + answers->physical + offset;
}

uint64_t limine_block_add_pointers(struct btl_limine_answers *answers, uint64_t first,
                                   uint64_t size, uint64_t count)
{
    uint64_t pointers = limine_block_reserve(answers, count * sizeof(uint64_t));
    for (uint64_t i = 0; i < count; i++)
        limine_block_write_word(answers, pointers + i * sizeof(uint64_t),
                                limine_block_address(answers, first + i * size));
    return pointers;
}

// Fill in where the file's volume is on its disk.
static void describe_volume(const struct btlm_volume *volume, struct btl_limine_file *file)
{
    if (volume == NULL)
        return;
    file->partition = volume->partition;
    if (volume->kind == BTLM_VOLUME_GPT)
        memcpy(&file->gpt_partition, volume->guid, sizeof(file->gpt_partition));
    if (volume->kind == BTLM_VOLUME_MBR)
        memcpy(&file->mbr_disk, volume->guid, sizeof(file->mbr_disk));
}

uint64_t limine_block_add_file(struct btl_limine_answers *answers,
                               const struct btl_limine_facts *facts,
                               const struct btl_limine_module *file)
{
    uint64_t offset = limine_block_reserve(answers, sizeof(struct btl_limine_file));
    struct btl_limine_file entry = {
        .address = facts->direct_map + file->physical,
        .size = file->size,
        .path = limine_block_address(answers, limine_block_add_text(answers, file->path)),
        .string = limine_block_address(answers, limine_block_add_text(answers, file->string)),
    };
    describe_volume(facts->volume, &entry);
    limine_block_write(answers, offset, &entry, sizeof(entry));
    return offset;
}
