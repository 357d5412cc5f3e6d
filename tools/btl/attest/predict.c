// SPDX-License-Identifier: BSD-2-Clause
// The events of a boot, computed before the boot.
#include "predict.h"

#include <string.h>

#include <btl/linux_boot.h>
#include <btl/load_options.h>
#include <btl/measure.h>
#include <btl/pe.h>
#include <btl/utf8.h>

#include "files.h"
#include "seal/sealing.h"

#define PREDICT_PROGRAMS 4u // the PCR of EFI programs

// The first event of PCR 4 (TCG PC Client Platform Firmware Profile, 10.4.5).
static const char predict_action[] = "Calling EFI Application from Boot Option";

static void predict_add(struct host *host, struct prediction *prediction,
                        struct predicted_event event)
{
    MEMORY_RESERVE(host->arena, prediction->events, prediction->count, 1, prediction->capacity);
    prediction->events[prediction->count++] = event;
}

static void predict_add_text(struct host *host, struct prediction *prediction, const char *name,
                             struct btl_bytes hashed, struct btl_str text)
{
    struct predicted_event event = {.pcr = PREDICT_PROGRAMS, .name = name, .text = text};
    btl_sha256(hashed, event.sha256);
    predict_add(host, prediction, event);
}

static bool predict_add_program(struct host *host, struct prediction *prediction, const char *name,
                                struct btl_str file, struct btl_bytes bytes)
{
    struct predicted_event event = {.pcr = PREDICT_PROGRAMS, .name = name, .text = file};
    struct btl_pe pe;
    if (!btl_pe_open(bytes, 0, (struct btl_place){.file = file}, &pe, &host->diags) ||
        !btl_pe_hash(&pe, host->arena, event.sha256, &host->diags))
        return false;
    predict_add(host, prediction, event);
    return true;
}

static bool predict_add_file(struct host *host, struct prediction *prediction, const char *name,
                             const char *path)
{
    struct btl_bytes bytes;
    return files_read(host, path, &bytes) &&
           predict_add_program(host, prediction, name, btl_str_of(path), bytes);
}

// ------------------------------------------------------------------------------------- the choice

// Parse the load options, which the firmware has as UTF-16.
static void predict_parse_options(struct host *host, const char *text,
                                  struct btl_load_options *ret_options)
{
    struct btl_str utf8 = btl_str_of(text);
    uint16_t *units = MEMORY_ARRAY(host->arena, uint16_t, utf8.len + 1);
    size_t count = 0;
    for (size_t index = 0; index < utf8.len;) {
        uint32_t point = btl_utf8_next(utf8, &index);
        index += point == BTL_UTF8_BAD;
        count += btl_utf16_put(point == BTL_UTF8_BAD ? BTL_UTF8_REPLACEMENT : point, units + count);
    }
    struct btl_bytes bytes = {(const uint8_t *)units, count * sizeof(*units)};
    memory_require(btl_load_options_parse(bytes, false, host->arena, &host->diags, ret_options));
}

static bool predict_parse_how(struct host *host, const char *word, enum btlm_boot_how *how)
{
    enum btlm_boot_how found = BTLM_HOW_NORMAL;
    if (word == NULL)
        return true;
    while (found <= BTLM_HOW_FALLBACK && strcmp(btlm_how_name(found), word) != 0)
        found++;
    if (found > BTLM_HOW_FALLBACK) {
        usage_error(host,
                    "\"%s\" is no way to a boot; --how takes normal, option, one-shot, menu "
                    "or fallback",
                    word);
        return false;
    }
    *how = found;
    return true;
}

// Choose as the loader does. A configuration that the user names replaces that of the options.
static bool predict_choose(struct boot *boot, const struct prediction *prediction,
                           const char *argument, struct btl_load_options *ret_options)
{
    struct host *host = boot->host;
    struct btl_choice *choice = &boot->core.choice;
    boot->core.driver = &volume_driver;
    boot->core.owner = boot;
    predict_parse_options(host, prediction->options != NULL ? prediction->options : "",
                          ret_options);
    btl_boot_choose(&boot->core, ret_options->config, ret_options->safe, &host->diags);
    boot_argument(boot, argument);
    if (choice->how == BTLM_HOW_OPTION && btl_str_equal(boot->path, BTL_STR(BTL_CONFIG_DEFAULT)))
        boot->path = choice->path;
    return predict_parse_how(host, prediction->how, &choice->how);
}

