// SPDX-License-Identifier: BSD-2-Clause
// A TPM that keeps the events it has measured.
#include "mock.h"

#include <string.h>

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

static fw_status find_tpm(struct firmware *fw, struct fw_tpm *ret_tpm)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_TPM_FIND))
        return mock->fail_status;
    if (mock->tpm.banks == 0)
        return FW_NOT_FOUND;
    *ret_tpm = (struct fw_tpm){.banks = mock->tpm.banks, .log = mock->tpm.log != NULL};
    return FW_SUCCESS;
}

static fw_status extend_tpm(struct firmware *fw, uint32_t pcr, struct btl_str text)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_TPM_EXTEND))
        return mock->fail_status;
    assert_true(mock->tpm.banks != 0);
    assert_true(mock->tpm.count < MOCK_TPM_EVENTS && text.len < MOCK_TPM_TEXT);
    struct mock_tpm_event *event = &mock->tpm.events[mock->tpm.count++];
    event->pcr = pcr;
    memcpy(event->text, text.at, text.len);
    event->text[text.len] = '\0';
    return mock->tpm.log_room == 0 || mock->tpm.count <= mock->tpm.log_room ? FW_SUCCESS
                                                                            : FW_VOLUME_FULL;
}

static fw_status log_of_tpm(struct firmware *fw, struct fw_tpm_log *ret_log)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_TPM_LOG))
        return mock->fail_status;
    *ret_log = (struct fw_tpm_log){mock->tpm.log, mock->tpm.log_last, mock->tpm.log_truncated};
    return FW_SUCCESS;
}

void mock_tpm(struct firmware *ret)
{
    ret->tpm_find = find_tpm;
    ret->tpm_extend = extend_tpm;
    ret->tpm_log = log_of_tpm;
}
