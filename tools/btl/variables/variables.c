// SPDX-License-Identifier: BSD-2-Clause
// Read the records from their directory or file.
#include "variables.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efivars.h"
#include "files.h"
#include "varstore.h"

static struct btl_str record_name(const struct variables *variables, enum btl_variable which)
{
    return memory_text(variables->host->arena, "%s: %s", variables->source,
                       btl_variable_name(which));
}

// Parse a record. Another program, another version or a defective flash may have written it.
static void parse_record(struct variables *variables, enum btl_variable which,
                         struct btl_bytes data, uint32_t attributes)
{
    struct btl_diags *diags = &variables->host->diags;
    struct btl_place place = {.file = record_name(variables, which)};
    if (!btl_record_read(which, data, &variables->state.record[which]))
        btl_report(diags, BTL_HOST_RECORD_BAD, place, BTL_DEC(data.size));
    else if (attributes != BTL_VARIABLE_ATTRIBUTES) {
        btl_report(diags, BTL_HOST_RECORD_ATTRIBUTES, place, BTL_HEX(attributes),
                   BTL_HEX(BTL_VARIABLE_ATTRIBUTES));
        variables->state.record[which].valid = false;
    }
}

static bool read_varstore(struct variables *variables)
{
    static const uint8_t guid[] = BTL_VARIABLE_GUID;
    struct varstore_variable found;
    struct varstore *store = &variables->store;
    struct btl_bytes file;
    struct btl_place place = {.file = btl_str_of(variables->source)};
    if (!files_read(variables->host, variables->source, &file) ||
        !varstore_open(file, place, store, &variables->host->diags))
        return false;
    for (enum btl_variable which = 0; which < BTL_VARIABLES; which++) {
        if (varstore_find(store, guid, btl_variable_name(which), &found))
            parse_record(variables, which, found.data, found.attributes);
    }
    return true;
}

static bool read_efivars(struct variables *variables)
{
    struct efivar found;
    bool good = true;
    for (enum btl_variable which = 0; which < BTL_VARIABLES; which++) {
        good = efivars_read(variables, which, &found) && good;
        if (found.present)
            parse_record(variables, which, found.data, found.attributes);
    }
    return good;
}

bool variables_find(const struct variables *variables, enum variable_vendor vendor,
                    const char *name, struct btl_bytes *ret_data, uint32_t *ret_attributes)
{
    static const uint8_t guids[VARIABLE_VENDORS][16] = {
        [VENDOR_BTL] = BTL_VARIABLE_GUID,
        // 8be4df61-93ca-11d2-aa0d-00e098032b8c
        [VENDOR_FIRMWARE] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0,
                             0x98, 0x03, 0x2b, 0x8c},
        // 605dab50-e046-4300-abb6-3dd810dd8b23
        [VENDOR_SHIM] = {0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43, 0xab, 0xb6, 0x3d, 0xd8,
                         0x10, 0xdd, 0x8b, 0x23},
        // f0a30bc7-af08-4556-99c4-001009c93a44
        [VENDOR_OVMF] = {0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45, 0x99, 0xc4, 0x00, 0x10,
                         0x09, 0xc9, 0x3a, 0x44},
    };
    struct varstore_variable found;
    if (variables->directory >= 0)
        return efivars_read_other(variables, vendor, name, ret_data, ret_attributes);
    if (!varstore_find(&variables->store, guids[vendor], name, &found))
        return false;
    *ret_data = found.data;
    *ret_attributes = found.attributes;
    return true;
}

bool variables_firmware(const struct variables *variables, const char *name,
                        struct btl_bytes *ret_data)
{
    uint32_t attributes;
    return variables_find(variables, VENDOR_FIRMWARE, name, ret_data, &attributes);
}

bool variables_run(const struct variables *variables, struct btl_run *ret_run)
{
    struct btl_bytes data;
    uint32_t attributes;
    if (!variables_find(variables, VENDOR_BTL, BTL_RUN_VARIABLE, &data, &attributes))
        return false;
    if (btl_run_read(data, ret_run))
        return true;
    struct btl_place place = {
        .file = memory_text(variables->host->arena, "%s: " BTL_RUN_VARIABLE, variables->source)};
    btl_report(&variables->host->diags, BTL_HOST_RUN_BAD, place, BTL_DEC(data.size));
    return false;
}

bool variables_running(const struct variables *variables, struct btl_running *ret_running)
{
    struct btl_bytes data;
    uint32_t attributes;
    if (!variables_find(variables, VENDOR_BTL, BTL_RUNNING_VARIABLE, &data, &attributes))
        return false;
    // One that survives the power is of another boot.
    if (attributes == BTL_RUNNING_ATTRIBUTES && btl_running_read(data, ret_running))
        return true;
    struct btl_place place = {.file = memory_text(variables->host->arena,
                                                  "%s: " BTL_RUNNING_VARIABLE, variables->source)};
    btl_report(&variables->host->diags, BTL_HOST_RUNNING_BAD, place, BTL_DEC(data.size));
    return false;
}

bool variables_log(const struct variables *variables, struct btl_str *ret_text)
{
    struct btl_bytes data;
    uint32_t attributes;
    if (!variables_find(variables, VENDOR_BTL, BTL_LOG_VARIABLE, &data, &attributes) ||
        attributes != BTL_RUNNING_ATTRIBUTES)
        return false;
    *ret_text = (struct btl_str){(const char *)data.at, data.size};
    return true;
}

bool variables_exist(const char *source)
{
    return access(source, F_OK) == 0;
}

bool variables_open(struct host *host, const char *source, struct variables *ret_variables)
{
    struct stat status;
    struct btl_place place = {.file = btl_str_of(source)};
    *ret_variables = (struct variables){.host = host, .source = source, .directory = -1};
    if (stat(source, &status) != 0 && strcmp(source, VARIABLES_DEFAULT) == 0 && errno == ENOENT)
        btl_report(&host->diags, BTL_HOST_NO_EFIVARS, place, BTL_ARG(place.file));
    else if (stat(source, &status) != 0)
        files_report(host, place, errno);
    else if (!S_ISDIR(status.st_mode))
        return read_varstore(ret_variables);
    else
        return efivars_open(ret_variables) && read_efivars(ret_variables);
    return false;
}

void variables_close(struct variables *variables)
{
    if (variables->directory >= 0)
        close(variables->directory);
    variables->directory = -1;
}
