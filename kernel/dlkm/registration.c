// SPDX-License-Identifier: BSD-2-Clause
// A request to register a file: which file it is, and whether loader.conf permits it.
#include "dlkm/register.h"

#include "base/handoff.h"
#include "dlkm/source.h"
#include "dlkm/volume.h"
#include "failure/boot_state.h"
#include "vm/vm.h"

#include <btl/hash.h>
#include <btl/kernel.h>

void registration_begin(struct registration *registration, struct module *replaced)
{
    *registration = (struct registration){.replaced = replaced};
    heap_arena_init(&registration->heap);
    heap_arena_init_on(&registration->reports, registration->first_reports,
                       sizeof(registration->first_reports));
    registration->diags.arena = &registration->reports.arena;
}

static void candidate_free(struct candidate *candidate)
{
    kmem_free((void *)(uintptr_t)candidate->bytes.at);
    candidate->bytes = (struct btl_bytes){NULL, 0};
}

void registration_end(struct registration *registration)
{
    char reason[REASON_MAX];

    diags_explain(&registration->diags, reason);
    candidate_free(&registration->target);
    for (size_t i = 0; i < registration->candidate_capacity; i++)
        if (registration->candidates[i] != NULL)
            candidate_free(registration->candidates[i]);
    heap_arena_free(&registration->reports);
    heap_arena_free(&registration->heap);
}

// "/modules/mine.ko: mine: "
struct btl_place registration_place(const struct registration *registration)
{
    return (struct btl_place){.file = registration->target.place,
                              .module = registration->target.info.name};
}

bool registration_no_memory(struct registration *registration, const char *doing)
{
    btl_report(&registration->diags, BTL_NO_MEMORY, registration_place(registration),
               BTL_ARG_Z(doing));
    return false;
}

static bool diags_have_no_memory(const struct btl_diags *diags)
{
    const struct btl_diag *diag = diags->first;

    while (diag != NULL && diag->code != BTL_NO_MEMORY)
        diag = diag->next;
    return diag != NULL || diags->lost > 0;
}

// The loader has reported the errors of loader.conf. Without memory every key has its default,
// which may permit more than the file does.
static bool registration_configure(struct registration *registration)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct heap_arena reports;
    struct btl_diags reported = {.arena = &reports.arena};
    bool good;

    heap_arena_init(&reports);
    good = btl_config_parse(btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
                            btl_manifest_text(manifest, BTLM_CONFIG), &registration->heap.arena,
                            &registration->config, &reported) ||
           !diags_have_no_memory(&reported);
    heap_arena_free(&reports);
    return good || registration_no_memory(registration, "reading loader.conf");
}

// Is the file of the boot volume, in a directory of module_path?
static bool place_is_in_module_path(const struct registration *registration, struct btl_str place)
{
    struct btl_str rest = registration->config.module_path, directory;
    struct btl_str name = btl_base_name(place);
    struct btl_str of = btl_directory_prefix(btl_str_first(place, place.len - name.len));

    while (btl_take_part(&rest, ';', &directory))
        if (btl_str_equal(btl_directory_prefix(directory), of))
            return true;
    return false;
}

static bool registration_permits(struct registration *registration, struct btl_str place)
{
    const struct module *replaced = registration->replaced;
    struct btl_place of = {.file = place};

    if (registration->config.module_register == BTL_REGISTER_ANY)
        return true;
    if (registration->config.module_register == BTL_REGISTER_BOOT) {
        btl_report(&registration->diags, BTL_RUN_REGISTER_BOOT, of);
        return false;
    }
    if (place_is_in_module_path(registration, place) ||
        (replaced != NULL && replaced->record == NULL &&
         btl_str_equal(place, module_path(replaced))))
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTER_PATH, of,
               BTL_ARG(registration->config.module_path));
    return false;
}

