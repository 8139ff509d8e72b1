/*
 * The kernel as an owner. Each function that a kernel driver has gets a domain of its own
 * (kdomain.c), in which the driver maps its buffers (kdma.c). So our own drivers are
 * confined as processes are, and a device that goes from one to the other passes through
 * the same DRAINING.
 * Locks: assign_lock; what a driver may do between start and stop it does under its own.
 */

#include "dev/assign/kdev.h"
#include "dev/assign/ats.h"
#include "dev/assign/devparam.h"
#include "dev/assign/kdomain.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"

/* ---- the kernel as an owner ---- */

static int
kernel_start(Owner *o)
{
	Kdev *d = o->kdev;
	int err = d->driver->start(d, d->f->pci);

	d->started = err == 0;
	return err;
}

static void
kernel_stop(Owner *o)
{
	Kdev *d = o->kdev;

	if (d->started)
		d->driver->stop(d->f->pci);
	d->started = false;
}

static void
kernel_free(Owner *o)
{
	kfree(o->kdev);
}

static const Mode kernel_mode = {
	.taken = ON_KERNEL,
	.start = kernel_start,
	.stop = kernel_stop,
	.free = kernel_free,
};

int
kdev_new(AssignedFn *f, Owner **out)
{
	Kdev *d = kalloc(sizeof *d);
	int err;

	if (d == NULL)
		return fail(-ENOMEM, "no memory for a domain");
	if ((err = kdomain_new(f, &d->owner.domain)) != 0) {
		kfree(d);
		return err;
	}
	mutex_init(&d->lock, RANK_DOMAIN, "kernel domain");
	d->driver = kdriver_for(f->pci);
	d->f = f;
	d->bounce = devparam_names("bounce", f->pci->bdf);
	d->owner.mode = &kernel_mode;
	d->owner.name = d->driver->name;
	d->owner.kdev = d;
	d->owner.lock = &d->lock;
	d->owner.ats = ats_wanted(f);
	*out = &d->owner;
	return 0;
}

int
kdev_refuse_off(void)
{
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->state == FN_KERNEL && !kdomain_direct(f->owner->domain))
			return fail(-EBUSY,
				"%s: the kernel's driver %s has translated mappings",
				f->name, f->owner->name);
	return 0;
}

/* ---- what a driver may do ---- */

int
kdev_master(Kdev *d, bool on)
{
	AssignedFn *f = d->f;
	int err = fn_master(f, on);

	if (err == -EBUSY)
		return fail(err, "%s: its bus mastering was stopped", f->name);
	return err == 0 ? 0
			: fail(-EIO, "%s: bus mastering does not go %s", f->name,
				  on ? "on" : "off");
}

int
kdev_quiet(Kdev *d)
{
	int err = kdev_master(d, false);

	if (err == 0 && pci_drain(d->f->pci) != 0)
		err = fail(-EIO, "%s: its transactions do not end", d->f->name);
	fn_settle(d->f);
	return err;
}

void
kdev_info(const Kdev *d, KdevInfo *out)
{
	*out = (KdevInfo){
		.driver = d->driver->name,
		.view = kdomain_name(d->owner.domain),
		.bounce = d->bounce,
		.ats = d->owner.ats,
		.maps = d->maps,
		.bounced = d->bounced,
	};
}
