/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ferry's first instructions: from wherever a boot loader has put us to our link address.
 *
 * What is known at the first instruction (the boot contract of a zImage,
 * Documentation/arm/booting.rst, v6.1): a 32-bit ARM core in ARM state, in SVC or HYP mode; r1 the
 * machine number, r2 the device tree or ATAG list or anything; the bundle lies whole in RAM, its
 * byte 0 at a multiple of four.
 *
 * What is not known: where that is; whether MMU and caches are on (U-Boot's `go` leaves them on, with
 * every address mapped to itself); whether there is a stack; what memory there is beyond the bundle.
 *
 * What we are responsible for: no byte outside the bundle is written here. At the end of this file the
 * core is in SVC mode, interrupts masked, MMU and caches on by a table of ours, and Swift runs.
 *
 * Sources: ARM Architecture Reference Manual ARMv7-A (DDI 0406C): B3.5 (short descriptors), B4.1
 * (SCTLR, HSCTLR, HVBAR, TTBCR, DACR), B2.2.7 (cleaning by set and way); ARM926EJ-S TRM (DDI 0198E):
 * 2.3 (cp15); ARM1176JZF-S TRM (DDI 0301H): 3.2.
 */
        .syntax unified
        .arch   armv5te
        .arm

        .equ    SCTLR_M, 1 << 0                 /* MMU */
        .equ    SCTLR_A, 1 << 1                 /* alignment faults */
        .equ    SCTLR_C, 1 << 2                 /* data caches */
        .equ    SCTLR_S, 1 << 8                 /* ARMv5: AP 00 and S 0, R 1 is read-only */
        .equ    SCTLR_R, 1 << 9
        .equ    SCTLR_Z, 1 << 11                /* branch prediction */
        .equ    SCTLR_I, 1 << 12                /* instruction cache */
        .equ    SCTLR_V, 1 << 13                /* vectors at 0xffff0000 */
        .equ    SCTLR_XP, 1 << 23               /* ARMv6: descriptors without subpages */
        /* WXN and UWXN, EE, TRE, AFE, TE: each gives descriptors or exceptions another meaning. */
        .equ    SCTLR_OTHERS, 1 << 19 | 1 << 20 | 1 << 25 | 1 << 28 | 1 << 29 | 1 << 30

        .equ    TABLE_ALIGNMENT, 1 << 14

/* 5, 6 or 7: the architecture of the core, by MIDR; the cores of the ARM11 family call themselves 0xf. */
        .macro  core result, scratch
        mrc     p15, 0, \result, c0, c0, 0
        mov     \scratch, \result, lsr #16
        and     \scratch, \scratch, #0xf
        cmp     \scratch, #7
        and     \scratch, \result, #0xf000
        mov     \result, #5
        moveq   \result, #6
        bls     771f
        mov     \result, #7
        cmp     \scratch, #0xb000
        moveq   \result, #6
771:
        .endm

        .section .head, "ax", %progbits
        .global ferry_start
ferry_start:
        .rept   8
        mov     r0, r0
        .endr
        b       enter
        .word   0x016f2818                      /* magic */
        .word   0                               /* loaded at any address */
        .word   0                               /* length, by kx */
        .word   0x04030201                      /* byte order */
        .word   0x45454545                      /* the next word is the offset of the tags */
        .word   ferry_tags - ferry_start
        .global ferry_tags
        .balign 64
ferry_tags:
        .space  128                             /* by kx */

/* r4: r1 of the loader, r5: its r2, r6: 1 for HYP, r7: where byte 0 is, r10: where it was. */
enter:
        mov     r4, r1
        mov     r5, r2
        adr     r7, ferry_start
        mov     r10, r7
        mrs     r0, cpsr
        and     r1, r0, #0x1f
        mov     r6, #0
        cmp     r1, #0x1a
        beq     1f
        bic     r0, r0, #0x1f
        orr     r0, r0, #0xd3
        msr     cpsr_c, r0
        mrc     p15, 0, r0, c1, c0, 0
        b       2f
1:      mov     r6, #1
        orr     r0, r0, #0xc0
        msr     cpsr_c, r0
        mrc     p15, 4, r0, c1, c0, 0
