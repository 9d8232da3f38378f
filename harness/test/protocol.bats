#!/usr/bin/env bats
# protocol: PROTOCOL.md stays true. Its transcripts are replayed to a driver, and what podtest really sends is in it. (That podtest takes
# its answers is a unit test: subject/test_program_form.c.)

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	FAKE_DRIVER=${FAKE_DRIVER:-$PWD/out/release/drivers/fake}
	dir=$BATS_TEST_TMPDIR
	# The lines that podtest says; "…" between members stands for more of them.
	sed -n 's/^    > //p' harness/PROTOCOL.md | sed 's/,…//g' >"$dir/requests"
}

# documented VERB: the fields that the contract names for it, in transcripts and in the text of its section.
documented() {
	jq -r "select(.verb == \"$1\") | keys[]" "$dir/requests"
	# shellcheck disable=SC2016
	awk -v verb="$1" '/^### / { inside = index($0, verb) } inside' harness/PROTOCOL.md | grep -oE '`[A-Za-z]+`' | tr -d '`'
}

@test "there is a transcript for every verb that podtest knows" {
	sed -n '/words\[N_VERBS\]/,/};/s/.*"\(.*\)".*/\1/p' harness/subject/program_verbs.c >"$dir/verbs"
	printf '%s\n' hello watch >>"$dir/verbs"
	[ "$(wc -l <"$dir/verbs")" -ge 12 ]
	diff <(sort -u "$dir/verbs") <(jq -r .verb "$dir/requests" | sort -u)
}

@test "a driver that is honest answers the transcripts as they are told" {
	"$FAKE_DRIVER" <"$dir/requests" >"$dir/answers"
	diff <(jq .id "$dir/requests") <(jq .id "$dir/answers")
	# The first answer of each request in the contract, its further lines joined: the same fields, where the fake knows the verb.
	awk '/^    > / { want = 1; next } /^    < / && want { want = 0; on = 1; printf "%s%s", sep, substr($0, 7); sep = "\n"; next }
		/^       / && on { printf "%s", substr($0, 8); next } { on = 0 } END { print "" }' harness/PROTOCOL.md |
		sed 's/,…//g' >"$dir/told"
	paste -d'\n' "$dir/told" "$dir/answers" | jq -s -c '_nwise(2) | select(.[1].error == null and .[0].error == null) |
		[.[0].id, .[0].id == .[1].id, ((.[1] | keys) - (.[0] | keys))]' >"$dir/pairs"
	[ "$(wc -l <"$dir/pairs")" -ge 6 ]
	run -1 grep -v ',true,\[\]\]$' "$dir/pairs"
}

# case_of NAME STEP: a case that takes this step after applying a pod; whether it is then accepted does not matter here.
case_of() {
	mkdir -p "$dir/cases/self"
	sed -n '/^---$/,$p' harness/test/cases/self/says-hello.yaml >"$dir/pod"
	{
		printf '%s\n' 'apiVersion: podtest/v1' 'kind: Case' "name: $1" 'title: A step' 'disruptive: true' 'steps:' \
			'- apply: {objects: [pod/a]}' "- $2" '- eventually: {absent: pod/none, within: {lag: prompt}, req: PHASE-003}'
		cat "$dir/pod"
	} >"$dir/cases/self/$1.yaml"
}

@test "what podtest sends is in the contract" {
	case_of execs 'tell: {object: pod/a, container: c, args: [say, x]}'
	case_of patches 'patch: {object: pod/a, type: merge, subresource: status, patch: {status: {}}}'
	case_of scales 'scale: {object: rs/web, replicas: 2}'
	case_of deletes 'delete: {object: pod/a, grace: 1, propagation: Foreground}'
	case_of deletes-one 'delete: {object: pod/a, uid: x, resourceVersion: "1", refused: true, reason: Conflict, req: TERM-006}'
	case_of deletes-all 'delete: {objects: pod, labels: {x: y}}'
	# shellcheck disable=SC2016
	case_of logs 'eventually: {log: a/c, tail: 2, timestamps: true, match: {$regex: .}, within: {lag: prompt}}'
	case_of disrupts 'disrupt: {kind: kill-sandbox, object: pod/a}'
	FAKE_REQUESTS=$dir/sent run "$PODTEST" run --patience 2 --no-sentinel --disruptive --subject "driver:$FAKE_DRIVER" --fixtures "$dir/cases"
	[ "$(jq -r .verb "$dir/sent" | sort -u | wc -l)" = 10 ]
	for verb in $(jq -r .verb "$dir/sent" | sort -u); do
		comm -23 <(jq -r "select(.verb == \"$verb\") | keys[]" "$dir/sent" | sort -u) <(documented "$verb" | sort -u) |
			sed "s/^/$verb: /"
	done >"$dir/undocumented"
	cat "$dir/undocumented"
	[ ! -s "$dir/undocumented" ]
}
