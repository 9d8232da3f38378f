/*
 * acts_ipc: objects of the IPC namespace (System V and POSIX), of /dev/shm, and abstract sockets. For each kind one
 * act makes an object with a content, and one reads it; both state content or error. What outlives a process is removed
 * when the one that made it exits.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest/acts.h"

#define MADE_MAX 16
#define MESSAGE_MAX 256

static struct {
	char kind; /* m: shared memory, q: message queue, s: semaphore, p: POSIX queue */
	int id;
	char name[64];
} made[MADE_MAX];
static size_t n_made;

static void remember(char kind, int id, const char *name)
{
	if (n_made == MADE_MAX)
		return;
	made[n_made].kind = kind;
	made[n_made].id = id;
	snprintf(made[n_made++].name, sizeof(made->name), "%s", name);
}

void acts_ipc_remove(void)
{
	for (; n_made > 0; n_made--) {
		int id = made[n_made - 1].id;

		switch (made[n_made - 1].kind) {
		case 'm':
			shmctl(id, IPC_RMID, NULL);
			break;
		case 'q':
			msgctl(id, IPC_RMID, NULL);
			break;
		case 's':
			semctl(id, 0, IPC_RMID);
			break;
		default:
			mq_unlink(made[n_made - 1].name);
		}
	}
}

/* An object's line: its key and text, or the error when text is NULL. */
static int state(struct line *l, const char *ev, const char *key, const char *name, const char *text)
{
	int errnum = errno;

	line_begin(l, ev);
	line_str(l, key, name);
	line_str(l, text ? "text" : "error", text ? text : errno_name(errnum));
	return ACT_DONE;
}

static int act_shm_make(const char *arg, struct line *l)
{
	char key[64];
	const char *text = text_split(arg, key, sizeof(key));
	int id = shmget((key_t)atoi(key), 4096, IPC_CREAT | 0666);
	char *at = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	line_begin(l, "shm");
	line_str(l, "key", key);
	if (at == (char *)-1) {
		line_str(l, "error", errno_name(errno));
		return ACT_DONE;
	}
	remember('m', id, key);
	snprintf(at, 4096, "%s", text ? text : "");
	line_str(l, "text", at);
	line_int(l, "shmid", id);
	return ACT_DONE;
}

static int act_shm_read(const char *arg, struct line *l)
{
	int id = shmget((key_t)atoi(arg), 0, 0);
	char *at = id < 0 ? (char *)-1 : shmat(id, NULL, SHM_RDONLY);

	line_begin(l, "shm");
	line_str(l, "key", arg);
	if (at == (char *)-1)
		line_str(l, "error", errno_name(errno));
	else
		line_str(l, "text", at);
	return ACT_DONE;
}

static int posix_shm(const char *name, const char *text, struct line *l)
{
	char path[300];
	int r = 0;
	char *got;

	snprintf(path, sizeof(path), "/dev/shm/%s", name);
	if (text)
		r = write_whole(path, text, false);
	got = r < 0 ? NULL : read_whole(path, NULL);
	line_begin(l, "posix-shm");
	line_str(l, "name", name);
	if (got)
		line_str(l, "text", got);
	else
		line_str(l, "error", errno_name(r < 0 ? -r : errno));
	free(got);
	return ACT_DONE;
}

static int act_posix_shm_make(const char *arg, struct line *l)
{
	char name[256];
	const char *text = text_split(arg, name, sizeof(name));

	return posix_shm(name, text ? text : "", l);
}

static int act_posix_shm_read(const char *arg, struct line *l)
{
	return posix_shm(arg, NULL, l);
}

struct message {
	long type;
	char text[MESSAGE_MAX];
};

static int act_msgq_make(const char *arg, struct line *l)
{
	char key[64];
	const char *text = text_split(arg, key, sizeof(key));
	struct message m = { .type = 1 };
	int id = msgget((key_t)atoi(key), IPC_CREAT | 0666);

	snprintf(m.text, sizeof(m.text), "%s", text ? text : "");
	if (id >= 0)
		remember('q', id, key);
	return state(l, "msgq", "key", key,
		     id < 0 || msgsnd(id, &m, strlen(m.text) + 1, IPC_NOWAIT) < 0 ? NULL : m.text);
}

