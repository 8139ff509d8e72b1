/*
 * Fault records: a ring of the last FAULTLOG_MAX of them, their texts for three readers,
 * and the count that tells a storm. Console lines keep the form that people search for,
 * since the first line and the reason are as Linux prints them, and end with whose device
 * it was. Pure.
 */

#include "dev/assign/faultlog.h"
#include "kern/cmd.h"
#include "kern/fmt.h"
#include "kern/string.h"

void
faultlog_add(FaultLog *l, const FaultRec *r)
{
	l->r[l->n++ % FAULTLOG_MAX] = *r;
}

uint64_t
faultlog_first(const FaultLog *l)
{
	return l->n > FAULTLOG_MAX ? l->n - FAULTLOG_MAX : 0;
}

FaultRec *
faultlog_at(FaultLog *l, uint64_t i)
{
	return i >= faultlog_first(l) && i < l->n ? &l->r[i % FAULTLOG_MAX] : NULL;
}

/* "pid 23 edu" or "no owner", and the device where the source is a bridge's id. */
static void
record_owner(const FaultRec *r, char *buf, size_t n)
{
	char dev[32] = "", b[16];

	if (r->ndevice > 1)
		snprint(dev, sizeof dev, ", one of %u devices", r->ndevice);
	else if (r->ndevice == 1 && r->device != r->source)
		snprint(dev, sizeof dev, ", device %s",
			bdf_print(r->device, b, sizeof b));
	if (r->pid >= 0)
		snprint(buf, n, "pid %d %s%s", r->pid, r->name, dev);
	else
		snprint(buf, n, "no owner%s", dev);
}

int
fault_console(const FaultRec *r, char *buf, size_t n)
{
	char who[80], src[16];
	bdf_t s = r->source;

	if (r->lost)
		return snprint(buf, n,
			"DMAR: unit %u: fault records were lost (overflow)\n", r->unit);
	record_owner(r, who, sizeof who);
	snprint(src, sizeof src, "%02x:%02x.%x", BDF_BUS(s), BDF_DEV(s), BDF_FN(s));
	if (r->interrupt)
		return snprint(buf, n,
			"DMAR:INTR-REMAP: Request device [%s] fault index %lx\n"
			"DMAR:INTR-REMAP:[fault reason %02u] %s (%s)\n",
			src, r->addr, r->reason, r->text, who);
	return snprint(buf, n,
		"DMAR:[DMA %s] Request device [%s] fault addr %lx\n"
		"DMAR:[fault reason %02u] %s (%s)\n",
		r->read ? "Read" : "Write", src, r->addr, r->reason, r->text, who);
}

static const char *
access_name(const FaultRec *r)
{
	return r->interrupt ? "interrupt" : r->read ? "read" : "write";
}

int
fault_event(const FaultRec *r, char *buf, size_t n)
{
	return snprint(buf, n, "fault %s %s0x%lx reason %u %s", access_name(r),
		r->interrupt ? "index " : "", r->addr, r->reason, r->text);
}

void
fault_line(const FaultRec *r, Text *t)
{
	char b[16];

	text_printf(t, "time %lu.%06lu unit %u", (r->time / 1000000000),
		(r->time / 1000 % 1000000), r->unit);
	if (r->lost) {
		text_printf(t, " lost\n");
		return;
	}
	text_printf(t, " source %s", bdf_print(r->source, b, sizeof b));
	if (r->ndevice == 1)
		text_printf(t, " device %s", bdf_print(r->device, b, sizeof b));
	else
		text_printf(t, " device %s", r->ndevice == 0 ? "unknown" : "several");
	if (r->pid >= 0)
		text_printf(t, " pid %d name %s", r->pid, r->name);
	else
		text_printf(t, " pid none");
	text_printf(t, " access %s %s 0x%lx reason %u text '%s' tables '%s'\n",
		access_name(r), r->interrupt ? "index" : "address", r->addr, r->reason,
		r->text, r->tables != NULL ? r->tables : "not looked at");
}

uint
storm_count(const Storm *s, ns_t now, ns_t time)
{
	uint hits = 0;

	for (uint i = 0; i < STORM_LIMIT && i < s->n; i++)
		hits += now - s->t[i] < time;
	return hits;
}

uint
storm_hit(Storm *s, ns_t now)
{
	s->t[s->n++ % STORM_LIMIT] = now;
	return storm_count(s, now, STORM_TIME);
}
