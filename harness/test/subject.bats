#!/usr/bin/env bats
# subject: what podtest is to somebody's cluster or runtime: doctor tells whether it can be tested, a run touches nothing but its own
# namespaces and takes them away again, clean does that for a run which could not. Against a podd with TLS and a token, and fakes.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export PODTEST=${PODTEST:-$PWD/out/bin/podtest} FAKE_DRIVER=${FAKE_DRIVER:-$PWD/out/release/drivers/fake}
	. ci/podd.bash
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-subject.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock
	podd_boot --clock-rate 20 --listen "unix:$podd_socket" --listen tcp:127.0.0.1:0 3>&-
	export podd_pid podd_cat
	podctl_ kubeconfig >"$podd_root/kubeconfig"
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	. ci/podd.bash
	podd_end
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	. ci/podd.bash
	dir=$BATS_TEST_TMPDIR
	cluster=kubeconfig:$podd_root/kubeconfig
}

# namespaces: those that carry the label of a run.
namespaces() {
	podctl_ get namespaces -l podtest/run -o name
}

# until_ COMMAND...: waits until it succeeds, ten seconds at most.
until_() {
	for _ in {1..100}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

has_namespaces() { [ "$(namespaces | wc -l)" -ge "$1" ]; }
has_none() { [ -z "$(namespaces)" ]; }

# endless: a case that takes half a minute, in $dir/cases; its podtest run in the background is $pid.
endless() {
	mkdir -p "$dir/cases/self"
	cp harness/test/cases/self/says-hello.yaml "$dir/cases/self/endless.yaml"
	sed -i 's/^name: says-hello/name: endless/; s/text: hello}, within: {lag: prompt}/text: never}, within: {timer: 30, clock: real, lag: prompt}/' \
		"$dir/cases/self/endless.yaml"
	"$PODTEST" run --subject "$cluster" --fixtures "$dir/cases" --no-sentinel --no-audit >"$dir/said" 2>&1 3>&- &
	pid=$!
	until_ has_namespaces 1
}

# ---- doctor ----

@test "doctor: a podd can be tested, over its socket and over TLS with a token" {
	for subject in "unix:$podd_socket" "$cluster"; do
		run -0 "$PODTEST" doctor --subject "$subject"
		[[ "$output" == *'ok       reached                  podd '*'ok       changes                  watched'* ]]
		[[ "$output" == *'ok       a pod runs and is heard'*'ok       what is false is seen'*'ok       exec'* ]]
		[[ "$output" == *'ok       image guest-quit'*'ok       image busybox'*' 0 missing' ]]
	done
	has_none
}

@test "doctor: what is missing is named, exit 1" {
	run -1 "$PODTEST" doctor --subject "driver:$FAKE_DRIVER"
	[[ "$output" == *'ok       features                 2 of '*': pod pod.exec'* ]]
	[[ "$output" == *'less     changes                  asked for ten times a second'* ]]
	[[ "$output" == *'ok       a pod runs and is heard'*'missing  exec'*'the fake driver says no'*'missing  image busybox'* ]]
	FAKE=unknown-feature run -1 "$PODTEST" doctor --subject "driver:$FAKE_DRIVER"
	[[ "$output" == *'missing  features                 pod.magic is none'* ]]
	FAKE=deaf run -1 "$PODTEST" doctor --subject "driver:$FAKE_DRIVER"
	[[ "$output" == *'missing  a pod runs and is heard'*'"text":"what?"'* ]]
	run -1 "$PODTEST" doctor --subject "$cluster" --image-busybox registry.invalid/busybox:v9
	[[ "$output" == *'ok       image guest-quit'*'missing  image busybox'*' 1 missing' ]]
}

@test "doctor: what cannot be reached is told, exit 2" {
	run -2 "$PODTEST" doctor --subject "unix:$dir/none.sock"
	[[ "$output" == *'missing  reached'*'none.sock: '* ]]
	FAKE=hangs-at-hello run -2 "$PODTEST" doctor --patience 1 --subject "driver:$FAKE_DRIVER"
	[[ "$output" == *'missing  reached                  the driver did not answer hello within 1 s'* ]]
	sed 's/token: .*/token: wrong/' "$podd_root/kubeconfig" >"$dir/kubeconfig"
	run -2 "$PODTEST" doctor --subject "kubeconfig:$dir/kubeconfig"
	[[ "$output" == *'missing  reached'*'nauthorized'* ]]
	run -64 "$PODTEST" doctor --subject nonsense:x says-hello
}

# ---- in somebody's cluster ----

@test "a run by kubeconfig leaves what is not its own, and nothing of its own" {
	podctl_ create namespace mine
	podctl_ apply -n mine -f - <<-'END'
		apiVersion: v1
		kind: ConfigMap
		metadata: {name: keep, labels: {podtest/run: not-a-namespace}}
	END
	run -0 "$PODTEST" run --subject "$cluster" --only args-alone,exec-sees-namespaces
	has_none
	podctl_ get -n mine configmap keep
}

@test "the images may have other names: --image" {
	mkdir "$dir/image"
	tar -xf out/image/guest.tar -C "$dir/image"
	sed -i 's#localhost/podtest/guest:v1#registry.example/tests/guest:v9#' "$dir/image/index.json" "$dir/image/manifest.json"
	tar -cf "$dir/guest.tar" -C "$dir/image" .
	podctl_ image import "$dir/guest.tar"
	run -0 "$PODTEST" run --subject "$cluster" --only args-alone,grace-of-the-request-wins \
		--image registry.example/tests/guest:v9 --report "$dir/report" --keep
	podctl_ get pods -A -o json | jq -e '[.items[].spec.containers[].image] | unique == ["registry.example/tests/guest:v9"]'
	"$PODTEST" clean --subject "$cluster"
	until_ has_none
}

@test "an interrupt takes the namespaces away, exit 2" {
	endless
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 2 ]
	grep -q 'interrupted, cleaning up' "$dir/said"
	until_ has_none
}

