/*
 * pod_handler: typed view of what is run or asked from outside a container: hooks and probes. Part of api/pod.h.
 *
 * Strings are borrowed from the object that the view keeps. Absent: NULL, or the value named.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum pod_handler_type {
	HANDLER_EXEC,
	HANDLER_HTTP_GET,
	HANDLER_TCP_SOCKET,
	HANDLER_GRPC,
	HANDLER_SLEEP
};

struct pod_http_header {
	const char *name, *value;
};

struct pod_handler {
	enum pod_handler_type type;
	char **argv; /* exec: NULL-terminated */
	const char *host; /* http, tcp */
	int port; /* http, tcp, grpc; 0 when port_name is set */
	const char *port_name;
	const char *path, *scheme; /* http: "/", "HTTP" | "HTTPS" */
	struct pod_http_header *headers;
	size_t n_headers;
	const char *service; /* grpc; "" */
	int64_t sleep_seconds;
};

struct pod_probe {
	struct pod_handler handler;
	int initial_delay_seconds, period_seconds, timeout_seconds;
	int success_threshold, failure_threshold;
	int64_t grace_seconds; /* -1: the pod's */
};
