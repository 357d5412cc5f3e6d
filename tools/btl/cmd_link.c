// SPDX-License-Identifier: BSD-2-Clause
// btl link: link modules as the loader does, on the host.
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "link/job.h"

#define DEFAULT_BASE 0xffffffffa0000000ull
#define JOBS_MAX     256

static uint32_t count_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (uint32_t)count;
}

static bool parse_base(struct link_job *job, const char *text)
{
    bool good = link_address(btl_str_of(text), &job->base);
    if (!good)
        usage_error(job->host, "\"%s\" is not an address in hexadecimal", text);
    else if (job->base % BTL_PAGE_SIZE != 0)
        usage_error(job->host, "the base %s is not a multiple of 0x%x", text, BTL_PAGE_SIZE);
    return good && job->base % BTL_PAGE_SIZE == 0;
}

static bool parse_jobs(struct link_job *job, const char *text)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    job->thread_count = (uint32_t)count;
    if (*text >= '0' && *text <= '9' && *end == '\0' && count >= 1 && count <= JOBS_MAX)
        return true;
    usage_error(job->host, "\"%s\" is not a number of threads from 1 to %d", text, JOBS_MAX);
    return false;
}

static bool link_check_usage(struct link_job *job, int files)
{
    if (job->image_path == NULL || job->map_path == NULL)
        usage_error(job->host, "--image and --map must be given");
    else if (strcmp(job->image_path, job->map_path) == 0)
        usage_error(job->host, "--image and --map are the same file");
    else if (files == 0)
        usage_error(job->host, "there is no file to link");
    else
        return true;
    return false;
}

static bool link_parse(struct link_job *job, int argc, char **argv)
{
    const char *base = NULL, *jobs = NULL;
    const struct command_option options[] = {
        {.word = "base", .value = &base},
        {.word = "symbols", .value = &job->symbols_path},
        {.word = "image", .value = &job->image_path},
        {.word = "map", .value = &job->map_path},
        {.word = "jobs", .letter = 'j', .value = &jobs},
        {.word = "stats", .flag = &job->stats},
        {0},
    };
    return parse_options(job->host, argc, argv, options) &&
           (base == NULL || parse_base(job, base)) && (jobs == NULL || parse_jobs(job, jobs)) &&
           link_check_usage(job, argc - optind);
}

static void link_begin(struct link_job *job, char **files, int count)
{
    struct btl_arena *arena = job->host->arena;
    job->count = (uint32_t)count;
    job->modules = MEMORY_ARRAY(arena, struct link_module, job->count);
    for (uint32_t i = 0; i < job->count; i++)
        job->modules[i].path = files[i];
    job->threads = MEMORY_ARRAY(arena, struct link_thread, job->thread_count);
    for (uint32_t i = 0; i < job->thread_count; i++) {
        job->threads[i].job = job;
        memory_begin(&job->threads[i].memory);
    }
}

// Report what a thread could not: that the file cannot be read, or is for another machine than the
// first one. *machine is that of the first; 0: not known yet.
static void link_check_input(struct link_job *job, const struct link_module *module,
                             uint16_t *machine)
{
    struct btl_place place = {.file = btl_str_of(module->path)};
    if (module->read_error != 0)
        files_report(job->host, place, module->read_error);
    if (!module->sound)
        return;
    if (*machine == 0)
        *machine = module->elf.machine;
    if (module->elf.machine != *machine)
        btl_report(&job->host->diags, BTL_ELF_MACHINE, place,
                   BTL_ARG_Z(btl_machine_name(module->elf.machine)),
                   BTL_ARG_Z(btl_machine_name(*machine)));
}

static bool link_open_all(struct link_job *job)
{
    uint16_t machine = 0;
    link_each(job, link_input);
    for (uint32_t i = 0; i < job->count; i++) {
        link_check_input(job, &job->modules[i], &machine);
        link_collect(job, &job->modules[i]);
    }
    return job->host->diags.errors == 0;
}

