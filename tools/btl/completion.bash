# SPDX-License-Identifier: BSD-2-Clause
# Completion of btl(1) for bash. The words come from `btl --help` and `btl COMMAND --help`, so that
# this file knows no list of its own.

# Options that the command's help names.
_btl_options()
{
	btl "$1" --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,' | sort -u
	echo --help
}

# Keys of the whole boot.
_btl_global_keys()
{
	btl set --help 2>/dev/null | sed -n '/^KEY of the whole boot:/,/\.$/{s/^KEY of the whole boot://;s/[,.]/ /g;p}'
}

# The tunables of a module: those that the volume sets, and of a directory those of the module's file.
_btl_tunables()
{
	local i root=. volume=()
	for ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do
		case ${COMP_WORDS[i]} in
		-C | --volume) root=${COMP_WORDS[i + 1]} volume=(-C "$root") ;;
		esac
	done
	{
		btl get "${volume[@]}" "$1" | sed -n 's/^[^.=]*\.\([^=]*\)=.*/\1/p'
		btl modinfo -F parm "$root/modules/$1.ko" | sed 's/:.*//'
	} 2>/dev/null | sed 's/^/tunable./' | sort -u
}

# Fields of the files on the line.
_btl_fields()
{
	local word
	for word in "${COMP_WORDS[@]:2}"; do
		[ ! -f "$word" ] || btl modinfo "$word" 2>/dev/null | sed -n 's/^\([a-z][a-z0-9_ ]*\):.*/\1/p'
	done | sort -u
}

# Modules of the volume that the line is about.
_btl_modules()
{
	local i volume=()
	for ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do
		case ${COMP_WORDS[i]} in
		-C | --volume) volume=(-C "${COMP_WORDS[i + 1]}") ;;
		esac
	done
	btl list "${volume[@]}" 2>/dev/null | awk 'NR > 1 { print $3 }'
}

_btl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]:-}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(btl --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p') --help --version" -- "$word")
		return
	fi
	case $before in
	--machine)
		mapfile -t COMPREPLY < <(compgen -W "x86-64 ia64" -- "$word")
		return
		;;
	-F | --field)
		local IFS=$'\n' # a field may have a blank
		mapfile -t COMPREPLY < <(compgen -W "$(_btl_fields)" -- "$word")
		return
		;;
	--memory | --base) return ;;
	esac
	case $word in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(_btl_options "$command")" -- "$word")
		return
		;;
	esac
	case $before in
	-*[a-z] | -[CcLof])
		case $before in
		-n | -g | -h | --json | --force | --module | --strict | --global | --dry-run | --all | --trial* | --forget) ;;
		*)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			compopt -o filenames 2>/dev/null
			return
			;;
		esac
		;;
	esac
	case $command in
	get | set | unset)
		local keys="load phase name sha256 flags required on_error tunable." sign= modules=
		[ "$command" != set ] || sign==
		# bash cuts words at '=': the value of a key is a word of its own.
		local key=
		[ "$before" != = ] || key=${COMP_WORDS[COMP_CWORD - 2]}
		[ "$word" != = ] || key=$before
		if [ -n "$key" ]; then
			case $key in
			phase) keys="BOOT1 BOOT2 INIT AUTO" ;;
			load | required | verbose | quiet | manifest_save) keys="YES NO" ;;
			on_error) keys="ignore warn fallback halt" ;;
			menu) keys="auto screen line" ;;
			stage) keys="auto all boot" ;;
			required_failure) keys="stop reset" ;;
			*) keys= ;;
			esac
			mapfile -t COMPREPLY < <(compgen -W "$keys" -- "${word#=}")
			return
		fi
		case $word in
		tunable.*) keys=$(_btl_tunables "$before") ;;
		esac
		case " ${COMP_WORDS[*]} " in
		*" -g "* | *" --global "*) keys=$(_btl_global_keys) ;;
		*) modules=$(_btl_modules) ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$modules $(printf "%s$sign " $keys)" -- "$word")
		compopt -o nospace 2>/dev/null
		;;
	remove | pin)
		local kernel=
		[ "$command" != pin ] || kernel=kernel
		mapfile -t COMPREPLY < <(compgen -W "$(_btl_modules) $kernel" -- "$word")
		;;
	explain)
		mapfile -t COMPREPLY < <(compgen -W "$(btl explain 2>/dev/null)" -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		[[ $command != state || " ${COMP_WORDS[*]} " != *" --forget "* ]] ||
			mapfile -t COMPREPLY < <(compgen -W "trial good failed next run" -- "$word")
		;;
	esac
}
complete -F _btl btl
