#!/usr/bin/env bats
# kubectl apply: objects become as the files say, and stay what others made of them besides.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# web REPLICAS ['KEY: VALUE']: a manifest of a Deployment that makes no pods.
web() {
	local labels=
	[ $# -eq 1 ] || labels=", labels: {$2}"
	cat <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web$labels}
		spec:
		  replicas: $1
		  paused: true
		$(template web)
	EOF
}

@test "kubectl apply creates, changes, and says when nothing is to be done" {
	run -0 k apply -f - < <(web 0)
	[ "$output" = "deployment.apps/web created" ]
	run -0 k apply -f - < <(web 0)
	[ "$output" = "deployment.apps/web unchanged" ]
	run -0 k apply -f - < <(web 0 "tier: front")
	[ "$output" = "deployment.apps/web configured" ]
	[ "$(path deployment/web '{.metadata.labels.tier}')" = front ]
}

@test "kubectl apply takes out what the file no longer says, and nothing else" {
	k apply -f - < <(web 0 "tier: front, stays: here")
	k label deployment web by=hand
	k apply -f - < <(web 0 "stays: here")
	[ "$(path deployment/web '{.metadata.labels.by} {.metadata.labels.stays} {.metadata.labels.tier}')" = "hand here " ]
}

@test "kubectl apply merges the lists of a pod template by their keys" {
	k apply -f - < <(web 0)
	k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"x"}]}}}}'
	k apply -f - < <(web 0 "tier: front")
	[ "$(path deployment/web '{.spec.template.spec.containers[*].name}')" = "side main" ] ||
		[ "$(path deployment/web '{.spec.template.spec.containers[*].name}')" = "main side" ]
}

@test "kubectl apply takes several documents and lists in one go" {
	run -0 k apply -f - <<-EOF
		apiVersion: v1
		kind: ConfigMap
		metadata: {name: a}
		---
		apiVersion: v1
		kind: List
		items:
		- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
		- {apiVersion: v1, kind: Secret, metadata: {name: c}}
	EOF
	[ "$output" = $'configmap/a created\nconfigmap/b created\nsecret/c created' ]
}

@test "kubectl apply --dry-run=server shows what would be, and stores nothing" {
	run -0 k apply --dry-run=server -o jsonpath='{.spec.strategy.type}' -f - < <(web 0)
	[ "$output" = RollingUpdate ]
	run -1 p get deployment web
}

@test "kubectl apply --dry-run=client does not ask the server" {
	run -0 k apply --dry-run=client -f - < <(web 0)
	[ "$output" = "deployment.apps/web created (dry run)" ]
	run -1 p get deployment web
}

@test "kubectl apply refuses a field that nobody knows, and names it" {
	run -1 k apply -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dat: {x: y}}')
	[[ $output == *'strict decoding error: unknown field "dat"'* ]]
}

@test "kubectl apply --validate=warn passes such a field over, with a warning" {
	run -0 k apply --validate=warn -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dat: {x: y}}')
	[[ $output == *'Warning: unknown field "dat"'*"configmap/a created" ]]
}

@test "kubectl apply view-last-applied shows what was applied" {
	k apply -f - < <(web 0)
	run -0 k apply view-last-applied deployment/web -o json
	[[ $output == *'"paused": true'* ]]
}

@test "kubectl apply --server-side is refused in words" {
	run -1 k apply --server-side -f - < <(web 0)
	[[ $output == *"server-side apply is not supported here"* ]]
}

@test "kubectl 1.20 applies, too" {
	run -0 old apply -f - < <(web 0)
	[ "$output" = "deployment.apps/web created" ]
	run -0 old apply -f - < <(web 0 "tier: front")
	[ "$output" = "deployment.apps/web configured" ]
}
