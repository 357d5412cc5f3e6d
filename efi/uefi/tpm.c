// SPDX-License-Identifier: BSD-2-Clause
// The TPM behind EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification, family 2.0).
#include <efi.h>

#include "firmware.h"
#include "uefi.h"

#include <btl/mem.h>

#define TPM_EVENT_IPL  13u // EV_IPL
#define TPM_LOG_TCG2   2u  // EFI_TCG2_EVENT_LOG_FORMAT_TCG_2
#define TPM_HEADER     14u // bytes of the event's header
#define TPM_TEXT_START 18u // its size comes before the header

static const EFI_GUID tpm_guid = {
    0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};

// EFI_TCG2_BOOT_SERVICE_CAPABILITY.
struct tpm_capability {
    uint8_t size;
    uint8_t structure_version[2], protocol_version[2];
    uint32_t algorithms, logs; // bitmaps
    uint8_t present;
    uint16_t max_command, max_response;
    uint32_t manufacturer, bank_count, active_banks;
};
BTL_STATIC_ASSERT(sizeof(struct tpm_capability) == 36, "wire");

// The protocol, up to the last member used.
struct tpm_protocol {
    EFI_STATUS(EFIAPI *get_capability)
    (struct tpm_protocol *tpm, struct tpm_capability *capability);
    EFI_STATUS(EFIAPI *get_event_log)
    (struct tpm_protocol *tpm, uint32_t format, EFI_PHYSICAL_ADDRESS *first,
     EFI_PHYSICAL_ADDRESS *last, BOOLEAN *truncated);
    EFI_STATUS(EFIAPI *hash_log_extend)
    (struct tpm_protocol *tpm, uint64_t flags, EFI_PHYSICAL_ADDRESS data, uint64_t size,
     uint8_t *event);
};

static struct tpm_protocol *tpm_protocol(struct firmware *fw)
{
    EFI_GUID guid = tpm_guid;
    struct tpm_protocol *tpm;
    EFI_STATUS status = uefi_of(fw)->boot->LocateProtocol(&guid, NULL, (void **)&tpm);
    return status == EFI_SUCCESS ? tpm : NULL;
}

// Firmware of version 1.0 of the structure fills in less: it does not say which banks are active.
static fw_status tpm_uefi_find(struct firmware *fw, struct fw_tpm *ret_tpm)
{
    struct tpm_protocol *tpm = tpm_protocol(fw);
    struct tpm_capability capability = {.size = sizeof(capability)};
    if (tpm == NULL)
        return FW_NOT_FOUND;
    fw_status status = tpm->get_capability(tpm, &capability);
    if (status != FW_SUCCESS)
        return status;
    if (capability.size < sizeof(capability))
        return FW_UNSUPPORTED;
    if (!capability.present || capability.active_banks == 0)
        return FW_NOT_FOUND;
    *ret_tpm = (struct fw_tpm){.banks = capability.active_banks,
                               .log = (capability.logs & TPM_LOG_TCG2) != 0};
    return FW_SUCCESS;
}

static void tpm_put(uint8_t *to, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

// EFI_TCG2_EVENT, packed: size, size of the header, version of the header, register, type, text.
static fw_status tpm_uefi_extend(struct firmware *fw, uint32_t pcr, struct btl_str text)
{
    struct uefi *uefi = uefi_of(fw);
    struct tpm_protocol *tpm = tpm_protocol(fw);
    void *event;
    if (tpm == NULL)
        return FW_NOT_FOUND;
    fw_status status = uefi->boot->AllocatePool(EfiLoaderData, TPM_TEXT_START + text.len, &event);
    if (status != FW_SUCCESS)
        return status;
    uint8_t *at = event;
    tpm_put(at, (uint32_t)(TPM_TEXT_START + text.len), 4);
    tpm_put(at + 4, TPM_HEADER, 4);
    tpm_put(at + 8, 1, 2);
    tpm_put(at + 10, pcr, 4);
    tpm_put(at + 14, TPM_EVENT_IPL, 4);
    memcpy(at + TPM_TEXT_START, text.at, text.len);
    status = tpm->hash_log_extend(tpm, 0, (uintptr_t)text.at, text.len, at);
    uefi->boot->FreePool(event);
    return status;
}

static fw_status tpm_uefi_log(struct firmware *fw, struct fw_tpm_log *ret_log)
{
    struct tpm_protocol *tpm = tpm_protocol(fw);
    EFI_PHYSICAL_ADDRESS first = 0, last = 0;
    BOOLEAN truncated = FALSE;
    if (tpm == NULL)
        return FW_NOT_FOUND;
    fw_status status = tpm->get_event_log(tpm, TPM_LOG_TCG2, &first, &last, &truncated);
    if (status != FW_SUCCESS)
        return status;
    if (first == 0 || last < first)
        return FW_NOT_FOUND;
    *ret_log = (struct fw_tpm_log){.first = (const uint8_t *)(uintptr_t)first,
                                   .last = last - first,
                                   .truncated = truncated != FALSE};
    return FW_SUCCESS;
}

void tpm_uefi(struct firmware *ret_fw)
{
    ret_fw->tpm_find = tpm_uefi_find;
    ret_fw->tpm_extend = tpm_uefi_extend;
    ret_fw->tpm_log = tpm_uefi_log;
}
