// SPDX-License-Identifier: BSD-2-Clause
// btl sign: sign a seal or the loader with a tool of this machine.
#include <string.h>

#include "files.h"
#include "output.h"
#include "report.h"
#include "seal/sealing.h"
#include "seal/signing.h"

struct sign_request {
    struct boot boot; // boot.root: of the option --volume, or NULL
    struct signer signer;
    bool print;
};

// Print a word as a shell reads it.
static void sign_print_word(struct btl_out *out, const char *word)
{
    bool plain = word[0] != '\0';
    for (const char *c = word; *c != '\0'; c++)
        plain = plain && (btl_is_name_character(*c) || strchr("/.:=,@%+", *c) != NULL);
    if (plain) {
        btl_format(out, "%s", word);
        return;
    }
    btl_format(out, "'");
    for (const char *c = word; *c != '\0'; c++)
        btl_format(out, *c == '\'' ? "'\\''" : "%c", *c);
    btl_format(out, "'");
}

static void sign_print(const struct sign_request *request, const char *file)
{
    struct btl_out out = out_to(stdout);
    const char *const *words = signer_command(request->boot.host, &request->signer, file, file);
    for (size_t i = 0; words[i] != NULL; i++) {
        btl_format(&out, i == 0 ? "" : " ");
        sign_print_word(&out, words[i]);
    }
    btl_format(&out, "\n");
}

static void sign_report_done(struct host *host, struct btl_str name)
{
    struct btl_out out = out_to(stdout);
    name = report_safe(host->arena, name);
    btl_format(&out, "%pS: signed\n", &name);
}

// Sign a file of this machine.
static bool sign_file(const struct sign_request *request, const char *path)
{
    struct host *host = request->boot.host;
    struct btl_bytes bytes, result;
    if (!files_read(host, path, &bytes) || !signer_sign(host, &request->signer, bytes, &result))
        return false;
    struct btl_str text = {(const char *)result.at, result.size};
    if (!output_replace(host, &(struct replacement){.path = path, .text = text}))
        return false;
    sign_report_done(host, btl_str_of(path));
    return true;
}

// Sign a file of the volume.
static bool sign_volume_file(struct sign_request *request, struct btl_str path)
{
    struct host *host = request->boot.host;
    struct volume *volume = &request->boot.volume;
    struct btl_file_problem problem;
    struct btl_bytes bytes, result;
    if (!volume_read(volume, path, UINT32_MAX, &bytes, &problem)) {
        btl_file_report(&host->diags, (struct btl_place){.file = volume_name(volume, path)},
                        &problem);
        return false;
    }
    if (!signer_sign(host, &request->signer, bytes, &result) || !volume_store(volume, path, result))
        return false;
    sign_report_done(host, volume_name(volume, path));
    return true;
}

static bool sign_on_volume(struct sign_request *request, const char *file)
{
    struct btl_arena *arena = request->boot.host->arena;
    struct btl_str path = file == NULL
                              ? BTL_STR(BTL_CONFIG_DEFAULT BTL_SEAL_SUFFIX)
                              : memory_text(arena, "%s%s", file[0] == '/' ? "" : "/", file);
    if (!boot_open(&request->boot))
        return false;
    bool good = sign_volume_file(request, path);
    boot_close(&request->boot);
    return good;
}

static int sign_command(struct host *host, int argc, char **argv)
{
    struct sign_request request = {.boot.host = host};
    const struct command_option options[] = {
        {.word = "volume", .letter = 'C', .value = &request.boot.root},
        SIGN_OPTIONS(&request.signer),
        {.word = "print", .flag = &request.print},
        {0}};
    if (!parse_options(host, argc, argv, options) || !signer_check(host, &request.signer))
        return EXIT_ERRORS;
    const char *file = optind < argc ? argv[optind] : NULL;
    if (argc - optind > 1)
        return usage_error(host, "more than one file was given; name one");
    if (file == NULL && (request.boot.root == NULL || request.print))
        return usage_error(host, "the file is missing, as in: btl sign --key db.key --cert db.crt "
                                 "BOOTX64.EFI");
    bool good = true;
    if (request.print)
        sign_print(&request, file);
    else
        good =
            request.boot.root != NULL ? sign_on_volume(&request, file) : sign_file(&request, file);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_sign = {
    .name = "sign",
    .synopsis = SIGN_SYNOPSIS " [--print]\n                [-C DIR|IMAGE] [FILE]",
    .summary = "signs a seal or the loader with sbsign, osslsigncode or pesign",
    .help = SIGN_HELP
    "      --print             print the command and do nothing\n"
    "  -C, --volume DIR|IMAGE  FILE is a path on this volume; default: /loader.conf.seal\n"
    "FILE is replaced by the signed file.\n\n"
    "Example: btl sign --key db.key --cert db.crt -C /boot/efi\n"
    "         btl sign --key db.key --cert db.crt BOOTX64.EFI\n",
    .run = sign_command,
};
