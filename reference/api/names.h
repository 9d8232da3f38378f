/*
 * names: the grammars of names, keys and values, with Kubernetes' own words for what is wrong.
 */
#pragma once

#include <stddef.h>

enum name_rule {
	NAME_ANY, /* any text without '/' and '%', not "." or ".." (path segment) */
	NAME_DNS1123_LABEL,
	NAME_DNS1123_SUBDOMAIN,
	NAME_DNS1035_LABEL,
	NAME_QUALIFIED, /* [prefix/]name: label and annotation keys, finalizers, conditions */
	NAME_LABEL_VALUE,
	NAME_ENV_VAR, /* printable ASCII but '=' */
	NAME_CONFIG_KEY, /* keys of ConfigMap and Secret */
	NAME_PORT, /* IANA_SVC_NAME */
};

#define NAME_MAX_PROBLEMS 4

/*
 * Fills ret with up to NAME_MAX_PROBLEMS static sentences and returns how many; 0: the value is good.
 * The sentences stand as they are after `Invalid value: "x": `.
 */
size_t name_check(enum name_rule rule, const char *value,
		  const char *ret_problems[static NAME_MAX_PROBLEMS]);
