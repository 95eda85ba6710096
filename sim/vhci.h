/* SPDX-License-Identifier: MIT */
/*
 * The virtual USB host controller of this machine (kernel module vhci-hcd).
 * No state of its own; any thread.
 */
#ifndef LEAP_SIM_VHCI_H
#define LEAP_SIM_VHCI_H

/**
 * leap_vhci_free_port() - first free high-speed port
 * @status: text of a status file of vhci_hcd
 *
 * Return: 0, or -EBUSY when there is none.
 */
int leap_vhci_free_port(const char *status, unsigned int *ret_port);

/**
 * leap_vhci_attach() - plug the controller behind @socket into a free port
 * @socket: stream socket on whose other end a session that has imported the controller
 *	speaks; the kernel takes its own reference
 *
 * Return: 0; -ENOENT when vhci-hcd is not loaded, -EACCES without permission, -EBUSY
 *	when every port is taken, or what the kernel says.
 */
int leap_vhci_attach(int socket, unsigned int *ret_port);

#endif /* LEAP_SIM_VHCI_H */
