# SPDX-License-Identifier: BSD-2-Clause
# Read the commands of `make -nB V=1`, and write compile_commands.json: the first command for each source.
/ -c [^ ]+ -o [^ ]+$/ {
	file = $(NF - 2)
	if (file in seen)
		next
	seen[file] = 1
	gsub(/[\\"]/, "\\\\&")
	printf "%s\n{\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"%s\"}", count++ ? "," : "[", directory, file, $0
}
END { print count ? "\n]" : "[]" }