static bool candidate_report_error(struct registration *registration, struct btl_str place,
                                   const struct btl_fs *fs, int error)
{
    struct btl_place of = {.file = place};

    if (fs == NULL && btl_str_begins(place, BTL_STR("/")))
        btl_report(&registration->diags, BTL_RUN_NO_VOLUME, of, BTL_ARG(place));
    else if (fs == NULL)
        btl_report(&registration->diags, BTL_RUN_REGISTER_NO_VOLUME, of);
    else if (error == BTL_EINVAL)
        btl_report(&registration->diags, BTL_RUN_REGISTER_NO_PATH, of, BTL_ARG_Z(fs->name));
    else if (error == BTL_ENOENT)
        btl_report(&registration->diags, BTL_RUN_FILE_NOT_FOUND, of, BTL_ARG(place),
                   BTL_ARG_Z(fs->name));
    else
        btl_report(&registration->diags, BTL_RUN_FILE_UNREADABLE, of, BTL_ARG(place),
                   BTL_ARG_Z(fs->name), BTL_ARG_Z(btl_error_text(error)));
    return false;
}

// Is the file one that the loader has read, and so has compared with the seal?
static bool candidate_is_of_boot(const struct candidate *candidate)
{
    const struct btl_manifest *manifest = handoff_manifest();

    for (uint32_t id = 0; id < btl_manifest_count(manifest, BTLM_MODULES); id++)
        if (memcmp(btl_manifest_module(manifest, id)->sha256, candidate->sha256,
                   sizeof(candidate->sha256)) == 0)
            return true;
    return false;
}

// In a sealed boot, the file must be one of the seal.
static bool candidate_fits_seal(struct registration *registration,
                                const struct candidate *candidate)
{
    if (!boot_has(BTLM_BOOT_SEALED) || candidate_is_of_boot(candidate))
        return true;
    btl_report(&registration->diags, BTL_RUN_REGISTER_SEALED,
               (struct btl_place){.file = candidate->place});
    return false;
}

static bool candidate_open(struct registration *registration, struct candidate *candidate)
{
    uint16_t machine = btl_manifest_system(handoff_manifest())->machine;
    struct btl_place place = {.file = candidate->place};

    btl_sha256(candidate->bytes, candidate->sha256);
    return candidate_fits_seal(registration, candidate) &&
           btl_elf_open(candidate->bytes, BTL_ELF_MODULE, machine, place, &candidate->elf,
                        &registration->diags) &&
           btl_modinfo_read(&candidate->elf, &registration->heap.arena, &candidate->info,
                            &registration->diags);
}

// The places of files are printed after the texts that they came from are gone.
static bool candidate_read(struct registration *registration, struct btl_str place,
                           struct candidate *candidate)
{
    struct btl_fs *fs;
    int error;

    candidate->place = btl_str_copy(&registration->heap.arena, place);
    if (candidate->place.at == NULL)
        return registration_no_memory(registration, "reading it");
    if (!registration_permits(registration, candidate->place))
        return false;
    error = volume_read_place(candidate->place, &fs, &candidate->bytes);
    return error == 0 ? candidate_open(registration, candidate)
                      : candidate_report_error(registration, candidate->place, fs, error);
}

bool candidate_search(struct registration *registration, struct btl_str name,
                      struct candidate *candidate)
{
    struct btl_str place = {"", 0};
    struct btl_fs *fs = NULL;
    int error = source_search(name, &registration->heap.arena, &place, &fs, &candidate->bytes);

    candidate->place = place;
    if (error == 0)
        return registration_permits(registration, place) && candidate_open(registration, candidate);
    if (place.at == NULL)
        return registration_no_memory(registration, "looking for its file");
    if (error != BTL_ENOENT)
        return candidate_report_error(registration, place, fs, error);
    btl_report(&registration->diags, BTL_RUN_REGISTER_NO_FILE, (struct btl_place){.module = name},
               BTL_ARG(search_path()));
    return false;
}

static bool file_is_place(struct btl_str file)
{
    return btl_base_name(file).len < file.len;
}

bool registration_read(struct registration *registration, struct btl_str file)
{
    if (!vm_ready()) {
        btl_report(&registration->diags, BTL_RUN_REGISTER_EARLY,
                   (struct btl_place){.module = file});
        return false;
    }
    if (!registration_configure(registration))
        return false;
    return file_is_place(file) ? candidate_read(registration, file, &registration->target)
                               : candidate_search(registration, file, &registration->target);
}
