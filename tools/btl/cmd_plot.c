// SPDX-License-Identifier: BSD-2-Clause
// btl plot: draw a boot.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <btl/hash.h>

#include "manifest/find.h"
#include "manifest/words.h"
#include "output.h"
#include "plot/plot.h"

const char *plot_label(struct plot *plot, struct btlm_str str, size_t max)
{
    return svg_escape(plot->svg.host, btl_manifest_str(plot->manifest, str), max);
}

const char *plot_text(struct plot *plot, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = MEMORY_ARRAY(plot->svg.host->arena, char, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

const char *plot_size(struct plot *plot, uint64_t bytes)
{
    return memory_text(plot->svg.host->arena, "%pB", &bytes).at;
}

const char *plot_time(struct plot *plot, uint64_t ns)
{
    char text[WORDS_TIME_SIZE];
    return memory_text(plot->svg.host->arena, "%s", words_time(ns, text)).at;
}

double plot_key(struct plot *plot, double x, double y, const char *class, const char *text)
{
    svg_rect(&plot->svg, (struct svg_box){x, y - 10, 12, 12}, class, NULL);
    svg_text(&plot->svg, x + 17, y, "", text);
    return x + 17 + svg_text_width(text, 11.5) + 20;
}

static const char *count_states(struct plot *plot)
{
    uint32_t count[BTLM_STATES] = {0};
    const char *text = "";
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MODULES); i++)
        count[btl_manifest_module(plot->manifest, i)->state]++;
    for (unsigned state = 0; state < BTLM_STATES; state++) {
        if (count[state] > 0)
            text = plot_text(plot, "%s%s%u %s", text, text[0] == '\0' ? "" : ", ", count[state],
                             btlm_state_name(state));
    }
    return text;
}

// The configuration, and why it was chosen.
static double draw_choice(struct plot *plot, double y)
{
    const struct btlm_boot *boot = btl_manifest_boot(plot->manifest);
    if (boot == NULL)
        return y;
    const char *text =
        plot_text(plot, "%s%s%s%s · %s", plot_label(plot, boot->path, 60),
                  boot->title.length > 0 ? " (" : "", plot_label(plot, boot->title, 60),
                  boot->title.length > 0 ? ")" : "", btlm_how_name(boot->how));
    if ((boot->flags & BTLM_BOOT_TRIAL) != 0)
        text = plot_text(plot, "%s · on trial, %u of %u tries left", text, boot->tries_left,
                         boot->tries);
    if ((boot->flags & BTLM_BOOT_SAFE) != 0)
        text = plot_text(plot, "%s · safe", text);
    if ((boot->flags & BTLM_BOOT_CHANGED) != 0)
        text = plot_text(plot, "%s · changed in the menu", text);
    svg_text(&plot->svg, PLOT_MARGIN, y + 8, "faint", text);
    if (boot->reason.length == 0)
        return y + 20;
    svg_textf(&plot->svg, PLOT_MARGIN, y + 28, "bad", "in place of %s: %s",
              plot_label(plot, boot->wanted, 60), plot_label(plot, boot->reason, 120));
    return y + 40;
}

static double draw_heading(struct plot *plot, double y)
{
    const struct btlm_system *system = btl_manifest_system(plot->manifest);
    const struct btlm_kernel *kernel = btl_manifest_kernel(plot->manifest);
    uint64_t modules = btl_manifest_count(plot->manifest, BTLM_MODULES);
    char uefi[24], hash[BTL_SHA256_TEXT] = "not known";
    bool known = btlm_is_hashed(kernel->sha256);
    if (known)
        btl_sha256_text(kernel->sha256, hash);
    svg_textf(&plot->svg, PLOT_MARGIN, y + 20, "h1", "Boot of %s %s",
              plot_label(plot, kernel->path, 60), plot_label(plot, kernel->version, 30));
    svg_textf(&plot->svg, PLOT_MARGIN, y + 40, "faint",
              "BTL %s on %s, UEFI %s · %lu module%s%s%s · kernel SHA-256 %.*s%s",
              plot_label(plot, system->loader_version, 30),
              plot_label(plot, system->firmware_vendor, 40),
              btlm_uefi_text(system->uefi_revision, uefi), modules, modules == 1 ? "" : "s",
              modules > 0 ? ": " : "", count_states(plot), known ? 8 : 9, hash, known ? "…" : "");
    return draw_choice(plot, y + 52);
}