@test "clean removes what a killed run left, and only that" {
	podctl_ create namespace bystander
	endless
	kill -KILL "$pid"
	wait "$pid" || :
	run -0 "$PODTEST" clean --subject "$cluster" --dry-run
	[[ "$output" == pt-*'1 namespaces would be deleted' ]]
	has_namespaces 1
	run -0 "$PODTEST" clean --subject "unix:$podd_socket"
	[[ "$output" == pt-*'1 namespaces deleted' ]]
	until_ has_none
	podctl_ get namespace bystander
	run -0 "$PODTEST" clean --subject "$cluster"
	[ "$output" = '0 namespaces deleted' ]
}

# held_case: a case in $dir/cases with a pod that its finalizer keeps, and which is being deleted; it takes half a minute.
held_case() {
	mkdir -p "$dir/cases/self"
	cat >"$dir/cases/self/held.yaml" <<-'END'
		apiVersion: podtest/v1
		kind: Case
		name: held
		title: A pod that is kept
		needs: [pod, scheduler]
		steps:
		- apply: {}
		- delete: {object: pod/a}
		- eventually: {absent: pod/a, within: {timer: 30, clock: real, lag: prompt}, req: TERM-017}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: a, finalizers: [podtest.example/hold]}
		spec: {nodeSelector: {podtest/no-such-node: "yes"}, containers: [{name: c, image: localhost/podtest/guest:v1, args: [run]}]}
	END
}

has_held() { podctl_ get pods -A -o json | jq -e '[.items[] | select(.metadata.deletionTimestamp and .metadata.finalizers)] | length == 1' >/dev/null; }

@test "a pod that a case holds is let go: by an interrupt, and by clean after a kill" {
	held_case
	for signal in INT KILL; do
		"$PODTEST" run --subject "$cluster" --fixtures "$dir/cases" --no-sentinel --no-audit >"$dir/said" 2>&1 3>&- &
		pid=$!
		until_ has_held
		kill "-$signal" "$pid"
		wait "$pid" || :
		[ $signal = KILL ] || until_ has_none
	done
	has_held
	run -0 "$PODTEST" clean --subject "$cluster"
	until_ has_none
}

# ---- what is in no namespace ----

# node_case NAME [STEP]: a case in $dir/cases that makes a node which is ready, and tells that it is there.
node_case() {
	mkdir -p "$dir/cases/self"
	cat >"$dir/cases/self/node.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: node
		title: A node without an agent
		needs: [nodes.made]
		steps:
		- apply: {}
		- eventually: {object: "node/$1", match: {status: {allocatable: {pods: "3"}}}, within: {lag: prompt}, req: SCHED-016}
		${2-}
		---
		apiVersion: v1
		kind: Node
		metadata: {name: "$1", labels: {podtest/case: "\${ns}"}}
		spec: {taints: [{key: podtest/case, value: "\${ns}", effect: NoSchedule}]}
		status: {allocatable: {pods: "3"}, conditions: [{type: Ready, status: "True"}]}
	END
}

