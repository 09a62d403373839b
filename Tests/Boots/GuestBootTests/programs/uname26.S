@ SPDX-License-Identifier: Apache-2.0
@
@ Runs a program for which the kernel calls itself Linux 2.6, as setarch --uname-2.6 does.
@
@ Source: Linux 6.1, include/uapi/linux/personality.h (UNAME26), kernel/sys.c (override_release),
@ arch/arm/tools/syscall.tbl.
        .arch   armv5te
        .syntax unified
        .arm
        .text
        .global _start
_start: mov     r0, #0x20000
        mov     r7, #136                @ personality
        svc     #0
        ldr     r4, [sp]                @ argc, argv, NULL, envp
        add     r1, sp, #8
        ldr     r0, [r1]
        add     r2, sp, r4, lsl #2
        add     r2, r2, #8
        mov     r7, #11                 @ execve
        svc     #0
        mov     r0, #127
        mov     r7, #1                  @ exit
        svc     #0
