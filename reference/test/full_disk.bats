#!/usr/bin/env bats
# A full disk under --root: each write that cannot be kept is refused, and nothing acknowledged is lost. The disk is
# a small tmpfs in a mount namespace of the test's own.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	root=$BATS_TEST_TMPDIR/root
	mkdir "$root"
}

@test "with a full disk a create is refused clearly, and what was acknowledged is still there" {
	# shellcheck disable=SC2016 # a script of its own
	run unshare -m --propagation private bash -c '
		set -u
		root=$1
		mount -t tmpfs -o size=24m none "$root"
		. ci/podd.bash
		podd_root=$root/p podd_socket=$root/p/podd.sock
		mkdir "$podd_root"
		podd_boot --clock-rate 20 || exit 3
		configmap() {
			printf "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {k: %s}\n" "$1" "$2" |
				podctl_ create -f - 2>&1 >/dev/null
		}
		made=0
		for n in 1 2 3; do
			configmap "kept-$n" v && made=$((made + 1))
		done
		dd if=/dev/zero of="$root/fill" bs=4k 2>/dev/null
		big=$(head -c 100000 /dev/zero | tr "\0" x)
		refused=0
		for n in $(seq 40); do
			configmap "more-$n" "$big" || { refused=1; break; }
		done
		rm -f "$root/fill"
		kept=$(podctl_ get configmaps -o name | grep -c kept-)
		echo "made=$made kept=$kept refused=$refused"
		podd_stop
		out/bin/podd --cleanup --root "$podd_root"
		umount "$root"
	' _ "$root" 3>&-
	echo "$output"
	[[ $output == *"made=3 kept=3 refused=1"* ]]
	[[ $output == *"disk"* || $output == *"space"* ]]
}
