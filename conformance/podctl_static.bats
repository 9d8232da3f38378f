#!/usr/bin/env bats
# static pods (SCHED-021): manifests in a directory of the node are pods that the API shows and cannot take away.

bats_require_minimum_version 1.5.0

IMAGE=localhost/podtest/busybox:v1

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	# shellcheck source=ci/podd.bash
	. ci/podd.bash
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-static.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock manifests=$podd_root/manifests
	mkdir "$manifests"
	boot
	podctl_ image import out/image/busybox.tar
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	. ci/podd.bash
	# one of the tests began another, which is no child of this shell
	podd_pid=$(cat "$podd_root/podd.pid")
	kill "$podd_pid"
	until_ has_ended
	podd_end
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
	. ci/podd.bash
}

boot() {
	podd_boot --clock-rate 20 --node-name here --manifests "$manifests" --listen "unix:$podd_socket" 3>&-
	export podd_pid podd_cat
}

# manifest NAME [LINE]: a pod's manifest, put into the directory as one piece.
manifest() {
	cat >"$podd_root/$1.new" <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $1}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - name: main
		    image: $IMAGE
		    command: [sh, -c, 'echo $1 runs; exec sleep 1000']
		${2-}
	END
	mv "$podd_root/$1.new" "$manifests/$1.yaml"
}

# until_ COMMAND...: waits until it succeeds, twenty seconds at most.
until_() {
	for _ in {1..200}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

has_ended() { ! [ -d "/proc/$podd_pid" ]; }
field() { podctl_ get pod "$1" -o jsonpath="$2" 2>/dev/null; }
runs() { [ "$(field "$1-here" '{.status.phase}')" = Running ]; }
is_gone() { [ -z "$(field "$1-here" '{.metadata.name}')" ]; }
has_other_uid() { runs "$1" && [ "$(field "$1-here" '{.metadata.uid}')" != "$2" ]; }
container() { field "$1-here" '{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}'; }

@test "SCHED-021: a manifest of the node runs, and a mirror NAME-NODE shows it" {
	manifest a
	until_ runs a
	[ "$(field a-here '{.spec.nodeName}')" = here ]
	podctl_ get pod a-here -o json | jq -e '.metadata.annotations |
		.["kubernetes.io/config.source"] == "file" and .["kubernetes.io/config.mirror"] == .["kubernetes.io/config.hash"]'
	[ "$(podctl_ logs a-here)" = 'a runs' ]
}

@test "SCHED-021: deleting the mirror does not stop the containers; a new mirror shows the same ones" {
	manifest b
	until_ runs b
	for how in --grace-period=1 '--grace-period=0 --force'; do
		uid=$(field b-here '{.metadata.uid}') before=$(container b)
		# shellcheck disable=SC2086
		podctl_ delete pod b-here --wait=false $how
		until_ has_other_uid b "$uid"
		[ "$(container b)" = "$before" ]
	done
}

@test "SCHED-021: static pods run on without podd, and are found again" {
	manifest c
	until_ runs c
	before=$(container c)
	kill -9 "$podd_pid"
	until_ has_ended
	manifest d
	boot
	until_ runs c
	[ "$(container c)" = "$before" ]
	until_ runs d
}

@test "SCHED-021: a manifest that is taken away ends its pod; one that changes makes another" {
	manifest e
	until_ runs e
	before=$(container e)
	manifest e '  activeDeadlineSeconds: 3600'
	changed() { runs e && [ "$(container e)" != "$before" ] && [ "$(field e-here '{.spec.activeDeadlineSeconds}')" = 3600 ]; }
	until_ changed
	rm "$manifests/e.yaml"
	until_ is_gone e
}

@test "SCHED-021: a manifest that refers to the API is not run" {
	manifest f '  serviceAccountName: somebody'
	manifest g '  volumes: [{name: v, secret: {secretName: s}}]'
	manifest h
	until_ runs h
	is_gone f
	is_gone g
	grep -q 'static pod .*/f.yaml: a static pod may not refer to the API: serviceAccountName' "$podd_root.log"
	grep -q 'static pod .*/g.yaml: a static pod may not refer to the API: secret' "$podd_root.log"
}
