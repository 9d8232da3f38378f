#!/usr/bin/env bats
# kubectl patch, label and annotate: small changes to what is there.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

@test "kubectl patch merges strategically: a container by its name" {
	deployment web 0
	run -0 k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"more","image":"x"}]}}}}'
	[ "$output" = "deployment.apps/web patched" ]
	[[ " $(path deployment/web '{.spec.template.spec.containers[*].name}') " == *" main "* ]]
	[[ " $(path deployment/web '{.spec.template.spec.containers[*].name}') " == *" more "* ]]
}

@test "kubectl patch --type=merge replaces a list" {
	deployment web 0
	k patch deployment web --type=merge -p '{"spec":{"template":{"spec":{"containers":[{"name":"only","image":"x"}]}}}}'
	[ "$(path deployment/web '{.spec.template.spec.containers[*].name}')" = only ]
}

@test "kubectl patch --type=json does as its operations say" {
	configmap c
	k patch configmap c --type=json -p '[{"op":"test","path":"/data/key","value":"value"},{"op":"add","path":"/data/b","value":"2"}]'
	[ "$(path configmap/c '{.data.key} {.data.b}')" = "value 2" ]
	run -1 k patch configmap c --type=json -p '[{"op":"test","path":"/data/key","value":"other"}]'
	[ "$(path configmap/c '{.data.b}')" = 2 ]
}

@test "kubectl patch that changes nothing says so" {
	configmap c
	run -0 k patch configmap c -p '{"data":{"key":"value"}}'
	[ "$output" = "configmap/c patched (no change)" ]
}

@test "kubectl patch is refused what an update would be" {
	pod a
	run -1 k patch pod a -p '{"spec":{"terminationGracePeriodSeconds":7}}'
	[[ $output == *"pod updates may not change fields other than"* ]]
}

@test "kubectl patch --subresource=scale and status reach these alone" {
	deployment web 0
	k patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'
	[ "$(path deployment/web '{.spec.replicas}')" = 1 ]
	pod a
	k patch pod a --subresource=status --type=merge -p '{"status":{"message":"said by hand"}}' \
		-o jsonpath='{.status.message}' >"$BATS_TEST_TMPDIR/said"
	[ "$(cat "$BATS_TEST_TMPDIR/said")" = "said by hand" ]
}

@test "kubectl label adds, refuses to change unasked, changes and removes" {
	configmap c
	run -0 k label configmap c tier=front
	[ "$output" = "configmap/c labeled" ]
	run -1 k label configmap c tier=back
	[[ $output == *"'tier' already has a value (front), and --overwrite is false"* ]]
	k label configmap c tier=back --overwrite
	[ "$(path configmap/c '{.metadata.labels}')" = '{"tier":"back"}' ]
	run -0 k label configmap c tier-
	[ "$output" = "configmap/c unlabeled" ]
	[ -z "$(path configmap/c '{.metadata.labels}')" ]
}

@test "kubectl label of all that a selector finds, and --list" {
	configmap a
	configmap b
	k label configmap --all group=one
	run -0 k label configmap -l group=one two=2
	[ "${#lines[@]}" -eq 2 ]
	run -0 k label configmap a --list
	[ "$(sort <<<"$output")" = $'group=one\ntwo=2' ]
}

@test "kubectl label refuses a value that is none" {
	configmap c
	run -1 k label configmap c 'tier=not good'
	[[ $output == *"a valid label must be an empty string or consist of alphanumeric"* ]]
}

@test "kubectl annotate sets and removes" {
	configmap c
	run -0 k annotate configmap c why='because of this'
	[ "$output" = "configmap/c annotated" ]
	[ "$(path configmap/c '{.metadata.annotations.why}')" = "because of this" ]
	k annotate configmap c why-
	[ -z "$(path configmap/c '{.metadata.annotations.why}')" ]
}

@test "kubectl 1.20 patches and labels, too" {
	configmap c
	old patch configmap c -p '{"data":{"b":"2"}}'
	old label configmap c tier=front
	[ "$(path configmap/c '{.data.b} {.metadata.labels.tier}')" = "2 front" ]
}
