#!/usr/bin/env bats
# podctl and a StatefulSet: its columns and its claims, scaled, rolled out and back.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	web_with_storage | p create -f -
	p rollout status statefulset/web --timeout=30s
}

@test "get shows the columns of a StatefulSet, by its short name as well" {
	run -0 p get sts
	[[ ${lines[0]} =~ ^NAME\ +READY\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +1/1\  ]]
}

@test "get shows the columns of volumes and claims; what is written outlives the set" {
	run -0 p get pvc
	[[ ${lines[0]} =~ ^NAME\ +STATUS\ +VOLUME\ +CAPACITY\ +ACCESS\ MODES\ +STORAGECLASS\ +VOLUMEATTRIBUTESCLASS\ +AGE ]]
	[[ ${lines[1]} =~ ^data-web-0\ +Bound\ +$ns\ +1Mi\ +RWO\ +$ns\ +\<unset\>\  ]]
	run -0 p get pv "$ns"
	[[ ${lines[0]} =~ ^NAME\ +CAPACITY\ +ACCESS\ MODES\ +RECLAIM\ POLICY\ +STATUS\ +CLAIM\ +STORAGECLASS ]]
	[[ ${lines[1]} =~ ^$ns\ +1Mi\ +RWO\ +Retain\ +Bound\ +$ns/data-web-0\  ]]
	p delete sts web
	p wait pod/web-0 --for=delete
	run -0 p get pvc data-web-0 -o jsonpath='{.status.phase}'
	[ "$output" = Bound ]
	[ "$(cat "$BATS_TEST_TMPDIR/name")" = web-0 ]
}

@test "scale to none and back" {
	run -0 p scale sts/web --replicas=0
	[ "$output" = "statefulset.apps/web scaled" ]
	p wait pod/web-0 --for=delete
	p scale sts/web --replicas=1
	run -0 p rollout status sts/web --timeout=30s
	[[ $output == *"partitioned roll out complete: 1 new pods have been updated..." ]]
}

@test "rollout restart, history and undo" {
	before=$(p get pod web-0 -o jsonpath='{.metadata.uid}')
	run -0 p rollout restart sts/web
	[ "$output" = "statefulset.apps/web restarted" ]
	p rollout status sts/web --timeout=30s
	[ "$(p get pod web-0 -o jsonpath='{.metadata.uid}')" != "$before" ]
	run -0 p rollout history sts/web
	[ "${lines[2]}" = "1         <none>" ]
	[ "${lines[3]}" = "2         <none>" ]
	run -0 p rollout undo sts/web
	[ "$output" = "statefulset.apps/web rolled back" ]
	run -1 p rollout pause sts/web
	[[ $output == *"pausing is not supported"* ]]
}
