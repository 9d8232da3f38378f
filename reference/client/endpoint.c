/*
 * endpoint: kubeconfig files, read and written.
 *
 * Of a kubeconfig one context counts: its cluster gives the server and its CA, its user a token or a client
 * certificate. Each piece of PEM may be inline (base64, *-data) or in a file; inline wins. Exec plugins
 * and auth providers are not understood: a user who has nothing else is refused by the server.
 */
#include "client/endpoint.h"

#include <fcntl.h>
#include <libgen.h>

#include "api/config.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "base/yaml.h"

#define KUBECONFIG_MAX (1 << 20)

struct endpoint *endpoint_free(struct endpoint *e)
{
	if (!e)
		return NULL;
	free(e->server);
	free(e->socket);
	free(e->ca);
	free(e->cert);
	free(e->key);
	free(e->token);
	free(e->ns);
	free(e);
	return NULL;
}

struct endpoint *endpoint_new_socket(const char *path)
{
	struct endpoint *e = xnew(e);

	e->server = xstrdup("http://podd");
	e->socket = xstrdup(path);
	return e;
}

char *endpoint_text(const struct endpoint *e)
{
	return e->socket ? str_printf("unix:%s", e->socket) : xstrdup(e->server);
}

static int read_text(const char *dir, const char *name, char **ret, struct error *err)
{
	_cleanup_free_ char *path = fs_join(dir, name);
	int r = fs_read_file(AT_FDCWD, path, KUBECONFIG_MAX, ret, NULL, err);

	return r > 0 ? -ERR_SYSTEM : r; /* a file that is named has to be there */
}

/* obj.<key>-data (base64) or the file that obj.<key> names; neither is fine. */
static int read_pem(const json_t *obj, const char *key, const char *dir, char **ret,
		    struct error *err)
{
	_cleanup_free_ char *data_key = str_printf("%s-data", key);
	const char *data = json_string_value(json_object_get(obj, data_key));
	const char *file = json_string_value(json_object_get(obj, key));
	size_t len;

	if (data && base64_decode(data, ret, &len, NULL) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s is not base64", data_key);
	if (data || !file)
		return 0;
	return read_text(dir, file, ret, err);
}

/* The entry of `list` called name: its member `what`. */
static int find_entry(const json_t *config, const char *list, const char *what, const char *name,
		      json_t **ret, struct error *err)
{
	json_t *entry = json_find(json_arr(config, list), "name", name ? name : "");

	*ret = json_object_get(entry, what);
	if (!json_is_object(*ret))
		return error_set(err, ERR_BAD_REQUEST, NULL, "no %s \"%s\" in the kubeconfig", what,
				 name ? name : "");
	return 0;
}

static int read_cluster(const json_t *cluster, const char *dir, struct endpoint *e,
			struct error *err)
{
	if (!json_str(cluster, "server"))
		return error_set(err, ERR_BAD_REQUEST, NULL, "the cluster has no server");
	e->server = xstrdup(json_str(cluster, "server"));
	e->insecure = json_bool(cluster, "insecure-skip-tls-verify", false);
	return read_pem(cluster, "certificate-authority", dir, &e->ca, err);
}

static int read_user(const json_t *user, const char *dir, struct endpoint *e, struct error *err)
{
	int r;

	e->token = xstrdup(json_str(user, "token"));
	if (!e->token && json_str(user, "tokenFile")) {
		r = read_text(dir, json_str(user, "tokenFile"), &e->token, err);
		if (r < 0)
			return r;
		e->token[strcspn(e->token, "\r\n")] = 0;
	}
	r = read_pem(user, "client-certificate", dir, &e->cert, err);
	return r < 0 ? r : read_pem(user, "client-key", dir, &e->key, err);
}

static int read_config(const json_t *config, const char *dir, struct endpoint *e, struct error *err)
{
	json_t *context, *cluster, *user;
	int r;

	r = find_entry(config, "contexts", "context", json_str(config, "current-context"), &context,
		       err);
	if (r == 0)
		r = find_entry(config, "clusters", "cluster", json_str(context, "cluster"),
			       &cluster, err);
	if (r == 0)
		r = find_entry(config, "users", "user", json_str(context, "user"), &user, err);
	if (r == 0)
		r = read_cluster(cluster, dir, e, err);
	if (r == 0)
		r = read_user(user, dir, e, err);
	if (r == 0)
		e->ns = xstrdup(json_str(context, "namespace"));
	return r;
}

int endpoint_from_kubeconfig(const char *path, struct endpoint **ret, struct error *err)
{
	_cleanup_(endpoint_freep) struct endpoint *e = xnew(e);
	_cleanup_free_ char *text = NULL, *copy = xstrdup(path);
	_cleanup_json_ json_t *config = NULL;
	size_t len = 0;
	int r;

	r = fs_read_file(AT_FDCWD, path, KUBECONFIG_MAX, &text, &len, err);
	if (r > 0)
		r = -ERR_SYSTEM;
	if (r == 0)
		r = yaml_load(text, len, path, &config, err);
	if (r == 0)
		r = read_config(config, dirname(copy), e, err);
	if (r < 0)
		return error_wrap(err, "error loading config file \"%s\"", path);
	*ret = take_ptr(e);
	return 0;
}

static void put_data(json_t *obj, const char *key, const char *pem)
{
	_cleanup_free_ char *text = pem ? base64_encode(pem, strlen(pem)) : NULL;

	if (text)
		json_object_set_new(obj, key, json_string(text));
}

json_t *endpoint_to_kubeconfig(const struct endpoint *e, const char *name)
{
	json_t *cluster = json_pack("{s:s}", "server", e->server), *user = json_object();

	put_data(cluster, "certificate-authority-data", e->ca);
	put_data(user, "client-certificate-data", e->cert);
	put_data(user, "client-key-data", e->key);
	if (e->token)
		json_object_set_new(user, "token", json_string(e->token));
	return json_pack("{s:s,s:s,s:s,s:{},s:[{s:s,s:o}],s:[{s:s,s:{s:s,s:s,s:s}}],s:[{s:s,s:o}]}",
			 "apiVersion", "v1", "kind", "Config", "current-context", name,
			 "preferences", "clusters", "name", name, "cluster", cluster, "contexts",
			 "name", name, "context", "cluster", name, "namespace",
			 e->ns ? e->ns : "default", "user", name, "users", "name", name, "user",
			 user);
}
