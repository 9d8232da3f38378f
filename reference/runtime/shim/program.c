/*
 * program: the last stage. The program is looked up in the container's own $PATH, and what cannot be run
 * is refused in the words that users know from runc, since pods show them.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "unable to start container process: exec: \"%s\": "
#define MAX_ENV 4096

static const char *env_value(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* 0, or why it cannot be run. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	return st.st_mode & 0111 ? 0 : EACCES;
}

static _Noreturn void refuse(struct init *in, const char *name, int errnum)
{
	if (errnum == ENOENT && strchr(name, '/'))
		init_refuse(in, errnum, PREFIX "stat %s: no such file or directory", name, name);
	if (errnum == ENOENT)
		init_refuse(in, errnum, PREFIX "executable file not found in $PATH", name);
	if (errnum == EISDIR)
		init_refuse(in, errnum, PREFIX "is a directory", name);
	if (errnum == EACCES)
		init_refuse(in, errnum, PREFIX "permission denied", name);
	if (errnum == ENOEXEC)
		init_refuse(in, errnum, PREFIX "exec format error", name);
	init_refuse(in, errnum, PREFIX "%s", name, errno_name(errnum));
}

/* The first runnable file of $PATH; a file that is there but may not be run is told as such. */
static int search_path(const char *path, const char *name, char *ret, size_t size)
{
	int why = ENOENT;

	while (*path) {
		size_t len = strcspn(path, ":");
		int r;

		if (snprintf(ret, size, "%.*s/%s", len ? (int)len : 1, len ? path : ".", name) <
		    (int)size) {
			r = check_file(ret);
			if (r == 0)
				return 0;
			if (r == EACCES)
				why = EACCES;
		}
		path += len + (path[len] == ':');
	}
	return why;
}

/* The environment with HOME, which comes from the image's passwd when nobody set it. */
static char *const *with_home(struct init *in)
{
	static char home[300], *env[MAX_ENV + 2];
	size_t n = 0;

	if (env_value(in->spec->env, "HOME"))
		return in->spec->env;
	while (n < MAX_ENV && in->spec->env[n]) {
		env[n] = in->spec->env[n];
		n++;
	}
	if (in->spec->env[n])
		return in->spec->env;
	snprintf(home, sizeof(home), "HOME=%s", in->home);
	env[n] = home;
	return env;
}

void program_exec(struct init *in)
{
	const char *name = in->argv[0], *path = env_value(in->spec->env, "PATH");
	char found[PATH_MAX];
	int r;

	if (!in->argv[0])
		init_refuse(in, EINVAL, "no command specified");
	if (strchr(name, '/')) {
		r = snprintf(found, sizeof(found), "%s", name) < (int)sizeof(found) ?
			    check_file(found) :
			    ENAMETOOLONG;
	} else {
		r = name[0] ? search_path(path ? path :
						 "/usr/local/sbin:/usr/local/bin:/usr/sbin:"
						 "/usr/bin:/sbin:/bin",
					  name, found, sizeof(found)) :
			      ENOENT;
	}
	if (r)
		refuse(in, name, r);
	execve(found, in->argv, with_home(in));
	refuse(in, name, errno);
}