run_node_case() {
	"$PODTEST" run --subject "$cluster" --fixtures "$dir/cases" --no-sentinel --no-audit
}

made() { podctl_ get nodes -l podtest/run -o name; }
has_made() { [ -n "$(made)" ]; }
has_made_none() { [ -z "$(made)" ]; }

# shellcheck disable=SC2016
node='${ns}-a'
# shellcheck disable=SC2016
endless_node='- eventually: {absent: "node/${ns}-a", within: {timer: 30, clock: real, lag: prompt}, req: SCHED-016}'

@test "a node that a case makes has the status of its manifest, and goes with the case" {
	node_case "$node"
	run_node_case
	has_made_none
	[ "$(podctl_ get nodes -o name | wc -l)" = 1 ]
}

@test "a node of another name is not made, nor taken away" {
	real=$(podctl_ get nodes -o name)
	node_case "${real#*/}"
	run -2 run_node_case
	[[ "$output" == *'is in no namespace: its name must be '* ]]
	[ "$(podctl_ get nodes -o name)" = "$real" ]
	has_made_none
}

@test "an interrupt takes a made node away; clean does so after a kill" {
	node_case "$node" "$endless_node"
	for signal in INT KILL; do
		# the program itself: a function would run in a shell of its own, which takes the signal instead
		"$PODTEST" run --subject "$cluster" --fixtures "$dir/cases" --no-sentinel --no-audit >"$dir/said" 2>&1 3>&- &
		pid=$!
		until_ has_made
		kill "-$signal" "$pid"
		wait "$pid" || :
		[ $signal = KILL ] || until_ has_made_none
	done
	has_made
	run -0 "$PODTEST" clean --subject "$cluster" --dry-run
	[[ "$output" == pt-*node/pt-*-a*'1 namespaces and 1 other objects would be deleted' ]]
	has_made
	run -0 "$PODTEST" clean --subject "$cluster"
	[[ "$output" == *'1 namespaces and 1 other objects deleted' ]]
	until_ has_made_none
	[ "$(podctl_ get nodes -o name | wc -l)" = 1 ]
}

# uid_case NAME WANTED: a pod that nobody schedules with the uid that ${uid/NAME} stands for as an annotation, which must be WANTED.
uid_case() {
	mkdir -p "$dir/cases/self"
	cat >"$dir/cases/self/uid.yaml" <<-END
		apiVersion: podtest/v1
		kind: Case
		name: uid
		title: The uid of another object
		needs: [pod]
		steps:
		- apply: {}
		- eventually: {object: pod/a, match: {metadata: {annotations: {u: "$2"}}}, within: {lag: prompt}, req: API-002}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: a, annotations: {u: "\${uid/$1}"}}
		spec: {schedulerName: nobody, containers: [{name: c, image: localhost/podtest/guest:v1}]}
	END
	"$PODTEST" run --subject "$cluster" --fixtures "$dir/cases" --no-sentinel --no-audit
}

@test "the uid of an object that is not the case's is asked for by its path" {
	uid=$(podctl_ get namespace default -o jsonpath='{.metadata.uid}')
	uid_case /api/v1/namespaces/default "$uid"
	run -1 uid_case /api/v1/namespaces/default other
}

@test "a uid that is not there, or does not come, breaks the case" {
	run -2 uid_case /api/v1/namespaces/no-such any
	[[ "$output" == *'no uid at /api/v1/namespaces/no-such: '*'not found'* ]]
	run -2 uid_case pod/b any
	[[ "$output" == *'names did not come in time'* ]]
}

@test "clean: of a driver, the namespaces of runs are reset" {
	pod='{kind: Pod, metadata: {name: a, namespace: %s}}'
	# shellcheck disable=SC2059
	printf -- "- {at: get, merge: {items: [$pod, $pod, $pod]}}\n" pt-abcdef-1 pt-abcdef-1 other >"$dir/left.yaml"
	echo '- {at: reset, in: pt-abcdef-1}' >>"$dir/left.yaml"
	echo '- {at: reset, print: "what is reset that is not of a run"}' >>"$dir/left.yaml"
	FAKE=$dir/left.yaml run -0 "$PODTEST" clean --subject "driver:$FAKE_DRIVER"
	[ "$output" = "$(printf '%s\n' pt-abcdef-1 '1 namespaces deleted')" ]
}
