// SPDX-License-Identifier: BSD-2-Clause
// Text on the framebuffer, white on black. The screen's content is kept as text: scrolling redraws
// the characters that changed and never reads the framebuffer, which is slow.
// The font is a PSF version 1 file (Linux console font): a header, glyphs of 8 x height pixels,
// then for each glyph the characters it shows.
#include "console/print.h"

#include <btl/kernel.h>

#define FONT_WIDTH   8
#define COLUMNS_MAX  240
#define ROWS_MAX     96
#define PIXEL_ON     0x00c8c8c8u
#define PIXEL_OFF    0x00000000u
#define PSF_512      1
#define PSF_TABLE    2
#define PSF_END      0xffffu
#define PSF_SEQUENCE 0xfffeu

struct psf_header {
    uint8_t magic[2]; // 0x36 0x04
    uint8_t mode, height;
};

extern const uint8_t font_start[], font_end[];

static struct screen screen;
static const uint8_t *glyphs;
static uint32_t glyph_height, glyph_count, columns, rows, column, row;
static uint32_t dirty_start, dirty_end; // rows that may differ from the screen
static uint16_t glyph_of[128];
static char text_on[ROWS_MAX][COLUMNS_MAX], text_drawn[ROWS_MAX][COLUMNS_MAX];

// Read from the table after the glyphs which glyph shows which ASCII character.
static void font_read_table(const uint8_t *at)
{
    uint32_t glyph = 0;
    bool sequence = false;

    for (; at + 1 < font_end && glyph < glyph_count; at += 2) {
        uint32_t value = at[0] | (uint32_t)at[1] << 8;
        if (value == PSF_END) {
            glyph++;
            sequence = false;
        } else if (value == PSF_SEQUENCE) {
            sequence = true;
        } else if (!sequence && value < BTL_COUNT(glyph_of)) {
            glyph_of[value] = (uint16_t)glyph;
        }
    }
}

static bool font_read(void)
{
    const struct psf_header *header = (const struct psf_header *)font_start;
    size_t size = (size_t)(font_end - font_start), need;

    if (size < sizeof(*header) || header->magic[0] != 0x36 || header->magic[1] != 0x04)
        return false;
    glyph_count = header->mode & PSF_512 ? 512 : 256;
    glyph_height = header->height;
    need = sizeof(*header) + (size_t)glyph_count * glyph_height;
    if (glyph_height == 0 || need > size)
        return false;
    glyphs = font_start + sizeof(*header);
    for (uint16_t i = 0; i < BTL_COUNT(glyph_of); i++)
        glyph_of[i] = i;
    if (header->mode & PSF_TABLE)
        font_read_table(font_start + need);
    return true;
}

static void screen_draw(uint32_t at_row, uint32_t at_column)
{
    uint8_t c = (uint8_t)text_on[at_row][at_column];
    const uint8_t *glyph = glyphs + (size_t)glyph_of[c < 128 ? c : '?'] * glyph_height;
    volatile uint32_t *line = screen.pixels + (size_t)at_row * glyph_height * screen.stride +
                              (size_t)at_column * FONT_WIDTH;

    for (uint32_t y = 0; y < glyph_height; y++, line += screen.stride)
        for (uint32_t x = 0; x < FONT_WIDTH; x++)
            line[x] = glyph[y] & 0x80u >> x ? PIXEL_ON : PIXEL_OFF;
    text_drawn[at_row][at_column] = (char)c;
}

// Draw the characters that differ from the screen.
static void screen_refresh(void)
{
    for (uint32_t y = dirty_start; y < dirty_end; y++)
        for (uint32_t x = 0; x < columns; x++)
            if (text_on[y][x] != text_drawn[y][x])
                screen_draw(y, x);
    dirty_start = row;
    dirty_end = row;
}

static void screen_new_line(void)
{
    column = 0;
    if (++row < rows)
        return;
    row = rows - 1;
    memmove(text_on[0], text_on[1], sizeof(text_on[0]) * (rows - 1));
    memset(text_on[rows - 1], ' ', sizeof(text_on[0]));
    dirty_start = 0;
}

static void screen_put_char(char c)
{
    if (c == '\n') {
        screen_new_line();
    } else if (c == '\r') {
        column = 0;
    } else if (c == '\b') {
        column -= column > 0;
    } else if ((uint8_t)c >= ' ') {
        if (column == columns)
            screen_new_line();
        text_on[row][column++] = c;
        dirty_end = row + 1;
    }
}

bool screen_init(const struct screen *found)
{
    screen = *found;
    if (!font_read() || screen.width < FONT_WIDTH || screen.height < glyph_height)
        return false;
    columns = screen.width / FONT_WIDTH < COLUMNS_MAX ? screen.width / FONT_WIDTH : COLUMNS_MAX;
    rows = screen.height / glyph_height < ROWS_MAX ? screen.height / glyph_height : ROWS_MAX;
    memset(text_on, ' ', sizeof(text_on));
    memset(text_drawn, ' ', sizeof(text_drawn));
    for (uint32_t y = 0; y < screen.height; y++)
        for (uint32_t x = 0; x < screen.width; x++)
            screen.pixels[(size_t)y * screen.stride + x] = PIXEL_OFF;
    return true;
}

void screen_put(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        screen_put_char(text[i]);
    screen_refresh();
}
