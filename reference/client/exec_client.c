/*
 * exec_client: one session.
 *
 * libcurl makes the connection (socket or TLS) and hands it over; the upgrade is one request and one answer. After
 * it every message is a channel byte and data: 0 goes in, 1 and 2 come out, 3 brings the Status that ends
 * the session, 4 tells the size of our terminal. v5 can also close a channel (255), which is how the
 * command hears the end of our input; under v4 it cannot, there the session just stays open.
 *
 * The only waits are poll(2) on our input and on the connection; TLS may hold data that poll does not
 * see, so it is drained before every wait.
 */
#include "client/exec_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "api/config.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "client/rest_connect.h"
#include "client/websocket.h"

enum channel { CH_STDIN, CH_STDOUT, CH_STDERR, CH_ERROR, CH_RESIZE, CH_CLOSE = 255 };

struct session {
	CURL *curl;
	curl_socket_t fd;
	bool v5;
	bool stdin_open;
	int winch; /* a signalfd for SIGWINCH; -1 without a terminal */
	bool over; /* the Status or the end of the connection has come */
	struct strbuf in; /* bytes of frames that are not complete */
	json_t *status; /* what channel 3 said; owned */
};

static uint32_t fresh_mask(void)
{
	uint32_t mask = 0;

	if (getrandom(&mask, sizeof(mask), 0) != sizeof(mask))
		mask = 0x5a17c3e9;
	return mask;
}

static int wait_for(curl_socket_t fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, -1);
}

static int send_all(struct session *s, const char *data, size_t len, struct error *err)
{
	while (len) {
		size_t n = 0;
		CURLcode code = curl_easy_send(s->curl, data, len, &n);

		if (code == CURLE_AGAIN)
			wait_for(s->fd, POLLOUT);
		else if (code != CURLE_OK)
			return error_set(err, ERR_UNAVAILABLE, NULL, "the connection broke: %s",
					 curl_easy_strerror(code));
		data += n;
		len -= n;
	}
	return 0;
}

static int send_frame(struct session *s, unsigned opcode, const char *data, size_t len,
		      struct error *err)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	websocket_encode(&out, opcode, data, len, fresh_mask());
	return send_all(s, out.data, out.len, err);
}

static int send_channel(struct session *s, unsigned char channel, const char *data, size_t len,
			struct error *err)
{
	_cleanup_strbuf_ struct strbuf message = STRBUF_INIT;

	strbuf_addc(&message, (char)channel);
	strbuf_add(&message, data, len);
	return send_frame(s, WS_BINARY, message.data, message.len, err);
}

static void send_size(struct session *s)
{
	struct winsize size;
	_cleanup_free_ char *text = NULL;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	text = str_printf("{\"Width\":%u,\"Height\":%u}", size.ws_col, size.ws_row);
	send_channel(s, CH_RESIZE, text, strlen(text), NULL);
}

static int take_message(struct session *s, const char *data, size_t len, struct error *err)
{
	unsigned char channel;

	if (!len)
		return 0;
	channel = (unsigned char)*data++;
	len--;
	if (channel == CH_STDOUT || channel == CH_STDERR)
		return fs_write_fd(channel, data, len, err);
	if (channel == CH_ERROR && len) {
		s->over = true;
		return json_parse(data, len, &s->status, err);
	}
	return 0;
}

static int take_frame(struct session *s, const struct websocket_frame *f, struct error *err)
{
	switch (f->opcode) {
	case WS_TEXT:
	case WS_BINARY:
	case WS_CONTINUATION:
		return take_message(s, f->data, f->len, err);
	case WS_PING:
		return send_frame(s, WS_PONG, f->data, f->len, err);
	case WS_CLOSE:
		s->over = true;
		return 0;
	default:
		return 0;
	}
}

static int take_frames(struct session *s, struct error *err)
{
	struct websocket_frame f;
	int r;

	while (!s->over && (r = websocket_decode(s->in.data, s->in.len, &f)) != 0) {
		if (r < 0)
			return error_set(err, ERR_INTERNAL, NULL, "the server sent a bad frame");
		r = take_frame(s, &f, err);
		if (r < 0)
			return r;
		strbuf_consume(&s->in, f.consumed);
	}
	return 0;
}

/* All that is there; at the end of the connection the session is over. */
static int receive(struct session *s, struct error *err)
{
	for (;;) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(s->curl, strbuf_reserve(&s->in, 65536), 65536, &n);

		if (code == CURLE_AGAIN)
			return take_frames(s, err);
		if (code != CURLE_OK)
			return error_set(err, ERR_UNAVAILABLE, NULL, "the connection broke: %s",
					 curl_easy_strerror(code));
		strbuf_grown(&s->in, n);
		if (n == 0) {
			int r = take_frames(s, err);

			s->over = true;
			return r;
		}
	}
}

static int forward_stdin(struct session *s, struct error *err)
{
	char buf[16384];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : error_set_errno(err, errno, "stdin");
	if (n > 0)
		return send_channel(s, CH_STDIN, buf, (size_t)n, err);
	s->stdin_open = false;
	return s->v5 ? send_channel(s, CH_CLOSE, (char[]){ CH_STDIN }, 1, err) : 0;
}

static void forward_size(struct session *s)
{
	struct signalfd_siginfo info;

	if (read(s->winch, &info, sizeof(info)) > 0)
		send_size(s);
}

