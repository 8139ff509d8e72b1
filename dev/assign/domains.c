/*
 * Domains and counts, for #vtd. There is a line for each domain that functions are
 * attached to, in the order of the first function of each, and for each unit one that
 * says what it was asked to do.
 *
 *	domain 0:2 kind shared ro no pid 22 name edu functions 0:3.0 root 0x1e86000
 *	levels 3 width 39 pages 0 quota 0 clean 0 large 0 maps 5 unmaps 1 ats off
 *
 *	unit 0 context_global 1 context_device 2 ... faults 1 lost 0
 *	domain 0:2 pid 22 maps 5 unmaps 1 pages 0 large 0 faults 1
 *
 * Locks: assign_lock; owner_lock_tables while a domain is looked at.
 */

#include "dev/assign/assigned.h"
#include "dev/assign/owner.h"
#include "dev/vtd/inspect.h"

static const char *const kind_name[] = {
	[DOMAIN_SHARED] = "shared",
	[DOMAIN_PRIVATE] = "private",
	[DOMAIN_MAPPED] = "guest",
	[DOMAIN_IDENTITY] = "identity",
	[DOMAIN_PASSTHROUGH] = "pass-through",
};

/* "domain UNIT:ID", for each unit on which it has an id. */
static void
put_ids(Text *t, const Domain *d)
{
	const char *between = "domain ";

	for (uint i = 0; i < vtd_nunit(); i++) {
		uint id = domain_id(d, vtd_unit(i));

		if (id == 0)
			continue;
		text_printf(t, "%s%u:%u", between, i, id);
		between = ",";
	}
}

static void
put_functions(Text *t, const Owner *owner) REQUIRES(assign_lock)
{
	const char *between = " functions ";

	for (const AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->owner == owner) {
			text_printf(t, "%s%s", between, f->name);
			between = ",";
		}
}

/* The line of the domain that f is the first function of. */
static void
put_domain(Text *t, const AssignedFn *f) REQUIRES(assign_lock)
{
	Owner *owner = f->owner;
	DomainInfo d;

	owner_lock_tables(owner);
	domain_info(owner->domain, &d);
	owner_unlock_tables(owner);
	put_ids(t, owner->domain);
	text_printf(t, " kind %s ro %s pid %d name %s", kind_name[d.kind],
		owner->ro ? "yes" : "no", f->pid, owner->name);
	put_functions(t, owner);
	text_printf(t,
		" root 0x%lx levels %u width %u pages %u quota %u clean %u large %u",
		d.top, d.levels, d.width, d.pages, d.quota, d.clean, d.big);
	text_printf(t, " maps %lu unmaps %lu ats %s\n", d.nmap, d.nunmap,
		d.tlb ? "on" : "off");
}

void
assign_domains(Text *t)
{
	assign_begin();
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (fn_is_first(f))
			put_domain(t, f);
	assign_end(NULL);
}

/* ---- counts ---- */

static uint64_t
owner_faults(const Owner *owner) REQUIRES(assign_lock)
{
	uint64_t n = 0;

	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		lock(&f->lock);
		n += f->owner == owner ? f->faults : 0;
		unlock(&f->lock);
	}
	return n;
}

static void
put_domain_counts(Text *t, const AssignedFn *f) REQUIRES(assign_lock)
{
	DomainInfo d;

	owner_lock_tables(f->owner);
	domain_info(f->owner->domain, &d);
	owner_unlock_tables(f->owner);
	put_ids(t, f->owner->domain);
	text_printf(t, " pid %d maps %lu unmaps %lu pages %u large %u faults %lu\n",
		f->pid, d.nmap, d.nunmap, d.pages, d.big, owner_faults(f->owner));
}

/* The line of unit i; the order of the words is that of the manual page. */
static void
put_unit_counts(Text *t, uint i)
{
	UnitStats s;

	unit_stats(vtd_unit(i), &s);
	text_printf(t, "unit %u context_global %lu context_device %lu", i,
		s.context_global, s.context_device);
	text_printf(t, " pasid_global %lu pasid_domain %lu", s.pasid_global,
		s.pasid_domain);
	text_printf(t, " iotlb_global %lu iotlb_domain %lu iotlb_page %lu",
		s.iotlb_global, s.iotlb_domain, s.iotlb_page);
	text_printf(t, " interrupt_global %lu interrupt_index %lu device_tlb %lu",
		s.interrupt_global, s.interrupt_index, s.device_tlb);
	text_printf(t, " write_buffer %lu", s.write_buffer);
	text_printf(t, " waits %lu wait_ns %lu longest_ns %lu", s.waits, s.wait_ns,
		s.wait_max);
	text_printf(t, " ids %u sources %u interrupts %u faults %lu lost %lu\n", s.ids,
		s.sources, s.irqs, s.faults, s.lost);
}

void
assign_stats(Text *t)
{
	for (uint i = 0; i < vtd_nunit(); i++)
		put_unit_counts(t, i);
	assign_begin();
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (fn_is_first(f))
			put_domain_counts(t, f);
	assign_end(NULL);
}
