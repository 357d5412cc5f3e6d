// SPDX-License-Identifier: BSD-2-Clause
// The step that reads the load options.
#include "boot.h"

static const char help[] =
    "BTL " LOADER_VERSION " loads a kernel and its modules as loader.conf says, and starts it.\n"
    "usage: " LOADER_NAME " [-bhinsv] [-c FILE] [-m FILE] [FILE]\n"
    "  -b       pause after each screen\n"
    "  -c FILE  use this loader.conf (so does FILE alone); default: " BTL_CONFIG_DEFAULT "\n"
    "           (a one-shot request takes precedence)\n"
    "  -h       print this text\n"
    "  -i       open the menu\n"
    "  -m FILE  save the boot manifest (as manifest_save in loader.conf does)\n"
    "  -n       dry run: read, plan and link everything, print what the kernel\n"
    "           would get, start nothing, write only the FILE of -m; the exit\n"
    "           status is an error if this would not boot\n"
    "  -s       safe boot: only the modules that are required, no tunables\n"
    "  -v       verbose\n"
    "FILE is a path on the volume that the loader was started from. Example:\n"
    "  FS0:\\EFI\\BOOT\\" LOADER_NAME " -nb -c \\btl\\new.conf -m \\btl\\dry.bin\n";

// Is there an error in a typed command line? Then no kernel is started: a dry run may have been
// meant. A boot entry continues without its wrong options, because no person may be present.
static bool options_typed_wrong(const struct boot *boot)
{
    return boot->attempt.diags->warnings > 0 && boot->facts.options_name_program &&
           !boot->options.dry_run;
}

bool options_refuse(struct boot *boot)
{
    btl_report(boot->attempt.diags, BTL_OPTION_REFUSED,
               ((struct btl_place){.file = BTL_STR("options")}));
    say_diags(boot);
    boot->status = FW_LOAD_ERROR;
    boot->res.outcome = OUTCOME_DONE;
    return false;
}

bool options_read(struct boot *boot)
{
    struct btl_load_options *options = &boot->options;
    const struct fw_facts *facts = &boot->facts;
    struct btl_bytes bytes = {facts->load_options, facts->load_options_size};
    if (!btl_load_options_parse(bytes, facts->options_name_program, &boot->arena,
                                boot->attempt.diags, options))
        return btl_attempt_no_memory(&boot->attempt, "reading the load options");
    if (options->pages) {
        terminal_of(boot);
        console_page(&boot->log.console, boot->facts.console_rows, boot->facts.console_columns,
                     console_wait_key, boot->fw);
    }
    if (options->help) {
        btl_format(&boot->log.console.out, "%s", help);
        boot->res.outcome = OUTCOME_DONE;
        return false;
    }
    if (options_typed_wrong(boot))
        return options_refuse(boot);
    boot->core.attended = options->menu && !options->dry_run; // a person requested the menu
    if (options->verbose)
        log_release(&boot->log, LOG_VERBOSE);
    return true;
}
