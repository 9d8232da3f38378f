/*
 * api: the same pod through the subject's front door: one POST on the unix socket, nothing else until the
 * containers have had time to speak. Then the logs are read for the guests' own stamps, so that reading costs
 * the measured span nothing. The pod is deleted with grace 0 and the next one waits until it is gone.
 */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PODS "/api/v1/namespaces/default/pods"

struct answer {
	int status;
	char text[131072];
};

static int dial(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		bench_die(path);
	return fd;
}

/* One request per connection: simple, and dearer for the subject, never cheaper. */
static void request(const char *path, const char *method, const char *url, const char *body,
		    struct answer *ret)
{
	char text[4096];
	size_t have = 0;
	ssize_t n;
	int fd = dial(path);

	n = snprintf(text, sizeof(text),
		     "%s %s HTTP/1.1\r\nHost: podd\r\nConnection: close\r\n"
		     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		     method, url, strlen(body), body);
	/* In one piece: the answer may come, and the connection end, at its last byte. */
	if (write(fd, text, n) != n)
		bench_die(url);
	while (have < sizeof(ret->text) - 1 &&
	       (n = read(fd, ret->text + have, sizeof(ret->text) - 1 - have)) > 0)
		have += n;
	ret->text[have] = '\0';
	close(fd);
	if (sscanf(ret->text, "HTTP/1.1 %d", &ret->status) != 1)
		bench_die("the subject gave no HTTP answer");
}

static void create(const char *path, const char *name)
{
	static struct answer answer;
	char body[2048];

	snprintf(body, sizeof(body),
		 "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"},"
		 "\"spec\":{\"containers\":["
		 "{\"name\":\"a\",\"image\":\"localhost/podtest/guest:v1\",\"args\":[\"run\"]},"
		 "{\"name\":\"b\",\"image\":\"localhost/podtest/guest:v1\",\"args\":[\"run\"]}]}}",
		 name);
	request(path, "POST", PODS, body, &answer);
	if (answer.status != 201) {
		fprintf(stderr, "bench: create: %s\n", answer.text);
		exit(1);
	}
}

static int64_t first_line(const char *path, const char *name, const char *container)
{
	static struct answer answer;
	char url[256];

	snprintf(url, sizeof(url), PODS "/%s/log?container=%s", name, container);
	for (int i = 0; i < 1000; i++) {
		int64_t stamp;

		request(path, "GET", url, "", &answer);
		stamp = answer.status == 200 ? bench_start_stamp(answer.text) : 0;
		if (stamp)
			return stamp;
		usleep(20000);
	}
	fprintf(stderr, "bench: no first line of %s: %s\n", name, answer.text);
	exit(1);
}

static void delete_pod(const char *path, const char *name)
{
	static struct answer answer;
	char url[256];

	snprintf(url, sizeof(url), PODS "/%s", name);
	request(path, "DELETE", url, "{\"gracePeriodSeconds\":0}", &answer);
	do {
		usleep(5000);
		request(path, "GET", url, "", &answer);
	} while (answer.status == 200);
}

int64_t api_pod(const char *socket_path, unsigned number)
{
	int64_t begin = bench_now_ns(), a, b;
	char name[32];

	snprintf(name, sizeof(name), "bench-%u", number);
	create(socket_path, name);
	usleep(60000);
	a = first_line(socket_path, name, "a");
	b = first_line(socket_path, name, "b");
	delete_pod(socket_path, name);
	return (a > b ? a : b) - begin;
}
