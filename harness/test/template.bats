#!/usr/bin/env bats
# template: the driver that strangers start from, as it stands and filled in for a trivial runtime (toy/), on the way that
# harness/README.md tells. As root, for the namespaces.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export DRIVER_STATE=$BATS_TEST_TMPDIR/state TMPDIR=$BATS_TEST_TMPDIR
	PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	template=harness/drivers/template/driver
}

# ask LINE...: the template's answers.
ask() {
	printf '%s\n' "$@" | timeout 20 "$template"
}

@test "the template has under 150 lines" {
	[ "$(wc -l <"$template")" -lt 150 ]
}

@test "the template answers every line that is a request, and says what it cannot do" {
	ask '{"id":1,"verb":"hello","protocol":1}' 'good morning' '{"id":2,"verb":"get"}' '{"id":3,"verb":"dance"}' \
		'{"id":4,"verb":"apply","namespace":"n","object":{"kind":"Pod","metadata":{"name":"a","namespace":"n"}}}' \
		'{"id":5,"verb":"logs","namespace":"n","name":"a","container":"c","previous":false}' \
		'{"id":6,"verb":"reset","namespace":"n"}' >"$BATS_TEST_TMPDIR/answers" 2>/dev/null
	run -0 jq -r '[.id, .error.code // .ok] | join(" ")' "$BATS_TEST_TMPDIR/answers"
	[ "$output" = "$(printf '%s\n' '1 true' '2 true' '3 unsupported' '4 unsupported' '5 not-found' '6 true')" ]
	[ "$(jq -r 'select(.id == 1) | [.protocol, .concurrency, .watch] | join(" ")' "$BATS_TEST_TMPDIR/answers")" = "1 1 false" ]
	[ -z "$(ls -A "$DRIVER_STATE" 2>/dev/null)" ]
}

@test "a run against the template as it stands is void, and says why" {
	run -2 timeout 60 "$PODTEST" run --subject "driver:$template" --fixtures harness/test/cases says-hello
	[[ "$output" == *'Bail out! void: sentinel must-pass: broken: '*'this is the template: nothing runs here'* ]]
}

@test "filled in as harness/README.md tells, it yields a report and leaves nothing" {
	awk '/^```/ { inside = $0 == "```sh"; next } inside' harness/README.md >"$BATS_TEST_TMPDIR/blocks"
	run -0 timeout 100 bash -eu "$BATS_TEST_TMPDIR/blocks" 3>&-
	[[ "$output" == *'"name":"toy"'* ]]
	[[ "$output" == *'exit status 1'* ]]
	# Some hold, some do not, some are not asked, and none could not be set up.
	run -0 jq -c '[.pass > 0, .fail > 0, .["not-applicable"] > 0, .broken == 0]' <<<"$(grep '^{"pass"' <<<"$output")"
	[ "$output" = '[true,true,true,true]' ]
	[ -z "$(compgen -G "$BATS_TEST_TMPDIR/tmp.*")" ]
	left=$(grep -lsE "(TOY|DRIVER_STATE)=$BATS_TEST_TMPDIR/tmp" /proc/[0-9]*/environ || :)
	[ -z "$left" ]
	left=$(grep -s "$BATS_TEST_TMPDIR" /proc/[0-9]*/mountinfo || :)
	[ -z "$left" ]
}
