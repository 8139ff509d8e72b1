/*
 * Global commands as data: which bit to set or clear, and what GSTS shows when the unit
 * has done it.
 */
#pragma once

#include <stdint.h>

/* clang-format off */
typedef enum Gcmd {
	GCMD_DO_TE_ON, GCMD_DO_TE_OFF,
	GCMD_DO_SRTP, GCMD_DO_WBF,
	GCMD_DO_QIE_ON, GCMD_DO_QIE_OFF,
	GCMD_DO_SIRTP, GCMD_DO_CFI_OFF, GCMD_DO_IRE_ON, GCMD_DO_IRE_OFF,
	GCMD_DO_EAFL_OFF,
	GCMD_NDO
} Gcmd;
/* clang-format on */

typedef struct Handshake {
	uint32_t set, clear; /* in GCMD */
	uint32_t mask, want; /* done when (GSTS & mask) == want */
	const char *what;    /* for the sentence when it never is */
} Handshake;

uint32_t gcmd_word(uint32_t gsts, uint32_t set, uint32_t clear);
const Handshake *gcmd_handshake(Gcmd c);
