#!/usr/bin/env bats
# replay: what a run keeps of its cases (--record), and judging it again (podtest replay), against a subject that is
# pretended. No root, no podd.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	export FAKE_DRIVER=${FAKE_DRIVER:-$PWD/out/release/test/harness/test/fake_driver}
	[ -x "$FAKE_DRIVER" ] || make -s "${FAKE_DRIVER#"$PWD"/}"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	dir=$BATS_TEST_TMPDIR
	kept=$dir/report/histories
}

# podtest_run [OPTION|CASE...]: against the fake driver; the report is in $dir.
podtest_run() {
	timeout 60 "$PODTEST" run --subject "driver:$FAKE_DRIVER" --fixtures harness/test/cases --report "$dir/report" "$@"
}

# names: of the recorded histories, in one line.
names() {
	find "$kept" -type f -printf '%f\n' | sort | paste -sd' '
}

# ---- what is kept ----

@test "the history of a case that failed is kept, that of one that passed is not" {
	run -1 podtest_run says-hello says-goodbye
	[ "$(names)" = self-says-goodbye.json ]
	[ "$(jq -r '.cases[].history' "$dir/report/results.json" | grep -c '^histories/self-says-goodbye.json$')" = 1 ]
	[[ "$output" == *"histories: $kept, 1 "* ]]
}

@test "--record all keeps every history, none keeps no one" {
	run -1 podtest_run --record all says-hello says-goodbye
	[ "$(names)" = 'self-says-goodbye.json self-says-hello.json' ]
	run -1 podtest_run --record none says-hello says-goodbye
	[ "$(jq '[.cases[] | select(.history)] | length' "$dir/report/results.json")" = 0 ]
	run -64 podtest_run --record some
	run -64 "$PODTEST" run --record all
}

@test "what an earlier run kept is not taken for this one's" {
	run -1 podtest_run says-goodbye
	run -0 podtest_run says-hello
	[ -z "$(names)" ]
}

@test "each round of --repeat has its own history" {
	run -1 podtest_run --repeat 2 says-goodbye
	[ "$(names)" = 'self-says-goodbye-0.json self-says-goodbye-1.json' ]
}

@test "a recorded history holds the case as evaluated, its verdict and what was seen" {
	run -1 podtest_run says-goodbye
	run -0 jq -r '[.schema, .subject.name, .case.name, .verdict, .left_out] | join(" ")' "$kept/self-says-goodbye.json"
	[ "$output" = '1 fake says-goodbye fail 0' ]
	run -0 jq -r '[.seen[] | select(.line).line.ev] | join(" ")' "$kept/self-says-goodbye.json"
	[[ "$output" == 'start say ready'* ]]
	run -0 jq -r '[.seen[] | select(.object.kind == "Pod" and .change == "added").object.metadata.name] | join(" ")' \
		"$kept/self-says-goodbye.json"
	[ "$output" = a ]
	run -0 jq -r '[.case.steps[] | .over >= .began] | all' "$kept/self-says-goodbye.json"
	[ "$output" = true ]
}
