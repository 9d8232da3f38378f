#!/usr/bin/env bats
# shellcheck disable=SC2016 # texts of scripts and documents are quoted as they are
# Every gate is shown a tree that is right and one that is wrong: a gate that cannot fail guards nothing.

setup() {
	ci=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"/{reference/{base,api},harness,ci}
	printf 'base:\napi: base [store/store.h]\n' >"$tree/reference/LAYERS"
	printf '#pragma once\nint answer(void);\n' >"$tree/reference/base/answer.h"
	printf '#include "base/answer.h"\n\nint answer(void)\n{\n\treturn 42;\n}\n' >"$tree/reference/base/answer.c"
	cp "$ci/../.clang-format" "$tree/"
}

# gate NAME: runs a gate on the tree.
gate() {
	run "$ci/check-$1" "$tree"
}

# body N: the text of a function of N lines.
body() {
	printf 'int f%s(void);\nint f%s(void)\n{\n' "$1" "$1"
	yes '	f();' | head -n "$1"
	printf '}\n'
}

@test "layers: an include that points down is accepted" {
	gate layers
	[ "$status" -eq 0 ]
}

@test "layers: an include that points up is refused" {
	printf '#pragma once\n' >"$tree/reference/api/kind.h"
	echo '#include "api/kind.h"' >>"$tree/reference/base/answer.c"
	gate layers
	[ "$status" -eq 1 ]
	[[ $output == *"base may not include api/kind.h"* ]]
}

@test "layers: a header may be lent by name, its layer not with it" {
	mkdir "$tree/reference/store"
	touch "$tree"/reference/store/{store,sqlite}.h
	printf '#include "store/store.h"\n#include "store/sqlite.h"\n' >"$tree/reference/api/kind.c"
	gate layers
	[[ $output != *"may not include store/store.h"* ]]
	[[ $output == *"api may not include store/sqlite.h"* ]]
}

@test "layers: an include of the neighbour's bare file name is refused" {
	echo '#include "answer.h"' >>"$tree/reference/base/answer.c"
	gate layers
	[[ $output == *"not written from the folder root"* ]]
}

@test "layers: the suite may not include the reference" {
	echo '#include "base/answer.h"' >"$tree/harness/cheat.c"
	gate layers
	[ "$status" -eq 1 ]
	[[ $output == *"is not in harness/"* ]]
}

@test "headers: one that needs another include first is refused" {
	gate headers
	[ "$status" -eq 0 ]
	printf '#pragma once\nsize_t size(void);\n' >"$tree/reference/base/size.h"
	gate headers
	[ "$status" -eq 1 ]
}

@test "headers: one without a guard is refused" {
	echo 'int question(void);' >"$tree/reference/base/question.h"
	gate headers
	[[ $output == *"no #pragma once"* ]]
}

@test "size: a function of 70 lines passes, one of 71 does not" {
	for n in 1 1 1 1 1 1 1 1 1 1 1 70; do body "$n"; done >"$tree/ci/long.c"
	gate size
	[ "$status" -eq 0 ]
	body 71 >>"$tree/ci/long.c"
	gate size
	[[ $output == *"f71: 71 lines, at most 70"* ]]
}

@test "size: the median and the tail have limits of their own" {
	for n in 19 19 19; do body "$n"; done >"$tree/ci/median.c"
	gate size
	[[ $output == *"median function: 19 lines"* ]]
	for n in 1 1 1 1 1 1 1 46 46; do body "$n"; done >"$tree/ci/median.c"
	gate size
	[[ $output == *"90th percentile of functions: 46 lines"* ]]
}

@test "size: a file of 501 lines is refused, and accepted with a reason" {
	yes '' | head -n 501 >"$tree/ci/long.c"
	gate size
	[[ $output == *"ci/long.c: 501 lines, at most 500"* ]]
	echo 'ci/long.c 510 a table' >"$tree/ci/size-exceptions"
	gate size
	[ "$status" -eq 0 ]
}

@test "size: an exception nobody needs is refused" {
	echo 'reference/base/answer.c 600 it was long once' >"$tree/ci/size-exceptions"
	gate size
	[[ $output == *"needs no exception"* ]]
}

