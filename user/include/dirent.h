/* Directory reading; newlib leaves this header to the system. */
#pragma once

#include <sys/types.h>

#define DT_UNKNOWN 0
#define DT_CHR     2
#define DT_DIR     4
#define DT_REG     8

struct dirent {
	ino_t d_ino;
	unsigned char d_type;
	char d_name[64];
};

typedef struct Dir DIR;

DIR *opendir(const char *path);
struct dirent *readdir(DIR *d); /* valid until the next call */
void rewinddir(DIR *d);
int closedir(DIR *d);
