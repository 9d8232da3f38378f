# kubectl: a podd of the file's own, and two real kubectls that speak to it over TLS with a token, for bats.
#
# KUBECTL is a new one (1.32), KUBECTL_OLD that of Debian 12 (1.20); ci/kubectl sets both. One podd in real time serves the whole file; every test has its own
# namespace. What is not the subject of a test is done by podctl, which is quicker. A file may define prepare(), which
# runs once in the namespace "shared".

# shellcheck source=ci/podd.bash
. "$BATS_TEST_DIRNAME/../../ci/podd.bash"
# shellcheck source=conformance/lib/workload.bash
. "$BATS_TEST_DIRNAME/../lib/workload.bash"

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export KUBECTL=${KUBECTL:-$PWD/out/kubectl-new/usr/bin/kubectl}
	export KUBECTL_OLD=${KUBECTL_OLD:-$PWD/out/kubectl/usr/bin/kubectl}
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-kubectl.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock
	podd_boot --listen "unix:$podd_socket" --listen tcp:127.0.0.1:0 3>&-
	export podd_pid podd_cat KUBECONFIG=$podd_root/kubeconfig HOME=$podd_root
	podctl_ image import out/image/busybox.tar
	podctl_ kubeconfig >"$KUBECONFIG"
	ns=shared
	namespace "$ns"
	! declare -F prepare >/dev/null || prepare
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	podd_end
}

# own_namespace: what the set-up of a file begins with that has one of its own.
own_namespace() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	ns=t$BATS_TEST_NUMBER
	namespace "$ns"
}

# shared_namespace: the same for one whose tests look at what prepare() has made.
shared_namespace() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	ns=shared
}

setup() {
	own_namespace
}

namespace() {
	echo "{apiVersion: v1, kind: Namespace, metadata: {name: $1}}" | podctl_ apply -f - >/dev/null
}

kubectl() {
	timeout 60 "$KUBECTL" --request-timeout=30s "$@"
}

# k VERB...: kubectl in the test's namespace.
k() {
	kubectl -n "$ns" "$@"
}

# old VERB...: the same by the kubectl of Debian 12.
old() {
	timeout 60 "$KUBECTL_OLD" --request-timeout=30s -n "$ns" "$@"
}

# p VERB...: podctl in the test's namespace.
p() {
	timeout 60 "$podd_bin/podctl" --socket "$podd_socket" -n "$ns" "$@"
}

# pod NAME [SCRIPT]: a pod that runs a shell script (until it is told to end), ready.
pod() {
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {app: $1}}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - {name: main, image: $IMAGE, command: [sh, -c, '${2:-$idle}']}
	EOF
	p wait "pod/$1" --for=condition=Ready >/dev/null
}

# deployment NAME REPLICAS: all of its pods there.
deployment() {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: $1, labels: {app: $1}}
		spec:
		  replicas: $2
		$(template "$1")
	EOF
	p rollout status "deployment/$1" >/dev/null
}

configmap() {
	echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: $1}, data: {key: \"${2:-value}\"}}" | p apply -f - >/dev/null
}

# doc YAML: a document of one line, which kubectl takes for broken JSON when it begins with a brace.
doc() {
	printf -- '---\n%s\n' "$1"
}

# path KIND/NAME JSONPATH: a field of an object.
path() {
	p get "$1" -o jsonpath="$2"
}

# eventually COMMAND...: it succeeds within ten seconds.
eventually() {
	local end=$((SECONDS + 10))
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}
