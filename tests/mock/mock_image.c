// SPDX-License-Identifier: BSD-2-Clause
// Programs that the firmware loads and starts, and the initrd that they read.
#include "mock.h"

#include <stdlib.h>
#include <string.h>

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

static fw_status load_image(struct firmware *fw, struct btl_bytes bytes, struct btl_str path,
                            void **ret_image)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_LOAD_IMAGE))
        return mock->fail_status;
    assert_true(path.len < sizeof(mock->program_path));
    memcpy(mock->program_path, path.at, path.len);
    mock->program_path[path.len] = '\0';
    mock->program = bytes;
    mock->programs_loaded++;
    *ret_image = mock;
    return FW_SUCCESS;
}

// The keys of the machine: the bytes of files that a test trusts.
static fw_status verify_image(struct firmware *fw, struct btl_bytes bytes, struct btl_str path)
{
    struct mock *mock = mock_of(fw);
    (void)path;
    if (mock_fails(mock, MOCK_VERIFY_IMAGE))
        return mock->fail_status;
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++) {
        const struct mock_file *file = &mock->files[i];
        if (file->trusted && file->size == bytes.size &&
            memcmp(file->bytes, bytes.at, bytes.size) == 0)
            return FW_SUCCESS;
    }
    return FW_SECURITY_VIOLATION;
}

static fw_status unload_image(struct firmware *fw, void *image)
{
    struct mock *mock = mock_of(fw);
    assert_ptr_equal(image, mock);
    assert_true(mock->programs_loaded > 0);
    mock->programs_loaded--;
    return FW_SUCCESS;
}

static void start_image(struct firmware *fw, void *image, const uint16_t *options,
                        uint32_t options_size, struct fw_exit *ret_exit)
{
    struct mock *mock = mock_of(fw);
    size_t units = options_size / 2;
    assert_ptr_equal(image, mock);
    assert_true(mock->programs_loaded == 1 && mock->volumes_open == 0);
    assert_true(units < sizeof(mock->program_options));
    for (size_t i = 0; i < units; i++)
        mock->program_options[i] = (char)options[i];
    mock->program_options[units] = '\0';
    assert_true(units == 0 || options[units - 1] == 0);
    mock->programs_run++;
    mock->programs_loaded--;
    if (mock->in_program != NULL)
        mock->in_program(mock);
    if (!mock->returns) {
        mock->program_started = true;
        longjmp(mock->program_end, 1);
    }
    *ret_exit = mock->program_exit;
}

// Linux reads its initrd only after the loader has ended: the mock reads it when it is offered,
// after which the pieces must stay.
static fw_status offer_initrd(struct firmware *fw, const struct btl_bytes *pieces, size_t count)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_OFFER_INITRD))
        return mock->fail_status;
    assert_false(mock->initrd_offered);
    mock->initrd_offered = true;
    mock->initrd_size = 0;
    for (size_t i = 0; i < count; i++)
        mock->initrd_size += pieces[i].size;
    free(mock->initrd);
    mock->initrd = malloc(mock->initrd_size + 1);
    uint8_t *to = mock->initrd;
    for (size_t i = 0; i < count; i++) {
        memcpy(to, pieces[i].at, pieces[i].size);
        to += pieces[i].size;
    }
    return FW_SUCCESS;
}

static void remove_initrd(struct firmware *fw)
{
    assert_true(mock_of(fw)->initrd_offered);
    mock_of(fw)->initrd_offered = false;
}

void mock_images(struct firmware *ret)
{
    ret->verify_image = verify_image;
    ret->load_image = load_image;
    ret->unload_image = unload_image;
    ret->start_image = start_image;
    ret->offer_initrd = offer_initrd;
    ret->remove_initrd = remove_initrd;
}

void mock_images_check(struct mock *mock)
{
    if (!mock->program_started)
        assert_false(mock->initrd_offered);
    assert_int_equal(mock->programs_loaded, 0);
}

fw_status mock_run(struct mock *mock)
{
    return setjmp(mock->program_end) == 0 ? run(&mock->firmware) : FW_SUCCESS;
}
