/* One line about a DMA fault, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dev/vtd/iommu.h"

typedef enum LineKind {
	LINE_FAULT,  /* all there is to know */
	LINE_DEVICE, /* who and where; the reason is on the next line */
	LINE_REASON, /* that next line */
	LINE_OTHER,  /* what the log says besides */
	LINE_BAD,    /* cannot be understood: bad says why */
} LineKind;

typedef struct FaultLine {
	VtdFault f; /* unit unused */
	bool pasid_given, privileged, execute;
	uint32_t pasid;
	uint8_t type;    /* of address: 0 plain, 1 a translation request, 2 translated */
	const char *bad; /* a phrase */
} FaultLine;

LineKind faultline_parse(const char *line, FaultLine *l);
/* The words for people, as in #vtd/faults; with `reason` false it was not given. */
void faultline_text(const FaultLine *l, bool reason, char *buf, size_t n);
