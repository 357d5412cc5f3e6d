// SPDX-License-Identifier: BSD-2-Clause
#include "boot_numbers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_PREFIX "Boot"
#define ENTRY_DIGITS 4u
#define ENTRY_SUFFIX "-8be4df61-93ca-11d2-aa0d-00e098032b8c" // EFI_GLOBAL_VARIABLE

void boot_numbers_insert(struct btl_arena *arena, struct boot_numbers *numbers, size_t index,
                         uint16_t number)
{
    MEMORY_RESERVE(arena, numbers->at, numbers->count, 1, numbers->capacity);
    memmove(numbers->at + index + 1, numbers->at + index,
            (numbers->count - index) * sizeof(*numbers->at));
    numbers->at[index] = number;
    numbers->count++;
}

size_t boot_numbers_find(const struct boot_numbers *numbers, uint16_t number)
{
    size_t index = 0;
    while (index < numbers->count && numbers->at[index] != number)
        index++;
    return index;
}

void boot_numbers_remove(struct boot_numbers *numbers, uint16_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->at[i] != number)
            numbers->at[kept++] = numbers->at[i];
    }
    numbers->count = kept;
}

struct boot_numbers boot_numbers_read(struct variables *variables, const char *name)
{
    struct boot_numbers numbers = {.count = 0};
    struct btl_bytes list;
    if (!variables_firmware(variables, name, &list))
        return numbers;
    for (size_t at = 0; at + 1 < list.size; at += 2)
        boot_numbers_insert(variables->host->arena, &numbers, numbers.count,
                            (uint16_t)(list.at[at] | list.at[at + 1] << 8));
    return numbers;
}

// Boot000A-8be4df61-…: the digits are capitals (UEFI 2.10, 3.1).
static bool entry_number(const char *name, uint16_t *ret_number)
{
    const char *digits = name + strlen(ENTRY_PREFIX);
    if (strncmp(name, ENTRY_PREFIX, strlen(ENTRY_PREFIX)) != 0 ||
        strspn(digits, "0123456789ABCDEF") != ENTRY_DIGITS ||
        strcmp(digits + ENTRY_DIGITS, ENTRY_SUFFIX) != 0)
        return false;
    *ret_number = (uint16_t)strtoul(digits, NULL, 16);
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

struct boot_numbers boot_numbers_present(struct variables *variables)
{
    struct boot_numbers numbers = {.count = 0};
    int fd = openat(variables->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    uint16_t number;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (entry_number(entry->d_name, &number))
            boot_numbers_insert(variables->host->arena, &numbers, numbers.count, number);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
    if (numbers.count > 0)
        qsort(numbers.at, numbers.count, sizeof(*numbers.at), compare_numbers);
    return numbers;
}

bool boot_numbers_write(struct variables *variables, const char *name,
                        const struct boot_numbers *numbers)
{
    uint8_t *bytes = MEMORY_ARRAY(variables->host->arena, uint8_t, 2 * numbers->count);
    for (size_t i = 0; i < numbers->count; i++) {
        bytes[2 * i] = (uint8_t)numbers->at[i];
        bytes[2 * i + 1] = (uint8_t)(numbers->at[i] >> 8);
    }
    if (numbers->count == 0)
        return variables_delete_firmware(variables, name);
    return variables_write_firmware(variables, name, (struct btl_bytes){bytes, 2 * numbers->count});
}
