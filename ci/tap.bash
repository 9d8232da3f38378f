# tap: how the gates report. A gate calls problem for each thing it finds and ends with verdict.
#
# Every gate takes an optional directory (default: this checkout), so that its self-test in ci/test can
# show it a tree that is wrong.

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}" || exit 2

problems=0

# problem TEXT: one finding, "path:line: what" where there is a line.
problem() {
	echo "# $*"
	problems=$((problems + 1))
}

# verdict NAME LOOKED-AT: the last line, and the exit status. Nothing looked at is a failure too.
verdict() {
	if [ "$problems" -gt 0 ]; then
		echo "not ok - $1: $problems problems in $2 looked at"
		exit 1
	fi
	if [ "$2" -eq 0 ]; then
		echo "not ok - $1: nothing to look at"
		exit 1
	fi
	echo "ok - $1: $2 looked at"
	exit 0
}

# sources PATTERN...: files of the tree by name, out/ left out.
sources() {
	local args=() pattern
	for pattern in "$@"; do
		args+=(-o -name "$pattern")
	done
	find . \( -path ./out -o -path ./.git \) -prune -o -type f \( "${args[@]:1}" \) -print | sed 's,^\./,,' | sort
}
