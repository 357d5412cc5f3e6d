// SPDX-License-Identifier: BSD-2-Clause
// btl link: what the loader does with modules, on the host.
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "link/job.h"

#define DEFAULT_BASE 0xffffffffa0000000ull
#define JOBS_MAX     256

static uint32_t processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (uint32_t)count;
}

static int read_base(struct link_job *job, const char *text)
{
    if (!link_address(btl_str_of(text), &job->base))
        return usage_error(job->host, "\"%s\" is not an address in hexadecimal", text);
    if (job->base % BTL_PAGE_SIZE != 0)
        return usage_error(job->host, "the base %s is not a multiple of 0x%x", text, BTL_PAGE_SIZE);
    return EXIT_GOOD;
}

static int read_jobs(struct link_job *job, const char *text)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || count < 1 || count > JOBS_MAX)
        return usage_error(job->host, "\"%s\" is not a number of threads from 1 to %d", text,
                           JOBS_MAX);
    job->thread_count = (uint32_t)count;
    return EXIT_GOOD;
}

static int read_options(struct link_job *job, int argc, char **argv)
{
    enum { BASE = 256, SYMBOLS, IMAGE, MAP, STATS };
    static const struct option words[] = {
        {"base", required_argument, NULL, BASE},
        {"symbols", required_argument, NULL, SYMBOLS},
        {"image", required_argument, NULL, IMAGE},
        {"map", required_argument, NULL, MAP},
        {"jobs", required_argument, NULL, 'j'},
        {"stats", no_argument, NULL, STATS},
        {0},
    };
    int option, status = EXIT_GOOD;
    while (status == EXIT_GOOD &&
           (option = next_option(job->host, argc, argv, "j:", words)) != -1) {
        switch (option) {
        case BASE:
            status = read_base(job, optarg);
            break;
        case SYMBOLS:
            job->symbols_path = optarg;
            break;
        case IMAGE:
            job->image_path = optarg;
            break;
        case MAP:
            job->map_path = optarg;
            break;
        case 'j':
            status = read_jobs(job, optarg);
            break;
        case STATS:
            job->stats = true;
            break;
        default:
            return EXIT_ERRORS;
        }
    }
    return status;
}

static int check_usage(struct link_job *job, int files)
{
    if (job->image_path == NULL || job->map_path == NULL)
        return usage_error(job->host, "--image and --map must be given");
    if (strcmp(job->image_path, job->map_path) == 0)
        return usage_error(job->host, "--image and --map are the same file");
    if (files == 0)
        return usage_error(job->host, "there is no file to link");
    return EXIT_GOOD;
}

static void begin(struct link_job *job, char **files, int count)
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

// What a thread could not say: that the file cannot be read, or is for another machine than the
// first one. *machine: of that, 0 before it.
static void check_input(struct link_job *job, const struct link_module *module, uint16_t *machine)
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

static bool open_all(struct link_job *job)
{
    uint16_t machine = 0;
    link_each(job, link_input);
    for (uint32_t i = 0; i < job->count; i++) {
        check_input(job, &job->modules[i], &machine);
        link_collect(job, &job->modules[i]);
    }
    return job->host->diags.errors == 0;
}

// One image behind the other, in the order of the command line.
static bool give_addresses(struct link_job *job)
{
    uint64_t at = job->base;
    for (uint32_t i = 0; i < job->count; i++) {
        struct btl_image *image = &job->modules[i].image;
        if (!btl_round_up(at, image->align, &at) || !btl_image_place(image, at, NULL)) {
            btl_report(&job->host->diags, BTL_HOST_LINK_ADDRESS,
                       ((struct btl_place){.file = btl_str_of(job->modules[i].path)}),
                       BTL_SIZE(image->size), BTL_HEX(at));
            return false;
        }
        at += image->size;
    }
    job->size = at - job->base;
    return true;
}

static bool open_outputs(struct link_job *job)
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

static bool give_values(struct link_job *job)
{
    double start = link_clock();
    bool good = give_addresses(job) && link_symbols(job);
    link_lap(&job->threads[0], LINK_SYMBOLS, start);
    return good;
}

// All images go into the same file: what happened to it is said once.
static bool write_all(struct link_job *job)
{
    int error = 0;
    if (!open_outputs(job))
        return false;
    link_each(job, link_image);
    for (uint32_t i = 0; i < job->count; i++) {
        link_collect(job, &job->modules[i]);
        if (error == 0)
            error = job->modules[i].write_error;
    }
    if (error != 0)
        output_failed(job->host, &job->image, strerror(error));
    return job->host->diags.errors == 0 && link_write_map(job) &&
           output_keep(job->host, &job->image) && output_keep(job->host, &job->map);
}

static void end(struct link_job *job)
{
    output_drop(&job->image);
    output_drop(&job->map);
    for (uint32_t i = 0; i < job->thread_count; i++)
        free(job->threads[i].buffer);
}

static int run(struct host *host, int argc, char **argv)
{
    struct link_job job = {.host = host, .base = DEFAULT_BASE, .thread_count = processors()};
    double start = link_clock();
    int status = read_options(&job, argc, argv);
    if (status == EXIT_GOOD)
        status = check_usage(&job, argc - optind);
    if (status != EXIT_GOOD)
        return status;
    begin(&job, argv + optind, argc - optind);
    // Each step reports everything that it finds wrong; then the next is not taken.
    bool good = open_all(&job) && give_values(&job) && write_all(&job);
    if (good && job.stats)
        link_print_stats(&job, link_clock() - start);
    end(&job);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_link = {
    "link",
    "[--base ADDR] [--symbols FILE] [--stats] [--jobs N] --image OUT --map MAP.json FILE ...",
    "links modules as the loader does, into a file",
    "  --image OUT     the memory of all modules: the byte of address A at offset A - base\n"
    "  --map MAP.json  where each section lies\n"
    "  --base ADDR     address of the first module, in hexadecimal and a multiple of 0x1000\n"
    "                  (default ffffffffa0000000); the others follow in the order given\n"
    "  --symbols FILE  lines ADDRESS TYPE NAME, as in System.map, for what no module exports\n"
    "  --stats         print the time of each pass, and of a memcpy of the same bytes\n"
    "  --jobs N        number of threads (default: one for each processor)\n\n"
    "Each FILE is a module of its own: any relocatable ELF file for x86-64 or ia64. It exports\n"
    "what its metadata says (export=); of Linux modules also what EXPORT_SYMBOL() names, unless\n"
    "the symbols file has the name as a global one. On an error nothing is written.\n\n"
    "Example: btl link --symbols System.map --image out.bin --map out.json a.ko b.ko\n",
    run,
};
