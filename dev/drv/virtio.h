/*
 * Devices that speak virtio 1 over PCI, with one queue of buffers that they fill. They
 * must go through the IOMMU (ACCESS_PLATFORM): others are refused.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/pci/pci.h"

typedef struct Virtio {
	volatile uint8_t *common, *notify;
	uint32_t multiply; /* bytes from one queue's doorbell to the next */
} Virtio;

/* What driver and device share, in a page: the device reads desc and avail, writes
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

/* Where its registers are, mapped for ever. -ENODEV: not where they should be. */
int virtio_find(const PciFn *f, Virtio *v);
/* As after power on: it uses no memory. -EIO: it does not answer. */
int virtio_reset(const Virtio *v);
/* After a reset: it may use the ring, which is zeros, at this address. -ENOTSUP: it would
 * not go through the IOMMU, or has no such queue. */
int virtio_open(const Virtio *v, iova_t ring);
/* One buffer of n bytes at iova is its to fill. Nothing is under way. */
void virtio_offer(const Virtio *v, VirtRing *r, iova_t iova, uint32_t n);
/* How many it filled, at most n; 0: not yet. */
uint32_t virtio_filled(const VirtRing *r, uint32_t n);
