/*
 * grpc_health: the health protocol of gRPC (grpc.health.v1.Health, method Check) as bytes, and what an answer means.
 */
#pragma once

#include <stdbool.h>

#include "base/http.h"
#include "base/strbuf.h"

#define GRPC_HEALTH_PATH "/grpc.health.v1.Health/Check"

/* The body of the request: one message that names the service. */
void grpc_health_request(const char *service, struct strbuf *ret);

/*
 * Is it healthy, by the whole answer, trailers among its headers? The text says so in the field's words;
 * timeout_s stands in one of them.
 */
bool grpc_health_verdict(const struct http_response *resp, int timeout_s, struct strbuf *ret_text);

/* "1s", "1m30s": a span as Go prints it. */
void grpc_add_duration(struct strbuf *b, int seconds);
