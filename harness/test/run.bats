#!/usr/bin/env bats
# run: podtest itself is tested with a subject that is pretended (harness/drivers/fake): that assertions can fail, that a lying
# driver is caught, and that every exit code and report says what happened. No root, no podd.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

# podtest_run [OPTION|CASE...]: against the fake driver; the report is in $dir.
podtest_run() {
	timeout 60 "$PODTEST" run --patience 2 --subject "driver:$FAKE_DRIVER" --fixtures "${fixtures:-harness/test/cases}" \
		--report "$dir/report" "$@"
}

# result FILTER: of results.json.
result() {
	jq -r "$1" "$dir/report/results.json"
}

# ---- the verdicts and their exit codes ----

@test "a case that holds passes, exit 0" {
	run -0 podtest_run says-hello
	[ "$(result '.cases[0].verdict')" = pass ]
	[ "$(result '.assertions.pass')" = 2 ]
}

@test "an assertion that is false fails the run, exit 1" {
	run -1 podtest_run says-goodbye
	[ "$(result '.cases[0].verdict')" = fail ]
	[ "$(result '.cases[0].assertions[] | select(.req == "PHASE-003").verdict')" = fail ]
}

@test "beside a failed assertion the others are judged all the same" {
	run -1 podtest_run says-goodbye
	[ "$(result '.cases[0].assertions[] | select(.req == "NS-001").verdict')" = pass ]
}

@test "a set-up that cannot be performed is broken and never a pass, exit 2" {
	run -2 podtest_run never-ready
	[ "$(result '.cases[0].verdict')" = broken ]
	[ "$(result '.summary.pass')" = 0 ]
}

@test "a manifest that must be accepted and is refused is a failure, and no broken case" {
	run -1 podtest_run is-accepted
	[ "$(result '.cases[0].assertions | map(.verdict) | join(",")')" = pass,fail,pass ]
}

@test "a failure outranks a broken case" {
	run -1 podtest_run never-ready says-goodbye
	[ "$(result '.summary.broken')" = 1 ]
}

@test "a should that fails is a miss, and fails only a strict run" {
	run -0 podtest_run should-say-goodbye
	[ "$(result '.cases[0].verdict')" = miss ]
	run -1 podtest_run --strict should-say-goodbye
}

@test "a case whose feature is not declared is not applicable" {
	run -0 podtest_run needs-more says-hello
	[ "$(result '.summary["not-applicable"]')" = 1 ]
	run -1 podtest_run --strict needs-more says-hello
}

@test "a run that evaluates nothing is no success, exit 2" {
	run -2 podtest_run needs-more
	run -2 podtest_run no-such-case
}

@test "a known failure is run, reported, and does not fail the run" {
	echo '- {case: says-goodbye, req: PHASE-003, reason: it is polite}' >"$dir/known.yaml"
	run -0 podtest_run --expectations "$dir/known.yaml" says-goodbye
	[[ "$output" == *'# TODO known: '*'it is polite'* ]]
}

@test "a known failure that passes is fixed, exit 1" {
	echo '- {case: says-hello, req: PHASE-003, reason: it is mute}' >"$dir/known.yaml"
	run -1 podtest_run --expectations "$dir/known.yaml" says-hello
	[ "$(result '.cases[0].verdict')" = fixed ]
}

@test "a set-up that fails as it is known to is known, and no broken case" {
	echo '- {case: never-*, setup: a/c nothing, reason: it says little}' >"$dir/known.yaml"
	run -0 podtest_run --expectations "$dir/known.yaml" never-ready
	[ "$(result '.cases[0].verdict')" = known ]
	[ "$(result '.assertions.pass')" = 0 ]
}

@test "a set-up that fails in other words than it is known to is broken" {
	echo '- {case: never-ready, setup: a/c something, reason: it says little}' >"$dir/known.yaml"
	run -2 podtest_run --expectations "$dir/known.yaml" never-ready
}

@test "a set-up that is known to fail and succeeds is fixed" {
	echo '- {case: says-hello, setup: a/c nothing, reason: it says little}' >"$dir/known.yaml"
	run -1 podtest_run --expectations "$dir/known.yaml" says-hello
	[ "$(result '.cases[0].verdict')" = fixed ]
}

@test "what fails sometimes may pass, and a known rule for every history excuses no assertion" {
	echo '- {case: says-*, req: PHASE-003, reason: moody, sometimes: true}' >"$dir/known.yaml"
	run -0 podtest_run --expectations "$dir/known.yaml" says-hello says-goodbye
	[ "$(result '.summary | "\(.pass) \(.known)"')" = '1 1' ]
	echo '- {req: PHASE-003, invariant: true, reason: no phase}' >"$dir/known.yaml"
	run -1 podtest_run --expectations "$dir/known.yaml" says-goodbye
}

@test "an entry of known failures that says too little is told with its place" {
	echo '- {setup: nothing, reason: it says little}' >"$dir/known.yaml"
	run -2 podtest_run --expectations "$dir/known.yaml" says-hello
	[[ "$output" == *'known.yaml: entry 1: setup needs a case'* ]]
}

