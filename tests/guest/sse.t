# Vector registers are a process's own: kept through switches, empty at the start.
$ sse
kept
$ sse fill
zeros
