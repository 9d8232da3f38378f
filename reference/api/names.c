/*
 * names: grammars without regular expressions.
 *
 * Every rule is a small walk over the bytes; the sentences are Kubernetes' own, complete with the regular
 * expression that it prints, so that a message found in the field's documentation is found here too.
 * A rule reports every problem it sees (too long *and* wrong characters), in Kubernetes' order.
 */
#include "api/names.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define QUALIFIED_TEXT                                                                            \
	"must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "  \
	"an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for " \
	"validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define SUBDOMAIN_TEXT                                                                            \
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' " \
	"or "                                                                                     \
	"'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "  \
	"used for validation is "                                                                 \
	"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

static const char label_text[] =
	"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
	"must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
	"used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
static const char label_1035_text[] =
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
	"alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
	"'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
static const char label_value_text[] =
	"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
	"'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
	"'my_value',  or '12345', regex used for validation is "
	"'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
static const char env_text[] =
	"a valid environment variable name must consist only of printable ASCII characters other "
	"than '='";
static const char config_key_text[] =
	"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
	"'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
	"'[-._a-zA-Z0-9]+')";
static const char too_long_63[] = "must be no more than 63 characters";
static const char too_long_253[] = "must be no more than 253 characters";

struct problems {
	const char **list;
	size_t n;
};

static void say(struct problems *p, bool bad, const char *text)
{
	if (bad && p->n < NAME_MAX_PROBLEMS)
		p->list[p->n++] = text;
}

static bool lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool alnum(char c)
{
	return lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

static bool is_dns_label(const char *s, size_t len)
{
	if (len == 0 || !lower_alnum(s[0]) || !lower_alnum(s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!lower_alnum(s[i]) && s[i] != '-')
			return false;
	return true;
}

static bool is_subdomain(const char *s, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && s[i] != '.')
			continue;
		if (!is_dns_label(s + start, i - start))
			return false;
		start = i + 1;
	}
	return true;
}

static bool is_name_part(const char *s, size_t len)
{
	if (len == 0 || !alnum(s[0]) || !alnum(s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!alnum(s[i]) && strchr("-_.", s[i]) == NULL)
			return false;
	return true;
}

static void check_label(struct problems *p, const char *s)
{
	size_t len = strlen(s);

	say(p, len > 63, too_long_63);
	say(p, !is_dns_label(s, len), label_text);
}

static void check_1035(struct problems *p, const char *s)
{
	size_t len = strlen(s);

	say(p, len > 63, too_long_63);
	say(p, !is_dns_label(s, len) || (s[0] >= '0' && s[0] <= '9'), label_1035_text);
}

static void check_subdomain(struct problems *p, const char *s)
{
	size_t len = strlen(s);

	say(p, len > 253, too_long_253);
	say(p, !is_subdomain(s, len), SUBDOMAIN_TEXT);
}

static void check_qualified(struct problems *p, const char *s)
{
	const char *slash = strchr(s, '/');
	const char *name = slash == NULL ? s : slash + 1;
	size_t prefix_len = slash == NULL ? 0 : (size_t)(slash - s), len = strlen(name);

	if (slash != NULL && strchr(name, '/') != NULL) {
		say(p, true,
		    "a qualified name " QUALIFIED_TEXT
		    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
		return;
	}
	if (slash != NULL) {
		say(p, prefix_len == 0, "prefix part must be non-empty");
		say(p, prefix_len > 253, "prefix part must be no more than 253 characters");
		say(p, prefix_len > 0 && !is_subdomain(s, prefix_len),
		    "prefix part " SUBDOMAIN_TEXT);
	}
	say(p, len == 0, "name part must be non-empty");
	say(p, len > 63, "name part must be no more than 63 characters");
	say(p, !is_name_part(name, len), "name part " QUALIFIED_TEXT);
}

static void check_label_value(struct problems *p, const char *s)
{
	size_t len = strlen(s);

	say(p, len > 63, too_long_63);
	say(p, len > 0 && !is_name_part(s, len), label_value_text);
}

static void check_env(struct problems *p, const char *s)
{
	bool good = true;

	for (const char *c = s; *c != '\0'; c++)
		good = good && *c >= ' ' && *c <= '~' && *c != '=';
	say(p, *s == '\0', "environment variable name must be non-empty");
	say(p, !good, env_text);
}

static void check_config_key(struct problems *p, const char *s)
{
	size_t len = strlen(s);
	bool good = len > 0;

	for (size_t i = 0; i < len; i++)
		good = good && (alnum(s[i]) || strchr("-_.", s[i]) != NULL);
	say(p, len > 253, too_long_253);
	say(p, !good, config_key_text);
	if (strcmp(s, ".") == 0)
		say(p, true, "must not be '.'");
	else if (strcmp(s, "..") == 0)
		say(p, true, "must not be '..'");
	else
		say(p, strncmp(s, "..", 2) == 0, "must not start with '..'");
}

static void check_port(struct problems *p, const char *s)
{
	size_t len = strlen(s);
	bool good = len > 0, letter = false;

	for (size_t i = 0; i < len; i++) {
		good = good && (lower_alnum(s[i]) || s[i] == '-');
		letter = letter || (s[i] >= 'a' && s[i] <= 'z');
	}
	say(p, len > 15, "must be no more than 15 characters");
	say(p, !good, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
	say(p, !letter, "must contain at least one letter (a-z)");
	say(p, strstr(s, "--") != NULL, "must not contain consecutive hyphens");
	say(p, len > 0 && (s[0] == '-' || s[len - 1] == '-'), "must not begin or end with a hyphen");
}

static void check_any(struct problems *p, const char *s)
{
	say(p, strcmp(s, ".") == 0, "may not be '.'");
	say(p, strcmp(s, "..") == 0, "may not be '..'");
	say(p, strchr(s, '/') != NULL, "may not contain '/'");
	say(p, strchr(s, '%') != NULL, "may not contain '%'");
}

size_t name_check(enum name_rule rule, const char *value,
		  const char *ret_problems[static NAME_MAX_PROBLEMS])
{
	static void (*const rules[])(struct problems *, const char *) = {
		[NAME_ANY] = check_any,
		[NAME_DNS1123_LABEL] = check_label,
		[NAME_DNS1123_SUBDOMAIN] = check_subdomain,
		[NAME_DNS1035_LABEL] = check_1035,
		[NAME_QUALIFIED] = check_qualified,
		[NAME_LABEL_VALUE] = check_label_value,
		[NAME_ENV_VAR] = check_env,
		[NAME_CONFIG_KEY] = check_config_key,
		[NAME_PORT] = check_port,
	};
	struct problems p = { .list = ret_problems };

	rules[rule](&p, value != NULL ? value : "");
	return p.n;
}
