// SPDX-License-Identifier: BSD-2-Clause
// btl image: a directory as a disk image that boots. tools/mkimage.sh makes it; what it made is
// checked as the loader will see it, and does not stay when it could not boot.
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

// The files that make the image, each as PATH=FILE.
struct contents {
    struct host *host;
    const char **pairs;
    size_t count, capacity;
};

static void add_pair(struct contents *to, const char *pair)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity == 0 ? 64 : 2 * to->capacity;
        const char **pairs = MEMORY_ARRAY(to->host->arena, const char *, capacity);
        if (to->count > 0)
            memcpy(pairs, to->pairs, to->count * sizeof(*pairs));
        to->pairs = pairs;
        to->capacity = capacity;
    }
    to->pairs[to->count++] = pair;
}

// A file that the walk has found. False: reported.
static bool add_file(struct contents *to, const char *path, const char *name)
{
    struct btl_str copy = memory_text(to->host->arena, "%s", path);
    while (*name == '/')
        name++;
    if (strchr(name, '=') == NULL) {
        add_pair(to, memory_text(to->host->arena, "%s=%s", name, path).at);
        return true;
    }
    btl_report(&to->host->diags, BTL_HOST_IMAGE_NAME, ((struct btl_place){.file = copy}));
    return false;
}

// All files of a directory, but for the image itself, should it lie there.
static bool add_directory(struct contents *to, const char *directory, const struct stat *image)
{
    char *const roots[] = {(char *)(uintptr_t)directory, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    bool good = walk != NULL;
    for (FTSENT *entry; walk != NULL && (entry = fts_read(walk)) != NULL;) {
        bool unreadable = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
                          entry->fts_info == FTS_ERR || entry->fts_info == FTS_SLNONE;
        if (unreadable) {
            files_report(
                to->host,
                (struct btl_place){.file = memory_text(to->host->arena, "%s", entry->fts_path)},
                entry->fts_errno != 0 ? entry->fts_errno : ENOENT);
            good = false;
        } else if (entry->fts_info == FTS_F && (entry->fts_statp->st_dev != image->st_dev ||
                                                entry->fts_statp->st_ino != image->st_ino)) {
            good &= add_file(to, entry->fts_path, entry->fts_path + strlen(directory));
        }
    }
    if (walk != NULL)
        fts_close(walk);
    return good;
}

// Beside an installed btl, or in the source tree in which it was built. NULL: somebody has copied
// btl alone.
static const char *find_script(struct host *host)
{
    static const char *const places[] = {"../libexec/btl/mkimage.sh", "../../tools/mkimage.sh"};
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    while (len > 0 && program[len - 1] != '/')
        len--;
    for (size_t i = 0; i < BTL_COUNT(places) && len > 0; i++) {
        const char *path = memory_text(host->arena, "%.*s%s", (int)len, program, places[i]).at;
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

static bool make(const struct contents *contents, const char *image)
{
    struct host *host = contents->host;
    const char **argv = MEMORY_ARRAY(host->arena, const char *, contents->count + 3);
    argv[0] = find_script(host);
    if (argv[0] == NULL) {
        btl_report(&host->diags, BTL_HOST_TOOL_MISSING, (struct btl_place){.file = BTL_STR("btl")},
                   BTL_ARG_Z("mkimage.sh"), BTL_ARG_Z("btl, whose part it is (make install)"));
        return false;
    }
    argv[1] = image;
    memcpy(argv + 2, contents->pairs, contents->count * sizeof(*argv));
    return files_run(host, argv, "mtools and gdisk");
}

// What the loader would say about the image, under the name that it will have.
static bool check(struct host *host, const char *made, const char *name)
{
    static const struct btl_str loaders[] = {{"/EFI/BOOT/BOOTX64.EFI", 21},
                                             {"/EFI/BOOT/BOOTIA64.EFI", 22}};
    struct boot boot = {.host = host, .root = made};
    struct volume_file file;
    struct volume_problem problem;
    bool loader = false;
    boot_argument(&boot, NULL);
    if (!boot_open(&boot))
        return false;
    boot.volume.path = name;
    for (size_t i = 0; i < BTL_COUNT(loaders); i++)
        loader |= volume_file_open(&boot.volume, loaders[i], UINT64_MAX, &file, &problem);
    if (!loader)
        btl_report(&host->diags, BTL_HOST_NO_LOADER, ((struct btl_place){.file = btl_str_of(name)}),
                   BTL_ARG(loaders[0]));
    boot_config(&boot);
    boot_kernel(&boot);
    boot_plan(&boot);
    boot_link(&boot);
    boot_measure(&boot);
    boot_close(&boot);
    return host->diags.errors == 0;
}

static int build(const struct contents *contents, const char *output, bool force)
{
    struct host *host = contents->host;
    const char *made = memory_text(host->arena, "%s.part", output).at;
    if (!make(contents, made))
        return EXIT_ERRORS;
    if (!force && !check(host, made, output)) {
        unlink(made);
        report_all(host);
        btl_report(&host->diags, BTL_HOST_IMAGE_REFUSED,
                   ((struct btl_place){.file = btl_str_of(output)}));
        return EXIT_ERRORS;
    }
    if (rename(made, output) == 0)
        return EXIT_GOOD;
    btl_report(&host->diags, BTL_HOST_WRITE, ((struct btl_place){.file = btl_str_of(output)}),
               BTL_ARG_Z(strerror(errno)));
    return EXIT_ERRORS;
}

static int run(struct host *host, int argc, char **argv)
{
    enum { FORCE = 0x200 };
    static const struct option words[] = {{"output", required_argument, NULL, 'o'},
                                          {"directory", required_argument, NULL, 'C'},
                                          {"config", required_argument, NULL, 'c'},
                                          {"force", no_argument, NULL, FORCE},
                                          {0}};
    const char *output = NULL, *directory = NULL, *config = NULL;
    struct contents contents = {.host = host};
    struct stat image = {0};
    bool force = false;
    int option;
    while ((option = next_option(host, argc, argv, "o:C:c:", words)) != -1) {
        if (option == '?')
            return EXIT_ERRORS;
        else if (option == 'o')
            output = optarg;
        else if (option == 'C')
            directory = optarg;
        else if (option == 'c')
            config = optarg;
        else
            force = true;
    }
    if (output == NULL || (directory == NULL && optind == argc))
        return usage_error(host, "-o FILE and -C DIR, or PATH=FILE, are needed");
    stat(output, &image);
    if (directory != NULL && !add_directory(&contents, directory, &image))
        return EXIT_ERRORS;
    if (config != NULL)
        add_pair(&contents, memory_text(host->arena, "loader.conf=%s", config).at);
    for (int i = optind; i < argc; i++) {
        if (strchr(argv[i], '=') == NULL)
            return usage_error(host, "\"%s\" is not of the form PATH=FILE", argv[i]);
        add_pair(&contents, argv[i]);
    }
    return build(&contents, output, force);
}

const struct command cmd_image = {
    .name = "image",
    .synopsis = "-o FILE [-C DIR] [-c LOADER.CONF] [--force] [PATH=FILE ...]",
    .summary = "makes a bootable GPT disk image of a directory",
    .help = "  -o, --output FILE       the image\n"
            "  -C, --directory DIR     what lies in it becomes the EFI system partition\n"
            "  -c, --config FILE       loader.conf, in place of that of DIR\n"
            "      --force             make it although 'btl check' would complain\n"
            "PATH=FILE puts FILE there on the partition. Needs sgdisk and mtools, and no root.\n\n"
            "Example: btl image -o btl.img -C esp modules/hello.ko=hello.ko\n",
    .run = run,
};
