#!/usr/bin/env bats
# verbs: every way in which a case can assert is made to fail, and says what was expected and what was seen instead. The
# subject is pretended (harness/drivers/fake): its pods are Running at once, and container a/c says hello.

# shellcheck disable=SC2016 # $regex is an operator of matches
# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

setup() {
	place
	mkdir -p "$dir/cases/self"
}

# judge STEP...: one case with these steps, behind the apply of pod a (unless $apply says otherwise).
judge() {
	cat >"$dir/cases/self/one.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: one
		title: One assertion
		steps:
		${apply-- apply: {objects: [pod/a]\}}
		$(printf '%s\n' "$@")
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: a, labels: {app: x}}
		spec:
		  containers:
		  - {name: c, image: localhost/podtest/guest:v1, args: [${args-run, --say, hello}], env: [{name: PODTEST, value: a/c}]}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: refused}
		spec:
		  containers: [{name: c, image: localhost/podtest/guest:v1}]
	END
	timeout 60 "$PODTEST" run --subject "driver:$FAKE_DRIVER" --fixtures "$dir/cases" --no-sentinel --quiet \
		--report "$dir/report" >"$dir/tap"
}

# says VERDICT MESSAGE STEP...: the case's assertion ends so and says so.
says() {
	local verdict=$1 message=$2
	judge "${@:3}" || true
	jq -r '.cases[0].assertions[] | "\(.verdict): \(.message)"' "$dir/report/results.json"
	[ "$(jq -r '.cases[0].assertions[0] | "\(.verdict): \(.message)"' "$dir/report/results.json")" = "$verdict: $message" ]
}

fails() {
	says fail "$@"
}

ready='- eventually: {guest: a/c ready, within: {lag: prompt}}'

# ---- what is waited for ----

@test "eventually: an object that never becomes so" {
	fails 'not within 1.00 s: pod/a with {"status":{"phase":"Failed"}}; seen: {"status":{"phase":"Running"}}' \
		'- eventually: {object: pod/a, match: {status: {phase: Failed}}, within: {lag: prompt}, req: NS-001}'
}

@test "eventually: an object that does not go" {
	run fails '' '- eventually: {object: pod/a, within: {lag: prompt}}' '- eventually: {absent: pod/a, within: {lag: prompt}, req: NS-001}'
	[[ "$output" == 'fail: not within 1.00 s: no pod/a; seen: it is there, with status {'*'"phase":"Running"'* ]]
}

@test "eventually: a guest's event that does not come, or too few of them, or with another content" {
	fails 'not within 1.00 s: "guest a/c term"; seen: no such event' \
		'- eventually: {guest: a/c term, within: {lag: prompt}, req: NS-001}'
	fails 'not within 1.00 s: "guest a/c say #3"; seen: only 1 of them' \
		'- eventually: {guest: "a/c say #3", within: {lag: prompt}, req: NS-001}'
	fails 'not within 1.00 s: "guest a/c say" with {"text":"bye"}; seen: guest a/c say {"text":"hello"}' \
		'- eventually: {guest: a/c say, match: {text: bye}, within: {lag: prompt}, req: NS-001}'
}

@test "eventually: a number of objects" {
	fails 'not within 1.00 s: exactly 2 of kind pod labelled {"app":"x"}; seen: 1 of them' \
		'- eventually: {objects: pod, labels: {app: x}, is: 2, within: {lag: prompt}, req: NS-001}'
	fails 'not within 1.00 s: at most 0 of kind pod; seen: 1 of them' \
		"$ready" '- eventually: {objects: pod, max: 0, within: {lag: prompt}, req: NS-001}'
}

@test "eventually: a log" {
	run fails '' "$ready" '- eventually: {log: a/c, match: {$regex: bye}, within: {lag: prompt}, req: NS-001}'
	[[ "$output" == 'fail: not within 1.00 s: the log of a/c with {"$regex":"bye"}; seen: {'*hello* ]]
}

