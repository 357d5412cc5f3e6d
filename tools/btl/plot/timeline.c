// SPDX-License-Identifier: BSD-2-Clause
// The timeline: a row for each step of the loader, for each phase of the kernel (if the kernel has
// recorded them), and for each module, grouped by phase.
#include "rows.h"

#include <math.h>

#define NAME_WIDTH   170.0 // of the names to the left of the bars
#define MANY_MODULES 60    // above that, rows are lower and letters smaller

static const char *const bar_class[BARS] = {"read", "link", "load"};
static const char *const bar_verb[BARS] = {"read", "linked", "loaded"};

static int event_bar(uint32_t kind)
{
    return kind == BTLM_EVENT_MODULE_READ     ? BAR_READ
           : kind == BTLM_EVENT_MODULE_LINKED ? BAR_LINK
           : kind == BTLM_EVENT_MODULE_LOADED ? BAR_LOAD
                                              : BARS;
}

static void read_events(struct timeline *t)
{
    const struct btl_manifest *m = t->plot->manifest;
    t->modules =
        MEMORY_ARRAY(t->plot->svg.host->arena, struct row, btl_manifest_count(m, BTLM_MODULES));
    for (uint64_t i = 0; i < btl_manifest_count(m, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(m, BTLM_EVENTS, i);
        int bar = event_bar(event->kind);
        t->end = event->end > t->end ? event->end : t->end;
        if (bar < BARS && event->module != BTL_NONE)
            t->modules[event->module].bar[bar] = event;
        else if (event->kind < BTLM_EVENTS_KINDS)
            t->once[event->kind] = event;
    }
}

// A step of the loader or a phase of the kernel; `second` belongs to the column of links and
// differs for the kernel's file alone.
static void draw_step(struct timeline *t, const char *name, enum btlm_event_kind kind,
                      enum btlm_event_kind second)
{
    const struct btlm_event *event = t->once[kind], *other = t->once[second];
    if (event == NULL)
        return;
    bool file = kind != second;
    rows_name(t, "", name);
    rows_bar(t, event, file ? "read" : "other", name, file ? "read" : "done");
    rows_took(t, event, kind == second && kind >= BTLM_EVENT_PHASE1 ? BAR_LOAD : BAR_READ);
    if (file) {
        rows_bar(t, other, "link", name, "placed");
        rows_took(t, other, BAR_LINK);
    }
    t->y += t->row_height;
}

static const struct {
    const char *name;
    uint8_t kind, second;
    bool kernel;
} steps[] = {
    {"loader.conf", BTLM_EVENT_CONFIG, BTLM_EVENT_CONFIG, false},
    {"kernel", BTLM_EVENT_KERNEL_READ, BTLM_EVENT_KERNEL_PLACED, false},
    {"plan", BTLM_EVENT_PLAN, BTLM_EVENT_PLAN, false},
    {"manifest", BTLM_EVENT_MANIFEST, BTLM_EVENT_MANIFEST, false},
    {"leaving the firmware", BTLM_EVENT_EXIT, BTLM_EVENT_EXIT, false},
    {"phase 1", BTLM_EVENT_PHASE1, BTLM_EVENT_PHASE1, true},
    {"virtual memory", BTLM_EVENT_VM, BTLM_EVENT_VM, true},
    {"phase 2", BTLM_EVENT_PHASE2, BTLM_EVENT_PHASE2, true},
    {"init", BTLM_EVENT_INIT, BTLM_EVENT_INIT, true},
};

static size_t count_steps(const struct timeline *t, bool kernel)
{
    size_t count = 0;
    for (size_t i = 0; i < BTL_COUNT(steps); i++)
        count += steps[i].kernel == kernel && t->once[steps[i].kind] != NULL;
    return count;
}

static void draw_steps(struct timeline *t, bool kernel, const char *name, const char *note)
{
    size_t count = count_steps(t, kernel);
    if (count == 0)
        return;
    rows_group(t, 0, name, note, count);
    for (size_t i = 0; i < BTL_COUNT(steps); i++) {
        if (steps[i].kernel == kernel)
            draw_step(t, steps[i].name, steps[i].kind, steps[i].second);
    }
    t->y += 4;
}

// Write to the right of the last bar; to the left of the first where there is no space.
static void draw_beside_bars(struct timeline *t, const struct row *row, const char *class,
                             const char *text, double width)
{
    double first = t->right, last = t->left;
    for (int kind = 0; kind < BARS; kind++) {
        if (row->bar[kind] == NULL)
            continue;
        first = fmin(first, rows_x(t, row->bar[kind]->start));
        last = fmax(last, rows_x(t, row->bar[kind]->end));
    }
    bool fits = last + 6 + width < t->right;
    svg_text(&t->plot->svg, fits ? last + 6 : first - 6, t->y + t->row_height - 5,
             plot_text(t->plot, "%s %s %s", t->font, class, fits ? "" : "end"), text);
}

// Write why a module was not loaded.
static void draw_verdict(struct timeline *t, const struct btlm_module *module,
                         const struct row *row)
{
    const struct btl_manifest *m = t->plot->manifest;
    const char *words = btlm_state_name(module->state);
    double width = 0;
    if (module->state != BTLM_FAILED && module->state != BTLM_OFF)
        return;
    if (module->reason != BTL_NONE) {
        const struct btlm_diagnostic *reason =
            btl_manifest_entry(m, BTLM_DIAGNOSTICS, module->reason);
        const char *code = plot_label(t->plot, reason->code, 60);
        width = svg_text_width(code, 12) + 50;
        words = plot_text(t->plot, "<title>%s</title>%s: %s",
                          plot_label(t->plot, reason->text, 400), words, code);
    }
    draw_beside_bars(t, row, module->state == BTLM_FAILED ? "bad" : "faint", words, width);
}

static void draw_module(struct timeline *t, uint64_t index)
{
    const struct btlm_module *module = btl_manifest_module(t->plot->manifest, index);
    const struct row *row = &t->modules[index];
    const char *name = plot_label(t->plot, module->name, 22);
    rows_name(t, module->state == BTLM_FAILED ? "bad" : "", name);
    draw_verdict(t, module, row);
    for (int kind = 0; kind < BARS; kind++) {
        rows_bar(t, row->bar[kind], bar_class[kind], name, bar_verb[kind]);
        rows_took(t, row->bar[kind], kind);
    }
    t->y += t->row_height;
}

// Where the kernel found the files of these modules; "" if it found them in different places.
static const char *phase_files(const struct timeline *t, const uint32_t *list, size_t count)
{
    size_t staged = 0;
    for (size_t i = 0; i < count; i++)
        staged += btl_manifest_module(t->plot->manifest, list[i])->state == BTLM_STAGED;
    return staged == count ? "staged, " : staged == 0 ? "on the disk, " : "";
}

static const char *phase_note(struct timeline *t, enum btl_phase phase, const uint32_t *list,
                              size_t count)
{
    static const char *const notes[] = {
        [BTL_PHASE_BOOT1] = "linked by the loader, run before memory management",
        [BTL_PHASE_BOOT2] = "linked by the kernel after memory management",
        [BTL_PHASE_INIT] = "loaded when init starts",
        [BTL_PHASE_AUTO] = "loaded on demand",
    };
    return plot_text(t->plot, "%zu module%s, %s%s", count, count == 1 ? "" : "s",
                     phase == BTL_PHASE_BOOT1 ? "" : phase_files(t, list, count),
                     phase < BTL_COUNT(notes) ? notes[phase] : "");
}

// Draw a group of modules; `list` has their indices.
static void draw_module_group(struct timeline *t, unsigned band, const char *name, const char *note,
                              const uint32_t *list, size_t count)
{
    if (count == 0)
        return;
    rows_group(t, band, name, note, count);
    for (size_t i = 0; i < count; i++)
        draw_module(t, list[i]);
    t->y += 4;
}

static void draw_all_modules(struct timeline *t)
{
    const struct btl_manifest *m = t->plot->manifest;
    struct btl_arena *arena = t->plot->svg.host->arena;
    uint64_t count = btl_manifest_count(m, BTLM_MODULES),
             orders = btl_manifest_count(m, BTLM_ORDER);
    bool *listed = MEMORY_ARRAY(arena, bool, count);
    uint32_t *list = MEMORY_ARRAY(arena, uint32_t, count);
    size_t in_list;
    for (unsigned phase = 0; phase < BTL_PHASES; phase++) {
        in_list = 0;
        for (uint64_t i = 0; i < orders; i++) {
            const uint32_t *index = btl_manifest_entry(m, BTLM_ORDER, i);
            if (btl_manifest_module(m, *index)->phase != phase || listed[*index])
                continue;
            listed[*index] = true;
            list[in_list++] = *index;
        }
        draw_module_group(t, 1 + phase % 3, btl_phase_name(phase),
                          phase_note(t, phase, list, in_list), list, in_list);
    }
    in_list = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!listed[i])
            list[in_list++] = (uint32_t)i;
    }
    draw_module_group(t, 0, "not loaded", "failed, or switched off", list, in_list);
}

