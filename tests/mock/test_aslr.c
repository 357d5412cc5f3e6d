// SPDX-License-Identifier: BSD-2-Clause
// Random addresses: where kernel and modules are, and what is said when they cannot be random.
#include <btl/aslr.h>
#include <btl/boot.h>

#include "mock.h"

#include <string.h>

static uint8_t seed_byte;

static bool seed_of_one_byte(struct firmware *fw, uint8_t *to, size_t size)
{
    memset(to, seed_byte, size);
    return true;
}

static struct mock *begin(const char *kernel, const char *more)
{
    static char text[256]; // the mock keeps the address
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_fixture(mock, "/kernel/kernel.elf", kernel);
    btl_format_to(text, sizeof(text), "%saslr=\"YES\"\nbase_load=\"YES\"\nbase_phase=\"BOOT1\"\n",
                  more);
    mock_add_text(mock, "/loader.conf", text);
    return mock;
}

// Boot with a seed of equal bytes; return the bases of kernel and phase-1 modules.
static void boot_with_seed(uint8_t byte, const char *kernel, uint64_t *ret_kernel,
                           uint64_t *ret_modules)
{
    struct btl_manifest manifest;
    struct mock *mock = begin(kernel, "");
    mock->firmware.random = seed_of_one_byte;
    seed_byte = byte;
    mock_expect_boot(mock, "");
    mock_manifest(mock, &manifest);
    const struct btlm_kernel *image = btl_manifest_kernel(&manifest);
    const struct btlm_system *system = btl_manifest_system(&manifest);
    assert_true(btl_manifest_boot(&manifest)->flags & BTLM_BOOT_ASLR);
    assert_int_equal(mock_module(&manifest, "base")->state, BTLM_LINKED);
    assert_true(mock->handoff.entry - image->virtual_base < image->size);
    *ret_kernel = image->virtual_base;
    *ret_modules = system->modules_virtual;
    mock_end(mock);
}

TEST(each_seed_gives_its_addresses)
{
    uint64_t kernel[4], modules[4];
    for (uint8_t i = 0; i < 4; i++) {
        uint64_t numbers[BTL_ASLR_NUMBERS];
        uint8_t seed[BTL_ASLR_SEED];
        memset(seed, 50 + i % 3, sizeof(seed));
        btl_aslr_numbers(BTL_STR(BTL_ASLR_LOADER), seed, numbers);
        boot_with_seed(50 + i % 3, "moved.elf", &kernel[i], &modules[i]);
        // The window has less than 2 GiB: half of what the kernel leaves is less than 1 GiB.
        uint64_t offset = kernel[i] - BTL_X86_64_WINDOW, gap = modules[i] - kernel[i];
        assert_true(offset < BTL_ASLR_KERNEL_SPACE && offset % BTL_PAGE_SIZE == 0);
        assert_true(gap < BTL_ASLR_MODULES_SPACE + (4u << 20) && gap % BTL_PAGE_SIZE == 0);
        assert_int_equal(
            (modules[i] % (2u << 20)),
            btl_aslr_offset(numbers[BTL_ASLR_OF_MODULES], BTL_ASLR_MODULES_SPACE, BTL_PAGE_SIZE) %
                (2u << 20));
    }
    assert_true(kernel[0] != kernel[1] && kernel[1] != kernel[2] && kernel[0] != kernel[2]);
    assert_true(modules[0] - kernel[0] != modules[1] - kernel[1]);
    assert_true(kernel[0] == kernel[3] && modules[0] == modules[3]);
}

TEST(a_fixed_kernel_stays_and_its_modules_move)
{
    uint64_t kernel[2], modules[2];
    struct mock *mock = begin("kernel.elf", "");
    mock_expect_boot(mock, "aslr-fixed-kernel");
    assert_true(mock_said(mock, "loader.conf:1:1: note: the kernel is linked for one address"));
    mock_end(mock);
    boot_with_seed(1, "kernel.elf", &kernel[0], &modules[0]);
    boot_with_seed(2, "kernel.elf", &kernel[1], &modules[1]);
    assert_int_equal(kernel[0], 0xffffffff80200000);
    assert_int_equal(kernel[1], 0xffffffff80200000);
    assert_true(modules[0] != modules[1]);
}

TEST(without_random_numbers_nothing_moves)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("moved.elf", "");
    mock->fail_service = MOCK_RANDOM;
    mock->fail_at = 1;
    mock_expect_boot(mock, "aslr-no-seed");
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_kernel(&manifest)->virtual_base, BTL_X86_64_WINDOW);
    assert_int_equal(btl_manifest_system(&manifest)->modules_virtual,
                     BTL_X86_64_WINDOW + (2u << 20));
    assert_false(btl_manifest_boot(&manifest)->flags & BTLM_BOOT_ASLR);
    mock_end(mock);
}

TEST(nothing_moves_unless_it_is_configured)
{
    struct btl_manifest manifest;
    struct mock *mock = begin("moved.elf", "");
    mock_add_text(mock, "/loader.conf", "base_load=\"YES\"\nbase_phase=\"BOOT1\"\n");
    mock_expect_boot(mock, NULL);
    mock_manifest(mock, &manifest);
    assert_int_equal(btl_manifest_kernel(&manifest)->virtual_base, BTL_X86_64_WINDOW);
    assert_false(btl_manifest_boot(&manifest)->flags & BTLM_BOOT_ASLR);
    assert_false(mock_said(mock, "[aslr-"));
    mock_end(mock);
}

TEST(a_dry_run_has_random_addresses)
{
    struct mock *mock = begin("moved.elf", "");
    mock_options(mock, "-n");
    mock_expect_return(mock, FW_SUCCESS);
    assert_true(mock_said(mock, "random addresses"));
    mock_end(mock);
}

// As much memory for phase 1 as loader.conf permits leaves room for kernel and gap.
TEST(a_large_early_arena_still_fits)
{
    for (unsigned byte = 0; byte < 8; byte++) {
        struct btl_manifest manifest;
        struct mock *mock = begin("moved.elf", "early_size=\"64M\"\n");
        mock->firmware.random = seed_of_one_byte;
        seed_byte = (uint8_t)byte;
        mock_expect_boot(mock, "");
        mock_manifest(mock, &manifest);
        const struct btlm_system *system = btl_manifest_system(&manifest);
        assert_true(system->early_virtual + system->early_size <
                    BTL_X86_64_WINDOW + BTL_X86_64_WINDOW_SIZE);
        mock_end(mock);
    }
}

TEST(a_limine_kernel_at_one_address_boots)
{
    struct mock *mock = begin("limine.elf", "");
    mock_expect_boot(mock, "");
    assert_true(mock_said(mock, "[aslr-fixed-kernel]"));
    mock_end(mock);
}
