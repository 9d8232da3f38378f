#!/usr/bin/env bats
# replay_podd: cases on a podd, right ones and some whose expectations were made slightly wrong, judged twice: by the run, and by
# the replay of what it recorded. Needs root, as podd does.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	dir=$BATS_TEST_TMPDIR
}

# wrong AREA/NAME SED: that case with another expectation.
wrong() {
	mkdir -p "$dir/cases/${1%/*}"
	sed -E "$2" "fixtures/$1.yaml" >"$dir/cases/$1.yaml"
	! cmp -s "fixtures/$1.yaml" "$dir/cases/$1.yaml"
}

# right AREA/NAME: that case as it is.
right() {
	mkdir -p "$dir/cases/${1%/*}"
	cp "fixtures/$1.yaml" "$dir/cases/$1.yaml"
}

# with_logs: a case whose guests speak through their logs alone, and end.
with_logs() {
	mkdir -p "$dir/cases/self"
	cat >"$dir/cases/self/with-logs.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: with-logs
		title: What a container has logged until its end is counted
		steps:
		- apply: {objects: [pod/a]}
		- eventually: {object: pod/a, match: {status: {phase: Succeeded}}, within: {lag: start}, req: PHASE-005}
		- history:
		  - {count: guest a/c start, is: 1, req: NS-001}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: a}
		spec:
		  restartPolicy: Never
		  containers:
		  - {name: c, image: localhost/podtest/guest:v1, args: [run, --exit, "0"], env: [{name: PODTEST, value: a/c}]}
	END
}

# verdicts FILE: assertion by assertion, with all that explains them.
verdicts() {
	jq -c '.cases | sort_by(.name) | .[] | select(.verdict != "slow") | {name, verdict, message, manifest, rerun,
		assertions: [.assertions[] | {req, verdict, message, line, invariant, step, expected, seen, timeline}]}' "$1"
}

@test "verdicts and messages of a replay are those of the run on podd" {
	with_logs
	right term/grace-is-kept
	right restart/count-and-identity
	right api/names-and-required
	wrong term/exit-ends-it-at-once 's/is: 1\b/is: 2/'
	wrong sidecar/does-not-hold-completion 's/exitCode: [0-9]+/exitCode: 77/; s/is: 1\b/is: 2/'
	wrong probe/none-means-ready 's/ready: true/ready: false/'
	run "$PODTEST" run --fixtures "$dir/cases" --report "$dir/report" --record all
	[ "$(jq -c '[.exit, .summary.fail, .summary.pass]' "$dir/report/results.json")" = '[1,3,4]' ]
	find "$dir/report/histories" -name '*.late.json' -delete
	run -1 "$PODTEST" replay --report "$dir/again" "$dir"/report/histories/*.json
	diff <(verdicts "$dir/report/results.json") <(verdicts "$dir/again/results.json")
}
