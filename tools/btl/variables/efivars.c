// SPDX-License-Identifier: BSD-2-Clause
// Read and write variables in efivarfs.
#include "efivars.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define NAME_GUID     "5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94" // BTL_VARIABLE_GUID
#define FIRMWARE_GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c" // EFI_GLOBAL_VARIABLE
#define FIRMWARE_MAX  65536                                  // bytes

static const char *const guids[VARIABLE_VENDORS] = {
    [VENDOR_BTL] = NAME_GUID,
    [VENDOR_FIRMWARE] = FIRMWARE_GUID,
    [VENDOR_SHIM] = "605dab50-e046-4300-abb6-3dd810dd8b23",
    [VENDOR_OVMF] = "f0a30bc7-af08-4556-99c4-001009c93a44",
};

static const char *efivar_file(const struct variables *variables, const char *name)
{
    return memory_text(variables->host->arena, "%s-" NAME_GUID, name).at;
}

static const char *efivar_file_of_firmware(const struct variables *variables, const char *name)
{
    return memory_text(variables->host->arena, "%s-" FIRMWARE_GUID, name).at;
}

static struct btl_place efivar_place(const struct variables *variables, const char *file)
{
    return (struct btl_place){
        .file = memory_text(variables->host->arena, "%s/%s", variables->source, file)};
}

