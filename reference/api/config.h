/*
 * config: ConfigMap and Secret.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "api/scheme.h"
#include "base/error.h"

#define CONFIG_MAX_BYTES (1024 * 1024)

extern const struct kind kind_configmap, kind_secret;

/*
 * The bytes of one key of a ConfigMap (data, binaryData) or Secret (data). CONFIG_NO_KEY (1) when there is
 * none. *ret_data is NUL-terminated beyond its length; the caller frees.
 */
enum { CONFIG_NO_KEY = 1 };
int config_value(const json_t *obj, const char *key, char **ret_data, size_t *ret_len,
		 struct error *err);
/* All keys, sorted: NULL-terminated vector of strings; the caller frees each and it. */
char **config_keys(const json_t *obj);

/* Standard base64, padded; the caller frees. */
char *base64_encode(const void *data, size_t len);
/* ERR_BAD_REQUEST when text is not base64. */
int base64_decode(const char *text, char **ret_data, size_t *ret_len, struct error *err);
