#compdef btl
# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for zsh. The words come from `btl --help` and `btl COMMAND --help`.

_btl()
{
	local command=${words[2]} word=${words[CURRENT]} sign=
	local -a found
	if (( CURRENT == 2 )); then
		found=(${(f)"$(btl --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')"})
		compadd -- $found --help --version
		return
	fi
	if [[ $word == -* ]]; then
		found=(${(f)"$(btl $command --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,' | sort -u)"})
		compadd -- $found --help
		return
	fi
	case $command in
	get | set | unset)
		[[ $command != set ]] || sign==
		if (( ${words[(I)-g]} || ${words[(I)--global]} )); then
			found=($(btl set --help | sed -n '/^KEY of the whole boot:/,/\.$/{s/^KEY of the whole boot://;s/[,.]/ /g;p}'))
		else
			compadd -- ${(f)"$(btl list 2>/dev/null | awk 'NR > 1 { print $3 }')"}
			found=(load phase name sha256 flags required on_error tunable.)
		fi
		compadd -S "$sign" -- $found
		;;
	remove | pin)
		[[ $command != pin ]] || compadd -- kernel
		compadd -- ${(f)"$(btl list 2>/dev/null | awk 'NR > 1 { print $3 }')"}
		;;
	explain) compadd -- ${(f)"$(btl explain 2>/dev/null)"} ;;
	*) _files ;;
	esac
}
_btl "$@"