static void draw_keys(struct timeline *t)
{
    struct plot *plot = t->plot;
    double x = t->left;
    x = plot_key(plot, x, t->y + 12, "read", "read from the volume");
    x = plot_key(plot, x, t->y + 12, "link", "linked (the kernel: placed)");
    x = plot_key(plot, x, t->y + 12, "load", "load function");
    plot_key(plot, x, t->y + 12, "other", "other steps");
    t->y += 56;
    for (int kind = 0; kind < BARS; kind++)
        svg_text(&plot->svg, rows_column(t, kind), t->y - 8, "small end faint", bar_class[kind]);
}

// Mark the time of the hand-off.
static void draw_hand_off(struct timeline *t, double bottom)
{
    const struct btlm_event *loader = t->once[BTLM_EVENT_LOADER];
    if (loader == NULL)
        return;
    double x = rows_x(t, loader->end);
    svg_line(&t->plot->svg, x, t->top, x, bottom, "mark");
    svg_textf(&t->plot->svg, x - 4, t->top - 22, "small end", "hand-off after %s",
              plot_time(t->plot, loader->end));
}

double plot_timeline(struct plot *plot, double y)
{
    uint64_t count = btl_manifest_count(plot->manifest, BTLM_MODULES);
    struct timeline t = {.plot = plot, .y = y};
    t.left = PLOT_MARGIN + NAME_WIDTH;
    t.right = PLOT_WIDTH - PLOT_MARGIN - TIMES_WIDTH - 6;
    t.row_height = count > MANY_MODULES ? 13 : 18;
    t.font = count > MANY_MODULES ? "small" : "";
    read_events(&t);
    if (t.end == 0)
        t.end = 1;
    t.scale = (t.right - t.left) / (double)t.end;
    draw_keys(&t);
    t.top = t.y;
    rows_axis(&t, t.top, true);
    draw_steps(&t, false, "Loader", "");
    draw_steps(&t, true, "Kernel", "as the kernel has recorded it");
    draw_all_modules(&t);
    rows_axis(&t, t.y, false);
    draw_hand_off(&t, t.y);
    return t.y + 26;
}
