/*
 * kubeconfig: the current context of a kubeconfig file.
 *
 * Understood: server, certificate-authority(-data), insecure-skip-tls-verify, client-certificate(-data), client-key(-data),
 * token, tokenFile. Refused with a clear word: exec and auth-provider plug-ins, since an explicit credential is what
 * a test run should have. Everything is read once, into PEM texts.
 */
#include "subject/kubeconfig.h"

#include <openssl/evp.h>

#include "doc.h"
#include "util/json.h"

static const json_t *named(const json_t *list, const char *name, const char *what)
{
	json_t *entry;
	size_t i;

	json_array_foreach((json_t *)list, i, entry)
		if (streq(json_str(entry, "name"), name))
			return json_object_get(entry, what);
	return NULL;
}

static char *decode(const char *base64, struct error *err)
{
	size_t len = strlen(base64);
	char *out = xcalloc(len + 4, 1);
	int n = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)base64, (int)len);

	if (n < 0) {
		free(out);
		error_set(err, "data that is not base64");
		return NULL;
	}
	out[n] = '\0';
	return out;
}

static int read_file(const char *dir, const char *path, char **ret, struct error *err)
{
	_cleanup_free_ char *full = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", dir, path);

	return doc_read_text(full, ret, NULL, err);
}

/* KEY-data, else the file KEY; neither leaves *ret alone. */
static int read_pem(const json_t *map, const char *key, const char *dir, char **ret,
		    struct error *err)
{
	_cleanup_free_ char *data_key = xasprintf("%s-data", key);
	const char *data = json_string_value(json_object_get(map, data_key));
	const char *file = json_string_value(json_object_get(map, key));

	if (data) {
		*ret = decode(data, err);
		return *ret ? 0 : error_wrap(err, "%s", data_key);
	}
	return file ? read_file(dir, file, ret, err) : 0;
}

static int read_user(const json_t *user, const char *dir, struct kubeconfig *c, struct error *err)
{
	const char *token = json_str(user, "token"), *file = json_str(user, "tokenFile");

	if (json_object_get(user, "exec") || json_object_get(user, "auth-provider"))
		return error_set(err, "users with a plug-in are not supported: give a token or a "
				      "client certificate");
	if (read_pem(user, "client-certificate", dir, &c->cert, err) ||
	    read_pem(user, "client-key", dir, &c->key, err))
		return -1;
	if (token)
		c->token = xstrdup(token);
	else if (file && read_file(dir, file, &c->token, err))
		return -1;
	if (c->token)
		c->token[strcspn(c->token, "\r\n")] = '\0';
	return 0;
}

static int read_config(const json_t *doc, const char *dir, struct kubeconfig *c, struct error *err)
{
	const char *current = json_str(doc, "current-context");
	const json_t *context = named(json_object_get(doc, "contexts"), current, "context");
	const json_t *cluster =
		named(json_object_get(doc, "clusters"), json_str(context, "cluster"), "cluster");
	const json_t *user = named(json_object_get(doc, "users"), json_str(context, "user"), "user");

	if (!cluster || !json_str(cluster, "server"))
		return error_set(err, "no current context with a server");
	c->server = xstrdup(json_str(cluster, "server"));
	if (c->server[strlen(c->server) - 1] == '/')
		c->server[strlen(c->server) - 1] = '\0';
	c->insecure = json_truth(cluster, "insecure-skip-tls-verify", false);
	if (read_pem(cluster, "certificate-authority", dir, &c->ca, err))
		return -1;
	return user ? read_user(user, dir, c, err) : 0;
}

int kubeconfig_load(const char *path, struct kubeconfig *ret, struct error *err)
{
	_cleanup_(kubeconfig_clear) struct kubeconfig c = { 0 };
	_cleanup_json_ json_t *docs = NULL;
	_cleanup_free_ char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');

	if (slash)
		*slash = '\0';
	if (doc_load(path, &docs, NULL, err))
		return -1;
	if (read_config(json_array_get(docs, 0), slash ? dir : ".", &c, err))
		return error_wrap(err, "%s", path);
	*ret = c;
	c = (struct kubeconfig){ 0 };
	return 0;
}

void kubeconfig_clear(struct kubeconfig *c)
{
	free(c->server);
	free(c->ca);
	free(c->cert);
	free(c->key);
	free(c->token);
	free(c->unix_socket);
	*c = (struct kubeconfig){ 0 };
}
