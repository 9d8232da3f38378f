# workload: manifests of workloads that the files of kubectl and of podctl share.

ns= # the test's own namespace: own_namespace() makes it
IMAGE=localhost/podtest/busybox:v1
export IMAGE

idle='trap "exit 0" TERM; while :; do sleep 1000 & wait; done'

# template APP [SCRIPT] [FIELDS]: what a controller's spec has, as YAML to be set in at two blanks; FIELDS are more of the container's.
# Lines of six blanks behind it are more of the pod's spec.
template() {
	cat <<-EOF
		  selector: {matchLabels: {app: $1}}
		  template:
		    metadata: {labels: {app: $1}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      containers: [{name: main, image: $IMAGE, command: [sh, -c, '${2:-$idle}']${3:+, $3}}]
	EOF
}

# web_with_storage: the manifests of StatefulSet web, whose pod writes its name into its volume, and of that: $BATS_TEST_TMPDIR.
web_with_storage() {
	cat <<-EOF
		apiVersion: v1
		kind: PersistentVolume
		metadata: {name: $ns}
		spec:
		  capacity: {storage: 1Mi}
		  accessModes: [ReadWriteOnce]
		  storageClassName: $ns
		  hostPath: {path: "$BATS_TEST_TMPDIR"}
		---
		apiVersion: apps/v1
		kind: StatefulSet
		metadata: {name: web}
		spec:
		  serviceName: web
		  volumeClaimTemplates:
		  - metadata: {name: data}
		    spec: {accessModes: [ReadWriteOnce], storageClassName: $ns, resources: {requests: {storage: 1Mi}}}
		$(template web "hostname >/data/name; $idle" 'volumeMounts: [{name: data, mountPath: /data}]')
	EOF
}
