/* The console. */
#pragma once

void uart_init(void); /* before anything is printed */
