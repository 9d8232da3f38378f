/*
 * pod_view_parts: how the files of the pod view share the work. Private to api/pod_view*.c.
 *
 * Each part reads a JSON value into a zeroed struct and can free what it made, also when it made half.
 */
#pragma once

#include "api/pod.h"

void pod_view_container(struct pod *pod, const json_t *c, enum pod_container_kind kind,
			struct pod_container *ret);
void pod_view_container_deinit(struct pod_container *c);
/* restartPolicy and restartPolicyRules. */
void pod_view_restart(const json_t *c, struct pod_container *ret);
void pod_view_restart_deinit(struct pod_container *c);
void pod_view_volume(const json_t *volume, struct pod_volume *ret);
void pod_view_volume_deinit(struct pod_volume *volume);
/* resources: {requests, limits} or NULL. */
void pod_view_resources(const json_t *resources, struct pod_resources *ret);
/* exec | httpGet | tcpSocket | grpc | sleep below holder; false: none of them. */
bool pod_view_handler(const json_t *holder, struct pod_handler *ret);
void pod_view_handler_deinit(struct pod_handler *handler);
