/*
 * P-256 keys throughout. The authority lasts ten years, the server's certificate one; it is for 127.0.0.1, ::1 and
 * localhost, since nothing else is listened on. The authority's key stays on disk, so that a new server certificate
 * does not invalidate the kubeconfigs that are out.
 */
#include "apiserver/pki.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "base/defs.h"
#include "base/fsutil.h"
#include "base/str.h"

#define FILE_MAX (64 * 1024)
#define RENEW_SECONDS (30 * 24 * 3600)

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static void identity_deinit(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
	*id = (struct identity){ 0 };
}

static void bio_freep(BIO **b)
{
	BIO_free(*b);
}

#define _cleanup_identity_ _cleanup_(identity_deinit)
#define _cleanup_bio_ _cleanup_(bio_freep)

static int openssl_fault(struct error *err, const char *what)
{
	char text[256] = "no reason given";

	if (ERR_peek_error())
		ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	ERR_clear_error();
	return error_set(err, ERR_INTERNAL, NULL, "%s: %s", what, text);
}

/* ---- making ---- */

static int add_extension(X509 *cert, X509 *issuer, int nid, const char *value, struct error *err)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok ? 0 : openssl_fault(err, "certificate extension");
}

static int set_serial(X509 *cert, struct error *err)
{
	unsigned char bytes[8];
	uint64_t serial;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return openssl_fault(err, "random bytes");
	memcpy(&serial, bytes, sizeof(serial));
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1);
	return 0;
}

static int fill_cert(struct identity *id, const struct identity *ca, const char *name, int days,
		     struct error *err)
{
	X509_NAME *subject = X509_get_subject_name(id->cert);
	int r = set_serial(id->cert, err);

	if (r < 0)
		return r;
	X509_set_version(id->cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(id->cert), -3600);
	X509_time_adj_ex(X509_getm_notAfter(id->cert), days, 0, NULL);
	X509_set_pubkey(id->cert, id->key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
				   -1, 0);
	X509_set_issuer_name(id->cert, ca ? X509_get_subject_name(ca->cert) : subject);
	return 0;
}

/* ca NULL: signed by itself, as an authority. */
static int make_identity(const struct identity *ca, const char *name, int days,
			 struct identity *ret, struct error *err)
{
	_cleanup_identity_ struct identity id = { .key = EVP_EC_gen("P-256"), .cert = X509_new() };
	int r;

	if (!id.key || !id.cert)
		return openssl_fault(err, "making a key");
	r = fill_cert(&id, ca, name, days, err);
	if (r == 0)
		r = add_extension(id.cert, ca ? ca->cert : id.cert, NID_basic_constraints,
				  ca ? "critical,CA:FALSE" : "critical,CA:TRUE", err);
	if (r == 0)
		r = add_extension(id.cert, ca ? ca->cert : id.cert, NID_key_usage,
				  ca ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign",
				  err);
	if (r == 0 && ca)
		r = add_extension(id.cert, ca->cert, NID_ext_key_usage, "serverAuth", err);
	if (r == 0 && ca)
		r = add_extension(id.cert, ca->cert, NID_subject_alt_name,
				  "IP:127.0.0.1,IP:::1,DNS:localhost", err);
	if (r < 0)
		return r;
	if (!X509_sign(id.cert, ca ? ca->key : id.key, EVP_sha256()))
		return openssl_fault(err, "signing a certificate");
	*ret = id;
	id = (struct identity){ 0 };
	return 0;
}

/* ---- files ---- */

static int save_bio(int dir, const char *name, BIO *bio, mode_t mode, struct error *err)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return fs_write_atomic(dir, name, data, (size_t)len, mode, false, err);
}