@test "eventually: an answer of the API (from a real one: driver programs have none)" {
	cat >"$dir/cases/self/one.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: one
		title: One assertion
		needs: [api.watch]
		steps:
		- eventually: {api: /apis/settings.k8s.io, status: 200, within: {lag: prompt}, req: API-026}
	END
	timeout 60 "$PODTEST" run --fixtures "$dir/cases" --no-sentinel --quiet --report "$dir/report" >"$dir/tap" || true
	run jq -r '.cases[0].assertions[0] | "\(.verdict): \(.message)"' "$dir/report/results.json"
	[[ "$output" == 'fail: not within 1.00 s: GET /apis/settings.k8s.io answered by 200; seen: status 404, '*'"reason":"NotFound"'* ]]
}

@test "holds: what does not hold, and what stops to hold" {
	fails 'does not hold: pod/a with {"status":{"phase":"Failed"}}; seen: {"status":{"phase":"Running"}}' \
		'- eventually: {object: pod/a, within: {lag: prompt}}' \
		'- holds: {object: pod/a, match: {status: {phase: Failed}}, for: 1, req: NS-001}'
	args='run, --after, "0.3", --say, more' run fails '' '- eventually: {guest: a/c start, within: {lag: prompt}}' \
		"- holds: {log: a/c, match: {\$regex: '\"start\"[^}]*}.?\$'}, for: 1, req: NS-001}"
	[[ "$output" =~ ^'fail: held for only 0.'[0-9]+' s of 0.50 s: the log of a/c with ' ]]
}

@test "holds: a subject that has not been looked at since shows nothing absent" {
	echo '- {at: get, to: 5, merge: {ok: null, items: null, error: {code: internal, message: busy}}}' >"$dir/slow.yaml"
	FAKE=$dir/slow.yaml judge '- holds: {absent: pod/a, for: 20, req: TERM-006}' || true
	jq -e '.cases[0].assertions[0].message | startswith("does not hold: no pod/a; seen: it is there")' "$dir/report/results.json"
}

# ---- relations ----

@test "before: one that is missing, the other order, too early, too late" {
	fails 'does not hold: "guest a/c start", then "guest a/c term"; seen: no "guest a/c term"' \
		"$ready" '- history: [{before: [guest a/c start, guest a/c term], req: NS-001}]'
	fails 'does not hold: "guest a/c say", then "guest a/c start"; seen: the other way round, 0.000 s apart' \
		"$ready" '- history: [{before: [guest a/c say, guest a/c start], req: NS-001}]'
	fails 'does not hold: "guest a/c start", then "guest a/c say", at least 3.000 s later; seen: 0.000 s apart' \
		"$ready" '- history: [{before: [guest a/c start, guest a/c say], gap: {min: 60}, req: NS-001}]'
}

@test "before: too late" {
	args='run, --after, "1.5"' run fails '' '- eventually: {guest: a/c ready, within: {timer: 40, lag: prompt}}' \
		'- tell: {object: pod/a, container: c, args: [say, x]}' \
		'- history: [{before: [guest a/c start, did tell a/c say x], gap: {max: {lag: prompt}}, req: NS-001}]'
	[[ "$output" == 'fail: does not hold: "guest a/c start", then "did tell a/c say x", at most 1.000 s later; seen: '*' s apart' ]]
}

@test "count: too many, too few" {
	fails 'does not hold: exactly 0 of "guest a/c say"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, is: 0, req: NS-001}]'
	fails 'does not hold: at least 2 of "guest a/c say" after "guest a/c start"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, min: 2, after: guest a/c start, req: NS-001}]'
}

@test "never: it was" {
	fails 'does not hold: never "guest a/c say" until "guest a/c ready"; seen: guest a/c say {"pid":1,"text":"hello"}' \
		"$ready" '- history: [{never: guest a/c say, until: guest a/c ready, req: NS-001}]'
}

@test "same and differ" {
	fails 'does not hold: the same ev in "guest a/c start" and "guest a/c say"; seen: ["start","say"]' \
		"$ready" '- history: [{same: [guest a/c start, guest a/c say], of: ev, req: NS-001}]'
	fails 'does not hold: another pid in each of "guest a/c start" and "guest a/c say"; seen: [1,1]' \
		"$ready" '- history: [{differ: [guest a/c start, guest a/c say], of: pid, req: NS-001}]'
}

