/*
 * termination_log: ROOT/kubelet/pods/UID/containers/NAME/ATTEMPT.msg, bound over the container's
 * terminationMessagePath. A file per run, so that nothing is inherited; anybody may write it.
 *
 * When nothing is in it, the end of the run's log may stand in. How much of either is told: termination_text.
 */
#include "kubelet/termination_log.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "kubelet/pod_worker.h"
#include "kubelet/termination_text.h"

static char *message_path(const struct ctr *c, int attempt)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(c->w->k, c->w->uid);

	return str_printf("%s/containers/%s/%d.msg", dir, c->spec->name, attempt);
}

char *ctr_log_path(const struct ctr *c, int attempt)
{
	_cleanup_free_ char *dir = kubelet_log_dir(c->w->k, c->w->pod);

	return str_printf("%s/%s/%d.log", dir, c->spec->name, attempt);
}

int termination_log_make(struct ctr *c, int attempt, char **ret_path, struct error *err)
{
	_cleanup_free_ char *path = message_path(c, attempt);
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_parents(AT_FDCWD, path, 0755, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &fd, err);
	if (r != 0)
		return r;
	if (fchmod(fd, 0666) < 0)
		return error_set_errno(err, errno, "%s", path);
	*ret_path = take_ptr(path);
	return 0;
}

/* Appends the last max bytes of a file, if there is one. *ret_cut: it is longer. */
static void read_tail(const char *path, size_t max, struct strbuf *ret, bool *ret_cut)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n;

	*ret_cut = false;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	*ret_cut = st.st_size > (off_t)max;
	n = pread(fd, strbuf_reserve(ret, max), max, *ret_cut ? st.st_size - (off_t)max : 0);
	if (n > 0)
		strbuf_grown(ret, (size_t)n);
}

static void log_tail(const struct ctr *c, int attempt, struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
	_cleanup_free_ char *path = ctr_log_path(c, attempt);
	bool cut;

	read_tail(path, TERMINATION_LOG_RAW, &raw, &cut);
	termination_text_of_log(&raw, cut, ret);
}

char *termination_log_read(struct ctr *c, int attempt, bool failed)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *path = message_path(c, attempt);
	bool cut;

	read_tail(path, TERMINATION_FILE_MAX, &b, &cut);
	if (!b.len && failed && streq(c->spec->termination_policy, "FallbackToLogsOnError"))
		log_tail(c, attempt, &b);
	return termination_text_tell(&b, c->w->n_ctrs);
}
