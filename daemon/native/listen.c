// SPDX-License-Identifier: MIT
/*
 * Makes the two listening sockets and asks the kernel who is at the other end.
 * Stateless; any thread.
 */
#include "daemon/native/listen.h"

#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64
#define GROUP "leap"
#define GROUPS_MAX 1024
#define GROUP_BYTES_MAX (1 << 20)

static int fail(char **ret_error, int r, const char *where)
{
	if (asprintf(ret_error, "%s: cannot listen there: %s", where, strerror(-r)) < 0)
		*ret_error = NULL;
	return r;
}

static char *join(const char *folder, const char *rest)
{
	char *path;

	/* systemd may name several, with colons between */
	return asprintf(&path, "%.*s%s", (int)strcspn(folder, ":"), folder, rest) < 0
		       ? NULL
		       : path;
}

char *leap_native_socket_path(const char *setting)
{
	const char *folder;

	if (!strcmp(setting, "none"))
		return NULL;
	if (strcmp(setting, "auto"))
		return strdup(setting);
	folder = getenv("RUNTIME_DIRECTORY");
	if (folder && folder[0] == '/')
		return join(folder, "/native");
	folder = getenv("XDG_RUNTIME_DIR");
	if (folder && folder[0] == '/')
		return join(folder, "/leapd/native");
	return geteuid() ? NULL : strdup("/run/leapd/native");
}

static void make_folder_of(const char *path)
{
	char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;

	if (slash && slash != folder) {
		*slash = '\0';
		if (!mkdir(folder, 0755))
			chmod(folder, 0755); /* whatever the umask */
	}
	free(folder);
}

static bool is_answered(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered;

	if (fd < 0)
		return false;
	answered = !connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
		   errno == EAGAIN;
	close(fd);
	return answered;
}

static int bind_unix(int fd, const struct sockaddr_un *address)
{
	struct stat status;

	make_folder_of(address->sun_path);
	if (!lstat(address->sun_path, &status)) {
		if (!S_ISSOCK(status.st_mode))
			return -EEXIST;
		if (is_answered(address))
			return -EADDRINUSE;
		unlink(address->sun_path);
	}
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    chmod(address->sun_path, 0666) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

int leap_native_listen_unix(const char *path, int *ret_fd, char **ret_error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(ret_error, -ENAMETOOLONG, path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(ret_error, -errno, path);
	r = bind_unix(fd, &address);
	if (r) {
		close(fd);
		return fail(ret_error, r, path);
	}
	*ret_fd = fd;
	return 0;
}

int leap_native_listen_tcp(unsigned int port, bool remote, int *ret_fd,
			   unsigned int *ret_port, char **ret_error)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(remote ? INADDR_ANY : INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	char where[sizeof("native_port 65535")];
	int on = 1, r = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(where, sizeof(where), "native_port %u", port & 0xffff);
	if (fd < 0)
		return fail(ret_error, -errno, where);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&address, size) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		r = -errno;
	if (r) {
		close(fd);
		return fail(ret_error, r, where);
	}
	*ret_fd = fd;
	*ret_port = ntohs(address.sin_port);
	return 0;
}

/* A group of many members may need more than is usual. */
gid_t leap_native_group(void)
{
	struct group group, *found = NULL;
	size_t size = 4096;
	gid_t gid;
	int r;

	do {
		char *buffer = malloc(size);

		r = buffer ? getgrnam_r(GROUP, &group, buffer, size, &found) : ENOMEM;
		gid = !r && found ? found->gr_gid : LEAP_NO_GROUP;
		free(buffer);
		size *= 4;
	} while (r == ERANGE && size < GROUP_BYTES_MAX);
	return gid;
}

static bool is_member(int fd, gid_t wanted, gid_t primary)
{
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof(groups);

	if (wanted == LEAP_NO_GROUP)
		return false;
	if (primary == wanted)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof(groups[0]); i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

bool leap_native_credentials(int fd, gid_t trusted_group, uint32_t *ret_uid,
			     uint32_t *ret_pid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	*ret_uid = UINT32_MAX;
	*ret_pid = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	*ret_uid = peer.uid;
	*ret_pid = (uint32_t)peer.pid;
	return peer.uid == 0 || peer.uid == geteuid() ||
	       is_member(fd, trusted_group, peer.gid);
}
