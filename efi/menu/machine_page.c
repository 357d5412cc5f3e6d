// SPDX-License-Identifier: BSD-2-Clause
// The machine page: the view, the firmware's programs, and the ways out of the loader.
#include "model.h"

static enum menu_result view_take(struct boot *boot)
{
    menu_view_of(boot)->end(boot);
    boot->menu.lines = !boot->menu.lines;
    menu_view_of(boot)->begin(boot);
    return MENU_STAY;
}

static void setup_state(const struct boot *boot, struct menu_row *row)
{
    row->off = !boot->fw->has_setup(boot->fw);
    menu_row_text(row, "%s", row->off ? "this firmware has none" : "");
}

static enum menu_result setup_take(struct boot *boot)
{
    if (!boot->fw->has_setup(boot->fw)) {
        menu_message(boot, true, "This firmware does not let its setup be asked for");
        return MENU_STAY;
    }
    struct btl_str name = fw_status_name(boot->fw->enter_setup(boot->fw));
    menu_message(boot, true, "The firmware's setup could not be entered: %pS", &name);
    return MENU_STAY;
}

static void shell_state(const struct boot *boot, struct menu_row *row)
{
    bool permitted = btl_attempt_permits(&boot->attempt, BTL_SEAL_ALLOW_SHELL);
    bool none = !boot->fw->has_shell(boot->fw);
    row->off = none || !permitted;
    menu_row_text(row, "%s", none ? "none was found" : permitted ? "" : "not permitted");
}

// Run the shell with the volume closed, for the shell may change it; then read everything again,
// the variables too.
static enum menu_result shell_take(struct boot *boot)
{
    if (!menu_permits(boot, BTL_SEAL_ALLOW_SHELL, "shell", "shell"))
        return MENU_STAY;
    if (!boot->fw->has_shell(boot->fw)) {
        menu_message(boot, true, "No UEFI shell was found, on the boot volume or in the firmware");
        return MENU_STAY;
    }
    menu_view_of(boot)->end(boot);
    files_free(boot);
    watchdog_off(boot->fw);
    fw_status status = boot->fw->run_shell(boot->fw);
    struct btl_str name = fw_status_name(status);
    if (!state_read(boot))
        menu_message(boot, true, "There is no memory left to read the boot state again");
    else if (status == FW_SUCCESS)
        menu_message(boot, false, "Back from the shell; files and boot state are read again");
    else
        menu_message(boot, true, "The shell could not be started: %pS", &name);
    return MENU_AGAIN;
}

static enum menu_result machine_reset(struct boot *boot, enum fw_reset how)
{
    menu_view_of(boot)->end(boot);
    boot->fw->reset(boot->fw, how);
    return MENU_LEAVE;
}

static enum menu_result reset_take(struct boot *boot)
{
    return machine_reset(boot, FW_RESET_COLD);
}

static enum menu_result power_off_take(struct boot *boot)
{
    return machine_reset(boot, FW_RESET_OFF);
}

static enum menu_result leave_take(struct boot *boot)
{
    (void)boot;
    return MENU_LEAVE;
}

static const struct menu_item items[] = {
    {'l', "Screen or lines",
     "Changes between the full screen and plain lines, for terminals that have no screen.",
     view_take, NULL, NULL},
    {'t', "Firmware setup", "Resets the machine into the firmware's setup.", setup_take,
     setup_state, NULL},
    {'h', "UEFI shell", "Starts the shell; its command exit comes back to the menu.", shell_take,
     shell_state, NULL},
    {'r', "Reset", "Restarts the machine.", reset_take, NULL, NULL},
    {'x', "Power off", "Switches the machine off.", power_off_take, NULL, NULL},
    {'q', "Leave", "Ends the loader; the firmware goes on with its next boot option.", leave_take,
     NULL, NULL},
};

const struct menu_page_type menu_machine_page = {
    .name = "Machine",
    .parent = MENU_PAGE_BOOT,
    .items = items,
    .item_count = BTL_COUNT(items),
};
