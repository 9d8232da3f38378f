/*
 * Listeners and connections: libevent's evhttp on each socket, one evhttp per listener, since a listener decides about
 * TLS and the token. Idle connections are closed after ten minutes; a stream switches that off for its own.
 */
#include "apiserver/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>

#include "apiserver/carrier.h"
#include "apiserver/pki.h"
#include "apiserver/stream.h"
#include "base/str.h"

#define HEADERS_MAX (64 * 1024)
/* Above the limit of a body, so that what lies between is answered by us and not by libevent. */
#define TRANSPORT_MAX (64 * 1024 * 1024)
#define IDLE_SECONDS 600

struct listener {
	struct apiserver *server;
	struct evhttp *http;
	char *path; /* of a unix socket */
	char *token; /* NULL: whoever can open the socket may enter */
	SSL_CTX *tls;
	struct listener *next;
};

static int check_token(const struct listener *l, const struct request *req, struct error *err)
{
	const char *given = request_header(req, "Authorization");

	if (!l->token)
		return 0;
	given = given ? str_after(given, "Bearer ") : NULL;
	if (given && strlen(given) == strlen(l->token) &&
	    CRYPTO_memcmp(given, l->token, strlen(given)) == 0)
		return 0;
	return error_set(err, ERR_UNAUTHORIZED, NULL, "Unauthorized");
}

static void on_request(struct evhttp_request *http, void *userdata)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct listener *l = userdata;
	struct request *req = NULL;
	int r = request_new(l->server, http, &req, &err);

	if (r == 0)
		r = check_token(l, req, &err);
	if (r == 0) {
		dispatch(req);
		return;
	}
	reply_error(req, &err);
	request_free(req);
}

static struct listener *listener_free(struct listener *l)
{
	if (!l)
		return NULL;
	if (l->http)
		evhttp_free(l->http);
	if (l->path)
		unlink(l->path);
	SSL_CTX_free(l->tls);
	free(l->path);
	free(l->token);
	free(l);
	return NULL;
}

DEFINE_CLEANUP_FUNC(struct listener *, listener_free)

static struct listener *listener_new(struct apiserver *a)
{
	struct listener *l = xnew(l);

	l->server = a;
	l->http = evhttp_new(loop_base(a->cfg.loop));
	evhttp_set_gencb(l->http, on_request, l);
	evhttp_set_allowed_methods(l->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						    EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE |
						    EVHTTP_REQ_HEAD | EVHTTP_REQ_OPTIONS);
	evhttp_set_max_headers_size(l->http, HEADERS_MAX);
	evhttp_set_max_body_size(l->http, TRANSPORT_MAX);
	evhttp_set_default_content_type(l->http, NULL);
	evhttp_set_timeout(l->http, IDLE_SECONDS);
	return l;
}

/* Takes fd over, also on failure. */
static int accept_on(struct listener *l, int fd, const char *what, struct error *err)
{
	if (listen(fd, SOMAXCONN) < 0) {
		int r = error_set_errno(err, errno, "listen on %s", what);

		close(fd);
		return r;
	}
	if (!evhttp_accept_socket_with_handle(l->http, fd)) {
		close(fd);
		return error_set(err, ERR_INTERNAL, NULL, "cannot accept on %s", what);
	}
	return 0;
}

/* ---- unix ---- */

