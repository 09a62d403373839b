# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Written by scripts/make/make-completions from docs/kexec.8: edit that.

# Files that fit a pattern, and folders on the way to them.
_kexec_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do
    # The pattern is meant as one.
    # shellcheck disable=SC2053
    if [[ -d $file || ${file##*/} == $1 ]]; then COMPREPLY+=("$file"); fi
  done < <(compgen -f -- "$value")
}

_kexec() {
  # A value is its own word behind =, which readline breaks words at.
  local value=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [[ $value == '=' ]]; then
    value=
  elif [[ $option == '=' ]] && ((COMP_CWORD >= 2)); then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $value == --*=* ]]; then
    option=${value%%=*}
    value=${value#*=}
  fi
  case $option in
    --snapshot) _kexec_files '*' ;;
    --load-plan) _kexec_files '*.json' ;;
    --entry-from) mapfile -t COMPREPLY < <(compgen -W 'bls extlinux petitboot boot' -- "$value") ;;
    --entry-id) return ;;
    --root) _kexec_files '*' ;;
    --initrd | --ramdisk) _kexec_files '*' ;;
    --append | --command-line) return ;;
    --dtb) _kexec_files '*.dtb' ;;
    --dtbo) _kexec_files '*.dtbo' ;;
    --machine-number) return ;;
    --type | -t) mapfile -t COMPREPLY < <(compgen -W 'zImage bundle retagged Image uImage android FIT vmlinux mtk DHTB bzImage zboot UKI' -- "$value") ;;
    --dtb-index) return ;;
    --fit-config) return ;;
    --vmlinux) _kexec_files '*' ;;
    --image-size) return ;;
    --page-offset) return ;;
    --handover) mapfile -t COMPREPLY < <(compgen -W 'auto image zimage' -- "$value") ;;
    --mem-min | --mem-max) return ;;
    --machine) _kexec_files '*' ;;
    --log) _kexec_files '*' ;;
    *)
      if [[ $value == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--load --exec --force --unload --load-panic --status --check --snapshot= --list-entries --verify-boot --load-plan= --print-ckr-size --help --version --newest --entry-from= --entry-id= --root= --initrd= --ramdisk= --reuseinitrd --append= --command-line= --reuse-cmdline --dt-no-old-root --dtb= --dtbo= --atags --machine-number= --type= --dtb-index= --fit-config= --vmlinux= --image-size= --page-offset= --handover= --mem-min= --mem-max= --dry-run --machine= --json --no-ifdown --no-sync --log= --debug --verbose --kexec-syscall --kexec-syscall-auto --no-checks -l -e -f -u -p -S -h -v -t -x -y -d -c -a -i' -- "$value")
        if [[ ${COMPREPLY[*]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
      else
        _kexec_files '*'
      fi
      ;;
  esac
  return 0
}
complete -F _kexec kexec