static int pump(struct session *s, struct error *err)
{
	int r = take_frames(s, err); /* what came behind the upgrade */

	while (r == 0 && !s->over) {
		struct pollfd p[3] = {
			{ .fd = s->fd, .events = POLLIN },
			{ .fd = s->stdin_open ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = s->winch, .events = POLLIN },
		};

		r = receive(s, err);
		if (r < 0 || s->over)
			break;
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return error_set_errno(err, errno, "poll");
		if (p[1].revents)
			r = forward_stdin(s, err);
		if (p[2].revents)
			forward_size(s);
	}
	return r;
}

/* The Status of channel 3: Success, or a failure that may be the exit code of the command. */
static int verdict(const struct session *s, int *ret_code, struct error *err)
{
	json_t *cause;
	size_t i;
	int64_t code;

	if (!s->status)
		return error_set(err, ERR_UNAVAILABLE, NULL,
				 "the connection ended before the command did");
	if (streq(json_str(s->status, "status"), "Success")) {
		*ret_code = 0;
		return 0;
	}
	json_each(s->status, "details.causes", i, cause) {
		if (streq(json_str(cause, "reason"), "ExitCode") &&
		    str_to_int64(json_str_or(cause, "message", ""), 0, 255, &code) == 0) {
			*ret_code = (int)code;
			return 0;
		}
	}
	return rest_status_error(s->status, 500, err);
}

static char *upgrade_request(struct rest_client *c, const char *path)
{
	const struct endpoint *e = rest_endpoint(c);
	const char *host = strstr(e->server, "://");
	uint32_t raw[4] = { fresh_mask(), fresh_mask(), fresh_mask(), fresh_mask() };
	_cleanup_free_ char *key = base64_encode(raw, sizeof(raw));
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	strbuf_addf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, host ? host + 3 : e->server);
	strbuf_adds(&b, "Connection: Upgrade\r\nUpgrade: websocket\r\nUser-Agent: podctl\r\n");
	strbuf_addf(&b, "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", key);
	strbuf_adds(&b, "Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n");
	if (e->token)
		strbuf_addf(&b, "Authorization: Bearer %s\r\n", e->token);
	strbuf_adds(&b, "\r\n");
	return strbuf_take(&b);
}

/* Reads the answer's head; what follows it stays in s->in. */
static int read_head(struct session *s, char **ret_head, struct error *err)
{
	for (;;) {
		const char *end = strstr(strbuf_str(&s->in), "\r\n\r\n");
		size_t n = 0;
		CURLcode code;

		if (end) {
			size_t len = (size_t)(end + 4 - s->in.data);

			*ret_head = xstrndup(s->in.data, len);
			strbuf_consume(&s->in, len);
			return 0;
		}
		code = curl_easy_recv(s->curl, strbuf_reserve(&s->in, 4096), 4096, &n);
		if (code == CURLE_AGAIN)
			wait_for(s->fd, POLLIN);
		else if (code != CURLE_OK || n == 0)
			return error_set(err, ERR_UNAVAILABLE, NULL, "the server hung up");
		strbuf_grown(&s->in, n);
	}
}

/* The refusal's body: what is there already, and what Content-Length says is still to come. */
static int refused(struct session *s, const char *head, long http, struct error *err)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");
	size_t want = field ? (size_t)strtoul(field + 17, NULL, 10) : s->in.len;
	_cleanup_json_ json_t *status = NULL;

	while (s->in.len < MIN(want, (size_t)65536)) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(s->curl, strbuf_reserve(&s->in, 4096), 4096, &n);

		if (code == CURLE_AGAIN)
			wait_for(s->fd, POLLIN);
		else if (code != CURLE_OK || n == 0)
			break;
		strbuf_grown(&s->in, n);
	}
	if (json_parse(strbuf_str(&s->in), s->in.len, &status, NULL) < 0)
		return error_set(err, ERR_INTERNAL, NULL, "the server answered %ld to the upgrade",
				 http);
	return rest_status_error(status, http, err);
}

static int upgrade(struct session *s, struct rest_client *c, const char *path, struct error *err)
{
	_cleanup_free_ char *request = upgrade_request(c, path), *head = NULL;
	long http = 0;
	int r;

	r = send_all(s, request, strlen(request), err);
	if (r == 0)
		r = read_head(s, &head, err);
	if (r < 0)
		return r;
	if (sscanf(head, "HTTP/%*s %ld", &http) != 1 || http != 101)
		return refused(s, head, http, err);
	s->v5 = strcasestr(head, "v5.channel.k8s.io") != NULL;
	return 0;
}

static bool make_raw(struct termios *ret_old)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, ret_old) < 0)
		return false;
	raw = *ret_old;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static int watch_winch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int converse(struct session *s, const struct exec_options *o, struct error *err)
{
	struct termios old;
	bool raw = o->tty && make_raw(&old);
	int r;

	if (o->tty) {
		s->winch = watch_winch();
		send_size(s);
	}
	r = pump(s, err);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	return r;
}

int exec_run(struct rest_client *c, const char *path, const struct exec_options *options,
	     int *ret_code, struct error *err)
{
	struct session s = { .stdin_open = options->stdin_open, .winch = -1 };
	int r;

	r = rest_connect(c, &s.curl, err);
	if (r < 0)
		return r;
	curl_easy_getinfo(s.curl, CURLINFO_ACTIVESOCKET, &s.fd);
	r = upgrade(&s, c, path, err);
	if (r == 0)
		r = converse(&s, options, err);
	if (r == 0)
		r = verdict(&s, ret_code, err);
	strbuf_deinit(&s.in);
	json_decref(s.status);
	fd_close(s.winch);
	return r;
}
