// SPDX-License-Identifier: BSD-2-Clause
// Variables through the firmware's runtime services. The mock (firmware.c) checks address space,
// pointers and names of each call.
#include "firmware.h"

#include <string.h>

#include "arch/x86_64/cpu.h"
#include "firmware/efi_runtime.h"
#include "vm/vm.h"

static uint8_t buffer[EFI_VARIABLE_MAX];
static uint64_t size;
static uint32_t attributes;

static efi_status get(const char *name, uint64_t capacity)
{
    size = capacity;
    attributes = 0;
    return efi_variable_get(name, buffer, &size, &attributes);
}

ALL_TESTS(firmware_group_begin, firmware_group_end)
EACH_TEST(firmware_begin, NULL)

TEST(what_is_set_is_got)
{
    assert_true(efi_runtime_usable());
    assert_int_equal(efi_variable_set("BtlGood", "seven b", 7), EFI_SUCCESS);
    assert_int_equal(firmware_find("BtlGood")->attributes, 7);
    assert_int_equal(get("BtlGood", sizeof(buffer)), EFI_SUCCESS);
    assert_int_equal(size, 7);
    assert_int_equal(attributes, 7);
    assert_memory_equal(buffer, "seven b", 7);
    assert_int_equal(cpu_cr3, vm_space()->root);
}

TEST(a_variable_that_is_not_there)
{
    assert_int_equal(get("BtlGood", sizeof(buffer)), EFI_NOT_FOUND);
    assert_string_equal(efi_status_text(EFI_NOT_FOUND), "not found");
}

TEST(size_0_deletes_whatever_attributes_it_has)
{
    firmware_store("BtlNext", "x", 1, 3);
    assert_int_equal(efi_variable_set("BtlNext", NULL, 0), EFI_SUCCESS);
    assert_null(firmware_find("BtlNext"));
}

TEST(a_variable_that_is_larger_than_the_buffer)
{
    memset(buffer, 0x33, sizeof(buffer));
    firmware_store("BtlGood", "0123456789", 10, 7);
    assert_int_equal(get("BtlGood", 9), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(buffer[0], 0x33);
    assert_int_equal(get("BtlGood", 10), EFI_SUCCESS);
}

TEST(a_variable_that_is_larger_than_any_record)
{
    static uint8_t large[EFI_VARIABLE_MAX + 1];

    firmware_store("BtlGood", large, sizeof(large), 7);
    assert_int_equal(get("BtlGood", sizeof(large)), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(efi_variable_set("BtlNext", large, sizeof(large)), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(firmware.sets, 0);
}

TEST(a_firmware_that_claims_more_than_it_was_given_room_for)
{
    firmware_store("BtlGood", "0123456789", 10, 7);
    firmware.lies = true;
    assert_int_equal(get("BtlGood", 16), EFI_DEVICE_ERROR);
}

TEST(a_name_that_is_too_long)
{
    assert_int_equal(efi_variable_set("a_name_that_has_32_bytes_________", "x", 1),
                     EFI_UNSUPPORTED);
    assert_int_equal(firmware.sets, 0);
}

static void a_call_in_the_middle_of_another(void)
{
    firmware.during = NULL;
    assert_int_equal(get("BtlGood", 16), EFI_NOT_READY);
    assert_int_equal(efi_variable_set("BtlGood", "x", 1), EFI_NOT_READY);
    efi_reset_system(EFI_RESET_COLD);
}

TEST(calls_do_not_nest)
{
    firmware.during = a_call_in_the_middle_of_another;
    assert_int_equal(efi_variable_set("BtlNext", "x", 1), EFI_SUCCESS);
    assert_int_equal(firmware.gets, 0);
    assert_int_equal(firmware.sets, 1);
    assert_int_equal(firmware.resets, 0);
    efi_reset_system(EFI_RESET_COLD);
    assert_int_equal(firmware.resets, 1);
}

static void assert_no_services(void)
{
    assert_false(efi_runtime_usable());
    assert_int_equal(get("BtlGood", 16), EFI_UNSUPPORTED);
    assert_int_equal(efi_variable_set("BtlGood", "x", 1), EFI_UNSUPPORTED);
    efi_reset_system(EFI_RESET_COLD);
    assert_int_equal(firmware.gets + firmware.sets + firmware.resets, 0);
}

TEST(phase_1_has_no_address_space_for_calls)
{
    world_vm_ready = false;
    assert_no_services();
}

TEST(no_system_table)
{
    world.system.efi_system_table = 0;
    assert_no_services();
}

TEST(tables_outside_of_runtime_memory)
{
    world.memory[0].type = BTLM_MEM_USABLE;
    assert_no_services();
}

TEST(functions_outside_of_runtime_memory)
{
    world.memory[1].type = BTLM_MEM_USABLE;
    assert_no_services();
}
