/*
 * doctor: `podtest doctor`: what this machine offers to a podd of our own.
 *
 * Each row is one fact, looked at and not guessed: namespaces are made in a child that ends at once, the overlay is mounted in such a
 * child's own mount namespace. A row that is `missing` makes the exit code 1, because `podtest run` without --subject will not
 * work; `less` means that some cases are not applicable or slower. Nothing of it matters for a subject elsewhere: with
 * --subject, doctor_subject.c looks at that instead.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "commands.h"
#include "doc.h"
#include "inspect/doctor_row.h"
#include "inspect/doctor_subject.h"
#include "util/clock.h"
#include "util/paths.h"
#include "verdict.h"

static void row(enum doctor_state state, const char *what, const char *detail)
{
	doctor_row(state, what, "%s", detail ? detail : "");
}

/* Does fn answer 0 in a child of its own? */
static bool works(int (*fn)(const void *arg), const void *arg)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn(arg) ? 1 : 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* ---- namespaces and mounts ---- */

static int make_namespace(const void *flag)
{
	return unshare(*(const int *)flag);
}

static void check_namespaces(void)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = { { "namespace mnt", CLONE_NEWNS },	  { "namespace pid", CLONE_NEWPID },
		      { "namespace net", CLONE_NEWNET },  { "namespace ipc", CLONE_NEWIPC },
		      { "namespace uts", CLONE_NEWUTS },  { "namespace cgroup", CLONE_NEWCGROUP },
		      { "namespace user", CLONE_NEWUSER } };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool user = kinds[i].flag == CLONE_NEWUSER;

		if (works(make_namespace, &kinds[i].flag))
			row(DOCTOR_OK, kinds[i].name, NULL);
		else
			row(user ? DOCTOR_LESS : DOCTOR_MISSING, kinds[i].name,
			    user ? "pod.userns cannot be tried" : "needs root");
	}
}

static int mount_overlay(const void *dir)
{
	_cleanup_free_ char *lower = xasprintf("%s/l", (const char *)dir),
			    *upper = xasprintf("%s/u", (const char *)dir);
	_cleanup_free_ char *work = xasprintf("%s/w", (const char *)dir),
			    *merged = xasprintf("%s/m", (const char *)dir);
	_cleanup_free_ char *options =
		xasprintf("lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);

	if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL))
		return -1;
	if (mkdir(lower, 0755) || mkdir(upper, 0755) || mkdir(work, 0755) || mkdir(merged, 0755))
		return -1;
	return mount("overlay", merged, "overlay", 0, options);
}

static void remove_overlay(const char *dir)
{
	static const char *const parts[] = { "l", "u", "w/work", "w", "m", "" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, parts[i]);

		rmdir(path);
	}
}

static void check_overlay(void)
{
	const char *tmp = getenv("TMPDIR");
	_cleanup_free_ char *dir = xasprintf("%s/podtest-doctor-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (!mkdtemp(dir)) {
		row(DOCTOR_MISSING, "temporary directory", dir);
		return;
	}
	row(works(mount_overlay, dir) ? DOCTOR_OK : DOCTOR_MISSING, "overlayfs", dir);
	remove_overlay(dir);
}

static void check_cgroups(void)
{
	_cleanup_free_ char *text = NULL;
	bool memory, cpu, pids;

	if (!doc_read_text("/sys/fs/cgroup/cgroup.controllers", &text, NULL, NULL)) {
		memory = strstr(text, "memory");
		cpu = strstr(text, "cpu");
		pids = strstr(text, "pids");
		row(DOCTOR_OK, "cgroup v2", NULL);
	} else {
		memory = !access("/sys/fs/cgroup/memory", F_OK);
		cpu = !access("/sys/fs/cgroup/cpu", F_OK) ||
		      !access("/sys/fs/cgroup/cpu,cpuacct", F_OK);
		pids = !access("/sys/fs/cgroup/pids", F_OK);
		row(memory || cpu || pids ? DOCTOR_OK : DOCTOR_MISSING, "cgroup v1", NULL);
	}
	row(memory ? DOCTOR_OK : DOCTOR_LESS, "controller memory",
	    memory ? NULL : "no memory limits");
	row(cpu ? DOCTOR_OK : DOCTOR_LESS, "controller cpu", cpu ? NULL : "no cpu limits");
	row(pids ? DOCTOR_OK : DOCTOR_MISSING, "controller pids", NULL);
}

