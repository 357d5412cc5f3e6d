// SPDX-License-Identifier: BSD-2-Clause
#include "svg.h"

#include <stdarg.h>
#include <string.h>

#include "report.h"

// Colours of Okabe and Ito, which people with any common colour blindness can tell apart, and tints
// of them. No colour alone has a meaning: words, positions and tooltips repeat it.
static const char style[] =
    "text{font-family:system-ui,'Segoe UI','Helvetica Neue','DejaVu Sans','Liberation Sans',"
    "sans-serif;font-size:12px;fill:#222}\n"
    ".mono{font-family:ui-monospace,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;"
    "font-size:11px}\n"
    ".small{font-size:10px}.tiny{font-size:9px}.faint{fill:#666}.bold{font-weight:600}\n"
    ".h1{font-size:20px;font-weight:600}.h2{font-size:15px;font-weight:600}\n"
    ".end{text-anchor:end}.middle{text-anchor:middle}.bad{fill:#a63c00;font-weight:600}\n"
    ".light{fill:#fff}\n"
    ".axis{stroke:#888;stroke-width:1}.grid{stroke:#e3e3e3;stroke-width:1}\n"
    ".rule{stroke:#bbb;stroke-width:1}.mark{stroke:#222;stroke-width:1;stroke-dasharray:3 3}\n"
    ".step{fill:#dbe9f4;stroke:#7fa8c9;stroke-width:.6}\n"
    ".band0{fill:#f4f7fa}.band1{fill:#fdf8ef}.band2{fill:#eff8f5}.band3{fill:#faf3f8}\n"
    ".tab{fill:#fff;stroke:#999;stroke-width:.8}\n"
    ".read{fill:#0072b2}.link{fill:#e69f00}.load{fill:#009e73}.other{fill:#cc79a7}\n"
    ".wait{fill:#c9c9c9;stroke:#8c8c8c;stroke-width:.6}\n"
    ".cut{fill:#fff;stroke:#999;stroke-width:.6;stroke-dasharray:2 2}\n"
    ".break{stroke:#444;stroke-width:1.2}\n"
    ".m-usable{fill:#eef3ee;stroke:#9db39d}.m-firmware{fill:#cfd8de;stroke:#8fa0ab}\n"
    ".m-kernel{fill:#d55e00;stroke:#8a3d00}.m-modules{fill:#e69f00;stroke:#946600}\n"
    ".m-early{fill:#f0e442;stroke:#9c9420}.m-staged{fill:#56b4e9;stroke:#2a7cab}\n"
    ".m-loader{fill:#0072b2;stroke:#004b75}.m-manifest{fill:#cc79a7;stroke:#8a4a6d}\n"
    ".m-acpi{fill:#b9d8cd;stroke:#6e9c8c}.m-runtime{fill:#009e73;stroke:#00634a}\n"
    ".m-reserved{fill:#8c8c8c;stroke:#555}.m-bad{fill:#222;stroke:#000}\n"
    ".m-gap{fill:#fff;stroke:#aaa;stroke-dasharray:3 3}\n"
    ".p-rx{fill:#56b4e9;stroke:#2a7cab}.p-r{fill:#d9d9d9;stroke:#8c8c8c}"
    ".p-rw{fill:#f5c66b;stroke:#946600}\n"
    "rect[class^=m],rect[class^=p]{stroke-width:.7}\n"
    "@media print{text{fill:#000}.light{fill:#fff}}\n";

// U+FFFE and U+FFFF: the only characters of report_safe() that XML rejects.
static bool is_no_xml_character(struct btl_str rest)
{
    return rest.len >= 3 && (uint8_t)rest.at[0] == 0xef && (uint8_t)rest.at[1] == 0xbf &&
           ((uint8_t)rest.at[2] & 0xfe) == 0xbe;
}

static const char *xml_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    }
    return NULL;
}

static bool is_character_start(char c)
{
    return ((uint8_t)c & 0xc0) != 0x80;
}

const char *svg_escape(struct host *host, struct btl_str text, size_t max)
{
    struct btl_str safe = report_safe(host->arena, text);
    char *escaped = MEMORY_ARRAY(host->arena, char, 6 * safe.len + 8), *to = escaped;
    size_t count = 0;
    for (size_t i = 0; i < safe.len; i++) {
        struct btl_str rest = {safe.at + i, safe.len - i};
        if (is_character_start(safe.at[i]) && max != 0 && count++ == max) {
            to = stpcpy(to, "…");
            break;
        }
        if (is_no_xml_character(rest)) {
            to = stpcpy(to, "\\uffff");
            i += 2;
        } else if (xml_entity(safe.at[i]) != NULL) {
            to = stpcpy(to, xml_entity(safe.at[i]));
        } else {
            *to++ = safe.at[i];
        }
    }
    *to = '\0';
    return escaped;
}

void svg_rect(struct svg *svg, struct svg_box box, const char *class, const char *title)
{
    fprintf(svg->body, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"",
            class, box.x, box.y, box.width, box.height);
    if (title != NULL)
        fprintf(svg->body, "><title>%s</title></rect>\n", title);
    else
        fputs("/>\n", svg->body);
}

void svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *class)
{
    fprintf(svg->body, "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>\n",
            class, x1, y1, x2, y2);
}

void svg_text(struct svg *svg, double x, double y, const char *class, const char *text)
{
    fprintf(svg->body, "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\">%s</text>\n", class, x, y, text);
}

void svg_textf(struct svg *svg, double x, double y, const char *class, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(svg->body, "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\">", class, x, y);
    vfprintf(svg->body, format, args);
    fputs("</text>\n", svg->body);
    va_end(args);
}

double svg_text_width(const char *text, double font_size)
{
    size_t characters = 0;
    for (; *text != '\0'; text++)
        characters += is_character_start(*text);
    return 0.6 * font_size * (double)characters;
}

void svg_finish(const struct svg *svg, const char *title, const char *body, double height,
                FILE *out)
{
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\">\n<title>%s</title>\n<style>\n%s</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n%s</svg>\n",
            svg->width, height, svg->width, height, title, style, body);
}
