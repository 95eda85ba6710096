/* SPDX-License-Identifier: MIT */
/*
 * The certificate behind wss: read once, used by every connection over TLS.
 * One thread.
 */
#ifndef LEAP_TLS_H
#define LEAP_TLS_H

struct leap_tls;

/**
 * leap_tls_new() - read certificate and key
 * @certificate: PEM file with the chain
 * @key: PEM file; "" when it is in @certificate
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Return: 0; -EINVAL with a file that does not do; -ENOMEM.
 */
int leap_tls_new(const char *certificate, const char *key, struct leap_tls **ret_tls,
		 char **ret_error);

/** leap_tls_free() - after the last connection; NULL is allowed */
void leap_tls_free(struct leap_tls *tls);

#endif /* LEAP_TLS_H */
