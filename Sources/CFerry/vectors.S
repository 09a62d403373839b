/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens when something faults. All of Ferry is at its link address, this page at 0xffff0000 too.
 *
 * What is known: the mode of the exception, its own stack and return address; that Ferry is at fault, for
 * no interrupt is let through. What is not known: whether anything else of Ferry can be trusted. A
 * second fault while the first is reported stops at once.
 *
 * What we are responsible for: that the first fault is reported, and that nothing runs on after it.
 *
 * Source: ARM Architecture Reference Manual ARMv7-A (DDI 0406C), B1.8 (vectors, return addresses),
 * B4.1.51 and B4.1.52 (DFAR, DFSR), B4.1.96 (IFSR).
 */
        .syntax unified
        .arch   armv5te
        .arm

        .section .vectors, "ax", %progbits
        .balign 4096
        .global ferry_vectors
ferry_vectors:
        b       stuck
        ldr     pc, undefined_at
        ldr     pc, call_at
        ldr     pc, prefetch_at
        ldr     pc, data_at
        b       stuck
        ldr     pc, interrupt_at
        ldr     pc, interrupt_at
stuck:
        b       stuck
undefined_at:
        .word   undefined
call_at:
        .word   call
prefetch_at:
        .word   prefetch
data_at:
        .word   data
interrupt_at:
        .word   interrupt

undefined:
        sub     r1, lr, #4
        mov     r0, #0
        b       unexplained
call:
        sub     r1, lr, #4
        mov     r0, #1
        b       unexplained
interrupt:
        sub     r1, lr, #4
        mov     r0, #4
unexplained:
        mov     r2, r1
        mov     r3, #0
        b       tell
prefetch:
        sub     r1, lr, #4
        mov     r0, #2
        mov     r2, r1
        mrc     p15, 0, r3, c5, c0, 1           /* IFSR */
        b       tell
data:
        sub     r1, lr, #8
        mov     r0, #3
        mrc     p15, 0, r2, c6, c0, 0           /* DFAR */
        mrc     p15, 0, r3, c5, c0, 0           /* DFSR */
tell:
        ldr     r4, =failing
        ldr     r5, [r4]
        cmp     r5, #0
        bne     stuck
        mov     r5, #1
        str     r5, [r4]
        ldr     sp, =ferry_fault_stack_end
        stmfd   sp!, {r0, r1, r2, r3}
        mov     r0, sp
        bl      ferry_exception
        b       stuck
        .ltorg

        .section .bss.failing, "aw", %nobits
        .balign 4
failing:
        .space  4
