#!/usr/bin/env bats
# replay: what a run keeps of its cases (--record), and judging it again (podtest replay), against a subject that is
# pretended. No root, no podd.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

setup() {
	place
	kept=$dir/report/histories
}

# verdicts FILE: of results.json: what was judged, assertion by assertion, with everything that explains it.
verdicts() {
	jq -c '.cases | sort_by(.name) | .[] | select(.verdict != "not-applicable") | {name, verdict, message, assertions: [.assertions[] |
		{req, verdict, message, line, invariant, step, expected, seen, timeline}], manifest, rerun}' "$1"
}

# replay [HISTORY...]: judged again, into $dir/again.
replay() {
	timeout 60 "$PODTEST" replay --report "$dir/again" "$@"
}

# is_judged_the_same VERDICTS: what the run kept; these are its verdicts.
is_judged_the_same() {
	run "$(jq .exit "$dir/report/results.json" | sed 's/^/-/')" replay "$kept"/*.json
	[ "$(jq -r .verdict <(verdicts "$dir/again/results.json") | sort -u | paste -sd' ')" = "$1" ]
	diff <(verdicts "$dir/report/results.json") <(verdicts "$dir/again/results.json")
}

# edited FILTER: the history of grace-is-kept on a real podd elsewhere, changed by jq.
edited() {
	jq "$1" harness/test/histories/grace-is-kept.json >"$dir/edited.json"
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

# ---- judging it again ----

@test "a replay judges as the run did: verdicts, messages, timelines and exit code" {
	run -1 podtest_run --record all
	rm "$kept"/*.late.json
	is_judged_the_same 'broken fail miss pass'
	run -1 podtest_run --record all --fixtures harness/test/histories/cases
	is_judged_the_same 'ignored undecided'
}

@test "a replay needs neither the subject nor its machine, and takes no time" {
	began=$(date +%s%N)
	run -0 replay harness/test/histories/grace-is-kept.json
	[ $(($(date +%s%N) - began)) -lt 2000000000 ]
	[[ "$output" == *'ok 1 - term/grace-is-kept'* ]]
	[ "$(jq '.cases[0].seconds > 4' "$dir/again/results.json")" = true ]
}

@test "a replay of one that passed exits 0, beside one that failed 1" {
	podtest_run --record all says-hello says-goodbye || true
	run -0 replay "$kept/self-says-hello.json"
	run -1 replay "$kept/self-says-hello.json" "$kept/self-says-goodbye.json"
	[[ "$output" == *'not ok '*'self/says-goodbye'*'timeline: |'*'rerun: "podtest run '* ]]
}

@test "a should that failed fails only a strict replay" {
	podtest_run should-say-goodbye
	run -0 replay "$kept/self-should-say-goodbye.json"
	run -1 replay --strict "$kept/self-should-say-goodbye.json"
}

@test "an edited history is judged by what is in it: without TERM" {
	edited 'del(.seen[] | select(.line.ev == "term"))'
	run -1 replay "$dir/edited.json"
	[ "$(jq -c '[.cases[0].assertions[] | select(.verdict != "pass") | [.req, .verdict, .seen]]' "$dir/again/results.json")" = \
		'[["TERM-004","fail","0"]]' ]
}

@test "an edited history is judged by what is in it: killed before its grace was over" {
	edited '(.seen[] | select(.line.ev == "lost").line.t) -= 2000000000'
	run -1 replay "$dir/edited.json"
	[ "$(jq -r '[.cases[0].assertions[] | select(.verdict == "fail").req] | unique | join(" ")' "$dir/again/results.json")" = TERM-005 ]
}

@test "an edited history is judged by what is in it: what was waited for comes too late, or not at all" {
	edited 'del(.seen[] | select(.change == "deleted"))'
	run -1 replay "$dir/edited.json"
	[[ "$(jq -r '.cases[0].assertions[0].message' "$dir/again/results.json")" == 'not within 5.00 s: no pod/a; seen: '* ]]
	edited '(.seen[] | select(.change == "deleted") | .t, .latest) += 0.9'
	run -0 replay "$dir/edited.json"
}

@test "an edited history is judged by what is in it: another expectation" {
	edited '(.case.document.steps[5].history[3].match.exitCode) = 143'
	run -1 replay "$dir/edited.json"
	[ "$(jq -r '.cases[0].assertions[] | select(.verdict == "fail").req' "$dir/again/results.json")" = TERM-021 ]
}

@test "a question that nobody asked then cannot be answered: broken, never a pass" {
	edited 'del(.seen[] | select(.asked.verb == "delete"))'
	run -2 replay "$dir/edited.json"
	[[ "$output" == *'the recording has no answer to {'*'delete'* ]]
}

@test "an interrupted case is void when it is judged again" {
	edited '.cancelled = "interrupted" | .ended = 1 | .seen |= map(select(.t < 1))'
	run -2 replay "$dir/edited.json"
	[[ "$output" == *'Bail out! void: interrupted'* ]]
}

# held TURN: the history, where the pod has annotations for a moment, and its case asks that it has none.
held() {
	edited "(.case.document.steps[2]) = {holds: {object: \"pod/a\", match: {metadata: {annotations: {\"\$absent\": true}}}, for: 1, req: \"PHASE-003\"}}
		| (.seen | map(select(.object.metadata.name == \"a\" and .t < 0.1)) | .[-1]) as \$one
		| .seen += [(\$one | .t = 0.2 | .latest = 0.2 | .turn = 900 | .object.metadata.annotations = {x: \"y\"} | .object.metadata.resourceVersion = \"46\"),
			(\$one | .t = 0.201 | .latest = 0.201 | .turn = $1 | .object.metadata.resourceVersion = \"47\")]"
}

@test "what came before the case looked again is told together" {
	held 900
	run -0 replay "$dir/edited.json"
	held 901
	run -1 replay "$dir/edited.json"
	[[ "$(jq -r '.cases[0].message' "$dir/again/results.json")" == 'held for only '*'"x":"y"'* ]]
}

@test "a step that lasts longer than then hears what is past at once" {
	held 900
	run -0 replay "$dir/edited.json"
	[ "$(jq '.cases[0].seconds < 5' "$dir/again/results.json")" = true ]
	[ "$(jq -r '[.cases[0].assertions[] | select(.req == "TERM-005").verdict] | unique | join(" ")' "$dir/again/results.json")" = pass ]
}

# ---- files that cannot be judged ----

# refused TEXT [NAME]: the replay of $dir/edited.json (or NAME) exits 2 and says so.
refused() {
	local said

	if said=$(replay "${2:-$dir/edited.json}" 2>&1); then false; else [ $? = 2 ]; fi
	[[ "$said" == *"$1"* ]] || { echo "no '$1' in: $said"; false; }
}

@test "a file that was cut, or is none at all, is refused with its place" {
	head -c 9000 harness/test/histories/grace-is-kept.json >"$dir/edited.json"
	refused "$dir/edited.json:19:"
	echo 'name: value' >"$dir/edited.json"
	refused "$dir/edited.json:1:"
	: >"$dir/edited.json"
	refused "$dir/edited.json:1:"
	refused '/no/such/file' /no/such/file
}

@test "a file that is something else, or of a newer schema, is refused" {
	podtest_run says-hello
	refused 'this is no recorded history' "$dir/report/results.json"
	edited '.schema = 2'
	refused 'schema 2 is newer than what this podtest knows (1)'
}

@test "what is missing or has a wrong type is named with its place" {
	edited 'del(.subject.rate)'
	refused 'edited.json: subject.rate must be a number'
	edited '.seen[7].t = "soon"'
	refused 'edited.json: seen[7].t must be a number'
	edited '.seen[3] = {t: 1}'
	refused 'edited.json: seen[3] is nothing that is known'
	edited '.case.document.steps[1].eventually.inside = 1'
	refused 'case.document: eventually: inside'
}

@test "a history that is not whole can be looked at, not judged" {
	edited '.left_out = 3'
	refused '3 of its entries were left out'
}

@test "a wrong command line is told, exit 64" {
	run -64 "$PODTEST" replay
	run -64 "$PODTEST" replay --subject unix:/x harness/test/histories/grace-is-kept.json
	run -0 "$PODTEST" replay --help
}
