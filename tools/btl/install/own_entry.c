// SPDX-License-Identifier: BSD-2-Clause
#include "own_entry.h"

#include <string.h>

#include "boot_entry.h"
#include "report.h"

#define OPTION_MAX      2048 // bytes of an entry without options
#define PARTITION_GUID  20u  // offset in the bytes of a partition
#define PARTITION_MATCH 18u  // bytes from there on: the identity and its kind

const char *own_entry_name(struct btl_arena *arena, uint16_t number)
{
    return memory_text(arena, "Boot%04X", number).at;
}

// The size of a partition is no part of its identity: a partition that grows stays the same one.
static bool own_entry_matches(struct btl_arena *arena, struct btl_bytes variable,
                              const struct own_entry *entry)
{
    uint8_t identity[LOAD_OPTION_PARTITION];
    struct load_option option;
    load_option_write_partition(&entry->partition, identity);
    return load_option_read(variable, &option) && option.partition.size == LOAD_OPTION_PARTITION &&
           memcmp(option.partition.at + PARTITION_GUID, identity + PARTITION_GUID,
                  PARTITION_MATCH) == 0 &&
           btl_str_equal_nocase(boot_entry_file_path(arena, &option), entry->path);
}

size_t own_entry_find(struct variables *variables, const struct boot_numbers *present, size_t from,
                      const struct own_entry *entry)
{
    struct btl_arena *arena = variables->host->arena;
    struct btl_bytes variable;
    size_t i = from;
    while (i < present->count &&
           (!variables_firmware(variables, own_entry_name(arena, present->at[i]), &variable) ||
            !own_entry_matches(arena, variable, entry)))
        i++;
    return i;
}

bool own_entry_choose_number(struct variables *variables, const struct boot_numbers *present,
                             const struct boot_numbers *order, uint16_t *ret_number)
{
    for (uint32_t number = 0; number <= UINT16_MAX; number++) {
        uint16_t candidate = (uint16_t)number;
        if (boot_numbers_find(present, candidate) == present->count &&
            boot_numbers_find(order, candidate) == order->count) {
            *ret_number = candidate;
            return true;
        }
    }
    btl_report(&variables->host->diags, BTL_HOST_INSTALL_NO_NUMBER,
               (struct btl_place){.file = btl_str_of(variables->source)}, BTL_DEC(present->count));
    return false;
}

bool own_entry_write(struct variables *variables, uint16_t number, const struct own_entry *entry)
{
    uint8_t bytes[OPTION_MAX];
    size_t size = load_option_write(BTL_STR(OWN_ENTRY_TITLE), &entry->partition, entry->path, bytes,
                                    sizeof(bytes));
    memory_require(size > 0); // the paths of loader_file.c are short
    return variables_write_firmware(variables, own_entry_name(variables->host->arena, number),
                                    (struct btl_bytes){bytes, size});
}

// A GUID is written as numbers of 4, 2 and 2 bytes, and 8 bytes.
static struct btl_str identity_text(struct btl_arena *arena,
                                    const struct load_option_partition *partition)
{
    const uint8_t *g = partition->guid;
    if (partition->is_mbr)
        return memory_text(arena, "MBR,0x%02x%02x%02x%02x", g[3], g[2], g[1], g[0]);
    return memory_text(arena,
                       "GPT,%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                       g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11],
                       g[12], g[13], g[14], g[15]);
}

struct btl_str own_entry_text(struct btl_arena *arena, const struct own_entry *entry)
{
    const struct load_option_partition *partition = &entry->partition;
    struct btl_str identity = identity_text(arena, partition);
    char *path = (char *)(uintptr_t)memory_text(arena, "%pS", &entry->path).at;
    for (char *at = path; *at != '\0'; at++)
        *at = *at == '/' ? '\\' : *at;
    return memory_text(arena, "HD(%u,%pS,0x%lx,0x%lx)/%s", partition->number, &identity,
                       partition->start, partition->blocks, path);
}

void own_entry_print_list(struct btl_arena *arena, const char *name,
                          const struct boot_numbers *numbers, const char *done)
{
    struct btl_out out = out_to(stdout);
    struct memory_buffer text;
    memory_buffer_begin(&text, arena, 64);
    for (size_t i = 0; i < numbers->count; i++)
        btl_format(&text.out, "%s%04X", i == 0 ? "" : ",", numbers->at[i]);
    struct btl_str list = memory_buffer_text(&text);
    btl_format(&out, "%s: %pS%s%s\n", name, &list, numbers->count > 0 ? ": " : "", done);
}
