#!/usr/bin/env bats
# reports: that the tools which read them do, and what several rounds or two versions say, shown by the subject that is pretended.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

# podtest_run DIR [OPTION|CASE...]: against the fake driver; TAP is in DIR.tap.
podtest_run() {
	timeout 60 "$PODTEST" run --subject "driver:$FAKE_DRIVER" --fixtures harness/test/cases --format tap \
		--report "$dir/$1" "${@:2}" >"$dir/$1.tap"
}

@test "JUnit has the form that its readers share" {
	run -1 podtest_run all
	xmllint --noout --schema harness/test/junit.xsd "$dir/all/junit.xml"
	FAKE=yes run -2 podtest_run void
	xmllint --noout --schema harness/test/junit.xsd "$dir/void/junit.xml"
}

@test "prove reads TAP, and counts what it says" {
	run -0 podtest_run good says-hello needs-more should-say-goodbye
	run -0 prove "$dir/good.tap"
	[[ "$output" == *'Tests=3'* ]]
	run -1 podtest_run all
	run -1 prove "$dir/all.tap"
	[[ "$output" != *'Parse errors'* ]]
	[[ "$output" == *'Failed 3/7 subtests'* ]]
}

@test "a case that flips is flaky, and the rate is told" {
	FAKE=harness/test/moody.yaml run -1 podtest_run rounds --repeat 4 says-goodbye
	[[ "$output" == *'flaky self/says-goodbye: passed 2 of 4 rounds'*'4 rounds: 1 of 1 cases are flaky (100.0 %)'* ]]
	[ "$(jq -c .stability "$dir/rounds/results.json")" = \
		'{"rounds":4,"evaluated":1,"flaky":1,"rate":1,"cases":[{"area":"self","name":"says-goodbye","rounds":4,"passed":2}]}' ]
	run -0 podtest_run rounds --repeat 4 says-hello
	[[ "$output" == *'4 rounds: 0 of 1 cases are flaky (0.0 %)'* ]]
}

# version NAME [AREA/CASE:REQ:VERDICT...]: a results.json of these cases, one assertion each.
version() {
	for one in "${@:2}"; do
		IFS=/: read -r area name req verdict <<<"$one"
		jq -n --arg area "$area" --arg name "$name" --arg req "$req" --arg verdict "$verdict" \
			'{name: $name, area: $area, verdict: $verdict, assertions: [{req: $req, verdict: $verdict, message: ("told of " + $req)}]}'
	done | jq -s --arg subject "$1" '{schema: 1, subject: $subject, cases: .}' >"$dir/$1.json"
}

@test "diff: what became worse, better, is new and gone, each with its requirement" {
	version one term/a:TERM-001:pass term/b:TERM-002:fail term/c:TERM-003:pass term/d:TERM-004:pass term/e:TERM-005:pass
	version two term/a:TERM-001:fail term/b:TERM-002:pass term/d:TERM-004:not-applicable term/e:TERM-005:pass term/f:TERM-006:pass
	run -1 "$PODTEST" diff "$dir/one.json" "$dir/two.json"
	squeezed=$(tr -s ' \n' '  ' <<<"$output")
	[[ "$squeezed" == 'one -> two worse term/a pass -> fail TERM-001 pass -> fail: told of TERM-001 better term/b fail -> pass '* ]]
	[[ "$squeezed" == *'otherwise term/d pass -> not-applicable '*' new term/f pass gone term/c pass '* ]]
	[[ "$output" == *'5 of 6 cases differ, 1 worse, 1 better, 1 otherwise, 1 new, 1 gone' ]]
}

@test "diff: a case with the same verdict may fail for something else" {
	version one term/a:TERM-001:fail
	version two term/a:TERM-001:fail
	jq '.cases[0].assertions += [{"req": "TERM-009", "verdict": "pass"}]' "$dir/one.json" >"$dir/a.json"
	jq '.cases[0].assertions += [{"req": "TERM-009", "verdict": "fail"}]' "$dir/two.json" >"$dir/b.json"
	run -1 "$PODTEST" diff "$dir/a.json" "$dir/b.json"
	[[ "$output" == *'fail in both, for other requirements'*'TERM-009 pass -> fail'* ]]
	run -0 "$PODTEST" diff "$dir/a.json" "$dir/a.json"
	[[ "$output" == *'0 of 1 cases differ' ]]
}

@test "diff: what still fails, or fails as listed now, is neither worse nor better" {
	version one term/a:TERM-001:fail term/b:TERM-002:pass term/c:TERM-003:known
	version two term/a:TERM-001:known term/b:TERM-002:slow term/c:TERM-003:fixed
	run -1 "$PODTEST" diff "$dir/one.json" "$dir/two.json"
	[[ "$output" == *'3 of 3 cases differ, 1 better, 2 otherwise' ]]
}

@test "diff --worse: only what became worse or is gone fails" {
	version one term/a:TERM-001:fail
	version two term/a:TERM-001:pass term/b:TERM-002:fail
	run -1 "$PODTEST" diff "$dir/one.json" "$dir/two.json"
	run -0 "$PODTEST" diff --worse "$dir/one.json" "$dir/two.json"
	run -1 "$PODTEST" diff --worse "$dir/two.json" "$dir/one.json"
	run -64 "$PODTEST" diff --worse "$dir/one.json"
}
