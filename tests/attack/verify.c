// SPDX-License-Identifier: BSD-2-Clause
#include "verify.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btl/boot.h>
#include <btl/hash.h>
#include <btl/symtab.h>

#include "relink.h"
#include "walk.h"

struct check {
    struct mock *mock;
    struct btl_manifest manifest;
    const struct btlm_module *module; // the one whose symbols are looked up
    char *why;
};

#define WRONG(check, ...) (snprintf((check)->why, 512, __VA_ARGS__), false)

// Physical memory that the loader allocated. NULL: the bytes are not all in it.
static uint8_t *physical_bytes(const struct mock *mock, uint64_t physical, uint64_t size)
{
    if (physical < MOCK_MEMORY_START ||
        !btl_in_range(physical - MOCK_MEMORY_START, size, MOCK_MEMORY_SIZE))
        return NULL;
    uint64_t first = (physical - MOCK_MEMORY_START) / BTL_PAGE_SIZE;
    for (uint64_t page = first;
         size > 0 && page * BTL_PAGE_SIZE + MOCK_MEMORY_START < physical + size; page++)
        if (mock->type[page] == 7)
            return NULL;
    return (uint8_t *)(uintptr_t)physical;
}

// The loader maps every image as one piece of physical memory.
static uint8_t *virtual_bytes(const struct mock *mock, uint64_t address, uint64_t size)
{
    struct walk walk = {mock->handoff.page_table_root, mock->facts.cpu.five_levels};
    struct mapping first, next;
    if (!walk_find(&walk, address, &first))
        return NULL;
    uint64_t physical = first.physical + (address & (first.size - 1));
    for (uint64_t at = BTL_PAGE_SIZE - address % BTL_PAGE_SIZE; at < size; at += BTL_PAGE_SIZE)
        if (!walk_find(&walk, address + at, &next) ||
            next.physical + ((address + at) & (next.size - 1)) != physical + at)
            return NULL;
    return physical_bytes(mock, physical, size);
}

static const uint8_t *find_memory(void *context, uint64_t address, uint64_t size)
{
    return virtual_bytes(((struct check *)context)->mock, address, size);
}

// ------------------------------------------------------------------------------------------ files

// The file that the loader says it read, cut to the size that it says.
static bool file_of(const struct check *check, struct btlm_str path, uint64_t size,
                    const uint8_t sha256[32], struct btl_bytes *ret_file)
{
    struct btl_str name = btl_manifest_str(&check->manifest, path);
    char text[512];
    uint8_t digest[32];
    snprintf(text, sizeof(text), "%.*s", (int)name.len, name.at);
    if (!mock_has_file(check->mock, text))
        return WRONG(check, "%s is in the manifest and not on the volume", text);
    const struct mock_file *file = mock_file(check->mock, text);
    if (size > file->size)
        return WRONG(check, "%s has %llu bytes, the manifest says %llu", text,
                     (unsigned long long)file->size, (unsigned long long)size);
    *ret_file = (struct btl_bytes){file->bytes, size};
    btl_sha256(*ret_file, digest);
    return !btlm_is_hashed(sha256) || memcmp(digest, sha256, sizeof(digest)) == 0 ||
           WRONG(check, "%s has another hash than the manifest says", text);
}

static bool is_dependency(const struct check *check, uint32_t owner)
{
    if (owner == BTL_KERNEL)
        return true;
    for (uint32_t i = 0; i < check->module->depend_count; i++)
        if (*(const uint32_t *)btl_manifest_entry(&check->manifest, BTLM_DEPENDS,
                                                  check->module->first_depend + i) == owner)
            return true;
    return false;
}

static bool find_export(void *context, const char *name, uint64_t *ret_value)
{
    struct check *check = context;
    uint64_t count = btl_manifest_count(&check->manifest, BTLM_EXPORTS);
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_export *export = btl_manifest_entry(&check->manifest, BTLM_EXPORTS, i);
        if (!is_dependency(check, export->owner) ||
            !btl_str_equal(btl_manifest_str(&check->manifest, export->name), btl_str_of(name)))
            continue;
        *ret_value = export->value;
        return true;
    }
    return false;
}

// ---------------------------------------------------------------------------------------- modules

static bool check_exports(const struct check *check, const struct relink *link)
{
    for (uint32_t i = 0; i < check->module->export_count; i++) {
        const struct btlm_export *export =
            btl_manifest_entry(&check->manifest, BTLM_EXPORTS, check->module->first_export + i);
        struct btl_str name = btl_manifest_str(&check->manifest, export->name);
        char text[256];
        uint64_t value;
        snprintf(text, sizeof(text), "%.*s", (int)name.len, name.at);
        if (!relink_value(link, text, &value) || value != export->value)
            return WRONG(check, "export %s has the value %#llx", text,
                         (unsigned long long)export->value);
    }
    return true;
}

