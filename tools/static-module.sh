#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# static-module.sh NAME MODULE.ko.debug ENTRY.o OUTPUT.o "STATIC MODULES": one module as an object of the kernel.
# Its parts lie in one piece each, with symbols that ENTRY.o (kernel/dlkm/static_entry.S) refers to. Of its own symbols
# the exports alone stay global. Its metadata are in .modinfo.NAME. LD and OBJCOPY name the tools.
set -eu
name=$1 module=$2 entry=$3 output=$4 modules=$5
case $LD in *ia64*) data=.sdata constants=.srodata ;; *) data=.data constants=.rodata ;; esac
tools=${LD%ld}

"$OBJCOPY" -O binary -j .modinfo "$module" "$output.modinfo"
metadata() { tr '\0' '\n' <"$output.modinfo" | sed -n "s/^$1=//p"; }
for needed in $(metadata depends | tr ',' ' '); do
    case " $modules " in
    *" $needed "*) ;;
    *)
        echo "STATIC: module $name depends on $needed, which must be linked into the kernel too:" \
            "STATIC=\"$needed $modules\"" >&2
        exit 1
        ;;
    esac
done
# Without a name in the list objcopy would keep all symbols global.
{ echo no_symbol; metadata export; } >"$output.exports"

cat >"$output.ld" <<END
SECTIONS
{
    .text 0 : { static_text = .; *(.text .text.*) static_text_end = .; }
    $constants 0 : {
        static_constants = .;
        *(.rodata .rodata.* .srodata .srodata.* .data.rel.ro .data.rel.ro.* .btl.module)
        static_constants_end = .;
    }
    $data 0 : {
        static_data = .;
        *(.sdata .sdata.* .sbss .sbss.* .scommon .data .data.* .bss .bss.* COMMON)
        static_data_end = .;
    }
}
END
# On ia64 the loader exports the descriptors of functions, which the linker makes for those whose address is taken.
functions=
if [ "$constants" = .srodata ]; then
    {
        echo '.section .rodata.static_functions, "a"'
        "${tools}nm" "$module" | sed -n 's/.* T //p' | grep -Fxf "$output.exports" | sed 's/.*/data8 @fptr(&)/' || :
    } | "${tools}as" -o "$output.functions" -
    functions=$output.functions
fi
"$LD" -r -T "$output.ld" "$module" "$entry" $functions -o "$output.linked"
"$OBJCOPY" --keep-global-symbols="$output.exports" --rename-section ".modinfo=.modinfo.$name,contents,readonly" \
    "$output.linked" "$output"
rm -f "$output.functions" "$output.modinfo" "$output.exports" "$output.ld" "$output.linked"
