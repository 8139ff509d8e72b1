/*
 * Configuration space that answers as the specifications say and objects to what they
 * forbid: a BAR written while it decodes, any write but to a command register while a
 * device may still master the bus, a reset of a master, offsets that are not there.
 * Numbers are the specifications', not dev/pci/reg.h's.
 */
#pragma once

#include "tests/host/host.h"

#include "dev/pci/os.h"
#include "dev/pci/pci.h"

typedef struct FakeFn {
	bdf_t bdf;
	uint8_t cfg[4096], writable[4096];
	uint cap_end, last_cap, last_ecap; /* where the lists end */
	bool gone;                         /* pulled out */
	bool flr_hangs;                    /* never comes back from a reset */
	bool deaf; /* is reset in name only: keeps its registers */
	bool stuck_master;
	bool undead;            /* comes back from a reset as bus master, for good */
	bool pending;           /* transactions pending, for ever */
	uint away_ms, retry_ms; /* after a reset: silent, then "retry" */
	uint back_at, ready_at;
	uint vanish_after; /* reads until it is gone; 0 never */
	uint resets;
} FakeFn;

extern bool fake_ecam;
extern uint fake_ms;                /* slept so far */
extern char fake_said[4096];        /* pcios_log */
extern uint fake_no_memory;         /* the n'th pcios_alloc from now fails; 0: none */
extern char fake_wrong[256];        /* the first objection */
extern uint32_t fake_table[64 * 4]; /* what pcios_map shows */
extern uint64_t fake_mapped;
extern uint64_t fake_ram, fake_ram_len; /* pcios_taken */

void fake_begin(void);        /* forget everything; one range: segment 0, buses 0-255 */
void fake_end(void);          /* no objections; frees */
int fake_setup(void **state); /* the same two as cmocka wants them */
int fake_teardown(void **state);
void fake_range(uint seg, uint first, uint last); /* instead of the default; adds */
FakeFn *fake_add(bdf_t b, uint vendor, uint device, uint cls);
FakeFn *fake_get(bdf_t b);
FakeFn *fake_bridge(bdf_t b, uint secondary, uint subordinate);
FakeFn *fake_edu(uint bus, uint dev, uint fn); /* an endpoint without BARs */
/* A bridge with an Express capability of this type, and ACS where acs is not 0. */
FakeFn *fake_port(bdf_t b, uint type, uint secondary, uint subordinate, uint acs);
uint fake_cap(FakeFn *f, uint id, uint len);
uint fake_ecap(FakeFn *f, uint id, uint len);
uint fake_pcie(FakeFn *f, uint type); /* PCI Express capability, version 2 */
void fake_acs(FakeFn *f, uint cap);
void fake_bar32(FakeFn *f, uint i, uint32_t addr, uint32_t size, uint flags);
void fake_bar64(FakeFn *f, uint i, uint64_t addr, uint64_t size, uint flags);
uint32_t fake_get_reg(const FakeFn *f, uint off, uint width);
void fake_put(FakeFn *f, uint off, uint width, uint32_t v);
void fake_mask(FakeFn *f, uint off, uint width, uint32_t v); /* writable bits */
