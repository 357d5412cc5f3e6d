#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bounded.sh ATTACK RUNS SPOILED: a bounded attack, and the proof that its checks can fail.
set -u
passed=0 failed=0
try() {
	if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED $*"; fi
}
# Print the last line alone: each spoiled machine is a finding.
spoiled() {
	found=$("$1" --runs "$2" --spoil "$3" 2>/dev/null)
	status=$?
	echo "$found" | tail -n 1
	return $status
}
try "$1" --runs "$2"
for what in 1 2 3; do
	try spoiled "$1" "$3" $what
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