static int save_identity(int dir, const char *name, const struct identity *id, struct error *err)
{
	_cleanup_bio_ BIO *key = BIO_new(BIO_s_mem()), *cert = BIO_new(BIO_s_mem());
	_cleanup_free_ char *key_name = str_printf("%s.key", name),
			    *cert_name = str_printf("%s.crt", name);
	int r;

	if (!PEM_write_bio_PrivateKey(key, id->key, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_bio_X509(cert, id->cert))
		return openssl_fault(err, "writing PEM");
	r = save_bio(dir, key_name, key, 0600, err);
	return r < 0 ? r : save_bio(dir, cert_name, cert, 0644, err);
}

/* FS_NOT_FOUND when one of the two files is not there. */
static int load_identity(int dir, const char *name, struct identity *ret, struct error *err)
{
	_cleanup_free_ char *key_name = str_printf("%s.key", name),
			    *cert_name = str_printf("%s.crt", name), *key = NULL, *cert = NULL;
	_cleanup_bio_ BIO *key_bio = NULL, *cert_bio = NULL;
	_cleanup_identity_ struct identity id = { 0 };
	int r = fs_read_file(dir, key_name, FILE_MAX, &key, NULL, err);

	if (r == 0)
		r = fs_read_file(dir, cert_name, FILE_MAX, &cert, NULL, err);
	if (r)
		return r;
	key_bio = BIO_new_mem_buf(key, -1);
	cert_bio = BIO_new_mem_buf(cert, -1);
	id.key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
	id.cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
	if (!id.key || !id.cert)
		return openssl_fault(err, cert_name);
	*ret = id;
	id = (struct identity){ 0 };
	return 0;
}

static bool runs_out(const X509 *cert)
{
	time_t soon = time(NULL) + RENEW_SECONDS;

	return X509_cmp_time(X509_get0_notAfter(cert), &soon) < 0;
}

static int ensure_identity(int dir, const char *file, const struct identity *ca, const char *name,
			   int days, struct identity *ret, struct error *err)
{
	int r = load_identity(dir, file, ret, err);

	if (r < 0 || (r == 0 && !runs_out(ret->cert)))
		return r;
	if (r == 0)
		identity_deinit(ret);
	r = make_identity(ca, name, days, ret, err);
	return r < 0 ? r : save_identity(dir, file, ret, err);
}

static int ensure_token(int dir, char **ret, struct error *err)
{
	_cleanup_free_ char *token = NULL;
	unsigned char bytes[24];
	int r = fs_read_file(dir, "token", FILE_MAX, &token, NULL, err);

	if (r < 0)
		return r;
	if (r == FS_NOT_FOUND) {
		if (RAND_bytes(bytes, sizeof(bytes)) != 1)
			return openssl_fault(err, "random bytes");
		token = str_hex(bytes, sizeof(bytes));
		r = fs_write_atomic(dir, "token", token, strlen(token), 0600, false, err);
		if (r < 0)
			return r;
	}
	token[strcspn(token, "\r\n")] = '\0';
	if (!*token)
		return error_set(err, ERR_INTERNAL, NULL, "the token file is empty");
	*ret = take_ptr(token);
	return 0;
}

static int make_context(const struct identity *id, SSL_CTX **ret, struct error *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
	    SSL_CTX_use_certificate(ctx, id->cert) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, id->key) != 1) {
		SSL_CTX_free(ctx);
		return openssl_fault(err, "TLS context");
	}
	*ret = ctx;
	return 0;
}

int pki_open(const char *dir, SSL_CTX **ret_ctx, char **ret_token, char **ret_ca, struct error *err)
{
	_cleanup_identity_ struct identity ca = { 0 }, server = { 0 };
	_cleanup_free_ char *token = NULL, *pem = NULL;
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_p(AT_FDCWD, dir, 0700, err);

	if (r == 0)
		r = fs_open_dir(AT_FDCWD, dir, &fd, err);
	if (r == 0)
		r = ensure_identity(fd, "ca", NULL, "podd authority", 3650, &ca, err);
	if (r == 0)
		r = ensure_identity(fd, "server", &ca, "podd", 365, &server, err);
	if (r == 0)
		r = ensure_token(fd, &token, err);
	if (r == 0)
		r = fs_read_file(fd, "ca.crt", FILE_MAX, &pem, NULL, err);
	if (r == 0)
		r = make_context(&server, ret_ctx, err);
	if (r)
		return error_wrap(err, "%s", dir);
	*ret_token = take_ptr(token);
	*ret_ca = take_ptr(pem);
	return 0;
}
