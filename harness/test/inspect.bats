#!/usr/bin/env bats
# inspect: the commands that look at cases and requirements without running any.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PODTEST=${PODTEST:-$PWD/out/bin/podtest}
	dir=$BATS_TEST_TMPDIR
	mkdir -p "$dir/self"
}

# lint_case [LINE...]: lints one case that is right but for these lines; $needs, $args, $image change it.
lint_case() {
	cat >"$dir/self/one.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: one
		title: A case
		needs: [${needs-}]
		steps:
		- apply: {objects: [pod/a]}
		$(printf '%s\n' "$@")
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: ${pod:-a}}
		spec:
		  containers:
		  - {name: c, image: ${image:-localhost/podtest/guest:v1}${more-}}
	END
	"$PODTEST" lint --fixtures "$dir"
}

good='- eventually: {guest: a/c start, within: {lag: start}, req: PHASE-003}'

@test "lint: every fixture of the tree is right" {
	"$PODTEST" lint
}

@test "lint: a case that is right has no fault" {
	run -0 lint_case "$good"
	[[ "$output" == *'1 cases, 0 faults'* ]]
}

@test "lint: a requirement that does not exist is a fault" {
	run -1 lint_case '- eventually: {guest: a/c start, within: {lag: start}, req: PHASE-999}'
	[[ "$output" == *'PHASE-999 is not in the catalogue'* ]]
}

@test "lint: a case that asserts nothing is a fault" {
	run -1 lint_case '- eventually: {guest: a/c start, within: {lag: start}}'
	[[ "$output" == *'asserts nothing'* ]]
}

@test "lint: waiting by sleep is a fault" {
	needs=pod.exec run -1 lint_case "$good" '- exec: {object: pod/a, container: c, command: [/guest, sleep, "5"]}'
	[[ "$output" == *'waits by sleep'* ]]
}

@test "lint: an image from elsewhere is a fault" {
	image=docker.io/library/nginx run -1 lint_case "$good"
	[[ "$output" == *'docker.io/library/nginx'* ]]
}

@test "lint: a feature that is used and not declared is a fault" {
	more=', livenessProbe: {tcpSocket: {port: 80}}' run -1 lint_case "$good"
	[[ "$output" == *'pod.probe.tcp'* ]]
	more=', livenessProbe: {tcpSocket: {port: 80}}' needs=pod.probe.tcp run -0 lint_case "$good"
}

# node_case NAME TAINTS: lints a case that makes a node.
node_case() {
	cat >"$dir/self/one.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: one
		title: A case
		needs: [${needs-nodes.made}]
		steps:
		- apply: {}
		- eventually: {object: "node/$1", within: {lag: prompt}, req: SCHED-004}
		---
		apiVersion: v1
		kind: Node
		metadata: {name: "$1"}
		spec: {taints: [$2]}
	END
	"$PODTEST" lint --fixtures "$dir"
}

# shellcheck disable=SC2016
@test "lint: a node that a case makes bears its name and keeps others away" {
	taint='{key: podtest/case, value: "${ns}", effect: NoSchedule}'
	run -0 node_case '${ns}-a' "$taint"
	run -1 node_case worker "$taint"
	[[ "$output" == *'Node worker is in no namespace: its name must begin with ${ns}'* ]]
	run -1 node_case '${ns}-a' "${taint/No/PreferNo}"
	[[ "$output" == *'has no taint that keeps other cases'* ]]
	needs=pod run -1 node_case '${ns}-a' "$taint"
	[[ "$output" == *'needs does not name nodes.made'* ]]
	run -0 "$PODTEST" render one --fixtures "$dir" --namespace here
	[[ "$output" == *'kind: Node'*'name: here-a'* ]]
	[[ "$output" != *'--subresource=status'* ]]
	echo 'status: {allocatable: {pods: "1"}}' >>"$dir/self/one.yaml"
	run -0 "$PODTEST" render one --fixtures "$dir"
	[[ "$output" == *'kubectl replace --subresource=status'*'kind: Node'* ]]
}

@test "lint: a case that restarts the agent must be exclusive and disruptive" {
	needs=disrupt.restart-agent run -1 lint_case "$good" '- disrupt: {kind: restart-agent}'
	[[ "$output" == *'restart-agent needs disruptive and locks: [exclusive]'* ]]
	needs=disrupt.kill-sandbox run -1 lint_case "$good" '- disrupt: {kind: kill-sandbox}'
	[[ "$output" == *'kill-sandbox names its pod by object'* ]]
	needs=pod run -1 lint_case "$good" '- disrupt: {kind: earthquake}'
	[[ "$output" == *'no such kind: earthquake'* ]]
}

