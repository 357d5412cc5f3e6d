// SPDX-License-Identifier: BSD-2-Clause
// The step of a Limine kernel that has been placed: find its requests, read the files it asks for.
#include "attempt_private.h"

// Does the image hold a request at all, where requests are looked for?
static bool limine_has_request(const struct btl_limine_requests *requests)
{
    bool found = requests->unknown > 0;
    for (size_t i = 0; i < BTL_LIMINE_FEATURES; i++)
        found = found || requests->there[i];
    return found;
}

// Read internal module `index`. One that is not there and not required is left out.
static bool limine_read_internal(struct btl_attempt *attempt, uint32_t index)
{
    struct btl_attempt_limine *limine = attempt->kernel.limine;
    struct btl_limine_internal module;
    struct btl_file_problem problem;
    if (!btl_limine_internal(&limine->requests, index, &module, attempt->diags))
        return false;
    struct btl_str path = btl_limine_path(attempt->config.kernel, module.path, attempt->arena);
    if (path.at == NULL)
        return btl_attempt_no_memory(attempt, "reading files for the kernel");
    if (!btl_is_path(path)) {
        btl_report(attempt->diags, BTL_LIMINE_MODULE_TEXT, limine->requests.place, BTL_DEC(index),
                   BTL_DEC(BTL_PATH_MAX));
        return false;
    }
    const struct btl_boot_file *file = attempt_read_file(attempt, path, BTL_ELF_FILE_MAX, &problem);
    if (file != NULL) {
        limine->internal[limine->internal_count++] =
            (struct btl_attempt_limine_file){file, path, module.string};
        return true;
    }
    struct btl_place place = {.file = attempt_name(attempt, path)};
    if (!module.required && problem.code == BTL_FILE_NOT_FOUND) {
        btl_report(attempt->diags, BTL_LIMINE_MODULE_ABSENT, limine->requests.place,
                   BTL_ARG(place.file));
        return true;
    }
    btl_file_report(attempt->diags, place, &problem);
    return false;
}

static bool limine_read_files(struct btl_attempt *attempt)
{
    struct btl_attempt_limine *limine = attempt->kernel.limine;
    limine->internal = BTL_NEW_ARRAY(attempt->arena, struct btl_attempt_limine_file,
                                     limine->wishes.internal_count);
    if (limine->internal == NULL)
        return btl_attempt_no_memory(attempt, "reading files for the kernel");
    for (uint32_t i = 0; i < limine->wishes.internal_count; i++) {
        if (!limine_read_internal(attempt, i))
            return false;
    }
    return true;
}

bool attempt_open_limine(struct btl_attempt *attempt)
{
    const struct btl_boot *boot = attempt->boot;
    struct btl_attempt_kernel *kernel = &attempt->kernel;
    struct btl_place place = {.file = attempt_name(attempt, attempt->config.kernel)};
    if (boot->machine->number != ELF_MACHINE_X86_64) {
        btl_report(attempt->diags, BTL_LIMINE_MACHINE, place, BTL_ARG_Z(boot->machine->name));
        return false;
    }
    kernel->limine = BTL_NEW(attempt->arena, struct btl_attempt_limine);
    if (kernel->limine == NULL)
        return btl_attempt_no_memory(attempt, "opening the kernel");
    struct btl_limine_requests *requests = &kernel->limine->requests;
    if (!btl_limine_find(&kernel->image, requests, attempt->diags))
        return false;
    if (!limine_has_request(requests)) {
        btl_report(attempt->diags, BTL_LIMINE_NO_REQUEST, place);
        return false;
    }
    return btl_limine_check(&kernel->image, requests, boot->paging_mode, &kernel->limine->wishes,
                            attempt->diags) &&
           limine_read_files(attempt);
}
