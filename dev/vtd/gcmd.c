/*
 * GCMD words and handshakes, pure (VT-d 10.4.4). GCMD is write-only: a word is rebuilt
 * from GSTS with one-shot bits cleared, and changes one thing. The status of a one-shot
 * command rises, except WBF's, which is up while the flush is under way and falls at its
 * end.
 */
#include "dev/vtd/gcmd.h"

#include "dev/vtd/reg.h"

#define RISES(f) .set = FMASK(f), .mask = FMASK(f), .want = FMASK(f), .what
#define FALLS(f) .clear = FMASK(f), .mask = FMASK(f), .want = 0, .what

/* clang-format off */
static const Handshake handshake[GCMD_NDO] = {
	[GCMD_DO_TE_ON]    = { RISES(GCMD_TE) = "translation did not switch on" },
	[GCMD_DO_TE_OFF]   = { FALLS(GCMD_TE) = "translation did not switch off" },
	[GCMD_DO_SRTP]     = { RISES(GCMD_SRTP) = "the root table was not taken" },
	[GCMD_DO_WBF]      = { .set = FMASK(GCMD_WBF), .mask = FMASK(GCMD_WBF), .want = 0,
	                       .what = "the write buffer was not flushed" },
	[GCMD_DO_QIE_ON]   = { RISES(GCMD_QIE) = "the invalidation queue did not start" },
	[GCMD_DO_QIE_OFF]  = { FALLS(GCMD_QIE) = "the invalidation queue did not stop" },
	[GCMD_DO_SIRTP]    = { RISES(GCMD_SIRTP) = "the interrupt table was not taken" },
	[GCMD_DO_CFI_OFF]  = { FALLS(GCMD_CFI) = "old-format interrupts did not stop" },
	/* On means that the old format is blocked as well. */
	[GCMD_DO_IRE_ON]   = { .set = FMASK(GCMD_IRE), .want = FMASK(GCMD_IRE),
	                       .mask = FMASK(GCMD_IRE) | FMASK(GCMD_CFI),
	                       .what = "interrupt remapping did not start" },
	[GCMD_DO_IRE_OFF]  = { FALLS(GCMD_IRE) = "interrupt remapping did not stop" },
	[GCMD_DO_EAFL_OFF] = { FALLS(GCMD_EAFL) = "the advanced fault log did not stop" },
};
/* clang-format on */

uint32_t
gcmd_word(uint32_t gsts, uint32_t set, uint32_t clear)
{
	return (gsts & ~(uint32_t)GCMD_ONESHOT & ~clear) | set;
}

const Handshake *
gcmd_handshake(Gcmd c)
{
	return &handshake[c];
}