static double plot_draw_title(struct plot *plot, double y, const char *text, const char *note)
{
    svg_line(&plot->svg, PLOT_MARGIN, y + 12, PLOT_WIDTH - PLOT_MARGIN, y + 12, "rule");
    svg_text(&plot->svg, PLOT_MARGIN, y + 34, "h2", text);
    svg_text(&plot->svg, PLOT_MARGIN + svg_text_width(text, 16) + 16, y + 34, "faint", note);
    return y + 44;
}

static double draw_body(struct plot *plot)
{
    double half = PLOT_WIDTH / 2, y = draw_heading(plot, PLOT_MARGIN / 2);
    y = plot_draw_title(plot, y, "Timeline",
                        plot_has_kernel_events(plot)
                            ? "time since the loader started"
                            : "time since the loader started; the kernel's own events are missing "
                              "(--efivars adds them)");
    y = plot_timeline(plot, y);
    y = plot_draw_title(plot, y, "Physical memory at entry to the kernel",
                        "to scale, except gaps and device addresses");
    y = plot_memory_scale(plot, y);
    y = plot_draw_title(plot, y, "Ranges and addresses",
                        "not to scale; the lowest address is at the top");
    double left = plot_memory_ranges(plot, PLOT_MARGIN, y);
    double right = plot_window(plot, half + PLOT_MARGIN / 2, y);
    return (left > right ? left : right) + PLOT_MARGIN;
}

// The picture as text; to be freed.
static struct btl_str draw_picture(struct host *host, const struct btl_manifest *manifest)
{
    struct plot plot = {.svg = {.host = host, .width = PLOT_WIDTH}, .manifest = manifest};
    const struct btlm_kernel *kernel = btl_manifest_kernel(manifest);
    char *body = NULL, *whole = NULL;
    size_t body_size, whole_size;
    plot.svg.body = open_memstream(&body, &body_size);
    FILE *out = open_memstream(&whole, &whole_size);
    if (plot.svg.body == NULL || out == NULL)
        abort();
    double height = draw_body(&plot);
    fclose(plot.svg.body);
    svg_finish(&plot.svg, plot_text(&plot, "Boot of %s", plot_label(&plot, kernel->path, 60)), body,
               height, out);
    fclose(out);
    free(body);
    return (struct btl_str){whole, whole_size};
}

static int plot_command(struct host *host, int argc, char **argv)
{
    struct manifest_source source = {.host = host};
    struct found_manifest found;
    const char *output = NULL;
    const struct command_option options[] = {
        MANIFEST_OPTIONS(&source), {.word = "output", .letter = 'o', .value = &output}, {0}};
    bool good = true;
    if (!parse_options(host, argc, argv, options))
        return EXIT_ERRORS;
    if (argc - optind != 1)
        return usage_error(host, "the manifest is missing, or there is more than one");
    source.path = argv[optind];
    if (!manifest_find(&source, &found))
        return EXIT_ERRORS;
    struct btl_str text = draw_picture(host, &found.manifest);
    if (output == NULL)
        fwrite(text.at, 1, text.len, stdout);
    else
        good = output_replace(host, &(struct replacement){.path = output, .text = text});
    free((char *)(uintptr_t)text.at);
    return good ? EXIT_GOOD : EXIT_ERRORS;
}

const struct command cmd_plot = {
    .name = "plot",
    .synopsis = "[-p PATH] [--at OFFSET] [--efivars DIR|FILE] [-o FILE.svg] MANIFEST",
    .summary = "draws the timeline of a boot and its memory, as SVG for a browser",
    .help = MANIFEST_HELP
    "  -o, --output FILE.svg   the file to write; default: standard output\n"
    "The picture shows when each module was read, linked and (if the kernel has recorded it)\n"
    "loaded, the steps of the loader, the phases, physical memory, and the addresses of kernel\n"
    "and modules. Long waits for a person are cut out of the axis of time.\n\n"
    "Example: btl plot boot.manifest -o boot.svg\n",
    .run = plot_command,
};
