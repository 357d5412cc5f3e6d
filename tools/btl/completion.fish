# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for fish. `btl __complete` prints the words.
function __btl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$word" 2>/dev/null)
        if test "$line" = :files
            set -l start (string match -r -- '^--[a-z-]+=' "$word")
            string replace -r -- '^' "$start" (__fish_complete_path (string replace -- "$start" "" "$word"))
        else
            echo $line
        end
    end
end
complete -c btl -f -a "(__btl_complete)"
