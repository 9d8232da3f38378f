#!/usr/bin/env bats
# podman: what is known of podman kube play, as data: the list of deviations and its checker, and the expectations. No podman needed.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	dir=$BATS_TEST_TMPDIR
	podtest=${PODTEST:-$PWD/out/bin/podtest}
}

# results CASE REQ VERDICT...: a results.json with such cases.
results() {
	while [ $# -gt 0 ]; do
		printf '{"name": "%s", "assertions": [{"req": "%s", "verdict": "%s"}]}\n' "$1" "$2" "$3"
		shift 3
	done | jq -s '{cases: .}' >"$dir/results.json"
}

deviations() {
	cat >"$dir/list.json" <<'END'
[{"what": "hostPID", "is": "ignored", "seen": [{"case": "host-pid", "req": "NS-008"}]},
 {"what": "subPath", "is": "ignored", "seen": [{"case": "mounts", "req": "VOL-008"}, {"case": "paths", "req": "VOL-008"}]}]
END
}

check() {
	harness/test/check-deviations "$dir/list.json" "$dir/results.json"
}

@test "a report in which each deviation has failed, in whatever words, names them all" {
	deviations
	results host-pid NS-008 known paths VOL-008 ignored mounts VOL-008 pass
	run -0 check
	[ "$output" = 'all 2 known deviations are named' ]
}

@test "a deviation that passed, or whose case was not run, is told" {
	deviations
	results host-pid NS-008 pass paths VOL-008 fail
	run -1 check
	[ "$output" = 'not named: hostPID (ignored); looked for host-pid/NS-008' ]
	results host-pid NS-008 not-applicable paths VOL-009 fail
	run -1 check
	[ "${#lines[@]}" = 2 ]
}

@test "without cases or without deviations there is nothing to compare" {
	deviations
	echo '{"cases": []}' >"$dir/results.json"
	run -2 check
	echo '[]' >"$dir/list.json"
	results host-pid NS-008 fail
	run -2 check
}

@test "every deviation of the list names a case that there is, and a requirement that it cites or that there is" {
	"$podtest" list -o json | jq -r '.[].name' | sort >"$dir/cases"
	jq -r '.[].seen[].case' harness/test/podman-deviations.json | sort -u | comm -23 - "$dir/cases" >"$dir/unknown"
	[ ! -s "$dir/unknown" ] || { cat "$dir/unknown"; false; }
	jq -e 'all(.what and (.is == "ignored" or .is == "wrong") and (.seen | length > 0))' harness/test/podman-deviations.json
}

@test "every known failure of podman is one of a case that there is, and the list is read" {
	"$podtest" list -o json | jq -r '.[].name' | sort >"$dir/cases"
	grep -oE "^    [a-z0-9'*-]+: \[" harness/expectations/podman.yaml | tr -d " ':[" | sort -u >"$dir/listed"
	[ "$(wc -l <"$dir/listed")" -gt 100 ]
	while read -r pattern; do
		# shellcheck disable=SC2254 # it is a pattern
		while read -r name; do case $name in $pattern) continue 2 ;; esac; done <"$dir/cases"
		echo "$pattern: no such case"
		return 1
	done <"$dir/listed"
	run -0 "$podtest" run --subject "driver:${FAKE_DRIVER:-out/release/drivers/fake}" --fixtures harness/test/cases \
		--expectations harness/expectations/podman.yaml says-hello
}