@test "known failures of one reason are told together, and a member that says too little with its place" {
	cat >"$dir/known.yaml" <<-END
	- reason: it says little
	  cases:
	    says-g*: [PHASE-003]
	    never-ready: [{setup: a/c nothing}]
	    says-hello: [{req: PHASE-003, sometimes: true}]
	END
	run -0 podtest_run --expectations "$dir/known.yaml" says-hello says-goodbye never-ready
	[ "$(result '[.cases[].verdict] | sort | join(" ")')" = 'known known pass' ]
	echo '- {reason: mute, cases: {says-hello: [{sometimes: true}]}}' >"$dir/known.yaml"
	run -2 podtest_run --expectations "$dir/known.yaml" says-hello
	[[ "$output" == *'known.yaml: entry 1: cases.says-hello: one of req and setup is needed'* ]]
	echo '- {reason: mute, cases: {says-hello: PHASE-003}}' >"$dir/known.yaml"
	run -2 podtest_run --expectations "$dir/known.yaml" says-hello
	[[ "$output" == *'entry 1: cases.says-hello: must be a list, and not empty'* ]]
}

@test "a subject that breaks a rule for every history fails its cases, and is no liar" {
	printf '#!/bin/sh\n%s | sed -u s/Running/Walking/\n' "$FAKE_DRIVER" >"$dir/driver"
	chmod +x "$dir/driver"
	FAKE_DRIVER=$dir/driver run -1 podtest_run says-hello
	[ "$(result '.void')" = null ]
	[ "$(result '.cases[0].assertions[] | select(.invariant).verdict')" = fail ]
}

# restless: a driver whose containers are told as restarted at every question; $dir/driver.
restless() {
	cat >"$dir/driver" <<-END
		#!/bin/bash
		"$FAKE_DRIVER" | while IFS= read -r line; do
			case \$line in *'"items"'*) line=\${line//'"restartCount":0'/'"restartCount":'\$((n++))} ;; esac
			printf '%s\n' "\$line"
		done
	END
	chmod +x "$dir/driver"
}

# streams: how many logs were opened in the case that failed.
streams() {
	jq '[.seen[] | select(.opened)] | length' "$dir"/report/histories/*
}

@test "where one log tells of all instances, a restart opens no other" {
	restless
	FAKE_DRIVER=$dir/driver FAKE_FEATURES=pod.logs.previous run -1 podtest_run says-goodbye
	[ "$(streams)" -gt 2 ]
	rm -r "$dir/report"
	FAKE_DRIVER=$dir/driver run -1 podtest_run says-goodbye
	[ "$(streams)" -le 2 ]
}

@test "a wrong command line is told, exit 64" {
	run -64 "$PODTEST" run --no-such-option
	run -64 "$PODTEST" run --repeat 0
	run -64 "$PODTEST" run --only a --only b
	[[ "$output" == *'--only is given twice: a,b would choose both'* ]]
	run -64 "$PODTEST" no-such-command
	run -64 "$PODTEST"
}

@test "each round of --repeat is counted" {
	run -0 podtest_run --repeat 3 says-hello
	[ "$(result '.summary.pass')" = 3 ]
	[ "$(result '[.cases[].round] | sort | join(",")')" = 0,1,2 ]
}

# ---- drivers that lie ----

@test "a driver that says yes to everything is caught, and the run is void" {
	FAKE=yes run -2 podtest_run says-hello
	[[ "$(result .void)" == *sentinel* ]]
	[ "$(result '.cases | length')" = 0 ]
}

@test "a driver whose containers say something else is caught" {
	FAKE=deaf run -2 podtest_run says-hello
	[[ "$(result .void)" == *sentinel* ]]
}

@test "a driver that ends on the way makes the run void" {
	FAKE=dies run -2 podtest_run says-hello
	[[ "$(result .void)" == *ended* ]]
}

@test "a driver that does not speak the protocol is given up" {
	FAKE=babble run -2 podtest_run says-hello
	[[ "$output" == *'does not speak the protocol'* ]]
}

@test "a driver that is not there is told" {
	run -2 timeout 60 "$PODTEST" run --subject driver:/no/such/driver --fixtures harness/test/cases says-hello
}

# ---- the reports ----

@test "TAP has a plan, and a line per case in order" {
	run -1 podtest_run
	n=$(grep -cE '^(not )?ok ' <<<"$output")
	grep -qx "1..$n" <<<"$output"
	[ "$(grep -oE '^(not )?ok [0-9]+' <<<"$output" | grep -oE '[0-9]+$' | paste -sd,)" = "$(seq -s, "$n")" ]
}

@test "TAP on a pipe holds nothing but TAP" {
	podtest_run says-hello 2>/dev/null >"$dir/tap"
	run -1 grep -vE '^(TAP version 13|1\.\.1|# .*|ok 1 - self/says-hello)$' "$dir/tap"
}

@test "a failure explains itself: requirement, expected, seen, history, command" {
	run -1 podtest_run says-goodbye
	[[ "$output" == *'requirement: "'*'source: "'*'expected: "'*'seen: "'*'timeline: |'*'rerun: "podtest run '* ]]
}

@test "a void run bails out in TAP and is an error in JUnit" {
	FAKE=yes run -2 podtest_run says-hello
	[[ "$output" == *'Bail out! void: '* ]]
	grep -q 'type="void"' "$dir/report/junit.xml"
}

@test "results.json counts the cases by every verdict" {
	run -1 podtest_run
	[ "$(result .schema)" = 1 ]
	[ "$(result '[.summary[]] | add')" = "$(result '.cases | length')" ]
	[ "$(result '.summary | keys | length')" = 11 ]
	[ "$(result '.wall_seconds > 0')" = true ]
}

@test "JUnit counts what is in it" {
	run -1 podtest_run
	[ "$(grep -c '<testcase ' "$dir/report/junit.xml")" = "$(result '.cases | length')" ]
	grep -q '<testsuites .*failures="2" errors="1"' "$dir/report/junit.xml"
}
