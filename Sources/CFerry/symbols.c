/* SPDX-License-Identifier: Apache-2.0 */
/* Names of places, for the report of a fault. */
#include "CFerry.h"

#include <stddef.h>

extern const uint8_t ferry_image[], ferry_text_end[], ferry_rodata_end[], ferry_tables_start[],
    ferry_image_end[], ferry_start[], ferry_soft_restart_code[] __asm__("ferry_soft_restart"),
    ferry_store_start_address[], ferry_store_indirection_page[], ferry_store_mach_type[],
    ferry_store_boot_atags[], kexec_start_address[], kexec_indirection_page[], kexec_mach_type[],
    kexec_boot_atags[];

static const struct {
  const uint8_t *place;
  const char *name;
} symbols[] = {
    {ferry_start, "ferry_start"},
    {ferry_soft_restart_code, "ferry_soft_restart"},
    {ferry_store_start_address, "ferry_store_start_address"},
    {ferry_store_indirection_page, "ferry_store_indirection_page"},
    {ferry_store_mach_type, "ferry_store_mach_type"},
    {ferry_store_boot_atags, "ferry_store_boot_atags"},
    {kexec_start_address, "kexec_start_address"},
    {kexec_indirection_page, "kexec_indirection_page"},
    {kexec_mach_type, "kexec_mach_type"},
    {kexec_boot_atags, "kexec_boot_atags"},
};

static uint32_t ferry_address(const uint8_t *place) { return (uint32_t)(uintptr_t)place; }

const char *ferry_symbol(uint32_t address) {
  for (size_t index = 0; index < sizeof symbols / sizeof symbols[0]; index++)
    if (ferry_address(symbols[index].place) == address) return symbols[index].name;
  return 0;
}

const char *ferry_section(uint32_t address) {
  if (address < ferry_address(ferry_image) || address >= ferry_address(ferry_image_end)) return 0;
  if (address < ferry_address(ferry_text_end)) return ".text";
  if (address < ferry_address(ferry_rodata_end)) return ".rodata";
  if (address < ferry_address(ferry_tables_start)) return ".data";
  return "page tables";
}
