/*
 * Whether the server is there. One question is asked until it is answered, with a delay that doubles: what server is this, and
 * what time is it there? From the answer on calls are made and watches go on; the first call or watch that does not get
 * through says that it is gone, and the question is asked again.
 */
#include "client/remote.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

#define INFO_PATH "/apis/podd.podtest/v1/info"
#define FIRST_DELAY_NS (20 * NSEC_PER_MSEC) /* real, as all of this file */
#define LAST_DELAY_NS (2 * NSEC_PER_SEC)
#define PING_MS 5000

void remote_http(const struct remote *r, const char *path, char **ret_url, struct http_opts *ret)
{
	const struct endpoint *e = rest_endpoint(r->rest);

	*ret_url = str_printf("%s%s", e->server, path);
	*ret = (struct http_opts){
		.url = *ret_url,
		.unix_socket = e->socket,
		.ca_pem = e->ca,
		.cert_pem = e->cert,
		.key_pem = e->key,
		.token = e->token,
		.insecure = e->insecure,
		.connect_timeout_ms = PING_MS,
		.follow = HTTP_FOLLOW_NONE,
	};
}

bool remote_is_loss(const struct error *err)
{
	return err->code == ERR_TIMEOUT ||
	       (err->code == ERR_UNAVAILABLE && !streq(err->reason, "ServiceUnavailable"));
}

/* ---- the time there ---- */

static bool same_boot(const json_t *info)
{
	_cleanup_free_ char *own = NULL;

	if (fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 128, &own, NULL, NULL) != 0)
		return false;
	own[strcspn(own, "\n")] = '\0';
	return streq(json_str(info, "bootID"), own);
}

static void set_clock(struct remote *r, const json_t *info)
{
	json_t *rate = json_at(info, "clockRate");
	double factor = json_is_number(rate) ? json_number_value(rate) : 1;
	int64_t now = json_int(info, "clock.now", 0);
	struct clock c;

	if (json_has(info, "clock") && same_boot(info))
		clock_init(&c, json_int(info, "clock.birth", 0), json_int(info, "clock.boot", 0),
			   factor);
	else if (now)
		clock_init(&c, now, clock_now_boot_ns(), factor);
	else
		clock_init_now(&c, 1);
	/* One that runs as fast and is no more than a second off is left alone. */
	if (!r->clock_is_set || c.rate_milli != r->clock->rate_milli ||
	    llabs(clock_nominal_ns(&c) - clock_nominal_ns(r->clock)) > NSEC_PER_SEC)
		*r->clock = c;
	r->clock_is_set = true;
}

/* ---- the question ---- */

static void found(struct remote *r, const struct http_response *resp)
{
	_cleanup_json_ json_t *info = NULL;

	if (resp->status == 200 && json_parse(resp->body, resp->body_len, &info, NULL) < 0)
		info = NULL;
	if (!r->clock->hand)
		set_clock(r, info);
	r->delay_ns = FIRST_DELAY_NS;
	r->up = true;
	remote_watches_resume(r);
	if (r->reached)
		r->reached(r->userdata);
}

static void on_answer(void *userdata, const struct http_response *resp, const struct error *err)
{
	struct remote *r = userdata;

	r->ping = NULL;
	if (resp && resp->status < 500) {
		found(r, resp);
		return;
	}
	log_debug("store", "the server is not there: %s", err ? error_text(err) : "it fails");
	loop_timer_set(r->again, r->delay_ns);
	r->delay_ns = MIN(2 * r->delay_ns, LAST_DELAY_NS);
}

static void ask(void *userdata)
{
	struct remote *r = userdata;
	_cleanup_free_ char *url = NULL;
	struct http_opts opts;

	remote_http(r, INFO_PATH, &url, &opts);
	opts.timeout_ms = PING_MS;
	opts.fresh_connection = true;
	if (http_request(r->http, &opts, NULL, on_answer, r, &r->ping, NULL) < 0)
		loop_timer_set(r->again, LAST_DELAY_NS);
}

void remote_lost(struct remote *r, const struct error *why)
{
	if (r->up)
		log_info("store", "the server is out of reach: %s", error_text(why));
	r->up = false;
	if (!r->ping && !loop_timer_is_set(r->again))
		loop_timer_set(r->again, r->delay_ns);
}

int remote_link_start(struct remote *r, struct error *err)
{
	int code = http_client_new(r->loop, &r->http, err);

	if (code < 0)
		return code;
	r->delay_ns = FIRST_DELAY_NS;
	r->again = loop_timer_new(r->loop, ask, r);
	ask(r);
	return 0;
}

void remote_link_stop(struct remote *r)
{
	http_client_free(r->http);
	loop_timer_free(r->again);
}
