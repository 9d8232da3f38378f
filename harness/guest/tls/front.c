/*
 * front: TLS in front of a guest, for probes with the scheme HTTPS.
 *
 *     guest-tls PORT TARGET
 *
 * Accepts TLS at PORT and passes the bytes on to TARGET at 127.0.0.1 of the same pod, where a guest serves plain HTTP and
 * states what it was asked. The certificate is made at the start, and nobody should trust it: self-signed, for a name that is not
 * asked for, and expired. A program of its own, because the guest is musl alone and this one needs OpenSSL. A process per
 * connection: it may block as it likes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#define DAY 86400L

static void make_certificate(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -2 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), -DAY);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"expired.test",
				   -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	X509_sign(cert, key, EVP_sha256());
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();

	if (!ctx || !key || !cert)
		return NULL;
	make_certificate(cert, key);
	if (SSL_CTX_use_certificate(ctx, cert) != 1 || SSL_CTX_use_PrivateKey(ctx, key) != 1)
		return NULL;
	return ctx;
}

static int open_port(int port, uint32_t addr,
		     int (*attach)(int fd, const struct sockaddr *sa, socklen_t len))
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	sa.sin_addr.s_addr = htonl(addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (attach(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Until either side ends. */
static void relay(SSL *ssl, int target)
{
	struct pollfd p[] = { { .fd = SSL_get_fd(ssl), .events = POLLIN },
			      { .fd = target, .events = POLLIN } };
	char buf[4096];
	ssize_t n;

	for (;;) {
		if (!SSL_pending(ssl) && poll(p, 2, -1) < 0)
			return;
		if (SSL_pending(ssl) || p[0].revents) {
			n = SSL_read(ssl, buf, sizeof(buf));
			if (n <= 0 || send(target, buf, (size_t)n, MSG_NOSIGNAL) != n)
				return;
		} else if (p[1].revents) {
			n = recv(target, buf, sizeof(buf), 0);
			if (n <= 0 || SSL_write(ssl, buf, (int)n) <= 0)
				return;
		}
	}
}

static void serve(SSL_CTX *ctx, int conn, int target_port)
{
	SSL *ssl = SSL_new(ctx);
	int target;

	SSL_set_fd(ssl, conn);
	if (SSL_accept(ssl) != 1)
		return;
	target = open_port(target_port, INADDR_LOOPBACK, connect);
	if (target < 0)
		return;
	relay(ssl, target);
	SSL_shutdown(ssl);
}

static void on_term(int sig)
{
	(void)sig;
	_exit(0);
}

int main(int argc, char **argv)
{
	SSL_CTX *ctx;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: guest-tls PORT TARGET\n");
		return 64;
	}
	signal(SIGTERM, on_term);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ctx = make_context();
	fd = open_port(atoi(argv[1]), INADDR_ANY, bind);
	if (!ctx || fd < 0 || listen(fd, 64) < 0) {
		perror("guest-tls");
		return 1;
	}
	for (;;) {
		int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (conn >= 0 && fork() == 0) {
			serve(ctx, conn, atoi(argv[2]));
			_exit(0);
		}
		close(conn);
	}
}
