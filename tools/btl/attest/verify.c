// SPDX-License-Identifier: BSD-2-Clause
// The comparison of an event log with PCR values and with a prediction.
#include "verify.h"

#include <string.h>

#include <btl/measure.h>

static struct btl_place log_check_place(const struct log_check *check)
{
    return (struct btl_place){.file = check->name};
}

static struct btl_str check_hex(const struct log_check *check, const uint8_t *sha256)
{
    char text[BTL_SHA256_TEXT];
    return memory_text(check->host->arena, "%s", btl_sha256_text(sha256, text));
}

static bool event_extends(const struct btl_tcg_event *event, uint32_t pcr)
{
    return event->type != BTL_TCG_NO_ACTION && event->pcr == pcr;
}

// Return what an event is about, or the name of its type.
static struct btl_str event_text(const struct log_check *check, const struct btl_tcg_event *event)
{
    struct btl_str text = btl_tcg_event_text(event, check->host->arena);
    const char *type = btl_tcg_type_name(event->type);
    return text.len > 0 || type == NULL ? text : btl_str_of(type);
}

uint32_t log_check_extended(const struct log_check *check)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < check->log.event_count; i++) {
        if (check->log.events[i].type != BTL_TCG_NO_ACTION)
            mask |= 1u << check->log.events[i].pcr;
    }
    return mask;
}

// Compare the values that the log leads to with those that the TPM has signed.
static size_t check_replay(const struct log_check *check)
{
    size_t differences = 0;
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        const uint8_t *given = check->values->value[pcr];
        if (!check->values->given[pcr] || memcmp(given, check->pcrs[pcr], 32) == 0)
            continue;
        btl_report(&check->host->diags, BTL_HOST_LOG_REPLAY, log_check_place(check), BTL_DEC(pcr),
                   BTL_ARG(check_hex(check, check->pcrs[pcr])), BTL_ARG(check_hex(check, given)));
        differences++;
    }
    return differences;
}

// The text of the loader's events is what is hashed, so the log itself shows whether it is true.
static size_t check_texts(const struct log_check *check)
{
    size_t differences = 0;
    for (uint32_t i = 0; i < check->log.event_count; i++) {
        const struct btl_tcg_event *event = &check->log.events[i];
        struct btl_str text = {(const char *)event->data.at, event->data.size};
        uint8_t sha256[32];
        if (event->type != BTL_TCG_IPL || !btl_str_begins(text, BTL_STR("btl ")) ||
            (event->pcr != BTL_MEASURE_BOOT && event->pcr != BTL_MEASURE_FILES))
            continue;
        btl_sha256(event->data, sha256);
        if (memcmp(sha256, event->sha256, sizeof(sha256)) == 0)
            continue;
        btl_report(&check->host->diags, BTL_HOST_LOG_TEXT, log_check_place(check),
                   BTL_DEC(event->offset), BTL_ARG(text));
        differences++;
    }
    return differences;
}

// Return the next event of that PCR from *index on, and move *index behind it. NULL: none.
static const struct btl_tcg_event *next_event(const struct log_check *check, uint32_t pcr,
                                              uint32_t *index)
{
    while (*index < check->log.event_count) {
        const struct btl_tcg_event *event = &check->log.events[(*index)++];
        if (event_extends(event, pcr))
            return event;
    }
    return NULL;
}

static size_t check_event(const struct log_check *check, const struct predicted_event *wanted,
                          const struct btl_tcg_event *event)
{
    struct btl_arg name = BTL_ARG_Z(wanted->name), pcr = BTL_DEC(wanted->pcr);
    struct btl_arg hash = BTL_ARG(check_hex(check, wanted->sha256));
    if (event == NULL) {
        btl_report(&check->host->diags, BTL_HOST_LOG_MISSING, log_check_place(check), name, pcr,
                   hash, BTL_ARG(wanted->text));
        return 1;
    }
    if (memcmp(event->sha256, wanted->sha256, 32) == 0)
        return 0;
    btl_report(&check->host->diags, BTL_HOST_LOG_DIFFERS, log_check_place(check), name, pcr, hash,
               BTL_ARG(wanted->text), BTL_ARG(check_hex(check, event->sha256)),
               BTL_ARG(event_text(check, event)));
    return 1;
}

// Report the events of a predicted PCR from `index` on. A kernel that is an EFI program may have
// measured them.
static size_t check_rest(const struct log_check *check, uint32_t pcr, uint32_t index)
{
    size_t differences = 0;
    const struct btl_tcg_event *event;
    while (!check->prediction->open && (event = next_event(check, pcr, &index)) != NULL) {
        btl_report(&check->host->diags, BTL_HOST_LOG_MORE, log_check_place(check), BTL_DEC(pcr),
                   BTL_DEC(event->offset), BTL_ARG(check_hex(check, event->sha256)),
                   BTL_ARG(event_text(check, event)));
        differences++;
    }
    return differences;
}

// Compare the events of each predicted PCR, one by one.
static size_t check_prediction(const struct log_check *check)
{
    const struct prediction *prediction = check->prediction;
    uint32_t index[BTL_TCG_PCRS] = {0}, predicted = 0;
    size_t differences = 0;
    for (size_t i = 0; i < prediction->count; i++) {
        uint32_t pcr = prediction->events[i].pcr;
        differences +=
            check_event(check, &prediction->events[i], next_event(check, pcr, &index[pcr]));
        predicted |= 1u << pcr;
    }
    for (uint32_t pcr = 0; pcr < BTL_TCG_PCRS; pcr++) {
        if ((predicted & 1u << pcr) != 0)
            differences += check_rest(check, pcr, index[pcr]);
    }
    return differences;
}

bool log_check_run(struct log_check *check)
{
    btl_tcg_replay(&check->log, check->pcrs);
    size_t differences = check_replay(check) + check_texts(check);
    if (check->prediction != NULL)
        differences += check_prediction(check);
    return differences == 0;
}
