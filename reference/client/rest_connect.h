/*
 * rest_connect: the bare connection under a REST client, for a protocol of its own.
 */
#pragma once

#include <curl/curl.h>

#include "base/error.h"

struct rest_client;

/* *ret: the client's handle, connected; use curl_easy_send() and _recv(). The client cannot call any more. */
int rest_connect(struct rest_client *c, CURL **ret, struct error *err);
