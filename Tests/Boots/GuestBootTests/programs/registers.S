@ SPDX-License-Identifier: Apache-2.0
@
@ In place of a kernel on QEMU's virt: tells the registers it was entered with, and the word that r2
@ points to, and switches the machine off. Runs at any address without memory of its own.
        .arch   armv5te
        .syntax unified
        .arm
        .text
_start: mov     r4, r0
        mov     r5, r1
        mov     r6, r2
        ldr     r7, uart
        adr     r8, r0_is
        mov     r9, r4
        bl      tell
        adr     r8, r1_is
        mov     r9, r5
        bl      tell
        adr     r8, r2_is
        mov     r9, r6
        bl      tell
        adr     r8, word_is
        ldr     r9, [r6]
        bl      tell
        mov     r0, #'\n'
        str     r0, [r7]
        ldr     r0, off
        .word   0xe1400070              @ hvc #0, which ARMv5 has no name for
        b       .

@ Writes the text at r8 and the number in r9 to the UART; changes r0, r1 and r8.
tell:   ldrb    r0, [r8], #1
        cmp     r0, #0
        strne   r0, [r7]
        bne     tell
        mov     r1, #8
digit:  mov     r0, r9, lsr #28
        cmp     r0, #10
        addlo   r0, r0, #'0'
        addhs   r0, r0, #'a' - 10
        str     r0, [r7]
        mov     r9, r9, lsl #4
        subs    r1, r1, #1
        bne     digit
        mov     pc, lr

@ Source: QEMU 7.2, hw/arm/virt.c (VIRT_UART); PSCI 1.1, SYSTEM_OFF.
uart:   .word   0x09000000
off:    .word   0x84000008
r0_is:  .asciz  "entered with r0="
        .align
r1_is:  .asciz  " r1="
        .align
r2_is:  .asciz  " r2="
        .align
word_is:
        .asciz  " [r2]="
        .align
