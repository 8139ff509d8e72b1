/*
 * The date. It is read at boot from the battery-backed clock (MC146818), and arch_now()
 * goes on from there. The chip changes its registers once a second and says so in
 * advance, so they are read until two readings agree. UTC is assumed. Locks: none; const
 * after boot.
 */
#include "arch/rtc.h"

#include "arch/acpi.h"
#include "arch/io.h"

enum { SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, MONTH = 8, YEAR = 9 };
enum { STATUS_A = 10, STATUS_B = 11 };

#define UPDATING 0x80 /* status A */
#define BINARY   0x04 /* status B: else BCD */
#define HOURS24  0x02
#define PM       0x80 /* of the hour, in 12-hour mode */

typedef struct Reading {
	uint8_t second, minute, hour, day, month, year, century;
} Reading;

static uint64_t boot_time; /* seconds since 1970 when arch_now() was 0 */

static uint8_t
cmos_read(uint reg)
{
	outb(0x70, 0x80 | reg); /* bit 7 keeps NMIs out between the two accesses */
	return inb(0x71);
}

static Reading
read_once(uint8_t century)
{
	Reading r = { cmos_read(SECOND), cmos_read(MINUTE), cmos_read(HOUR),
		cmos_read(DAY), cmos_read(MONTH), cmos_read(YEAR),
		century != 0 ? cmos_read(century) : 0 };
	return r;
}

static bool
reading_same(const Reading *a, const Reading *b)
{
	return a->second == b->second && a->minute == b->minute && a->hour == b->hour &&
		a->day == b->day && a->month == b->month && a->year == b->year;
}

static Reading
read_stable(uint8_t century)
{
	Reading a = read_once(century), b;

	for (uint i = 0; i < 1000; i++) { /* an update takes 2 ms at most */
		b = a;
		a = read_once(century);
		if (!(cmos_read(STATUS_A) & UPDATING) && reading_same(&a, &b))
			break;
	}
	return a;
}

static uint
value_decode(uint8_t v, bool binary)
{
	return binary ? v : (v >> 4) * 10 + (v & 15);
}

/* 365 days for each year, the leap days before this year, and the days of this year. */
static uint64_t
days_since_1970(uint year, uint month, uint day)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273,
		304, 334 };
	uint y = year - 1;
	uint64_t leaps = y / 4 - y / 100 + y / 400 - 477; /* 477 before 1970 */
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	day += before[month - 1] + (leap && month > 2);
	return (year - 1970) * 365ull + leaps + day - 1;
}

void
rtc_init(void)
{
	Fadt f;
	uint8_t century, mode;
	uint year, hour, month, day;
	Reading r;

	acpi_fadt(&f);
	century = f.century < 128 ? f.century : 0;
	r = read_stable(century);
	mode = cmos_read(STATUS_B);
	hour = value_decode(r.hour & ~PM, mode & BINARY);
	if (!(mode & HOURS24))
		hour = hour % 12 + (r.hour & PM ? 12 : 0);
	month = value_decode(r.month, mode & BINARY);
	day = value_decode(r.day, mode & BINARY);
	year = value_decode(r.year, mode & BINARY);
	year += century != 0 ? value_decode(r.century, mode & BINARY) * 100 : 2000;
	if (year < 1970 || month < 1 || month > 12 || day < 1)
		return; /* a dead clock: the world began in 1970 */
	boot_time = days_since_1970(year, month, day) * 86400 + hour * 3600 +
		value_decode(r.minute, mode & BINARY) * 60 +
		value_decode(r.second, mode & BINARY) - arch_now() / 1000000000;
}

uint64_t
arch_wall(void)
{
	return boot_time + arch_now() / 1000000000;
}
