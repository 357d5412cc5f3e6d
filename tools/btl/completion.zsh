#compdef btl
# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for zsh. `btl __complete` prints the words.
_btl()
{
	local line
	for line in ${(f)"$(${(Q)words[1]} __complete ${(Q)words[2,CURRENT-1]} "${(Q)words[CURRENT]}" 2>/dev/null)"}; do
		case $line in
		:files) [[ $words[CURRENT] != *=* ]] || compset -P '*='
			_files ;;
		*[=.]) compadd -S '' -- $line ;;
		*) compadd -- ${line%%$'\t'*} ;;
		esac
	done
}
_btl "$@"
