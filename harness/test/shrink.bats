#!/usr/bin/env bats
# shrink: the smallest part of a case that still fails, against a subject that is pretended and, as root, against a podd.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

setup() {
	place
	small=$dir/small.yaml
}

# shrink [OPTION...] CASE: against the fake driver; the smallest goes to $small.
shrink() {
	timeout 60 "$PODTEST" shrink --subject "driver:$FAKE_DRIVER" -o "$small" "$@"
}

# manifests FILE: of a case's file.
manifests() {
	sed '1,/^---$/d' "$1"
}

# case_of [LINE...]: a case with these steps and a pod that says hello and has more than it needs.
case_of() {
	cat >"$dir/one.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: one
		title: A case
		steps:
		- apply: {objects: [configmap/words, pod/a, pod/b]}
		- eventually: {guest: a/c ready, within: {lag: prompt}}
		- eventually: {object: pod/b, match: {status: {phase: Running}}, within: {lag: prompt}}
		$(printf '%s\n' "$@")
		---
		apiVersion: v1
		kind: ConfigMap
		metadata: {name: words}
		data: {x: "1"}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: b}
		spec:
		  containers:
		  - {name: e, image: localhost/podtest/guest:v1, args: [run, --say, goodbye], env: [{name: PODTEST, value: b/e}]}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: a, labels: {x: "y"}}
		spec:
		  terminationGracePeriodSeconds: 5
		  containers:
		  - {name: c, image: localhost/podtest/guest:v1, args: [run, --say, hello], env: [{name: PODTEST, value: a/c}]}
		  - {name: d, image: localhost/podtest/guest:v1, args: [run, --say, more], env: [{name: PODTEST, value: a/d}]}
	END
}

goodbye='- history: [{each: guest a/c say, match: {text: goodbye}, req: PHASE-003}]'

@test "a failing case of 60 lines on a podd becomes one of less than 15, which one command runs" {
	big=harness/test/shrink/restart/is-started-again.yaml
	[ "$(manifests "$big" | wc -l)" -ge 60 ]
	run -0 "$PODTEST" shrink "$big" -o "$small" --budget 50
	[ "$(manifests "$small" | wc -l)" -lt 15 ]
	[ "$("$PODTEST" render "$small" | grep -vc '^#')" -lt 15 ]
	grep -q 'restartPolicy: Never' "$small"
	run -1 grep -E 'helper|ConfigMap|initContainers|stays' "$small"
	run -1 bash -c "PATH=${PODTEST%/*}:\$PATH; $(sed -n 's/^# \(podtest run\)/\1/p' "$small") --format none --report $dir/report"
	[ "$(jq -r '[.cases[0].assertions[] | [.req, .verdict] | join(" ")] | join(",")' "$dir/report/results.json")" = 'RESTART-001 fail' ]
}

@test "steps, objects, containers and fields go; what the failure rests on stays, so that the same is seen" {
	case_of "$goodbye" '- history:' '  - {count: guest a/c start, is: 1, req: NS-001}'
	run -0 shrink "$dir/one.yaml"
	[[ "$output" == *'PHASE-003 fail'*'lines of manifests became'*"podtest run --subject driver:$FAKE_DRIVER $small"* ]]
	run -1 grep -E 'pod/b|ConfigMap|name: d|labels|terminationGrace|count' "$small"
	run -1 "$PODTEST" run --subject "driver:$FAKE_DRIVER" --report "$dir/report" "$small"
	[ "$(jq -r '.cases[0].assertions[] | [.req, .verdict] | join(" ")' "$dir/report/results.json")" = 'PHASE-003 fail' ]
	[[ "$(jq -r '.cases[0].assertions[0].seen' "$dir/report/results.json")" == *'"text":"hello"'* ]]
}

@test "the failure to keep can be named" {
	case_of "$goodbye" '- history:' '  - {count: guest a/d start, is: 2, req: NS-001}'
	run -0 shrink --requirement NS-001 "$dir/one.yaml"
	run -1 grep -E 'PHASE-003|name: c\b' "$small"
	grep -q 'NS-001' "$small"
}

@test "a case that passes is told, exit 1, and nothing is written" {
	run -1 shrink --fixtures harness/test/cases says-hello
	[[ "$output" == *'self/says-hello: it passes, there is nothing to shrink'* ]]
	[ ! -e "$small" ]
}

@test "a case that is broken or does not apply has no verdict to keep, exit 2" {
	run -2 shrink --fixtures harness/test/cases never-ready
	[[ "$output" == *'self/never-ready is broken, there is no verdict to keep: '*'not within 1.00 s'* ]]
	run -2 shrink --fixtures harness/test/cases needs-more
	[[ "$output" == *'is not-applicable'* ]]
	[ ! -e "$small" ]
}

@test "a budget ends it early, and what has been found is written" {
	case_of "$goodbye"
	run -0 shrink --runs 2 "$dir/one.yaml"
	[[ "$output" == *'the budget is used up'* ]]
	grep -q 'labels' "$small"
	run -1 "$PODTEST" run --subject "driver:$FAKE_DRIVER" "$small"
}

@test "what is written has a name, an area and needs that lint takes" {
	sed '/^steps:/i needs: [pod, pod.exec]' harness/test/cases/self/says-goodbye.yaml >"$dir/says-goodbye.yaml"
	run -0 shrink --runs 1 "$dir/says-goodbye.yaml"
	mkdir "$dir/lint"
	cp "$small" "$dir/lint/"
	run -0 "$PODTEST" lint --fixtures "$dir/lint"
	[ "$("$PODTEST" list -o json "$small" | jq -r '.[0] | [.area, .name] | join("/")')" = "${dir##*/}/small" ]
}

@test "without -o it is written where one stands" {
	cd "$dir"
	run -0 timeout 60 "$PODTEST" shrink --subject "driver:$FAKE_DRIVER" \
		--fixtures "$BATS_TEST_DIRNAME/cases" --runs 1 self/says-goodbye
	[ -e says-goodbye.min.yaml ]
}

@test "a wrong command line is told, exit 64" {
	run -64 "$PODTEST" shrink
	run -64 "$PODTEST" shrink a b
	run -64 "$PODTEST" shrink a --budget 0
	run -64 "$PODTEST" shrink a --report x
	run -64 "$PODTEST" shrink a -o small.txt
	run -0 "$PODTEST" shrink --help
	run -2 shrink no-such-case
}
