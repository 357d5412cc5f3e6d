// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 (FIPS 180-4) of files, CRC-32 (IEEE 802.3, as UEFI uses it) of the manifest.
#ifndef BTL_HASH_H
#define BTL_HASH_H

#include <btl/types.h>

BTL_BEGIN_DECLS

void btl_sha256(struct btl_bytes bytes, uint8_t ret_digest[32]);
// Compute SHA-256 with the caller's function for blocks of 64 bytes, which can use instructions of
// the processor. The state is a to h of FIPS 180-4, section 6.2.
typedef void btl_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);
extern const uint32_t btl_sha256_constants[64]; // FIPS 180-4, section 4.2.2
void btl_sha256_by(btl_sha256_blocks *hash, struct btl_bytes bytes, uint8_t ret_digest[32]);
// Write 64 lower-case hexadecimal digits and a NUL; return `text`.
#define BTL_SHA256_TEXT 65
const char *btl_sha256_text(const uint8_t digest[BTL_AT_LEAST(32)],
                            char text[BTL_AT_LEAST(BTL_SHA256_TEXT)]);
// Parse 64 hexadecimal digits. False: the text is something else.
bool btl_sha256_of(struct btl_str text, uint8_t ret_digest[BTL_AT_LEAST(32)]);

// Continue the CRC `crc`; start with 0.
uint32_t btl_crc32(uint32_t crc, struct btl_bytes bytes);
// Return the CRC from which btl_crc32() continues to `crc` over these bytes.
uint32_t btl_crc32_before(uint32_t crc, struct btl_bytes bytes);
// Return the CRC of a record that contains it: the 4 bytes at offset `field` count as 0.
uint32_t btl_crc32_of_record(struct btl_bytes record, size_t field);

BTL_END_DECLS

#endif
