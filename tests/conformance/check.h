/*
 * A check tries one thing, says what was SEEN, and returns a verdict:
 *
 *	PASS    as the manual says      FAIL    otherwise
 *	ABSENT  the unit does not claim to have it
 */
#pragma once

#include "kern/fmt.h"
#include "tests/conformance/vtd.h"

#define IOVA 0x10002000ull /* where `page` is, for edu */
#define DID  0x2a

/* A field of CAP, of ECAP. */
#define HAS(hi, lo)  (BITS(cap, hi, lo) != 0)
#define EHAS(hi, lo) (BITS(ecap, hi, lo) != 0)

typedef enum Verdict { FAIL, PASS, ABSENT } Verdict;

typedef struct Check {
	const char *name; /* NULL ends a list */
	Verdict (*fn)(void);
} Check;

extern const Check translate_checks[], faults_checks[], records_checks[],
	commands_checks[], registers_checks[], interrupts_checks[];

extern Edu edu, behind_pcie, behind_pci;
extern uint64_t *page; /* where legal DMA goes */
extern char seen[120];

#define SEEN(...) snprint(seen, sizeof seen, __VA_ARGS__)

Verdict judge(bool good);

uint32_t levels(void);                         /* the most the unit offers */
uint64_t context_hi(uint32_t n, uint32_t did); /* of a context entry with n levels */

/* The usual machine: edu reaches `page` at IOVA with these rights. */
void usual(uint64_t rights);
/* 8 bytes at iova: the reason that was recorded, 0 when none was. Says so. */
uint8_t reason(uint64_t iova, bool write);
bool landed(void); /* what edu wrote is in `page` */
Verdict expect(uint8_t want, uint64_t iova, bool write);
