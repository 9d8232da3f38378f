#!/usr/bin/env bats
# kubectl diff, replace and edit: to see, to set and to rewrite a whole object.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# script NAME: an executable of the text on stdin.
script() {
	cat >"$BATS_TEST_TMPDIR/$1"
	chmod +x "$BATS_TEST_TMPDIR/$1"
	echo "$BATS_TEST_TMPDIR/$1"
}

@test "kubectl diff shows what apply would change, and ends with 1" {
	k apply -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {key: old}}')
	run -1 k diff -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {key: new}}')
	[[ $output == *"-  key: old"*"+  key: new"* ]]
	[ "$(path configmap/c '{.data.key}')" = old ]
	run -0 k diff -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {key: old}}')
	[ -z "$output" ]
}

@test "kubectl replace puts a whole object in the place of another" {
	configmap c
	run -0 k replace -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {other: "1"}}')
	[ "$output" = "configmap/c replaced" ]
	[ "$(path configmap/c '{.data}')" = '{"other":"1"}' ]
}

@test "kubectl replace of an old version is a conflict, of nothing a fault" {
	configmap c
	p get configmap c -o yaml >"$BATS_TEST_TMPDIR/old"
	configmap c changed
	run -1 k replace -f "$BATS_TEST_TMPDIR/old"
	[[ $output == *"(Conflict)"*"the object has been modified"* ]]
	run -1 k replace -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: none}}')
	[[ $output == *"(NotFound)"* ]]
}

@test "kubectl replace --force makes it anew" {
	configmap c
	before=$(path configmap/c '{.metadata.uid}')
	k replace --force -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {key: x}}')
	[ "$(path configmap/c '{.metadata.uid}')" != "$before" ]
}

@test "kubectl edit stores what the editor wrote" {
	configmap c
	EDITOR=$(script editor <<<$'#!/bin/sh\nsed -i "s/key: value/key: edited/" "$1"') run -0 k edit configmap c
	[[ $output == *"configmap/c edited" ]]
	[ "$(path configmap/c '{.data.key}')" = edited ]
}

@test "kubectl edit without a change changes nothing" {
	configmap c
	EDITOR=true run -0 k edit configmap c
	[[ $output == *"Edit cancelled, no changes made." ]]
}

@test "kubectl edit of a rule that is broken shows the text again, with what is wrong" {
	deployment web 0
	EDITOR=$(script editor <<-'END'
		#!/bin/sh
		cp "$1" "${0%/*}/seen$(ls "${0%/*}" | grep -c seen)"
		sed -i 's/replicas: 0/replicas: -1/' "$1"
	END
	) run -1 k edit deployment web
	grep -q 'spec.replicas: Invalid value: -1' "$BATS_TEST_TMPDIR/seen1"
	[ "$(path deployment/web '{.spec.replicas}')" = 0 ]
}
