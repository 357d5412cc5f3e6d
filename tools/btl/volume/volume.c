// SPDX-License-Identifier: BSD-2-Clause
// Trees are read through the host's file system, images by the readers of core/, without mounting.
#include "volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <btl/partitions.h>

#include <btl/utf16.h>
#include "files.h"

static bool read_image_blocks(const struct btl_blocks *blocks, uint64_t offset, void *buffer,
                              uint64_t size)
{
    const struct volume *volume = blocks->owner;
    uint8_t *to = buffer;
    while (size > 0) {
        ssize_t got = pread(volume->image, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        offset += (uint64_t)got;
        size -= (uint64_t)got;
    }
    return true;
}

// Read the image as a disk with partitions, with blocks of `block_size` bytes. False: it is none.
// *ret_size is 0 when the disk has no EFI system partition (reported).
static bool volume_find_partition(struct volume *volume, uint32_t block_size,
                                  struct btl_diags *diags, uint64_t *ret_size)
{
    struct host *host = volume->host;
    struct btl_place place = {.file = btl_str_of(volume->path)};
    struct btl_partitions table;
    off_t end = lseek(volume->image, 0, SEEK_END);
    volume->blocks = (struct btl_blocks){.read = read_image_blocks,
                                         .owner = volume,
                                         .size = (uint64_t)end / block_size * block_size,
                                         .block_size = block_size};
    bool good = btl_mbr_open(&volume->blocks, place, host->arena, &table, &volume->is_mbr, diags);
    if (!volume->is_mbr)
        good = btl_gpt_open(&volume->blocks, place, host->arena, &table, diags);
    if (!good)
        return false;
    const struct btl_partition *partition = btl_partitions_find_esp(&table);
    if (partition == NULL)
        btl_report(diags, BTL_HOST_NO_ESP, place,
                   BTL_ARG(memory_count(host->arena, table.count, "partition")));
    volume->start = partition == NULL ? 0 : partition->start;
    *ret_size = partition == NULL ? 0 : partition->size;
    return true;
}

static void append_diags(struct btl_diags *to, const struct btl_diags *from)
{
    for (const struct btl_diag *diag = from->first; diag != NULL; diag = diag->next)
        btl_diag_add(to, diag->code, diag->place, diag->arg, BTL_DIAG_ARGS);
}

// Open the file system of a disk with blocks of `block_size` bytes. *ret_is_disk: it is such a
// disk. An MBR does not say the size of its blocks: it counts in those with which there is a file
// system.
static bool volume_open_disk(struct volume *volume, uint32_t block_size, struct btl_diags *diags,
                             bool *ret_is_disk)
{
    struct btl_place place = {.file = btl_str_of(volume->path)};
    uint64_t size;
    *ret_is_disk = volume_find_partition(volume, block_size, diags, &size);
    return *ret_is_disk && size != 0 &&
           btl_fat_open(&volume->blocks, volume->start, size, place, volume->host->arena,
                        &volume->fat, diags);
}

// A GPT header, or the jump and the signature of a FAT boot sector.
bool volume_is_disk(struct btl_bytes bytes)
{
    for (uint32_t size = BTL_BLOCK_MIN; size <= BTL_BLOCK_MAX; size *= 2) {
        if (bytes.size >= size + 8 && memcmp(bytes.at + size, "EFI PART", 8) == 0)
            return true;
    }
    return bytes.size >= 512 && bytes.at[510] == 0x55 && bytes.at[511] == 0xaa &&
           (bytes.at[0] == 0xeb || bytes.at[0] == 0xe9);
}

// Does the first block end as those of all partition tables and of FAT do?
static bool has_boot_signature(const struct volume *volume)
{
    uint8_t block[BTL_BLOCK_MIN];
    return read_image_blocks(&volume->blocks, 0, block, sizeof(block)) &&
           block[BTL_BLOCK_MIN - 2] == 0x55 && block[BTL_BLOCK_MIN - 1] == 0xaa;
}

static bool volume_open_image(struct volume *volume)
{
    struct host *host = volume->host;
    struct btl_place place = {.file = btl_str_of(volume->path)};
    struct btl_diags as_disk = {.arena = host->arena}, as_disk_4k = {.arena = host->arena};
    struct btl_diags as_fat = {.arena = host->arena};
    bool small, large;
    bool good = volume_open_disk(volume, BTL_BLOCK_MIN, &as_disk, &small);
    if (good || (small && !volume->is_mbr)) {
        append_diags(&host->diags, &as_disk);
        return good;
    }
    good = volume_open_disk(volume, BTL_BLOCK_MAX, &as_disk_4k, &large);
    if (good || small || large) {
        append_diags(&host->diags, good || !small ? &as_disk_4k : &as_disk);
        return good;
    }
    volume->is_mbr = false;
    volume->is_disk = true;
    volume->start = 0;
    volume->blocks.size +=
        (uint64_t)lseek(volume->image, 0, SEEK_END) % BTL_BLOCK_MAX / BTL_BLOCK_MIN * BTL_BLOCK_MIN;
    volume->blocks.block_size = BTL_BLOCK_MIN;
    if (btl_fat_open(&volume->blocks, 0, volume->blocks.size, place, host->arena, &volume->fat,
                     &as_fat))
        return true;
    // Report why it is neither a disk nor a FAT volume.
    if (!has_boot_signature(volume)) {
        btl_report(&host->diags, BTL_HOST_NOT_VOLUME, place);
        return false;
    }
    append_diags(&host->diags, &as_disk);
    append_diags(&host->diags, &as_fat);
    return false;
}

enum btlm_volume_kind volume_layout(const struct volume *volume)
{
    if (!volume->is_image)
        return BTLM_VOLUME_UNKNOWN;
    if (volume->is_disk)
        return BTLM_VOLUME_DISK;
    return volume->is_mbr ? BTLM_VOLUME_MBR : BTLM_VOLUME_GPT;
}

bool volume_open(struct host *host, const char *path, struct volume *ret_volume)
{
    struct stat status;
    bool found = stat(path, &status) == 0;
    int error = errno;
    *ret_volume = (struct volume){.host = host, .path = path, .image = -1};
    ret_volume->tree.root = -1;
    if (found && S_ISDIR(status.st_mode)) {
        if (tree_open(&ret_volume->tree, host, path, &error))
            return true;
    } else if (found && !S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
        btl_report(&host->diags, BTL_HOST_NOT_VOLUME,
                   ((struct btl_place){.file = btl_str_of(path)}));
        return false;
    } else if (found) {
        ret_volume->is_image = true;
        ret_volume->image = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (ret_volume->image >= 0)
            return volume_open_image(ret_volume);
        error = errno;
    }
    files_report(host, (struct btl_place){.file = btl_str_of(path)}, error);
    return false;
}

void volume_close(struct volume *volume)
{
    tree_close(&volume->tree);
    if (volume->image >= 0)
        close(volume->image);
    volume->image = -1;
}

struct btl_str volume_name(const struct volume *volume, struct btl_str path)
{
    struct btl_arena *arena = volume->host->arena;
    size_t len = strlen(volume->path);
    while (btl_str_begins(path, BTL_STR("/")))
        path = btl_str_after(path, 1);
    if (volume->is_image)
        return memory_text(arena, "%s:/%pS", volume->path, &path);
    if (strcmp(volume->path, ".") == 0)
        return memory_text(arena, "%pS", &path);
    return memory_text(arena, "%s%s%pS", volume->path, volume->path[len - 1] == '/' ? "" : "/",
                       &path);
}

static bool volume_problem_is(struct btl_file_problem *ret_problem, enum btl_code code)
{
    *ret_problem = (struct btl_file_problem){.code = code};
    return false;
}

static bool volume_system_problem(struct btl_file_problem *ret_problem, int error)
{
    bool none = error == ENOENT || error == ENOTDIR;
    *ret_problem =
        (struct btl_file_problem){.code = none ? BTL_FILE_NOT_FOUND : BTL_FILE_OPEN_FAILED,
                                  .status = btl_str_of(files_error_text(error))};
    return false;
}

static bool volume_open_in_tree(struct volume *volume, struct btl_str path,
                                struct volume_file *file, bool *ret_directory,
                                struct btl_file_problem *ret_problem)
{
    struct stat status;
    file->path = tree_find(&volume->tree, path);
    if (file->path == NULL)
        return volume_problem_is(ret_problem, BTL_FILE_NOT_FOUND);
    if (fstatat(volume->tree.root, file->path, &status, 0) != 0)
        return volume_system_problem(ret_problem, errno);
    *ret_directory = S_ISDIR(status.st_mode);
    if (!*ret_directory && !S_ISREG(status.st_mode))
        return volume_system_problem(ret_problem, FILES_NOT_REGULAR);
    file->size = (uint64_t)status.st_size;
    return true;
}

static bool volume_open_on_image(struct volume *volume, struct btl_str path,
                                 struct volume_file *file, bool *ret_directory,
                                 struct btl_file_problem *ret_problem)
{
    struct btl_diags diags = {.arena = volume->host->arena};
    file->entry = btl_fat_find(&volume->fat, path, &diags);
    if (file->entry == NULL && diags.first == NULL) {
        *ret_directory = true; // the root
        return true;
    }
    if (file->entry == NULL &&
        (diags.first->code == BTL_FAT_NOT_FOUND || diags.first->code == BTL_FAT_NOT_DIRECTORY))
        return volume_problem_is(ret_problem, BTL_FILE_NOT_FOUND);
    if (file->entry == NULL) {
        append_diags(&volume->host->diags, &diags);
        *ret_problem = (struct btl_file_problem){.code = BTL_CODES};
        return false;
    }
    *ret_directory = file->entry->directory;
    file->size = file->entry->size;
    return true;
}

bool volume_file_open(struct volume *volume, struct btl_str path, uint64_t max,
                      struct volume_file *ret_file, struct btl_file_problem *ret_problem)
{
    struct volume_file file = {.volume = volume, .name = volume_name(volume, path)};
    bool directory = false;
    if (!btl_path_is_usable(path))
        return volume_problem_is(ret_problem, BTL_FILE_BAD_PATH);
    if (volume->is_image ? !volume_open_on_image(volume, path, &file, &directory, ret_problem)
                         : !volume_open_in_tree(volume, path, &file, &directory, ret_problem))
        return false;
    if (directory)
        return volume_problem_is(ret_problem, BTL_FILE_IS_DIRECTORY);
    if (file.size > max) {
        *ret_problem = (struct btl_file_problem){
            .code = BTL_FILE_TOO_LARGE, .expected = max, .got = file.size};
        return false;
    }
    *ret_file = file;
    return true;
}

bool volume_file_read(const struct volume_file *file, struct btl_bytes *ret_bytes,
                      struct btl_file_problem *ret_problem)
{
    struct volume *volume = file->volume;
    int error;
    if (!volume->is_image && files_map_at(volume->tree.root, file->path, ret_bytes, &error))
        return true;
    if (!volume->is_image && error == EACCES) {
        files_report(volume->host, (struct btl_place){.file = file->name}, error);
        return volume_problem_is(ret_problem, BTL_CODES);
    }
    if (!volume->is_image)
        return volume_system_problem(ret_problem, error);
    uint8_t *bytes = btl_alloc(volume->host->arena, file->size, 64);
    if (bytes == NULL) {
        *ret_problem =
            (struct btl_file_problem){.code = BTL_FILE_NO_MEMORY, .expected = file->size};
        return false;
    }
    if (!btl_fat_read(&volume->fat, file->entry, bytes, file->size, &volume->host->diags)) {
        *ret_problem = (struct btl_file_problem){.code = BTL_CODES};
        return false;
    }
    *ret_bytes = (struct btl_bytes){bytes, file->size};
    return true;
}

bool volume_read(struct volume *volume, struct btl_str path, uint64_t max,
                 struct btl_bytes *ret_bytes, struct btl_file_problem *ret_problem)
{
    struct volume_file file;
    return volume_file_open(volume, path, max, &file, ret_problem) &&
           volume_file_read(&file, ret_bytes, ret_problem);
}

// ------------------------------------------------------------------------------------ directories

static size_t tree_directory_names(struct tree *tree, struct btl_str path,
                                   struct btl_str **ret_names)
{
    const char *found = tree_find(tree, path);
    int fd = found == NULL ? -1 : openat(tree->root, found, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    size_t count = 0, capacity = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        MEMORY_RESERVE(tree->host->arena, *ret_names, count, 1, capacity);
        (*ret_names)[count++] = memory_text(tree->host->arena, "%s", entry->d_name);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
    return count;
}

static size_t image_directory_names(struct volume *volume, struct btl_str path,
                                    struct btl_str **ret_names)
{
    struct btl_diags ignored = {.arena = volume->host->arena};
    const struct btl_fat_directory *directory = btl_fat_list(&volume->fat, path, &ignored);
    size_t count = directory != NULL ? directory->count : 0;
    *ret_names = MEMORY_ARRAY(volume->host->arena, struct btl_str, count);
    for (size_t i = 0; i < count; i++)
        (*ret_names)[i] = directory->entries[i].name;
    return count;
}

size_t volume_names(struct volume *volume, struct btl_str directory, struct btl_str **ret_names)
{
    *ret_names = NULL;
    return volume->is_image ? image_directory_names(volume, directory, ret_names)
                            : tree_directory_names(&volume->tree, directory, ret_names);
}

struct btl_str volume_path_key(const struct volume *volume, struct btl_str path)
{
    struct memory_buffer key;
    struct btl_str part;
    memory_buffer_begin(&key, volume->host->arena, path.len + 1);
    while (btl_take_part(&path, '/', &part)) {
        if (btl_str_equal(part, BTL_STR(".")))
            continue;
        part = tree_fold_case(volume->host->arena, part);
        btl_format(&key.out, "/%pS", &part);
    }
    return memory_buffer_text(&key);
}

bool volume_is_same_path(const struct volume *volume, struct btl_str a, struct btl_str b)
{
    return btl_str_equal_nocase(btl_base_name(a), btl_base_name(b)) &&
           btl_str_equal(volume_path_key(volume, a), volume_path_key(volume, b));
}

bool volume_has_directory(struct volume *volume, struct btl_str path)
{
    struct volume_file file;
    struct btl_file_problem problem;
    path = btl_directory_prefix(path);
    return path.len == 0 || (!volume_file_open(volume, path, UINT64_MAX, &file, &problem) &&
                             problem.code == BTL_FILE_IS_DIRECTORY);
}

// ---------------------------------------------------------------------------------------- writing

static bool write_image_blocks(void *owner, uint64_t offset, const void *bytes, uint64_t size)
{
    const int *fd = owner;
    const uint8_t *from = bytes;
    while (size > 0) {
        ssize_t written = pwrite(*fd, from, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        from += written;
        offset += (uint64_t)written;
        size -= (uint64_t)written;
    }
    return true;
}

static bool flush_image(void *owner)
{
    const int *fd = owner;
    return fsync(*fd) == 0;
}

// FAT's date and time: local, from 1980 on, in steps of two seconds.
static uint32_t fat_time_now(void)
{
    time_t now = time(NULL);
    struct tm tm;
    if (localtime_r(&now, &tm) == NULL || tm.tm_year < 80 || tm.tm_year > 207)
        return 0;
    uint32_t date = (uint32_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
    return date << 16 | (uint32_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
}

// The image once more, for writing.
static int open_for_writing(const struct volume *volume)
{
    struct stat read_from, writable;
    int fd = open(volume->path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || (fstat(fd, &writable) == 0 && fstat(volume->image, &read_from) == 0 &&
                   writable.st_ino == read_from.st_ino && writable.st_dev == read_from.st_dev))
        return fd;
    close(fd);
    errno = ESTALE;
    return -1;
}

// Open the image for writing. False: reported.
static bool begin_writing(struct volume *volume, int *ret_fd, struct btl_fat_writer *ret_writer)
{
    *ret_fd = open_for_writing(volume);
    *ret_writer = (struct btl_fat_writer){write_image_blocks, flush_image, ret_fd, fat_time_now()};
    if (*ret_fd >= 0)
        return true;
    btl_report(&volume->host->diags, BTL_HOST_WRITE,
               ((struct btl_place){.file = btl_str_of(volume->path)}), BTL_ARG_Z(strerror(errno)));
    return false;
}

bool volume_replace(struct volume *volume, struct btl_str path, struct btl_str text,
                    struct btl_str kept)
{
    struct btl_fat_writer writer;
    int fd;
    if (!begin_writing(volume, &fd, &writer))
        return false;
    bool good = btl_fat_replace(&volume->fat, &writer, path,
                                (struct btl_bytes){(const uint8_t *)text.at, text.len}, kept,
                                &volume->host->diags);
    close(fd);
    return good;
}

static bool change_image(struct volume *volume, struct btl_str path,
                         bool (*change)(struct btl_fat *fat, const struct btl_fat_writer *writer,
                                        struct btl_str path, struct btl_diags *diags))
{
    struct btl_fat_writer writer;
    int fd;
    if (!begin_writing(volume, &fd, &writer))
        return false;
    bool good = change(&volume->fat, &writer, path, &volume->host->diags);
    close(fd);
    return good;
}

bool volume_image_remove(struct volume *volume, struct btl_str path)
{
    return change_image(volume, path, btl_fat_remove);
}

bool volume_image_make_directory(struct volume *volume, struct btl_str path)
{
    return change_image(volume, path, btl_fat_make_directory);
}
