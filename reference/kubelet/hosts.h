/*
 * hosts: a pod's names: host name, /etc/hosts, /etc/resolv.conf. Pure texts; the caller frees.
 */
#pragma once

#include "api/pod.h"
#include "base/error.h"

char *hosts_name(const struct pod *pod); /* what the kernel is told */
char *hosts_file(const struct pod *pod, const char *pod_ip, const char *node_hosts);
/* node_resolv: the node's own file; cluster_dns: the cluster's server, or NULL. */
char *hosts_resolv_conf(const struct pod *pod, const char *cluster_dns, const char *node_resolv);