bool efivars_open(struct variables *variables)
{
    variables->directory = open(variables->source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (variables->directory >= 0)
        return true;
    files_report(variables->host, (struct btl_place){.file = btl_str_of(variables->source)}, errno);
    return false;
}

// Read up to `size` bytes. Negative: errno.
static ssize_t read_up_to(int fd, uint8_t *to, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, to + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

bool efivars_read(struct variables *variables, enum btl_variable which, struct efivar *ret_variable)
{
    // One byte more than the longest record.
    const size_t size = sizeof(uint32_t) + BTL_RECORD_MAX + 1;
    uint8_t *bytes = MEMORY_ARRAY(variables->host->arena, uint8_t, size);
    const char *file = efivar_file(variables, btl_variable_name(which));
    int fd = openat(variables->directory, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read_up_to(fd, bytes, size);
    int error = errno;
    *ret_variable = (struct efivar){0};
    if (fd >= 0)
        close(fd);
    if (len < 0 && error != ENOENT)
        files_report(variables->host, efivar_place(variables, file), error);
    if (len < 0)
        return error == ENOENT;
    ret_variable->present = true;
    if ((size_t)len < sizeof(ret_variable->attributes))
        return true; // a record of no bytes
    memcpy(&ret_variable->attributes, bytes, sizeof(ret_variable->attributes));
    ret_variable->data = (struct btl_bytes){bytes + sizeof(ret_variable->attributes),
                                            (size_t)len - sizeof(ret_variable->attributes)};
    return true;
}

bool efivars_read_other(const struct variables *variables, enum variable_vendor vendor,
                        const char *name, struct btl_bytes *ret_data, uint32_t *ret_attributes)
{
    const size_t attributes = sizeof(uint32_t), size = attributes + FIRMWARE_MAX;
    struct btl_arena *arena = variables->host->arena;
    const char *file = memory_text(arena, "%s-%s", name, guids[vendor]).at;
    int fd = openat(variables->directory, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    uint8_t *bytes = fd < 0 ? NULL : MEMORY_ARRAY(arena, uint8_t, size);
    ssize_t len = fd < 0 ? -1 : read_up_to(fd, bytes, size);
    if (fd >= 0)
        close(fd);
    if (len < (ssize_t)attributes)
        return false;
    memcpy(ret_attributes, bytes, attributes);
    *ret_data = (struct btl_bytes){bytes + attributes, (size_t)len - attributes};
    return true;
}

// --------------------------------------------------------------------------------------- writing

// Clear the immutable flag of a file. False: it was not set, or it stays (*ret_stays).
static bool make_mutable(const struct variables *variables, const char *file, bool *ret_stays)
{
    int flags = 0, fd = openat(variables->directory, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool immutable =
        fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_IMMUTABLE_FL) != 0;
    flags &= ~FS_IMMUTABLE_FL;
    bool good = immutable && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
    *ret_stays = immutable && !good;
    if (fd >= 0)
        close(fd);
    return good;
}

static void make_immutable(const struct variables *variables, const char *file)
{
    int flags = 0, fd = openat(variables->directory, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_IMMUTABLE_FL;
        ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
    if (fd >= 0)
        close(fd);
}

static bool report_refusal(const struct variables *variables, const char *file, int error,
                           bool immutable)
{
    struct btl_diags *diags = &variables->host->diags;
    struct btl_place place = efivar_place(variables, file);
    if (immutable)
        btl_report(diags, BTL_HOST_VARIABLE_IMMUTABLE, place, BTL_ARG(place.file));
    else if (error == ENOSPC)
        btl_report(diags, BTL_HOST_VARIABLE_FULL, place);
    else if (error == EROFS)
        btl_report(diags, BTL_HOST_VARIABLE_READ_ONLY, place, BTL_ARG_Z(variables->source));
    else if (error == EACCES || error == EPERM)
        btl_report(diags, BTL_HOST_VARIABLE_ACCESS, place, BTL_ARG_Z(strerror(error)));
    else
        btl_report(diags, BTL_HOST_VARIABLE_WRITE, place, BTL_ARG_Z(strerror(error)));
    return false;
}

// One write() is one SetVariable() of the firmware.
static bool write_efivar(const struct variables *variables, const char *file,
                         struct btl_bytes bytes)
{
    struct stat status;
    bool is_new = faccessat(variables->directory, file, F_OK, 0) != 0;
    int fd = openat(variables->directory, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ssize_t put = fd < 0 ? -1 : write(fd, bytes.at, bytes.size);
    int error = put >= 0 ? EIO : errno;
    bool good = put == (ssize_t)bytes.size;
    // On efivarfs the write replaces the file; a copy of the directory on another file system keeps
    // the rest of a longer file.
    if (good && fstat(fd, &status) == 0 && status.st_size > put && ftruncate(fd, put) != 0) {
        error = errno;
        good = false;
    }
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !good && is_new)
        unlinkat(variables->directory, file, 0);
    errno = error;
    return good;
}

static bool has_record(const struct efivar *old, struct btl_bytes record)
{
    return old->present && old->attributes == BTL_VARIABLE_ATTRIBUTES &&
           old->data.size == record.size && memcmp(old->data.at, record.at, record.size) == 0;
}

// Write a variable, or delete it when `bytes` is NULL.
static bool change_file(const struct variables *variables, const char *file,
                        const struct btl_bytes *bytes)
{
    return bytes != NULL ? write_efivar(variables, file, *bytes)
                         : unlinkat(variables->directory, file, 0) == 0 || errno == ENOENT;
}

// Change a variable; make an immutable file mutable for it. False: reported.
static bool change_variable(const struct variables *variables, const char *file,
                            const struct btl_bytes *bytes)
{
    bool stays_immutable = false;
    if (change_file(variables, file, bytes))
        return true;
    int error = errno;
    if (!make_mutable(variables, file, &stays_immutable))
        return report_refusal(variables, file, error, stays_immutable);
    bool good = change_file(variables, file, bytes);
    error = errno;
    if (bytes != NULL || !good)
        make_immutable(variables, file);
    return good || report_refusal(variables, file, error, false);
}

bool variables_write(struct variables *variables, enum btl_variable which,
                     const struct btl_record *record)
{
    const uint32_t attributes = BTL_VARIABLE_ATTRIBUTES;
    uint8_t bytes[sizeof(attributes) + BTL_RECORD_MAX];
    struct efivar old;
    memcpy(bytes, &attributes, sizeof(attributes));
    uint64_t size = btl_record_write(which, record, bytes + sizeof(attributes));
    if (size == 0) {
        btl_report(&variables->host->diags, BTL_FILE_BAD_PATH,
                   ((struct btl_place){.file = record->path}));
        return false;
    }
    if (!efivars_read(variables, which, &old))
        return false;
    if (has_record(&old, (struct btl_bytes){bytes + sizeof(attributes), size}))
        return true;
    // The attributes of a variable cannot be changed (UEFI 2.10, 8.2): delete it first.
    if (old.present && old.attributes != attributes && !variables_delete(variables, which))
        return false;
    return change_variable(variables, efivar_file(variables, btl_variable_name(which)),
                           &(struct btl_bytes){bytes, sizeof(attributes) + size});
}

bool variables_delete(struct variables *variables, enum btl_variable which)
{
    return change_variable(variables, efivar_file(variables, btl_variable_name(which)), NULL);
}

bool variables_delete_run(struct variables *variables)
{
    return change_variable(variables, efivar_file(variables, BTL_RUN_VARIABLE), NULL);
}

bool variables_write_firmware(struct variables *variables, const char *name, struct btl_bytes data)
{
    const uint32_t attributes = BTL_VARIABLE_ATTRIBUTES;
    struct btl_bytes old;
    if (variables_firmware(variables, name, &old) && old.size == data.size &&
        memcmp(old.at, data.at, data.size) == 0)
        return true;
    uint8_t *bytes = MEMORY_ARRAY(variables->host->arena, uint8_t, sizeof(attributes) + data.size);
    memcpy(bytes, &attributes, sizeof(attributes));
    memcpy(bytes + sizeof(attributes), data.at, data.size);
    return change_variable(variables, efivar_file_of_firmware(variables, name),
                           &(struct btl_bytes){bytes, sizeof(attributes) + data.size});
}

bool variables_delete_firmware(struct variables *variables, const char *name)
{
    return change_variable(variables, efivar_file_of_firmware(variables, name), NULL);
}
