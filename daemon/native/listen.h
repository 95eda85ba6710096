/* SPDX-License-Identifier: MIT */
/*
 * The sockets that native clients come by, and who they are.
 * Stateless; descriptors are the caller's.
 */
#ifndef LEAP_NATIVE_LISTEN_H
#define LEAP_NATIVE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LEAP_NO_GROUP ((gid_t)-1)

/**
 * leap_native_socket_path() - where the socket belongs
 * @setting: native_socket: a path, "auto" or "none"
 *
 * auto is $RUNTIME_DIRECTORY/native (set by systemd), else
 * $XDG_RUNTIME_DIR/leapd/native, else /run/leapd/native for root.
 *
 * Return: to be freed; NULL: none, or no memory.
 */
char *leap_native_socket_path(const char *setting);

/**
 * leap_native_listen_unix() - a SOCK_SEQPACKET socket for everyone on this machine
 * @path: its folder is made if need be; what a leapd that has ended left there is
 *	replaced
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Return: 0; -EADDRINUSE another leapd answers there; or what the system says.
 */
int leap_native_listen_unix(const char *path, int *ret_fd, char **ret_error);

/**
 * leap_native_listen_tcp() - on 127.0.0.1, or with @remote on every IPv4 address
 * @port: 0: any free one
 * @ret_port: the one in use
 */
int leap_native_listen_tcp(unsigned int port, bool remote, int *ret_fd,
			   unsigned int *ret_port, char **ret_error);

/**
 * leap_native_group() - the group leap, whose members are trusted
 * Asks where users and groups are kept, which may be far away: not while clients wait.
 *
 * Return: LEAP_NO_GROUP when there is none.
 */
gid_t leap_native_group(void);

/**
 * leap_native_credentials() - who has connected to the UNIX socket
 * @trusted_group: as leap_native_group() says
 * @ret_uid: by the kernel's word
 * @ret_pid: likewise
 *
 * Return: is it root, leapd's own user, or a member of that group?
 */
bool leap_native_credentials(int fd, gid_t trusted_group, uint32_t *ret_uid,
			     uint32_t *ret_pid);

#endif /* LEAP_NATIVE_LISTEN_H */
