// SPDX-License-Identifier: BSD-2-Clause
// The events that firmware and loader measure when they boot a configuration: PCR 8 and 9, and PCR
// 4 when the loader's file is given.
#ifndef BTL_HOST_PREDICT_H
#define BTL_HOST_PREDICT_H

#include <btl/hash.h>
#include <btl/tcg_log.h>

#include "boot.h"
#include "json.h"

struct predicted_event {
    uint32_t pcr;
    const char *name;
    struct btl_str text; // what is hashed, or the file of an EFI program
    uint8_t sha256[32];
};

struct prediction {
    // The user's choice.
    const char *loader, *shim; // files of this machine, or NULL
    const char *options;       // load options of the loader, or NULL
    const char *how;           // or NULL
    bool enforced;             // the machine enforces seals

    struct predicted_event *events; // in the order of measuring
    size_t count, capacity;
    bool unmeasured; // tpm="no": the loader measures nothing
    bool open;       // the kernel is an EFI program, which may measure more into the same PCRs
};

// Options of every command that predicts, for parse_options().
#define PREDICT_OPTIONS(prediction)                                                                \
    {.word = "loader", .value = &(prediction)->loader},                                            \
        {.word = "shim", .value = &(prediction)->shim},                                            \
        {.word = "enforced", .flag = &(prediction)->enforced},                                     \
        {.word = "options", .value = &(prediction)->options},                                      \
    {                                                                                              \
        .word = "how", .value = &(prediction)->how                                                 \
    }
#define PREDICT_SYNOPSIS "[--loader FILE [--shim FILE] [--enforced]] [--options TEXT] [--how HOW]"
#define PREDICT_HELP                                                                               \
    "      --loader FILE       the loader's file, as it is on the boot volume: predict PCR 4\n"    \
    "      --shim FILE         the file of shim, if shim starts the loader\n"                      \
    "      --enforced          the machine enforces seals, so the seal is measured into PCR 4\n"   \
    "      --options TEXT      load options of the loader; default: none\n"                        \
    "      --how HOW           normal, option, one-shot, menu or fallback; default: option if\n"   \
    "                          the load options name a configuration, else normal\n"

// Run the steps of the boot and make its events. `argument`: loader.conf or an image, or NULL.
// False: reported.
bool predict(struct boot *boot, struct prediction *prediction, const char *argument);

// Compute the value that the predicted events lead to. False: none is of that PCR.
bool predict_pcr(const struct prediction *prediction, uint32_t pcr, uint8_t ret_value[32]);

// Add the PCR values of the SHA-256 bank as a member `name`.
void predict_json_pcrs(struct json *json, const char *name, const struct prediction *prediction);

#endif
