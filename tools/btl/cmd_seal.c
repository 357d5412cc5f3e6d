// SPDX-License-Identifier: BSD-2-Clause
// btl seal: list the files of a configuration with their hashes, in a file that can be signed; or
// compare such a seal with the volume.
#include <string.h>

#include <btl/hash.h>

#include "json.h"
#include "report.h"
#include "seal/sealing.h"
#include "seal/signing.h"

#define SEAL_JSON_VERSION 1

struct seal_request {
    const char *level, *revoke, *allow; // of the options, or NULL
    struct seal_also also;
    const char *certificate; // of --cert, or NULL
    bool dry_run, verify, json;
};

// ----------------------------------------------------------------------------------------- making

// Parse a level. `text`: of the option `word`, or NULL; then *level stays.
static bool seal_option_level(struct host *host, const char *word, const char *text,
                              uint64_t *level)
{
    uint64_t number;
    if (text == NULL)
        return true;
    if (!btl_parse_number(btl_str_of(text), &number) || number > BTL_SEAL_LEVEL_MAX) {
        usage_error(host, "\"%s\" is no level; give --%s a number up to %lu", text, word,
                    (unsigned long)BTL_SEAL_LEVEL_MAX);
        return false;
    }
    *level = number;
    return true;
}

static bool seal_option_allow(struct host *host, const char *text, uint32_t *allow)
{
    struct btl_str rest, word;
    if (text == NULL)
        return true;
    *allow = 0;
    rest = btl_str_of(text);
    while (btl_take_name(&rest, &word)) {
        uint32_t bit = btl_seal_allow_of(word);
        if (bit == 0) {
            usage_error(host, "\"%.*s\" cannot be allowed; --allow takes safe, menu and shell",
                        (int)word.len, word.at);
            return false;
        }
        *allow |= bit;
    }
    return true;
}

static struct seal_also seal_option_also(struct host *host, const char *text)
{
    struct btl_str *paths = MEMORY_ARRAY(host->arena, struct btl_str, strlen(text) / 2 + 1);
    struct seal_also also = {.paths = paths};
    struct btl_str rest = btl_str_of(text);
    while (btl_take_part(&rest, ':', &paths[also.count]))
        also.count++;
    return also;
}

// Fill in level, revoke and allow: of the options, else of the seal that is there.
static bool seal_choose(struct boot *boot, const struct seal_request *request,
                        struct btl_seal *seal)
{
    struct host *host = boot->host;
    struct btl_place place = {.file = volume_name(&boot->volume, boot->path)};
    enum seal_found found = seal_open_beside(boot, seal);
    if (found != SEAL_THERE)
        *seal = (struct btl_seal){.level = 1};
    if (found == SEAL_UNREADABLE && request->level == NULL) {
        btl_report(&host->diags, BTL_HOST_SEAL_LEVEL, place);
        return false;
    }
    if (!seal_option_level(host, "level", request->level, &seal->level) ||
        !seal_option_level(host, "revoke", request->revoke, &seal->revoke) ||
        !seal_option_allow(host, request->allow, &seal->allow))
        return false;
    if (seal->revoke <= seal->level)
        return true;
    btl_report(&host->diags, BTL_SEAL_REVOKE, place, BTL_DEC(seal->revoke), BTL_DEC(seal->level));
    return false;
}

static int seal_store(struct boot *boot, const struct btl_seal *seal)
{
    struct btl_out out = out_to(stdout);
    struct btl_arena *arena = boot->host->arena;
    struct btl_str path = seal_path(arena, boot->path);
    struct btl_bytes file = btl_seal_write(seal, arena);
    memory_require(file.at != NULL);
    if (!volume_store(&boot->volume, path, file))
        return EXIT_ERRORS;
    struct btl_str name = report_safe(arena, volume_name(&boot->volume, path));
    btl_format(&out, "%pS: level %lu, %u files, not signed\n", &name, (unsigned long)seal->level,
               seal->count);
    return EXIT_GOOD;
}

static int seal_make(struct boot *boot, const struct seal_request *request)
{
    struct host *host = boot->host;
    struct btl_out out = out_to(stdout);
    struct btl_seal seal;
    if (!seal_choose(boot, request, &seal))
        return EXIT_ERRORS;
    uint32_t errors = host->diags.errors;
    boot_steps(boot);
    if (host->diags.errors > errors || !seal_collect(boot, &request->also, &seal)) {
        btl_report(&host->diags, BTL_HOST_SEAL_REFUSED,
                   ((struct btl_place){.file = volume_name(&boot->volume, boot->path)}));
        return EXIT_ERRORS;
    }
    if (!request->dry_run)
        return seal_store(boot, &seal);
    btl_seal_print(&seal, &out);
    return EXIT_GOOD;
}

