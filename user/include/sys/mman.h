/* Memory and device registers. MAP_DMA memory is what a private device may see. */
#pragma once

#include <sys/types.h>

#include "kern/sys.h"

#define PROT_NONE  0
#define PROT_READ  SPROT_READ
#define PROT_WRITE SPROT_WRITE
#define PROT_EXEC  SPROT_EXEC

#define MAP_SHARED    SMAP_SHARED /* only for device registers */
#define MAP_PRIVATE   SMAP_PRIVATE
#define MAP_FIXED     SMAP_FIXED
#define MAP_ANONYMOUS SMAP_ANON
#define MAP_ANON      SMAP_ANON
#define MAP_DMA       SMAP_DMA
#define MAP_DMA28     SMAP_DMA28
#define MAP_DMA32     SMAP_DMA32

#define MAP_FAILED ((void *)-1)

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
int munmap(void *addr, size_t len);
int mprotect(void *addr, size_t len, int prot);
