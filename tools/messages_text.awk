# SPDX-License-Identifier: BSD-2-Clause
# Print docs/messages.md as rows of a C table: {"code", "cause and cure"}, unsorted. A list item that
# begins with codes in backquotes explains these codes, up to an empty line, a heading or the next item.
function escaped(from,    i, c, to)
{
	for (i = 1; i <= length(from); i++) {
		c = substr(from, i, 1)
		to = to (c == "\"" || c == "\\" ? "\\" c : c)
	}
	return to
}

function flush_item(    i)
{
	gsub(/`/, "'", text)
	gsub(/\[[^]]*\]\(/, "", text)
	gsub(/\.md\)/, ".md", text)
	gsub(/…/, "...", text)
	for (i = 1; i <= count; i++)
		printf "{\"%s\", \"%s\"},\n", code[i], escaped(text)
	count = 0
	text = ""
}

/^- `/ {
	flush_item()
	rest = substr($0, 3)
	while (match(rest, /^(, | and |\/)?`[a-z0-9-]+`/)) {
		word = substr(rest, 1, RLENGTH)
		gsub(/^[^`]*`|`$/, "", word)
		code[++count] = word
		rest = substr(rest, RLENGTH + 1)
	}
	sub(/^ *\((warning|note)\)/, "", rest)
	sub(/^: */, "", rest)
	sub(/^ */, "", rest)
	text = rest
	next
}

/^  [^ ]/ && count > 0 {
	text = text " " substr($0, 3)
	next
}

{ flush_item() }

END { flush_item() }
