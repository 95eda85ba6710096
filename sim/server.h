/* SPDX-License-Identifier: MIT */
/*
 * Serves the synthetic controller to this machine's virtual host controller or to
 * USB/IP clients, and obeys commands meanwhile. All in the calling thread.
 */
#ifndef LEAP_SIM_SERVER_H
#define LEAP_SIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/device.h"

/**
 * struct leap_server_options - whom to serve
 * @device: the controller to plug in, again and again
 * @attach: into vhci_hcd of this machine; otherwise listen on 127.0.0.1
 * @tcp_port: to listen on; 0 for a free one
 * @control_path: FIFO to read commands from, made if it does not exist; NULL: none
 * @standard_input: read commands from there too
 * @signals: signalfd whose signals end the service
 * @verbose: tell on stderr what happens and, at the end, what was sent
 */
struct leap_server_options {
	struct leap_device_options device;
	bool attach;
	uint16_t tcp_port;
	const char *control_path;
	bool standard_input;
	int signals;
	bool verbose;
};

/**
 * leap_server_run() - serve until told to quit or nothing is left to serve
 *
 * Says on stdout where the controller can be found, on stderr one line about each
 * thing that goes wrong.
 *
 * Return: the exit status of the program.
 */
int leap_server_run(const struct leap_server_options *options);

#endif /* LEAP_SIM_SERVER_H */
