// SPDX-License-Identifier: BSD-2-Clause
// The newc archive. An entry is a header of 110 characters, the name with its NUL, padding to a
// multiple of 4, the content, padding.
#include <btl/format.h>
#include <btl/linux_archive.h>
#include <btl/mem.h>

#define HEADER_SIZE 110u
#define DIRECTORY   0040755u
#define PLAIN       0100444u
#define EXECUTABLE  0100555u

static const uint8_t zeros[4];

void btl_linux_archive_begin(struct btl_linux_archive *archive, struct btl_arena *arena)
{
    *archive = (struct btl_linux_archive){.arena = arena};
}

static bool archive_add_piece(struct btl_linux_archive *archive, const void *at, size_t size)
{
    if (size == 0)
        return true;
    if (!BTL_RESERVE(archive->arena, archive->pieces, archive->count, 1, archive->capacity) ||
        !btl_add(archive->size, size, &archive->size))
        return false;
    archive->pieces[archive->count++] = (struct btl_bytes){at, size};
    return true;
}

static bool archive_add_padding(struct btl_linux_archive *archive)
{
    return archive_add_piece(archive, zeros, -archive->size & 3);
}

bool btl_linux_archive_add_initrd(struct btl_linux_archive *archive, struct btl_bytes initrd)
{
    return archive_add_piece(archive, initrd.at, initrd.size) && archive_add_padding(archive);
}

// Make header, name and padding in one allocation. All entries belong to root and have the time 0,
// so equal files make equal archives.
static bool archive_add_header(struct btl_linux_archive *archive, struct btl_str path,
                               uint32_t mode, uint32_t links, uint64_t size)
{
    size_t length = (HEADER_SIZE + path.len + 1 + 3) & ~(size_t)3;
    char *header = btl_alloc(archive->arena, length + 1, 1); // one more for the text's NUL
    if (header == NULL || size > BTL_LINUX_FILE_MAX)
        return false;
    btl_format_to(header, length + 1,
                  "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%pS", ++archive->inode,
                  mode, 0, 0, links, 0, (uint32_t)size, 0, 0, 0, 0, (uint32_t)path.len + 1, 0,
                  &path);
    return archive_add_piece(archive, header, length);
}

bool btl_linux_archive_add_directory(struct btl_linux_archive *archive, struct btl_str path)
{
    return archive_add_header(archive, path, DIRECTORY, 2, 0);
}

bool btl_linux_archive_add_file(struct btl_linux_archive *archive, struct btl_str path,
                                bool executable, struct btl_bytes content)
{
    return archive_add_header(archive, path, executable ? EXECUTABLE : PLAIN, 1, content.size) &&
           archive_add_piece(archive, content.at, content.size) && archive_add_padding(archive);
}

bool btl_linux_archive_end(struct btl_linux_archive *archive)
{
    return archive_add_header(archive, BTL_STR("TRAILER!!!"), 0, 1, 0);
}
