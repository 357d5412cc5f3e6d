// SPDX-License-Identifier: BSD-2-Clause
// The envelope of a seal. A signature (Authenticode) covers the headers and the sections of a PE
// file, but not its checksum, not its certificate table and not the directory entry of that table.
// In a sound envelope, the sections fill the file from the end of the headers to the certificate
// table, so the signature covers each byte that is read as a list.
#include "seal_format.h"

#include "../image/pe_format.h"
#include <btl/pe.h>

struct seal_envelope {
    struct btl_pe pe;
    const uint8_t *optional;
    uint32_t optional_size, headers_size;
    uint32_t certificates, certificates_size; // a range of the file; 0, 0: no certificate table
    struct btl_diags *diags;
};

static bool seal_fail_layout(const struct seal_envelope *envelope, const char *part)
{
    btl_report(envelope->diags, BTL_SEAL_LAYOUT, envelope->pe.place, BTL_ARG_Z(part));
    return false;
}

// Read the optional header, which must have the directory entry of the certificate table.
static bool seal_read_optional(struct seal_envelope *envelope)
{
    const struct btl_pe *pe = &envelope->pe;
    const uint8_t *header = pe->file.at + pe_u32(pe->file.at + PE_DOS_OFFSET);
    envelope->optional = header + PE_COFF_SIZE;
    envelope->optional_size = pe_u16(header + COFF_OPTIONAL_SIZE);
    if (envelope->optional_size < OPTIONAL_DIRECTORIES)
        return seal_fail_layout(envelope, "the optional header");
    uint32_t count = pe_u32(envelope->optional + OPTIONAL_DIRECTORY_COUNT);
    if (count <= PE_CERTIFICATES ||
        count > (envelope->optional_size - OPTIONAL_DIRECTORIES) / PE_DIRECTORY_SIZE)
        return seal_fail_layout(envelope, "the data directories");
    const uint8_t *entry =
        envelope->optional + OPTIONAL_DIRECTORIES + PE_CERTIFICATES * PE_DIRECTORY_SIZE;
    envelope->certificates = pe_u32(entry);
    envelope->certificates_size = pe_u32(entry + 4);
    envelope->headers_size = pe_u32(envelope->optional + OPTIONAL_HEADERS_SIZE);
    return true;
}

// Check that headers and section table lie inside SizeOfHeaders, which the signature covers.
static bool seal_check_headers(const struct seal_envelope *envelope)
{
    const struct btl_pe *pe = &envelope->pe;
    uint64_t end = (uint64_t)(pe->entries.at - pe->file.at) + pe->entries.size;
    return (end <= envelope->headers_size && envelope->headers_size <= pe->file.size) ||
           seal_fail_layout(envelope, "SizeOfHeaders");
}

// Check that the certificate table, if there is one, ends with the file. Set *ret_begin to its
// beginning, or to the end of the file.
static bool seal_check_certificates(const struct seal_envelope *envelope, uint64_t *ret_begin)
{
    uint64_t size = envelope->pe.file.size, end;
    end = (uint64_t)envelope->certificates + envelope->certificates_size;
    if (envelope->certificates_size == 0 && envelope->certificates == 0) {
        *ret_begin = size;
        return true;
    }
    if (envelope->certificates_size == 0 || end != size || envelope->certificates % 8 != 0)
        return seal_fail_layout(envelope, "the certificate table");
    *ret_begin = envelope->certificates;
    return true;
}

// Check that the sections lie one behind the other from the headers to the certificate table.
static bool seal_check_sections(const struct seal_envelope *envelope, uint64_t end)
{
    uint64_t offset = envelope->headers_size;
    for (uint32_t i = 0; i < envelope->pe.section_count; i++) {
        const uint8_t *entry = envelope->pe.entries.at + (size_t)i * PE_SECTION_SIZE;
        if (pe_u32(entry + SECTION_RAW_OFFSET) != offset)
            return seal_fail_layout(envelope, "the sections");
        offset += pe_u32(entry + SECTION_RAW_SIZE);
    }
    return offset == end || seal_fail_layout(envelope, "the end of the last section");
}

// Find the only section with a list.
static bool seal_find_text(const struct seal_envelope *envelope, struct btl_str *ret_text)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < envelope->pe.section_count; i++) {
        struct btl_pe_section section = btl_pe_section(&envelope->pe, i);
        if (!btl_str_equal(section.name, SEAL_SECTION))
            continue;
        *ret_text = (struct btl_str){(const char *)section.contents.at, section.contents.size};
        found++;
    }
    if (found != 1)
        btl_report(envelope->diags, BTL_SEAL_SECTIONS, envelope->pe.place, BTL_DEC(found));
    return found == 1;
}

bool seal_envelope_open(struct btl_bytes file, struct btl_place place,
                        const struct btl_machine *machine, struct btl_str *ret_text,
                        struct btl_bytes *ret_certificates, struct btl_diags *diags)
{
    struct seal_envelope envelope = {.diags = diags};
    uint64_t end;
    if (file.size > BTL_SEAL_MAX) {
        btl_report(diags, BTL_SEAL_TOO_LARGE, place, BTL_DEC(file.size), BTL_DEC(BTL_SEAL_MAX));
        return false;
    }
    if (!btl_pe_open(file, machine->number, place, &envelope.pe, diags) ||
        !seal_read_optional(&envelope) || !seal_check_headers(&envelope) ||
        !seal_check_certificates(&envelope, &end) || !seal_check_sections(&envelope, end) ||
        !seal_find_text(&envelope, ret_text))
        return false;
    *ret_certificates =
        (struct btl_bytes){file.at + envelope.certificates, envelope.certificates_size};
    return true;
}
