// SPDX-License-Identifier: BSD-2-Clause
// The ranges of physical memory one under another, as memory maps are drawn.
#include "plot.h"

#include <math.h>

// One range, or several of one kind that follow each other.
struct piece {
    uint64_t start, size;
    const char *class, *name;
    enum btlm_memory_type type; // of the first
    uint32_t count;
};

#define MANY_PIECES 70
#define ADDRESS     92.0  // width of the addresses
#define BOX         190.0 // and of the boxes beside them

// A firmware leaves dozens of small ranges of code and data; together they are one row.
static const char *mixed(enum btlm_memory_type type, const char *name)
{
    if (type == BTLM_MEM_RUNTIME_CODE || type == BTLM_MEM_RUNTIME_DATA)
        return "runtime code, data";
    if (type == BTLM_MEM_ACPI_NVS || type == BTLM_MEM_ACPI_RECLAIM)
        return "ACPI";
    return type == BTLM_MEM_USABLE || type == BTLM_MEM_PERSISTENT ? "usable, persistent"
           : type == BTLM_MEM_MMIO || type == BTLM_MEM_RESERVED   ? "reserved, MMIO"
                                                                  : name;
}

static size_t merge(const struct plot *plot, struct piece *pieces)
{
    size_t count = 0;
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *at = btl_manifest_entry(plot->manifest, BTLM_MEMORY, i);
        const char *class = plot_memory_class(at->type);
        struct piece *last = count == 0 ? NULL : &pieces[count - 1];
        const char *name = btlm_memory_name(at->type);
        if (last != NULL && last->class == class && last->start + last->size == at->start) {
            last->size += at->size;
            last->count++;
            last->name = last->type == at->type ? last->name : mixed(at->type, last->name);
        } else {
            pieces[count++] = (struct piece){at->start, at->size, class, name, at->type, 1};
        }
    }
    return count;
}

// Addresses stand at the upper edge of what begins there.
void plot_address(struct plot *plot, double x, double y, const char *class, uint64_t address)
{
    svg_line(&plot->svg, x - 5, y, x, y, "axis");
    svg_textf(&plot->svg, x - 8, y + 4, class, "%lx", address);
}

static const char *staged(struct plot *plot)
{
    uint32_t count = 0;
    const char *names = "";
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MODULES); i++) {
        const struct btlm_module *module = btl_manifest_module(plot->manifest, i);
        if (module->staged_size == 0)
            continue;
        if (count++ < 3)
            names = plot_text(plot, "%s%s%s", names, count > 1 ? ", " : "",
                              plot_label(plot, module->name, 12));
    }
    return count > 3 ? plot_text(plot, "%s and %u more", names, count - 3) : names;
}

// What is in it, beside the box.
static const char *note(struct plot *plot, const struct piece *at)
{
    const struct btlm_system *system = btl_manifest_system(plot->manifest);
    switch (at->type) {
    case BTLM_MEM_KERNEL:
        return plot_label(plot, btl_manifest_kernel(plot->manifest)->path, 30);
    case BTLM_MEM_STAGED:
        return staged(plot);
    case BTLM_MEM_MODULES:
        return "images of phase 1";
    case BTLM_MEM_EARLY:
        return "early allocator";
    case BTLM_MEM_LOADER:
        return system->page_table_root - at->start < at->size  ? "page tables, stack, loader"
               : system->stack_physical - at->start < at->size ? "stack, loader"
                                                               : "";
    default:
        return "";
    }
}

static void piece_row(struct plot *plot, double x, double y, double height, const struct piece *at)
{
    bool dark = at->type == BTLM_MEM_LOADER || at->type == BTLM_MEM_RUNTIME_CODE ||
                at->type == BTLM_MEM_RUNTIME_DATA || at->type == BTLM_MEM_BAD;
    const char *class = dark ? "light" : "";
    const char *title = plot_text(plot, "%s, %s: 0x%lx to 0x%lx, %u range%s of the map", at->name,
                                  plot_size(plot, at->size), at->start, (at->start + at->size),
                                  at->count, at->count == 1 ? "" : "s");
    double middle = y + height / 2 + 4;
    svg_rect(&plot->svg, (struct svg_box){x + ADDRESS, y, BOX, height}, at->class, title);
    plot_address(plot, x + ADDRESS, y, "mono end", at->start);
    svg_text(&plot->svg, x + ADDRESS + 8, middle, class, at->name);
    svg_text(&plot->svg, x + ADDRESS + BOX - 8, middle, plot_text(plot, "end %s", class),
             plot_size(plot, at->size));
    svg_text(&plot->svg, x + ADDRESS + BOX + 10, middle, "small faint", note(plot, at));
}

static double gap_row(struct plot *plot, double x, double y, uint64_t start, uint64_t end)
{
    svg_rect(&plot->svg, (struct svg_box){x + ADDRESS + 8, y, BOX - 16, 14}, "m-gap", NULL);
    plot_address(plot, x + ADDRESS, y, "mono end faint", start);
    svg_textf(&plot->svg, x + ADDRESS + BOX / 2, y + 11, "small middle faint",
              "nothing reported, %s", plot_size(plot, end - start));
    return y + 14;
}

double plot_memory_ranges(struct plot *plot, double x, double y)
{
    uint64_t ranges = btl_manifest_count(plot->manifest, BTLM_MEMORY);
    struct piece *pieces = MEMORY_ARRAY(plot->svg.host->arena, struct piece, ranges);
    size_t count = merge(plot, pieces);
    svg_text(&plot->svg, x + ADDRESS, y + 12, "bold", "Physical memory");
    y += 20;
    for (size_t i = 0; i < count; i++) {
        const struct piece *at = &pieces[i];
        uint64_t before = i == 0 ? at->start : at[-1].start + at[-1].size;
        double steps = log2((double)at->size / BTL_PAGE_SIZE + 1);
        double height = count > MANY_PIECES ? 14 : 15 + 1.3 * steps;
        if (before != at->start)
            y = gap_row(plot, x, y, before, at->start);
        piece_row(plot, x, y, height, at);
        y += height;
    }
    if (count > 0)
        plot_address(plot, x + ADDRESS, y, "mono end",
                     (pieces[count - 1].start + pieces[count - 1].size));
    return y + 14;
}
