/* SPDX-License-Identifier: MIT */
/*
 * Answers in HTTP: refusals and the page. To an upgrade the library answers.
 * Any thread; whoever gets an answer puts it back with leap_parcel_put().
 */
#ifndef LEAP_ANSWER_H
#define LEAP_ANSWER_H

#include <stddef.h>

#include "daemon/service/parcel.h"

/** leap_answer_text() - a status with a short text
 * @type: of the text, "text/plain"
 *
 * Return: NULL without memory.
 */
struct leap_parcel *leap_answer_text(unsigned int status, const char *type,
				     const char *text, size_t size);

/** leap_answer_refusal() - a status and one line without its end for a person */
struct leap_parcel *leap_answer_refusal(unsigned int status, const char *line);

/** leap_answer_page() - what this is and how to connect
 * @port: without TLS
 * @tls_port: 0 when there is none
 */
struct leap_parcel *leap_answer_page(unsigned int port, unsigned int tls_port);

#endif /* LEAP_ANSWER_H */
