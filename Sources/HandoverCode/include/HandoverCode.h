/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code that runs between two kernels. relocate.S and trampoline.S say what each piece expects and
 * leaves; Sources/Handover holds the same as words, for programs that do not link it.
 */
#ifndef HANDOVER_CODE_H
#define HANDOVER_CODE_H

/* A page of the list, as the kernels of 32-bit ARM have it. Greater powers of two work as well. */
#define HANDOVER_PAGE_SHIFT 12
/* Blocks of 32 bytes that are copied between two checks for the end of the page. */
#define HANDOVER_BLOCKS 4
/* The bits of an entry that are no address. */
#define HANDOVER_FLAGS 15

#ifndef __ASSEMBLER__

/* Relocation code; jumped to, never called. Each is a multiple of eight bytes. */
extern const unsigned int handover_relocate_arguments[], handover_relocate_arguments_end[];
extern const unsigned int handover_relocate_behind_code[], handover_relocate_behind_code_end[];
extern const unsigned int handover_relocate_in_text[], handover_relocate_in_text_end[];

/* The parameters of handover_relocate_in_text, which stand in its text: writing them may fault. */
extern unsigned int kexec_start_address, kexec_indirection_page, kexec_mach_type, kexec_boot_atags;

/* The loader's trampoline: four instructions, then machine, parameters, entry. */
extern const unsigned int handover_trampoline[], handover_trampoline_end[];
extern const unsigned int handover_trampoline_keep_r1[], handover_trampoline_keep_r1_end[];

#endif
#endif
