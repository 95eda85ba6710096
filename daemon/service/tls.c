// SPDX-License-Identifier: MIT
/*
 * An OpenSSL context for a server: TLS 1.2 and up, no renegotiation, no session cache.
 * One thread.
 */
#include "daemon/service/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "daemon/service/tls-impl.h"

static int describe(const char *what, const char *path, char **ret_error)
{
	unsigned long code = ERR_peek_last_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;

	if (asprintf(ret_error, "%s %s: %s", what, path, why ? why : "cannot be used") <
	    0)
		*ret_error = NULL;
	ERR_clear_error();
	return -EINVAL;
}

static int read_files(SSL_CTX *context, const char *certificate, const char *key,
		      char **ret_error)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return describe("wss_certificate", certificate, ret_error);
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		return describe("wss_key", key, ret_error);
	if (SSL_CTX_check_private_key(context) != 1)
		return describe("wss_key", key, ret_error);
	return 0;
}

int leap_tls_new(const char *certificate, const char *key, struct leap_tls **ret_tls,
		 char **ret_error)
{
	struct leap_tls *tls = calloc(1, sizeof(*tls));
	int r;

	*ret_error = NULL;
	if (!tls)
		return -ENOMEM;
	tls->context = SSL_CTX_new(TLS_server_method());
	if (!tls->context) {
		free(tls);
		return -ENOMEM;
	}
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_options(tls->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
						  SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					       SSL_MODE_RELEASE_BUFFERS);
	r = read_files(tls->context, certificate, key[0] ? key : certificate,
		       ret_error);
	if (r) {
		leap_tls_free(tls);
		return r;
	}
	*ret_tls = tls;
	return 0;
}

void leap_tls_free(struct leap_tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}