static int unix_address(const char *path, struct sockaddr_un *ret, struct error *err)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return error_set(err, ERR_INVALID, NULL,
				 "the socket's path is longer than %zu bytes: %s",
				 sizeof(ret->sun_path) - 1, path);
	memcpy(ret->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Removes the file of a listener that is no more. */
static int clear_stale(const struct sockaddr_un *addr, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (lstat(addr->sun_path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, ERR_EXISTS, NULL, "%s is there and is no socket",
				 addr->sun_path);
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN)
		return error_set(err, ERR_UNAVAILABLE, NULL, "another process listens on %s",
				 addr->sun_path);
	unlink(addr->sun_path);
	return 0;
}

static int bind_unix(const struct sockaddr_un *addr, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old;
	int r;

	if (fd < 0)
		return error_set_errno(err, errno, "socket");
	old = umask(0177);
	r = bind(fd, (const struct sockaddr *)addr, sizeof(*addr));
	umask(old);
	if (r < 0)
		return error_set_errno(err, errno, "bind %s", addr->sun_path);
	*ret_fd = take_fd(fd);
	return 0;
}

int apiserver_listen_unix(struct apiserver *a, const char *path, struct error *err)
{
	_cleanup_(listener_freep) struct listener *l = listener_new(a);
	struct sockaddr_un addr;
	int fd = -1, r = unix_address(path, &addr, err);

	if (r == 0)
		r = clear_stale(&addr, err);
	if (r == 0)
		r = bind_unix(&addr, &fd, err);
	if (r < 0)
		return r;
	l->path = xstrdup(path);
	r = accept_on(l, fd, path, err);
	if (r < 0)
		return r;
	LL_PREPEND(a->listeners, l);
	l = NULL; /* the macro names it more than once */
	return 0;
}

/* ---- tcp ---- */

static struct bufferevent *new_tls_connection(struct event_base *base, void *userdata)
{
	struct listener *l = userdata;
	struct bufferevent *bev = bufferevent_openssl_socket_new(
		base, -1, SSL_new(l->tls), BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);

	/* Clients that just hang up are no fault. */
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

static int bind_tcp(const char *address, uint16_t port, int *ret_fd, uint16_t *ret_port,
		    struct error *err)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t len = sizeof(addr);
	int on = 1;

	if (fd < 0)
		return error_set_errno(err, errno, "socket");
	if (inet_pton(AF_INET, address, &addr.sin_addr) != 1 ||
	    ntohl(addr.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return error_set(err, ERR_INVALID, NULL, "%s is no loopback address", address);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		return error_set_errno(err, errno, "bind %s:%u", address, port);
	*ret_port = ntohs(addr.sin_port);
	*ret_fd = take_fd(fd);
	return 0;
}

int apiserver_listen_tcp(struct apiserver *a, const char *address, uint16_t port,
			 const char *pki_dir, char **ret_url, struct error *err)
{
	_cleanup_(listener_freep) struct listener *l = listener_new(a);
	_cleanup_free_ char *url = NULL, *ca = NULL;
	int fd = -1, r = pki_open(pki_dir, &l->tls, &l->token, &ca, err);

	if (r == 0)
		r = bind_tcp(address, port, &fd, &port, err);
	if (r < 0)
		return r;
	evhttp_set_bevcb(l->http, new_tls_connection, l);
	url = str_printf("https://%s:%u", address, port);
	r = accept_on(l, fd, url, err);
	if (r < 0)
		return r;
	json_decref(a->access);
	a->access = json_pack("{ss, ss, ss}", "server", url, "ca", ca, "token", l->token);
	LL_PREPEND(a->listeners, l);
	l = NULL;
	*ret_url = take_ptr(url);
	return 0;
}

/* ---- the server ---- */

int apiserver_new(const struct apiserver_config *cfg, struct apiserver **ret, struct error *err)
{
	struct apiserver *a = xnew(a);

	(void)err;
	a->cfg = *cfg;
	a->node = *cfg->node;
	a->version = xstrdup(cfg->version);
	json_incref(a->cfg.info);
	*ret = a;
	return 0;
}

struct apiserver *apiserver_free(struct apiserver *a)
{
	struct listener *l, *next;

	if (!a)
		return NULL;
	carrier_gone_all(a);
	stream_end_all(a);
	LL_FOREACH_SAFE(a->listeners, l, next)
	listener_free(l);
	page_shelf_deinit(&a->pages);
	json_decref(a->cfg.info);
	json_decref(a->access);
	free(a->version);
	free(a);
	return NULL;
}
