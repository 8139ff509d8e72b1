#include "tests/host/fakedmar.h"

#include <string.h>

uint8_t table[65536];
size_t tlen;

void
put(const void *p, size_t n)
{
	memcpy(table + tlen, p, n);
	tlen += n;
}

void
begin(uint8_t flags)
{
	memset(table, 0, sizeof table);
	tlen = 0;
	PUT('D', 'M', 'A', 'R', 0, 0, 0, 0, 1, 0);
	tlen = 36;
	PUT(38, flags);
	tlen = 48;
}

void
seal(uint8_t wrong)
{
	uint8_t sum = 0;

	table[4] = (uint8_t)tlen;
	table[5] = (uint8_t)(tlen >> 8);
	table[9] = 0;
	for (size_t i = 0; i < tlen; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)(wrong - sum);
}
