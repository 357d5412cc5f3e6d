// SPDX-License-Identifier: BSD-2-Clause
// btl list: show the plan in the order of loading, as a table or as JSON (documented in btl(1)).
#include "boot.h"
#include "json.h"
#include "list_files.h"
#include "list_planned.h"
#include "report.h"
#include "seal/seal_view.h"

#define JSON_VERSION 1

struct btl_str list_reason(const struct boot *boot, uint32_t index)
{
    struct btl_arena *arena = boot->host->arena;
    const struct btl_plan *plan = &boot->attempt.plan;
    const struct btl_planned *planned = &plan->modules[index];
    const struct btl_setting *set = planned->config == NULL ? NULL : planned->config->load;
    if (planned->verdict == BTL_FAILED && planned->reason != NULL)
        return memory_text(arena, "failed [%s]", btl_code_name(planned->reason->code));
    if (planned->verdict == BTL_OFF)
        return set == NULL ? BTL_STR("switched off")
                           : memory_text(arena, "switched off in line %u", set->line);
    if (planned->pulled_by == BTL_NONE)
        return set == NULL && planned->built_in != NULL ? BTL_STR("built in")
               : set == NULL                            ? BTL_STR("dependency, on demand")
                             : memory_text(arena, "configured in line %u", set->line);
    const struct btl_str *by = &plan->modules[planned->pulled_by].name;
    return set == NULL ? memory_text(arena, "dependency of %pS", by)
                       : memory_text(arena, "configured for %s in line %u, dependency of %pS",
                                     btl_phase_name(planned->configured), set->line, by);
}

static bool list_has_address(const struct boot *boot, uint32_t index)
{
    return boot->attempt.modules[index]->linked &&
           boot->attempt.plan.modules[index].phase == BTL_PHASE_BOOT1;
}

static bool list_in_order(const struct boot *boot, uint32_t index)
{
    enum btl_verdict verdict = boot->attempt.plan.modules[index].verdict;
    return verdict == BTL_LOAD || verdict == BTL_READY;
}

// Where will the kernel find the file of a module that the loader has not linked? Where modules of
// BOOT2 may read it, the answer depends on the machine's disk, which is not known here.
static bool list_depends_on_disk(const struct boot *boot, uint32_t index)
{
    const struct btl_attempt *attempt = &boot->attempt;
    return attempt->plan.modules[index].phase > BTL_PHASE_BOOT2 &&
           attempt->plan.modules[index].built_in == NULL &&
           attempt->config.stage == BTL_STAGE_AUTO &&
           (attempt->stage_reason == BTL_STAGE_NO_LAYOUT ||
            attempt->stage_reason == BTL_STAGE_NO_CONTROLLER);
}

static const char *list_file_place(const struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    if (!list_in_order(boot, index))
        return "-";
    if (planned->built_in != NULL)
        return "in the kernel";
    if (planned->phase == BTL_PHASE_BOOT1)
        return "-";
    if (list_depends_on_disk(boot, index))
        return "on the disk*";
    return btl_attempt_is_staged(&boot->attempt, index) ? "staged" : "on the disk";
}

static void list_print_row(void *to, const struct boot *boot, uint32_t index, uint32_t number)
{
    struct btl_out *out = to;
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    struct btl_str reason = list_reason(boot, index);
    char place[8] = "-", size[24] = "-", address[24];
    if (number != 0)
        btl_format_to(place, sizeof(place), "%u", number);
    if (module->linked)
        btl_format_to(size, sizeof(size), "%pB", &module->image.size);
    if (list_has_address(boot, index))
        btl_format_to(address, sizeof(address), "%016lx", module->image.base);
    else
        btl_format_to(address, sizeof(address), "%s", list_file_place(boot, index));
    btl_format(out, "%5s  %-5s  %-20pS  %-6s  %-8s  %10s  %-16s  %pS\n", place,
               btl_phase_name(planned->phase), &planned->name, btl_verdict_name(planned->verdict),
               btl_on_error_name(planned->on_error), size, address, &reason);
}

// Call `print` for every module: first those to be loaded, in order, then the others.
static void list_for_each(void *to, const struct boot *boot,
                          void (*print)(void *to, const struct boot *, uint32_t, uint32_t))
{
    const struct btl_plan *plan = &boot->attempt.plan;
    for (uint32_t i = 0; i < plan->order_count; i++)
        print(to, boot, plan->order[i], i + 1);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (!list_in_order(boot, i))
            print(to, boot, i, 0);
    }
}

static void list_print_table(struct btl_out *out, const struct boot *boot)
{
    btl_format(out, "ORDER  %-5s  %-20s  %-6s  %-8s  %10s  %-16s  %s\n", "PHASE", "MODULE", "STATE",
               "ON-ERROR", "SIZE", "ADDRESS", "WHY");
    list_for_each(out, boot, list_print_row);
    for (uint32_t i = 0; i < boot->attempt.plan.order_count; i++) {
        if (!list_depends_on_disk(boot, boot->attempt.plan.order[i]))
            continue;
        btl_format(out, "* if modules of BOOT2 can read the machine's disk, else staged\n");
        return;
    }
}

static void list_print_seal(struct btl_out *out, struct boot *boot)
{
    struct seal_view seal;
    seal_view(boot, &seal);
    struct btl_str text = seal_view_text(boot->host->arena, &seal);
    if (seal.found != SEAL_ABSENT)
        btl_format(out, "sealed: %pS\n", &text);
}

static void list_json_number(struct json *json, const char *name, bool known, uint64_t value)
{
    if (known)
        json_number(json, name, value);
    else
        json_null(json, name);
}

static void list_json_address(struct json *json, bool known, uint64_t value)
{
    if (known)
        json_hex(json, "address", value);
    else
        json_null(json, "address");
}

