/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relocation code: runs a kimage list in physical memory and enters the new kernel.
 *
 * One source, three pieces of code, which differ in how the four parameters come to them:
 *
 *   handover_relocate_arguments    r4 start address, r5 indirection page, r6 machine, r7 parameters,
 *                                  set by whoever jumps to the first instruction
 *   handover_relocate_behind_code  the same four as words, in this order, right behind the code, at
 *                                  handover_relocate_behind_code_end, found from the pc
 *   handover_relocate_in_text      the same four as words inside the code, with names of their own:
 *                                  the way of 2016. Whoever links this stores them in its own text
 *                                  and then copies the code. It is here to show why that fails.
 *
 * What is known at the first instruction:
 *   - a 32-bit ARM core in ARM state, little-endian, in SVC or HYP mode; IRQ, FIQ and aborts masked
 *   - MMU and data caches off, at every level that keeps what is not in memory: all that the list
 *     names, the list itself, this code and its parameters are in memory, not in a cache
 *   - the instruction cache off, or holding nothing of a destination page. A core with it on may
 *     fetch up to the end of the page behind the one it runs in; so it is best off
 *   - the code stands at a multiple of eight, in a page that the list neither writes nor ends in
 *   - r5 is the physical address of the list's first word, or 0: then nothing is copied
 *   - the list ends: it has a DONE entry, reached without a cycle (KImageList checks it)
 *   - addresses in the list are multiples of four, the pages they name of 4096
 *
 * What is not known, and not used: where the code stands; sp and every other register; the flags; what
 * TLBs and branch predictors hold; which core it is. No instruction is newer than ARMv4, none touches
 * a coprocessor or a mode, so none can be undefined or trapped in HYP mode.
 *
 * What we are responsible for:
 *   - at the kernel's first instruction r0 = 0, r1 = machine, r2 = parameters, pc = start address
 *   - mode, interrupt masks, MMU, caches and SCTLR are as they were at our first instruction
 *   - memory: the destination pages hold their sources; nothing else is written, no stack used
 *   - sp, r4, r6 and r7 are as they were (behind_code, in_text: r4 to r7 are the four words); r5 points
 *     behind DONE when there was a list; clobbered are r3, r8 to r12, lr and the flags
 *   - not ours: barriers and cache maintenance behind the copy. With the MMU off the stores are
 *     Strongly-ordered and done in the order of the program, and no destination was ever fetched
 *
 * The start address is entered by `mov pc`: ARM state, as Documentation/arm/booting.rst asks of an
 * entry, of Thumb-2 kernels too. RebootCodeBuffer refuses one that is no multiple of four.
 *
 * Four entries (Linux 6.1, include/linux/kexec.h): a page's address and one bit.
 *   1 DESTINATION  the next page goes there        2 INDIRECTION  the list goes on there
 *   4 DONE         the kernel is entered           8 SOURCE       copied, then the destination moves on
 * A word without any of them is passed over.
 */

#if defined(__arm__)
#include "HandoverCode.h"

        .syntax unified
        .arch   armv4
        .arm

/* A piece of code begins, in a section of its own, from which make-handover-code takes its bytes. */
        .macro  begin name, section
        .section \section, "ax", %progbits
        .balign 8
        .global \name
        .type   \name, %function
\name:
        .endm

/* And ends, at a multiple of eight: the next thing may be copied behind it as double words. */
        .macro  end name
        .balign 8, 0
        .global \name\()_end
\name\()_end:
        .size   \name, . - \name
        .endm

/*
 * Runs the list at r5, then enters r4 with r6 and r7. Of an entry, shifting left by 31 leaves bit 0
 * as the sign and bit 1 as the carry; by 29, bit 2 as the sign and bit 3 as the carry. The end of a
 * page is where the twelve lowest bits of the source are 0 again, at the top of memory too.
 */
        .macro  run_list_and_enter
        cmp     r5, #0
        beq     6f
1:      ldr     r8, [r5], #4
        bic     r9, r8, #HANDOVER_FLAGS
        movs    r10, r8, lsl #31
        movmi   r3, r9
        movcs   r5, r9
        movs    r10, r8, lsl #29
        bmi     6f
        bcc     1b
2:      .rept   HANDOVER_BLOCKS
        ldmia   r9!, {r0, r1, r2, r8, r10, r11, r12, lr}
        stmia   r3!, {r0, r1, r2, r8, r10, r11, r12, lr}
        .endr
        movs    r0, r9, lsl #(32 - HANDOVER_PAGE_SHIFT)
        bne     2b
        b       1b
6:      mov     r0, #0
        mov     r1, r6
        mov     r2, r7
        mov     pc, r4
        .endm

        begin   handover_relocate_arguments, .text.handover_relocate_arguments
        run_list_and_enter
        end     handover_relocate_arguments

        begin   handover_relocate_behind_code, .text.handover_relocate_behind_code
        adr     r3, 9f
        ldmia   r3, {r4, r5, r6, r7}
        run_list_and_enter
        .balign 8, 0
9:
        end     handover_relocate_behind_code

        begin   handover_relocate_in_text, .text.handover_relocate_in_text
        adr     r3, 9f
        ldmia   r3, {r4, r5, r6, r7}
        run_list_and_enter
        .balign 8, 0
        .global kexec_start_address, kexec_indirection_page, kexec_mach_type, kexec_boot_atags
9:
kexec_start_address:
        .word   0
kexec_indirection_page:
        .word   0
kexec_mach_type:
        .word   0
kexec_boot_atags:
        .word   0
        end     handover_relocate_in_text
#endif

#if defined(__ELF__)
        .section .note.GNU-stack, "", %progbits
#endif
