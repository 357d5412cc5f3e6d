# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for fish. The words come from `btl --help` and `btl COMMAND --help`.

function __btl_command
    set -l words (commandline -opc)
    echo $words[2]
end

function __btl_is
    contains -- (__btl_command) $argv
end

function __btl_options
    btl (__btl_command) --help 2>/dev/null | string match -rag -- '(?:^|[ ,])(--?[A-Za-z][a-z-]*)' | sort -u
end

function __btl_keys
    set -l sign (test (__btl_command) = set; and echo =)
    set -l words (commandline -opc)
    if contains -- -g $words; or contains -- --global $words
        btl set --help | sed -n '/^KEY of the whole boot:/,/\.$/{s/^KEY of the whole boot://;s/[,.]/ /g;p}' |
            string match -rag '([a-z0-9_]+)' | string replace -r '$' "$sign"
    else
        btl list 2>/dev/null | awk 'NR > 1 { print $3 }'
        printf "%s$sign\n" load phase name sha256 flags required on_error tunable.
    end
end

complete -c btl -n __fish_use_subcommand -f -a "(btl --help | string match -rg '^  ([a-z]+) ') --help --version"
complete -c btl -n "not __fish_use_subcommand; and string match -q -- '-*' (commandline -ct)" -f -a "(__btl_options)"
complete -c btl -n "__btl_is get set unset" -f -a "(__btl_keys)"
complete -c btl -n "__btl_is remove pin" -f -a "(btl list 2>/dev/null | awk 'NR > 1 { print \$3 }')"
complete -c btl -n "__btl_is pin" -f -a kernel
complete -c btl -n "__btl_is explain" -f -a "(btl explain 2>/dev/null)"
