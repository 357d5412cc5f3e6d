// SPDX-License-Identifier: BSD-2-Clause
// btl image: make a bootable disk image of a directory. tools/mkimage.sh makes it; btl checks the
// image as the loader will see it, and deletes it when it could not boot.
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "files.h"
#include "report.h"

// The files of the image, each as PATH=FILE.
struct image_files {
    struct host *host;
    const char *block_size; // of the disk, in bytes
    const char **pairs;
    size_t count, capacity;
};

static void image_add(struct image_files *to, const char *pair)
{
    MEMORY_RESERVE(to->host->arena, to->pairs, to->count, 1, to->capacity);
    to->pairs[to->count++] = pair;
}

// Add a file that the walk has found. False: reported.
static bool image_add_file(struct image_files *to, const char *path, const char *name)
{
    struct btl_str copy = memory_text(to->host->arena, "%s", path);
    while (*name == '/')
        name++;
    if (strchr(name, '=') == NULL) {
        image_add(to, memory_text(to->host->arena, "%s=%s", name, path).at);
        return true;
    }
    btl_report(&to->host->diags, BTL_HOST_IMAGE_NAME, ((struct btl_place){.file = copy}));
    return false;
}

// Add all files of a directory, except the image itself.
static bool image_add_directory(struct image_files *to, const char *directory,
                                const struct stat *image)
{
    char *const roots[] = {(char *)(uintptr_t)directory, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    bool good = walk != NULL;
    for (FTSENT *entry; walk != NULL && (entry = fts_read(walk)) != NULL;) {
        bool special = entry->fts_info == FTS_DEFAULT; // a FIFO, a socket, a device
        bool unreadable = special || entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
                          entry->fts_info == FTS_ERR || entry->fts_info == FTS_SLNONE;
        if (unreadable) {
            files_report(
                to->host,
                (struct btl_place){.file = memory_text(to->host->arena, "%s", entry->fts_path)},
                special                 ? FILES_NOT_REGULAR
                : entry->fts_errno != 0 ? entry->fts_errno
                                        : ENOENT);
            good = false;
        } else if (entry->fts_info == FTS_F && (entry->fts_statp->st_dev != image->st_dev ||
                                                entry->fts_statp->st_ino != image->st_ino)) {
            good &= image_add_file(to, entry->fts_path, entry->fts_path + strlen(directory));
        }
    }
    if (walk != NULL)
        fts_close(walk);
    return good;
}

// mkimage.sh of an installed btl, and of the source tree in which btl was built.
static const char *const mkimage_places[] = {"../libexec/btl/mkimage.sh", "../../tools/mkimage.sh"};

static bool image_make(const struct image_files *contents, const char *image)
{
    struct host *host = contents->host;
    const char **argv = MEMORY_ARRAY(host->arena, const char *, contents->count + 5);
    argv[0] = files_of_program(host, mkimage_places, BTL_COUNT(mkimage_places), X_OK);
    if (argv[0] == NULL) {
        btl_report(&host->diags, BTL_HOST_TOOL_MISSING, (struct btl_place){.file = BTL_STR("btl")},
                   BTL_ARG_Z("mkimage.sh"), BTL_ARG_Z("btl, whose part it is (make install)"));
        return false;
    }
    argv[1] = "-b";
    argv[2] = contents->block_size;
    argv[3] = image;
    memcpy(argv + 4, contents->pairs, contents->count * sizeof(*argv));
    return files_run(host, argv, "mtools, gdisk and fdisk");
}

// Check the image as the loader would, with `name` in the messages.
static bool image_check(struct host *host, const char *path, const char *name)
{
    struct boot boot = {.host = host, .root = path};
    struct volume_file file;
    struct btl_file_problem problem;
    bool loader = false;
    boot_argument(&boot, NULL);
    if (!boot_open(&boot))
        return false;
    boot.volume.path = name;
    for (size_t i = 0; i < BTL_MACHINES; i++)
        loader |=
            volume_file_open(&boot.volume, btl_machines[i].loader, UINT64_MAX, &file, &problem);
    if (!loader)
        btl_report(&host->diags, BTL_HOST_NO_LOADER, ((struct btl_place){.file = btl_str_of(name)}),
                   BTL_ARG(btl_machines[0].loader));
    boot_steps(&boot);
    boot_close(&boot);
    return host->diags.errors == 0;
}

// Can the files be read, and an image be written into its directory? Reports what cannot.
static bool image_check_files(const struct image_files *contents, const char *temporary)
{
    struct host *host = contents->host;
    const char *slash = strrchr(temporary, '/');
    struct btl_str directory = {temporary, slash == NULL ? 0 : (size_t)(slash - temporary)};
    bool good = directory.len == 0 || files_require_directory(host, directory);
    for (size_t i = 0; i < contents->count; i++)
        good = files_require(host, strchr(contents->pairs[i], '=') + 1) && good;
    return good;
}

static int image_build(const struct image_files *contents, const char *output, bool force)
{
    struct host *host = contents->host;
    const char *temporary = memory_text(host->arena, "%s.part", output).at;
    if (!image_check_files(contents, temporary) || !image_make(contents, temporary))
        return EXIT_ERRORS;
    if (!force && !image_check(host, temporary, output)) {
        unlink(temporary);
        report_all(host);
        btl_report(&host->diags, BTL_HOST_IMAGE_REFUSED,
                   ((struct btl_place){.file = btl_str_of(output)}));
        return EXIT_ERRORS;
    }
    if (rename(temporary, output) == 0)
        return EXIT_GOOD;
    btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(output)}),
               BTL_ARG_Z(strerror(errno)));
    unlink(temporary);
    return EXIT_ERRORS;
}

