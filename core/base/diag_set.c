// SPDX-License-Identifier: BSD-2-Clause
#include <btl/diag_set.h>

static struct btl_str diag_key(const struct btl_diag *diag, struct btl_arena *arena)
{
    struct btl_str parts[3 + 2 * BTL_DIAG_ARGS] = {btl_str_of(btl_code_name(diag->code)),
                                                   BTL_STR("|"), diag->place.module};
    size_t count = 3;
    for (size_t i = 0; i < BTL_DIAG_ARGS; i++) {
        if (diag->arg[i].kind != BTL_ARG_STR)
            continue;
        parts[count++] = BTL_STR("|");
        parts[count++] = diag->arg[i].str;
    }
    return btl_str_join(arena, parts, count);
}

void btl_diag_set_make(struct btl_diag_set *set, const struct btl_diags *diags,
                       struct btl_arena *arena)
{
    *set = (struct btl_diag_set){.no_memory = true};
    if (diags->lost > 0 || !btl_names_init(&set->names, diags->count, arena))
        return;
    for (const struct btl_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        struct btl_str key = diag_key(diag, arena);
        if (key.at == NULL)
            return;
        btl_names_number(&set->names, key);
    }
    set->no_memory = false;
}

bool btl_diag_set_has(const struct btl_diag_set *set, const struct btl_diag *diag,
                      struct btl_arena *arena)
{
    struct btl_str key = diag_key(diag, arena);
    return !set->no_memory && key.at != NULL && btl_names_find(&set->names, key) != BTL_NONE;
}

const struct btl_diag *btl_diag_added(const struct btl_diag_set *set, const struct btl_diag *diag,
                                      struct btl_arena *arena)
{
    while (diag != NULL &&
           (btl_code_severity(diag->code) == BTL_NOTE || btl_diag_set_has(set, diag, arena)))
        diag = diag->next;
    return diag;
}
