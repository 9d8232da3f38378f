/*
 * pki: the keys of a root: an authority, the server's certificate by it, and the bearer token.
 *
 * Files in the directory (0700): ca.crt, ca.key, server.crt, server.key, token; made at first use, kept afterwards. The
 * server's certificate is made anew when it runs out within a month. TLS knows real time alone.
 */
#pragma once

#include <openssl/ssl.h>

#include "base/error.h"

/* A server context for TLS 1.2 and later, the token, and the authority's certificate (PEM); owned by the caller. */
int pki_open(const char *dir, SSL_CTX **ret_ctx, char **ret_token, char **ret_ca, struct error *err);
