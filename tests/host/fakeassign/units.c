/*
 * One remapping unit that translates nothing. It has a state, which tests set, and
 * counts nothing by itself: what it would say about its tables and counters is what a
 * test put into core_unit. Interrupt entries of a function are faked here as well. The
 * only entry that a fault can name is number 7, which serves source 0x20 and no other.
 */
#include "tests/host/fakeassign/fakeassign.h"

Unit the_unit = { .state = UNIT_ON };
int power_err, enable_err, entry_err, unentry_err, tlb_err;
void (*fault_fn)(const VtdFault *f);
bool passes, snoops;
const char *obstacle;
VtdCheck core_unit;
uint32_t core_source = ~0u;

void
unit_info(Unit *u, UnitInfo *out)
{
	*out = (UnitInfo){ .state = u->state,
		.reason = u->reason,
		.base = 0xfed90000,
		.passes = passes };
}

uint32_t
unit_index(const Unit *u)
{
	(void)u;
	return 0;
}

UnitState
unit_state(const Unit *u)
{
	return u->state;
}

uint32_t
vtd_nunit(void)
{
	return 1;
}

bool
vtd_snoop(void)
{
	return snoops;
}

Unit *
vtd_unit(uint32_t i)
{
	(void)i;
	return &the_unit;
}

void
vtd_on_fault(void (*f)(const VtdFault *))
{
	fault_fn = f;
}

void
vtd_poll_faults(void)
{
	say("poll-faults ");
}

const char *
vtd_fault_text(uint8_t r)
{
	return r == 5 ? "PTE Write access is not set" : "?";
}

int
unit_power(Unit *u, bool on)
{
	say("unit-%s ", on ? "on" : "off");
	if (power_err != 0)
		return power_err;
	for (uint i = 0; i < NFN && !on; i++)
		assert_false(bme[i]); /* no device may run untranslated */
	u->state = on ? UNIT_ON : UNIT_OFF;
	return 0;
}

int
vtd_enable(void)
{
	say("enable-units ");
	the_unit.state = enable_err == 0 ? UNIT_ON : UNIT_BROKEN;
	return enable_err;
}

const char *
vtd_reason(void)
{
	return "it did not switch on";
}

void
unit_stats(Unit *u, UnitStats *o)
{
	assert_ptr_equal(u, &the_unit);
	*o = (UnitStats){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 11, 12, 13, 14, 15, 16, 17,
		18 };
}

const char *
unit_tlb_obstacle(Unit *u)
{
	(void)u;
	return obstacle;
}

/* ---- interrupt entries ---- */

int
intremap_add(AssignedFn *f, uint vector)
{
	say("entry(" AT " vector %x) ", AT_ARGS(f->pci->bdf), vector);
	f->remapped = entry_err == 0;
	return entry_err;
}

int
intremap_remove(AssignedFn *f)
{
	bool was = f->remapped;

	if (was)
		say("entry-off(" AT ") ", AT_ARGS(f->pci->bdf));
	f->remapped = false;
	return was ? unentry_err : 0;
}

void
intremap_message(const AssignedFn *f, uint64_t *addr, uint32_t *data)
{
	/* An entry must be set up before its message is sent. */
	assert_true(f->remapped || entry_err != 0);
	*addr = 0xfee00000;
	*data = f->vector;
}

bool
unit_irq_at(Unit *u, uint32_t index, VtdIrq *q)
{
	(void)u;
	*q = (VtdIrq){ .sid = 0x20 };
	return index == 7;
}

bool
vtd_irq_allows(const VtdIrq *q, uint16_t sid)
{
	return q->sid == sid;
}

/* ---- what the core says of itself ---- */

void
unit_check(Unit *u, VtdCheck *o)
{
	(void)u;
	*o = core_unit;
}

bool
unit_next_source(Unit *u, uint32_t *sid)
{
	static const uint32_t end = 1 << 16;

	(void)u;
	for (; *sid < end; ++*sid)
		for (uint i = 0; i < NFN; i++)
			if (*sid == core_source ||
				(func[i].published && fn[i].sid[0] == *sid))
				return true;
	return false;
}