static bool check_linked(struct check *check, struct btl_bytes file)
{
    const struct btlm_module *module = check->module;
    struct relink_section *sections = calloc(module->section_count + 1u, sizeof(*sections));
    char why[256] = "";
    if (sections == NULL)
        abort();
    for (uint32_t i = 0; i < module->section_count; i++) {
        const struct btlm_section *section =
            btl_manifest_entry(&check->manifest, BTLM_SECTIONS, module->first_section + i);
        sections[i] = (struct relink_section){section->index, section->address, section->size};
    }
    struct relink link = {.file = file.at,
                          .size = file.size,
                          .sections = sections,
                          .section_count = module->section_count,
                          .find = find_export,
                          .memory = find_memory,
                          .context = check};
    bool good = relink_check(&link, why);
    struct btl_str name = btl_manifest_str(&check->manifest, module->name);
    if (!good)
        WRONG(check, "module %.*s: %s", (int)name.len, name.at, why);
    good = good && check_exports(check, &link);
    free(sections);
    return good;
}

static bool check_staged(const struct check *check, struct btl_bytes file)
{
    struct btl_str name = btl_manifest_str(&check->manifest, check->module->name);
    const uint8_t *staged =
        physical_bytes(check->mock, check->module->staged_physical, check->module->file_size);
    return (staged != NULL && memcmp(staged, file.at, file.size) == 0) ||
           WRONG(check, "module %.*s is staged with other bytes", (int)name.len, name.at);
}

static bool check_modules(struct check *check)
{
    for (uint64_t i = 0; i < btl_manifest_count(&check->manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(&check->manifest, i);
        struct btl_bytes file;
        check->module = module;
        if (module->state != BTLM_LINKED && module->state != BTLM_STAGED)
            continue;
        if (!file_of(check, module->path, module->file_size, module->sha256, &file) ||
            !(module->state == BTLM_LINKED ? check_linked(check, file) : check_staged(check, file)))
            return false;
    }
    return true;
}

// ----------------------------------------------------------------------------------------- kernel

static const Elf64_Phdr *segment_of(struct btl_bytes file, uint32_t index)
{
    const Elf64_Ehdr *header = (const void *)file.at;
    uint64_t at = header->e_phoff + index * sizeof(Elf64_Phdr);
    return index < header->e_phnum && btl_in_range(at, sizeof(Elf64_Phdr), file.size)
               ? (const void *)(file.at + at)
               : NULL;
}

// Copies the kernel's segments to their places in `image`, which stands for `base`.
static bool copy_segments(struct btl_bytes file, uint64_t base, uint8_t *image, uint64_t size,
                          const Elf64_Phdr **ret_dynamic)
{
    const Elf64_Phdr *segment;
    for (uint32_t i = 0; (segment = segment_of(file, i)) != NULL; i++) {
        if (segment->p_type == PT_DYNAMIC)
            *ret_dynamic = segment;
        if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
            continue;
        if (!btl_in_range(segment->p_vaddr - base, segment->p_memsz, size) ||
            !btl_in_range(segment->p_offset, segment->p_filesz, file.size) ||
            segment->p_filesz > segment->p_memsz)
            return false;
        memcpy(image + (segment->p_vaddr - base), file.at + segment->p_offset, segment->p_filesz);
    }
    return true;
}

// Is each segment at its place? Between segments anything, or nothing, may lie.
static bool compare_segments(const struct check *check, struct btl_bytes file, uint64_t base,
                             uint64_t moved, const uint8_t *image)
{
    const Elf64_Phdr *segment;
    for (uint32_t i = 0; (segment = segment_of(file, i)) != NULL; i++) {
        if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
            continue;
        uint64_t offset = segment->p_vaddr - base;
        const uint8_t *got = virtual_bytes(check->mock, moved + offset, segment->p_memsz);
        if (got == NULL || memcmp(got, image + offset, segment->p_memsz) != 0)
            return false;
    }
    return true;
}

// The kernels of the tests have relocations of one type, which add the distance of the move.
static bool move_kernel(uint64_t base, uint64_t moved, uint8_t *image, uint64_t size,
                        const Elf64_Phdr *dynamic)
{
    uint64_t table = 0, table_size = 0;
    if (dynamic == NULL || dynamic->p_filesz == 0)
        return true;
    if (!btl_in_range(dynamic->p_vaddr - base, dynamic->p_filesz, size))
        return false;
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic->p_filesz; at += sizeof(Elf64_Dyn)) {
        const Elf64_Dyn *entry = (const void *)(image + (dynamic->p_vaddr - base) + at);
        if (entry->d_tag == DT_NULL)
            break;
        if (entry->d_tag == DT_RELA)
            table = entry->d_un.d_ptr - base;
        if (entry->d_tag == DT_RELASZ)
            table_size = entry->d_un.d_val;
    }
    if (table_size != 0 && !btl_in_range(table, table_size, size))
        return false;
    uint8_t *from = malloc(table_size + 1); // the table may lie in what is moved
    if (from == NULL)
        abort();
    memcpy(from, image + table, table_size);
    bool good = true;
    for (uint64_t at = 0; good && at + sizeof(Elf64_Rela) <= table_size; at += sizeof(Elf64_Rela)) {
        Elf64_Rela rela;
        memcpy(&rela, from + at, sizeof(rela));
        uint64_t value = (uint64_t)rela.r_addend - base + moved;
        if (ELF64_R_TYPE(rela.r_info) == R_X86_64_NONE)
            continue;
        good = ELF64_R_TYPE(rela.r_info) == R_X86_64_RELATIVE &&
               btl_in_range(rela.r_offset - base, 8, size);
        if (good)
            memcpy(image + (rela.r_offset - base), &value, sizeof(value));
    }
    free(from);
    return good;
}

