/*
 * net: one TCP connection with a deadline, names by /etc/hosts only (no resolver: what a test sees is what
 * the runtime wrote there), and the names of errors.
 */
#include "guest/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"

const char *errno_name(int err)
{
	static const struct {
		int err;
		const char *name;
	} rows[] = {
		{ ECONNREFUSED, "ECONNREFUSED" },
		{ ETIMEDOUT, "ETIMEDOUT" },
		{ EADDRINUSE, "EADDRINUSE" },
		{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
		{ EHOSTUNREACH, "EHOSTUNREACH" },
		{ ENETUNREACH, "ENETUNREACH" },
		{ ECONNRESET, "ECONNRESET" },
		{ EAFNOSUPPORT, "EAFNOSUPPORT" },
		{ ENOENT, "ENOENT" },
		{ EACCES, "EACCES" },
		{ EPERM, "EPERM" },
		{ EROFS, "EROFS" },
		{ ENOSPC, "ENOSPC" },
		{ EEXIST, "EEXIST" },
		{ ENOTDIR, "ENOTDIR" },
		{ EISDIR, "EISDIR" },
		{ EINVAL, "EINVAL" },
		{ ENOMEM, "ENOMEM" },
		{ ESRCH, "ESRCH" },
		{ EPIPE, "EPIPE" },
	};
	static char other[32];

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].err == err)
			return rows[i].name;
	snprintf(other, sizeof(other), "E%d", err);
	return other;
}

int resolve_host(const char *name, uint32_t *ret_addr_be)
{
	struct in_addr a;
	char *hosts, *save = NULL;
	int ret = -1;

	if (inet_pton(AF_INET, name, &a) == 1) {
		*ret_addr_be = a.s_addr;
		return 0;
	}
	hosts = read_whole("/etc/hosts", NULL);
	for (char *row = hosts ? strtok_r(hosts, "\n", &save) : NULL; row && ret < 0;
	     row = strtok_r(NULL, "\n", &save)) {
		char *words = NULL, *addr;

		row[strcspn(row, "#")] = 0;
		addr = strtok_r(row, " \t", &words);
		if (!addr || inet_pton(AF_INET, addr, &a) != 1)
			continue;
		for (char *w = strtok_r(NULL, " \t", &words); w; w = strtok_r(NULL, " \t", &words)) {
			if (strcmp(w, name) != 0)
				continue;
			*ret_addr_be = a.s_addr;
			ret = 0;
		}
	}
	free(hosts);
	return ret;
}

static int finish_connect(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int e = 0, n = poll(&p, 1, timeout_ms);
	socklen_t len = sizeof(e);

	if (n < 0)
		return -errno;
	if (n == 0)
		return -ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len);
	return -e;
}

int endpoint_parse(const char *text, union endpoint *ret)
{
	char host[256], *colon, *close_bracket;

	*ret = (union endpoint){ .in = { .sin_family = AF_INET } };
	snprintf(host, sizeof(host), "%s", text);
	colon = strrchr(host, ':');
	if (!colon) {
		ret->in.sin_port = htons((uint16_t)atoi(host));
		return 0;
	}
	*colon = 0;
	close_bracket = host[0] == '[' ? strchr(host, ']') : NULL;
	if (close_bracket) {
		*close_bracket = 0;
		*ret = (union endpoint){ .in6 = { .sin6_family = AF_INET6 } };
		ret->in6.sin6_port = htons((uint16_t)atoi(colon + 1));
		return inet_pton(AF_INET6, host + 1, &ret->in6.sin6_addr) == 1 ? 0 : -EINVAL;
	}
	ret->in.sin_port = htons((uint16_t)atoi(colon + 1));
	return resolve_host(host, &ret->in.sin_addr.s_addr) < 0 ? -ENOENT : 0;
}

socklen_t endpoint_len(const union endpoint *e)
{
	return e->sa.sa_family == AF_INET6 ? sizeof(e->in6) : sizeof(e->in);
}

int endpoint_port(const union endpoint *e)
{
	return ntohs(e->sa.sa_family == AF_INET6 ? e->in6.sin6_port : e->in.sin_port);
}

const char *endpoint_address(const union endpoint *e, char buf[ENDPOINT_TEXT])
{
	const void *at = e->sa.sa_family == AF_INET6 ? (const void *)&e->in6.sin6_addr :
						       &e->in.sin_addr;

	return inet_ntop(e->sa.sa_family, at, buf, ENDPOINT_TEXT);
}

int udp_echo(const char *host_port, int timeout_ms)
{
	union endpoint to;
	struct pollfd p = { .fd = -1, .events = POLLIN };
	int r = endpoint_parse(host_port, &to);
	char buf[16];

	if (r < 0)
		return r;
	p.fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p.fd < 0)
		return -errno;
	if (sendto(p.fd, "hi", 2, 0, &to.sa, endpoint_len(&to)) < 0)
		r = -errno;
	else if (poll(&p, 1, timeout_ms) <= 0)
		r = -ETIMEDOUT;
	else if (recv(p.fd, buf, sizeof(buf), 0) < 0)
		r = -errno;
	close(p.fd);
	return r;
}

int tcp_connect(const char *host_port, int timeout_ms)
{
	union endpoint to;
	int fd, ret = endpoint_parse(host_port, &to);

	if (ret < 0)
		return ret;
	fd = socket(to.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, &to.sa, endpoint_len(&to)) < 0)
		ret = errno == EINPROGRESS ? finish_connect(fd, timeout_ms) : -errno;
	if (ret < 0) {
		close(fd);
		return ret;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}
