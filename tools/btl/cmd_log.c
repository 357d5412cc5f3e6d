// SPDX-License-Identifier: BSD-2-Clause
// btl log: the loader's log, of this boot or of a manifest, and the last messages of a boot that
// has failed; as text, or as entries of systemd's journal.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <btl/boot.h>
#include <btl/hash.h>
#include <btl/log.h>

#include "files.h"
#include "install/esp.h"
#include "journal.h"
#include "manifest/find.h"
#include "output.h"
#include "report.h"
#include "variables/variables.h"

// Which boot a log is of: values of the journal's field BTL_BOOT.
static const char this_boot[] = "this", failed_boot[] = "failed";

// The kinds of entries, for `journalctl MESSAGE_ID=…`.
#define ID_THIS   "5d0f1f6c9a6b4c0c8d2e64a5b1b47e31"
#define ID_FAILED "c3b7f0a4f0d94d5fa8f3c8e2b9a61d07"

struct log_request {
    struct manifest_source source;
    const char *efivars, *seen, *socket; // NULL: not given
    const char *failed; // the directory of the boot volume; "": the EFI system partition
    bool journal;
};

// A log and its boot.
struct log_text {
    const char *boot; // this_boot or failed_boot
    struct btl_str text, path;
    uint8_t sha256[32];
    bool has_sha256;
};

// --------------------------------------------------------------------------------------- printing

static void print_boot_log(struct host *host, const struct log_text *log)
{
    struct btl_out out = out_to(stdout);
    struct btl_str rest = log->text;
    while (rest.len > 0) {
        const char *end = memchr(rest.at, '\n', rest.len);
        struct btl_str line = {rest.at, end == NULL ? rest.len : (size_t)(end - rest.at)};
        struct btl_str safe = report_safe(host->arena, line);
        btl_format(&out, "%pS\n", &safe);
        line.len += end != NULL;
        rest = (struct btl_str){rest.at + line.len, rest.len - line.len};
    }
}

static bool log_send_entry(struct journal *journal, const struct log_text *log,
                           const struct btl_log_entry *entry)
{
    // syslog(3): err, warning, notice, info, debug.
    static const char *const priorities[BTL_LOG_LEVELS] = {"3", "4", "5", "6", "7"};
    char number[24], hash[BTL_SHA256_TEXT];
    size_t len = btl_format_to(number, sizeof(number), "%lu", entry->microseconds);
    journal_begin(journal);
    journal_put(journal, "PRIORITY", btl_str_of(priorities[entry->level]));
    journal_put(journal, "SYSLOG_IDENTIFIER", BTL_STR("btl-loader"));
    journal_put(journal, "MESSAGE_ID",
                log->boot == failed_boot ? BTL_STR(ID_FAILED) : BTL_STR(ID_THIS));
    journal_put(journal, "BTL_BOOT", btl_str_of(log->boot));
    journal_put(journal, "BTL_TIME_USEC", (struct btl_str){number, len});
    if (entry->code.len > 0)
        journal_put(journal, "BTL_CODE", entry->code);
    if (log->path.len > 0)
        journal_put(journal, "BTL_CONFIGURATION", log->path);
    if (log->has_sha256)
        journal_put(journal, "BTL_SHA256", btl_str_of(btl_sha256_text(log->sha256, hash)));
    journal_put(journal, "MESSAGE", entry->text);
    return journal_send(journal);
}

// Was this failure written to the journal by an earlier boot? Remember it.
static bool log_is_seen(struct host *host, const struct log_request *request,
                        const struct log_text *log)
{
    uint8_t digest[32];
    char hash[BTL_SHA256_TEXT], found[BTL_SHA256_TEXT] = "";
    if (request->seen == NULL || log->boot != failed_boot)
        return false;
    btl_sha256((struct btl_bytes){(const uint8_t *)log->text.at, log->text.len}, digest);
    btl_sha256_text(digest, hash);
    FILE *file = fopen(request->seen, "r");
    if (file != NULL) {
        found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
        fclose(file);
    }
    if (strcmp(found, hash) == 0)
        return true;
    file = fopen(request->seen, "w");
    if (file == NULL || fputs(hash, file) < 0 || fclose(file) != 0)
        files_report(host, (struct btl_place){.file = btl_str_of(request->seen)}, errno);
    return false;
}

// False: reported.
static bool log_show(struct host *host, const struct log_request *request,
                     const struct log_text *log)
{
    struct journal journal;
    struct btl_log_entry entry;
    struct btl_str rest = log->text;
    bool good = true;
    if (!request->journal) {
        print_boot_log(host, log);
        return true;
    }
    if (!journal_open(host, request->socket != NULL ? request->socket : JOURNAL_SOCKET, &journal))
        return false;
    if (!log_is_seen(host, request, log)) {
        while (good && btl_log_next_entry(&rest, &entry))
            good = log_send_entry(&journal, log, &entry);
    }
    journal_close(&journal);
    return good;
}

