/*
 * Devices that speak virtio 1 over PCI, with one queue of buffers that they fill. A
 * device that does not go through the IOMMU (ACCESS_PLATFORM) is refused.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/pci/pci.h"

typedef struct Virtio {
	volatile uint8_t *common, *notify;
	uint32_t multiply; /* bytes from the doorbell of one queue to that of the next */
} Virtio;

/* What driver and device share, in a page. The device reads desc and avail, and writes
 * used. */
#define VIRTIO_RING 4
typedef struct VirtRing {
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t flags, next;
	} desc[VIRTIO_RING];
	uint16_t avail_flags, avail, avail_ring[VIRTIO_RING], event[VIRTIO_RING];
	uint16_t used_flags, used;
	struct {
		uint32_t id, len;
	} used_ring[VIRTIO_RING];
} VirtRing;

/* Finds its registers and maps them, for ever. -ENODEV: they are not where they can be
 * used, or cannot be mapped. */
int virtio_find(const PciFn *f, Virtio *v);
/* Resets it, so that it uses no memory. Sleeps up to 100 ms. -EIO: it does not answer. */
int virtio_reset(const Virtio *v);
/* After a reset, lets it use the ring, which is all zeros, at this address. -ENOTSUP: it
 * does not go through the IOMMU, or has no such queue. Then it uses nothing. */
int virtio_open(const Virtio *v, iova_t ring);
/* Gives it n bytes at iova to fill. The buffer before must have been filled. */
void virtio_offer(const Virtio *v, VirtRing *r, iova_t iova, uint32_t n);
/* How many bytes it has filled of the n it was given; 0: it is not done yet. */
uint32_t virtio_filled(const VirtRing *r, uint32_t n);
