/* SPDX-License-Identifier: MIT */
/*
 * What streams know of the certificate. One thread.
 */
#ifndef LEAP_TLS_IMPL_H
#define LEAP_TLS_IMPL_H

#include <openssl/ssl.h>

struct leap_tls {
	SSL_CTX *context;
};

#endif /* LEAP_TLS_IMPL_H */
