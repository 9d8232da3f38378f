/*
 * images: what is on the disk counts; a "pull" succeeds when the image is present and fails when
 * it is not. Failures are retried with their own back-off (10 s to 300 s), and at once after an import.
 */
#include "kubelet/images.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "kubelet/events.h"
#include "kubelet/pod_worker.h"

#define RETRY_NS (10 * NSEC_PER_SEC)

static const struct backoff_params pull_backoff = {
	.initial_ns = 10 * NSEC_PER_SEC,
	.max_ns = 300 * NSEC_PER_SEC,
	.reset_after_ns = 600 * NSEC_PER_SEC,
};

/* One part of a path: lower case, digits, separators inside. */
static bool part_valid(const char *s, size_t len)
{
	if (!len || !isalnum((unsigned char)s[0]) || !isalnum((unsigned char)s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) &&
		    !strchr("._-", s[i]))
			return false;
	}
	return true;
}

/* The first part is a host when it has a dot or a colon, or is localhost; hosts may have upper case. */
static bool host_valid(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)s[i]) && !strchr(".-:", s[i]))
			return false;
	}
	return len > 0;
}

static bool tag_valid(const char *tag)
{
	size_t len =
		strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return len > 0 && len <= 128 && !tag[len] && tag[0] != '.' && tag[0] != '-';
}

static bool path_valid(const char *path)
{
	const char *slash = strchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : strlen(path);

	if (slash && (memchr(path, '.', len) || memchr(path, ':', len))) {
		if (!host_valid(path, len))
			return false;
		path = slash + 1;
	}
	do {
		slash = strchr(path, '/');
		len = slash ? (size_t)(slash - path) : strlen(path);
		if (!part_valid(path, len))
			return false;
		path += len + 1;
	} while (slash);
	return true;
}

bool images_name_valid(const char *name)
{
	_cleanup_free_ char *rest = xstrdup(name);
	char *digest = strchr(rest, '@'), *slash, *tag;

	if (digest) {
		*digest++ = 0;
		if (!str_starts(digest, "sha256:") || strlen(digest) != 71)
			return false;
	}
	slash = strrchr(rest, '/');
	tag = strchr(slash ? slash : rest, ':');
	if (tag) {
		*tag++ = 0;
		if (!tag_valid(tag))
			return false;
	}
	return path_valid(rest);
}

static void wait_for(struct ctr *c, const char *reason, const char *message, int64_t delay_ns)
{
	c->retry_ns = clock_nominal_ns(c->w->k->clock) + delay_ns;
	if (!streq(c->wait_reason, reason))
		ctr_event(c, "Warning", "Failed", "Error: %s", reason);
	ctr_wait(c, reason, message);
}

static void never_pulled(struct ctr *c)
{
	_cleanup_free_ char *text = str_printf(
		"Container image \"%s\" is not present with pull policy of Never", c->spec->image);

	ctr_event(c, "Warning", "ErrImageNeverPull", "%s", text);
	wait_for(c, "ErrImageNeverPull", text, RETRY_NS);
}

static void pull_failed(struct ctr *c)
{
	_cleanup_free_ char *why = str_printf(
		"failed to pull image \"%s\": not found on this node, and nothing is pulled here",
		c->spec->image);
	_cleanup_free_ char *text = NULL;
	bool again = c->image_backoff.delay_ns > 0;
	int64_t delay;

	delay = backoff_step(&pull_backoff, &c->image_backoff, clock_nominal_ns(c->w->k->clock));
	if (again) {
		text = str_printf("Back-off pulling image \"%s\": ErrImagePull: %s", c->spec->image,
				  why);
		ctr_event(c, "Normal", "BackOff", "Back-off pulling image \"%s\"", c->spec->image);
		wait_for(c, "ImagePullBackOff", text, delay);
		return;
	}
	ctr_event(c, "Normal", "Pulling", "Pulling image \"%s\"", c->spec->image);
	ctr_event(c, "Warning", "Failed", "Failed to pull image \"%s\": %s", c->spec->image, why);
	wait_for(c, "ErrImagePull", why, delay);
}

static void invalid_name(struct ctr *c)
{
	_cleanup_free_ char *text =
		str_printf("Failed to apply default image tag \"%s\": couldn't parse image name "
			   "\"%s\": invalid reference format",
			   c->spec->image, c->spec->image);

	ctr_event(c, "Warning", "InspectFailed", "%s", text);
	wait_for(c, "InvalidImageName", text, RETRY_NS);
}

static void found(struct ctr *c)
{
	c->image_backoff = (struct backoff_state){ 0 };
	if (c->spec->pull_policy == POD_PULL_ALWAYS) {
		ctr_event(c, "Normal", "Pulling", "Pulling image \"%s\"", c->spec->image);
		ctr_event(c, "Normal", "Pulled", "Successfully pulled image \"%s\"", c->spec->image);
		return;
	}
	ctr_event(
		c, "Normal", "Pulled",
		"Container image \"%s\" already present on machine and can be accessed by the pod",
		c->spec->image);
}

struct image_info *images_ensure(struct ctr *c)
{
	struct image_info *info = NULL;

	if (!images_name_valid(c->spec->image) && !str_starts(c->spec->image, "sha256:")) {
		invalid_name(c);
		return NULL;
	}
	if (image_resolve(c->w->k->rt, c->spec->image, &info, NULL) == 0) {
		found(c);
		return info;
	}
	if (c->spec->pull_policy == POD_PULL_NEVER)
		never_pulled(c);
	else
		pull_failed(c);
	return NULL;
}

void images_changed(struct kubelet *k)
{
	struct pod_worker *w = NULL, *next = NULL;

	HASH_ITER(hh, k->workers, w, next) {
		for (size_t i = 0; i < w->n_ctrs; i++) {
			if (w->ctrs[i].wait_reason && strstr(w->ctrs[i].wait_reason, "Image"))
				w->ctrs[i].retry_ns = 0;
		}
		pod_worker_kick(w);
	}
}
