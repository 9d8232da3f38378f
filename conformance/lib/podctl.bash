# podctl: a podd of the bats file's own, with the busybox image, for as long as the file runs.

# shellcheck source=ci/podd.bash
. "$BATS_TEST_DIRNAME/../ci/podd.bash"
# shellcheck source=conformance/lib/workload.bash
. "$BATS_TEST_DIRNAME/lib/workload.bash"

[ -v podd_options ] || podd_options=() # more options for podd, of the file that sources this one

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-podctl.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock
	podd_boot --clock-rate 20 "${podd_options[@]}" --listen "unix:$podd_socket" 3>&-
	export podd_pid podd_cat
	podctl_ image import out/image/busybox.tar
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	podd_end
}

# own_namespace: what the set-up of a file begins with that has one of its own.
own_namespace() {
	cd "$BATS_TEST_DIRNAME/.." || return
	ns=t$BATS_TEST_NUMBER
	podctl_ create namespace "$ns"
}

setup() {
	own_namespace
}

# p VERB...: podctl in the test's namespace, never longer than a minute.
p() {
	timeout 60 "$podd_bin/podctl" --socket "$podd_socket" -n "$ns" "$@"
}
