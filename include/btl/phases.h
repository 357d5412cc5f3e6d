// SPDX-License-Identifier: BSD-2-Clause
// Loading phases and module types, as every program and the manifest number them.
#ifndef BTL_PHASES_H
#define BTL_PHASES_H

#include <btl/types.h>

BTL_BEGIN_DECLS

// Supported loading phases, as the module's author declares them. A mask.
enum { BTL_SUPPORTS_BOOT1 = 1, BTL_SUPPORTS_BOOT2 = 2, BTL_SUPPORTS_RUN = 4 };

// Configured loading phases, as the administrator chooses them. In the order of time.
enum btl_phase {
#define PHASE(name, text, supports) BTL_PHASE_##name,
#include <btl/phases.def>
#undef PHASE
    BTL_PHASES
};

// Module types (HP-UX DLKM). Only `misc` can be registered in phase 1.
enum btl_module_type {
    BTL_TYPE_MISC,
    BTL_TYPE_WSIO_CLASS, // character and block drivers: device switch
    BTL_TYPE_WSIO_INTFC, // bus interface drivers: attach to a device
    BTL_TYPE_STREAMS_DRV,
    BTL_TYPE_STREAMS_MOD,
    BTL_TYPES
};

// The name of a module: 1 to this many of A-Z a-z 0-9 _ -
#define BTL_MODULE_NAME_MAX 63
bool btl_is_module_name(struct btl_str text);

const char *btl_phase_name(enum btl_phase phase); // "BOOT1"; "?" outside the enum
uint8_t btl_phase_needs(enum btl_phase phase);    // the BTL_SUPPORTS_ bit a module needs
bool btl_phase_of(struct btl_str text, enum btl_phase *ret);
const char *btl_type_name(enum btl_module_type type); // "wsio_class"
bool btl_type_of(struct btl_str text, enum btl_module_type *ret);
// Write "BOOT1,BOOT2,RUN" to `text`; return the length.
size_t btl_supported_text(uint8_t supported, char text[BTL_AT_LEAST(16)]);

BTL_END_DECLS

#endif
