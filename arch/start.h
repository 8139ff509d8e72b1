/* The first C function. */
#pragma once

void start(void) __attribute__((noreturn)); /* called by boot.S */