2:      tst     r0, #(SCTLR_M | SCTLR_C)
        orrne   r6, r6, #2
        blne    ferry_flush
        tst     r6, #1
        bne     3f
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #(SCTLR_M | SCTLR_A | SCTLR_C)
        bic     r0, r0, #SCTLR_I
        mcr     p15, 0, r0, c1, c0, 0
        b       4f
3:      mrc     p15, 4, r0, c1, c0, 0
        bic     r0, r0, #(SCTLR_M | SCTLR_A | SCTLR_C)
        bic     r0, r0, #SCTLR_I
        mcr     p15, 4, r0, c1, c0, 0
4:      bl      ferry_synchronize
        /* Lines that came between the flush and the switch; where caches were off they hold nothing. */
        tst     r6, #2
        blne    ferry_flush
        bic     r6, r6, #2

/*
 * Up to a page boundary. All but our first page is moved from here, the last word first; then the
 * first page, by code that has arrived already. The last page of the bundle is there for this and
 * holds nothing.
 */
        rsb     r8, r7, #0
        mov     r8, r8, lsl #20
        movs    r8, r8, lsr #20
        beq     moved
        ldr     r0, [r7, #0x2c]
        sub     r0, r0, #4096
        add     r0, r7, r0
        add     r1, r7, #4096
5:      ldr     r2, [r0, #-4]!
        str     r2, [r0, r8]
        cmp     r0, r1
        bhi     5b
        bl      ferry_synchronize
        ldr     r0, =first_page_up
        sub     r0, r0, #0xff000000
        add     r0, r0, r7
        add     pc, r0, r8

moved:
        cmp     r6, #0
        beq     svc

/* HYP: a vector for the way back, nothing of the modes below trapped, and down to SVC. */
        adr     r0, ferry_hyp_vectors
        mcr     p15, 4, r0, c12, c0, 0          /* HVBAR */
        mov     r0, #0
        mcr     p15, 4, r0, c1, c1, 0           /* HCR */
        mcr     p15, 4, r0, c1, c1, 3           /* HSTR */
        ldr     r0, =0x33ff
        mcr     p15, 4, r0, c1, c1, 2           /* HCPTR: the bits that are always one */
        mrc     p15, 4, r0, c1, c1, 1
        and     r0, r0, #0x1f
        mcr     p15, 4, r0, c1, c1, 1           /* HDCR: the counters of PL1 as they were shared out */
        mrc     p15, 0, r0, c0, c1, 1           /* ID_PFR1: is there a generic timer */
        tst     r0, #0xf0000
        beq     5f
        mrc     p15, 4, r0, c14, c1, 0
        orr     r0, r0, #3
        mcr     p15, 4, r0, c14, c1, 0          /* CNTHCTL: for PL1, too */
        mov     r0, #0
        mcrr    p15, 4, r0, r0, c14             /* CNTVOFF */
5:
        mov     r0, #0xd3
        adr     r1, svc
        .arch   armv7-a
        .arch_extension virt
        msr     spsr_cxsf, r0
        msr     elr_hyp, r1
        eret
        .arch   armv5te

/* r11: SCTLR for the kernel; r12: the core. */
svc:
        mrc     p15, 0, r11, c1, c0, 0
        bic     r11, r11, #(SCTLR_M | SCTLR_A | SCTLR_C)
        bic     r11, r11, #SCTLR_I
        bic     r11, r11, #SCTLR_V
        mcr     p15, 0, r11, c1, c0, 0
        core    r12, r0

/*
 * The first tables: the bundle as data, all of Ferry at its link address by pages, and the section
 * we run in mapped to itself. All of it writable and executable until Swift has made better ones.
 */
        ldr     r8, =ferry_tables_start
        sub     r8, r8, #0xff000000
        add     r8, r8, r7
        add     r8, r8, #TABLE_ALIGNMENT
        sub     r8, r8, #1
        bic     r8, r8, #0xff
        bic     r8, r8, #0x3f00
        mov     r0, r8
        add     r1, r8, #TABLE_ALIGNMENT
        mov     r2, #0
1:      str     r2, [r0], #4
        cmp     r0, r1
        blo     1b

        /* Not over our own addresses, which begin at 0xfe000000, nor at address 0. */
        ldr     r3, [r7, #0x2c]
        add     r3, r3, r7                      /* the end */
        mov     r9, #0x90000000
        cmp     r3, #0x6e000000
        bls     2f
        ldr     r0, =0x70100000
        cmp     r7, r0
        movlo   r9, #0x50000000
2:
        /* Writable, cached. Bit 4 is one on ARMv5 and forbids execution on later cores. */
        cmp     r12, #6
        ldr     r2, =0xc0e
        orrlo   r2, r2, #0x10
        mov     r0, r7, lsr #20
3:      add     r1, r9, r0, lsl #20
        mov     r1, r1, lsr #20
        orr     lr, r2, r0, lsl #20
        str     lr, [r8, r1, lsl #2]
        add     r0, r0, #1
        cmp     r0, r3, lsr #20
        bls     3b
        mov     r0, r7, lsr #20
        orr     r1, r2, r0, lsl #20
        str     r1, [r8, r0, lsl #2]

        add     r0, r8, #0x8000                 /* the second-level table */
        mov     r1, #0x01
        cmp     r12, #6
        movlo   r1, #0x11
        orr     r1, r1, r0
        ldr     r2, =0x3fc0                     /* 4 times 0xff0 */
        str     r1, [r8, r2]
        mov     r1, #0x3e
        ldrlo   r1, =0xffe
        orr     r1, r1, r7
        add     r2, r0, #0x400
4:      str     r1, [r0], #4
        add     r1, r1, #4096
        cmp     r0, r2
        blo     4b

        /* And the vectors, so that the first fault is caught. */
        add     r0, r8, #0x8800
        mov     r1, #0x01
        cmp     r12, #6
        movlo   r1, #0x11
        orr     r1, r1, r0
        ldr     r2, =0x3ffc                     /* 4 times 0xfff */
        str     r1, [r8, r2]
        ldr     r1, =ferry_vectors
        sub     r1, r1, #0xff000000
        add     r1, r1, r7
        mov     r2, #0x3e
        ldrlo   r2, =0xffe
        orr     r1, r1, r2
        str     r1, [r0, #0x3c0]                /* 4 times 0xf0 */

        mcr     p15, 0, r8, c2, c0, 0           /* TTBR0 */
        mov     r0, #1
        mcr     p15, 0, r0, c3, c0, 0           /* DACR: domain 0 obeys permissions */
        mov     r0, #0
        cmp     r12, #6
        mcrhs   p15, 0, r0, c2, c0, 2           /* TTBCR: short descriptors, TTBR0 alone */
        mcr     p15, 0, r0, c8, c7, 0           /* all of the TLB */
        bl      ferry_synchronize
        ldr     r1, =SCTLR_OTHERS
        bic     r0, r11, r1
        orr     r0, r0, #(SCTLR_M | SCTLR_C)
        orr     r0, r0, #SCTLR_I
        orr     r0, r0, #SCTLR_V
        cmp     r12, #6
        orreq   r0, r0, #SCTLR_XP
        orrhs   r0, r0, #SCTLR_Z
        orrlo   r0, r0, #SCTLR_R
        biclo   r0, r0, #SCTLR_S
        mcr     p15, 0, r0, c1, c0, 0
        mov     r0, #0
        mcrhs   p15, 0, r0, c7, c5, 4
        mov     r0, r0
        mov     r0, r0
        ldr     pc, =ferry_virtual

/* Waits for memory, and forgets fetched instructions and predicted branches. Takes r0 and r1. */
        .global ferry_synchronize
ferry_synchronize:
        core    r0, r1
        mov     r1, #0
        mcr     p15, 0, r1, c7, c10, 4          /* wait for writes */
        mcr     p15, 0, r1, c7, c5, 0           /* the instruction cache */
        cmp     r0, #6
        mcrhs   p15, 0, r1, c7, c5, 6           /* branches */
        mcrhs   p15, 0, r1, c7, c10, 4
        mcrhs   p15, 0, r1, c7, c5, 4           /* and the pipeline */
        mov     pc, lr

/*
 * Cleans and invalidates all data caches. Keeps r4 to r7 and r10; takes r0 to r3, r8, r9, r11, r12.
 * By set and way on ARMv7, level by level up to the point of coherency; no other core may run.
 */
        .global ferry_flush
ferry_flush:
        core    r0, r1
        cmp     r0, #6
        mov     r3, #0
        mcreq   p15, 0, r3, c7, c14, 0          /* ARMv6: all at once */
        beq     8f
        bhi     2f
1:      mrc     p15, 0, apsr_nzcv, c7, c14, 3   /* ARM926: a line at a time, until none is left */
        bne     1b
        b       8f
2:      mrc     p15, 1, r0, c0, c0, 1           /* CLIDR */
3:      add     r1, r3, r3, lsr #1
        mov     r1, r0, lsr r1
        and     r1, r1, #7
        cmp     r1, #2
        blo     6f                              /* no data cache at this level */
        mcr     p15, 2, r3, c0, c0, 0           /* CSSELR */
        mov     r2, #0
        mcr     p15, 0, r2, c7, c5, 4
        mrc     p15, 1, r1, c0, c0, 0           /* CCSIDR */
        and     r2, r1, #7
        add     r2, r2, #4                      /* log2 of the line */
        mov     r8, r1, lsl #19
        mov     r8, r8, lsr #22                 /* the last way */
        mov     r9, r1, lsl #4
        mov     r9, r9, lsr #17                 /* the last set */
        clz     r11, r8
4:      mov     r12, r8
5:      orr     r1, r3, r12, lsl r11
        orr     r1, r1, r9, lsl r2
        mcr     p15, 0, r1, c7, c14, 2          /* DCCISW */
        subs    r12, r12, #1
        bpl     5b
        subs    r9, r9, #1
        bpl     4b
6:      add     r3, r3, #2
        mov     r1, r0, lsr #24
        and     r1, r1, #7
        cmp     r3, r1, lsl #1
        blo     3b
        mov     r3, #0
        mcr     p15, 2, r3, c0, c0, 0
8:      mov     r0, #0
        mcr     p15, 0, r0, c7, c10, 4
        mov     pc, lr

/*
 * While we run in SVC, HYP waits here, with its MMU and caches off: `hvc` enters the address in r8 in
 * HYP mode, all other registers as they are.
 */
        .balign 32
        .global ferry_hyp_vectors
ferry_hyp_vectors:
        .rept   5
        b       .
        .endr
        mov     pc, r8
        .rept   2
        b       .
        .endr
        .ltorg

/* The first page, up to where the others are; then on in its copy. Stands beyond the first page. */
        .section .text.first_page_up, "ax", %progbits
        .balign 4
first_page_up:
        add     r0, r7, #4096
1:      ldr     r2, [r0, #-4]!
        str     r2, [r0, r8]
        cmp     r0, r7
        bhi     1b
        add     r7, r7, r8
        mov     r0, #0
        mcr     p15, 0, r0, c7, c10, 4
        mcr     p15, 0, r0, c7, c5, 0
        ldr     r0, =moved
        sub     r0, r0, #0xff000000
        add     pc, r0, r7
        .ltorg

/* At the link address. */
        .section .text.ferry_virtual, "ax", %progbits
        .balign 4
ferry_virtual:
        ldr     r0, =ferry_entry
        str     r10, [r0]
        str     r7, [r0, #4]
        str     r9, [r0, #8]
        str     r4, [r0, #12]
        str     r5, [r0, #16]
        str     r12, [r0, #20]
        str     r6, [r0, #24]
        str     r11, [r0, #28]
        msr     cpsr_c, #0xd7
        ldr     sp, =ferry_fault_stack_end
        msr     cpsr_c, #0xdb
        ldr     sp, =ferry_fault_stack_end
        msr     cpsr_c, #0xd3
        ldr     sp, =ferry_stack_end
        mov     r0, #0
        mov     r1, #0
        bl      main
        .global ferry_stop
        .type   ferry_stop, %function
ferry_stop:
        mov     r0, #0
1:      mcr     p15, 0, r0, c7, c0, 4           /* sleeps on ARMv5 and ARMv6, nothing on ARMv7 */
        b       1b
        .ltorg

        .section .data.ferry_entry, "aw", %progbits
        .balign 4
        .global ferry_entry
ferry_entry:
        .space  32

        .section .bss.ferry_stacks, "aw", %nobits
        .balign 8
        .space  2048
        .global ferry_fault_stack_end
ferry_fault_stack_end:
        .space  8192
ferry_stack_end:
        .space  512
        .global ferry_last_stack_end
ferry_last_stack_end:

/* The tables: two of the first level, aligned when it is known where we lie, and 4 KiB of the second. */
        .section .bss.tables, "aw", %nobits
        .balign 4096
        .space  3 * 4096 + 2 * 0x4000 + 4096