static bool check_kernel(const struct check *check)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(&check->manifest);
    struct btl_bytes file;
    if (!file_of(check, kernel->path, kernel->file_size, kernel->sha256, &file))
        return false;
    uint64_t base = UINT64_MAX;
    const Elf64_Phdr *segment, *dynamic = NULL;
    for (uint32_t i = 0; (segment = segment_of(file, i)) != NULL; i++)
        if (segment->p_type == PT_LOAD && segment->p_memsz != 0 && segment->p_vaddr < base)
            base = segment->p_vaddr & ~(BTL_PAGE_SIZE - 1ull);
    uint8_t *image = calloc(1, kernel->size + 1);
    if (image == NULL)
        abort();
    bool good = copy_segments(file, base, image, kernel->size, &dynamic) &&
                move_kernel(base, kernel->virtual_base, image, kernel->size, dynamic) &&
                compare_segments(check, file, base, kernel->virtual_base, image);
    free(image);
    return good || WRONG(check, "the kernel in memory is not the kernel's file");
}

// ----------------------------------------------------------------------------------- permissions

static void count_open_page(void *context, uint64_t address, const struct mapping *mapping)
{
    (void)address;
    *(uint32_t *)context += mapping->write && mapping->execute;
}

static bool check_permissions(const struct check *check)
{
    struct walk walk = {check->mock->handoff.page_table_root, check->mock->facts.cpu.five_levels};
    uint32_t open_pages = 0;
    walk_all(&walk, count_open_page, &open_pages);
    return open_pages == 0 ||
           WRONG(check, "%u pages can be written and executed", (unsigned)open_pages);
}

bool verify_machine(struct mock *mock, char ret_why[512])
{
    struct check check = {.mock = mock, .why = ret_why};
    mock_manifest(mock, &check.manifest);
    return check_kernel(&check) && check_modules(&check) && check_permissions(&check);
}

// ------------------------------------------------------------------------------------------ spoil

static uint8_t *spoiled_byte(struct mock *mock, const struct btl_manifest *manifest,
                             enum verify_spoil what)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(manifest, i);
        if (what == SPOIL_IMAGE && module->state == BTLM_LINKED && module->section_count > 0) {
            const struct btlm_section *section =
                btl_manifest_entry(manifest, BTLM_SECTIONS, module->first_section);
            return virtual_bytes(mock, section->address, 1);
        }
        if (what == SPOIL_STAGED && module->state == BTLM_STAGED)
            return physical_bytes(mock, module->staged_physical, 1);
    }
    return NULL;
}

bool verify_spoil(struct mock *mock, enum verify_spoil what)
{
    struct btl_manifest manifest;
    mock_manifest(mock, &manifest);
    uint8_t *at = what == SPOIL_KERNEL
                      ? virtual_bytes(mock, btl_manifest_kernel(&manifest)->virtual_base, 1)
                      : spoiled_byte(mock, &manifest, what);
    if (at != NULL)
        *at ^= 1;
    return at != NULL;
}