@test "lint: an unknown feature, step or key is a fault with its line" {
	needs=pod.magic run -1 lint_case "$good"
	[[ "$output" == *'pod.magic'* ]]
	run -1 lint_case "$good" '- wait: {seconds: 5}'
	[[ "$output" == *'one.yaml:9: '* ]]
	run -1 lint_case '- eventually: {guest: a/c start, inside: {lag: start}, req: PHASE-003}'
	[[ "$output" == *'one.yaml:8: '*'inside'* ]]
}

@test "lint: a step that names a manifest which is not there is a fault" {
	pod=b run -1 lint_case "$good"
	[[ "$output" == *'pod/a has no manifest'* ]]
}

@test "lint: an event that cannot be read is a fault" {
	run -1 lint_case "$good" '- history:' '  - {count: gest a/c start, is: 1, req: NS-001}'
	[[ "$output" == *'gest a/c start'* ]]
	run -1 lint_case "$good" '- history:' '  - {never: guest a/c strat, req: NS-001}'
	[[ "$output" == *'no guest states such an event'* ]]
	run -1 lint_case "$good" '- history:' '  - {never: watch a fase=Failed, req: NS-001}'
	[[ "$output" == *'no such change is watched'* ]]
}

@test "lint: a bound in which too late drowns is told" {
	lint_case "$good" '- history:' \
		'  - {before: [guest a/c start, lost a/c], gap: {max: {timer: 2, lag: prompt}}, req: NS-001}' >/dev/null
	run -0 "$PODTEST" lint --notes --fixtures "$dir"
	[[ "$output" == *'note: one: "too late" is seen only from 11.0 times the timer'* ]]
}

@test "list: what run would run, as names, table and JSON" {
	lint_case "$good" >/dev/null
	run -0 "$PODTEST" list -o name --fixtures "$dir"
	[ "$output" = one ]
	[ "$("$PODTEST" list -o json --fixtures "$dir" | jq -r '.[0].requirements[0]')" = PHASE-003 ]
	run -2 "$PODTEST" list --fixtures "$dir" --area nothing
}

@test "render: manifests with names filled in, as YAML" {
	# shellcheck disable=SC2016
	more=', env: [{name: NS, value: "${ns}"}]' lint_case "$good" >/dev/null
	run -0 "$PODTEST" render one --fixtures "$dir" --namespace here
	[[ "$output" == *'kind: Pod'*'value: here'* ]]
	run -64 "$PODTEST" render no-such-case --fixtures "$dir"
}

@test "explain: a requirement, its source and its cases" {
	lint_case "$good" >/dev/null
	run -0 "$PODTEST" explain PHASE-003 --fixtures "$dir"
	[[ "$output" == *'PHASE-003 (must)'*'source '*'cases '*'one: A case'* ]]
	run -64 "$PODTEST" explain NO-001
}

@test "coverage: cited and proven are counted apart" {
	lint_case "$good" >/dev/null
	echo '{"schema":1,"mutants":[{"id":"x","kills":"PHASE-003","verdict":"survived"}]}' >"$dir/m.json"
	run -1 "$PODTEST" coverage --area PHASE --fixtures "$dir" --mutants "$dir/m.json"
	[[ "$output" == *'PHASE-003'*'not proven'* ]]
	proven=$(awk '$1 == "PHASE" { print $6 }' <<<"$output")
	[ "$proven" = 0 ]
	sed -i s/survived/killed/ "$dir/m.json"
	run -1 "$PODTEST" coverage --area phase --fixtures "$dir" --mutants "$dir/m.json"
	[ "$(awk '$1 == "PHASE" { print $6 }' <<<"$output")" = 1 ]
}

@test "coverage: a hole in a finished area is a failure" {
	lint_case "$good" >/dev/null
	mkdir "$dir/reqs"
	printf '%s\n' 'area: PHASE' 'finished: yes' 'requirements:' \
		'- {id: PHASE-003, statement: One., source: p, level: must}' \
		'- {id: PHASE-098, statement: Two., source: p, level: must}' >"$dir/reqs/PHASE.yaml"
	echo '{"schema":1,"mutants":[{"id":"x","kills":"PHASE-003","verdict":"killed"}]}' >"$dir/m.json"
	run -1 "$PODTEST" coverage --fixtures "$dir/self" --catalogue "$dir/reqs" --mutants "$dir/m.json"
	[[ "$output" == *'PHASE-098'*'no case'* ]]
	sed -i /PHASE-098/d "$dir/reqs/PHASE.yaml"
	run -0 "$PODTEST" coverage --fixtures "$dir/self" --catalogue "$dir/reqs" --mutants "$dir/m.json"
}