static void list_json_depends(struct json *json, const struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    json_begin(json, "depends", '[');
    for (uint32_t i = 0; i < planned->dependency_count; i++)
        json_text(json, NULL, boot->attempt.plan.modules[planned->dependencies[i]].name);
    json_end(json, ']');
}

static void list_json_reason(struct json *json, const struct boot *boot, uint32_t index)
{
    const struct btl_diag *reason = boot->attempt.plan.modules[index].reason;
    char text[2048];
    if (reason == NULL) {
        json_null(json, "reason");
        return;
    }
    json_begin(json, "reason", '{');
    json_word(json, "code", btl_code_name(reason->code));
    json_text(json, "sentence", report_sentence(reason, text, sizeof(text)));
    json_end(json, '}');
}

static void list_json_module(void *to, const struct boot *boot, uint32_t index, uint32_t number)
{
    struct json *json = to;
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    const struct btl_setting *set = planned->config == NULL ? NULL : planned->config->load;
    json_begin_line(json, NULL, '{');
    json_text(json, "name", planned->name);
    list_json_number(json, "order", number != 0, number);
    json_word(json, "phase", btl_phase_name(planned->phase));
    json_word(json, "configured", btl_phase_name(planned->configured));
    json_word(json, "verdict", btl_verdict_name(planned->verdict));
    json_text(json, "why", list_reason(boot, index));
    list_json_number(json, "line", set != NULL, set == NULL ? 0 : set->line);
    if (planned->pulled_by != BTL_NONE)
        json_text(json, "pulled_by", boot->attempt.plan.modules[planned->pulled_by].name);
    else
        json_null(json, "pulled_by");
    json_bool(json, "required", btl_on_error_stops(planned->on_error));
    json_word(json, "on_error", btl_on_error_name(planned->on_error));
    json_text(json, "file", module->path.len > 0 ? module->path : planned->path);
    list_json_number(json, "file_size", module->file != NULL,
                     module->file == NULL ? 0 : module->file->bytes.size);
    list_json_number(json, "size", module->linked, module->image.size);
    list_json_address(json, list_has_address(boot, index), module->image.base);
    if (number == 0 || planned->built_in != NULL || list_depends_on_disk(boot, index))
        json_null(json, "staged");
    else
        json_bool(json, "staged", btl_attempt_is_staged(&boot->attempt, index));
    json_bool(json, "built_in", planned->built_in != NULL);
    list_json_depends(json, boot, index);
    list_json_reason(json, boot, index);
    json_end(json, '}');
}

static void list_print_json(struct btl_out *out, struct boot *boot)
{
    struct json json = {.out = out};
    struct seal_view seal;
    seal_view(boot, &seal);
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_text(&json, "config", boot->attempt.config.file);
    json_word(&json, "machine", boot->machine->name);
    json_begin_line(&json, "kernel", '{');
    json_text(&json, "file", boot->attempt.config.kernel);
    if (boot->kernel_good)
        json_word(&json, "kind", btl_kernel_kind_name(boot->attempt.kernel.kind));
    else
        json_null(&json, "kind");
    list_json_number(&json, "size", boot->kernel_good, boot->attempt.kernel.image.size);
    list_json_address(&json, boot->kernel_good, boot->attempt.kernel.image.base);
    json_end(&json, '}');
    seal_view_json(&json, &seal);
    json_number(&json, "errors", boot->host->diags.errors);
    json_number(&json, "warnings", boot->host->diags.warnings);
    json_begin(&json, "modules", '[');
    list_for_each(&json, boot, list_json_module);
    json_end(&json, ']');
    json_end(&json, '}');
    btl_format(out, "\n");
}

static int list_command(struct host *host, int argc, char **argv)
{
    struct boot boot = {.host = host};
    struct btl_out out = out_to(stdout);
    bool json = false, all = false, good = true;
    const char *planned = NULL, *efivars = NULL;
    const struct command_option options[] = {BOOT_OPTIONS(&boot),
                                             {.word = "json", .flag = &json},
                                             {.word = "all", .flag = &all},
                                             {.word = "planned", .value = &planned, .optional = ""},
                                             {.word = "efivars", .value = &efivars},
                                             {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&boot))
        return EXIT_ERRORS;
    if (argc - optind > 1)
        return usage_error(host, "more than one loader.conf was given; name one");
    if (planned != NULL && (json || all))
        return usage_error(host, "--planned is a table of its own; leave out --json and --all");
    boot_argument(&boot, optind < argc ? argv[optind] : NULL);
    if (!boot_run(&boot))
        return EXIT_ERRORS;
    if (planned != NULL)
        good = list_planned(&boot, planned, efivars);
    else if (all)
        list_files(&boot, json);
    else if (json)
        list_print_json(&out, &boot);
    else {
        list_print_table(&out, &boot);
        list_print_seal(&out, &boot);
    }
    boot_close(&boot);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_list = {
    .name = "list",
    .synopsis = BOOT_SYNOPSIS " [--all] [--json] [LOADER.CONF]\n"
                              "       btl list --planned[=MANIFEST] [--efivars DIR|FILE] "
                              "[-C DIR|IMAGE] [LOADER.CONF]",
    .summary = "shows the plan: which module is loaded when, where and why",
    .help = BOOT_HELP
    "      --all               show every file of a module on the volume, used or not\n"
    "      --planned[=MANIFEST] show what a boot ran, what loader.conf says now, and what the\n"
    "                          running system has queued; default: the manifest on the volume\n"
    "      --efivars DIR|FILE  the UEFI variables of the machine (btl state --help)\n"
    "      --json              for programs; btl(1) describes it\n\n"
    "Example: btl list -C build/x86_64/btl.img\n",
    .run = list_command,
};
