// SPDX-License-Identifier: BSD-2-Clause
// What the steps have found wrong, on the console and in the log.
#include "loader.h"

bool is_hidden(const struct loader *loader, const struct btl_diag *diag)
{
    return btl_code_severity(diag->code) == BTL_ERROR && loader->ignored.count > 0 &&
           names_find(&loader->ignored, diag->place.module) != BTL_NONE;
}

uint32_t errors_shown(const struct loader *loader)
{
    return loader->diags.errors - loader->hidden_errors;
}

void say_diags(struct loader *loader)
{
    const struct btl_diag *diag = loader->said != NULL ? loader->said->next : loader->diags.first;
    uint32_t count = 0;
    for (; diag != NULL; diag = diag->next) {
        bool hidden = is_hidden(loader, diag);
        if (!hidden && count++ == 0) // something is wrong: that ends the keeping back
            log_show(&loader->log, loader->log.shown);
        loader->hidden_errors += hidden;
        log_diag(&loader->log, diag, !hidden && count <= LOG_DIAGS_SHOWN);
        loader->said = diag;
    }
    if (count > LOG_DIAGS_SHOWN)
        log_line(&loader->log, BTL_LOG_WARN, "... and %u more, in the log and in the manifest",
                 count - LOG_DIAGS_SHOWN);
}