@test "coverage: an area that is named has no hole, and is one" {
	lint_case "$good" >/dev/null
	mkdir "$dir/reqs"
	printf '%s\n' 'area: PHASE' 'requirements:' \
		'- {id: PHASE-003, statement: One., source: p, level: must}' \
		'- {id: PHASE-098, statement: Two., source: p, level: should}' >"$dir/reqs/PHASE.yaml"
	echo '{"schema":1,"mutants":[{"id":"x","kills":"PHASE-003","verdict":"killed"}]}' >"$dir/m.json"
	coverage=("$PODTEST" coverage --fixtures "$dir/self" --catalogue "$dir/reqs")
	run -1 "${coverage[@]}" --area phase --mutants "$dir/m.json"
	[[ "$output" == *'PHASE-098'*'no reason'* ]]
	sed -i 's/level: should/&, unasserted: nobody can see it/' "$dir/reqs/PHASE.yaml"
	run -0 "${coverage[@]}" --area phase --mutants "$dir/m.json"
	run -0 "${coverage[@]}" --area phase --cited
	run -64 "${coverage[@]}" --area phase,phases --mutants "$dir/m.json"
	sed -i 's/"schema"/"void":"interrupted",&/' "$dir/m.json"
	run -2 "${coverage[@]}" --area phase --mutants "$dir/m.json"
}

# results VERDICT: a results.json of one case.
results() {
	echo '{"schema":1,"subject":"x","cases":[{"name":"one","area":"self","verdict":"'"$1"'","assertions":[]}]}'
}

@test "diff: exit codes as diff has them" {
	results pass >"$dir/a.json"
	results fail >"$dir/b.json"
	run -0 "$PODTEST" diff "$dir/a.json" "$dir/a.json"
	run -1 "$PODTEST" diff "$dir/a.json" "$dir/b.json"
	[[ "$output" == *'self/one'*'pass -> fail'* ]]
	run -2 "$PODTEST" diff "$dir/a.json" "$dir/none.json"
}

# page_data: what the page holds, as JSON.
page_data() {
	sed -n 's/.*<script type="application\/json" id="data">\(.*\)<\/script>/\1/p' "$1"
}

@test "report: one page holds every result, with the catalogue's sentences" {
	results pass >"$dir/a.json"
	results fail >"$dir/b.json"
	run -0 "$PODTEST" report "$dir/a.json" "$dir/b.json" -o "$dir/sub/page.html"
	[ "$(page_data "$dir/sub/page.html" | jq -r '[.results[].results.cases[0].verdict] | join(",")')" = pass,fail ]
	[ "$(page_data "$dir/sub/page.html" | jq -r '.requirements[] | select(.id == "PHASE-003").level')" = must ]
}

@test "report: what is no result is told, and writes no page" {
	echo '{"schema":2,"cases":[]}' >"$dir/old.json"
	run -2 "$PODTEST" report "$dir/old.json" -o "$dir/page.html"
	[[ "$output" == *'old.json: is no results.json of schema 1'* ]]
	printf '{"schema":1,\n"cases":[}' >"$dir/cut.json"
	run -2 "$PODTEST" report "$dir/cut.json" -o "$dir/page.html"
	[[ "$output" == *'cut.json:2: '* ]]
	[ ! -e "$dir/page.html" ]
	run -64 "$PODTEST" report
	run -64 "$PODTEST" report "$dir/cut.json" --no-such-option
}

@test "completion: bash can read it, and completes a command" {
	"$PODTEST" completion bash >"$dir/completion"
	# shellcheck disable=SC2016
	run -0 bash -c '. "$1"; COMP_WORDS=(podtest exp); COMP_CWORD=1; _podtest; echo "${COMPREPLY[@]}"' - "$dir/completion"
	[ "$output" = explain ]
}

@test "image: an archive that names the guest image" {
	"$PODTEST" image -o "$dir/guest.tar" --guest "$PODTEST"
	[ "$(tar -xOf "$dir/guest.tar" manifest.json | jq -r '.[0].RepoTags[0]')" = localhost/podtest/guest:v1 ]
	"$PODTEST" image --quit -o "$dir/quit.tar" --guest "$PODTEST"
	config=$(tar -xOf "$dir/quit.tar" manifest.json | jq -r '.[0].Config')
	[ "$(tar -xOf "$dir/quit.tar" "$config" | jq -r .config.StopSignal)" = SIGQUIT ]
	run -64 "$PODTEST" image
}

@test "mutants: a list without a mutant is void" {
	mkdir -p "$dir/tree/out/bin" "$dir/tree/harness/mutants" "$dir/tree/fixtures"
	cp "$PODTEST" "$dir/tree/out/bin/podtest"
	touch "$dir/tree/GNUmakefile" "$dir/tree/out/bin/podd"
	echo '[]' >"$dir/tree/harness/mutants/core.yaml"
	run -2 "$dir/tree/out/bin/podtest" mutants --area core
	[[ "$output" == *'holds no mutant'* ]]
	run -2 "$dir/tree/out/bin/podtest" mutants --area nothing
}
