// SPDX-License-Identifier: BSD-2-Clause
// btl verify-log: replay the event log of a TPM, and compare it with PCR values and with what a
// configuration leads to.
#include <string.h>

#include "attest/verify.h"
#include "files.h"
#include "manifest/find.h"
#include "report.h"

#define JSON_VERSION 1
#define PCRS_SHOWN   (1u << 4 | 1u << 8 | 1u << 9) // whose events are printed without -v

struct verify_request {
    struct boot boot;
    struct prediction prediction;
    struct pcr_values values;
    const char *pcr, *pcrs; // of the options, or NULL
    bool json, verbose;
};

static const char *verify_type_name(uint32_t type, char text[16])
{
    const char *name = btl_tcg_type_name(type);
    if (name != NULL)
        return name;
    btl_format_to(text, 16, "0x%x", type);
    return text;
}

static void verify_print(const struct log_check *check, bool all)
{
    struct btl_out out = out_to(stdout);
    struct btl_arena *arena = check->host->arena;
    char digits[BTL_SHA256_TEXT], type[16];
    uint32_t extended = log_check_extended(check);
    for (uint32_t i = 0; i < check->log.event_count; i++) {
        const struct btl_tcg_event *event = &check->log.events[i];
        if (event->type == BTL_TCG_NO_ACTION || (!all && (PCRS_SHOWN & 1u << event->pcr) == 0))
            continue;
        struct btl_str text = report_safe(arena, btl_tcg_event_text(event, arena));
        btl_format(&out, "PCR %u %s %s%s%pS\n", event->pcr, verify_type_name(event->type, type),
                   btl_sha256_text(event->sha256, digits), text.len > 0 ? " " : "", &text);
    }
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        if ((extended & 1u << pcr) != 0)
            btl_format(&out, "PCR %u = %s\n", pcr, btl_sha256_text(check->pcrs[pcr], digits));
    }
}

static void verify_json_event(struct json *json, const struct btl_tcg_event *event,
                              struct btl_arena *arena)
{
    char digits[BTL_SHA256_TEXT], type[16];
    json_begin_line(json, NULL, '{');
    json_number(json, "offset", event->offset);
    json_number(json, "pcr", event->pcr);
    json_word(json, "type", verify_type_name(event->type, type));
    json_word(json, "sha256", btl_sha256_text(event->sha256, digits));
    json_text(json, "text", btl_tcg_event_text(event, arena));
    json_end(json, '}');
}

static void verify_json(const struct log_check *check, bool good)
{
    struct btl_out out = out_to(stdout);
    struct json json = {.out = &out};
    char digits[BTL_SHA256_TEXT], number[16];
    uint32_t extended = log_check_extended(check);
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_bool(&json, "good", good);
    json_begin(&json, "events", '[');
    for (uint32_t i = 0; i < check->log.event_count; i++) {
        if (check->log.events[i].type != BTL_TCG_NO_ACTION)
            verify_json_event(&json, &check->log.events[i], check->host->arena);
    }
    json_end(&json, ']');
    json_begin(&json, "pcrs", '{');
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        if ((extended & 1u << pcr) == 0)
            continue;
        btl_format_to(number, sizeof(number), "%u", pcr);
        json_word(&json, number, btl_sha256_text(check->pcrs[pcr], digits));
    }
    json_end(&json, '}');
    if (check->prediction != NULL)
        predict_json_pcrs(&json, "predicted", check->prediction);
    json_end(&json, '}');
    btl_format(&out, "\n");
}

// Replace the bytes of a saved manifest by those of its table EVENT_LOG. False: reported.
static bool verify_unwrap(struct host *host, const char *path, struct btl_bytes *bytes)
{
    struct manifest_source source = {.host = host, .path = path};
    struct found_manifest found;
    if (bytes->size < sizeof(BTLM_MAGIC) - 1 ||
        memcmp(bytes->at, BTLM_MAGIC, sizeof(BTLM_MAGIC) - 1) != 0)
        return true;
    if (!manifest_find(&source, &found))
        return false;
    struct btl_str log = btl_manifest_text(&found.manifest, BTLM_EVENT_LOG);
    *bytes = (struct btl_bytes){(const uint8_t *)log.at, log.len};
    if (log.len == 0)
        btl_report(&host->diags, BTL_HOST_LOG_NONE, (struct btl_place){.file = btl_str_of(path)});
    return log.len > 0;
}