@test "each: one that is otherwise, none at all" {
	fails 'does not hold: every "guest a/c say" with {"text":"bye"}; seen: guest a/c say {"text":"hello"}' \
		"$ready" '- history: [{each: guest a/c say, match: {text: bye}, req: NS-001}]'
	fails 'does not hold: every "guest a/c term" with {"pid":1}; seen: no "guest a/c term"' \
		"$ready" '- history: [{each: guest a/c term, match: {pid: 1}, req: NS-001}]'
}

@test "what polling cannot tell is undecided, never a pass" {
	says undecided 'cannot be decided: never "watch a phase=Failed"; seen: never seen' \
		"$ready" '- history: [{never: watch a phase=Failed, req: NS-001}]'
}

# ---- what is done ----

@test "apply, delete, patch: not accepted" {
	apply='- apply: {objects: [pod/refused], req: NS-001}' \
		fails 'expected "apply pod/refused" accepted; seen: invalid: the fake driver says no'
	fails 'expected "delete pod/a" accepted; seen: conflict: the fake driver says no' \
		'- delete: {object: pod/a, uid: x, req: NS-001}'
	fails 'expected "patch pod/a" accepted; seen: invalid: the fake driver says no' \
		'- patch: {object: pod/a, type: merge, patch: {refused: true}, req: NS-001}'
}

@test "reject: accepted, or refused for another reason" {
	apply='- reject: {object: pod/a, field: spec.x, reason: FieldValueInvalid, req: NS-001}' \
		fails 'expected pod/a refused at spec.x with reason FieldValueInvalid; seen: it was accepted'
	apply='- reject: {object: pod/refused, field: spec.x, text: never, req: NS-001}' \
		fails 'expected pod/refused refused at spec.x and a message that says "never"; seen: invalid: the fake driver says no'
}

@test "refused patch and delete" {
	fails 'expected pod/a refused; seen: it was accepted' \
		'- patch: {object: pod/a, type: merge, patch: {x: 1}, refused: true, req: NS-001}'
	fails 'expected pod/a refused with reason Invalid; seen: conflict: the fake driver says no' \
		'- delete: {object: pod/a, uid: x, refused: true, reason: Invalid, req: NS-001}'
}

@test "exec: another exit code, another output" {
	fails 'expected exit 3 of ["/guest","tell","say","x"] in pod/a/c; seen: exit 0, output ""' \
		'- exec: {object: pod/a, container: c, command: [/guest, tell, say, x], exit: 3, req: NS-001}'
	fails 'expected exit 0 and output "x" of ["/guest","tell","say","x"] in pod/a/c; seen: exit 0, output ""' \
		'- exec: {object: pod/a, container: c, command: [/guest, tell, say, x], stdout: x, req: NS-001}'
}

@test "a should that fails is a miss" {
	says miss 'does not hold: exactly 0 of "guest a/c say"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, is: 0, level: should, req: NS-001}]'
}

# ---- a field without effect ----

@test "ignored: what is seen without the field is seen" {
	says ignored 'spec.containers.args has no effect: not within 1.00 s: "guest a/c say" with {"text":"bye"}; seen: guest a/c say {"text":"hello"}' \
		'- eventually: {guest: a/c say, match: {text: bye}, within: {lag: prompt}, req: NS-001, field: spec.containers.args, without: {guest: a/c say, match: {text: hello}}}'
	says ignored 'spec.containers.args has no effect: does not hold: exactly 0 of "guest a/c say"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, is: 0, req: NS-001, field: spec.containers.args, without: {count: guest a/c say, is: 1}}]'
	says ignored 'spec.containers.args has no effect: expected exit 3 of ["/guest","tell","say","x"] in pod/a/c; seen: exit 0, output ""' \
		'- exec: {object: pod/a, container: c, command: [/guest, tell, say, x], exit: 3, req: NS-001, field: spec.containers.args, without: {exit: 0}}'
}