/* The message stays: another one is put in its place. */
static int act_msgq_read(const char *arg, struct line *l)
{
	int id = msgget((key_t)atoi(arg), 0);
	struct message m = { .type = 1 };
	ssize_t n = id < 0 ? -1 : msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT);

	if (n > 0)
		msgsnd(id, &m, (size_t)n, IPC_NOWAIT);
	return state(l, "msgq", "key", arg, n < 0 ? NULL : m.text);
}

static int act_sem_make(const char *arg, struct line *l)
{
	char key[64];
	const char *value = text_split(arg, key, sizeof(key));
	int id = semget((key_t)atoi(key), 1, IPC_CREAT | 0666);

	if (id >= 0)
		remember('s', id, key);
	return state(l, "sem", "key", key,
		     id < 0 || semctl(id, 0, SETVAL, atoi(value ? value : "0")) < 0 ? NULL : value);
}

static int act_sem_read(const char *arg, struct line *l)
{
	int id = semget((key_t)atoi(arg), 0, 0), value = id < 0 ? -1 : semctl(id, 0, GETVAL);
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	return state(l, "sem", "key", arg, value < 0 ? NULL : text);
}

static int act_mqueue_make(const char *arg, struct line *l)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = MESSAGE_MAX };
	char name[64] = "/";
	const char *text = text_split(arg, name + 1, sizeof(name) - 1);
	mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0666, &attr);
	int r = q < 0 ? -1 : mq_send(q, text ? text : "", strlen(text ? text : "") + 1, 0);

	if (q >= 0)
		remember('p', 0, name);
	state(l, "mqueue", "name", name + 1, r < 0 ? NULL : text ? text : "");
	if (q >= 0)
		mq_close(q);
	return ACT_DONE;
}

static int act_mqueue_read(const char *arg, struct line *l)
{
	char name[64], text[MESSAGE_MAX];
	ssize_t n = -1;
	mqd_t q;

	snprintf(name, sizeof(name), "/%s", arg);
	q = mq_open(name, O_RDWR | O_NONBLOCK);
	if (q >= 0)
		n = mq_receive(q, text, sizeof(text), NULL);
	if (n > 0)
		mq_send(q, text, (size_t)n, 0);
	state(l, "mqueue", "name", arg, n < 0 ? NULL : text);
	if (q >= 0)
		mq_close(q);
	return ACT_DONE;
}

static int abstract_socket(const char *name, struct sockaddr_un *sa, socklen_t *len)
{
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(sa->sun_path + 1, sizeof(sa->sun_path) - 1, "%s", name);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(sa->sun_path + 1));
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int act_unix_listen(const char *arg, struct line *l)
{
	struct sockaddr_un sa;
	socklen_t len;
	int fd = abstract_socket(arg, &sa, &len);
	int r = bind(fd, (struct sockaddr *)&sa, len) < 0 || listen(fd, 8) < 0 ? errno : 0;

	line_begin(l, "unix");
	line_str(l, "name", arg);
	line_str(l, "result", r ? errno_name(r) : "ok"); /* the socket stays open on purpose */
	return ACT_DONE;
}

static int act_unix_connect(const char *arg, struct line *l)
{
	struct sockaddr_un sa;
	socklen_t len;
	int fd = abstract_socket(arg, &sa, &len);
	int r = connect(fd, (struct sockaddr *)&sa, len) < 0 ? errno : 0;

	close(fd);
	line_begin(l, "unix");
	line_str(l, "name", arg);
	line_str(l, "result", r ? errno_name(r) : "ok");
	return ACT_DONE;
}

const struct act_row acts_ipc[] = {
	{ "shm-make", act_shm_make, true },
	{ "shm-read", act_shm_read, true },
	{ "msgq-make", act_msgq_make, true },
	{ "msgq-read", act_msgq_read, true },
	{ "sem-make", act_sem_make, true },
	{ "sem-read", act_sem_read, true },
	{ "mqueue-make", act_mqueue_make, true },
	{ "mqueue-read", act_mqueue_read, true },
	{ "posix-shm-make", act_posix_shm_make, true },
	{ "posix-shm-read", act_posix_shm_read, true },
	{ "unix-listen", act_unix_listen, true },
	{ "unix-connect", act_unix_connect, true },
	{ NULL, NULL, false },
};
