#!/usr/bin/env bats
# podctl and Services: made by expose, their columns, reached by name from a shell in a pod.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	p create -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: web, labels: {app: web}}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - name: main
		    image: "localhost/podtest/busybox:v1"
		    command: [sh, -c, "while nc -l -p 8080 -e hostname; do :; done"]
		    ports: [{name: http, containerPort: 8080}]
	EOF
	p wait --for=condition=Ready pod/web --timeout=30s
}

@test "expose puts a Service with the labels of a pod in front of it" {
	run -0 p expose pod/web --port=80 --target-port=http
	[ "$output" = "service/web exposed" ]
	run -0 p get service web -o jsonpath='{.spec.selector.app} {.spec.ports[0].port} {.spec.ports[0].targetPort}'
	[ "$output" = "web 80 http" ]
}

@test "expose without a port takes those of the containers, under another name" {
	run -0 p expose pod web --name=other --cluster-ip=None
	run -0 p get svc other -o jsonpath='{.spec.clusterIP} {.spec.ports[0].port}'
	[ "$output" = "None 8080" ]
}

@test "expose of a pod without labels says so" {
	p create -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: bare}
		spec: {containers: [{name: main, image: "localhost/podtest/busybox:v1"}]}
	EOF
	run ! p expose pod/bare --port=80
	[[ $output == *"has no labels to choose pods by"* ]]
}

@test "get shows the columns of Services and their endpoints" {
	p expose pod/web --port=80 --target-port=http
	run -0 p get svc
	[[ ${lines[0]} =~ ^NAME\ +TYPE\ +CLUSTER-IP\ +EXTERNAL-IP\ +PORT\(S\)\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +ClusterIP\ +10\.96\.[0-9.]+\ +\<none\>\ +80/TCP\  ]]
	p wait --for=jsonpath='{.subsets[0].ports[0].port}'=8080 endpoints/web --timeout=10s
	run -0 p get endpoints web
	[[ ${lines[1]} =~ ^web\ +10\.88\.[0-9.]+:8080\  ]]
	run -0 p get endpointslices
	[[ ${lines[1]} =~ ^web-[a-z0-9]{5}\ +IPv4\ +8080\ +10\.88\.[0-9.]+\  ]]
}

@test "a shell in a pod reaches a Service by its short name, also when it is its own" {
	p expose pod/web --name=front --port=80 --target-port=http
	p wait --for=jsonpath='{.subsets[0].ports[0].port}'=8080 endpoints/front --timeout=10s
	run -0 p exec web -- nc -w 5 front 80
	[ "$output" = web ]
}