@test "not ignored: something else is seen" {
	fails 'does not hold: exactly 0 of "guest a/c say"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, is: 0, req: NS-001, field: spec.containers.args, without: {count: guest a/c say, is: 2}}]'
}

@test "not ignored: it comes, but too late" {
	late='- eventually: {guest: a/c say, within: {lag: prompt}, req: NS-001, field: spec.containers.args, without: {never: guest a/c say}}'
	args='run, --after, "1.5", --say, hello' says fail 'not within 1.00 s, but later: "guest a/c say"; seen: guest a/c say {"pid":1,"text":"hello"}' "$late"
	args='run, --after, "30", --say, hello' says ignored 'spec.containers.args has no effect: not within 1.00 s: "guest a/c say"; seen: no such event' "$late"
}

@test "a should without effect is a miss that says so" {
	says miss 'spec.containers.args has no effect: does not hold: exactly 0 of "guest a/c say"; seen: 1' \
		"$ready" '- history: [{count: guest a/c say, is: 0, level: should, req: NS-001, field: spec.containers.args, without: {count: guest a/c say, is: 1}}]'
}

# ---- what stands around it ----

@test "a failure shows requirement, source, timeline, manifest, and a command that fails in the same way" {
	run ! judge "$ready" '- history: [{count: guest a/c say, is: 0, req: NS-001}]'
	for part in 'requirement: "All containers' 'source: "' 'step: "{' 'expected: "exactly 0' 'seen: "1"' \
		'timeline: |' 'guest a/c say {"pid":1,"text":"hello"}' 'manifest: "apiVersion: v1\nkind: Pod\n' 'rerun: "podtest run --subject'; do
		grep -qF "$part" "$dir/tap" || { echo "no $part"; return 1; }
	done
	again=$(sed -n 's/^  rerun: "podtest \(.*\)"$/\1/p' "$dir/tap")
	# shellcheck disable=SC2086 # words
	run -1 "$PODTEST" $again --no-sentinel --quiet
	[[ "$output" == *'not ok 1 - self/one'* ]]
}

@test "the line is the relation's own" {
	run ! judge "$ready" '- history:' '  - {count: guest a/c start, is: 1, req: NS-001}' '  - {count: guest a/c say, is: 0, req: NS-002}'
	[ "$(jq '.cases[0].assertions[1].line - .cases[0].assertions[0].line' "$dir/report/results.json")" = 1 ]
	[ "$(sed -n "$(jq '.cases[0].assertions[1].line' "$dir/report/results.json")p" "$dir/cases/self/one.yaml")" = \
		'  - {count: guest a/c say, is: 0, req: NS-002}' ]
}

# ---- what proves nothing ----

@test "coverage --vacuous: what was never evaluated, and what failed under no mutant" {
	judge "$ready" '- history: [{count: guest a/c start, is: 1, req: NS-001}]'
	echo '{"mutants": [{"kills": "NS-001", "verdict": "killed"}]}' >"$dir/mutants.json"
	vacuous() { "$PODTEST" coverage --vacuous --fixtures "$dir/cases" --results "$dir/results.json" --mutants "$dir/mutants.json"; }
	jq '.invariants = []' "$dir/report/results.json" >"$dir/results.json"
	run -0 vacuous
	[ "$output" = '0 vacuous' ]
	jq '.invariants = [] | .cases[0].assertions[0].verdict = "broken"' "$dir/report/results.json" >"$dir/results.json"
	run -1 vacuous
	[[ "$output" == 'never evaluated: self/one NS-001'* ]]
	jq '.invariants = [{req: "NS-002", name: "idle", judged: 0}]' "$dir/report/results.json" >"$dir/results.json"
	echo '{"mutants": [{"kills": "NS-001", "verdict": "survived"}]}' >"$dir/mutants.json"
	run -1 vacuous
	[[ "$output" == *'nothing to judge: rule idle NS-002'*'never seen failing: NS-001, of self/one'* ]]
}
