/* A DMAR table built byte by byte, for tests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern uint8_t table[65536];
extern size_t tlen;

void begin(uint8_t flags); /* a header, 39 bits wide, still without length and checksum */
void put(const void *p, size_t n); /* behind what is there */
#define PUT(...)                                                                         \
	put((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
void seal(uint8_t wrong); /* the length, and a checksum that is wrong by so much */