@test "style: a badly formatted file is refused" {
	gate style
	[ "$status" -eq 0 ]
	printf 'int  spaced( void ) ;\n' >"$tree/ci/spaced.c"
	gate style
	[ "$status" -eq 1 ]
}

@test "style: a blank at the end of a line is refused" {
	printf 'name: value \n' >"$tree/ci/x.yaml"
	gate style
	[[ $output == *"x.yaml:1: blanks"* ]]
}

@test "shell: an unquoted variable is refused" {
	printf '#!/bin/bash\necho "$1"\n' >"$tree/ci/script"
	gate shell
	[ "$status" -eq 0 ]
	printf '#!/bin/bash\nrm $1\n' >"$tree/ci/script"
	gate shell
	[[ $output == *SC2086* ]]
}

@test "cppcheck: a null pointer used is refused" {
	gate cppcheck
	[ "$status" -eq 0 ]
	printf 'int f(void);\nint f(void)\n{\n\tint *p = 0;\n\treturn *p;\n}\n' >"$tree/ci/null.c"
	gate cppcheck
	[[ $output == *nullPointer* ]]
}

@test "tally: a failure and an empty run are failures" {
	printf 'ok - a\nok - b\n' >"$tree/a.tap"
	run "$ci/tally" "$tree/a.tap"
	[ "$status" -eq 0 ]
	[ "$output" = "2 passed, 0 failed" ]
	echo 'not ok - c' >"$tree/b.tap"
	run "$ci/tally" "$tree/a.tap" "$tree/b.tap"
	[ "$status" -eq 1 ]
	[ "$output" = "2 passed, 1 failed" ]
	: >"$tree/a.tap"
	run "$ci/tally" "$tree/a.tap"
	[ "$status" -eq 1 ]
	printf 'ok 1 - a # SKIP none\nnot ok 2 - b # TODO known\n' >"$tree/a.tap"
	run "$ci/tally" "$tree/a.tap"
	[ "$output" = "0 passed, 0 failed" ]
}

@test "unit: a test that crashes or says not ok is a failure" {
	mkdir "$tree/test"
	printf '#!/bin/bash\necho "ok - fine"\n' >"$tree/test/test_a"
	chmod +x "$tree/test/test_a"
	run "$ci/unit" "$tree/test"
	[ "$status" -eq 0 ]
	printf '#!/bin/bash\necho "ok - fine"\nkill -SEGV $$\n' >"$tree/test/test_a"
	run "$ci/unit" "$tree/test"
	[ "$status" -eq 1 ]
	[[ $output == *"not ok - unit test_a"* ]]
}

# catalogue: a tree with one requirement and a fixture that cites ID.
catalogue() {
	mkdir -p "$tree/conformance/requirements" "$tree/fixtures/ns"
	printf 'requirements:\n- id: NS-001\n' >"$tree/conformance/requirements/NS.yaml"
	printf 'kind: Case\nsteps:\n- eventually: {req: %s}\n' "$1" >"$tree/fixtures/ns/a.yaml"
}

@test "catalog: an id that exists may be cited, another may not" {
	catalogue NS-001
	gate catalog
	[ "$status" -eq 0 ]
	catalogue NS-002
	gate catalog
	[[ $output == *"a.yaml:3: NS-002 is not in the catalogue"* ]]
}

@test "catalog: an id given twice is refused" {
	catalogue NS-001
	cp "$tree"/conformance/requirements/{NS,XX}.yaml
	gate catalog
	[[ $output == *"NS-001 is also in"* ]]
}

@test "catalog: a case that proves nothing is refused" {
	catalogue NS-001
	printf 'kind: Case\nsteps: []\n' >"$tree/fixtures/ns/b.yaml"
	gate catalog
	[[ $output == *"b.yaml: proves no requirement"* ]]
}

@test "check: a job that says nothing is a failure" {
	mkdir "$tree/jobs"
	sed -n '/^job() {/,/^}/p' "$ci/check" >"$tree/job"
	run bash -c "cd $ci/..; logs=$tree/jobs; . $tree/job; job silent 5 true; job dead 5 false; job good 5 echo 'ok - x'; $ci/tally $tree/jobs/*.tap"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "1 passed, 2 failed" ]
}

