#!/usr/bin/env bats
# room: of the place where podman runs nothing is left, however it ends. Needs root and what `make deps-podman` installs.

bats_require_minimum_version 1.5.0

setup() {
	room=$BATS_TEST_DIRNAME/room
	cd "$BATS_TEST_DIRNAME/../../.." || return
}

# left: processes of the room's tag, cgroups of its name. The room's first process is $1.
left() {
	find /sys/fs/cgroup -type d -name "podtest-podman-$1" 2>/dev/null
	grep -lsz "ROOM_TEST=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ | grep -v "/$$/" || true
}

# gone: the sweeper comes last, so what is left goes within a moment.
gone() {
	for _ in $(seq 100); do
		[ -n "$(left "$1")" ] || return 0
		sleep 0.1
	done
	left "$1"
	return 1
}

@test "a container that runs in a room is gone with the command" {
	local script="podman load -qi ${IMAGES:-out/image}/guest.tar && podman run -d localhost/podtest/guest:v1 run"
	ROOM_TEST=$BATS_TEST_TMPDIR "$room" bash -c "$script" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	id=$!
	wait $id
	grep -qE '^[0-9a-f]{64}$' "$BATS_TEST_TMPDIR/out"
	gone $id
}

@test "a room that is killed ends with all that is in it" {
	ROOM_TEST=$BATS_TEST_TMPDIR "$room" sh -c "echo in >$BATS_TEST_TMPDIR/in; exec sleep 1000" 3>&- &
	id=$!
	for _ in $(seq 100); do [ -e "$BATS_TEST_TMPDIR/in" ] && break; sleep 0.1; done
	[ -n "$(left $id)" ]
	kill -KILL $id
	gone $id
}

@test "what is mounted in a room is not seen outside" {
	before=$(sort /proc/self/mounts)
	run -0 "$room" sh -c 'mount -t tmpfs tmpfs /mnt; grep -c " /run " /proc/self/mounts'
	[ "$(sort /proc/self/mounts)" = "$before" ]
}
