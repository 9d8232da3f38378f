/*
 * proc_look: what /proc tells about processes and mounts.
 *
 * Processes come and go while they are looked at, so whatever cannot be read is answered as "not there", never as a fault.
 * A zombie counts as gone: on some machines process 1 reaps late, and that is not the subject's doing.
 */
#include "leak/proc_look.h"

#include <dirent.h>
#include <sys/stat.h>

char *proc_text(const char *path, size_t *ret_len)
{
	_cleanup_file_ FILE *f = fopen(path, "re");
	size_t len = 0, room = 0, n;
	char *text = NULL;

	if (!f)
		return NULL;
	do {
		room = MAX(room * 2, (size_t)4096);
		text = xrealloc(text, room + 1);
		n = fread(text + len, 1, room - len, f);
		len += n;
	} while (n);
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	return text;
}

uint64_t proc_ns(pid_t pid, const char *name)
{
	char path[64];
	struct stat st;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return stat(path, &st) ? 0 : (uint64_t)st.st_ino;
}

int64_t proc_started(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/stat", (int)pid),
			    *text = proc_text(path, NULL);
	char *p = text ? strrchr(text, ')') : NULL, state = 'Z';
	unsigned long long ticks;
	long hertz = sysconf(_SC_CLK_TCK);

	if (!p ||
	    sscanf(p + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &state, &ticks) != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : (int64_t)ticks * (NSEC_PER_SEC / hertz);
}

pid_t proc_inner_pid(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/status", (int)pid),
			    *text = proc_text(path, NULL);
	char *line = text ? strstr(text, "\nNSpid:") : NULL,
	     *end = line ? strchr(line + 1, '\n') : NULL, *tab;

	if (!end)
		return 0;
	*end = '\0';
	tab = strrchr(line, '\t');
	return tab ? (pid_t)atoi(tab + 1) : 0;
}

bool proc_has_env(pid_t pid, const char *entry)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/environ", (int)pid);
	size_t len = 0;
	_cleanup_free_ char *text = proc_text(path, &len);

	for (size_t at = 0; text && at < len; at += strlen(text + at) + 1)
		if (streq(text + at, entry))
			return true;
	return false;
}

bool proc_cmdline_has(pid_t pid, const char *word)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/cmdline", (int)pid);
	size_t len = 0;
	_cleanup_free_ char *text = proc_text(path, &len);

	return text && memmem(text, len, word, strlen(word));
}

pid_t proc_find(bool (*fn)(pid_t pid, void *userdata), void *userdata)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (dir && !found && (e = readdir(dir))) {
		pid_t pid = (pid_t)atoi(e->d_name);

		if (pid > 0 && fn(pid, userdata))
			found = pid;
	}
	if (dir)
		closedir(dir);
	return found;
}
