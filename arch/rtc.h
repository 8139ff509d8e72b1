/* The date. */
#pragma once

void rtc_init(void); /* reads the date; after acpi_init and clock_init */
