/*
 * The console: a 16550 at COM1, 115200 8N1. Output is polled and bounded, and works from
 * the first C function to the end of a panic. A port that does not send is waited for
 * once and then no more. A line feed is sent with the carriage return that terminals
 * want. Input comes by interrupt. Locks: uart_lock (RANK_UART), not taken any more once a
 * panic has begun.
 */
#include "arch/uart.h"

#include "arch/arch.h"
#include "arch/io.h"
#include "kern/log.h"

enum { COM1 = 0x3f8 };
enum { RBR = COM1, THR = COM1, IER, FCR, LCR, MCR, LSR };
enum { DLL = COM1, DLM };

#define ISA_COM1     4
#define LCR_8N1      0x03
#define LCR_DLAB     0x80
#define FCR_ON_CLEAR 0x07
#define MCR_ON       0x0b /* DTR, RTS, and OUT2, which lets the interrupt out */
#define LSR_DATA     0x01
#define LSR_EMPTY    0x20
#define IER_DATA     0x01
#define PATIENCE     50000 /* polls of about 1 us; a character takes 87 us */
#define FIFO         64    /* more than any such chip holds */

static Lock uart_lock = LOCK_INIT(RANK_UART, "uart");
static bool stuck;             /* under uart_lock */
static void (*receive)(int c); /* const after uart_start */

void
uart_init(void)
{
	outb(IER, 0);
	outb(LCR, LCR_DLAB);
	outb(DLL, 1);
	outb(DLM, 0);
	outb(LCR, LCR_8N1);
	outb(FCR, FCR_ON_CLEAR);
	outb(MCR, MCR_ON);
}

static void
uart_put(char c)
{
	uint i = stuck ? PATIENCE : 0;

	while (!(inb(LSR) & LSR_EMPTY) && i < PATIENCE)
		i++;
	stuck = i >= PATIENCE;
	outb(THR, c);
}

static void
uart_put_all(const char *s, size_t n)
{
	while (n-- > 0) {
		if (*s == '\n')
			uart_put('\r');
		uart_put(*s++);
	}
}

void
uart_write(const char *s, size_t n) NO_ANALYSIS
{
	if (panic_begun()) {
		uart_put_all(s, n);
		return;
	}
	lock(&uart_lock);
	uart_put_all(s, n);
	unlock(&uart_lock);
}

static void
uart_interrupt(void *arg)
{
	(void)arg;
	for (uint i = 0; i < FIFO && (inb(LSR) & LSR_DATA); i++)
		receive(inb(RBR));
	/* Interrupts come when the line rises. If more came in meanwhile it has not
	 * fallen. */
	outb(IER, 0);
	outb(IER, IER_DATA);
}

void
uart_start(void (*rx)(int c))
{
	uint vector;

	receive = rx;
	if (irq_alloc(uart_interrupt, NULL, "uart", &vector) != 0 ||
		irq_route_isa(ISA_COM1, vector) != 0) {
		kprint("uart: no interrupt line: no input\n");
		return;
	}
	outb(IER, IER_DATA);
}
