/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processor's cycle counter, where it has one that can be read: ARMv7 with a performance monitor.
 *
 * What is known: a core of ARMv7 at PL1. What is not known: whether it has the counter; ID_DFR0 says. What
 * we are responsible for: that no core without one is asked, and that the monitor is off afterwards.
 *
 * Source: ARM Architecture Reference Manual ARMv7-A (DDI 0406C), B4.1.82 (ID_DFR0), C12.8 (PMCR, PMCCNTR,
 * PMCNTENSET). QEMU with -icount shift=0 counts one cycle for each instruction.
 */
        .syntax unified
        .arch   armv5te
        .arm

/* ferry_start_counter(): 1 when it counts, from 0. */
        .section .text.ferry_start_counter, "ax", %progbits
        .balign 4
        .global ferry_start_counter
        .type   ferry_start_counter, %function
ferry_start_counter:
        mrc     p15, 0, r0, c0, c1, 2           /* ID_DFR0 */
        mov     r0, r0, lsr #24
        and     r0, r0, #15
        sub     r0, r0, #1
        cmp     r0, #13                         /* 0 and 15 are none */
        movhi   r0, #0
        bxhi    lr
        mov     r0, #1 << 31
        mcr     p15, 0, r0, c9, c12, 1          /* PMCNTENSET: the cycle counter */
        mov     r0, #5
        mcr     p15, 0, r0, c9, c12, 0          /* PMCR: enabled, from 0 */
        mov     r0, #1
        bx      lr

        .section .text.ferry_read_counter, "ax", %progbits
        .balign 4
        .global ferry_read_counter
        .type   ferry_read_counter, %function
ferry_read_counter:
        mrc     p15, 0, r0, c9, c13, 0          /* PMCCNTR */
        bx      lr

        .section .text.ferry_stop_counter, "ax", %progbits
        .balign 4
        .global ferry_stop_counter
        .type   ferry_stop_counter, %function
ferry_stop_counter:
        mov     r0, #1 << 31
        mcr     p15, 0, r0, c9, c12, 2          /* PMCNTENCLR */
        mov     r0, #0
        mcr     p15, 0, r0, c9, c12, 0
        bx      lr
