// SPDX-License-Identifier: BSD-2-Clause
#include "loader_file.h"

#include <string.h>

#include <btl/machine.h>

#include "files.h"

#define LOADER_INFO "#### LoaderInfo: BTL "

static const struct {
    uint16_t machine; // of the PE header
    struct btl_str path, removable;
} machines[] = {
    {0x8664, BTL_STR("/EFI/btl/btlx64.efi"), BTL_STR("/EFI/BOOT/BOOTX64.EFI")},
    {0x0200, BTL_STR("/EFI/btl/btlia64.efi"), BTL_STR("/EFI/BOOT/BOOTIA64.EFI")},
    {0xaa64, BTL_STR("/EFI/btl/btlaa64.efi"), BTL_STR("/EFI/BOOT/BOOTAA64.EFI")},
};

// PE/COFF 2 and 3: offsets in the file, and from the PE signature on.
#define PE_OFFSET      0x3c
#define PE_MACHINE     4
#define PE_OPTIONAL    24
#define PE_MAGIC_64    0x20b
#define PE_SECURITY    (PE_OPTIONAL + 112 + 4 * 8) // the directory of signatures
#define PE_HEADERS_MAX (PE_SECURITY + 8)

static uint32_t read_le(const uint8_t *bytes, size_t size)
{
    uint32_t value = 0;
    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

// Return the PE header of the file with PE_HEADERS_MAX bytes, or NULL.
static const uint8_t *loader_header(struct btl_bytes bytes)
{
    if (bytes.size < PE_OFFSET + 4 || memcmp(bytes.at, "MZ", 2) != 0)
        return NULL;
    uint64_t offset = read_le(bytes.at + PE_OFFSET, 4);
    const uint8_t *header = bytes.at + offset;
    return btl_in_range(offset, PE_HEADERS_MAX, bytes.size) && memcmp(header, "PE\0\0", 4) == 0 &&
                   read_le(header + PE_OPTIONAL, 2) == PE_MAGIC_64
               ? header
               : NULL;
}

bool loader_file_is_btl(struct btl_bytes bytes)
{
    return memmem(bytes.at, bytes.size, LOADER_INFO, sizeof(LOADER_INFO) - 1) != NULL;
}

const char *loader_file_path(size_t index)
{
    return index < BTL_COUNT(machines) ? machines[index].path.at : NULL;
}

// Return the index of the file's machine, or their number.
static size_t loader_machine(const uint8_t *header)
{
    size_t i = 0;
    while (i < BTL_COUNT(machines) &&
           (header == NULL || read_le(header + PE_MACHINE, 2) != machines[i].machine))
        i++;
    return i;
}

bool loader_file_read(struct host *host, const char *source, struct loader_file *ret_file)
{
    // Of an installed btl, and of the source tree in which btl was built.
    static const char *const places[] = {"../lib/btl/efi/BOOTX64.EFI", "../x86_64/efi/BOOTX64.EFI"};
    struct loader_file file = {.source = source};
    if (source == NULL)
        file.source = files_of_program(host, places, BTL_COUNT(places), 0);
    if (file.source == NULL) {
        btl_report(&host->diags, BTL_HOST_INSTALL_NO_LOADER,
                   (struct btl_place){.file = BTL_STR("btl")});
        return false;
    }
    struct btl_place place = {.file = btl_str_of(file.source)};
    if (!files_read(host, file.source, &file.bytes))
        return false;
    const uint8_t *header = loader_header(file.bytes);
    size_t machine = loader_machine(header);
    bool large = file.bytes.size > LOADER_FILE_MAX;
    if (large || machine == BTL_COUNT(machines) || !loader_file_is_btl(file.bytes)) {
        btl_report(&host->diags, BTL_HOST_INSTALL_NOT_LOADER, place,
                   BTL_ARG_Z(large            ? "it is too large"
                             : header == NULL ? "it has no PE32+ header"
                             : machine == BTL_COUNT(machines)
                                 ? "its machine is not " BTL_MACHINE_NAMES
                                 : "it does not name BTL"));
        return false;
    }
    file.is_signed = read_le(header + PE_SECURITY + 4, 4) != 0;
    file.path = machines[machine].path;
    file.removable = machines[machine].removable;
    *ret_file = file;
    return true;
}
