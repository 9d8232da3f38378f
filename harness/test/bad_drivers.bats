#!/usr/bin/env bats
# bad_drivers: every way to be a bad driver is caught, with a clear message and the right exit code. A way is a script of the fake
# driver, bad_drivers/NAME.yaml; what podtest says of it is golden/bad_drivers/NAME, with names and times of the run replaced.
# GOLDEN=write writes those anew.

# shellcheck source=harness/test/fake.bash
. "$BATS_TEST_DIRNAME/fake.bash"

bats_require_minimum_version 1.5.0

setup_file() {
	programs
	# They mostly wait, so they run side by side.
	for script in harness/test/bad_drivers/*.yaml; do
		judge "$(basename "$script" .yaml)" 3>&- &
	done
	wait
}

# judge NAME: runs podtest against this way to be bad. The seed gives the second namespace to the sentinel that must fail.
judge() {
	local said=$BATS_FILE_TMPDIR/$1.said case=says-hello status=0
	[ "$1" != never-deletes ] || case=goes-away
	FAKE=harness/test/bad_drivers/$1.yaml timeout 60 "$PODTEST" run --subject "driver:$FAKE_DRIVER" \
		--fixtures harness/test/cases --patience 4 --seed 6 --quiet "$case" >"$said" 2>&1 || status=$?
	{
		echo "exit status $status"
		grep -aE '^(podtest: |Bail out! |not ok |      message: |# left behind)' "$said" |
			sed -E 's/pt-[0-9a-f]{6}/pt-RUN/g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/BOOT/g; s/\b[0-9]{10,}/TIME/g'
	} >"$BATS_FILE_TMPDIR/$1"
}

# caught STATUS NAME...: each ends with this exit status and says what its golden file says.
caught() {
	local name golden
	for name in "${@:2}"; do
		golden=$BATS_TEST_DIRNAME/golden/bad_drivers/$name
		[ "${GOLDEN-}" != write ] || cp "$BATS_FILE_TMPDIR/$name" "$golden"
		diff -u "$golden" "$BATS_FILE_TMPDIR/$name"
		grep -qx "exit status $1" "$golden"
	done
}

@test "lying: yes to everything, words of its own, a judgement of its own" { caught 2 yes deaf judges; }
@test "hanging: at hello, at apply, when asked for logs" { caught 2 hangs-at-hello hangs-at-apply no-logs; }
@test "crashing: at the first pod, in the middle of the run, in the middle of a line" { caught 2 dies dies-late dies-in-a-line; }
@test "printing garbage: instead of answers, between them" { caught 2 babble chatty; }
@test "half-answering: a piece, no id, a wrong id, twice, neither ok nor error, a field left out" {
	caught 2 cut no-id wrong-id twice neither no-items
}
@test "another version of the protocol" { caught 2 protocol-2; }
@test "hello: without features, with one that there is not" { caught 2 no-features unknown-feature; }
@test "events, though it does not watch" { caught 2 unasked-event; }
@test "an error code that is not of the list" { caught 2 wrong-code; }
@test "a line without end, bytes that are no text, text that is no UTF-8" { caught 2 huge-line binary no-utf8; }
@test "exec that runs nothing" { caught 2 exec-idle; }
@test "a status that goes back" { caught 1 goes-back; }
@test "deleting nothing" { caught 1 never-deletes; }

@test "no way to be bad is left out" {
	for script in "$BATS_TEST_DIRNAME"/bad_drivers/*.yaml; do
		grep -qwE "caught [12].* $(basename "$script" .yaml)" "$BATS_TEST_FILENAME"
	done
	[ "$(find "$BATS_TEST_DIRNAME/golden/bad_drivers" -type f | wc -l)" = "$(find "$BATS_TEST_DIRNAME/bad_drivers" -name '*.yaml' | wc -l)" ]
}

@test "a script with a slip is told" {
	echo '- {at: apply, hangs: true}' >"$BATS_TEST_TMPDIR/slip.yaml"
	FAKE=$BATS_TEST_TMPDIR/slip.yaml run -2 "$FAKE_DRIVER" </dev/null
	[[ "$output" == *"rule 1: no key \`hangs\`"* ]]
}
