#!/usr/bin/env bats
# kubectl autoscale: a HorizontalPodAutoscaler of something that scales.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# metric NAME: what is measured of the HPA's pods, and how much is wanted.
metric() {
	path "hpa/$1" '{.spec.metrics[0].resource.name} {.spec.metrics[0].resource.target.averageUtilization}'
}

@test "kubectl autoscale makes an autoscaler that raises a Deployment to its least" {
	deployment web 1
	run -0 k autoscale deployment web --min=2 --max=4 --cpu-percent=60
	[ "$output" = "horizontalpodautoscaler.autoscaling/web autoscaled" ]
	[ "$(metric web)" = "cpu 60" ]
	p wait deployment/web --for=jsonpath='{.spec.replicas}'=2
	run -0 k get hpa web
	[[ ${lines[0]} =~ ^NAME\ +REFERENCE\ +TARGETS\ +MINPODS\ +MAXPODS\ +REPLICAS\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +Deployment/web\ +cpu:\ \<unknown\>/60%\ +2\ +4\  ]]
}

@test "the old kubectl autoscales a ReplicaSet, 80% without a percentage" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: ReplicaSet
		metadata: {name: web}
		spec:
		  replicas: 1
		$(template web)
	EOF
	run -0 old autoscale rs web --max=3 --name=mine
	[ "$output" = "horizontalpodautoscaler.autoscaling/mine autoscaled" ]
	[ "$(metric mine)" = "cpu 80" ]
	[ "$(path hpa/mine '{.spec.scaleTargetRef.kind} {.spec.minReplicas}')" = "ReplicaSet 1" ]
}

@test "kubectl describe hpa tells the metrics, the bounds and the conditions" {
	deployment web 1
	k autoscale deployment web --min=1 --max=2 --cpu-percent=60
	eventually test "$(path hpa/web '{.status.conditions[0].type}')" = AbleToScale
	run -0 k describe hpa web
	[[ $output == *"Deployment/web"* && $output == *"AbleToScale"* ]]
	[[ $output == *"Max replicas:"*"2"* ]]
}

@test "kubectl reads and edits one autoscaler in both versions" {
	deployment web 1
	k autoscale deployment web --max=2 --cpu-percent=60
	run -0 k get horizontalpodautoscalers.v1.autoscaling web -o jsonpath='{.apiVersion} {.spec.targetCPUUtilizationPercentage}'
	[ "$output" = "autoscaling/v1 60" ]
	k patch horizontalpodautoscalers.v1.autoscaling web -p '{"spec":{"targetCPUUtilizationPercentage":70}}'
	[ "$(metric web)" = "cpu 70" ]
}
