# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for bash. `btl __complete` prints the words.
_btl()
{
	local words=() line i
	COMPREPLY=()
	# bash cuts words at '=': put them together again.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if ((i > 1)) && [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == = ]]; then
			words[${#words[@]} - 1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
		fi
	done
	local word=${words[${#words[@]} - 1]} start= quote=yes
	[[ $word != *=* ]] || start=${word%%=*}= # bash has this part already
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "${word#"$start"}")
		else
			line=${line%%$'\t'*}
			COMPREPLY+=("${line#"$start"}") quote=
			[[ $line != *[=.] ]] || compopt -o nospace 2>/dev/null
		fi
	done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
	[[ ! $quote ]] || compopt -o filenames 2>/dev/null # would also quote the '=' of KEY=
}
complete -F _btl btl
