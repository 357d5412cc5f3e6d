// SPDX-License-Identifier: BSD-2-Clause
// The ranges of physical memory one below another, as in a memory map.
#include "plot.h"

#include <math.h>

// One range, or several adjacent ones of one kind.
struct piece {
    uint64_t start, size;
    const char *class, *name;
    enum btlm_memory_type type; // of the first
    uint32_t count;
    double width, gap; // of its bars, and of the gap before it
};

#define ADDRESS     92.0  // width of the addresses
#define BOX         190.0 // and of the boxes beside them
#define LEGIBLE     6.0   // minimum width of a bar that has a row here
#define MANY_PIECES 70

// Are readers looking for it, however small it is?
static bool is_sought(enum btlm_memory_type type)
{
    return type == BTLM_MEM_KERNEL || type == BTLM_MEM_MODULES || type == BTLM_MEM_EARLY ||
           type == BTLM_MEM_MANIFEST;
}

static bool has_row(const struct piece *piece)
{
    return piece->width >= LEGIBLE || is_sought(piece->type);
}

// The firmware leaves dozens of small ranges of code and data, which are drawn as one row.
static const char *mixed_name(enum btlm_memory_type type, const char *name)
{
    if (type == BTLM_MEM_RUNTIME_CODE || type == BTLM_MEM_RUNTIME_DATA)
        return "runtime code, data";
    if (type == BTLM_MEM_ACPI_NVS || type == BTLM_MEM_ACPI_RECLAIM)
        return "ACPI";
    return type == BTLM_MEM_USABLE || type == BTLM_MEM_PERSISTENT ? "usable, persistent"
           : type == BTLM_MEM_MMIO || type == BTLM_MEM_RESERVED   ? "reserved, MMIO"
                                                                  : name;
}

static size_t merge_ranges(const struct plot *plot, struct piece *pieces)
{
    size_t count = 0;
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(plot->manifest, BTLM_MEMORY, i);
        const char *class = plot_memory_class(range->type);
        struct piece *last = count == 0 ? NULL : &pieces[count - 1];
        const char *name = btlm_memory_name(range->type);
        if (last != NULL && last->class == class && last->start + last->size == range->start) {
            last->size += range->size;
            last->count++;
            last->width += plot->ranges[i].width;
            last->name =
                last->type == range->type ? last->name : mixed_name(range->type, last->name);
        } else {
            pieces[count++] = (struct piece){
                range->start,          range->size,        class, name, range->type, 1,
                plot->ranges[i].width, plot->ranges[i].gap};
        }
    }
    return count;
}

void plot_address(struct plot *plot, double x, double y, const char *class, uint64_t address)
{
    svg_line(&plot->svg, x - 5, y, x, y, "axis");
    svg_textf(&plot->svg, x - 8, y + 4, class, "%lx", address);
}

static const char *staged_names(struct plot *plot)
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

// The contents, beside the box.
static const char *piece_note(struct plot *plot, const struct piece *piece)
{
    const struct btlm_system *system = btl_manifest_system(plot->manifest);
    switch (piece->type) {
    case BTLM_MEM_KERNEL:
        return plot_label(plot, btl_manifest_kernel(plot->manifest)->path, 30);
    case BTLM_MEM_STAGED:
        return staged_names(plot);
    case BTLM_MEM_MODULES:
        return "images of phase 1";
    case BTLM_MEM_EARLY:
        return "early allocator";
    case BTLM_MEM_LOADER:
        return system->page_table_root - piece->start < piece->size  ? "page tables, stack, loader"
               : system->stack_physical - piece->start < piece->size ? "stack, loader"
                                                                     : "";
    default:
        return "";
    }
}

static void draw_piece(struct plot *plot, double x, double y, double height,
                       const struct piece *piece)
{
    bool dark = piece->type == BTLM_MEM_LOADER || piece->type == BTLM_MEM_RUNTIME_CODE ||
                piece->type == BTLM_MEM_RUNTIME_DATA || piece->type == BTLM_MEM_BAD;
    const char *class = dark ? "light" : "";
    const char *title =
        plot_text(plot, "%s, %s: 0x%lx to 0x%lx, %u range%s of the map", piece->name,
                  plot_size(plot, piece->size), piece->start, (piece->start + piece->size),
                  piece->count, piece->count == 1 ? "" : "s");
    double middle = y + height / 2 + 4;
    svg_rect(&plot->svg, (struct svg_box){x + ADDRESS, y, BOX, height}, piece->class, title);
    plot_address(plot, x + ADDRESS, y, "mono end", piece->start);
    svg_text(&plot->svg, x + ADDRESS + 8, middle, class, piece->name);
    svg_text(&plot->svg, x + ADDRESS + BOX - 8, middle, plot_text(plot, "end %s", class),
             plot_size(plot, piece->size));
    svg_text(&plot->svg, x + ADDRESS + BOX + 10, middle, "small faint", piece_note(plot, piece));
}

static double draw_unreported(struct plot *plot, double x, double y, uint64_t start, uint64_t end)
{
    svg_rect(&plot->svg, (struct svg_box){x + ADDRESS + 8, y, BOX - 16, 14}, "m-gap", NULL);
    plot_address(plot, x + ADDRESS, y, "mono end faint", start);
    svg_textf(&plot->svg, x + ADDRESS + BOX / 2, y + 11, "small middle faint",
              "nothing reported, %s", plot_size(plot, end - start));
    return y + 14;
}

static double piece_height(const struct piece *piece, bool many)
{
    return many ? 14 : 15 + 1.3 * log2((double)piece->size / BTL_PAGE_SIZE + 1);
}

// One row for all ranges without a row of their own.
static double draw_rest(struct plot *plot, double x, double y, const struct piece *pieces,
                        size_t count)
{
    uint64_t size = 0, ranges = 0; // no overflow: the ranges are disjoint
    for (size_t i = 0; i < count; i++) {
        if (has_row(&pieces[i]))
            continue;
        size += pieces[i].size;
        ranges += pieces[i].count;
    }
    if (ranges == 0)
        return y;
    svg_rect(&plot->svg, (struct svg_box){x + ADDRESS, y + 6, BOX, 16}, "m-gap", NULL);
    svg_textf(&plot->svg, x + ADDRESS + 8, y + 18, "", "%lu smaller range%s", ranges,
              ranges == 1 ? "" : "s");
    svg_text(&plot->svg, x + ADDRESS + BOX - 8, y + 18, "end", plot_size(plot, size));
    return y + 22;
}

double plot_memory_ranges(struct plot *plot, double x, double y)
{
    uint64_t ranges = btl_manifest_count(plot->manifest, BTLM_MEMORY);
    struct piece *pieces = MEMORY_ARRAY(plot->svg.host->arena, struct piece, ranges);
    size_t count = merge_ranges(plot, pieces), rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += has_row(&pieces[i]);
    svg_text(&plot->svg, x + ADDRESS, y + 12, "bold", "Physical memory");
    y += 20;
    for (size_t i = 0; i < count; i++) {
        const struct piece *piece = &pieces[i];
        if (piece->gap >= LEGIBLE)
            y = draw_unreported(plot, x, y, piece[-1].start + piece[-1].size, piece->start);
        if (!has_row(piece))
            continue;
        double height = piece_height(piece, rows > MANY_PIECES);
        draw_piece(plot, x, y, height, piece);
        y += height;
    }
    return draw_rest(plot, x, y, pieces, count) + 14;
}
