// SPDX-License-Identifier: BSD-2-Clause
// The boot header of a Linux kernel for x86: offsets in the file.
#ifndef BTL_CORE_LINUX_FORMAT_H
#define BTL_CORE_LINUX_FORMAT_H

#define LINUX_SETUP_SECTORS 0x1f1 // u8: sectors of the setup after the first one; 0: 4
#define LINUX_MAGIC         0x202 // "HdrS"
#define LINUX_PROTOCOL      0x206 // u16
#define LINUX_VERSION       0x20e // u16: offset of the version's text, minus 0x200; 0: none
#define LINUX_XLOADFLAGS    0x236 // u16, from protocol 2.12 on
#define LINUX_COMMAND_LINE  0x238 // u32, from protocol 2.06 on
#define LINUX_INIT_SIZE     0x260 // u32, from protocol 2.10 on
#define LINUX_HEADER_END    0x264
#define LINUX_VERSION_MAX   1024 // bytes of the text
#define LINUX_64_BIT        1    // in xloadflags

#endif
