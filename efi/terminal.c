// SPDX-License-Identifier: BSD-2-Clause
#include "boot.h"

// The firmware has one mode for its screen and its serial line. It does not know the size of the
// terminal, and counts columns beyond the terminal's last one, from where it moves the cursor by a
// wrong distance. So the last column of a narrower terminal stays free.
enum fw_terminal terminal_of(struct boot *boot)
{
    struct fw_facts *facts = &boot->facts;
    struct fw_size size = {0, 0};
    uint32_t event = event_begin(&boot->timeline, BTLM_EVENT_TERMINAL, BTL_NONE);
    enum fw_terminal terminal = boot->fw->terminal(boot->fw, &size);
    event_end(&boot->timeline, event, 0);
    if (size.rows > 0 && size.rows < facts->console_rows)
        facts->console_rows = size.rows;
    if (size.columns > 0 && size.columns < facts->console_columns)
        facts->console_columns = size.columns - 1;
    return terminal;
}
