/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's trampoline: a few words that set r1 and r2 as planned and enter the kernel, for running
 * kernels that would set them otherwise. Four instructions, then three words: machine, parameters and
 * entry, which ARMTrampoline fills in.
 *
 *   handover_trampoline           r1 is the word behind the code
 *   handover_trampoline_keep_r1   r1 stays as it comes; its word is there and not read
 *
 * What is known at the first instruction: a 32-bit ARM core in ARM state, in SVC or HYP mode,
 * interrupts masked, MMU and data cache off, the code wholly in memory at a multiple of four; r0 = 0,
 * r1 = the running kernel's machine number, r2 = what that kernel takes for the parameters.
 *
 * What is not known, and not used: where the code stands, the other registers, whether there is a
 * stack, whether the instruction cache is on, what the TLBs hold.
 *
 * What we are responsible for: r0 = 0, r1, r2, and the jump, in ARM state; that no other register, no
 * flag, no mode and no byte of memory changes, for the kernel finds everything else as the running
 * kernel left it; that no instruction is newer than ARMv4, since the core is not asked which it is.
 *
 * Source: Linux 6.1, arch/arm/kernel/machine_kexec.c (state at the jump); Documentation/arm/booting.rst
 * (what the kernel asks for); ARM Architecture Reference Manual, A8.8 (LDR literal, MOV register).
 */

#if defined(__arm__)
        .syntax unified
        .arch   armv4
        .arm

        .macro  trampoline name, section, set_r1:vararg
        .section \section, "ax", %progbits
        .balign 4
        .global \name, \name\()_end
        .type   \name, %function
\name:
        mov     r0, #0
        \set_r1
        ldr     r2, 2f
        ldr     pc, 3f
1:      .word   0
2:      .word   0
3:      .word   0
\name\()_end:
        .size   \name, . - \name
        .endm

        trampoline handover_trampoline, .text.handover_trampoline, ldr r1, 1f
        trampoline handover_trampoline_keep_r1, .text.handover_trampoline_keep_r1, mov r1, r1
#endif

#if defined(__ELF__)
        .section .note.GNU-stack, "", %progbits
#endif
