// SPDX-License-Identifier: BSD-2-Clause
// btl manifest: what a boot did, from the record it left.
#include <btl/config.h>

#include "files.h"
#include "manifest/cmd.h"
#include "report.h"

struct wish {
    struct manifest_source source;
    bool json, diff, verbose;
    const char *verify;  // volume
    const char *extract; // file
    char **words;
    int word_count;
};

static bool read_wish(struct host *host, int argc, char **argv, struct wish *wish)
{
    enum { JSON = 0x200, DIFF, VERIFY };
    static const struct option words[] = {MANIFEST_WORDS,
                                          {"json", no_argument, NULL, JSON},
                                          {"diff", no_argument, NULL, DIFF},
                                          {"verify", required_argument, NULL, VERIFY},
                                          {"output", required_argument, NULL, 'o'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {0}};
    bool good;
    int option;
    while ((option = next_option(host, argc, argv, MANIFEST_LETTERS "o:v", words)) != -1) {
        if (option == '?')
            return false;
        if (manifest_option(&wish->source, option, &good)) {
            if (!good)
                return false;
        } else if (option == JSON)
            wish->json = true;
        else if (option == DIFF)
            wish->diff = true;
        else if (option == VERIFY)
            wish->verify = optarg;
        else if (option == 'o')
            wish->extract = optarg;
        else
            wish->verbose = true;
    }
    wish->words = argv + optind;
    wish->word_count = argc - optind;
    if (wish->json + wish->diff + (wish->verify != NULL) + (wish->extract != NULL) > 1) {
        usage_error(host, "--json, --diff, --verify and --output exclude each other");
        return false;
    }
    return true;
}

static bool find_named(const struct wish *wish, const char *path, struct found_manifest *ret_found)
{
    struct manifest_source source = wish->source;
    source.path = path;
    return manifest_find(&source, ret_found);
}

static int diff(struct host *host, const struct wish *wish, struct btl_out *out)
{
    struct found_manifest a, b;
    if (wish->word_count != 2)
        return usage_error(host, "--diff compares two manifests; name them both");
    bool good = find_named(wish, wish->words[0], &a);
    if (!find_named(wish, wish->words[1], &b) || !good)
        return EXIT_ERRORS;
    return manifest_diff(host, &a, &b, wish->verbose, out) ? EXIT_WARNINGS : EXIT_GOOD;
}

// Without a manifest of its own: the one saved on that volume.
static int verify(struct host *host, const struct wish *wish, struct btl_out *out)
{
    struct found_manifest found;
    if (wish->word_count > 1)
        return usage_error(host, "--verify takes one manifest");
    if (!find_named(wish, wish->word_count == 1 ? wish->words[0] : wish->verify, &found))
        return EXIT_ERRORS;
    return manifest_verify(host, &found, wish->verify, wish->verbose, out) ? EXIT_GOOD
                                                                           : EXIT_WARNINGS;
}

static int extract(struct host *host, const struct wish *wish)
{
    struct found_manifest found;
    if (wish->word_count != 1)
        return usage_error(host, "--output takes one manifest");
    if (!find_named(wish, wish->words[0], &found))
        return EXIT_ERRORS;
    struct btl_str bytes = {(const char *)found.manifest.bytes.at, found.manifest.bytes.size};
    return files_replace(host, wish->extract, bytes, NULL) ? EXIT_GOOD : EXIT_ERRORS;
}

// The sections named, as a mask. False: one is not known; reported with the nearest.
static bool sections(struct host *host, const struct wish *wish, uint32_t *ret_mask)
{
    static const char *const names[] = {"system",   "kernel",  "segments",   "modules",
                                        "sections", "depends", "interfaces", "exports",
                                        "tunables", "order",   "memory",     "diagnostics",
                                        "timeline", "symbols", "log",        "config"};
    uint32_t mask = 0;
    for (int i = 1; i < wish->word_count; i++) {
        uint32_t section = btl_manifest_section_of(btl_str_of(wish->words[i]));
        struct btl_str known[BTL_COUNT(names)];
        for (size_t j = 0; j < BTL_COUNT(names); j++)
            known[j] = btl_str_of(names[j]);
        struct btl_str near = btl_nearest(btl_str_of(wish->words[i]), known, BTL_COUNT(known));
        if (section == 0) {
            usage_error(host, "a manifest has no section \"%s\"%s%pS%s", wish->words[i],
                        near.len > 0 ? "; did you mean \"" : "", &near, near.len > 0 ? "\"?" : "");
            return false;
        }
        mask |= section;
    }
    *ret_mask = mask;
    return true;
}

static int show(struct host *host, const struct wish *wish, struct btl_out *out)
{
    struct found_manifest found;
    uint32_t mask;
    if (wish->word_count == 0)
        return usage_error(host, "the manifest is missing");
    if (wish->json && wish->word_count > 1)
        return usage_error(host, "--json prints all sections; leave out \"%s\"", wish->words[1]);
    if (!sections(host, wish, &mask) || !find_named(wish, wish->words[0], &found))
        return EXIT_ERRORS;
    if (wish->json)
        manifest_json(&found.manifest, out);
    else
        btl_manifest_print(&found.manifest, mask, out);
    return EXIT_GOOD;
}

static int run(struct host *host, int argc, char **argv)
{
    struct wish wish = {.source = {.host = host, .at = UINT64_MAX}};
    struct btl_out out = out_to(stdout);
    if (!read_wish(host, argc, argv, &wish))
        return EXIT_ERRORS;
    if (wish.diff)
        return diff(host, &wish, &out);
    if (wish.verify != NULL)
        return verify(host, &wish, &out);
    if (wish.extract != NULL)
        return extract(host, &wish);
    return show(host, &wish, &out);
}

const struct command cmd_manifest = {
    .name = "manifest",
    .synopsis = "[-p PATH] [--at OFFSET] [--json | -o FILE] MANIFEST [SECTION ...]\n"
                "       btl manifest --diff [-v] MANIFEST MANIFEST\n"
                "       btl manifest --verify DIR|IMAGE [-v] [MANIFEST]",
    .summary = "shows what a boot did, compares two boots, and a boot with the files there now",
    .help = MANIFEST_HELP
    "      --json              everything as JSON; btl-manifest(5) has the schema\n"
    "  -o, --output FILE       write the manifest itself to FILE, such as out of a dump\n"
    "      --diff              what differs between two boots; exit status 1 when something does\n"
    "      --verify DIR|IMAGE  are loader.conf, kernel and modules there those that were booted?\n"
    "                          exit status 1 when one is not; default MANIFEST: the one saved "
    "there\n"
    "  -v, --verbose           --diff: times and ranges of memory too; --verify: every file\n"
    "SECTION is system, boot, volume, kernel, segments, modules, sections, depends, interfaces,\n"
    "exports, tunables, order, memory, diagnostics, timeline, symbols, log or config; default: "
    "all.\n\n"
    "Example: btl manifest ram.dump modules memory\n"
    "         btl manifest --diff monday.manifest btl.img\n"
    "         btl manifest --verify /boot/efi\n",
    .run = run,
};