// -------------------------------------------------------------------------------------- verifying

static const char *seal_verdict_word(struct boot *boot, const struct btl_seal *seal,
                                     const struct btl_seal_line *line)
{
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    uint8_t sha256[32];
    if (!volume_read(&boot->volume, line->path, BTL_SEAL_SIZE_MAX, &bytes, &problem))
        return "missing";
    btl_sha256(bytes, sha256);
    return btl_seal_judge(seal, line->path, bytes.size, sha256) == BTL_SEAL_VERDICT_FITS
               ? "fits"
               : "differs";
}

static void seal_json_line(struct json *json, const struct btl_seal_line *line, const char *verdict)
{
    char digits[BTL_SHA256_TEXT];
    json_begin_line(json, NULL, '{');
    json_text(json, "kind", btl_seal_kind_name(line->kind));
    json_text(json, "path", line->path);
    json_number(json, "size", line->size);
    json_word(json, "sha256", btl_sha256_text(line->sha256, digits));
    json_word(json, "verdict", verdict);
    json_end(json, '}');
}

static void seal_json_begin(struct json *json, const struct boot *boot, const struct btl_seal *seal)
{
    json_begin(json, NULL, '{');
    json_number(json, "version", SEAL_JSON_VERSION);
    json_text(json, "config", boot->path);
    json_word(json, "machine", seal->machine->name);
    json_number(json, "level", seal->level);
    json_number(json, "revoke", seal->revoke);
    json_begin_line(json, "allow", '[');
    for (uint32_t bit = 1; bit < 1u << BTL_SEAL_ALLOWS; bit <<= 1) {
        if ((seal->allow & bit) != 0)
            json_text(json, NULL, btl_seal_allow_name(bit));
    }
    json_end(json, ']');
    json_bool(json, "signed", seal->is_signed);
    json_begin(json, "files", '[');
}

enum seal_signature { SEAL_UNSIGNED, SEAL_UNVERIFIED, SEAL_GOOD, SEAL_BAD };

static enum seal_signature seal_verify_signature(struct boot *boot, const struct btl_seal *seal,
                                                 const char *certificate)
{
    struct btl_str path = seal_path(boot->host->arena, boot->path);
    struct btl_place place = {.file = volume_name(&boot->volume, path)};
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (certificate == NULL)
        return seal->is_signed ? SEAL_UNVERIFIED : SEAL_UNSIGNED;
    if (seal->is_signed && volume_read(&boot->volume, path, BTL_SEAL_MAX, &bytes, &problem) &&
        signature_verify(boot->host, certificate, bytes))
        return SEAL_GOOD;
    btl_report(&boot->host->diags, BTL_HOST_SEAL_SIGNATURE, place, BTL_ARG_Z(certificate));
    return SEAL_BAD;
}

// Print each line and whether its file fits. Return the number of those that do not.
static size_t seal_print_verdicts(struct boot *boot, const struct btl_seal *seal, struct json *json)
{
    struct btl_out out = out_to(stdout);
    size_t differences = 0;
    for (uint32_t i = 0; i < seal->count; i++) {
        const struct btl_seal_line *line = &seal->lines[i];
        const char *verdict = seal_verdict_word(boot, seal, line);
        struct btl_str path = report_safe(boot->host->arena, line->path);
        differences += strcmp(verdict, "fits") != 0;
        if (json != NULL)
            seal_json_line(json, line, verdict);
        else
            btl_format(&out, "%-8s %pS\n", verdict, &path);
    }
    return differences;
}

static void seal_print_summary(struct boot *boot, const struct btl_seal *seal, size_t differences,
                               enum seal_signature signature)
{
    static const char *const texts[] = {
        [SEAL_UNSIGNED] = "not signed",
        [SEAL_UNVERIFIED] = "signed; without --cert FILE, the signature was not verified",
        [SEAL_GOOD] = "the signature is good",
        [SEAL_BAD] = "the signature is not good",
    };
    struct btl_out out = out_to(stdout);
    struct btl_str name = report_safe(boot->host->arena, volume_name(&boot->volume, boot->path));
    btl_format(&out, "%pS: the seal %s, level %lu, %s\n", &name,
               differences == 0 ? "fits" : "does not fit", (unsigned long)seal->level,
               texts[signature]);
}

