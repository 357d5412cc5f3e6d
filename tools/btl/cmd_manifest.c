// SPDX-License-Identifier: BSD-2-Clause
// btl manifest: what a boot did, from its record.
#include "manifest/cmd.h"
#include "output.h"
#include "report.h"

struct manifest_request {
    struct manifest_source source;
    bool json, diff, verbose;
    const char *verify;  // volume
    const char *extract; // file
    char **words;
    int word_count;
};

static bool manifest_parse(struct host *host, int argc, char **argv,
                           struct manifest_request *request)
{
    const struct command_option options[] = {
        MANIFEST_OPTIONS(&request->source),
        {.word = "json", .flag = &request->json},
        {.word = "diff", .flag = &request->diff},
        {.word = "verify", .value = &request->verify},
        {.word = "output", .letter = 'o', .value = &request->extract},
        {.word = "verbose", .letter = 'v', .flag = &request->verbose},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return false;
    request->words = argv + optind;
    request->word_count = argc - optind;
    if (request->json + request->diff + (request->verify != NULL) + (request->extract != NULL) <= 1)
        return true;
    usage_error(host, "--json, --diff, --verify and --output exclude each other");
    return false;
}

static bool find_named_manifest(const struct manifest_request *request, const char *path,
                                struct found_manifest *ret_found)
{
    struct manifest_source source = request->source;
    source.path = path;
    return manifest_find(&source, ret_found);
}

static int diff_manifests(struct host *host, const struct manifest_request *request,
                          struct btl_out *out)
{
    struct found_manifest a, b;
    if (request->word_count != 2)
        return usage_error(host, "--diff compares two manifests; name them both");
    bool good = find_named_manifest(request, request->words[0], &a);
    if (!find_named_manifest(request, request->words[1], &b) || !good)
        return EXIT_ERRORS;
    return manifest_diff(host, &a, &b, request->verbose, out) ? EXIT_WARNINGS : EXIT_GOOD;
}

// The default manifest is the one saved on the volume.
static int verify_volume(struct host *host, const struct manifest_request *request,
                         struct btl_out *out)
{
    struct found_manifest found;
    if (request->word_count > 1)
        return usage_error(host, "--verify takes one manifest");
    if (!find_named_manifest(
            request, request->word_count == 1 ? request->words[0] : request->verify, &found))
        return EXIT_ERRORS;
    return manifest_verify(host, &found, request->verify, request->verbose, out) ? EXIT_GOOD
                                                                                 : EXIT_WARNINGS;
}

static int extract_manifest(struct host *host, const struct manifest_request *request)
{
    struct found_manifest found;
    if (request->word_count != 1)
        return usage_error(host, "--output takes one manifest");
    if (!find_named_manifest(request, request->words[0], &found))
        return EXIT_ERRORS;
    struct btl_str bytes = {(const char *)found.manifest.bytes.at, found.manifest.bytes.size};
    return output_replace(host, &(struct replacement){.path = request->extract, .text = bytes})
               ? EXIT_GOOD
               : EXIT_ERRORS;
}

// The sections to print, as a mask. False: one is unknown; reported with the nearest.
static bool parse_sections(struct host *host, const struct manifest_request *request,
                           uint32_t *ret_mask)
{
    struct btl_str known[BTLM_KINDS - BTLM_SYSTEM];
    uint32_t mask = 0;
    for (size_t i = 0; i < BTL_COUNT(known); i++)
        known[i] = btl_str_of(btl_manifest_section_name(BTLM_SYSTEM + i));
    for (int i = 1; i < request->word_count; i++) {
        struct btl_str word = btl_str_of(request->words[i]);
        uint32_t section = btl_manifest_section_of(word);
        if (section == 0) {
            struct btl_str hint = did_you_mean(host, word, known, BTL_COUNT(known));
            usage_error(host, "a manifest has no section \"%pS\"%pS", &word, &hint);
            return false;
        }
        mask |= section;
    }
    *ret_mask = mask;
    return true;
}

static int print_manifest(struct host *host, const struct manifest_request *request,
                          struct btl_out *out)
{
    struct found_manifest found;
    uint32_t mask;
    if (request->word_count == 0)
        return usage_error(host, "the manifest is missing");
    if (request->json && request->word_count > 1)
        return usage_error(host, "--json prints all sections; omit \"%s\"", request->words[1]);
    if (!parse_sections(host, request, &mask) ||
        !find_named_manifest(request, request->words[0], &found))
        return EXIT_ERRORS;
    if (request->json)
        manifest_json(&found.manifest, out);
    else
        btl_manifest_print(&found.manifest, mask, out);
    return EXIT_GOOD;
}

static int manifest_command(struct host *host, int argc, char **argv)
{
    struct manifest_request request = {.source = {.host = host}};
    struct btl_out out = out_to(stdout);
    if (!manifest_parse(host, argc, argv, &request))
        return EXIT_ERRORS;
    if (request.diff)
        return diff_manifests(host, &request, &out);
    if (request.verify != NULL)
        return verify_volume(host, &request, &out);
    if (request.extract != NULL)
        return extract_manifest(host, &request);
    return print_manifest(host, &request, &out);
}

const struct command cmd_manifest = {
    .name = "manifest",
    .synopsis =
        "[-p PATH] [--at OFFSET] [--efivars DIR|FILE] [--json | -o FILE] MANIFEST [SECTION ...]\n"
        "       btl manifest --diff [-v] MANIFEST MANIFEST\n"
        "       btl manifest --verify DIR|IMAGE [-v] [MANIFEST]",
    .summary = "shows what a boot did, compares two boots, or a boot with the files of a volume",
    .help = MANIFEST_HELP
    "      --json              everything as JSON; btl-manifest(5) has the schema\n"
    "  -o, --output FILE       write the manifest itself to FILE, for example out of a dump\n"
    "      --diff              what differs between two boots; exit status 1 when something does\n"
    "      --verify DIR|IMAGE  are loader.conf, kernel and modules of the volume those that were\n"
    "                          booted? exit status 1 when one is not; default MANIFEST: the one\n"
    "                          saved on the volume\n"
    "  -v, --verbose           --diff: times and ranges of memory too; --verify: every file\n"
    "SECTION is system, boot, volume, kernel, segments, modules, sections, depends, interfaces,\n"
    "exports, tunables, order, memory, diagnostics, timeline, symbols, log, config, files, trust\n"
    "or event-log; default: all.\n\n"
    "Example: btl manifest ram.dump modules memory\n"
    "         btl manifest --diff monday.manifest btl.img\n"
    "         btl manifest --verify /boot/efi\n",
    .run = manifest_command,
};
