/*
 * protobuf_numbers: the numbers of fields on the wire, which are fixed for all time (k8s.io/api, generated.proto).
 *
 * Status is written by nobody who speaks protobuf to us, so its messages are not here. Some tables of ours stand for
 * several messages of one form (KeySelector, EnvRef, Projection).
 */
#include "api/protobuf.h"

#include "base/defs.h"

/* clang-format off */
static const struct protobuf_message messages[] = {
	{ "HorizontalPodAutoscalerSpec",
	  "scaleTargetRef minReplicas maxReplicas targetCPUUtilizationPercentage", "autoscaling/v1" },
	{ "Affinity", "nodeAffinity podAffinity podAntiAffinity", NULL },
	{ "AppArmorProfile", "type localhostProfile", NULL },
	{ "Binding", "metadata target", NULL },
	{ "CSIVolumeSource", "driver readOnly fsType volumeAttributes nodePublishSecretRef", NULL },
	{ "Capabilities", "add drop", NULL },
	{ "ClientIPConfig", "timeoutSeconds", NULL },
	{ "ConfigMap", "metadata data binaryData immutable", NULL },
	{ "ConfigMapVolumeSource",
	  "=LocalObjectReference items defaultMode optional defaultUser", NULL },
	{ "Container",
	  "name image command args workingDir ports env resources volumeMounts "
	  "livenessProbe readinessProbe lifecycle terminationMessagePath imagePullPolicy "
	  "securityContext stdin stdinOnce tty envFrom terminationMessagePolicy "
	  "volumeDevices startupProbe resizePolicy restartPolicy restartPolicyRules", NULL },
	{ "ContainerPort", "name hostPort containerPort protocol hostIP", NULL },
	{ "ContainerResizePolicy", "resourceName restartPolicy", NULL },
	{ "ContainerResourceMetricSource", "name target container", NULL },
	{ "ContainerRestartRule", "action exitCodes", NULL },
	{ "ContainerRestartRuleOnExitCodes", "operator values", NULL },
	{ "ControllerRevision", "metadata data revision", NULL },
	{ "CronJob", "metadata spec status", NULL },
	{ "CronJobSpec",
	  "schedule startingDeadlineSeconds concurrencyPolicy suspend jobTemplate "
	  "successfulJobsHistoryLimit failedJobsHistoryLimit timeZone", NULL },
	{ "CrossVersionObjectReference", "kind name apiVersion", NULL },
	{ "DaemonSet", "metadata spec status", NULL },
	{ "DaemonSetSpec",
	  "selector template updateStrategy minReadySeconds - revisionHistoryLimit", NULL },
	{ "DaemonSetUpdateStrategy", "type rollingUpdate", NULL },
	{ "DeleteOptions",
	  "gracePeriodSeconds preconditions orphanDependents propagationPolicy dryRun", NULL },
	{ "Deployment", "metadata spec status", NULL },
	{ "DeploymentSpec",
	  "replicas selector template strategy minReadySeconds revisionHistoryLimit paused "
	  "- progressDeadlineSeconds", NULL },
	{ "DeploymentStrategy", "type rollingUpdate", NULL },
	{ "DownwardAPIProjection", "items", NULL },
	{ "DownwardAPIVolumeFile", "path fieldRef resourceFieldRef mode user", NULL },
	{ "DownwardAPIVolumeSource", "items defaultMode defaultUser", NULL },
	{ "EmptyDirVolumeSource", "medium sizeLimit mode", NULL },
	{ "Endpoint",
	  "addresses conditions hostname targetRef deprecatedTopology nodeName zone hints", NULL },
	{ "EndpointAddress", "ip targetRef hostname nodeName", NULL },
	{ "EndpointConditions", "ready serving terminating", NULL },
	{ "EndpointPort", "name port protocol appProtocol", NULL },
	{ "EndpointSlice", "metadata endpoints ports addressType", NULL },
	{ "EndpointSubset", "addresses notReadyAddresses ports", NULL },
	{ "Endpoints", "metadata subsets", NULL },
	{ "EnvFromSource", "prefix configMapRef secretRef", NULL },
	{ "EnvRef", "=LocalObjectReference optional", NULL },
	{ "EnvVar", "name value valueFrom", NULL },
	{ "EnvVarSource", "fieldRef resourceFieldRef configMapKeyRef secretKeyRef fileKeyRef", NULL },
	{ "EphemeralContainer", "=EphemeralContainerCommon targetContainerName", NULL },
	{ "EphemeralContainerCommon",
	  "name image command args workingDir ports env resources volumeMounts "
	  "livenessProbe readinessProbe lifecycle terminationMessagePath imagePullPolicy "
	  "securityContext stdin stdinOnce tty envFrom terminationMessagePolicy "
	  "volumeDevices startupProbe resizePolicy restartPolicy restartPolicyRules", NULL },
	{ "Eviction", "metadata deleteOptions", NULL },
	{ "ExecAction", "command", NULL },
	{ "ExternalMetricSource", "metric target", NULL },
	{ "FileKeySelector", "volumeName path key optional", NULL },
	{ "GRPCAction", "port service mode", NULL },
	{ "GitRepoVolumeSource", "repository revision directory", NULL },
	{ "HPAScalingPolicy", "type value periodSeconds", NULL },
	{ "HPAScalingRules", "selectPolicy policies stabilizationWindowSeconds tolerance", NULL },
	{ "HTTPGetAction", "path port host scheme httpHeaders protocol", NULL },
	{ "HTTPHeader", "name value", NULL },
	{ "HorizontalPodAutoscaler", "metadata spec status", NULL },
	{ "HorizontalPodAutoscalerBehavior", "scaleUp scaleDown", NULL },
	{ "HorizontalPodAutoscalerSpec",
	  "scaleTargetRef minReplicas maxReplicas metrics behavior", NULL },
	{ "HostAlias", "ip hostnames", NULL },
	{ "HostPathVolumeSource", "path type", NULL },
	{ "ImageVolumeSource", "reference pullPolicy", NULL },
	{ "Job", "metadata spec status", NULL },
	{ "JobSpec",
	  "parallelism completions activeDeadlineSeconds selector manualSelector template "
	  "backoffLimit ttlSecondsAfterFinished completionMode suspend podFailurePolicy "
	  "backoffLimitPerIndex maxFailedIndexes podReplacementPolicy managedBy "
	  "successPolicy scheduling", NULL },
	{ "JobTemplateSpec", "metadata spec", NULL },
	{ "KeySelector", "=LocalObjectReference key optional", NULL },
	{ "KeyToPath", "key path mode user", NULL },
	{ "LabelSelector", "matchLabels matchExpressions", NULL },
	{ "LabelSelectorRequirement", "key operator values", NULL },
	{ "Lease", "metadata spec", NULL },
	{ "LeaseSpec",
	  "holderIdentity leaseDurationSeconds acquireTime renewTime leaseTransitions "
	  "strategy preferredHolder", NULL },
	{ "Lifecycle", "postStart preStop stopSignal", NULL },
	{ "LifecycleHandler", "exec httpGet tcpSocket sleep", NULL },
	{ "LocalObjectReference", "name", NULL },
	{ "LocalVolumeSource", "path fsType", NULL },
	{ "MetricIdentifier", "name selector", NULL },
	{ "MetricSpec", "type object pods resource external - containerResource", NULL },
	{ "MetricTarget", "type value averageValue averageUtilization", NULL },
	{ "NFSVolumeSource", "server path readOnly", NULL },
	{ "Namespace", "metadata spec status", NULL },
	{ "NamespaceSpec", "finalizers", NULL },
	{ "Node", "metadata spec status", NULL },
	{ "NodeAffinity",
	  "requiredDuringSchedulingIgnoredDuringExecution "
	  "preferredDuringSchedulingIgnoredDuringExecution", NULL },
	{ "NodeSelector", "nodeSelectorTerms", NULL },
	{ "NodeSelectorRequirement", "key operator values", NULL },
	{ "NodeSelectorTerm", "matchExpressions matchFields", NULL },
	{ "NodeSpec",
	  "podCIDR externalID providerID unschedulable taints configSource podCIDRs "
	  "podPreemptionPolicy", NULL },
	{ "NonResourceAttributes", "path verb", NULL },
	{ "ObjectFieldSelector", "apiVersion fieldPath", NULL },
	{ "ObjectMeta",
	  "name generateName namespace selfLink uid resourceVersion generation "
	  "creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels "
	  "annotations ownerReferences finalizers - - managedFields", NULL },
	{ "ObjectMetricSource", "describedObject target metric", NULL },
	{ "ObjectReference", "kind namespace name uid apiVersion resourceVersion fieldPath", NULL },
	{ "OwnerReference", "kind - name uid apiVersion controller blockOwnerDeletion", NULL },
	{ "PersistentVolume", "metadata spec status", NULL },
	{ "PersistentVolumeClaim", "metadata spec status", NULL },
	{ "PersistentVolumeClaimSpec",
	  "accessModes resources volumeName selector storageClassName volumeMode dataSource "
	  "dataSourceRef volumeAttributesClassName", NULL },
	{ "PersistentVolumeClaimVolumeSource", "claimName readOnly", NULL },
	{ "PersistentVolumeSource",
	  "gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd iscsi cinder "
	  "cephfs fc flocker flexVolume azureFile vsphereVolume quobyte azureDisk "
	  "photonPersistentDisk portworxVolume scaleIO local storageos csi", NULL },
	{ "PersistentVolumeSpec",
	  "capacity =PersistentVolumeSource accessModes claimRef "
	  "persistentVolumeReclaimPolicy storageClassName mountOptions volumeMode "
	  "nodeAffinity volumeAttributesClassName", NULL },
	{ "Pod", "metadata spec status", NULL },
	{ "PodAffinity",
	  "requiredDuringSchedulingIgnoredDuringExecution "
	  "preferredDuringSchedulingIgnoredDuringExecution", NULL },
	{ "PodAffinityTerm",
	  "labelSelector namespaces topologyKey namespaceSelector matchLabelKeys "
	  "mismatchLabelKeys", NULL },
	{ "PodDNSConfig", "nameservers searches options", NULL },
	{ "PodDNSConfigOption", "name value", NULL },
	{ "PodDisruptionBudget", "metadata spec status", NULL },
	{ "PodDisruptionBudgetSpec",
	  "minAvailable selector maxUnavailable unhealthyPodEvictionPolicy", NULL },
	{ "PodFailurePolicy", "rules", NULL },
	{ "PodFailurePolicyOnExitCodesRequirement", "containerName operator values", NULL },
	{ "PodFailurePolicyOnPodConditionsPattern", "type status", NULL },
	{ "PodFailurePolicyRule", "action onExitCodes onPodConditions", NULL },
	{ "PodOS", "name", NULL },
	{ "PodReadinessGate", "conditionType", NULL },
	{ "PodResourceClaim", "name - resourceClaimName resourceClaimTemplateName", NULL },
	{ "PodSchedulingGate", "name", NULL },
	{ "PodSecurityContext",
	  "seLinuxOptions runAsUser runAsNonRoot supplementalGroups fsGroup runAsGroup "
	  "sysctls windowsOptions fsGroupChangePolicy seccompProfile appArmorProfile "
	  "supplementalGroupsPolicy seLinuxChangePolicy", NULL },
	{ "PodSpec",
	  "volumes containers restartPolicy terminationGracePeriodSeconds "
	  "activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount "
	  "nodeName hostNetwork hostPID hostIPC securityContext imagePullSecrets hostname "
	  "subdomain affinity schedulerName initContainers automountServiceAccountToken "
	  "tolerations hostAliases priorityClassName priority dnsConfig "
	  "shareProcessNamespace readinessGates runtimeClassName enableServiceLinks "
	  "preemptionPolicy overhead topologySpreadConstraints ephemeralContainers "
	  "setHostnameAsFQDN os hostUsers schedulingGates resourceClaims resources "
	  "hostnameOverride - schedulingGroup evictionResponders", NULL },
	{ "PodTemplateSpec", "metadata spec", NULL },
	{ "PodsMetricSource", "metric target", NULL },
	{ "Preconditions", "uid resourceVersion", NULL },
	{ "PreferredSchedulingTerm", "weight preference", NULL },
	{ "PriorityClass", "metadata value globalDefault description preemptionPolicy", NULL },
	{ "Probe",
	  "=ProbeHandler initialDelaySeconds timeoutSeconds periodSeconds successThreshold "
	  "failureThreshold terminationGracePeriodSeconds", NULL },
	{ "ProbeHandler", "exec httpGet tcpSocket grpc", NULL },
	{ "ProjectedVolumeSource", "sources defaultMode defaultUser", NULL },
	{ "Projection", "=LocalObjectReference items - optional", NULL },
	{ "ReplicaSet", "metadata spec status", NULL },
	{ "ReplicaSetSpec", "replicas selector template minReadySeconds", NULL },
	{ "ReplicationController", "metadata spec status", NULL },
	{ "ReplicationControllerSpec", "replicas selector template minReadySeconds", NULL },
	{ "ResourceAttributes",
	  "namespace verb group version resource subresource name fieldSelector "
	  "labelSelector", NULL },
	{ "ResourceClaim", "name request", NULL },
	{ "ResourceFieldSelector", "containerName resource divisor", NULL },
	{ "ResourceMetricSource", "name target", NULL },
	{ "ResourceRequirements", "limits requests claims", NULL },
	{ "RollingUpdateDaemonSet", "maxUnavailable maxSurge", NULL },
	{ "RollingUpdateDeployment", "maxUnavailable maxSurge", NULL },
	{ "RollingUpdateStatefulSetStrategy", "partition maxUnavailable", NULL },
	{ "SELinuxOptions", "user role type level", NULL },
	{ "Scale", "metadata spec status", NULL },
	{ "ScaleSpec", "replicas", NULL },
	{ "SeccompProfile", "type localhostProfile", NULL },
	{ "Secret", "metadata data type stringData immutable", NULL },
	{ "SecretVolumeSource", "secretName items defaultMode optional defaultUser", NULL },
	{ "SecurityContext",
	  "capabilities privileged seLinuxOptions runAsUser runAsNonRoot "
	  "readOnlyRootFilesystem allowPrivilegeEscalation runAsGroup procMount "
	  "windowsOptions seccompProfile appArmorProfile", NULL },
	{ "SelfSubjectAccessReview", "metadata spec status", NULL },
	{ "SelfSubjectAccessReviewSpec", "resourceAttributes nonResourceAttributes", NULL },
	{ "SelfSubjectReview", "metadata status", NULL },
	{ "Service", "metadata spec status", NULL },
	{ "ServiceAccount", "metadata secrets imagePullSecrets automountServiceAccountToken", NULL },
	{ "ServiceAccountTokenProjection", "audience expirationSeconds path user", NULL },
	{ "ServicePort", "name protocol port targetPort nodePort appProtocol", NULL },
	{ "ServiceSpec",
	  "ports selector clusterIP type externalIPs - sessionAffinity loadBalancerIP "
	  "loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort "
	  "publishNotReadyAddresses sessionAffinityConfig - - ipFamilyPolicy clusterIPs "
	  "ipFamilies allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy "
	  "trafficDistribution", NULL },
	{ "SessionAffinityConfig", "clientIP", NULL },
	{ "SleepAction", "seconds", NULL },
	{ "StatefulSet", "metadata spec status", NULL },
	{ "StatefulSetOrdinals", "start", NULL },
	{ "StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted whenScaled", NULL },
	{ "StatefulSetSpec",
	  "replicas selector template volumeClaimTemplates serviceName podManagementPolicy "
	  "updateStrategy revisionHistoryLimit minReadySeconds "
	  "persistentVolumeClaimRetentionPolicy ordinals", NULL },
	{ "StatefulSetUpdateStrategy", "type rollingUpdate", NULL },
	{ "SuccessPolicy", "rules", NULL },
	{ "SuccessPolicyRule", "succeededIndexes succeededCount", NULL },
	{ "Sysctl", "name value", NULL },
	{ "TCPSocketAction", "port host", NULL },
	{ "Taint", "key value effect timeAdded", NULL },
	{ "Toleration", "key operator value effect tolerationSeconds", NULL },
	{ "TopologySpreadConstraint",
	  "maxSkew topologyKey whenUnsatisfiable labelSelector minDomains "
	  "nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys", NULL },
	{ "TypedLocalObjectReference", "apiGroup kind name", NULL },
	{ "TypedObjectReference", "apiGroup kind name namespace", NULL },
	{ "UncountedTerminatedPods", "succeeded failed", NULL },
	{ "Volume", "name =VolumeSource", NULL },
	{ "VolumeDevice", "name devicePath", NULL },
	{ "VolumeMount",
	  "name readOnly mountPath subPath mountPropagation subPathExpr recursiveReadOnly "
	  "bindMountOptions", NULL },
	{ "VolumeNodeAffinity", "required", NULL },
	{ "VolumeProjection",
	  "secret downwardAPI configMap serviceAccountToken clusterTrustBundle "
	  "podCertificate", NULL },
	{ "VolumeResourceRequirements", "limits requests", NULL },
	{ "VolumeSource",
	  "hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs "
	  "iscsi glusterfs persistentVolumeClaim rbd flexVolume cinder cephfs flocker "
	  "downwardAPI fc azureFile configMap vsphereVolume quobyte azureDisk "
	  "photonPersistentDisk portworxVolume scaleIO projected storageos csi ephemeral "
	  "image", NULL },
	{ "WeightedPodAffinityTerm", "weight podAffinityTerm", NULL },
	{ "WindowsSecurityContextOptions",
	  "gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess", NULL },
};
/* clang-format on */

const struct protobuf_message *protobuf_message(const char *name, const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (streq(messages[i].name, name) &&
		    (messages[i].version == NULL || streq(messages[i].version, version)))
			return &messages[i];
	return NULL;
}
