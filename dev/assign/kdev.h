/* The kernel as an owner: a device that one of its drivers has. */
#pragma once

#include "dev/assign/owner.h"
#include "dev/assign/assigned.h"

/* The driver makes one call at a time; `lock` is for those who look at the domain's
 * tables meanwhile. */
struct Kdev {
	Owner owner;
	Mutex lock; /* RANK_DOMAIN: what is mapped */
	const Kdriver *driver;
	AssignedFn *f;
	bool started; /* the driver's start succeeded, so it must be stopped */
	bool bounce;  /* each buffer is copied, by boot parameter */
	iova_t next;  /* where to look for room */
	uint64_t maps, bounced;
};

/* An owner for f, whose driver kdriver_for knows; owner_free_unused frees it. Says why
 * not. */
int kdev_new(AssignedFn *f, Owner **out) REQUIRES(assign_lock);
/* 0, or -EBUSY and the name of a driver whose device has translated addresses: they would
 * mean other memory while translation is off. */
int kdev_refuse_off(void) REQUIRES(assign_lock);
