// SPDX-License-Identifier: BSD-2-Clause
// Replaces modules/virtio/mmio.h: registers of the device in device.c.
#ifndef TEST_MODULES_MMIO_H
#define TEST_MODULES_MMIO_H

#include <btl/types.h>

uint8_t mmio_read8(const void *at);
uint16_t mmio_read16(const void *at);
uint32_t mmio_read32(const void *at);
void mmio_write8(void *at, uint8_t value);
void mmio_write16(void *at, uint16_t value);
void mmio_write32(void *at, uint32_t value);

#endif
