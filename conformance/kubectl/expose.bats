#!/usr/bin/env bats
# kubectl expose and create service: Services for what runs; and what they reach.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# serving NAME: a Deployment of one pod that serves its own name at port 8080.
serving() {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: $1, labels: {app: $1}}
		spec:
		  selector: {matchLabels: {app: $1}}
		  template:
		    metadata: {labels: {app: $1}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      containers:
		      - name: main
		        image: $IMAGE
		        command: [sh, -c, "mkdir /w && hostname >/w/index.html && exec httpd -f -p 8080 -h /w"]
		        ports: [{containerPort: 8080}]
	EOF
	p rollout status "deployment/$1" >/dev/null
}

@test "kubectl expose makes a Service with the selector and port of a Deployment" {
	serving web
	run -0 k expose deployment web --port=80 --target-port=8080
	[ "$output" = "service/web exposed" ]
	[ "$(path service/web '{.spec.selector.app} {.spec.ports[0].port} {.spec.ports[0].targetPort}')" = "web 80 8080" ]
	p wait endpoints/web --for=jsonpath='{.subsets[0].ports[0].port}'=8080
	pod client
	run -0 k exec client -- wget -qO- "http://web/"
	[[ $output == web-* ]]
}

@test "kubectl get and describe show a Service and where it leads" {
	serving web
	k expose deployment web --port=8080
	p wait endpoints/web --for=jsonpath='{.subsets[0].ports[0].port}'=8080
	run -0 k get service web
	[[ ${lines[0]} =~ ^NAME\ +TYPE\ +CLUSTER-IP\ +EXTERNAL-IP\ +PORT\(S\)\ +AGE$ ]]
	[[ ${lines[1]} =~ ^web\ +ClusterIP\ +[0-9.]+\ +\<none\>\ +8080/TCP ]]
	run -0 k describe service web
	[[ $output =~ Endpoints:\ +[0-9.]+:8080 ]]
}

@test "kubectl expose of a pod, headless, under another name" {
	pod a
	run -0 k expose pod a --port=7000 --name=other --cluster-ip=None
	[ "$(path service/other '{.spec.clusterIP} {.spec.selector.app}')" = "None a" ]
}

@test "kubectl create service clusterip" {
	run -0 k create service clusterip made --tcp=5678:8080
	[ "$output" = "service/made created" ]
	[ "$(path service/made '{.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.selector.app}')" = "5678 8080 made" ]
}

@test "kubectl port-forward reaches a pod of a Service" {
	serving web
	k expose deployment web --port=80 --target-port=8080
	k port-forward service/web :80 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	local forwarder=$!
	eventually grep -q '^Forwarding from 127' "$BATS_TEST_TMPDIR/said"
	port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$BATS_TEST_TMPDIR/said")
	run -0 curl -s --max-time 20 "http://127.0.0.1:$port/"
	kill "$forwarder"
	[[ $output == web-* ]]
}

@test "kubectl cluster-info names the server" {
	run -0 kubectl cluster-info
	[[ $output == *"is running at "*https://127.0.0.1:* ]]
}

@test "kubectl 1.20 exposes, too" {
	pod a
	run -0 old expose pod a --port=7000
	[ "$output" = "service/a exposed" ]
}
