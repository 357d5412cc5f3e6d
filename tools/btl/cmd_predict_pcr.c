// SPDX-License-Identifier: BSD-2-Clause
// btl predict-pcr: the PCR values of a boot, before the boot.
#include "attest/predict.h"
#include "report.h"

#define JSON_VERSION 1

static void predict_print(struct host *host, const struct prediction *prediction)
{
    struct btl_out out = out_to(stdout);
    char digits[BTL_SHA256_TEXT];
    uint8_t value[32];
    for (size_t i = 0; i < prediction->count; i++) {
        const struct predicted_event *event = &prediction->events[i];
        struct btl_str text = report_safe(host->arena, event->text);
        btl_format(&out, "PCR %u %-9s %s%s%pS\n", event->pcr, event->name,
                   btl_sha256_text(event->sha256, digits), text.len > 0 ? " " : "", &text);
    }
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        if (predict_pcr(prediction, pcr, value))
            btl_format(&out, "PCR %u = %s\n", pcr, btl_sha256_text(value, digits));
    }
    if (prediction->unmeasured)
        btl_format(&out, "The configuration says tpm=\"no\": PCR 8 and 9 are not extended.\n");
    if (prediction->open)
        btl_format(&out, "The kernel is an EFI program: its values are those when it starts, and "
                         "it may measure more.\n");
}

static void predict_json(const struct boot *boot, const struct prediction *prediction)
{
    struct btl_out out = out_to(stdout);
    struct json json = {.out = &out};
    char digits[BTL_SHA256_TEXT];
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_text(&json, "config", boot->path);
    json_bool(&json, "measured", !prediction->unmeasured);
    json_bool(&json, "open", prediction->open);
    json_begin(&json, "events", '[');
    for (size_t i = 0; i < prediction->count; i++) {
        const struct predicted_event *event = &prediction->events[i];
        json_begin_line(&json, NULL, '{');
        json_number(&json, "pcr", event->pcr);
        json_word(&json, "name", event->name);
        json_word(&json, "sha256", btl_sha256_text(event->sha256, digits));
        json_text(&json, "text", event->text);
        json_end(&json, '}');
    }
    json_end(&json, ']');
    predict_json_pcrs(&json, "pcrs", prediction);
    json_end(&json, '}');
    btl_format(&out, "\n");
}

static int predict_command(struct host *host, int argc, char **argv)
{
    struct boot boot = {.host = host};
    struct prediction prediction = {.loader = NULL};
    bool as_json = false;
    const struct command_option options[] = {
        BOOT_OPTIONS(&boot), PREDICT_OPTIONS(&prediction), {.word = "json", .flag = &as_json}, {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&boot))
        return EXIT_ERRORS;
    if (argc - optind > 1)
        return usage_error(host, "more than one loader.conf was given; name one");
    if (!predict(&boot, &prediction, optind < argc ? argv[optind] : NULL))
        return EXIT_ERRORS;
    if (as_json)
        predict_json(&boot, &prediction);
    else
        predict_print(host, &prediction);
    boot_close(&boot);
    return EXIT_GOOD;
}

const struct command cmd_predict_pcr = {
    .name = "predict-pcr",
    .synopsis = BOOT_SYNOPSIS "\n                 " PREDICT_SYNOPSIS
                              "\n                 [--json] [LOADER.CONF]",
    .summary = "computes the PCR values of a TPM that a boot leads to",
    .help = BOOT_HELP PREDICT_HELP
    "      --json              print events and values as JSON\n"
    "LOADER.CONF is a path on the volume; without -C its directory is the volume. The values are "
    "of\n"
    "the SHA-256 bank: PCR 8 and 9 from the configuration, its options and files; PCR 4 if the "
    "first\n"
    "boot option of the firmware starts shim or the loader.\n\n"
    "Example: btl predict-pcr -C /boot/efi --loader /boot/efi/EFI/btl/BOOTX64.EFI\n",
    .run = predict_command,
};
