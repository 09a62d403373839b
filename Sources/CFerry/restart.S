/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from Ferry's Swift to the reboot code buffer, as a kernel goes it: parameters, another stack,
 * the table that maps the buffer to itself, caches, MMU.
 *
 * What is known: SVC mode, interrupts masked, one core, MMU and caches on. Everything the new kernel
 * needs is in pages outside of all destinations, and in the list. The page of the buffer is mapped to
 * itself, executable, in the table that is loaded here; Ferry and its stacks are mapped there as before.
 *
 * What is not known: the content of the caches. What we are responsible for: that all of it is in memory before
 * they are off, that nothing is written to a cache afterwards, and that the four parameters arrive in r4
 * to r7. Nothing can be reported from here on: a fault while the MMU is going off is silent.
 *
 * Source: ARM Architecture Reference Manual ARMv7-A (DDI 0406C), B2.2.7, B3.10; the order of steps is
 * that of Linux 6.1, arch/arm/kernel/reboot.c (kexec-abi.md 6).
 */
        .syntax unified
        .arch   armv5te
        .arm

/*
 * r0 to r3 are the four parameters; on the stack follow the physical address of ferry_mmu_off's copy, that
 * of the relocation code, that of the table, and 1 to go through HYP.
 */
        .section .text.ferry_soft_restart, "ax", %progbits
        .balign 4
        .global ferry_soft_restart
        .type   ferry_soft_restart, %function
ferry_soft_restart:
        mov     r4, r0
        mov     r5, r1
        mov     r6, r2
        mov     r7, r3
        ldmia   sp, {r0, r1, r2, r3}
        ldr     lr, =ferry_entry
        ldr     ip, [lr, #28]
        ldr     lr, [lr, #20]
        /* Another stack, which nobody has used. */
        ldr     sp, =ferry_last_stack_end
        stmfd   sp!, {r0, r1, r3, ip, lr}
        mov     r10, r2
        bl      ferry_flush
        mcr     p15, 0, r10, c2, c0, 0          /* TTBR0 */
        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0           /* the TLB */
        bl      ferry_synchronize
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #(1 << 2)               /* C */
        bic     r0, r0, #(1 << 12)              /* I */
        mcr     p15, 0, r0, c1, c0, 0
        bl      ferry_synchronize
        /* Lines that came while the cleaning went on. */
        bl      ferry_flush
        bl      ferry_synchronize
        ldmfd   sp!, {r0, r8, r9, r10, r11}
        mov     pc, r0

/*
 * Copied into the page of the buffer, and run there at its physical address, which is also virtual.
 * r8: the relocation code; r9: 1 to go through HYP; r10: SCTLR for the kernel; r11: the core;
 * r4 to r7 as they are.
 */
        .section .text.ferry_mmu_off, "ax", %progbits
        .balign 8
        .global ferry_mmu_off, ferry_mmu_off_end
ferry_mmu_off:
        mcr     p15, 0, r10, c1, c0, 0
        mrc     p15, 0, r0, c0, c0, 0           /* the read waits for the write: ARMv5 knows no barrier */
        mov     r0, r0
        sub     pc, pc, #4
        mov     r0, #0
        cmp     r11, #6
        mcrhs   p15, 0, r0, c7, c5, 4           /* the MMU is off from here on */
        mcr     p15, 0, r0, c8, c7, 0           /* the TLB */
        mcr     p15, 0, r0, c7, c10, 4
        mcrhs   p15, 0, r0, c7, c5, 4
        cmp     r9, #0
        moveq   pc, r8
        .arch   armv7-a
        .arch_extension virt
        hvc     #0
        .arch   armv5te
        .balign 8, 0
ferry_mmu_off_end:

/* ferry_use_table(table): see CFerry.h. */
        .section .text.ferry_use_table, "ax", %progbits
        .balign 4
        .global ferry_use_table
        .type   ferry_use_table, %function
ferry_use_table:
        stmfd   sp!, {r4, r8, r9, r10, r11, lr}
        mov     r4, r0
        bl      ferry_flush
        mcr     p15, 0, r4, c2, c0, 0
        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0
        bl      ferry_synchronize
        ldmfd   sp!, {r4, r8, r9, r10, r11, pc}

        .section .text.ferry_clean_caches, "ax", %progbits
        .balign 4
        .global ferry_clean_caches
        .type   ferry_clean_caches, %function
ferry_clean_caches:
        stmfd   sp!, {r8, r9, r10, r11, r12, lr}
        bl      ferry_flush
        bl      ferry_synchronize
        ldmfd   sp!, {r8, r9, r10, r11, r12, pc}

/*
 * ferry_store_parameter(index, word): the way of 2016. One store for each of the four words, at a label of
 * its own, so that a fault is known by its address.
 */
        .section .text.ferry_store_parameter, "ax", %progbits
        .balign 4
        .global ferry_store_parameter
        .type   ferry_store_parameter, %function
        .global ferry_store_start_address, ferry_store_indirection_page, ferry_store_mach_type
        .global ferry_store_boot_atags
ferry_store_parameter:
        cmp     r0, #1
        beq     1f
        bhi     2f
        ldr     ip, =kexec_start_address
ferry_store_start_address:
        str     r1, [ip]
        bx      lr
1:      ldr     ip, =kexec_indirection_page
ferry_store_indirection_page:
        str     r1, [ip]
        bx      lr
2:      cmp     r0, #2
        bhi     3f
        ldr     ip, =kexec_mach_type
ferry_store_mach_type:
        str     r1, [ip]
        bx      lr
3:      ldr     ip, =kexec_boot_atags
ferry_store_boot_atags:
        str     r1, [ip]
        bx      lr
        .ltorg
