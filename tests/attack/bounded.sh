#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bounded.sh ATTACK RUNS SPOILED: a bounded attack, and the proof that its checks can fail.
set -u
passed=0 failed=0
try() {
	if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED $*"; fi
}
try "$1" --runs "$2"
for what in 1 2 3; do
	try "$1" --runs "$3" --spoil $what 2>/dev/null
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
