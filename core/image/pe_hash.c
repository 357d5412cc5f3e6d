// SPDX-License-Identifier: BSD-2-Clause
// The Authenticode hash of an EFI program, as firmware computes it to verify and to measure the
// program (Microsoft's Windows Authenticode Portable Executable Signature Format, "Calculating the
// PE Image Hash"): headers and sections, without the checksum, the directory entry of the
// certificate table and that table. Signing tools pad a file to 8 bytes before they sign it;
// firmware pads nothing.
#include "pe_format.h"
#include <btl/hash.h>
#include <btl/mem.h>
#include <btl/pe.h>

#include "../base/sort.h"

#define PE_PIECES_MAX (BTL_PE_SECTIONS_MAX + 4) // three of the headers, and what follows sections

struct pe_hash {
    const struct btl_pe *pe;
    uint64_t optional;          // offset of the optional header
    uint64_t entry;             // offset of the directory entry of the table; 0: there is none
    uint32_t certificates_size; // of the table
    uint32_t headers_size;
    struct btl_bytes pieces[PE_PIECES_MAX];
    uint32_t count;
    uint64_t size; // bytes of the pieces
    struct btl_diags *diags;
};

static bool pe_hash_fail(const struct pe_hash *hash, const char *part)
{
    btl_report(hash->diags, BTL_PE_NO_HASH, hash->pe->place, BTL_ARG_Z(part));
    return false;
}

// Find the certificate table, which may be absent.
static bool pe_hash_find_table(struct pe_hash *hash)
{
    struct btl_bytes file = hash->pe->file;
    uint64_t header = pe_u32(file.at + PE_DOS_OFFSET);
    uint32_t optional_size = pe_u16(file.at + header + COFF_OPTIONAL_SIZE);
    hash->optional = header + PE_COFF_SIZE;
    const uint8_t *optional = file.at + hash->optional;
    hash->headers_size = pe_u32(optional + OPTIONAL_HEADERS_SIZE);
    if (optional_size < OPTIONAL_DIRECTORIES)
        return pe_hash_fail(hash, "the optional header");
    if (pe_u32(optional + OPTIONAL_DIRECTORY_COUNT) <= PE_CERTIFICATES)
        return true;
    if (optional_size < OPTIONAL_DIRECTORIES + (PE_CERTIFICATES + 1) * PE_DIRECTORY_SIZE)
        return pe_hash_fail(hash, "the data directories");
    hash->entry = hash->optional + OPTIONAL_DIRECTORIES + PE_CERTIFICATES * PE_DIRECTORY_SIZE;
    uint32_t offset = pe_u32(file.at + hash->entry);
    hash->certificates_size = pe_u32(file.at + hash->entry + 4);
    return hash->certificates_size == 0 ||
           btl_in_range(offset, hash->certificates_size, file.size) ||
           pe_hash_fail(hash, "the certificate table");
}

// Add the bytes from `begin` up to `end` of the file.
static void pe_hash_add(struct pe_hash *hash, uint64_t begin, uint64_t end)
{
    hash->pieces[hash->count++] = (struct btl_bytes){hash->pe->file.at + begin, end - begin};
    hash->size += end - begin;
}

static bool pe_hash_add_headers(struct pe_hash *hash)
{
    uint64_t begin = 0, checksum = hash->optional + OPTIONAL_CHECKSUM;
    uint64_t table = (uint64_t)(hash->pe->entries.at - hash->pe->file.at);
    if (hash->headers_size < table || hash->headers_size > hash->pe->file.size)
        return pe_hash_fail(hash, "SizeOfHeaders");
    pe_hash_add(hash, begin, checksum);
    begin = checksum + sizeof(uint32_t);
    if (hash->entry != 0) {
        pe_hash_add(hash, begin, hash->entry);
        begin = hash->entry + PE_DIRECTORY_SIZE;
    }
    pe_hash_add(hash, begin, hash->headers_size);
    return true;
}

static int pe_hash_compare(const void *a, const void *b, void *context)
{
    const struct btl_bytes *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

// Add the sections in the order of the file, and what follows them up to the certificate table.
static bool pe_hash_add_sections(struct pe_hash *hash)
{
    const struct btl_pe *pe = hash->pe;
    uint32_t first = hash->count;
    uint64_t done = hash->headers_size, limit = pe->file.size - hash->certificates_size;
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const uint8_t *entry = pe->entries.at + (size_t)i * PE_SECTION_SIZE;
        uint64_t begin = pe_u32(entry + SECTION_RAW_OFFSET);
        uint32_t size = pe_u32(entry + SECTION_RAW_SIZE);
        if (size > 0)
            pe_hash_add(hash, begin, begin + size);
        done += size;
    }
    if (done > limit)
        return pe_hash_fail(hash, "the sections");
    btl_sort(hash->pieces + first, hash->count - first, sizeof(*hash->pieces), pe_hash_compare,
             NULL);
    if (done < limit)
        pe_hash_add(hash, done, limit);
    return true;
}

bool btl_pe_hash(const struct btl_pe *pe, struct btl_arena *arena, uint8_t ret_sha256[static 32],
                 struct btl_diags *diags)
{
    struct pe_hash hash = {.pe = pe, .diags = diags};
    if (!pe_hash_find_table(&hash) || !pe_hash_add_headers(&hash) || !pe_hash_add_sections(&hash))
        return false;
    uint8_t *text = btl_alloc(arena, hash.size, 1);
    if (text == NULL) {
        btl_report(diags, BTL_NO_MEMORY, pe->place, BTL_ARG_Z("hashing an EFI program"));
        return false;
    }
    uint64_t offset = 0;
    for (uint32_t i = 0; i < hash.count; i++) {
        if (hash.pieces[i].size > 0)
            memcpy(text + offset, hash.pieces[i].at, hash.pieces[i].size);
        offset += hash.pieces[i].size;
    }
    btl_sha256((struct btl_bytes){text, hash.size}, ret_sha256);
    return true;
}