/* ---- what the build gives ---- */

static void check_companions(void)
{
	static const char *const programs[] = { "podd", "pod-shim", "pause" };
	static const char *const images[] = { "guest.tar", "guest-quit.tar", "busybox.tar" };
	static const char *const data[] = { "fixtures", "conformance/requirements" };

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		_cleanup_free_ char *path = paths_program(programs[i]);

		row(path ? DOCTOR_OK : DOCTOR_MISSING, programs[i], path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		_cleanup_free_ char *path = paths_image(images[i]);

		row(path ? DOCTOR_OK : DOCTOR_MISSING, images[i], path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		_cleanup_free_ char *path = paths_data(data[i]);

		row(path ? DOCTOR_OK : DOCTOR_MISSING, data[i], path);
	}
}

static void check_machine(void)
{
	_cleanup_free_ char *kernel = NULL, *space = NULL;
	const char *tmp = getenv("TMPDIR");
	struct statvfs fs = { 0 };
	struct utsname u;

	uname(&u);
	kernel = xasprintf("%s %s, %ld processors", u.release, u.machine,
			   sysconf(_SC_NPROCESSORS_ONLN));
	row(DOCTOR_OK, "kernel", kernel);
	row(geteuid() ? DOCTOR_MISSING : DOCTOR_OK, "root",
	    geteuid() ? "a podd of our own needs it" : NULL);
	row(*clock_boot_id() ? DOCTOR_OK : DOCTOR_LESS, "boot id", clock_boot_id());
	statvfs(tmp && *tmp ? tmp : "/tmp", &fs);
	space = xasprintf("%llu MB free in %s", (unsigned long long)fs.f_bavail * fs.f_frsize >> 20,
			  tmp && *tmp ? tmp : "/tmp");
	row((unsigned long long)fs.f_bavail * fs.f_frsize > 200u << 20 ? DOCTOR_OK : DOCTOR_LESS,
	    "disk", space);
	row(DOCTOR_OK, "libcurl", curl_version());
	row(DOCTOR_OK, "libevent", event_get_version());
}

static const char usage[] =
	"usage: podtest doctor [--subject SPEC] [--patience SECONDS] [--slack F] [--image REF]\n\n"
	"Without --subject: what this machine offers to a podd of our own. With it: whether the "
	"subject\n"
	"can be tested, and what is missing; a few pods are run for that. Exit code: 0 usable, 1\n"
	"something is missing, 2 it cannot be reached, 64 usage.\n";

static void look_at_machine(void)
{
	check_machine();
	check_namespaces();
	check_overlay();
	check_cgroups();
	check_companions();
}

int cmd_doctor(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct options o;
	int rc = options_parse(&o, argc, argv, &err);

	if (rc > 0)
		return fputs(usage, stdout), EXIT_GOOD;
	if (rc < 0 || o.names[0] || (argc > 1 && !o.subject)) {
		if (rc < 0)
			fprintf(stderr, "podtest doctor: %s\n", error_text(&err));
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	}
	doctor_rows_begin();
	if (!o.subject)
		look_at_machine();
	else if (doctor_subject(&o))
		rc = EXIT_VOID;
	printf("%zu ok, %zu less, %zu missing\n", doctor_rows(DOCTOR_OK), doctor_rows(DOCTOR_LESS),
	       doctor_rows(DOCTOR_MISSING));
	return rc ? rc : doctor_rows(DOCTOR_MISSING) ? EXIT_FAILED : EXIT_GOOD;
}