// ---------------------------------------------------------------------------------------- sources

static int log_of_manifest(struct host *host, const struct log_request *request)
{
    struct found_manifest found;
    if (!manifest_find(&request->source, &found))
        return EXIT_ERRORS;
    struct log_text log = {.boot = this_boot, .text = btl_manifest_text(&found.manifest, BTLM_LOG)};
    const struct btlm_boot *boot = btl_manifest_boot(&found.manifest);
    if (boot != NULL) {
        log.boot = (boot->flags & BTLM_BOOT_FAILED) != 0 ? failed_boot : this_boot;
        log.path = btl_manifest_str(&found.manifest, boot->path);
        log.has_sha256 = true;
        memcpy(log.sha256, boot->sha256, sizeof(log.sha256));
    }
    return log_show(host, request, &log) ? EXIT_GOOD : EXIT_ERRORS;
}

// The manifest of the boot that the loader gave up, if the volume has one.
static int log_of_failed(struct host *host, struct log_request *request)
{
    const char *root = esp_directory(request->failed[0] != '\0' ? request->failed : NULL);
    if (root == NULL ||
        access(memory_text(host->arena, "%s" BTL_MANIFEST_FAILED, root).at, F_OK) != 0)
        return EXIT_GOOD;
    request->source.path = root;
    request->source.saved = BTL_MANIFEST_FAILED;
    return log_of_manifest(host, request);
}

// The boot before this one, as BtlFailed has it.
static bool log_show_failed(struct host *host, const struct log_request *request,
                            const struct variables *variables)
{
    const struct btl_record *failed = &variables->state.record[BTL_VARIABLE_FAILED];
    struct log_text log = {
        .boot = failed_boot, .text = failed->text, .path = failed->path, .has_sha256 = true};
    memcpy(log.sha256, failed->sha256, sizeof(log.sha256));
    return !failed->valid || failed->text.len == 0 || log_show(host, request, &log);
}

static int log_of_variables(struct host *host, const struct log_request *request)
{
    struct variables variables;
    struct btl_running running = {0};
    struct log_text log = {.boot = this_boot};
    if (!variables_open(host, request->efivars != NULL ? request->efivars : VARIABLES_DEFAULT,
                        &variables))
        return EXIT_ERRORS;
    log.has_sha256 = variables_running(&variables, &running);
    log.path = running.path;
    memcpy(log.sha256, running.sha256, sizeof(log.sha256));
    bool good = log_show_failed(host, request, &variables);
    if (variables_log(&variables, &log.text))
        good = log_show(host, request, &log) && good;
    else
        btl_report(&host->diags, BTL_HOST_NO_LOG,
                   ((struct btl_place){.file = btl_str_of(variables.source)}));
    variables_close(&variables);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

static int log_command(struct host *host, int argc, char **argv)
{
    struct log_request request = {.source.host = host};
    const struct command_option options[] = {
        {.word = "journal", .flag = &request.journal},
        {.word = "efivars", .value = &request.efivars},
        {.word = "failed", .value = &request.failed, .optional = ""},
        {.word = "seen", .value = &request.seen},
        {.word = "socket", .value = &request.socket},
        {.word = "path", .letter = 'p', .value = &request.source.saved},
        {0}};
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (argc - optind > 1)
        return usage_error(host, "more than one manifest was given; name one");
    if (request.failed != NULL && (argc > optind || request.source.saved != NULL))
        return usage_error(host, "--failed names the manifest; give no other");
    if (request.failed != NULL)
        return log_of_failed(host, &request);
    if (argc == optind)
        return log_of_variables(host, &request);
    request.source.path = argv[optind];
    return log_of_manifest(host, &request);
}

const struct command cmd_log = {
    .name = "log",
    .synopsis = "[--journal] [--seen FILE] [--socket PATH]\n"
                "               [--efivars DIR | --failed[=DIR] | [-p PATH] MANIFEST]",
    .summary = "shows the loader's log, and the last messages of a boot that failed",
    .help =
        "      --journal      write the messages to systemd's journal, with their fields\n"
        "      --failed[=DIR] the manifest of a boot that the loader gave up, if there is one in "
        "DIR;\n"
        "                     default: the EFI system partition\n"
        "      --seen FILE    remember there which failed boot was written, and write it once\n"
        "      --socket PATH  the journal's; default: " JOURNAL_SOCKET "\n"
        "      --efivars DIR  where Linux shows the UEFI variables; default:\n"
        "                     " VARIABLES_DEFAULT "\n"
        "  -p, --path PATH    path of the manifest on a volume; default: " BTL_MANIFEST_SAVED "\n"
        "Without MANIFEST: the log that the loader of this boot has left, after the messages\n"
        "of BtlFailed.\n\n"
        "Example: btl log --journal && journalctl SYSLOG_IDENTIFIER=btl-loader\n",
    .run = log_command,
};
