// SPDX-License-Identifier: BSD-2-Clause
// btl set --trial. The loader falls back to loader.conf.prev, which therefore stays the last text
// that was not on trial, however often a trial is edited.
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>
#include <btl/pending.h>

#include "conf_edit.h"
#include "configurations.h"
#include "edit.h"
#include "variables/variables.h"

bool edit_trial_option(struct edit *edit, const char *number)
{
    char *end = NULL;
    unsigned long tries = strtoul(number, &end, 10);
    if (number[0] >= '0' && number[0] <= '9' && *end == '\0' && tries >= 1 &&
        tries <= BTL_TRIES_MAX) {
        edit->trial = (uint32_t)tries;
        return true;
    }
    usage_error(edit->host,
                "\"%s\" is not a number of tries; give 1 to %u, or end a trial with btl unset "
                "-g " BTL_TRIES_KEY,
                number, BTL_TRIES_MAX);
    return false;
}

void edit_trial_begin(struct edit *edit)
{
    struct btl_arena *arena = edit->host->arena;
    if (edit->trial != 0)
        edit->text = conf_set(arena, edit->text, BTL_STR(""), BTL_STR(BTL_TRIES_KEY),
                              memory_text(arena, "%u", edit->trial));
}

bool edit_read_state(struct host *host, const char *efivars, struct btl_boot_state *ret_state)
{
    struct host quiet = *host;
    struct variables variables;
    bool given = efivars != NULL;
    *ret_state = (struct btl_boot_state){0};
    quiet.diags = (struct btl_diags){.arena = quiet.arena};
    if (!given && !variables_exist(VARIABLES_DEFAULT))
        return true;
    if (!variables_open(given ? host : &quiet, given ? efivars : VARIABLES_DEFAULT, &variables))
        return !given;
    *ret_state = variables.state;
    variables_close(&variables);
    return true;
}

bool edit_trial_state(struct edit *edit)
{
    struct btl_boot_state state;
    bool good = edit_read_state(edit->host, edit->efivars, &state);
    edit->good = state.record[BTL_VARIABLE_GOOD];
    return good;
}

// Is the old text the last good configuration?
static bool old_text_is_good(const struct edit *edit)
{
    uint8_t sha256[32];
    btl_sha256((struct btl_bytes){(const uint8_t *)edit->old_text.at, edit->old_text.len}, sha256);
    return btl_record_names(&edit->good, sha256);
}

bool edit_trial_keeps_old(struct edit *edit)
{
    struct btl_arena *arena = edit->host->arena;
    struct btl_config before = conf_parse(arena, edit->old_text),
                      after = conf_parse(arena, edit->text);
    return edit->existed && btl_trial_keeps_old(&before, &after, old_text_is_good(edit));
}

void edit_trial_report(struct edit *edit, bool kept)
{
    struct btl_diags *diags = &edit->host->diags;
    struct volume *volume = &edit->boot.volume;
    struct btl_str path = memory_text(edit->host->arena, "%pS.prev", &edit->boot.path);
    struct btl_str name = volume_name(volume, path);
    struct btl_place place = {.file = volume_name(volume, edit->boot.path)};
    struct btl_file_problem problem;
    struct volume_file file;
    bool present = volume_file_open(volume, path, UINT64_MAX, &file, &problem);
    if (btl_str_equal(edit->text, edit->old_text)) {
        if (edit->trial != 0)
            btl_report(diags, BTL_HOST_TRIAL_SAME, place);
    } else if (!kept && present)
        btl_report(diags, BTL_HOST_TRIAL_PREV, place, BTL_ARG(name));
    else if (!kept && conf_parse(edit->host->arena, edit->text).boot_tries > 0 &&
             btl_str_equal(edit->boot.path, BTL_STR(BTL_CONFIG_DEFAULT)))
        btl_report(diags, BTL_HOST_TRIAL_NO_PREV, place, BTL_ARG(name));
}
