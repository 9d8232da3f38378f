# kubectl: a podd of the file's own, and kubectl that speaks to it over TLS with a token, for bats.
#
# KUBECTL names the program (ci/kubectl sets it). One podd serves the whole file; every test has its own
# namespace and ends within its timeouts. --validate=false because podd serves no OpenAPI schema.

# shellcheck source=ci/podd.bash
. "$BATS_TEST_DIRNAME/../ci/podd.bash"

IMAGE=localhost/podtest/busybox:v1
export IMAGE

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	export KUBECTL=${KUBECTL:-$PWD/out/kubectl/usr/bin/kubectl}
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-kubectl.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock
	podd_boot --clock-rate 20 --listen "unix:$podd_socket" --listen tcp:127.0.0.1:0 3>&-
	export podd_pid podd_cat KUBECONFIG=$podd_root/kubeconfig HOME=$podd_root
	podctl_ image import out/image/busybox.tar
	podctl_ kubeconfig >"$KUBECONFIG"
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	podd_end
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
	ns=t$BATS_TEST_NUMBER
	kubectl create --validate=false -f - <<-EOF
		apiVersion: v1
		kind: Namespace
		metadata: {name: $ns}
	EOF
}

kubectl() {
	timeout 60 "$KUBECTL" --request-timeout=30s "$@"
}

# k VERB...: kubectl in the test's namespace.
k() {
	kubectl -n "$ns" "$@"
}