// Place the images one after another, in the order of the command line.
static bool link_place_all(struct link_job *job)
{
    uint64_t address = job->base;
    for (uint32_t i = 0; i < job->count; i++) {
        struct btl_image *image = &job->modules[i].image;
        if (!btl_round_up(address, image->align, &address) ||
            !btl_image_place(image, address, NULL)) {
            btl_report(&job->host->diags, BTL_HOST_LINK_ADDRESS,
                       ((struct btl_place){.file = btl_str_of(job->modules[i].path)}),
                       BTL_SIZE(image->size), BTL_HEX(address));
            return false;
        }
        address += image->size;
    }
    job->size = address - job->base;
    return true;
}

static bool link_open_outputs(struct link_job *job)
{
    struct host *host = job->host;
    bool good = output_begin(host, &job->image, job->image_path);
    good &= output_begin(host, &job->map, job->map_path);
    if (!good)
        return false;
    if (job->size > INT64_MAX || ftruncate(job->image.fd, (off_t)job->size) != 0)
        return output_failed(host, &job->image, strerror(job->size > INT64_MAX ? EFBIG : errno));
    return true;
}

static bool link_define_symbols(struct link_job *job)
{
    double start = link_clock();
    bool good = link_place_all(job) && link_symbols(job);
    link_lap(&job->threads[0], LINK_SYMBOLS, start);
    return good;
}

// Note that unresolved symbols could come from a file that was not given.
static void link_note_symbols(struct link_job *job)
{
    const struct btl_diag *diag = job->symbols_path == NULL ? job->host->diags.first : NULL;
    while (diag != NULL && diag->code != BTL_LINK_UNRESOLVED)
        diag = diag->next;
    if (diag != NULL)
        btl_report(&job->host->diags, BTL_HOST_LINK_NO_SYMBOLS,
                   ((struct btl_place){.file = BTL_STR("btl")}));
}

// All images go into the same file: report an error of it once.
static bool link_write_all(struct link_job *job)
{
    int error = 0;
    if (!link_open_outputs(job))
        return false;
    link_each(job, link_write_image);
    for (uint32_t i = 0; i < job->count; i++) {
        link_collect(job, &job->modules[i]);
        if (error == 0)
            error = job->modules[i].write_error;
    }
    if (error != 0)
        output_failed(job->host, &job->image, strerror(error));
    link_note_symbols(job);
    return job->host->diags.errors == 0 && link_write_map(job) &&
           output_keep(job->host, &job->image) && output_keep(job->host, &job->map);
}

static void link_end(struct link_job *job)
{
    output_drop(&job->image);
    output_drop(&job->map);
    for (uint32_t i = 0; i < job->thread_count; i++)
        free(job->threads[i].buffer);
}

static int link_command(struct host *host, int argc, char **argv)
{
    struct link_job job = {.host = host, .base = DEFAULT_BASE, .thread_count = count_processors()};
    double start = link_clock();
    if (!link_parse(&job, argc, argv))
        return EXIT_ERRORS;
    link_begin(&job, argv + optind, argc - optind);
    // Each step reports all of its errors; then the next step is not run.
    bool good = link_open_all(&job) && link_define_symbols(&job) && link_write_all(&job);
    if (good && job.stats)
        link_print_stats(&job, link_clock() - start);
    link_end(&job);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_link = {
    .name = "link",
    .synopsis =
        "[--base ADDR] [--symbols FILE] [--stats] [--jobs N] --image OUT --map MAP.json FILE ...",
    .summary = "links modules as the loader does, into a file",
    .help =
        "  --image OUT     the memory of all modules: the byte of address A at offset A - base\n"
        "  --map MAP.json  where each section lies\n"
        "  --base ADDR     address of the first module, in hexadecimal and a multiple of 0x1000\n"
        "                  (default ffffffffa0000000); the others follow in the order given\n"
        "  --symbols FILE  lines ADDRESS TYPE NAME, as in System.map, for what no module exports\n"
        "  --stats         print the time of each pass, and of a memcpy of the same bytes\n"
        "  --jobs N        number of threads (default: one for each processor)\n\n"
        "Each FILE is a module of its own: any relocatable ELF file for " BTL_MACHINE_NAMES ".\n"
        "It exports what its metadata says (export=); of Linux modules also what EXPORT_SYMBOL() "
        "names, unless\n"
        "the symbols file has the name as a global one. On an error nothing is written.\n\n"
        "Example: btl link --symbols System.map --image out.bin --map out.json a.ko b.ko\n",
    .run = link_command,
};
