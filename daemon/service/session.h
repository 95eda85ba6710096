/* SPDX-License-Identifier: MIT */
/*
 * One connection from accept() to its end: request, WebSocket, last words.
 * The service's thread.
 */
#ifndef LEAP_SESSION_H
#define LEAP_SESSION_H

#include <stdint.h>

#include "daemon/service/service-impl.h"
#include "daemon/service/websocket.h"

struct leap_session;

/**
 * leap_session_new() - take over an accepted socket
 * @tls: it speaks TLS
 *
 * Return: 0; a negative errno, the socket is then closed.
 */
int leap_session_new(struct leap_service *service, int fd, bool tls);

/** leap_session_event() - epoll told of it */
void leap_session_event(struct leap_session *session, uint32_t events);

/** leap_session_tell() - the state has changed: send what it is to be told */
void leap_session_tell(struct leap_session *session);

/** leap_session_review() - the settings have changed: may it stay? */
void leap_session_review(struct leap_session *session);

/** leap_session_close() - a client is told why; what is none yet ends */
void leap_session_close(struct leap_session *session, enum leap_websocket_code code);

/** leap_session_each() - call for every one; it may end, or become the first */
void leap_session_each(struct leap_service *service,
		       void (*call)(struct leap_session *session));

/** leap_session_check_all() - act on the time. Return: when to look again */
int64_t leap_session_check_all(struct leap_service *service);

/** leap_session_make_room() - end the oldest connection that is no client
 * Return: is there room now? */
bool leap_session_make_room(struct leap_service *service);

/** leap_session_kill() - end without a word, into the service's graveyard */
void leap_session_kill(struct leap_session *session);

/** leap_session_bury() - free those in the graveyard */
void leap_session_bury(struct leap_service *service);

#endif /* LEAP_SESSION_H */