@test "readme: a block that fails, or no report, is a failure" {
	git -C "$tree" init -q
	mkdir -p "$tree/ci"
	cp "$ci/check-readme" "$tree/ci/"
	printf '# x\n\n```sh\nmkdir -p out/report\necho "{\\"summary\\":{\\"pass\\":1}}" >out/report/results.json\n```\n' >"$tree/README.md"
	git -C "$tree" add -A
	git -C "$tree" -c user.name=x -c user.email=x@y commit -q -m x
	PODTEST_README='' run "$tree/ci/check-readme"
	[ "$status" -eq 0 ]
	printf '# x\n\n```sh\nfalse\n```\n' >"$tree/README.md"
	PODTEST_README='' run "$tree/ci/check-readme"
	[ "$status" -eq 1 ]
	[[ $output == *"not ok - readme: false"* ]]
	[[ $output == *"left no good report"* ]]
}

# mutant FIND: a tree with one mutant that looks for FIND.
mutant() {
	mkdir -p "$tree/harness/mutants"
	printf -- '- id: m\n  kills: NS-001\n  why: w\n  file: reference/base/answer.c\n  find: "%s"\n  replace: x\n' "$1" \
		>"$tree/harness/mutants/core.yaml"
}

@test "mutants: a text that stands once applies; twice or never does not" {
	mutant 'return 42;'
	gate mutants
	[ "$status" -eq 0 ]
	mutant 'return 43;'
	gate mutants
	[[ $output == *"find occurs 0 times"* ]]
	mutant 'answer'
	gate mutants
	[[ $output == *"find occurs 2 times"* ]]
	[ "$status" -eq 1 ]
}

@test "mutants: an empty list is a failure" {
	mkdir -p "$tree/harness/mutants"
	echo '[]' >"$tree/harness/mutants/core.yaml"
	gate mutants
	[ "$status" -eq 1 ]
}

@test "memcheck: a descriptor left open is told from one that was inherited" {
	sed -n '/^open_descriptors() {/,/^}/p' "$ci/memcheck" >"$tree/function"
	cat >"$tree/log" <<-'END'
		==7== FILE DESCRIPTORS: 5 open (3 std) at exit.
		==7== Open AF_UNIX socket 4: <unknown>
		==7==    at 0x496ADC7: socket (syscall-template.S:120)
		==7==
		==7== Open file descriptor 9: /dev/null
		==7==    <inherited from parent>
		==7==
		==7== Open file descriptor 2:
		==7==    <inherited from parent>
	END
	run bash -c ". $tree/function; open_descriptors $tree/log"
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"socket 4"* ]]
}

@test "rules: one that never had anything to judge is told by name" {
	echo '{"invariants": [{"req": "NS-001", "name": "one-network", "judged": 3, "broken": 0}]}' >"$tree/results.json"
	run "$ci/check-rules" "$tree/results.json"
	[ "$status" -eq 0 ]
	echo '{"invariants": [{"req": "NS-001", "name": "one-network", "judged": 0, "broken": 0}]}' >"$tree/results.json"
	run "$ci/check-rules" "$tree/results.json"
	[ "$status" -eq 1 ]
	[[ $output == *"one-network (NS-001) had nothing to judge"* ]]
}

@test "bats: files run side by side, each tells in its turn, and one that fails or cannot run is a failure" {
	wait_for() { printf '@test "%s" {\n\ttouch "%s"\n\ttimeout 20 sh -c "until [ -e %s ]; do sleep 0.1; done"\n}\n' "$1" "$tree/$1" "$tree/$2"; }
	wait_for a b >"$tree/a.bats"
	wait_for b a >"$tree/b.bats"
	run "$ci/bats" -j 2 "$tree"
	[ "$status" -eq 0 ]
	[ "$(grep '^ok' <<<"$output")" = $'ok 1 a\nok 1 b' ]
	printf '@test "c" {\n\tfalse\n}\n' >"$tree/c.bats"
	run "$ci/bats" "$tree/c.bats"
	[ "$status" -eq 1 ]
	echo 'setup_file() {' >"$tree/c.bats"
	run "$ci/bats" "$tree/c.bats"
	[ "$status" -eq 1 ]
	[[ $output == *"not ok"* ]]
}