// Find the log in the file. False: reported.
static bool verify_open(struct host *host, const char *path, struct btl_tcg_log *ret_log)
{
    struct btl_place place = {.file = btl_str_of(path)};
    struct btl_bytes bytes;
    return files_read(host, path, &bytes) && verify_unwrap(host, path, &bytes) &&
           btl_tcg_open(bytes, place, host->arena, ret_log, &host->diags);
}

static int verify_log(struct verify_request *request, const char *path, const char *config)
{
    struct host *host = request->boot.host;
    struct log_check check = {.host = host, .name = btl_str_of(path), .values = &request->values};
    // A configuration is compared if one is named.
    if (request->boot.root != NULL || config != NULL || request->boot.config_file != NULL) {
        if (!predict(&request->boot, &request->prediction, config))
            return EXIT_ERRORS;
        check.prediction = &request->prediction;
    } else if (request->prediction.loader != NULL) {
        return usage_error(host, "--loader is about a prediction; name the configuration, or its "
                                 "volume with -C");
    }
    if (!verify_open(host, path, &check.log))
        return EXIT_ERRORS;
    bool good = log_check_run(&check);
    if (request->json)
        verify_json(&check, good);
    else
        verify_print(&check, request->verbose);
    if (check.prediction != NULL)
        boot_close(&request->boot);
    return good ? EXIT_GOOD : EXIT_WARNINGS;
}

static int verify_command(struct host *host, int argc, char **argv)
{
    struct verify_request request = {.boot.host = host};
    const struct command_option options[] = {
        {.word = "pcr", .value = &request.pcr},
        {.word = "pcrs", .value = &request.pcrs},
        BOOT_OPTIONS(&request.boot),
        PREDICT_OPTIONS(&request.prediction),
        {.word = "json", .flag = &request.json},
        {.word = "verbose", .letter = 'v', .flag = &request.verbose},
        {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&request.boot))
        return EXIT_ERRORS;
    if (argc - optind < 1 || argc - optind > 2)
        return usage_error(host, "name one event log, and perhaps a loader.conf");
    if ((request.pcr != NULL &&
         !pcr_values_parse(host, btl_str_of(request.pcr), &request.values)) ||
        (request.pcrs != NULL && !pcr_values_read(host, request.pcrs, &request.values)))
        return EXIT_ERRORS;
    return verify_log(&request, argv[optind], argc - optind == 2 ? argv[optind + 1] : NULL);
}

const struct command cmd_verify_log = {
    .name = "verify-log",
    .synopsis = "[--pcr N=SHA256,...] [--pcrs FILE] [--json | -v] LOG\n"
                "       btl verify-log ... " BOOT_SYNOPSIS "\n"
                "                 " PREDICT_SYNOPSIS "\n                 LOG [LOADER.CONF]",
    .summary = "replays the event log of a TPM, and compares it with a quote and a configuration",
    .help =
        "LOG is an event log as Linux gives it to programs,\n"
        "/sys/kernel/security/tpm0/binary_bios_measurements, or a saved manifest that has one. "
        "The\n"
        "values are of the SHA-256 bank.\n"
        "      --pcr N=SHA256,...  values of a quote, which the log must lead to\n"
        "      --pcrs FILE         the same, out of what tpm2_checkquote or tpm2_pcrread prints\n"
        "      --json              print events and values as JSON\n"
        "  -v, --verbose           print the events of every PCR, not of 4, 8 and 9 alone\n"
        "With a volume or a LOADER.CONF, the events of PCR 8 and 9 are compared with those that "
        "the\n"
        "configuration leads to, and those of PCR 4 if --loader is given:\n" BOOT_HELP PREDICT_HELP
        "The exit status is 1 when something differs.\n\n"
        "Example: btl verify-log --pcrs quote.txt -C esp --loader BOOTX64.EFI log.bin\n",
    .run = verify_command,
};
