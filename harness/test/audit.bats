#!/usr/bin/env bats
# audit: what a subject declares against what was seen of it. The subject is pretended (harness/drivers/fake): it runs whatever
# it is given, so that pod.userns, which it does not declare, works there.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

setup() {
	place
	mkdir -p "$dir/cases/self"
}

# put_case NAME FEATURE POD TEXT: a case that needs the feature and passes when the pod's container says TEXT.
put_case() {
	cat >"$dir/cases/self/$1.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: $1
		title: A case of $2
		needs: [$2]
		steps:
		- apply: {objects: [pod/$3]}
		- eventually: {guest: $3/c say, match: {text: $4}, within: {lag: prompt}, req: NS-001}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: $3}
		spec:
		  containers:
		  - {name: c, image: localhost/podtest/guest:v1, args: [run, --say, hello], env: [{name: PODTEST, value: $3/c}]}
	END
}

# podtest_run [OPTION|CASE...]: these cases against the fake driver.
podtest_run() {
	timeout 60 "$PODTEST" run --subject "driver:$FAKE_DRIVER" --fixtures "$dir/cases" --format none --report "$dir/report" "$@"
}

# row FEATURE: "STATE CLAIM CASES" of the audit.
row() {
	jq -r --arg f "$1" '.audit[] | select(.feature == $f) | "\(.state) \(.claim) \(.cases)"' "$dir/report/results.json"
}

@test "what is declared and works is honoured, and the summary says nothing" {
	put_case one pod.exec a hello
	run -0 podtest_run
	[ "$(row pod.exec)" = 'honoured right 1' ]
	[[ "$output" != *'not declared'* ]]
}

@test "what is not declared and works is told, and its cases are not counted" {
	put_case one pod.userns a hello
	put_case two pod.exec a hello
	run -0 podtest_run
	[ "$(row pod.userns)" = 'honoured under 1' ]
	[[ "$output" == *'not declared, but it works: pod.userns'* ]]
	[ "$(jq '.cases | length' "$dir/report/results.json")" = 2 ]
	[ "$(jq .summary.pass "$dir/report/results.json")" = 1 ]
}

@test "what is not declared and fails when it is tried does not fail the run" {
	put_case one pod.userns a goodbye
	put_case two pod.exec a hello
	run -0 podtest_run
	[ "$(row pod.userns)" = 'wrong right 1' ]
}

@test "only the two quickest cases of an undeclared feature are tried" {
	for name in one three four; do put_case "$name" pod.userns a hello; done
	put_case two pod.exec a hello
	run -0 podtest_run
	[ "$(row pod.userns)" = 'honoured under 2' ]
}

@test "a selection tries nothing, --audit does all the same, --no-audit never" {
	put_case one pod.userns a hello
	put_case two pod.exec a hello
	run -0 podtest_run one two
	[ "$(row pod.userns)" = 'unseen unknown 0' ]
	run -0 podtest_run --audit one two
	[ "$(row pod.userns)" = 'honoured under 1' ]
	run -0 podtest_run --no-audit
	[ "$(row pod.userns)" = 'unseen unknown 0' ]
	run -64 podtest_run --audit --no-audit
}

@test "what is declared and refused is claimed too high" {
	put_case one pod.userns refused hello
	FAKE_FEATURES=pod.userns run -2 podtest_run
	[ "$(row pod.userns)" = 'refused over 1' ]
	[[ "$output" == *'declared, but nothing of it works: '*'pod.userns (refused in 1)'* ]]
}

@test "the summary says how many cases were not run, and for want of what" {
	put_case one pod.userns a hello
	put_case two pod.exec a hello
	put_case three rs a hello
	run -0 podtest_run
	[[ "$output" == *'2 cases were not run for want of a feature that is not declared: pod.userns (1), rs (1)'* ]]
	[ "$(jq -c .not_run "$dir/report/results.json")" = '{"cases":2,"features":{"pod.userns":1,"rs":1}}' ]
}