// -------------------------------------------------------------------------------------- the events

static bool predict_add_seal(struct boot *boot, struct prediction *prediction)
{
    struct btl_str path = seal_path(boot->host->arena, boot->path);
    struct btl_place place = {.file = volume_name(&boot->volume, path)};
    struct btl_file_problem problem;
    struct btl_bytes bytes;
    if (volume_read(&boot->volume, path, BTL_SEAL_MAX, &bytes, &problem))
        return predict_add_program(boot->host, prediction, "seal", path, bytes);
    btl_file_report(&boot->host->diags, place, &problem);
    return false;
}

// Predict what is measured before the steps of the loader that measure: the programs.
static bool predict_programs(struct boot *boot, struct prediction *prediction)
{
    static const uint8_t separator[4];
    struct host *host = boot->host;
    if (prediction->loader == NULL)
        return true;
    struct btl_str action = btl_str_of(predict_action);
    predict_add_text(host, prediction, "action",
                     (struct btl_bytes){(const uint8_t *)action.at, action.len}, action);
    predict_add_text(host, prediction, "separator",
                     (struct btl_bytes){separator, sizeof(separator)}, BTL_STR(""));
    if ((prediction->shim != NULL &&
         !predict_add_file(host, prediction, "shim", prediction->shim)) ||
        !predict_add_file(host, prediction, "loader", prediction->loader) ||
        (prediction->enforced && !predict_add_seal(boot, prediction)))
        return false;
    return !prediction->open ||
           predict_add_program(host, prediction, "program", boot->attempt.config.kernel,
                               btl_attempt_program(&boot->attempt));
}

static void predict_measured(struct boot *boot, struct prediction *prediction,
                             struct btl_str options)
{
    struct btl_measure_event events[BTL_MEASURE_EVENTS];
    prediction->unmeasured = boot->attempt.config.tpm == BTL_TPM_USE_NO;
    if (prediction->unmeasured)
        return;
    memory_require(btl_attempt_measure(&boot->attempt, options, events));
    for (size_t i = 0; i < BTL_MEASURE_EVENTS; i++) {
        struct predicted_event event = {
            .pcr = events[i].pcr, .name = events[i].name.at, .text = events[i].data};
        memcpy(event.sha256, events[i].sha256, sizeof(event.sha256));
        predict_add(boot->host, prediction, event);
    }
}

bool predict(struct boot *boot, struct prediction *prediction, const char *argument)
{
    struct host *host = boot->host;
    struct btl_load_options options;
    uint32_t errors = host->diags.errors;
    if ((prediction->shim != NULL || prediction->enforced) && prediction->loader == NULL) {
        usage_error(host, "--shim and --enforced are about PCR 4; give --loader too");
        return false;
    }
    if (!predict_choose(boot, prediction, argument, &options) || !boot_run(boot))
        return false;
    if (host->diags.errors > errors || boot->attempt.kernel.file == NULL) {
        btl_report(&host->diags, BTL_HOST_NO_PREDICTION,
                   ((struct btl_place){.file = volume_name(&boot->volume, boot->path)}));
        return false;
    }
    prediction->open = btl_kernel_kind_is_image(boot->attempt.kernel.kind);
    if (!predict_programs(boot, prediction))
        return false;
    predict_measured(boot, prediction, options.text);
    return true;
}

bool predict_pcr(const struct prediction *prediction, uint32_t pcr, uint8_t ret_value[static 32])
{
    bool found = false;
    memset(ret_value, 0, 32);
    for (size_t i = 0; i < prediction->count; i++) {
        if (prediction->events[i].pcr != pcr)
            continue;
        btl_measure_extend(ret_value, prediction->events[i].sha256);
        found = true;
    }
    return found;
}

void predict_json_pcrs(struct json *json, const char *name, const struct prediction *prediction)
{
    uint8_t value[32];
    char text[BTL_SHA256_TEXT], number[16];
    json_begin(json, name, '{');
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        if (!predict_pcr(prediction, pcr, value))
            continue;
        btl_format_to(number, sizeof(number), "%u", pcr);
        json_word(json, number, btl_sha256_text(value, text));
    }
    json_end(json, '}');
}
