#pragma once

void rtc_init(void); /* after acpi_init and clock_init */