static int image_command(struct host *host, int argc, char **argv)
{
    const char *output = NULL, *directory = NULL, *config = NULL;
    struct image_files contents = {.host = host, .block_size = "512"};
    struct stat image = {0};
    bool force = false;
    const struct command_option options[] = {
        {.word = "output", .letter = 'o', .value = &output},
        {.word = "directory", .letter = 'C', .value = &directory},
        {.word = "config", .letter = 'c', .value = &config},
        {.word = "block-size", .value = &contents.block_size},
        {.word = "force", .flag = &force},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (output == NULL || (directory == NULL && optind == argc))
        return usage_error(host, "-o FILE and -C DIR, or PATH=FILE, are needed");
    if (strcmp(contents.block_size, "512") != 0 && strcmp(contents.block_size, "4096") != 0)
        return usage_error(host, "--block-size is 512 or 4096 bytes, not \"%s\"",
                           contents.block_size);
    stat(output, &image);
    if (directory != NULL && (!files_require_directory(host, btl_str_of(directory)) ||
                              !image_add_directory(&contents, directory, &image)))
        return EXIT_ERRORS;
    if (config != NULL)
        image_add(&contents, memory_text(host->arena, "loader.conf=%s", config).at);
    for (int i = optind; i < argc; i++) {
        if (strchr(argv[i], '=') == NULL)
            return usage_error(host, "\"%s\" is not of the form PATH=FILE", argv[i]);
        image_add(&contents, argv[i]);
    }
    return image_build(&contents, output, force);
}

const struct command cmd_image = {
    .name = "image",
    .synopsis = "-o FILE [-C DIR] [-c LOADER.CONF] [--block-size BYTES] [--force] [PATH=FILE ...]",
    .summary = "makes a bootable GPT disk image of a directory",
    .help = "  -o, --output FILE       the image\n"
            "  -C, --directory DIR     its files become the EFI system partition\n"
            "  -c, --config FILE       loader.conf, instead of that in DIR\n"
            "      --block-size BYTES  of the disk's blocks: 512 (the default) or 4096\n"
            "      --force             make it even if 'btl check' finds errors\n"
            "PATH=FILE puts FILE at PATH on the partition. Needs mtools, and sgdisk or (for\n"
            "blocks of 4096 bytes) fdisk, but not root.\n\n"
            "Example: btl image -o btl.img -C esp modules/hello.ko=hello.ko\n",
    .run = image_command,
};
