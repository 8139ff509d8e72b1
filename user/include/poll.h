/* Waiting for several descriptors. */
#pragma once

#define POLLIN  0x01
#define POLLOUT 0x04
#define POLLERR 0x08
#define POLLHUP 0x10

typedef unsigned int nfds_t;

struct pollfd {
	int fd;
	short events;
	short revents;
};

int poll(struct pollfd *fds, nfds_t n, int ms); /* ms -1: no limit */