static int seal_compare(struct boot *boot, const struct seal_request *request)
{
    struct btl_out out = out_to(stdout);
    struct json json = {.out = &out};
    struct btl_seal seal;
    enum seal_found found = seal_open_beside(boot, &seal);
    if (found == SEAL_ABSENT)
        btl_report(&boot->host->diags, BTL_HOST_SEAL_ABSENT,
                   ((struct btl_place){.file = volume_name(&boot->volume, boot->path)}));
    if (found != SEAL_THERE)
        return EXIT_ERRORS;
    enum seal_signature signature = seal_verify_signature(boot, &seal, request->certificate);
    if (request->json)
        seal_json_begin(&json, boot, &seal);
    size_t differences = seal_print_verdicts(boot, &seal, request->json ? &json : NULL);
    boot_steps(boot);
    differences += seal_report_differences(boot, &seal);
    if (request->json) {
        json_end(&json, ']');
        json_bool(&json, "fits", differences == 0);
        if (request->certificate != NULL)
            json_bool(&json, "signature_good", signature == SEAL_GOOD);
        else
            json_null(&json, "signature_good");
        json_end(&json, '}');
        btl_format(&out, "\n");
    } else {
        seal_print_summary(boot, &seal, differences, signature);
    }
    return signature == SEAL_BAD ? EXIT_ERRORS : differences == 0 ? EXIT_GOOD : EXIT_WARNINGS;
}

static int seal_command(struct host *host, int argc, char **argv)
{
    struct boot boot = {.host = host,
                        .core.seals_ignored = true}; // the steps report no differences
    struct seal_request request = {0};
    const char *also = "";
    const struct command_option options[] = {
        {.word = "volume", .letter = 'C', .value = &boot.root},
        {.word = "machine", .value = &boot.machine_name},
        {.word = "level", .value = &request.level},
        {.word = "revoke", .value = &request.revoke},
        {.word = "allow", .value = &request.allow},
        {.word = "also", .value = &also},
        {.word = "dry-run", .letter = 'n', .flag = &request.dry_run},
        {.word = "verify", .flag = &request.verify},
        {.word = "cert", .value = &request.certificate},
        {.word = "json", .flag = &request.json},
        {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&boot))
        return EXIT_ERRORS;
    if (argc - optind > 1)
        return usage_error(host, "more than one loader.conf was given; name one");
    if (request.json && !request.verify)
        return usage_error(host, "--json goes with --verify");
    if (request.certificate != NULL && !request.verify)
        return usage_error(host, "--cert goes with --verify; 'btl sign' signs the seal");
    request.also = seal_option_also(host, also);
    boot_argument(&boot, optind < argc ? argv[optind] : NULL);
    if (!boot_open(&boot))
        return EXIT_ERRORS;
    int status = (request.verify ? seal_compare : seal_make)(&boot, &request);
    boot_close(&boot);
    return status;
}

const struct command cmd_seal = {
    .name = "seal",
    .synopsis = "[-C DIR|IMAGE] [--machine M] [--level N] [--revoke N] [--allow WORDS]\n"
                "                [--also PATH:...] [-n] [LOADER.CONF]\n"
                "       btl seal --verify [--cert FILE] [--json] [-C DIR|IMAGE] [--machine M] "
                "[LOADER.CONF]",
    .summary = "lists the files of a configuration with their hashes, to be signed",
    .help =
        "  -C, --volume DIR|IMAGE  the boot volume: a directory, a FAT image, or a disk image\n"
        "      --machine M         " BTL_MACHINE_NAMES "; default: by the loader in EFI/BOOT,\n"
        "                          else x86-64\n"
        "      --level N           level of the seal; default: that of the seal that is there, or "
        "1\n"
        "      --revoke N          once this seal has booted, seals below level N are refused\n"
        "      --allow WORDS       what a loader under Secure Boot still permits, of "
        "safe,menu,shell\n"
        "      --also PATH:...     files of the volume that the configuration does not name\n"
        "  -n, --dry-run           print the list and write nothing\n"
        "      --verify            compare every file with the seal; exit status 1 when they "
        "differ\n"
        "      --cert FILE         with --verify: sbverify or osslsigncode verifies the signature, "
        "which\n"
        "                          must be by the key of this certificate\n"
        "      --json              print the comparison as JSON\n"
        "LOADER.CONF is a path on the volume; without -C its directory is the volume. The seal is\n"
        "LOADER.CONF.seal, an EFI program for signing tools and firmware. The same files give the\n"
        "same bytes.\n\n"
        "Example: btl seal -C /boot/efi --allow safe\n"
        "         btl seal --verify -C btl.img\n",
    .run = seal_command,
};
